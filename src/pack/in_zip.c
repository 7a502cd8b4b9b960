/* A pack as a .zip file, strictly: read are the entries, and everything else must be
 * the bytes that pack/zip.h makes of them. What another program might read otherwise
 * is a fault. */
#include "pack/in_parts.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

enum {
	TAIL = PACK_ZIP_END64 + PACK_ZIP_END + PACK_ZIP_COMMENT, PIECE = 256 * 1024, LIST_PIECE = 64 * 1024,
	LINE_MAX = PACK_ZIP_LINE + 3 * 65535, SIZES64 = 1,
};

static const char itself[] = "the .zip itself";

static uint32_t u16(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
	return u16(p) | u16(p + 2) << 16;
}

static uint64_t u64(const uint8_t *p)
{
	return u32(p) | (uint64_t)u32(p + 4) << 32;
}

static bool is(const uint8_t *p, const char *signature)
{
	return memcmp(p, signature, 4) == 0;
}

static bool is_all(const struct buf *wanted, const uint8_t *p, size_t n)
{
	return wanted->n == n && memcmp(wanted->p, p, n) == 0;
}

/* Exactly n bytes from an offset; *all is false where the file ends before. */
static err read_at(const struct pack_in *in, void *out, size_t n, uint64_t at, bool *all)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(in->fd, (char *)out + done, n - done, (off_t)(at + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return fail_errno("cannot read %s", in->path);
		if (r == 0)
			break;
		done += (size_t)r;
	}
	*all = done == n;
	return NULL;
}

/* What is known of the file's end. */
struct end {
	struct pack_zip_list list;
	bool claims;
	struct digest claimed;
};

/* Numbers that are too large for the end record stand in the record before it. */
static err read_list(const uint8_t *end, size_t before, struct pack_zip_list *out)
{
	const uint8_t *wide = before < PACK_ZIP_END64 ? NULL : end - PACK_ZIP_END64;
	struct pack_zip_list l = { .count = u16(end + 10), .bytes = u32(end + 12), .start = u32(end + 16) };

	if (l.count == UINT16_MAX || l.bytes == UINT32_MAX || l.start == UINT32_MAX) {
		if (!wide || !is(wide, "PK\x06\x06"))
			return fail(ERR_INTEGRITY, "its ZIP64 end record is damaged");
		l = (struct pack_zip_list){ .count = u64(wide + 32), .bytes = u64(wide + 40), .start = u64(wide + 48) };
	}
	*out = l;
	return NULL;
}

/* All from the end of the list to the comment follows from three numbers. */
static err check_end(const struct pack_in *in, const struct pack_in_spec *spec, const uint8_t *tail, struct end *e)
{
	BUF_AUTO wanted = buf_new(PACK_ZIP_END64 + PACK_ZIP_END);
	size_t n = in->bytes < TAIL ? (size_t)in->bytes : TAIL, at = n - PACK_ZIP_COMMENT - PACK_ZIP_END;
	uint64_t stop;

	TRY(read_list(tail + at, at, &e->list));
	pack_zip_end(&wanted, &e->list);
	if (wanted.n > n - PACK_ZIP_COMMENT)
		return fail(ERR_INTEGRITY, "its ZIP64 end record is damaged");
	at = n - PACK_ZIP_COMMENT - wanted.n;
	stop = in->bytes - PACK_ZIP_COMMENT - wanted.n;
	if (!is_all(&wanted, tail + at, wanted.n))
		pack_fault(&spec->faults, itself, "its end record, or the one for large numbers before it, is not as it was "
			   "written");
	if (e->list.start > stop || e->list.bytes != stop - e->list.start)
		return fail(ERR_INTEGRITY, "its list of entries does not reach to its end record, or not only");
	return NULL;
}

static err read_end(const struct pack_in *in, const struct pack_in_spec *spec, struct end *e)
{
	static const char other[] = "its end comment with the digest of the whole file is missing or altered; if it "
				    "was unpacked and packed again by another program, check the unpacked folder";
	size_t n = in->bytes < TAIL ? (size_t)in->bytes : TAIL, at = n - PACK_ZIP_COMMENT - PACK_ZIP_END;
	uint8_t tail[TAIL], first[4] = { 0 };
	bool all;

	TRY(read_at(in, first, n < sizeof(first) ? n : sizeof(first), 0, &all));
	TRY(read_at(in, tail, n, in->bytes - n, &all));
	if (!all || n < PACK_ZIP_COMMENT + PACK_ZIP_END || !is(tail + at, "PK\x05\x06"))
		return is(first, "PK\x03\x04") ? fail(ERR_INTEGRITY, "%s", other)
			: fail(ERR_INTEGRITY, "it is not a ZIP file, or its end is missing");
	e->claims = pack_zip_comment_get((struct str){ (char *)tail + at + PACK_ZIP_END,
		PACK_ZIP_COMMENT }, &e->claimed);
	if (!e->claims)
		pack_fault(&spec->faults, itself, "%s", other);
	return check_end(in, spec, tail, e);
}

/* The digest of everything before the comment, against what the comment says. */
static err check_digest(const struct pack_in *in, const struct pack_in_spec *spec, const struct end *e)
{
	OWNED(digest_ctx) sum = digest_ctx_new();
	char *piece = arena_alloc(in->a, PIECE), said[DIGEST_TEXT], has[DIGEST_TEXT];
	uint64_t stop = in->bytes - PACK_ZIP_COMMENT;
	struct digest d;
	bool all;

	for (uint64_t at = 0; at < stop; at += PIECE) {
		size_t n = stop - at < PIECE ? (size_t)(stop - at) : PIECE;

		TRY(read_at(in, piece, n, at, &all));
		if (!all)
			return fail(ERR_IO, "%s became shorter while it was read", in->path);
		digest_add(sum, (struct str){ piece, n });
		if (spec->progress)
			TRY(spec->progress(spec->ctx, n));
	}
	d = digest_end(sum);
	digest_put(said, &e->claimed);
	digest_put(has, &d);
	if (!digest_eq(&d, &e->claimed))
		pack_fault(&spec->faults, itself, "its bytes changed: the end comment gives the digest %s, the file has %s", said, has);
	return NULL;
}

/* The fields of 8 bytes that stand in for those of 4 that are all ones. */
static void read_sizes64(struct str extra, struct pack_entry *e)
{
	while (extra.n >= 4) {
		const uint8_t *p = (const uint8_t *)extra.p;
		size_t n = u16(p + 2);
		uint64_t *const wide[] = { &e->size, &e->packed, &e->at };

		if (n > extra.n - 4)
			return;
		for (size_t i = 0, at = 4; u16(p) == SIZES64 && i < ARRAY_LEN(wide); i++)
			if (*wide[i] == UINT32_MAX && at + 8 <= n + 4) {
				*wide[i] = u64(p + at);
				at += 8;
			}
		extra = str_from(extra, n + 4);
	}
}

/* The list of entries, a stretch of it at a time. */
struct list {
	struct pack_in *in;
	const struct pack_in_spec *spec;
	uint64_t start, end;		/* where it lies */
	uint64_t at;			/* what is in hand */
	size_t n;
	uint8_t *piece;
	uint64_t next;			/* where the next entry must begin */
	char last[PACK_ZIP_PATH];	/* name of the one before it */
	size_t last_n;
};

/* At least n bytes from an offset; NULL where the list ends before. */
static err look(struct list *l, uint64_t at, size_t n, const uint8_t **out)
{
	bool all = true;

	*out = NULL;
	if (at < l->start || at > l->end || n > l->end - at)
		return NULL;
	if (at < l->at || at + n > l->at + l->n) {
		l->at = at;
		l->n = n > LIST_PIECE ? n : LIST_PIECE;
		if (l->n > l->end - at)
			l->n = (size_t)(l->end - at);
		TRY(read_at(l->in, l->piece, l->n, at, &all));
	}
	if (all)
		*out = l->piece + (at - l->at);
	return NULL;
}

/* The whole line at an offset; *n is its length, 0 where it is damaged. */
static err look_line(struct list *l, uint64_t at, const uint8_t **out, size_t *n)
{
	*n = 0;
	TRY(look(l, at, PACK_ZIP_LINE, out));
	if (!*out || !is(*out, "PK\x01\x02"))
		return NULL;
	*n = PACK_ZIP_LINE + u16(*out + 28) + u16(*out + 30) + u16(*out + 32);
	TRY(look(l, at, *n, out));
	if (!*out)
		*n = 0;
	return NULL;
}

/* What a line says; the path of the first is in in->scratch. */
static struct pack_zip_entry read_line(struct pack_in *in, const uint8_t *p, struct pack_entry *out)
{
	struct str name = { (const char *)p + PACK_ZIP_LINE, u16(p + 28) };

	*out = (struct pack_entry){ .size = u32(p + 24), .packed = u32(p + 20), .at = u32(p + 42), .crc = u32(p + 16) };
	arena_reset(in->scratch);
	out->path = arena_cstr(in->scratch, arena_utf8(in->scratch, name));
	read_sizes64((struct str){ name.p + name.n, u16(p + 30) }, out);
	return (struct pack_zip_entry){ name, out->at, out->size, out->packed, out->crc };
}

static void check_order(struct list *l, const struct pack_entry *e)
{
	struct str name = str_c(e->path), last = { l->last, l->last_n };

	if (last.n && pack_zip_order(last, name) > 0)
		pack_fault(&l->spec->faults, e->path, "this entry of the .zip stands behind one that it must stand before");
	memcpy(l->last, name.p, name.n);
	l->last_n = name.n;
}

/* Entries lie one behind the other from the first byte to the list. */
static void check_place(struct list *l, const struct pack_entry *e)
{
	if (e->at == l->next)
		return;
	if (!l->next)
		pack_fault(&l->spec->faults, itself, "it begins with bytes that belong to no entry");
	else
		pack_fault(&l->spec->faults, e->path, "between this entry of the .zip and the one before it lie bytes that "
			   "belong to none, or the two lie over each other");
}

/* What stands in front of the content and behind it. */
static err check_around(struct list *l, const struct pack_entry *e, const struct pack_zip_entry *says)
{
	BUF_AUTO wanted = buf_new(PACK_ZIP_BEHIND);
	uint8_t behind[PACK_ZIP_BEHIND];
	uint64_t from;
	bool all;
	err bad = pack_in_zip_content(l->in, e, &from);

	if (bad && bad->kind == ERR_INTEGRITY) {
		pack_fault(&l->spec->faults, e->path, "%s", bad->text);
		return NULL;
	}
	TRY(bad);
	TRY(read_at(l->in, behind, sizeof(behind), from + e->packed, &all));
	pack_zip_behind(&wanted, says);
	if (!all || !is_all(&wanted, behind, sizeof(behind)))
		pack_fault(&l->spec->faults, e->path, "the sizes and the checksum behind its content in the .zip are not as they "
			   "were written");
	return NULL;
}

static err take_entry(struct list *l, const uint8_t *p, size_t n)
{
	BUF_AUTO wanted = buf_new(LINE_MAX);
	struct pack_entry e;
	struct pack_zip_entry says = read_line(l->in, p, &e);

	pack_zip_line(&wanted, &says);
	if (!is_all(&wanted, p, n))
		pack_fault(&l->spec->faults, e.path, "its line in the .zip's list of entries is not as it was written");
	check_place(l, &e);
	if (e.packed > l->start || e.at > l->start || pack_zip_length(&says) > l->start - e.at) {
		pack_fault(&l->spec->faults, e.path, "this entry of the .zip is damaged");
		return NULL;
	}
	l->next = e.at + pack_zip_length(&says);
	if (!pack_path_ok(says.path)) {
		pack_fault(&l->spec->faults, e.path, "an entry of the .zip has a name that no file of a pack may have");
		return NULL;
	}
	check_order(l, &e);
	TRY(check_around(l, &e, &says));
	return pack_in_add(l->in, &e);
}

static err read_entries(struct list *l, uint64_t count)
{
	const uint8_t *p;
	uint64_t at = l->start;
	size_t n;

	for (uint64_t i = 0; i < count; i++) {
		TRY(look_line(l, at, &p, &n));
		if (!n)
			return fail(ERR_INTEGRITY, "its list of entries is damaged at entry %llu", (unsigned long long)i + 1);
		TRY(take_entry(l, p, n));
		at += n;
	}
	if (at != l->end)
		pack_fault(&l->spec->faults, itself, "its list of entries holds bytes that belong to no entry");
	if (l->next != l->start)
		pack_fault(&l->spec->faults, itself, "between its last entry and the list of entries lie bytes that belong to neither");
	return NULL;
}

err pack_in_zip_content(const struct pack_in *in, const struct pack_entry *e, uint64_t *at)
{
	BUF_AUTO wanted = buf_new(PACK_ZIP_BEFORE + PACK_ZIP_PATH);
	uint8_t before[PACK_ZIP_BEFORE + PACK_ZIP_PATH];
	bool all;

	pack_zip_before(&wanted, str_c(e->path));
	TRY(buf_ok(&wanted, "a name in the .zip"));
	TRY(read_at(in, before, wanted.n, e->at, &all));
	if (!all || !is_all(&wanted, before, wanted.n))
		return fail(ERR_INTEGRITY, "what stands in front of its content in the .zip is not as it was written");
	*at = e->at + wanted.n;
	return NULL;
}

err pack_in_list_zip(struct pack_in *in, const struct pack_in_spec *spec)
{
	struct end end = { 0 };
	struct list l = { .in = in, .spec = spec, .piece = arena_alloc(in->a, LINE_MAX) };
	err e = read_end(in, spec, &end);

	if (end.claims)
		TRY(check_digest(in, spec, &end));
	l.start = l.at = end.list.start;
	l.end = end.list.start + end.list.bytes;
	if (!e)
		e = read_entries(&l, end.list.count);
	if (!e || e->kind != ERR_INTEGRITY)
		return e;
	pack_fault(&spec->faults, itself, "%s", e->text);
	return NULL;
}
