#include "cmd/options.h"

const struct table cmd_common_table;

static const struct field common_fields[] = {
	FIELD(cmd_common, csv, FIELD_FLAG, 0, 0, "the same as --output csv"),
	{ .name = "home", .kind = FIELD_PATH, .max = 4096, .offset = offsetof(struct cmd_common, home),
	  .help = "the home to use (default $CUSTODY_HOME, else ./.custody)" },
	FIELD(cmd_common, json, FIELD_FLAG, 0, 0, "the same as --output json"),
	{ .name = "output", .kind = FIELD_ENUM, .choices = show_format_words, .letter = 'o',
	  .offset = offsetof(struct cmd_common, output), .help = "form of lists" },
	{ .name = "quiet", .kind = FIELD_FLAG, .letter = 'q',
	  .offset = offsetof(struct cmd_common, quiet), .help = "say nothing but results and errors" },
	{ 0 },
};
const struct table cmd_common_table = TABLE(cmd_common, "common", common_fields);

struct reading {
	struct arena *a;
	const struct table *table;
	char *out, *common;
	char **argv;
	bool set[128], common_set[8];
	size_t operands;
	bool only_operands;
};

struct str options_name(struct arena *a, const struct field *f)
{
	struct str name = arena_printf(a, "--%s", f->name);
	char *p = arena_cstr(a, name);

	for (size_t i = 0; i < name.n; i++)
		if (p[i] == '_')
			p[i] = '-';
	return (struct str){ p, name.n };
}

/* Where a field's value goes, and whether it was set before. */
struct target {
	const struct field *field;
	char *base;
	bool *set;
};

static bool named(const struct field *f, struct str name)
{
	if (f->flags & FIELD_OPERAND || strlen(f->name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (f->name[i] != name.p[i] && !(f->name[i] == '_' && name.p[i] == '-'))
			return false;
	return true;
}

static const struct field *find_in(const struct table *t, struct str name, char letter)
{
	for (const struct field *f = t->fields; f->name; f++)
		if ((letter && f->letter == letter) || (!letter && named(f, name)))
			return f;
	return NULL;
}

static bool find(struct reading *r, struct str name, char letter, struct target *out)
{
	const struct field *own = find_in(r->table, name, letter);
	const struct field *common = own ? NULL : find_in(&cmd_common_table, name, letter);

	if (own)
		*out = (struct target){ own, r->out, &r->set[own - r->table->fields] };
	else if (common)
		*out = (struct target){ common, r->common, &r->common_set[common - cmd_common_table.fields] };
	return own || common;
}

static err unknown(struct reading *r, const char *word, struct str name)
{
	const char *near = table_nearest(r->table, name);

	if (!near)
		near = table_nearest(&cmd_common_table, name);
	if (near)
		return err_hint(fail(ERR_USAGE, "there is no option %s", word), "did you mean --%s?", near);
	return err_hint(fail(ERR_USAGE, "there is no option %s", word), "--help lists what there is");
}

static err add_item(struct reading *r, const struct target *t, struct str text)
{
	struct many *m = (struct many *)(t->base + t->field->offset);
	size_t size = field_item_size(t->field);
	char *grown;

	if (t->field->max && m->n >= t->field->max)
		return fail(ERR_USAGE, "--%s is given more than %zu times", t->field->name, t->field->max);
	grown = arena_alloc(r->a, (m->n + 1) * size);
	if (m->n)
		memcpy(grown, m->v, m->n * size);
	TRY(field_set_text(&(struct field){ .kind = t->field->kind, .choices = t->field->choices, .max = 4096 },
			   grown + m->n * size, text));
	*m = (struct many){ grown, m->n + 1 };
	return NULL;
}

static err set(struct reading *r, const struct target *t, struct str text)
{
	const char *mark = t->field->flags & FIELD_OPERAND ? "" : "--";
	err e;

	if (text.n == 0)
		return fail(ERR_USAGE, "%s%s is empty", mark, t->field->name);
	if (t->field->flags & FIELD_MANY)
		e = add_item(r, t, text);
	else if (*t->set)
		return fail(ERR_USAGE, "%s%s is given twice", mark, t->field->name);
	else
		e = field_set_text(t->field, t->base + t->field->offset, text);
	*t->set = true;
	if (e)
		return err_hint(fail(ERR_USAGE, "%s%s %.*s: %s", mark, t->field->name, FMT(str_cut(text, 200)), e->text),
				"--help lists what it takes");
	return NULL;
}

static err flag(struct reading *r, const struct target *t, bool value)
{
	if (*t->set)
		return fail(ERR_USAGE, "--%s is given twice", t->field->name);
	*t->set = true;
	(void)r;
	*(int *)(t->base + t->field->offset) = value;
	return NULL;
}

/* One word that begins with "--"; takes the next word where it wants a value. */
static err long_option(struct reading *r, const char *word)
{
	struct str name = str_c(word + 2), value = { 0 };
	size_t equals = str_find(name, STR("="), 0);
	struct target t;

	if (equals < name.n) {
		value = str_from(name, equals + 1);
		name.n = equals;
	}
	if (!find(r, name, 0, &t)) {
		bool no = str_starts(name, STR("no-"));

		if (no && find(r, str_from(name, 3), 0, &t) && t.field->kind == FIELD_FLAG && !value.p)
			return flag(r, &t, false);
		return unknown(r, word, name);
	}
	if (t.field->kind == FIELD_FLAG && !value.p)
		return flag(r, &t, true);
	if (!value.p) {
		if (!*r->argv)
			return fail(ERR_USAGE, "--%.*s wants a value", FMT(name));
		value = str_c(*r->argv++);
	}
	return set(r, &t, value);
}

static err short_option(struct reading *r, const char *word)
{
	struct target t;

	if (word[2] || !find(r, (struct str){ 0 }, word[1], &t))
		return unknown(r, word, str_c(word + 1));
	if (t.field->kind == FIELD_FLAG)
		return flag(r, &t, true);
	if (!*r->argv)
		return fail(ERR_USAGE, "%s wants a value", word);
	return set(r, &t, str_c(*r->argv++));
}

/* Operands fill the operand fields in order; the last may be a list. */
static err operand(struct reading *r, const char *word)
{
	const struct field *f = r->table->fields;
	size_t n = 0;

	for (; f->name; f++) {
		struct target t = { f, r->out, &r->set[f - r->table->fields] };

		if (!(f->flags & FIELD_OPERAND))
			continue;
		if (n++ < r->operands && !(f->flags & FIELD_MANY))
			continue;
		r->operands++;
		return set(r, &t, str_c(word));
	}
	return err_hint(fail(ERR_USAGE, "'%s' is one word too many", word), "--help shows what the command takes");
}

static err required(const struct reading *r)
{
	for (const struct field *f = r->table->fields; f->name; f++) {
		if (!(f->flags & FIELD_REQUIRED) || r->set[f - r->table->fields])
			continue;
		if (f->flags & FIELD_OPERAND)
			return err_hint(fail(ERR_USAGE, "the %s is missing", f->name), "--help shows what the command takes");
		return err_hint(fail(ERR_USAGE, "--%s is missing", f->name), "--help shows what the command takes");
	}
	return NULL;
}

/* One word: an option, an operand, or "--", behind which there are only operands. */
static err read_word(struct reading *r, const char *word, bool *help)
{
	bool dash = word[0] == '-' && word[1] && !r->only_operands;

	if (!dash)
		return operand(r, word);
	if (strcmp(word, "--") == 0) {
		r->only_operands = true;
		return NULL;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		*help = true;
		return NULL;
	}
	return word[1] == '-' ? long_option(r, word) : short_option(r, word);
}

err options_read(const struct options_spec *spec, void *out, struct cmd_common *common, bool *help)
{
	static const struct field none[] = { { 0 } };
	static const struct table empty = { "none", none, 0 };
	const struct table *t = spec->verb->options ? spec->verb->options : &empty;
	struct reading r = { .a = spec->a, .table = t, .out = out, .common = (char *)common, .argv = spec->argv };

	if (t->size)
		table_clear(t, out);
	table_clear(&cmd_common_table, common);
	*help = false;
	while (*r.argv) {
		const char *word = *r.argv++;

		TRY(read_word(&r, word, help));
	}
	return *help ? NULL : required(&r);
}
