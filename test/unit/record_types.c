/* Every record type through every mouth: written canonically, read back and
 * written again, empty, full and at its bounds; headers as leaves. */
#include "fill.h"

#include "base/file.h"
#include "base/instant.h"
#include "record/types.h"
#include "text/json.h"

static const struct json_pick everything = { 0, 0 };

static void round_trip(const struct table *t, enum fill how)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO once = buf_new(8 << 20), twice = buf_new(8 << 20);
	void *value = arena_alloc(a, t->size), *back = arena_alloc(a, t->size);
	struct json_writer w = json_write(&once);
	struct json *doc;

	fill_table(a, t, value, how);
	json_put_table(&w, t, everything, value);
	assert_ok(buf_ok(&once, t->name));
	assert_ok(json_parse(a, t->name, buf_str(&once), &doc));
	assert_ok(json_to_table(a, t->name, doc, t, everything, back));
	w = json_write(&twice);
	json_put_table(&w, t, everything, back);
	assert_true(str_eq(buf_str(&once), buf_str(&twice)));
}

static void every_type_survives_writing_and_reading(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++)
		for (int how = REQUIRED_ONLY; how <= MAXIMAL; how++)
			round_trip((*t)->table, (enum fill)how);
}

static void tables_are_in_the_order_the_canonical_writer_needs(const struct table *t)
{
	for (const struct field *f = t->fields; f->name; f++) {
		if (f[1].name)
			assert_true(strcmp(f->name, f[1].name) < 0);
		if (f->kind == FIELD_TEXT && !(f->flags & FIELD_MANY))
			assert_true(f->max > 0);
		if (f->flags & FIELD_MANY)
			assert_true(f->max > 0);
		if (f->of)
			tables_are_in_the_order_the_canonical_writer_needs(f->of);
	}
}

static void every_table_is_ordered_and_bounded(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++)
		tables_are_in_the_order_the_canonical_writer_needs((*t)->table);
}

static void every_key_names_a_field(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		for (const char *const *key = (*t)->key; key && *key; key++) {
			bool special = strcmp(*key, "about") == 0 || strcmp(*key, "effective") == 0;
			const struct field *f = table_find((*t)->table, str_c(*key));

			assert_true(special || f);
			assert_true(special || !(f->flags & FIELD_WORDS));
		}
	}
}

/* Every key of `v` is a field of the part it stands in. */
static void holds_only(const struct json *v, const struct table *t, unsigned want, unsigned outer)
{
	for (const struct json *m = v->first; m; m = m->next) {
		const struct field *f = table_find(t, m->key);
		unsigned flags;

		assert_non_null(f);
		flags = (f->flags | outer) & FIELD_WORDS;
		if (f->kind != FIELD_GROUP)
			assert_int_equal(flags, want);
		else if (f->flags & FIELD_MANY)
			for (const struct json *item = m->first; item; item = item->next)
				holds_only(item, f->of, want, flags);
		else
			holds_only(m, f->of, want, flags);
	}
}

static void no_word_is_among_the_facts(void **state)
{
	OWNED(arena) a = arena_new();
	const unsigned parts[] = { 0, FIELD_WORDS };

	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		void *value = arena_alloc(a, (*t)->table->size), *back = arena_alloc(a, (*t)->table->size);
		BUF_AUTO whole = buf_new(8 << 20), again = buf_new(8 << 20);
		struct json_writer w = json_write(&whole);

		fill_table(a, (*t)->table, value, FULL);
		json_put_table(&w, (*t)->table, everything, value);
		table_clear((*t)->table, back);
		for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
			struct json_pick pick = { FIELD_WORDS, parts[i] };
			BUF_AUTO part = buf_new(8 << 20);
			struct json *doc;

			w = json_write(&part);
			json_put_table(&w, (*t)->table, pick, value);
			assert_ok(json_parse(a, (*t)->name, arena_str(a, buf_str(&part)), &doc));
			holds_only(doc, (*t)->table, parts[i], 0);
			assert_ok(json_to_table(a, (*t)->name, doc, (*t)->table, pick, back));
		}
		/* The two parts give the whole again. */
		w = json_write(&again);
		json_put_table(&w, (*t)->table, everything, back);
		assert_true(str_eq(buf_str(&whole), buf_str(&again)));
	}
}

/* "| `type.field` |", as doc/format-record.md gives it with the decision. */
static void each_text_is_decided(struct arena *a, struct str doc, struct str prefix, const struct table *t,
				 unsigned outer)
{
	for (const struct field *f = t->fields; f->name; f++) {
		struct str name = arena_printf(a, "%.*s.%s", FMT(prefix), f->name);
		struct str row = arena_printf(a, "| `%.*s` |", FMT(name));
		bool text = f->kind == FIELD_TEXT || f->kind == FIELD_PATH || f->kind == FIELD_URL;

		if ((f->flags | outer) & FIELD_WORDS)
			continue;
		if (f->kind == FIELD_GROUP)
			each_text_is_decided(a, doc, name, f->of, outer);
		if (text && str_find(doc, row, 0) == doc.n)
			fail_msg("doc/format-record.md does not say why %.*s may stand in facts", FMT(name));
	}
}

static void why_a_text_may_stay_in_facts_is_written_down(void **state)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO doc = buf_new(1 << 20);

	(void)state;
	assert_ok(file_read("doc/format-record.md", &doc));
	for (const struct record_type *const *t = record_types; *t; t++)
		each_text_is_decided(a, buf_str(&doc), str_cut(str_c((*t)->name), strlen((*t)->name) - 3),
				     (*t)->table, 0);
}

static struct header sample(struct arena *a)
{
	struct str *cite = ARENA_ARRAY(a, struct str, 1);
	struct header h = {
		.type = STR("scan.v1"), .about = digits(a, 32), .by = digits(a, 32), .in = digits(a, 32),
		.effective = 1700000000, .received = 1700000001, .content = CONTENT_UPLOADED,
		.author = AUTHOR_CLAIMED, .cites = { cite, 1 }, .has_words = true,
	};

	cite[0] = digits(a, 64);
	memset(h.facts.b, 1, sizeof(h.facts.b));
	memset(h.words.b, 2, sizeof(h.words.b));
	return h;
}

static void a_header_is_these_bytes_and_no_others(void **state)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(HEADER_MAX);
	struct header h = sample(a), back;

	(void)state;
	header_write(&h, &out);
	assert_true(str_is(buf_str(&out),
		"{\"about\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"by\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		"\"cites\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"],"
		"\"effective\":\"2023-11-14T22:13:20Z\","
		"\"facts\":\"0101010101010101010101010101010101010101010101010101010101010101\","
		"\"origin\":{\"author\":\"claimed\",\"content\":\"uploaded\",\"in\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"},"
		"\"received\":\"2023-11-14T22:13:21Z\",\"type\":\"scan.v1\","
		"\"words\":\"0202020202020202020202020202020202020202020202020202020202020202\"}"));
	assert_ok(header_parse(a, buf_str(&out), &back));
	assert_true(back.has_words && back.author == AUTHOR_CLAIMED && back.received == h.received);
}

/* Both ways of reading a header say the same of these bytes. */
static void both_ways_agree(struct arena *a, struct str leaf)
{
	BUF_AUTO one = buf_new(HEADER_MAX), other = buf_new(HEADER_MAX);
	struct header quick, slow;
	bool bad = header_parse_any(a, leaf, &slow) != NULL;

	assert_int_equal(header_parse(a, leaf, &quick) != NULL, bad);
	if (bad)
		return;
	header_write(&quick, &one);
	header_write(&slow, &other);
	assert_true(str_eq(buf_str(&one), buf_str(&other)) && str_eq(buf_str(&one), leaf));
	assert_true(quick.effective == slow.effective && quick.received == slow.received);
}

static void the_quick_reading_of_a_header_is_the_slow_one(void **state)
{
	static const char *const odd[][2] = {
		{ "22:13:20Z", "22:13:60Z" }, { "22:13:20Z", "22:13:20z" }, { "14T22", "14 22" },
		{ "2023-11-14T22:13:21Z", "2023-11-14T22:13:21.5Z" }, { "2023-11-14", "2023-02-29" },
		{ "2023-11-14", "0000-01-01" }, { "scan.v1", "scan\\u002ev1" }, { "scan.v1", "Scan.v1" },
		{ "scan.v1", "" }, { "scan.v1", "sc\xc3\xa4n.v1" }, { "\"type\"", " \"type\"" },
		{ "claimed", "claime" }, { "uploaded", "uploaded2" }, { "0101", "0A01" }, { "0101", "0g01" },
		{ "\"cites\":[", "\"cites\":[]" }, { "}", "}}" }, { "}", "" }, { "0202020202", "02020202" },
	};
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(HEADER_MAX);
	struct header h = sample(a);

	(void)state;
	for (size_t n = 0; n <= CITES_MAX; n += 32) {
		struct str *cites = ARENA_ARRAY(a, struct str, CITES_MAX);

		for (size_t i = 0; i < n; i++) {
			cites[i] = digits(a, 64);
			((char *)(uintptr_t)cites[i].p)[0] = "0123456789abcdef"[i / 16];
			((char *)(uintptr_t)cites[i].p)[1] = "0123456789abcdef"[i % 16];
		}
		h.cites = (struct strs){ cites, n };
		h.has_words = n == 32;
		buf_clear(&out);
		header_write(&h, &out);
		both_ways_agree(a, buf_str(&out));
		for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
			size_t at = str_find(buf_str(&out), str_c(odd[i][0]), 0);

			if (at < out.n)
				both_ways_agree(a, arena_printf(a, "%.*s%s%.*s", (int)at, out.p, odd[i][1],
								FMT(str_from(buf_str(&out), at + strlen(odd[i][0])))));
		}
		for (size_t cut = 0; cut < out.n; cut++)
			both_ways_agree(a, (struct str){ out.p, cut });
	}
}

/* A leaf with a byte changed is another leaf or none; never the same header. */
static void a_header_with_any_bit_flipped_is_refused_or_another(void **state)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(HEADER_MAX), again = buf_new(HEADER_MAX);
	struct header h = sample(a), back;

	(void)state;
	header_write(&h, &out);
	for (size_t bit = 0; bit < out.n * 8; bit++) {
		out.p[bit / 8] ^= (char)(1 << bit % 8);
		both_ways_agree(a, buf_str(&out));
		if (!header_parse(a, buf_str(&out), &back)) {
			buf_clear(&again);
			header_write(&back, &again);
			assert_true(str_eq(buf_str(&again), buf_str(&out)));
		}
		out.p[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_ok(header_parse(a, buf_str(&out), &back));
	buf_add_char(&out, ' ');
	assert_fails(header_parse(a, buf_str(&out), &back), ERR_INTEGRITY);
}

static void a_header_has_one_form(void **state)
{
	OWNED(arena) a = arena_new();
	struct str cite[2] = { digits(a, 64), digits(a, 64) };
	const char *const types[] = { "scan", "scan.v", "scan.v0", "scan.v01", ".v1", "Scan.v1", "scan v1.v1" };
	struct header h = sample(a), back;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		BUF_AUTO out = buf_new(HEADER_MAX);

		h.type = str_c(types[i]);
		header_write(&h, &out);
		assert_fails(header_parse(a, buf_str(&out), &back), ERR_INTEGRITY);
	}
	h.type = STR("scan.changes.v12");
	h.cites = (struct strs){ cite, 2 };
	for (int equal = 1; equal >= 0; equal--) {
		BUF_AUTO out = buf_new(HEADER_MAX);

		((char *)(uintptr_t)cite[1].p)[0] = equal ? 'a' : '0';
		header_write(&h, &out);
		assert_fails(header_parse(a, buf_str(&out), &back), ERR_INTEGRITY);
	}
	((char *)(uintptr_t)cite[1].p)[0] = 'b';
	{
		BUF_AUTO out = buf_new(HEADER_MAX);

		header_write(&h, &out);
		assert_ok(header_parse(a, buf_str(&out), &back));
	}
}

/* What a table would refuse to read back is not written. */
static void a_table_refuses_what_could_not_be_read_back(void **state)
{
	OWNED(arena) a = arena_new();
	struct r_tests t, good;
	struct str name[2] = { STR("ok"), letters(a, FIELD_LISTED_MAX + 1) };
	struct many too_many = { arena_alloc(a, 101 * sizeof(struct str)), 101 };

	(void)state;
	fill_table(a, record_tests.table, &good, FULL);
	assert_ok(table_check(record_tests.table, &good));
	t = good;
	t.tests = (int64_t)1 << 53;
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t.tests = -2;
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t = good;
	t.run = (struct str){ "a\0b", 3 };
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t.run = STR("\xC3");
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t.run = letters(a, 257);
	assert_fails(table_check(record_tests.table, &t), ERR_LIMIT);
	t = good;
	t.system = (struct str){ 0 };
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t.system = STR("no id");
	assert_fails(table_check(record_tests.table, &t), ERR_INPUT);
	t = good;
	t.failures = (struct many){ name, 2 };
	assert_fails(table_check(record_tests.table, &t), ERR_LIMIT);
	for (size_t i = 0; i < too_many.n; i++)
		((struct str *)too_many.v)[i] = STR("x");
	t.failures = too_many;
	assert_fails(table_check(record_tests.table, &t), ERR_LIMIT);
	for (const struct record_type *const *type = record_types; *type; type++) {
		void *value = arena_alloc(a, (*type)->table->size);

		for (int how = REQUIRED_ONLY; how <= MAXIMAL; how++) {
			fill_table(a, (*type)->table, value, (enum fill)how);
			assert_ok(table_check((*type)->table, value));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_survives_writing_and_reading),
		cmocka_unit_test(every_table_is_ordered_and_bounded),
		cmocka_unit_test(every_key_names_a_field),
		cmocka_unit_test(no_word_is_among_the_facts),
		cmocka_unit_test(why_a_text_may_stay_in_facts_is_written_down),
		cmocka_unit_test(a_header_is_these_bytes_and_no_others),
		cmocka_unit_test(the_quick_reading_of_a_header_is_the_slow_one),
		cmocka_unit_test(a_header_with_any_bit_flipped_is_refused_or_another),
		cmocka_unit_test(a_header_has_one_form),
		cmocka_unit_test(a_table_refuses_what_could_not_be_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
