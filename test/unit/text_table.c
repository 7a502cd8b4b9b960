#include "unit.h"

#include "base/arena.h"
#include "base/instant.h"
#include "text/json.h"

struct step {
	struct str name, why;
	int64_t at;
};

static const struct field step_fields[] = {
	{ .name = "at", .kind = FIELD_TIME, .offset = offsetof(struct step, at) },
	{ .name = "name", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 10,
	  .offset = offsetof(struct step, name) },
	{ .name = "why", .kind = FIELD_TEXT, .flags = FIELD_WORDS, .max = 20,
	  .offset = offsetof(struct step, why) },
	{ .name = NULL },
};

static const struct table step_table = TABLE(step, "step", step_fields);

struct thing {
	int64_t count, day, when;
	int good, level;
	struct many notes, steps;
	struct str note, digest;
	struct step main;
};

static const char *const levels[] = { "low", "high", NULL };

static const struct field thing_fields[] = {
	{ .name = "count", .kind = FIELD_INT, .max = 100, .offset = offsetof(struct thing, count),
	  .help = "how many" },
	{ .name = "day", .kind = FIELD_DAY, .offset = offsetof(struct thing, day) },
	{ .name = "digest", .kind = FIELD_DIGEST, .offset = offsetof(struct thing, digest) },
	{ .name = "good", .kind = FIELD_FLAG, .flags = FIELD_REQUIRED | FIELD_UNKNOWN_OK,
	  .offset = offsetof(struct thing, good) },
	{ .name = "level", .kind = FIELD_ENUM, .flags = FIELD_REQUIRED, .choices = levels,
	  .offset = offsetof(struct thing, level) },
	{ .name = "main", .kind = FIELD_GROUP, .of = &step_table,
	  .offset = offsetof(struct thing, main) },
	{ .name = "note", .kind = FIELD_TEXT, .flags = FIELD_WORDS, .max = 5,
	  .offset = offsetof(struct thing, note) },
	{ .name = "notes", .kind = FIELD_TEXT, .flags = FIELD_MANY, .max = 3,
	  .offset = offsetof(struct thing, notes) },
	{ .name = "steps", .kind = FIELD_GROUP, .flags = FIELD_MANY, .max = 3, .of = &step_table,
	  .offset = offsetof(struct thing, steps) },
	{ .name = "when", .kind = FIELD_TIME, .offset = offsetof(struct thing, when) },
	{ .name = NULL },
};

static const struct table thing_table = TABLE(thing, "thing", thing_fields);

static const struct json_pick all = { 0, 0 };
static const struct json_pick facts = { FIELD_WORDS, 0 };
static const struct json_pick words = { FIELD_WORDS, FIELD_WORDS };

static err read(struct arena *a, const char *text, struct json_pick pick, struct thing *out)
{
	struct json *v;

	TRY(json_parse(a, "doc", str_c(text), &v));
	return json_to_table(a, "doc", v, &thing_table, pick, out);
}

static struct str written(struct arena *a, struct json_pick pick, const struct thing *t)
{
	BUF_AUTO b = buf_new(1 << 16);
	struct json_writer w = json_write(&b);

	json_put_table(&w, &thing_table, pick, t);
	return arena_str(a, buf_str(&b));
}

static const char full[] =
	"{\"count\":100,\"day\":\"2026-11-21\","
	"\"digest\":\"0123456789012345678901234567890123456789012345678901234567890123\","
	"\"good\":false,\"level\":\"high\",\"main\":{\"name\":\"m\"},\"note\":\"hello\","
	"\"notes\":[\"a\",\"b\"],"
	"\"steps\":[{\"at\":\"2026-11-21T00:00:00Z\",\"name\":\"one\"},"
	"{\"name\":\"two\",\"why\":\"because\"}],\"when\":\"1970-01-01T00:00:01Z\"}";

static void a_struct_survives_both_directions(void **s)
{
	OWNED(arena) a = arena_new();
	struct thing t;

	(void)s;
	assert_ok(read(a, full, all, &t));
	assert_int_equal(t.count, 100);
	assert_int_equal(t.steps.n, 2);
	assert_int_equal(t.when, 1);
	assert_true(str_is(written(a, all, &t), full));
	assert_ok(read(a, "{\"level\":\"low\",\"good\":null}", all, &t));
	assert_int_equal(t.good, FIELD_UNKNOWN);
	assert_true(str_is(written(a, all, &t), "{\"good\":null,\"level\":\"low\"}"));
}

static void facts_and_words_are_parted_and_put_together(void **s)
{
	OWNED(arena) a = arena_new();
	struct thing t, again;
	struct str fact, word;

	(void)s;
	assert_ok(read(a, full, all, &t));
	fact = written(a, facts, &t);
	word = written(a, words, &t);
	assert_true(str_is(word, "{\"note\":\"hello\",\"steps\":[{},{\"why\":\"because\"}]}"));
	assert_false(str_has(fact, STR("because")));
	assert_false(str_has(fact, STR("hello")));
	table_clear(&thing_table, &again);
	assert_ok(read(a, fact.p, facts, &again));
	assert_ok(read(a, word.p, words, &again));
	assert_true(str_is(written(a, all, &again), full));
	assert_fails(read(a, "{\"steps\":[{}]}", words, &again), ERR_INPUT);
	assert_fails(read(a, "{\"count\":1}", words, &again), ERR_INPUT);
}

static void a_fault_names_place_field_and_what_was_expected(void **s)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "[]", "doc:1:1: expected an object" },
		{ "{\"good\":true}", "doc:1:1: 'level' is missing" },
		{ "{\"level\":\"low\"}", "doc:1:1: 'good' is missing" },
		{ "{\n \"levle\":1}", "doc:2:2: 'levle' is not known here; did you mean 'level'?" },
		{ "{\"something-else\":1}", "doc:1:2: 'something-else' is not known here" },
		{ "{\"level\":\"hgh\"}", "doc:1:2: 'level': 'hgh' is not one of the choices; did you mean high?" },
		{ "{\"level\":3}", "doc:1:2: 'level': expected text; write it in quotes" },
		{ "{\"count\":-1}", "doc:1:2: 'count': expected a whole number" },
		{ "{\"count\":9007199254740992}", "doc:1:2: 'count': expected a whole number" },
		{ "{\"count\":101}", "doc:1:2: 'count': larger than 100" },
		{ "{\"good\":\"yes\"}", "doc:1:2: 'good': expected true or false" },
		{ "{\"note\":\"123456\"}", "doc:1:2: 'note': longer than 5 bytes" },
		{ "{\"note\":null}", "doc:1:2: 'note': expected text" },
		{ "{\"notes\":\"x\"}", "doc:1:2: 'notes': expected a list" },
		{ "{\"notes\":[\"1\",\"2\",\"3\",\"4\"]}", "doc:1:2: 'notes': more than 3 items" },
		{ "{\"steps\":[{\"name\":\"x\"},\n{}]}", "doc:2:1: 'name' is missing" },
		{ "{\"steps\":[1]}", "doc:1:11: 'steps': expected an object" },
		{ "{\"main\":{\"nam\":1}}", "doc:1:10: 'nam' is not known here; did you mean 'name'?" },
		{ "{\"day\":\"2026-02-30\"}", "doc:1:2: 'day': expected a day such as 2026-11-21" },
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		OWNED(arena) a = arena_new();
		struct thing t;
		err e = read(a, cases[i].text, all, &t);

		assert_non_null(e);
		assert_string_equal(e->text, cases[i].sentence);
	}
}

static void the_schema_says_what_the_reader_accepts(void **s)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(1 << 16);
	struct json_writer w = json_write(&b);
	struct json *v;

	(void)s;
	json_put_schema(&w, &thing_table);
	assert_ok(json_parse(a, "schema", buf_str(&b), &v));
	assert_int_equal(json_get(v, "additionalProperties")->kind, JSON_FALSE);
	assert_int_equal(json_get(v, "required")->n, 2);
	assert_int_equal(json_path(v, "properties.good.type")->n, 2);
	assert_true(str_is(json_text(json_path(v, "properties.steps.items.properties.name.maxLength")),
			   "10"));
	assert_true(str_is(json_text(json_path(v, "properties.notes.maxItems")), "3"));
	assert_int_equal(json_path(v, "properties.level.enum")->n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_struct_survives_both_directions),
		cmocka_unit_test(facts_and_words_are_parted_and_put_together),
		cmocka_unit_test(a_fault_names_place_field_and_what_was_expected),
		cmocka_unit_test(the_schema_says_what_the_reader_accepts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
