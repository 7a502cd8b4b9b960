#include "odb/delta.h"

#include <stdlib.h>

enum { COPY_WHOLE = 0x10000 };

/* Little-endian groups of seven bits. */
static bool take_size(struct str *rest, uint64_t *out)
{
	uint64_t n = 0;

	for (unsigned shift = 0; rest->n && shift < 63; shift += 7) {
		uint8_t c = (uint8_t)*rest->p;

		*rest = str_from(*rest, 1);
		n |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80)) {
			*out = n;
			return true;
		}
	}
	return false;
}

bool odb_delta_sizes(struct str delta, uint64_t *base, uint64_t *result)
{
	return take_size(&delta, base) && take_size(&delta, result);
}

void odb_spans_done(struct odb_spans *s)
{
	free(s->v);
	*s = (struct odb_spans){ 0 };
}

/* Joins with the last piece where the two follow each other on both sides. */
static void add_span(struct odb_spans *s, size_t at, size_t n, size_t from)
{
	struct odb_span *last = s->n ? &s->v[s->n - 1] : NULL;

	if (last && (from == ODB_NEW ? last->from == ODB_NEW
				     : last->from != ODB_NEW && last->from + last->n == from)) {
		last->n += n;
		return;
	}
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->v = base_realloc(s->v, s->room * sizeof(*s->v));
	}
	s->v[s->n++] = (struct odb_span){ at, n, from };
}

/* Offset and size of a copy: the bits of `op` say which bytes follow. */
static bool take_copy(struct str *rest, uint8_t op, size_t *from, size_t *n)
{
	size_t field[2] = { 0, 0 };

	for (unsigned bit = 0; bit < 7; bit++) {
		unsigned which = bit >= 4, shift = 8 * (which ? bit - 4 : bit);

		if (!(op >> bit & 1))
			continue;
		if (!rest->n)
			return false;
		field[which] |= (size_t)(uint8_t)*rest->p << shift;
		*rest = str_from(*rest, 1);
	}
	*from = field[0];
	*n = field[1] ? field[1] : COPY_WHOLE;
	return true;
}

/* One instruction: where its bytes are from (ODB_NEW: they follow), and how many. */
static bool take_op(struct str *delta, size_t base, size_t *from, size_t *n)
{
	uint8_t op = (uint8_t)*delta->p;

	*delta = str_from(*delta, 1);
	if (op & 0x80)
		return take_copy(delta, op, from, n) && *from <= base && *n <= base - *from;
	*from = ODB_NEW;
	*n = op;
	return op && op <= delta->n;
}

bool odb_delta_apply(struct str delta, struct str base, char *out, size_t n, struct odb_spans *spans)
{
	uint64_t base_size, result;
	size_t at = 0, from, len;

	spans->n = 0;
	if (!take_size(&delta, &base_size) || !take_size(&delta, &result) || base_size != base.n || result != n)
		return false;
	while (delta.n) {
		if (!take_op(&delta, base.n, &from, &len) || len > n - at)
			return false;
		memcpy(out + at, from == ODB_NEW ? delta.p : base.p + from, len);
		if (from == ODB_NEW)
			delta = str_from(delta, len);
		add_span(spans, at, len, from);
		at += len;
	}
	return at == n;
}
