/* Values for any field table: the required fields alone, every field, every field
 * at its bounds. */
#ifndef TEST_UNIT_FILL_H
#define TEST_UNIT_FILL_H

#include "unit.h"

#include "base/arena.h"
#include "base/field.h"

enum fill { REQUIRED_ONLY, FULL, MAXIMAL };

static inline UNUSED struct str letters(struct arena *a, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memset(p, 'x', n);
	return (struct str){ p, n };
}

static inline UNUSED struct str digits(struct arena *a, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memset(p, 'a', n);
	return (struct str){ p, n };
}

static inline UNUSED void fill_table(struct arena *a, const struct table *t, void *base, enum fill how);

static inline UNUSED void fill_text(struct arena *a, const struct field *f, struct str *out, enum fill how)
{
	size_t max = f->flags & FIELD_MANY || !f->max ? 24 : f->max;

	if (f->kind == FIELD_DIGEST)
		*out = digits(a, 64);
	else if (f->kind == FIELD_COMMIT)
		*out = digits(a, how == MAXIMAL ? 64 : 40);
	else if (f->kind == FIELD_ID)
		*out = digits(a, 32);
	else if (f->kind == FIELD_URL)
		*out = STR("https://example.org/");
	else
		*out = letters(a, how == MAXIMAL ? max : max < 5 ? max : 5);
}

static inline UNUSED void fill_item(struct arena *a, const struct field *f, void *item, enum fill how) /* allow: a case a kind */
{
	switch (f->kind) {
	case FIELD_FLAG:
		*(int *)item = 1;
		return;
	case FIELD_ENUM:
		*(int *)item = 0;
		while (how == MAXIMAL && f->choices[*(int *)item + 1])
			++*(int *)item;
		return;
	case FIELD_INT:
		*(int64_t *)item = how != MAXIMAL ? 3 : f->max ? (int64_t)f->max : ((int64_t)1 << 53) - 1;
		return;
	case FIELD_TIME:
	case FIELD_DAY:
		*(int64_t *)item = how == MAXIMAL && f->kind == FIELD_TIME ? 253402300799 : 20000;
		return;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		fill_text(a, f, item, how);
		return;
	case FIELD_GROUP:
		fill_table(a, f->of, item, how);
		return;
	}
}

static inline UNUSED void fill_table(struct arena *a, const struct table *t, void *base, enum fill how)
{
	table_clear(t, base);
	for (const struct field *f = t->fields; f->name; f++) {
		char *at = (char *)base + f->offset;
		struct many *m = (struct many *)at;
		size_t size = field_item_size(f);

		if (how == REQUIRED_ONLY && !(f->flags & FIELD_REQUIRED))
			continue;
		if (!(f->flags & FIELD_MANY)) {
			fill_item(a, f, at, how);
			continue;
		}
		m->n = how == MAXIMAL && f->kind != FIELD_GROUP ? f->max : 1;
		m->v = arena_alloc(a, m->n * size);
		for (size_t i = 0; i < m->n; i++)
			fill_item(a, f, (char *)m->v + i * size, how);
	}
}

#endif
