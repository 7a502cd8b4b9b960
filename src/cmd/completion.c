/* Completion scripts and the noun `help`. */
#include "cmd/help.h"

#include "cmd/options.h"

enum { TEXT_MAX = 1 << 20 };

static void put_names(struct arena *a, struct buf *b, const struct table *t)
{
	for (const struct field *f = t ? t->fields : NULL; f && f->name; f++)
		if (!(f->flags & FIELD_OPERAND))
			buf_addf(b, "%.*s ", FMT(options_name(a, f)));
}

static void put_words(struct arena *a, struct buf *b, const struct cmd_noun *noun)
{
	for (const struct cmd_verb *v = noun->verbs; v->name; v++) {
		if (*v->name)
			buf_addf(b, "%s ", v->name);
		put_names(a, b, v->options);
	}
	put_names(a, b, &cmd_common_table);
	buf_add_c(b, "--help");
}

static void put_nouns(struct buf *b)
{
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++)
		if (!(*n)->hidden)
			buf_addf(b, "%s ", (*n)->name);
}

static void put_bash(struct arena *a, struct buf *b)
{
	buf_add_c(b, "_custody() {\n\tlocal words cur=${COMP_WORDS[COMP_CWORD]}\n"
		  "\tif [ \"$COMP_CWORD\" = 1 ]; then words=\"");
	put_nouns(b);
	buf_add_c(b, "\"; else case ${COMP_WORDS[1]} in\n");
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++) {
		if ((*n)->hidden)
			continue;
		buf_addf(b, "\t%s) words=\"", (*n)->name);
		put_words(a, b, *n);
		buf_add_c(b, "\";;\n");
	}
	buf_add_c(b, "\tesac; fi\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		  "\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n}\ncomplete -o filenames -F _custody custody\n");
}

static void put_fish(struct arena *a, struct buf *b)
{
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++) {
		BUF_AUTO words = buf_new(TEXT_MAX);

		if ((*n)->hidden)
			continue;
		put_words(a, &words, *n);
		buf_addf(b, "complete -c custody -n __fish_use_subcommand -a %s -d '%s'\n", (*n)->name, (*n)->summary);
		buf_addf(b, "complete -c custody -n '__fish_seen_subcommand_from %s' -a '%.*s'\n", (*n)->name,
			 FMT(buf_str(&words)));
	}
}

err help_completion(struct arena *a, const char *shell)
{
	BUF_AUTO b = buf_new(TEXT_MAX);

	if (strcmp(shell, "zsh") == 0)
		buf_add_c(&b, "#compdef custody\nautoload -U +X bashcompinit && bashcompinit\n");
	if (strcmp(shell, "fish") == 0)
		put_fish(a, &b);
	else
		put_bash(a, &b);
	TRY(buf_ok(&b, "the completion"));
	return cmd_print(buf_str(&b));
}

struct help_options {
	struct str command, man;
	int completion;
};
static const char *const shells[] = { "bash", "zsh", "fish", NULL };
static const struct field help_fields[] = {
	FIELD(help_options, command, FIELD_TEXT, FIELD_OPERAND, 64, "the command"),
	FIELD(help_options, man, FIELD_TEXT, 0, 64, "print the manual page of this command, or of all"),
	FIELD_CHOICE(help_options, completion, 0, shells, "print completion for this shell"),
	{ 0 },
};
static const struct table help_table = TABLE(help_options, "help", help_fields);

static const struct cmd_noun *noun_named(struct str name)
{
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++)
		if (str_is(name, (*n)->name) && !(*n)->hidden)
			return *n;
	return NULL;
}

static err run_help(struct cmd_run *run, const void *options)
{
	const struct help_options *o = options;
	struct str name = o->man.p ? o->man : o->command;
	const struct cmd_noun *noun = name.p ? noun_named(name) : NULL;

	if (o->completion != FIELD_UNKNOWN)
		return help_completion(run->a, shells[o->completion]);
	if (o->man.p && str_is(o->man, "all"))
		return help_man(run->a, NULL);
	if (name.p && !noun)
		return fail(ERR_USAGE, "there is no command '%.*s'", FMT(name));
	if (o->man.p)
		return help_man(run->a, noun);
	return noun ? help_noun(run->a, noun) : help_all(run->a);
}

static const struct cmd_verb verbs[] = {
	{ "", "what there is, a manual page, or completion", NULL, NULL, &help_table, run_help },
	{ 0 },
};
const struct cmd_noun cmd_help = { "help", "what there is; manual pages and completion", verbs, false };
