/* Commands: one file per noun; each verb is a row of that noun's table. A verb
 * has an option table (base/field.h) from which the command line, --help, the
 * manual and completion come. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/arena.h"
#include "base/field.h"
#include "show/list.h"

/* What every verb gets: the options that go with each command, already read. */
struct cmd_common {
	struct str home;
	int output;			/* enum show_format */
	int csv, json;			/* the same in short */
	int quiet;
};

struct cmd_run {
	struct arena *a;		/* lives with the command */
	const char *home;		/* folder, from --home, $CUSTODY_HOME, or ./.custody */
	bool home_given;		/* by option or environment */
	enum show_format format;
	bool quiet;
	const char *program;		/* argv[0] */
	int exit_code;			/* set by a verb that passes with another code than 0 */
};

struct cmd_verb {
	const char *name;		/* NULL ends the table; "" is the noun alone */
	const char *summary;		/* one phrase for lists */
	const char *details;		/* paragraphs for --help, or NULL */
	const char *example;		/* lines, or NULL */
	const struct table *options;	/* operands are flagged FIELD_OPERAND */
	err (*run)(struct cmd_run *run, const void *options);
};

struct cmd_noun {
	const char *name, *summary;
	const struct cmd_verb *verbs;
	bool hidden;			/* roles the program starts itself in */
};

/* All nouns in the order of help; NULL at the end. */
extern const struct cmd_noun *const cmd_nouns[];

/* Finds the verb and its options and runs it. *code is the exit code on success.
 * Errors of the command line are ERR_USAGE with the nearest word. */
MUST_USE err cmd_main(int argc, char **argv, int *code);

/* Rows of a list: `given`, 0 for all; where it is not given, a table for people has
 * 50 and what programs read has all. */
int64_t cmd_limit(const struct cmd_run *run, int64_t given);

/* Prints to standard output / standard error (only when not --quiet). What is said on
 * standard error cannot steer a terminal; on one, long lines are broken at its width. */
MUST_USE err cmd_print(struct str text);
/* Sentences and labelled lines for people: safe, and broken at the terminal's width. */
MUST_USE err cmd_tell(struct str text);
/* A page in the format of the run: told where it is for people, else printed. */
MUST_USE err cmd_show(const struct cmd_run *run, struct str text);
void cmd_say(const struct cmd_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What must be said in any case: something was refused or left out. */
void cmd_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The options that every command takes. */
extern const struct table cmd_common_table;

#endif
