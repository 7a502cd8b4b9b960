/* What must hold of text on a terminal. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/term.h"

static void width_counts_columns_not_bytes(void **s)
{
	(void)s;
	assert_int_equal(term_columns(STR("abc")), 3);
	assert_int_equal(term_columns(STR("\xC3\xA9t\xC3\xA9")), 3);
	assert_int_equal(term_columns(STR("e\xCC\x81")), 1);
	assert_int_equal(term_columns(STR("\xE6\xBC\xA2\xE5\xAD\x97")), 4);
	assert_int_equal(term_columns(STR("\xF0\x9F\x98\x82!")), 3);
	assert_int_equal(term_columns(STR("\xFF\xFE")), 2);
	assert_int_equal(term_columns(STR("")), 0);
}

static void a_fitted_text_never_cuts_a_character(void **s)
{
	(void)s;
	assert_true(str_is(term_fit(STR("abc"), 2), "ab"));
	assert_true(str_is(term_fit(STR("\xE6\xBC\xA2\xE5\xAD\x97"), 3), "\xE6\xBC\xA2"));
	assert_true(str_is(term_fit(STR("e\xCC\x81x"), 1), "e\xCC\x81"));
	assert_int_equal(term_fit(STR("abc"), 0).n, 0);
}

static void text_from_outside_cannot_steer_the_terminal(void **s)
{
	OWNED(arena) a = arena_new();
	struct str plain = STR("plain na\xC3\xAFve text");

	(void)s;
	assert_ptr_equal(term_safe(a, plain).p, plain.p);
	assert_true(str_is(term_safe(a, STR("a\033]0;title\a\033[2Jb")), "a]0;title[2Jb"));
	assert_true(str_is(term_safe(a, STR("a\r\nb\tc")), "a b c"));
	assert_true(str_is(term_safe_lines(a, STR("a\r\nb\tc")), "a\nb c"));
	assert_true(str_is(term_safe(a, STR("x\xC2\x9B" "31my")), "x31my"));
	assert_true(str_is(term_safe(a, STR("x\xE2\x80\xAEy")), "xy"));
	assert_true(str_is(term_safe(a, STR("x\xFF\x9By")), "x\xEF\xBF\xBD\xEF\xBF\xBDy"));
	assert_true(str_is(term_safe(a, (struct str){ "x\0y", 3 }), "x\xEF\xBF\xBDy"));
}

static void width_is_taken_from_the_environment_within_bounds(void **s)
{
	(void)s;
	setenv("COLUMNS", "132", 1);
	assert_int_equal(term_width(), 132);
	setenv("COLUMNS", "3", 1);
	assert_int_equal(term_width(), 20);
	setenv("COLUMNS", "99999999999", 1);
	assert_int_equal(term_width(), 500);
	setenv("COLUMNS", "wide", 1);
	assert_in_range(term_width(), 20, 500);
	unsetenv("COLUMNS");
}

static void wrapped(const char *text, size_t columns, const char *want)
{
	BUF_AUTO b = buf_new(4096);

	term_wrap(&b, str_c(text), columns);
	buf_add_char(&b, '\0');
	assert_string_equal(b.p, want);
}

static void long_lines_break_at_spaces_below_where_their_text_begins(void **s)
{
	(void)s;
	wrapped("times     one two three four", 20, "times     one two\n          three four");
	wrapped("one two three\nfour five\n", 9, "one two\nthree\nfour five\n");
	wrapped("key       0123456789012345678901234 5\n", 20, "key       0123456789012345678901234\n          5\n");
	wrapped("\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9 x", 7,
		"\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9\nx");
	wrapped("  0123456789 x   ", 5, "  0123456789\n  x   ");
	wrapped("", 20, "");
	wrapped("\n\n", 20, "\n\n");
	wrapped("a\n\nb", 20, "a\n\nb");
}

/* A new pseudo-terminal's side for a program. */
static int terminal_open(int *other)
{
	char name[64];

	*other = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*other >= 0);
	assert_int_equal(grantpt(*other), 0);
	assert_int_equal(unlockpt(*other), 0);
	assert_int_equal(ptsname_r(*other, name, sizeof(name)), 0);
	return open(name, O_RDWR | O_NOCTTY);
}

static void colour_needs_a_terminal_that_can_and_a_person_who_wants(void **s)
{
	int other, fd = terminal_open(&other), file = open("/dev/null", O_WRONLY);

	(void)s;
	unsetenv("CI");
	unsetenv("NO_COLOR");
	setenv("TERM", "xterm", 1);
	assert_true(term_colour(fd));
	assert_false(term_colour(file));
	setenv("NO_COLOR", "1", 1);
	assert_false(term_colour(fd));
	setenv("NO_COLOR", "", 1);
	assert_true(term_colour(fd));
	setenv("TERM", "dumb", 1);
	assert_false(term_colour(fd));
	setenv("TERM", "xterm", 1);
	setenv("CI", "true", 1);
	assert_false(term_colour(fd));
	unsetenv("CI");
	close(fd);
	close(other);
	close(file);
}

static void progress_is_one_line_that_vanishes(void **s)
{
	struct term_progress p = { 0 };
	int other, fd = terminal_open(&other), kept = dup(STDERR_FILENO);
	static const char wanted[] = "\rread 1 of a[2Jb\033[K\r\033[K";
	char seen[512] = "";
	size_t got = 0;

	(void)s;
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	term_progress(&p, "read %d of %s", 1, "a\033[2Jb");
	term_progress(&p, "too soon");
	term_progress_done(&p);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	/* A terminal may give what was written in pieces. */
	while (got < sizeof(wanted) - 1) {
		ssize_t n = read(other, seen + got, sizeof(seen) - 1 - got);

		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_string_equal(seen, wanted);
	close(fd);
	close(other);
	close(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(width_counts_columns_not_bytes),
		cmocka_unit_test(a_fitted_text_never_cuts_a_character),
		cmocka_unit_test(text_from_outside_cannot_steer_the_terminal),
		cmocka_unit_test(long_lines_break_at_spaces_below_where_their_text_begins),
		cmocka_unit_test(width_is_taken_from_the_environment_within_bounds),
		cmocka_unit_test(colour_needs_a_terminal_that_can_and_a_person_who_wants),
		cmocka_unit_test(progress_is_one_line_that_vanishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
