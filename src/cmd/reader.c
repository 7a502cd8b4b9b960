/* The roles that parse what came from outside. The program starts them itself. */
#include "cmd/nouns.h"

#include "source/run.h"
#include "source/scan_secrets.h"

struct reader_options {
	int role;
	struct str kind, name;
};
static const struct field fields[] = {
	FIELD_CHOICE(reader_options, role, FIELD_OPERAND | FIELD_REQUIRED, source_role_words, "what to do"),
	FIELD(reader_options, kind, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 64, "reader"),
	FIELD(reader_options, name, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 4096, "what errors call the input"),
	{ 0 },
};
static const struct table table = TABLE(reader_options, "reader", fields);

static err run_reader(struct cmd_run *run, const void *options)
{
	const struct reader_options *o = options;

	return source_role_main((enum source_role)o->role, arena_cstr(run->a, o->kind),
				arena_cstr(run->a, o->name), &run->exit_code);
}

static const struct cmd_verb verbs[] = {
	{ "", "one step of reading a file, without rights", NULL, NULL, &table, run_reader },
	{ 0 },
};
const struct cmd_noun cmd_reader = { "reader", "one step of reading a file", verbs, true };

struct scanner_options {
	struct str dir, name;
};
static const struct field scanner_fields[] = {
	FIELD(scanner_options, dir, FIELD_PATH, FIELD_OPERAND | FIELD_REQUIRED, 4096, "repository"),
	FIELD(scanner_options, name, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 256, "its name"),
	{ 0 },
};
static const struct table scanner_table = TABLE(scanner_options, "scanner", scanner_fields);

static err run_scanner(struct cmd_run *run, const void *options)
{
	const struct scanner_options *o = options;
	struct scan_secrets_spec spec = { .dir = arena_cstr(run->a, o->dir), .repository = o->name };

	return scan_secrets_main(&spec, &run->exit_code);
}

static const struct cmd_verb scanner_verbs[] = {
	{ "", "scan the tree of a repository and write a submission", NULL, NULL, &scanner_table, run_scanner },
	{ 0 },
};
const struct cmd_noun cmd_scanner = { "scanner", "scan a tree", scanner_verbs, true };
