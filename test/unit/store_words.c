/* Words never reach the views: every type, written with everything it can hold,
 * leaves the same rows live as at a rebuild, before and after its words are gone. */
#include "fill.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/instant.h"
#include "record/types.h"
#include "store/rebuild.h"
#include "store/store.h"

struct place {
	struct arena *a;
	char dir[64];
	const char *home;
};

static struct place place_new(void)
{
	struct place p = { .a = arena_new(), .dir = "/tmp/custody-test-XXXXXX" };

	assert_non_null(mkdtemp(p.dir));
	assert_int_equal(setenv("XDG_STATE_HOME", p.dir, 1), 0);
	p.home = arena_printf(p.a, "%s/home", p.dir).p;
	assert_ok(store_init(&(struct store_init_spec){ .home = p.home }));
	return p;
}

static void place_done(struct place *p)
{
	assert_ok(dir_remove(p->dir));
	arena_free(p->a);
}

/* What is asked of a type beyond its table. */
static void please_checks(const struct record_type *t, void *fields)
{
	struct r_control *c = fields;
	struct r_scan *scan = fields;

	if (t == &record_scan)
		scan->follows = STR("none");
	if (t != &record_control)
		return;
	c->frequency = str_c(frequency_words[0]);
	c->role = str_c(role_words[0]);
	c->stage = str_c(stage_words[0]);
}

static int64_t append(struct store *s, struct arena *a, const struct record_type *t, enum fill how)
{
	void *fields = arena_alloc(a, t->table->size);
	struct draft d = { .type = t, .fields = fields, .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED,
			   .effective = 1700000000 };
	int64_t idx;
	bool already;

	fill_table(a, t->table, fields, how);
	please_checks(t, fields);
	d.about = record_new_id(a);
	d.by = d.in = record_new_id(a);
	assert_ok(store_append(s, &d, &idx, &already));
	return idx;
}

static void views_are_of_facts_alone(struct store *s)
{
	struct rebuild_spec spec = { .check_only = true };
	struct rebuild_result result;

	assert_ok(rebuild_views(s, &spec, &result));
	assert_int_equal(result.different, 0);
	assert_true(result.tables > 20);
}

static void every_type_leaves_the_same_rows_live_as_at_a_rebuild(void **state)
{
	struct place p = place_new();
	STORE_AUTO s = NULL;

	(void)state;
	assert_ok(store_open_write(p.home, 0, &s));
	for (const struct record_type *const *t = record_types; *t; t++)
		if (*t != &record_home && *t != &record_erasure)
			for (int how = FULL; how <= MAXIMAL; how++)
				append(s, p.a, *t, (enum fill)how);
	assert_ok(store_finish(s));
	views_are_of_facts_alone(s);
	assert_ok(db_run(store_db(s), SQL("UPDATE kept_record SET words = NULL, words_salt = NULL"), DB_NONE, NULL));
	views_are_of_facts_alone(s);
	store_close(s);
	s = NULL;
	place_done(&p);
}

static void words_within_lists_stand_in_the_erasable_part(void **state)
{
	struct place p = place_new();
	struct str label[] = { STR("ask ada") };
	struct r_pull pull[2];
	struct r_host_pulls f = { .repository = STR("000000000000000000000000000000aa"), .pulls = { pull, 2 } }, back;
	struct draft d = { .type = &record_host_pulls, .fields = &f, .content = CONTENT_UPLOADED,
			   .author = AUTHOR_CLAIMED, .effective = 1700000000 };
	STORE_AUTO s = NULL;
	const struct r_pull *v;
	struct str facts;
	int64_t idx;
	bool already;

	(void)state;
	for (int i = 0; i < 2; i++) {
		void *one = arena_alloc(p.a, sizeof(*pull));

		fill_table(p.a, table_find(record_host_pulls.table, STR("pulls"))->of, one, REQUIRED_ONLY);
		memcpy(&pull[i], one, sizeof(*pull));
		pull[i].number = i + 1;
	}
	pull[1].labels = (struct many){ label, 1 };
	assert_ok(store_open_write(p.home, 0, &s));
	d.about = d.by = d.in = f.repository;
	assert_ok(record_facts(p.a, &d, &facts));
	assert_true(str_find(facts, STR("ada"), 0) == facts.n);
	assert_ok(store_append(s, &d, &idx, &already));
	assert_ok(store_finish(s));
	assert_ok(record_read(store_db(s), p.a, &record_host_pulls, idx, &back));
	v = back.pulls.v;
	assert_int_equal(v[0].labels.n, 0);
	assert_int_equal(v[1].labels.n, 1);
	assert_true(str_is(*(const struct str *)v[1].labels.v, "ask ada"));
	assert_ok(db_run(store_db(s), SQL("UPDATE kept_record SET words = NULL, words_salt = NULL"), DB_NONE, NULL));
	assert_ok(record_read(store_db(s), p.a, &record_host_pulls, idx, &back));
	v = back.pulls.v;
	assert_int_equal(v[1].labels.n, 0);
	store_close(s);
	s = NULL;
	place_done(&p);
}

/* A field that a later program added: nothing is made of a record half understood. */
static void a_field_of_a_later_program_stops_a_rebuild(void **state)
{
	struct place p = place_new();
	struct rebuild_spec spec = { .check_only = true };
	struct rebuild_result result;
	STORE_AUTO s = NULL;
	int64_t idx;
	err e;

	(void)state;
	assert_ok(store_open_write(p.home, 0, &s));
	idx = append(s, p.a, &record_pack, FULL);
	assert_ok(store_finish(s));
	assert_ok(db_run(store_db(s), SQL("UPDATE kept_record SET facts = $2 WHERE idx = $1"),
			 DB_ARGS(DB_I(idx), DB_B(STR("{\"later\":1,\"manifest\":\"\"}"))), NULL));
	e = rebuild_views(s, &spec, &result);
	assert_fails(e, ERR_INPUT);
	assert_non_null(strstr(e->text, "'later' is not known here"));
	assert_non_null(strstr(e->hint, "or a newer one"));
	store_close(s);
	s = NULL;
	place_done(&p);
}

static void what_could_not_be_read_back_is_not_written(void **state)
{
	struct place p = place_new();
	struct r_system f;
	struct draft d = { .type = &record_system, .fields = &f, .effective = 1700000000 };
	STORE_AUTO s = NULL;
	int64_t idx, before, after;
	bool already;

	(void)state;
	assert_ok(store_open_write(p.home, 0, &s));
	fill_table(p.a, record_system.table, &f, FULL);
	d.about = d.by = d.in = record_new_id(p.a);
	assert_ok(ledger_size(store_ledger(s), &before));
	f.name = STR("\xFF");
	assert_fails(store_append(s, &d, &idx, &already), ERR_INPUT);
	f.name = STR("shop");
	d.effective = (int64_t)1 << 60;
	assert_fails(store_append(s, &d, &idx, &already), ERR_INPUT);
	assert_ok(ledger_size(store_ledger(s), &after));
	assert_int_equal(before, after);
	store_close(s);
	s = NULL;
	place_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_leaves_the_same_rows_live_as_at_a_rebuild),
		cmocka_unit_test(words_within_lists_stand_in_the_erasable_part),
		cmocka_unit_test(a_field_of_a_later_program_stops_a_rebuild),
		cmocka_unit_test(what_could_not_be_read_back_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
