#include "base/field.h"

#include "base/instant.h"

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
static const int64_t first_instant = -62167219200, last_instant = 253402300799;

size_t field_item_size(const struct field *f)
{
	switch (f->kind) {
	case FIELD_FLAG:
	case FIELD_ENUM:
		return sizeof(int);
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_DAY:
		return sizeof(int64_t);
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		return sizeof(struct str);
	case FIELD_GROUP:
		return f->of->size;
	}
	ASSERT(!"a field kind");
	return 0;
}

static void item_clear(const struct field *f, void *item)
{
	switch (f->kind) {
	case FIELD_FLAG:
	case FIELD_ENUM:
		*(int *)item = FIELD_UNKNOWN;
		return;
	case FIELD_INT:
		*(int64_t *)item = FIELD_NO_INT;
		return;
	case FIELD_TIME:
	case FIELD_DAY:
		*(int64_t *)item = INSTANT_NONE;
		return;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		*(struct str *)item = (struct str){ 0 };
		return;
	case FIELD_GROUP:
		table_clear(f->of, item);
		return;
	}
}

void table_clear(const struct table *t, void *base)
{
	memset(base, 0, t->size);
	for (const struct field *f = t->fields; f->name; f++)
		if (!(f->flags & FIELD_MANY))
			item_clear(f, (char *)base + f->offset);
}

const struct field *table_find(const struct table *t, struct str name)
{
	for (const struct field *f = t->fields; f->name; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

/* Levenshtein distance, capped: names longer than 31 bytes are never near. */
static unsigned distance(struct str a, struct str b)
{
	unsigned row[33];

	if (a.n > 31 || b.n > 31)
		return 99;
	for (unsigned j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned above = row[j];
			unsigned best = diagonal + (a.p[i - 1] != b.p[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[b.n];
}

const char *table_nearest(const struct table *t, struct str name)
{
	const char *best = NULL;
	unsigned least = 4;

	for (const struct field *f = t->fields; f->name; f++) {
		unsigned d = distance(name, str_c(f->name));

		if (d < least) {
			least = d;
			best = f->name;
		}
	}
	return best;
}

const char *choice_nearest(const char *const *choices, struct str name)
{
	const char *best = NULL;
	unsigned least = 4;

	for (; *choices; choices++) {
		unsigned d = distance(name, str_c(*choices));

		if (d < least) {
			least = d;
			best = *choices;
		}
	}
	return best;
}

bool field_absent(const struct field *f, const void *item)
{
	if (f->flags & FIELD_MANY)
		return ((const struct many *)item)->n == 0;
	switch (f->kind) {
	case FIELD_FLAG:
	case FIELD_ENUM:
		return *(const int *)item == FIELD_UNKNOWN;
	case FIELD_INT:
		return *(const int64_t *)item == FIELD_NO_INT;
	case FIELD_TIME:
	case FIELD_DAY:
		return *(const int64_t *)item == INSTANT_NONE;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		return ((const struct str *)item)->p == NULL;
	case FIELD_GROUP:
		break;
	}
	for (const struct field *g = f->of->fields; g->name; g++)
		if (!field_absent(g, (const char *)item + g->offset))
			return false;
	return true;
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

static bool is_url(struct str s)
{
	size_t scheme = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;

	if (!scheme || s.n == scheme)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F)
			return false;
	return true;
}

/* What a text kind must look like; NULL when it does. */
static const char *text_fault(enum field_kind kind, struct str s)
{
	static const struct { enum field_kind kind; size_t digits, or_digits; const char *wanted; } hex[] = {
		{ FIELD_DIGEST, 64, 64, "64 lower-case hexadecimal digits" },
		{ FIELD_COMMIT, 40, 64, "a whole commit id in hexadecimal" },
		{ FIELD_ID, 32, 32, "an id of 32 hexadecimal digits" },
	};

	for (size_t i = 0; i < ARRAY_LEN(hex); i++)
		if (kind == hex[i].kind)
			return (s.n == hex[i].digits || s.n == hex[i].or_digits) && is_hex(s) ? NULL : hex[i].wanted;
	if (kind == FIELD_URL)
		return is_url(s) ? NULL : "an address that begins with https:// or http://";
	return str_is_utf8(s) ? NULL : "text in UTF-8";
}

static err check_text(const struct field *f, struct str s)
{
	const char *fault = text_fault(f->kind, s);

	if (fault)
		return fail(ERR_INPUT, "expected %s", fault);
	if (f->max && s.n > f->max)
		return fail(ERR_LIMIT, "longer than %zu bytes", f->max);
	return NULL;
}

static err set_choice(const struct field *f, int *out, struct str text)
{
	const char *near;

	for (int i = 0; f->choices[i]; i++) {
		if (str_is(text, f->choices[i])) {
			*out = i;
			return NULL;
		}
	}
	near = choice_nearest(f->choices, text);
	if (near)
		return fail(ERR_INPUT, "'%.*s' is not one of the choices; did you mean %s?",
			    FMT(str_cut(text, 64)), near);
	return fail(ERR_INPUT, "'%.*s' is not one of the choices (%s, …)",
		    FMT(str_cut(text, 64)), f->choices[0]);
}

static err set_flag(int *out, struct str text)
{
	if (str_is(text, "yes") || str_is(text, "true") || str_is(text, "1"))
		*out = 1;
	else if (str_is(text, "no") || str_is(text, "false") || str_is(text, "0"))
		*out = 0;
	else
		return fail(ERR_INPUT, "expected yes or no");
	return NULL;
}

static err set_time(const struct field *f, int64_t *out, struct str text)
{
	int64_t day;

	if (f->kind == FIELD_DAY)
		return day_get(text, out) ? NULL : fail(ERR_INPUT, "expected a day such as 2026-11-21");
	if (instant_get(text, out))
		return NULL;
	if (!day_get(text, &day))
		return fail(ERR_INPUT, "expected a time such as 2026-11-21T09:30:00Z");
	*out = day * DAY_SECONDS;
	return NULL;
}

static err set_int(const struct field *f, int64_t *out, struct str text)
{
	uint64_t v;

	if (!str_to_u64(text, &v) || v >= (uint64_t)1 << 53)
		return fail(ERR_INPUT, "expected a whole number");
	if (f->max && v > f->max)
		return fail(ERR_LIMIT, "larger than %zu", f->max);
	*out = (int64_t)v;
	return NULL;
}

err field_set_text(const struct field *f, void *item, struct str text)
{
	switch (f->kind) {
	case FIELD_FLAG:
		return set_flag(item, text);
	case FIELD_ENUM:
		return set_choice(f, item, text);
	case FIELD_INT:
		return set_int(f, item, text);
	case FIELD_TIME:
	case FIELD_DAY:
		return set_time(f, item, text);
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		TRY(check_text(f, text));
		*(struct str *)item = text.p ? text : STR("");
		return NULL;
	case FIELD_GROUP:
		return fail(ERR_INPUT, "expected a group of fields");
	}
	return NULL;
}

static err check_number(const struct field *f, int64_t v)
{
	if (v < 0 || v >= (int64_t)1 << 53)
		return fail(ERR_INPUT, "expected a whole number");
	if (f->max && v > (int64_t)f->max)
		return fail(ERR_LIMIT, "larger than %zu", f->max);
	return NULL;
}

static err check_choice(const struct field *f, int v)
{
	for (int i = 0; i <= v && f->choices[i]; i++)
		if (i == v)
			return NULL;
	return fail(ERR_INPUT, "expected one of the choices (%s, …)", f->choices[0]);
}

static err check_time(int64_t t)
{
	return t >= first_instant && t <= last_instant ? NULL : fail(ERR_INPUT, "expected a time from 0000 to 9999");
}

static err check_day(int64_t day)
{
	return day >= first_instant / DAY_SECONDS && day <= last_instant / DAY_SECONDS
		       ? NULL : fail(ERR_INPUT, "expected a day from 0000 to 9999");
}

err field_check_item(const struct field *f, const void *item)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		return check_text(f, *(const struct str *)item);
	case FIELD_INT:
		return check_number(f, *(const int64_t *)item);
	case FIELD_ENUM:
		return check_choice(f, *(const int *)item);
	case FIELD_TIME:
		return check_time(*(const int64_t *)item);
	case FIELD_DAY:
		return check_day(*(const int64_t *)item);
	case FIELD_FLAG:
		return NULL;
	case FIELD_GROUP:
		return table_check(f->of, item);
	}
	return NULL;
}

static err check_list(const struct field *f, const struct many *list)
{
	struct field one = *f;
	size_t size = field_item_size(f);

	if (f->max && list->n > f->max)
		return fail(ERR_LIMIT, "more than %zu items", f->max);
	one.flags &= ~(unsigned)FIELD_MANY;
	one.max = f->kind == FIELD_INT ? 0 : FIELD_LISTED_MAX;
	for (size_t i = 0; i < list->n; i++)
		TRY(field_check_item(&one, (const char *)list->v + i * size));
	return NULL;
}

err table_check(const struct table *t, const void *base)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const char *at = (const char *)base + f->offset;
		err e = NULL;

		if (!field_absent(f, at))
			e = f->flags & FIELD_MANY ? check_list(f, (const struct many *)(const void *)at)
						  : field_check_item(f, at);
		else if ((f->flags & FIELD_REQUIRED) && !(f->flags & FIELD_UNKNOWN_OK))
			e = fail(ERR_INPUT, "it is missing");
		if (e)
			return err_in(e, "%s: '%s'", t->name, f->name);
	}
	return NULL;
}
