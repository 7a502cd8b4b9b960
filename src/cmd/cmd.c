#include "cmd/cmd.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/file.h"
#include "base/term.h"
#include "cmd/help.h"
#include "cmd/options.h"

enum { SAID_MAX = 1 << 20, SAID_TEXT = 16 * 1024, TOLD_MAX = 16 << 20 };

err cmd_print(struct str text)
{
	return fd_write_all(STDOUT_FILENO, "the output", text);
}

int64_t cmd_limit(const struct cmd_run *run, int64_t given)
{
	enum { USUAL = 50 };

	if (given != FIELD_NO_INT)
		return given;
	return run->format == SHOW_TABLE || run->format == SHOW_MARKDOWN ? USUAL : 0;
}

err cmd_show(const struct cmd_run *run, struct str text)
{
	return run->format == SHOW_TABLE ? cmd_tell(text) : cmd_print(text);
}

err cmd_tell(struct str text)
{
	BUF_AUTO out = buf_new(TOLD_MAX);
	OWNED(arena) a = arena_new();

	term_wrap(&out, term_safe_lines(a, text), term_width());
	TRY(buf_ok(&out, "the output"));
	return cmd_print(buf_str(&out));
}

void cmd_say(const struct cmd_run *run, const char *fmt, ...)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(SAID_MAX);
	char text[SAID_TEXT];
	va_list ap;

	if (run->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	term_wrap(&out, term_safe_lines(a, str_c(text)), term_is(STDERR_FILENO) ? term_width() : SAID_MAX);
	buf_add_char(&out, '\n');
	fwrite(out.p, 1, out.n, stderr);
}

void cmd_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static const struct cmd_noun *find_noun(const char *name)
{
	for (const struct cmd_noun *const *n = cmd_nouns; *n; n++)
		if (strcmp((*n)->name, name) == 0)
			return *n;
	return NULL;
}

static const struct cmd_verb *find_verb(const struct cmd_noun *noun, const char *name)
{
	for (const struct cmd_verb *v = noun->verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static err no_such_noun(const char *name)
{
	const char *words[64];
	const char *near;
	size_t n = 0;

	for (const struct cmd_noun *const *p = cmd_nouns; *p && n < 63; p++)
		if (!(*p)->hidden)
			words[n++] = (*p)->name;
	words[n] = NULL;
	near = choice_nearest(words, str_c(name));
	if (near)
		return err_hint(fail(ERR_USAGE, "there is no command '%s'", name), "did you mean %s?", near);
	return err_hint(fail(ERR_USAGE, "there is no command '%s'", name), "custody --help lists what there is");
}

static err no_such_verb(const struct cmd_noun *noun, const char *name)
{
	const char *words[64];
	const char *near;
	size_t n = 0;

	for (const struct cmd_verb *v = noun->verbs; v->name && n < 63; v++)
		words[n++] = v->name;
	words[n] = NULL;
	if (!name)
		return err_hint(fail(ERR_USAGE, "%s what?", noun->name), "custody %s --help lists what there is", noun->name);
	near = choice_nearest(words, str_c(name));
	if (near && *near)
		return err_hint(fail(ERR_USAGE, "there is no command '%s %s'", noun->name, name),
				"did you mean %s %s?", noun->name, near);
	return err_hint(fail(ERR_USAGE, "there is no command '%s %s'", noun->name, name),
			"custody %s --help lists what there is", noun->name);
}

/* The verb a command line names, and where its own words begin. A noun with a
 * verb "" takes what is no verb's name as its operands. */
static err choose(const struct cmd_noun *noun, char ***argv, const struct cmd_verb **verb)
{
	const struct cmd_verb *alone = find_verb(noun, "");
	const char *word = **argv;

	*verb = word ? find_verb(noun, word) : NULL;
	if (*verb && *word) {
		++*argv;
		return NULL;
	}
	*verb = alone;
	return alone ? NULL : no_such_verb(noun, word);
}

static const char *home_of(struct arena *a, const struct cmd_common *common)
{
	const char *named = getenv("CUSTODY_HOME");

	if (common->home.p)
		return arena_cstr(a, common->home);
	return named && *named ? named : ".custody";
}

static err format_of(const struct cmd_common *c, enum show_format *out)
{
	if ((c->output != FIELD_UNKNOWN) + (c->json == 1) + (c->csv == 1) > 1)
		return fail(ERR_USAGE, "--output, --json and --csv say the same; give one");
	*out = c->json == 1 ? SHOW_JSON : c->csv == 1 ? SHOW_CSV :
	       c->output == FIELD_UNKNOWN ? SHOW_TABLE : (enum show_format)c->output;
	return NULL;
}

static err run_verb(struct cmd_run *run, const struct cmd_noun *noun, const struct cmd_verb *verb, char **argv)
{
	void *options = arena_alloc(run->a, verb->options ? verb->options->size : 1);
	struct cmd_common common;
	const char *named = getenv("CUSTODY_HOME");
	bool help;

	TRY(options_read(&(struct options_spec){ run->a, verb, argv }, options, &common, &help));
	if (help)
		return help_verb(run->a, noun, verb);
	run->home = home_of(run->a, &common);
	run->home_given = common.home.p || (named && *named);
	TRY(format_of(&common, &run->format));
	run->quiet = common.quiet == 1;
	return verb->run(run, options);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

err cmd_main(int argc, char **argv, int *code)
{
	OWNED(arena) a = arena_new();
	struct cmd_run run = { .a = a, .program = argv[0] };
	const struct cmd_noun *noun;
	const struct cmd_verb *verb;

	if (argc < 2 || is_help(argv[1]))
		return help_all(a);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return cmd_print(STR("custody " CUSTODY_VERSION "\n"));
	noun = find_noun(argv[1]);
	if (!noun)
		return no_such_noun(argv[1]);
	argv += 2;
	if (*argv && is_help(*argv) && !find_verb(noun, ""))
		return help_noun(a, noun);
	TRY(choose(noun, &argv, &verb));
	TRY(run_verb(&run, noun, verb, argv));
	*code = run.exit_code;
	return NULL;
}
