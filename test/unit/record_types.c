/* Every record type through every mouth: written canonically, read back and
 * written again, empty, full and at its bounds; headers as leaves. */
#include "unit.h"

#include "base/arena.h"
#include "base/instant.h"
#include "record/types.h"
#include "text/json.h"

enum fill { REQUIRED_ONLY, FULL, MAXIMAL };

static const struct json_pick everything = { 0, 0 };

static struct str letters(struct arena *a, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memset(p, 'x', n);
	return (struct str){ p, n };
}

static struct str digits(struct arena *a, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	memset(p, 'a', n);
	return (struct str){ p, n };
}

static void fill_table(struct arena *a, const struct table *t, void *base, enum fill how);

static void fill_text(struct arena *a, const struct field *f, struct str *out, enum fill how)
{
	size_t max = f->flags & FIELD_MANY || !f->max ? 24 : f->max;

	if (f->kind == FIELD_DIGEST)
		*out = digits(a, 64);
	else if (f->kind == FIELD_COMMIT)
		*out = digits(a, how == MAXIMAL ? 64 : 40);
	else if (f->kind == FIELD_ID)
		*out = digits(a, 32);
	else if (f->kind == FIELD_URL)
		*out = STR("https://example.org/");
	else
		*out = letters(a, how == MAXIMAL ? max : max < 5 ? max : 5);
}

static void fill_item(struct arena *a, const struct field *f, void *item, enum fill how) /* allow: a case a kind */
{
	switch (f->kind) {
	case FIELD_FLAG:
		*(int *)item = 1;
		return;
	case FIELD_ENUM:
		*(int *)item = 0;
		while (how == MAXIMAL && f->choices[*(int *)item + 1])
			++*(int *)item;
		return;
	case FIELD_INT:
		*(int64_t *)item = how != MAXIMAL ? 3 : f->max ? (int64_t)f->max : ((int64_t)1 << 53) - 1;
		return;
	case FIELD_TIME:
	case FIELD_DAY:
		*(int64_t *)item = how == MAXIMAL && f->kind == FIELD_TIME ? 253402300799 : 20000;
		return;
	case FIELD_TEXT:
	case FIELD_DIGEST:
	case FIELD_COMMIT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_ID:
		fill_text(a, f, item, how);
		return;
	case FIELD_GROUP:
		fill_table(a, f->of, item, how);
		return;
	}
}

static void fill_table(struct arena *a, const struct table *t, void *base, enum fill how)
{
	table_clear(t, base);
	for (const struct field *f = t->fields; f->name; f++) {
		char *at = (char *)base + f->offset;
		struct many *m = (struct many *)at;
		size_t size = field_item_size(f);

		if (how == REQUIRED_ONLY && !(f->flags & FIELD_REQUIRED))
			continue;
		if (!(f->flags & FIELD_MANY)) {
			fill_item(a, f, at, how);
			continue;
		}
		m->n = how == MAXIMAL && f->kind != FIELD_GROUP ? f->max : 1;
		m->v = arena_alloc(a, m->n * size);
		for (size_t i = 0; i < m->n; i++)
			fill_item(a, f, (char *)m->v + i * size, how);
	}
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_survives_writing_and_reading),
		cmocka_unit_test(every_table_is_ordered_and_bounded),
		cmocka_unit_test(every_key_names_a_field),
		cmocka_unit_test(a_header_is_these_bytes_and_no_others),
		cmocka_unit_test(a_header_with_any_bit_flipped_is_refused_or_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
