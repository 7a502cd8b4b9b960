/* What must hold of lists: they fit the terminal, nothing is kept back in silence,
 * and what programs read has every column. */
#include "unit.h"

#include "base/term.h"
#include "show/list.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct show_column columns[] = {
	{ "number", "no", SHOW_NUMBER, 10 }, { "rule", "rule", SHOW_TEXT, 12 }, { "path", "where", SHOW_PATH, 0 },
	{ "owner", "owner", SHOW_TEXT, 10 }, { 0 },
};

/* The list of so many rows, as text. */
static const char *listed(enum show_format format, const char *path, size_t rows, int64_t total)
{
	static char text[64 * 1024];
	OWNED(show_list) l = NULL;
	int fd = memfd_create("list", MFD_CLOEXEC);
	ssize_t n;

	l = show_list_new(format, columns, fd);
	for (size_t i = 0; i < rows; i++)
		show_list_row(l, (const struct show_cell[]){ SHOW_N(i + 1), SHOW_T(STR("a-rule-with-a-long-name")),
							     SHOW_T(str_c(path)), SHOW_T(STR("")) });
	show_list_total(l, total, SHOW_ALL);
	show_list_empty(l, "Nothing is here. Something would fill it.");
	assert_ok(show_list_end(l));
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	close(fd);
	return text;
}

static const char deep[] = "services/payment/internal/adapters/storage/postgres/migrations/0001_first_of_many/"
			   "and_one_more_folder/that_is_deep/handler_test.go:1234";

static size_t widest(const char *text)
{
	struct str rest = str_c(text), line;
	size_t most = 0;

	while (str_split(&rest, '\n', &line))
		if (term_columns(line) > most)
			most = term_columns(line);
	return most;
}

static void a_table_fits_the_width(void **s)
{
	(void)s;
	for (int width = 40; width <= 160; width += 30) {
		char text[16];

		snprintf(text, sizeof(text), "%d", width);
		setenv("COLUMNS", text, 1);
		assert_true(widest(listed(SHOW_TABLE, deep, 3, 3)) <= (size_t)width);
	}
	setenv("COLUMNS", "100", 1);
}

static void a_path_keeps_its_end(void **s)
{
	const char *text = listed(SHOW_TABLE, deep, 1, 1);

	(void)s;
	assert_non_null(strstr(text, "handler_test.go:1234\n"));
	assert_non_null(strstr(text, "…"));
	assert_non_null(strstr(text, "  services/"));
}

static void a_column_that_says_nothing_is_left_out_of_tables_alone(void **s)
{
	(void)s;
	assert_null(strstr(listed(SHOW_TABLE, "a.c", 2, 2), "owner"));
	assert_non_null(strstr(listed(SHOW_CSV, "a.c", 2, 2), "number,rule,path,owner"));
	assert_non_null(strstr(listed(SHOW_JSON, "a.c", 2, 2), "\"owner\":\"\""));
}

static void what_a_limit_kept_back_is_said(void **s)
{
	(void)s;
	assert_non_null(strstr(listed(SHOW_TABLE, "a.c", 50, 1234567), "\n50 of 1,234,567; --limit 0 shows all"));
	assert_non_null(strstr(listed(SHOW_TABLE, "a.c", 50, -1), "\nthe first 50; --limit 0"));
	assert_null(strstr(listed(SHOW_TABLE, "a.c", 50, 50), "--limit"));
	assert_null(strstr(listed(SHOW_CSV, "a.c", 50, 60), "--limit"));
}

static void an_empty_list_says_so(void **s)
{
	(void)s;
	assert_string_equal(listed(SHOW_TABLE, "", 0, 0), "Nothing is here. Something would fill it.\n");
	assert_string_equal(listed(SHOW_JSON, "", 0, 0), "[]\n");
	assert_string_equal(listed(SHOW_CSV, "", 0, 0), "number,rule,path,owner\r\n");
}

static void outside_text_does_not_steer_the_terminal_or_a_spreadsheet(void **s)
{
	(void)s;
	assert_null(strstr(listed(SHOW_TABLE, "a\033[2Jb\tc\nd", 1, 1), "\033"));
	assert_non_null(strstr(listed(SHOW_TABLE, "a\033[2Jb\tc\nd", 1, 1), "a[2Jb c d\n"));
	assert_non_null(strstr(listed(SHOW_CSV, "=HYPERLINK(0)", 1, 1), ",'=HYPERLINK(0),"));
	assert_non_null(strstr(listed(SHOW_CSV, "@x", 1, 1), ",'@x,"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_fits_the_width),
		cmocka_unit_test(a_path_keeps_its_end),
		cmocka_unit_test(a_column_that_says_nothing_is_left_out_of_tables_alone),
		cmocka_unit_test(what_a_limit_kept_back_is_said),
		cmocka_unit_test(an_empty_list_says_so),
		cmocka_unit_test(outside_text_does_not_steer_the_terminal_or_a_spreadsheet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
