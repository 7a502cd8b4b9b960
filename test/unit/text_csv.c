#include "unit.h"

#include "text/csv.h"

struct seen {
	struct buf log;
	bool refuse;
};

static err on_row(void *ctx, const struct csv_reader *r, struct strs cells)
{
	struct seen *s = ctx;

	if (s->refuse)
		return fail(ERR_GATE, "enough");
	buf_addf(&s->log, "%u:", csv_line(r));
	for (size_t i = 0; i < cells.n; i++)
		buf_addf(&s->log, "<%s>", cells.v[i].p);
	if (csv_cell(r, cells, "name").p)
		buf_addf(&s->log, "name=%.*s", FMT(csv_cell(r, cells, "name")));
	buf_add_char(&s->log, '\n');
	return NULL;
}

static const char *run(struct str text, size_t step, char delimiter)
{
	static char out[8192];
	struct seen s = { .log = buf_new(8000) };
	struct csv_spec spec = { "x.csv", delimiter, on_row, &s };
	OWNED(csv_reader) r = csv_reader_new(&spec);
	err e = NULL;

	for (size_t i = 0; i < text.n && !e; i += step) {
		size_t n = text.n - i < step ? text.n - i : step;
		char *exact = malloc(n);

		memcpy(exact, text.p + i, n);
		e = csv_reader_feed(r, (struct str){ exact, n });
		free(exact);
	}
	if (!e)
		e = csv_reader_end(r);
	snprintf(out, sizeof(out), "%.*s%s", FMT(buf_str(&s.log)), e ? e->text : "");
	buf_done(&s.log);
	return out;
}

static void expect(const char *text, const char *want)
{
	for (size_t step = 1; step < 30; step++)
		assert_string_equal(run(str_c(text), step, ','), want);
	assert_string_equal(run(str_c(text), 1000, ','), want);
}

static void rows_come_with_their_cells_and_lines(void **s)
{
	(void)s;
	expect("\xEF\xBC\xA1,name\n1,2\n", "2:<1><2>name=2\n");
	expect("\xEF\xBB\xBFid, Name ,x\r\n1,ann,\r\n\r\n2,\"b \"\"q\"\"\n c\",z\r\n3\r\n",
	       "2:<1><ann><>name=ann\n4:<2><b \"q\"\n c><z>name=b \"q\"\n c\n6:<3>\n");
	expect("name\nlast", "2:<last>name=last\n");
	expect("name\n\n\n", "");
	expect("name\n\"\"\n", "2:<>name=\n");
}

static void the_delimiter_may_be_found_out(void **s)
{
	(void)s;
	assert_string_equal(run(STR("a;name\n1;x,y\n"), 100, 0), "2:<1><x,y>name=x,y\n");
	assert_string_equal(run(STR("a\tname\n1\tx;y\n"), 100, 0), "2:<1><x;y>name=x;y\n");
	assert_string_equal(run(STR("name\nx\n"), 100, 0), "2:<x>name=x\n");
}

static void what_is_no_table_is_refused(void **s)
{
	(void)s;
	expect("", "x.csv: the document is empty");
	expect("a,b\n1,2,3\n", "x.csv:2: 3 cells, but the header has 2");
	expect("a,b\n1,2\n\"x,3\n\n", "2:<1><2>\nx.csv:3: a quote is never closed");
	expect("a,b\nx\"y,1\n", "x.csv:2: a quote stands within a cell without quotes around it");
	expect("a,b\n\"x\"y,1\n", "x.csv:2: a quote stands within a cell without quotes around it");
	expect("a\n\xFF\n", "x.csv:2: there are bytes that are not UTF-8");
	expect("\xEF\xBBz", "x.csv:1: there are bytes that are not UTF-8");
}

static void rows_and_cells_are_bounded(void **s)
{
	struct seen seen = { .log = buf_new(100) };
	struct csv_spec spec = { "x.csv", ',', on_row, &seen };
	OWNED(csv_reader) wide = csv_reader_new(&spec);
	OWNED(csv_reader) many = csv_reader_new(&spec);
	char *big = base_alloc(CSV_ROW_MAX + 2);

	(void)s;
	memset(big, 'x', CSV_ROW_MAX + 1);
	assert_ok(csv_reader_feed(wide, STR("a\n\"")));
	assert_ok(csv_reader_feed(wide, (struct str){ big, CSV_ROW_MAX / 2 }));
	assert_fails(csv_reader_feed(wide, (struct str){ big, CSV_ROW_MAX / 2 }), ERR_LIMIT);
	assert_fails(csv_reader_feed(wide, STR("a")), ERR_INPUT);
	memset(big, ',', CSV_CELLS);
	big[CSV_CELLS] = '\n';
	assert_fails(csv_reader_feed(many, (struct str){ big, CSV_CELLS + 1 }), ERR_LIMIT);
	free(big);
}

static void an_error_of_the_taker_ends_the_reading(void **s)
{
	struct seen seen = { .log = buf_new(100), .refuse = true };
	struct csv_spec spec = { "x.csv", ',', on_row, &seen };
	OWNED(csv_reader) r = csv_reader_new(&spec);

	(void)s;
	assert_fails(csv_reader_feed(r, STR("a\n1\n2\n")), ERR_GATE);
	assert_fails(csv_reader_end(r), ERR_INPUT);
}

static void nothing_written_is_taken_for_a_formula(void **s)
{
	struct str cells[] = {
		STR_INIT("=1+1"), STR_INIT("+a"), STR_INIT("-2"), STR_INIT("@x"), STR_INIT("\tx"),
		STR_INIT("\rx"), STR_INIT("a=b"), STR_INIT(""), STR_INIT("say \"no\""),
		STR_INIT("1,2"), STR_INIT("two\nlines"), STR_INIT(" x"), STR_INIT("=\"a\""),
	};
	BUF_AUTO b = buf_new(4096);

	(void)s;
	csv_put_row(&b, (struct strs){ cells, ARRAY_LEN(cells) });
	buf_add_char(&b, '\0');
	assert_string_equal(b.p, "'=1+1,'+a,'-2,'@x,\"'\tx\",\"'\rx\",a=b,,\"say \"\"no\"\"\",\"1,2\","
				 "\"two\nlines\",\" x\",\"'=\"\"a\"\"\"\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_with_their_cells_and_lines),
		cmocka_unit_test(the_delimiter_may_be_found_out),
		cmocka_unit_test(what_is_no_table_is_refused),
		cmocka_unit_test(rows_and_cells_are_bounded),
		cmocka_unit_test(an_error_of_the_taker_ends_the_reading),
		cmocka_unit_test(nothing_written_is_taken_for_a_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
