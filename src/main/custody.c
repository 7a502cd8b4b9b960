/* The program: runs one command, prints its error, gives the exit code. */
#include "base/base.h"

#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/term.h"
#include "cmd/cmd.h"

static void print_error(err e)
{
	OWNED(arena) a = arena_new();
	bool colour = term_colour(STDERR_FILENO);
	struct str text = term_safe_lines(a, str_c(e->text));

	fprintf(stderr, "%scustody:%s %.*s\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "", FMT(text));
	if (e->hint) {
		struct str hint = term_safe_lines(a, str_c(e->hint));

		fprintf(stderr, "         %.*s\n", FMT(hint));
	}
}

int main(int argc, char **argv)
{
	int code = 0;
	err e;

	signal(SIGPIPE, SIG_IGN);
	e = cmd_main(argc, argv, &code);
	if (!e)
		return code;
	print_error(e);
	return err_exit_code(e);
}
