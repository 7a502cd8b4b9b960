#include "cmd/help.h"

#include "base/term.h"
#include "cmd/options.h"

enum { TEXT_MAX = 1 << 20 };

static const char *const value_words[] = {
	[FIELD_FLAG] = "", [FIELD_INT] = "N", [FIELD_TEXT] = "TEXT", [FIELD_ENUM] = "", [FIELD_TIME] = "TIME",
	[FIELD_DAY] = "DAY", [FIELD_DIGEST] = "DIGEST", [FIELD_COMMIT] = "COMMIT", [FIELD_PATH] = "PATH",
	[FIELD_URL] = "URL", [FIELD_ID] = "ID", [FIELD_GROUP] = "",
};

/* "table|json|csv" for a choice, else the word for the kind. */
static struct str value_word(struct arena *a, const struct field *f)
{
	struct str s = STR("");

	if (f->kind != FIELD_ENUM)
		return str_c(value_words[f->kind]);
	for (const char *const *c = f->choices; *c; c++)
		s = s.n ? arena_printf(a, "%.*s|%s", FMT(s), *c) : str_c(*c);
	return s;
}

static void put_option(struct arena *a, struct buf *b, const struct field *f)
{
	struct str left = options_name(a, f), value = value_word(a, f);
	size_t n;

	if (f->letter)
		left = arena_printf(a, "-%c, %.*s", f->letter, FMT(left));
	if (value.n)
		left = arena_printf(a, "%.*s %.*s", FMT(left), FMT(value));
	n = term_columns(left);
	buf_addf(b, "  %.*s", FMT(left));
	if (n > 28)
		buf_add_c(b, "\n  ");
	for (size_t i = n > 28 ? 0 : n; i < 30; i++)
		buf_add_char(b, ' ');
	buf_addf(b, "%s%s%s\n", f->help, f->flags & FIELD_REQUIRED ? " (required)" : "",
		 f->flags & FIELD_MANY ? " (may be repeated)" : "");
}

static void put_operands(struct buf *b, const struct table *t)
{
	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++) {
		bool must = f->flags & FIELD_REQUIRED, many = f->flags & FIELD_MANY;
		char upper[64];
		size_t n = strlen(f->name) < 63 ? strlen(f->name) : 63;

		if (!(f->flags & FIELD_OPERAND))
			continue;
		for (size_t i = 0; i < n; i++)
			upper[i] = (char)(f->name[i] >= 'a' && f->name[i] <= 'z' ? f->name[i] - 32 : f->name[i]);
		upper[n] = '\0';
		buf_addf(b, must ? " %s%s" : " [%s%s]", upper, many ? "…" : "");
	}
}

/* Options that must be given belong to the line that shows how it is called. */
static void put_required(struct arena *a, struct buf *b, const struct table *t)
{
	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++)
		if (f->flags & FIELD_REQUIRED && !(f->flags & FIELD_OPERAND))
			buf_addf(b, " %.*s %.*s", FMT(options_name(a, f)), FMT(value_word(a, f)));
}

static void put_usage(struct arena *a, struct buf *b, const struct cmd_noun *noun, const struct cmd_verb *verb)
{
	buf_addf(b, "custody %s%s%s", noun->name, *verb->name ? " " : "", verb->name);
	put_required(a, b, verb->options);
	if (verb->options)
		buf_add_c(b, " [options]");
	put_operands(b, verb->options);
}

static err print(struct buf *b)
{
	TRY(buf_ok(b, "the help"));
	return cmd_print(buf_str(b));
}

err help_all(struct arena *a)
{
	BUF_AUTO b = buf_new(TEXT_MAX);

	(void)a;
	buf_add_c(&b, "custody " CUSTODY_VERSION "  keeps the chain of evidence of how software is delivered\n\n"
		  "  custody audit [DIR]       what a repository can show an auditor, and what to do first\n\n"
		  "commands\n");
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++)
		if (!(*n)->hidden)
			buf_addf(&b, "  %-12s %s\n", (*n)->name, (*n)->summary);
	buf_add_c(&b, "\ncustody COMMAND --help tells more. Exit codes: 0 pass, 1 could not do it, 2 usage,\n"
		  "3 passes only by acceptance, 4 gate denied, 5 integrity, 6 input/output or network, 7 not allowed.\n");
	return print(&b);
}

err help_noun(struct arena *a, const struct cmd_noun *noun)
{
	BUF_AUTO b = buf_new(TEXT_MAX);

	buf_addf(&b, "custody %s: %s\n\n", noun->name, noun->summary);
	for (const struct cmd_verb *v = noun->verbs; v->name; v++) {
		buf_add_c(&b, "  ");
		put_usage(a, &b, noun, v);
		buf_addf(&b, "\n      %s\n", v->summary);
	}
	return print(&b);
}

static void put_options(struct arena *a, struct buf *b, const struct table *t, const char *title)
{
	bool any = false;

	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++) {
		if (f->flags & FIELD_OPERAND)
			continue;
		if (!any)
			buf_addf(b, "\n%s\n", title);
		any = true;
		put_option(a, b, f);
	}
}

static void put_operand_help(struct buf *b, const struct table *t)
{
	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++)
		if (f->flags & FIELD_OPERAND)
			buf_addf(b, "  %-30s%s\n", f->name, f->help);
}

err help_verb(struct arena *a, const struct cmd_noun *noun, const struct cmd_verb *verb)
{
	BUF_AUTO b = buf_new(TEXT_MAX);

	put_usage(a, &b, noun, verb);
	buf_addf(&b, "\n%s\n", verb->summary);
	if (verb->details)
		buf_addf(&b, "\n%s\n", verb->details);
	if (verb->options)
		buf_add_char(&b, '\n');
	put_operand_help(&b, verb->options);
	put_options(a, &b, verb->options, "options");
	put_options(a, &b, &cmd_common_table, "options of every command");
	if (verb->example)
		buf_addf(&b, "\nexample\n%s\n", verb->example);
	return print(&b);
}

/* Text for man(7): a line that begins with a dot, and backslashes, are escaped. */
static void put_roff(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((i == 0 || s.p[i - 1] == '\n') && (s.p[i] == '.' || s.p[i] == '\''))
			buf_add_c(b, "\\&");
		if (s.p[i] == '\\')
			buf_add_char(b, '\\');
		if (s.p[i] == '-')
			buf_add_char(b, '\\');
		buf_add_char(b, s.p[i]);
	}
}

static void put_roff_options(struct arena *a, struct buf *b, const struct table *t)
{
	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++) {
		struct str name = f->flags & FIELD_OPERAND ? str_c(f->name) : options_name(a, f);
		struct str value = f->flags & FIELD_OPERAND ? STR("") : value_word(a, f);

		buf_add_c(b, ".TP\n.B ");
		if (f->letter)
			put_roff(b, arena_printf(a, "-%c, ", f->letter));
		put_roff(b, name);
		if (value.n) {
			buf_add_c(b, " ");
			put_roff(b, value);
		}
		buf_add_char(b, '\n');
		put_roff(b, str_c(f->help));
		buf_addf(b, "%s\n", f->flags & FIELD_REQUIRED ? " (required)" : "");
	}
}

static void put_roff_verb(struct arena *a, struct buf *b, const struct cmd_noun *noun, const struct cmd_verb *v)
{
	BUF_AUTO usage = buf_new(4096);

	put_usage(a, &usage, noun, v);
	buf_add_c(b, ".SS ");
	put_roff(b, buf_str(&usage));
	buf_add_char(b, '\n');
	put_roff(b, str_c(v->summary));
	buf_add_c(b, ".\n");
	if (v->details) {
		buf_add_c(b, ".PP\n");
		put_roff(b, str_c(v->details));
		buf_add_char(b, '\n');
	}
	put_roff_options(a, b, v->options);
	if (v->example) {
		buf_add_c(b, ".PP\n.nf\n");
		put_roff(b, str_c(v->example));
		buf_add_c(b, "\n.fi\n");
	}
}

static void put_man_all(struct buf *b)
{
	buf_add_c(b, ".TH CUSTODY 1\n.SH NAME\ncustody \\- keeps the chain of evidence of how software is delivered\n"
		  ".SH SYNOPSIS\n.B custody\n.I command\n[options]\n.SH COMMANDS\n");
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++)
		if (!(*n)->hidden)
			buf_addf(b, ".TP\n.BR custody\\-%s (1)\n%s\n", (*n)->name, (*n)->summary);
	buf_add_c(b, ".SH EXIT STATUS\n0 pass, 1 could not do it, 2 usage, 3 passes only by acceptance, 4 gate denied, "
		  "5 integrity, 6 input/output or network, 7 not allowed.\n");
}

err help_man(struct arena *a, const struct cmd_noun *noun)
{
	BUF_AUTO b = buf_new(TEXT_MAX);

	if (!noun) {
		put_man_all(&b);
		return print(&b);
	}
	buf_addf(&b, ".TH CUSTODY-%s 1\n.SH NAME\ncustody\\-%s \\- ", noun->name, noun->name);
	put_roff(&b, str_c(noun->summary));
	buf_add_c(&b, "\n.SH COMMANDS\n");
	for (const struct cmd_verb *v = noun->verbs; v->name; v++)
		put_roff_verb(a, &b, noun, v);
	buf_add_c(&b, ".SH OPTIONS OF EVERY COMMAND\n");
	put_roff_options(a, &b, &cmd_common_table);
	return print(&b);
}
