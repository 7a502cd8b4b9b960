/* A pack as a .zip file, strictly: one entry behind the other from the first
 * byte, then the list of entries, then the end record with its comment, and
 * nothing between (PKWARE APPNOTE 6.3.3 §4.3). */
#include "pack/in_parts.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "pack/zip.h"

enum {
	LOCAL = 30, CENTRAL = 46, END64 = 56, LOCATOR = 20, TAIL = 65535 + PACK_ZIP_END + LOCATOR,
	DIRECTORY_MAX = 1 << 30, PIECE = 256 * 1024, LIST_PIECE = 64 * 1024, LINE_MAX = CENTRAL + 3 * 65535,
	SIZES64 = 1,
	FLAG_ENCRYPTED = 0x2041, FLAG_DESCRIPTOR = 8,
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
	uint64_t at;			/* of the end record, or of the first of the ZIP64 ones */
	uint64_t count, size, start;	/* of the list of entries */
	bool claims;
	struct digest claimed;
};

static bool is_end(const uint8_t *tail, size_t n, size_t at)
{
	return is(tail + at, "PK\x05\x06") && at + PACK_ZIP_END + u16(tail + at + 20) == n;
}

static err read_end64(const struct pack_in *in, const uint8_t *locator, uint64_t locator_at, struct end *e)
{
	uint8_t z[END64];
	uint64_t at = u64(locator + 8);
	bool all = false;

	if (in->bytes >= END64 && at <= in->bytes - END64)
		TRY(read_at(in, z, sizeof(z), at, &all));
	if (!all || !is(z, "PK\x06\x06") || at + END64 != locator_at)
		return fail(ERR_INTEGRITY, "its ZIP64 end record is damaged");
	e->at = at;
	e->count = u64(z + 32);
	e->size = u64(z + 40);
	e->start = u64(z + 48);
	return NULL;
}

static err read_end(const struct pack_in *in, const struct pack_in_spec *spec, struct end *e)
{
	size_t n = in->bytes < TAIL ? (size_t)in->bytes : TAIL, at;
	uint8_t *tail = arena_alloc(in->a, n + PACK_ZIP_END);
	uint64_t base = in->bytes - n;
	bool all;

	TRY(read_at(in, tail, n, base, &all));
	for (at = n - (n < PACK_ZIP_END ? n : PACK_ZIP_END); at && !is_end(tail, n, at); at--)
		;
	if (!all || n < PACK_ZIP_END || !is_end(tail, n, at))
		return fail(ERR_INTEGRITY, "it is not a ZIP file, or its end is missing");
	e->claims = pack_zip_comment_get((struct str){ (char *)tail + at + PACK_ZIP_END,
		n - at - PACK_ZIP_END }, &e->claimed);
	if (!e->claims)
		pack_fault(&spec->faults, itself, "its end comment with the digest of the whole file is missing or altered; if it "
			   "was unpacked and packed again by another program, check the unpacked folder");
	e->at = base + at;
	e->count = u16(tail + at + 10);
	e->size = u32(tail + at + 12);
	e->start = u32(tail + at + 16);
	if (at >= LOCATOR && is(tail + at - LOCATOR, "PK\x06\x07"))
		return read_end64(in, tail + at - LOCATOR, base + at - LOCATOR, e);
	return NULL;
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
	struct pile *places;		/* of struct place */
};

/* In order of `at`: where an entry lies, and where its line in the list. */
struct place {
	uint8_t at[8], line[8];
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
	TRY(look(l, at, CENTRAL, out));
	if (!*out || !is(*out, "PK\x01\x02"))
		return NULL;
	*n = CENTRAL + u16(*out + 28) + u16(*out + 30) + u16(*out + 32);
	TRY(look(l, at, *n, out));
	if (!*out)
		*n = 0;
	return NULL;
}

/* Its path is in in->scratch. */
static struct pack_entry entry_of(struct pack_in *in, const uint8_t *p)
{
	struct str name = { (const char *)p + CENTRAL, u16(p + 28) };
	struct pack_entry e = { .size = u32(p + 24), .packed = u32(p + 20), .at = u32(p + 42), .crc = u32(p + 16),
				.method = (uint16_t)u16(p + 10), .flags = (uint16_t)u16(p + 8) };

	arena_reset(in->scratch);
	e.path = arena_cstr(in->scratch, arena_utf8(in->scratch, name));
	read_sizes64((struct str){ name.p + name.n, u16(p + 30) }, &e);
	return e;
}

static err take_entry(struct list *l, const uint8_t *p, uint64_t at)
{
	struct str name = { (const char *)p + CENTRAL, u16(p + 28) };
	struct pack_entry e = entry_of(l->in, p);
	struct place place;

	if (!pack_path_ok(name)) {
		pack_fault(&l->spec->faults, e.path, "an entry of the .zip has a name that no file of a pack may have");
		return NULL;
	}
	if ((e.flags & FLAG_ENCRYPTED) || (e.method != 0 && e.method != 8) || e.at >= l->start ||
	    e.packed > l->start - e.at) {
		pack_fault(&l->spec->faults, e.path, "this entry of the .zip is encrypted, damaged or packed in an unknown way");
		return NULL;
	}
	pile_put_u64(place.at, e.at);
	pile_put_u64(place.line, at);
	TRY(pile_put(l->places, &place));
	return pack_in_add(l->in, &e);
}

static err read_directory(struct list *l, const struct end *e)
{
	const uint8_t *p;
	uint64_t at = e->start;
	size_t n;

	if (e->size > DIRECTORY_MAX || e->start > e->at || e->size != e->at - e->start)
		return fail(ERR_INTEGRITY, "its list of entries is damaged");
	l->start = l->at = e->start;
	l->end = e->start + e->size;
	for (uint64_t i = 0; i < e->count; i++) {
		TRY(look_line(l, at, &p, &n));
		if (!n)
			return fail(ERR_INTEGRITY, "its list of entries is damaged at entry %llu", (unsigned long long)i + 1);
		TRY(take_entry(l, p, at));
		at += n;
	}
	if (at != l->end)
		pack_fault(&l->spec->faults, itself, "its list of entries holds bytes that belong to no entry");
	return NULL;
}

/* The sizes repeated behind a content whose local header came before them. */
static bool is_descriptor(const uint8_t *p, uint64_t n, const struct pack_entry *e)
{
	if (!(e->flags & FLAG_DESCRIPTOR))
		return n == 0;
	if (n == 16)
		return is(p, "PK\x07\x08") && u32(p + 4) == e->crc && u32(p + 8) == e->packed && u32(p + 12) == e->size;
	return n == 24 && is(p, "PK\x07\x08") && u32(p + 4) == e->crc && u64(p + 8) == e->packed && u64(p + 16) == e->size;
}

/* One entry, and what lies between it and the next. */
static err check_place(struct list *l, const struct pack_entry *e, uint64_t next)
{
	uint64_t from;
	uint8_t rest[24];
	bool all = true;
	err bad = pack_in_zip_content(l->in, e, &from);

	if (bad && bad->kind == ERR_INTEGRITY) {
		pack_fault(&l->spec->faults, e->path, "%s", bad->text);
		return NULL;
	}
	TRY(bad);
	from += e->packed;
	if (next >= from && next - from <= sizeof(rest))
		TRY(read_at(l->in, rest, (size_t)(next - from), from, &all));
	if (next < from || next - from > sizeof(rest) || !all || !is_descriptor(rest, next - from, e))
		pack_fault(&l->spec->faults, e->path, "between this entry of the .zip and the next lie bytes that belong to "
			   "none, or the two lie over each other");
	return NULL;
}

/* Entries must lie one behind the other from the first byte to the list. */
static err check_order(struct list *l)
{
	struct place place, next;
	struct pack_entry e;
	const uint8_t *p;
	bool got, more;
	size_t n;

	TRY(pile_start(l->places));
	TRY(pile_next(l->places, &place, &got));
	if (got ? pile_u64(place.at) : l->start)
		pack_fault(&l->spec->faults, itself, "it begins with bytes that belong to no entry");
	for (; got; got = more, place = next) {
		TRY(pile_next(l->places, &next, &more));
		TRY(look_line(l, pile_u64(place.line), &p, &n));
		if (!n)
			return fail(ERR_IO, "%s changed while it was read", l->in->path);
		e = entry_of(l->in, p);
		TRY(check_place(l, &e, more ? pile_u64(next.at) : l->start));
	}
	return NULL;
}

err pack_in_zip_content(const struct pack_in *in, const struct pack_entry *e, uint64_t *at)
{
	uint8_t head[LOCAL + PACK_PATH_MAX];
	size_t name = strlen(e->path);
	bool all;

	TRY(read_at(in, head, LOCAL + name, e->at, &all));
	if (!all || !is(head, "PK\x03\x04") || u16(head + 6) != e->flags || u16(head + 8) != e->method ||
	    u16(head + 26) != name || memcmp(head + LOCAL, e->path, name) != 0)
		return fail(ERR_INTEGRITY, "its entry in the .zip does not agree with the list of entries");
	*at = e->at + LOCAL + name + u16(head + 28);
	return NULL;
}

static err list_entries(struct pack_in *in, const struct pack_in_spec *spec, const struct end *end)
{
	OWNED(pile) places = pile_new(sizeof(struct place), PILE_SORTED);
	struct list l = { .in = in, .spec = spec, .piece = arena_alloc(in->a, LINE_MAX), .places = places };

	TRY(read_directory(&l, end));
	return check_order(&l);
}

err pack_in_list_zip(struct pack_in *in, const struct pack_in_spec *spec)
{
	struct end end = { 0 };
	err e = read_end(in, spec, &end);

	if (!e && end.claims)
		TRY(check_digest(in, spec, &end));
	if (!e)
		e = list_entries(in, spec, &end);
	if (!e || e->kind != ERR_INTEGRITY)
		return e;
	pack_fault(&spec->faults, itself, "%s", e->text);
	return NULL;
}
