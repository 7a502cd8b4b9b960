#include "store/submission_row.h"

#include "base/instant.h"

bool submission_row_fits(const struct table *t)
{
	size_t n = 0;

	for (const struct field *f = t->fields; f->name; f++, n++)
		if (f->kind == FIELD_GROUP || (f->flags & (FIELD_MANY | FIELD_SECRET)))
			return false;
	return n <= ROW_FIELDS;
}

void submission_row_shape(struct buf *out, const struct table *t)
{
	buf_add_c(out, t->name);
	for (const struct field *f = t->fields; f->name; f++) {
		buf_add_char(out, '\0');
		buf_add_c(out, f->name);
	}
}

static void put_length(struct buf *out, uint64_t n)
{
	char bytes[10];
	size_t at = 0;

	for (; n >= 128; n >>= 7)
		bytes[at++] = (char)(n | 128);
	bytes[at++] = (char)n;
	buf_add(out, (struct str){ bytes, at });
}

static void put_text(struct buf *out, struct str s)
{
	put_length(out, s.n + 1);
	buf_add(out, s);
}

static void put_int(struct buf *out, int64_t v)
{
	char digits[24];
	size_t at = sizeof(digits);

	ASSERT(v >= 0);
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	put_text(out, (struct str){ digits + at, sizeof(digits) - at });
}

static void put_time(struct buf *out, const struct field *f, int64_t t)
{
	char text[INSTANT_TEXT];

	if (f->kind == FIELD_DAY)
		day_put(text, t);
	else
		instant_put(text, t);
	put_text(out, str_c(text));
}

static void put_value(struct buf *out, const struct field *f, const void *at)
{
	switch (f->kind) {
	case FIELD_FLAG:
		put_int(out, *(const int *)at == 1);
		return;
	case FIELD_ENUM:
		put_text(out, str_c(f->choices[*(const int *)at]));
		return;
	case FIELD_INT:
		put_int(out, *(const int64_t *)at);
		return;
	case FIELD_TIME:
	case FIELD_DAY:
		put_time(out, f, *(const int64_t *)at);
		return;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		put_text(out, *(const struct str *)at);
		return;
	case FIELD_GROUP:
		ASSERT(!"a group in a row");
	}
}

void submission_row_put(struct buf *out, const struct table *t, const void *item)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const void *at = (const char *)item + f->offset;

		if (field_absent(f, at))
			buf_add_char(out, '\0');
		else
			put_value(out, f, at);
	}
}

static const struct table *table_named(struct str name)
{
	for (const struct table *const *t = item_tables; *t; t++)
		if (str_is(name, (*t)->name))
			return *t;
	return NULL;
}

static err newer(struct str name)
{
	return err_hint(fail(ERR_INPUT, "the submission holds the unknown table or field '%.*s'",
			     FMT(str_cut(name, 64))),
			"it was written by a newer custody: install that version");
}

/* Required and not told of: a stream may leave out only what may be absent. */
static err all_told(const struct row_shape *shape)
{
	for (const struct field *f = shape->t->fields; f->name; f++) {
		bool told = !(f->flags & FIELD_REQUIRED);

		for (size_t i = 0; i < shape->n && !told; i++)
			told = shape->field[i] == f;
		if (!told)
			return fail(ERR_INPUT, "the submission's %s has no '%s'", shape->t->name, f->name);
	}
	return NULL;
}

err submission_row_shape_get(struct str payload, struct row_shape *out)
{
	struct row_shape s = { 0 };
	struct str name;

	str_split(&payload, '\0', &name);
	s.t = table_named(name);
	if (!s.t || !submission_row_fits(s.t))
		return newer(name);
	while (payload.p) {
		const struct field *f;

		str_split(&payload, '\0', &name);
		f = table_find(s.t, name);
		if (!f)
			return newer(name);
		for (size_t i = 0; i < s.n; i++)
			if (s.field[i] == f)
				return fail(ERR_INPUT, "the submission names '%s' twice", f->name);
		s.field[s.n++] = f;
	}
	TRY(all_told(&s));
	*out = s;
	return NULL;
}

/* The next value; absent where the row says so. False where the row is cut short. */
static bool next_value(struct str *rest, struct str *value)
{
	uint64_t n = 0;
	size_t i = 0;

	do {
		if (i == rest->n || i == 5)
			return false;
		n |= (uint64_t)((unsigned char)rest->p[i] & 127) << 7 * i;
	} while (rest->p[i++] & 128);
	*value = (struct str){ 0 };
	*rest = str_from(*rest, i);
	if (n == 0)
		return true;
	if (--n > rest->n)
		return false;
	*value = (struct str){ rest->p, (size_t)n };
	*rest = str_from(*rest, (size_t)n);
	return true;
}

err submission_row_get(const struct row_shape *shape, struct str values, void *item)
{
	struct str value;

	table_clear(shape->t, item);
	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = shape->field[i];

		if (!next_value(&values, &value))
			return fail(ERR_INPUT, "a %s of the submission is cut short", shape->t->name);
		if (value.p)
			TRY(err_in(field_set_text(f, (char *)item + f->offset, value), "%s: '%s'", shape->t->name,
				   f->name));
		else if ((f->flags & FIELD_REQUIRED) && !(f->flags & FIELD_UNKNOWN_OK))
			return fail(ERR_INPUT, "%s: '%s' is missing", shape->t->name, f->name);
	}
	return values.n ? fail(ERR_INPUT, "a %s of the submission is too long", shape->t->name) : NULL;
}
