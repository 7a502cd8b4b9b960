#include "text/json.h"

#include "base/instant.h"

enum { INHERITED = FIELD_WORDS | FIELD_FROM_STORE | FIELD_SECRET };

/* One reading of one struct; `outer` are the flags its fields inherit. */
struct reading {
	struct arena *a;
	const char *name;
	struct json_pick pick;
	unsigned outer;
};

static bool picked(const struct field *f, unsigned outer, struct json_pick pick)
{
	unsigned flags = f->flags | outer;

	if (f->kind != FIELD_GROUP)
		return (flags & pick.mask) == pick.want;
	for (const struct field *g = f->of->fields; g->name; g++)
		if (picked(g, flags & INHERITED, pick))
			return true;
	return false;
}

static const struct field *find_picked(const struct reading *r, const struct table *t,
				       struct str name)
{
	const struct field *f = table_find(t, name);

	return f && picked(f, r->outer, r->pick) ? f : NULL;
}

static err unknown_key(const struct reading *r, const struct table *t, const struct json *v)
{
	const char *near = table_nearest(t, v->key);
	struct str key = str_cut(v->key, 64);

	if (near && find_picked(r, t, str_c(near)) && !str_is(v->key, near))
		return fail(ERR_INPUT, "%s:%u:%u: '%.*s' is not known here; did you mean '%s'?",
			    r->name, v->line, v->column, FMT(key), near);
	return fail(ERR_INPUT, "%s:%u:%u: '%.*s' is not known here", r->name, v->line, v->column,
		    FMT(key));
}

/* `e` with the place and the field before it. */
static err in_field(const struct reading *r, const struct field *f, const struct json *v, err e)
{
	return err_in(e, "%s:%u:%u: '%s'", r->name, v->line, v->column, f->name);
}

static err read_flag(const struct json *v, int *out)
{
	if (v->kind != JSON_TRUE && v->kind != JSON_FALSE)
		return fail(ERR_INPUT, "expected true or false");
	*out = v->kind == JSON_TRUE;
	return NULL;
}

static err read_int(const struct field *f, const struct json *v, int64_t *out)
{
	int64_t n;

	if (!json_int(v, &n) || n < 0 || n >= (int64_t)1 << 53)
		return fail(ERR_INPUT, "expected a whole number");
	TRY(field_check_item(f, &n));
	*out = n;
	return NULL;
}

/* One value that is no group and no list. */
static err read_leaf(const struct field *f, const struct json *v, void *item)
{
	if (f->kind == FIELD_FLAG)
		return read_flag(v, item);
	if (f->kind == FIELD_INT)
		return read_int(f, v, item);
	if (v->kind == JSON_NUMBER)
		return fail(ERR_INPUT, "expected text; write it in quotes");
	if (v->kind != JSON_STRING)
		return fail(ERR_INPUT, "expected text");
	return field_set_text(f, item, v->text);
}

static err read_object(struct reading r, const struct json *v, const struct table *t, void *out);

static err read_item(const struct reading *r, const struct field *f, const struct json *v,
		     void *item)
{
	struct reading inner = *r;

	if (f->kind != FIELD_GROUP)
		return in_field(r, f, v, read_leaf(f, v, item));
	if (v->kind != JSON_OBJECT)
		return in_field(r, f, v, fail(ERR_INPUT, "expected an object"));
	inner.outer |= f->flags & INHERITED;
	return read_object(inner, v, f->of, item);
}

static err list_size(const struct reading *r, const struct field *f, const struct json *v,
		     const struct many *list)
{
	if (v->kind != JSON_ARRAY)
		return in_field(r, f, v, fail(ERR_INPUT, "expected a list"));
	if (f->max && v->n > f->max)
		return in_field(r, f, v, fail(ERR_LIMIT, "more than %zu items", f->max));
	if (f->kind == FIELD_GROUP && list->n && list->n != v->n)
		return in_field(r, f, v, fail(ERR_INPUT, "expected %zu items as in the other part",
					      list->n));
	return NULL;
}

static err read_list(const struct reading *r, const struct field *f, const struct json *v,
		     struct many *list)
{
	struct field one = *f;
	size_t size, i = 0;
	struct many fresh = { 0 };

	one.flags &= ~(unsigned)FIELD_MANY;
	one.max = f->kind == FIELD_INT ? 0 : FIELD_LISTED_MAX;
	size = field_item_size(&one);
	TRY(list_size(r, f, v, list));
	if (f->kind == FIELD_GROUP && list->n) {
		fresh = *list;
	} else {
		fresh.n = v->n;
		fresh.v = v->n ? arena_alloc(r->a, v->n * size) : NULL;
		for (size_t k = 0; f->kind == FIELD_GROUP && k < v->n; k++)
			table_clear(f->of, (char *)fresh.v + k * size);
	}
	for (const struct json *m = v->first; m; m = m->next)
		TRY(read_item(r, &one, m, (char *)fresh.v + i++ * size));
	*list = fresh;
	return NULL;
}

static err read_member(const struct reading *r, const struct table *t, const struct json *v,
		       void *out)
{
	const struct field *f = find_picked(r, t, v->key);
	void *at;

	if (!f)
		return unknown_key(r, t, v);
	if (v->kind == JSON_NULL && (f->flags & FIELD_UNKNOWN_OK))
		return NULL;
	at = (char *)out + f->offset;
	return f->flags & FIELD_MANY ? read_list(r, f, v, at) : read_item(r, f, v, at);
}

/* Whether a field must be in this part: for a group, whether something in it must. */
static bool needed(const struct reading *r, const struct field *f)
{
	if (!(f->flags & FIELD_REQUIRED) || !picked(f, r->outer, r->pick))
		return false;
	if (f->kind != FIELD_GROUP || !r->pick.mask)
		return true;
	for (const struct field *g = f->of->fields; g->name; g++) {
		struct reading inner = *r;

		inner.outer |= f->flags & INHERITED;
		if (needed(&inner, g))
			return true;
	}
	return false;
}

static err all_there(const struct reading *r, const struct json *v, const struct table *t,
		     const void *out)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const struct json *given;

		if (!needed(r, f) || !field_absent(f, (const char *)out + f->offset))
			continue;
		given = json_get(v, f->name);
		if (!given)
			return fail(ERR_INPUT, "%s:%u:%u: '%s' is missing", r->name, v->line,
				    v->column, f->name);
		if (given->kind == JSON_NULL)
			continue;
		return fail(ERR_INPUT, "%s:%u:%u: '%s' is empty", r->name, given->line,
			    given->column, f->name);
	}
	return NULL;
}

static err read_object(struct reading r, const struct json *v, const struct table *t, void *out)
{
	for (const struct json *m = v->first; m; m = m->next)
		TRY(read_member(&r, t, m, out));
	return all_there(&r, v, t, out);
}

err json_to_table(struct arena *a, const char *name, const struct json *v, /* allow: one door */
		  const struct table *t, struct json_pick pick, void *out)
{
	struct reading r = { .a = a, .name = name, .pick = pick };

	if (v->kind != JSON_OBJECT)
		return fail(ERR_INPUT, "%s:%u:%u: expected an object", name, v->line, v->column);
	if (!pick.mask)
		table_clear(t, out);
	return read_object(r, v, t, out);
}

/* Whether anything picked is there to be written. */
static bool present(const struct field *f, unsigned outer, struct json_pick pick, const void *item)
{
	unsigned inner = (f->flags | outer) & INHERITED;

	if (!picked(f, outer, pick) || ((f->flags | outer) & FIELD_SECRET))
		return false;
	if ((f->flags & FIELD_REQUIRED) && (f->flags & FIELD_UNKNOWN_OK))
		return true;
	if (f->kind != FIELD_GROUP)
		return !field_absent(f, item);
	if (f->flags & FIELD_MANY) {
		const struct many *list = item;
		struct field one = *f;

		one.flags &= ~(unsigned)FIELD_MANY;
		for (size_t i = 0; i < list->n; i++)
			if (present(&one, outer, pick, (const char *)list->v + i * f->of->size))
				return true;
		return list->n && !pick.mask;
	}
	for (const struct field *g = f->of->fields; g->name; g++)
		if (present(g, inner, pick, (const char *)item + g->offset))
			return true;
	return false;
}

static void put_time(struct json_writer *w, const struct field *f, int64_t t)
{
	char text[INSTANT_TEXT];

	if (f->kind == FIELD_DAY)
		day_put(text, t);
	else
		instant_put(text, t);
	json_put_text(w, str_c(text));
}

static void put_leaf(struct json_writer *w, const struct field *f, const void *item)
{
	switch (f->kind) {
	case FIELD_FLAG:
		json_put_bool(w, *(const int *)item == 1);
		return;
	case FIELD_INT:
		json_put_int(w, *(const int64_t *)item);
		return;
	case FIELD_ENUM:
		json_put_text(w, str_c(f->choices[*(const int *)item]));
		return;
	case FIELD_TIME:
	case FIELD_DAY:
		put_time(w, f, *(const int64_t *)item);
		return;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		json_put_text(w, *(const struct str *)item);
		return;
	case FIELD_GROUP:
		ASSERT(!"a leaf");
	}
}

struct writing {
	struct json_writer *w;
	struct json_pick pick;
	unsigned outer;
};

static void write_object(struct writing to, const struct table *t, const void *v);

static void write_item(const struct writing *to, const struct field *f, const void *item)
{
	struct writing inner = *to;

	if (f->kind != FIELD_GROUP) {
		put_leaf(to->w, f, item);
		return;
	}
	inner.outer |= f->flags & INHERITED;
	write_object(inner, f->of, item);
}

static void write_field(const struct writing *to, const struct field *f, const void *at)
{
	const struct many *list = at;
	size_t size;

	json_key(to->w, f->name);
	if (field_absent(f, at) && (f->flags & FIELD_UNKNOWN_OK)) {
		json_put_null(to->w);
		return;
	}
	if (!(f->flags & FIELD_MANY)) {
		write_item(to, f, at);
		return;
	}
	size = field_item_size(f);
	json_open(to->w, '[');
	for (size_t i = 0; i < list->n; i++)
		write_item(to, f, (const char *)list->v + i * size);
	json_close(to->w, ']');
}

static void write_object(struct writing to, const struct table *t, const void *v)
{
	json_open(to.w, '{');
	for (const struct field *f = t->fields; f->name; f++) {
		const void *at = (const char *)v + f->offset;

		if (present(f, to.outer, to.pick, at))
			write_field(&to, f, at);
	}
	json_close(to.w, '}');
}

void json_put_table(struct json_writer *w, const struct table *t, struct json_pick pick,
		    const void *v)
{
	write_object((struct writing){ .w = w, .pick = pick }, t, v);
}
