#include "text/json.h"

static const struct {
	const char *key, *word;
} forms[] = {
	[FIELD_FLAG] = { NULL, NULL },
	[FIELD_INT] = { NULL, NULL },
	[FIELD_TEXT] = { NULL, NULL },
	[FIELD_ENUM] = { NULL, NULL },
	[FIELD_TIME] = { "format", "date-time" },
	[FIELD_DAY] = { "format", "date" },
	[FIELD_DIGEST] = { "pattern", "^[0-9a-f]{64}$" },
	[FIELD_COMMIT] = { "pattern", "^([0-9a-f]{40}|[0-9a-f]{64})$" },
	[FIELD_PATH] = { NULL, NULL },
	[FIELD_URL] = { "pattern", "^https?://" },
	[FIELD_ID] = { "pattern", "^[0-9a-f]{32}$" },
	[FIELD_GROUP] = { NULL, NULL },
};

static const char *type_name(enum field_kind kind)
{
	if (kind == FIELD_FLAG)
		return "boolean";
	return kind == FIELD_INT ? "integer" : "string";
}

static bool may_be_null(const struct field *f)
{
	return (f->flags & FIELD_UNKNOWN_OK) && !(f->flags & FIELD_MANY);
}

static void put_choices(struct json_writer *w, const struct field *f)
{
	json_key(w, "enum");
	json_open(w, '[');
	for (const char *const *c = f->choices; *c; c++)
		json_put_text(w, str_c(*c));
	if (may_be_null(f))
		json_put_null(w);
	json_close(w, ']');
}

static void put_type(struct json_writer *w, const struct field *f)
{
	json_key(w, "type");
	if (!may_be_null(f)) {
		json_put_text(w, str_c(type_name(f->kind)));
		return;
	}
	json_open(w, '[');
	json_put_text(w, str_c(type_name(f->kind)));
	json_put_text(w, STR("null"));
	json_close(w, ']');
}

static bool is_free_text(enum field_kind kind)
{
	return kind == FIELD_TEXT || kind == FIELD_PATH || kind == FIELD_URL;
}

/* The members of a leaf's schema, keys ascending. Lengths count characters in a
 * schema and bytes here, so the schema is never the stricter one. */
static void put_leaf(struct json_writer *w, const struct field *f, bool in_list)
{
	const char *form = forms[f->kind].key ? forms[f->kind].key : "";
	bool bounded = f->max && !in_list;

	if (f->kind == FIELD_ENUM)
		put_choices(w, f);
	if (!strcmp(form, "format"))
		json_add_c(w, "format", forms[f->kind].word);
	if (bounded && is_free_text(f->kind))
		json_add_int(w, "maxLength", (int64_t)f->max);
	if (f->kind == FIELD_INT) {
		int64_t most = ((int64_t)1 << 53) - 1;

		json_add_int(w, "maximum", bounded ? (int64_t)f->max : most);
		json_add_int(w, "minimum", 0);
	}
	if (!strcmp(form, "pattern"))
		json_add_c(w, "pattern", forms[f->kind].word);
	put_type(w, f);
}

static void put_group(struct json_writer *w, const struct table *t, struct str description);

static void put_items(struct json_writer *w, const struct field *f)
{
	struct field one = *f;

	one.flags &= ~(unsigned)FIELD_UNKNOWN_OK;
	json_key(w, "items");
	json_open(w, '{');
	if (f->kind == FIELD_GROUP)
		put_group(w, f->of, (struct str){ 0 });
	else
		put_leaf(w, &one, true);
	json_close(w, '}');
	if (f->max)
		json_add_int(w, "maxItems", (int64_t)f->max);
	if (f->flags & FIELD_REQUIRED)
		json_add_int(w, "minItems", 1);
	json_add_c(w, "type", "array");
}

static void put_property(struct json_writer *w, const struct field *f)
{
	json_key(w, f->name);
	json_open(w, '{');
	if (f->kind == FIELD_GROUP && !(f->flags & FIELD_MANY)) {
		put_group(w, f->of, str_c(f->help));
	} else {
		json_add_c(w, "description", f->help);
		if (f->flags & FIELD_MANY)
			put_items(w, f);
		else
			put_leaf(w, f, false);
		if (f->flags & FIELD_SECRET)
			json_add_bool(w, "writeOnly", true);
	}
	json_close(w, '}');
}

static void put_group(struct json_writer *w, const struct table *t, struct str description)
{
	bool any = false;

	json_add_bool(w, "additionalProperties", false);
	json_add_text(w, "description", description);
	json_key(w, "properties");
	json_open(w, '{');
	for (const struct field *f = t->fields; f->name; f++)
		put_property(w, f);
	json_close(w, '}');
	for (const struct field *f = t->fields; f->name; f++) {
		if (!(f->flags & FIELD_REQUIRED))
			continue;
		if (!any) {
			json_key(w, "required");
			json_open(w, '[');
		}
		any = true;
		json_put_text(w, str_c(f->name));
	}
	if (any)
		json_close(w, ']');
	json_add_c(w, "type", "object");
}

void json_put_schema(struct json_writer *w, const struct table *t)
{
	json_open(w, '{');
	put_group(w, t, (struct str){ 0 });
	json_close(w, '}');
}
