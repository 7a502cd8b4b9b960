#include "pack/zip.h"

enum {
	VERSION = 45, MADE_BY = 3 << 8 | VERSION,	/* ZIP64; Unix */
	FLAGS = 0x0808,		/* sizes behind the content; names in UTF-8 */
	DEFLATED = 8, DAY_ONE = 0x21,	/* 1980-01-01 */
	PLAIN_FILE = 0100644, SIZES64 = 1,
};

static const struct str begins = STR_INIT("custody-zip/1 sha256=");

static void add(struct buf *b, uint64_t n, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, n >>= 8)
		buf_add_char(b, (char)(n & 0xff));
}

static uint64_t at_most(uint64_t n, uint64_t max)
{
	return n < max ? n : max;
}

static void add_kind(struct buf *out)
{
	add(out, VERSION, 2);
	add(out, FLAGS, 2);
	add(out, DEFLATED, 2);
	add(out, (uint64_t)DAY_ONE << 16, 4);
}

/* Sizes are of ZIP64 in front of and behind the content: they are not known when
 * the first is written. */
void pack_zip_before(struct buf *out, struct str path)
{
	buf_add(out, STR("PK\x03\x04"));
	add_kind(out);
	add(out, 0, 4);
	add(out, UINT64_MAX, 8);
	add(out, path.n, 2);
	add(out, 20, 2);
	buf_add(out, path);
	add(out, SIZES64 | 16 << 16, 4);
	add(out, 0, 8);
	add(out, 0, 8);
}

void pack_zip_behind(struct buf *out, const struct pack_zip_entry *e)
{
	buf_add(out, STR("PK\x07\x08"));
	add(out, e->crc, 4);
	add(out, e->packed, 8);
	add(out, e->size, 8);
}

void pack_zip_line(struct buf *out, const struct pack_zip_entry *e)
{
	const uint64_t numbers[] = { e->size, e->packed, e->at };
	uint64_t wide = 0;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		wide += numbers[i] >= UINT32_MAX ? 8 : 0;
	buf_add(out, STR("PK\x01\x02"));
	add(out, MADE_BY, 2);
	add_kind(out);
	add(out, e->crc, 4);
	add(out, at_most(e->packed, UINT32_MAX), 4);
	add(out, at_most(e->size, UINT32_MAX), 4);
	add(out, e->path.n, 2);
	add(out, wide ? wide + 4 : 0, 2);
	add(out, 0, 6);
	add(out, (uint64_t)PLAIN_FILE << 16, 4);
	add(out, at_most(e->at, UINT32_MAX), 4);
	buf_add(out, e->path);
	if (wide)
		add(out, SIZES64 | wide << 16, 4);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i] >= UINT32_MAX)
			add(out, numbers[i], 8);
}

static void add_end64(struct buf *out, const struct pack_zip_list *l)
{
	buf_add(out, STR("PK\x06\x06"));
	add(out, 44, 8);
	add(out, MADE_BY, 2);
	add(out, VERSION, 2);
	add(out, 0, 8);
	add(out, l->count, 8);
	add(out, l->count, 8);
	add(out, l->bytes, 8);
	add(out, l->start, 8);
	buf_add(out, STR("PK\x06\x07"));
	add(out, 0, 4);
	add(out, l->start + l->bytes, 8);
	add(out, 1, 4);
}

void pack_zip_end(struct buf *out, const struct pack_zip_list *l)
{
	if (l->count >= UINT16_MAX || l->bytes >= UINT32_MAX || l->start >= UINT32_MAX)
		add_end64(out, l);
	buf_add(out, STR("PK\x05\x06"));
	add(out, 0, 4);
	add(out, at_most(l->count, UINT16_MAX), 2);
	add(out, at_most(l->count, UINT16_MAX), 2);
	add(out, at_most(l->bytes, UINT32_MAX), 4);
	add(out, at_most(l->start, UINT32_MAX), 4);
	add(out, PACK_ZIP_COMMENT, 2);
}

uint64_t pack_zip_length(const struct pack_zip_entry *e)
{
	return PACK_ZIP_BEFORE + e->path.n + e->packed + PACK_ZIP_BEHIND;
}

bool pack_zip_is_evidence(struct str path)
{
	return str_starts(path, STR("evidence/"));
}

int pack_zip_order(struct str a, struct str b)
{
	int behind = pack_zip_is_evidence(b) - pack_zip_is_evidence(a);

	return behind ? behind : str_cmp(a, b);
}

void pack_zip_comment(struct buf *out, const struct digest *d)
{
	buf_add(out, begins);
	digest_add_hex(out, d);
}

bool pack_zip_comment_get(struct str comment, struct digest *out)
{
	return comment.n == PACK_ZIP_COMMENT && str_starts(comment, begins) &&
	       digest_get(str_from(comment, begins.n), out);
}
