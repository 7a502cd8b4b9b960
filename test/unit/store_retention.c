/* What is due goes and what stands or is held stays; every proof stays valid. */
#include "unit.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "store/document.h"
#include "store/retention.h"
#include "store/verify.h"

struct home {
	char path[64];
	struct store *s;
	struct arena *a;
};

static int make(void **state)
{
	struct home *h = base_alloc(sizeof(*h));

	h->a = arena_new();
	snprintf(h->path, sizeof(h->path), "/tmp/custody-keep-XXXXXX");
	assert_non_null(mkdtemp(h->path));
	setenv("XDG_STATE_HOME", h->path, 1);
	assert_ok(store_init(&(struct store_init_spec){ .home = arena_printf(h->a, "%s/home", h->path).p }));
	assert_ok(store_open_write(arena_printf(h->a, "%s/home", h->path).p, 1000, &h->s));
	*state = h;
	return 0;
}

static int drop(void **state)
{
	struct home *h = *state;

	store_close(h->s);
	assert_ok(dir_remove(h->path));
	arena_free(h->a);
	free(h);
	return 0;
}

static struct str document(struct home *h, const char *kind, const char *text)
{
	const char *file = arena_printf(h->a, "%s/%s.txt", h->path, text).p;
	struct str control = STR("A.8.25");
	struct document_spec spec = { .file = file, .kind = str_c(kind), .title = str_c(text),
				      .controls = { &control, 1 },
				      .effective = INSTANT_NONE, .review_by = INSTANT_NONE };
	struct document_result r;

	assert_ok(file_write_atomic(file, str_c(text), 0600));
	assert_ok(document_add(h->s, h->a, &spec, &r));
	return r.digest;
}

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void append(struct home *h, const struct record_type *t, struct str about, struct strs cites, const void *fields)
{
	struct draft d = { .type = t, .about = about, .fields = fields, .effective = instant_now(), .cites = cites,
			   .content = CONTENT_STATED, .author = AUTHOR_CLAIMED };
	bool already;
	int64_t idx;

	assert_ok(store_local_account(h->s, &d.by));
	d.in = d.by;
	assert_ok(store_append(h->s, &d, &idx, &already));
	assert_ok(store_finish(h->s));
}

/* Evidence for a year, words for two; approved or not. */
static void configure(struct home *h, bool approved)
{
	struct r_retention keep[] = { { STR("evidence"), 12 }, { STR("words"), 24 } };
	struct r_config c = { .digest = str_c(zeros), .matters = str_c(zeros), .retention = { keep, 2 },
			      .period_from = INSTANT_NONE, .period_to = INSTANT_NONE, .soa_at = INSTANT_NONE };
	struct r_config_approval ok = { .digest = str_c(zeros), .matters = str_c(zeros), .config = record_new_id(h->a),
					.how = APPROVED_ALONE };

	append(h, &record_config, ok.config, (struct strs){ 0 }, &c);
	if (approved)
		append(h, &record_config_approval, ok.config, (struct strs){ 0 }, &ok);
}

static struct retention due(struct home *h, int days)
{
	struct retention r;

	assert_ok(retention_due(h->s, h->a, instant_now() + (int64_t)days * DAY_SECONDS, &r));
	return r;
}

static bool is_due(const struct retention *r, struct str digest)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i].evidence, digest))
			return true;
	return false;
}

static void due_is_what_is_older_and_replaced(void **state)
{
	struct home *h = *state;
	struct str old = document(h, "policy", "first"), young;
	struct retention r;

	assert_int_equal(due(h, 100000).n, 0);	/* nothing says how long */
	configure(h, true);
	young = document(h, "policy", "second");
	r = due(h, 300);
	assert_int_equal(r.n, 0);
	r = due(h, 400);
	assert_true(is_due(&r, old));
	assert_false(is_due(&r, young));	/* the newest of its kind stands */
	assert_int_equal(r.n, 1);
	r = due(h, 800);
	assert_true(r.n > 1);			/* words as well */
}

static struct str evidence(struct home *h, const char *text, const char *kind)
{
	char *hex = arena_alloc(h->a, DIGEST_TEXT);
	struct digest d;

	assert_ok(evidence_put(store_evidence(h->s), str_c(text), &d));
	assert_ok(store_note_evidence(h->s, &d, (int64_t)strlen(text), str_c(kind)));
	digest_put(hex, &d);
	return str_c(hex);
}

/* What a standing approval was given by is its proof; one that another replaced is none. */
static void the_proof_of_an_approval_in_force_is_never_due(void **state)
{
	struct home *h = *state;
	struct str sig = evidence(h, "a signature", "signature"), list = evidence(h, "a list", "signers");
	struct str other = evidence(h, "another", "signature");
	struct r_config_approval ok = { .digest = str_c(zeros), .matters = str_c(zeros), .how = APPROVED_SIGNED };
	DB_ROWS rows = NULL;
	struct retention r;
	bool more;

	configure(h, false);
	assert_ok(db_query(store_db(h->s), SQL("SELECT id FROM view_config"), DB_NONE, &rows));
	assert_ok(db_next(rows, &more));
	ok.config = record_hex(h->a, db_blob(rows, 0));
	db_rows_close(rows);
	rows = NULL;
	append(h, &record_config_approval, ok.config, (struct strs){ &sig, 1 }, &ok);
	r = due(h, 400);
	assert_true(r.approved);
	assert_false(is_due(&r, sig));
	assert_false(is_due(&r, list));
	assert_true(is_due(&r, other));
}

static void what_is_proposed_destroys_nothing(void **state)
{
	struct home *h = *state;
	struct retention r;
	int64_t done;

	document(h, "policy", "first");
	document(h, "policy", "second");
	configure(h, false);
	r = due(h, 400);
	assert_int_equal(r.n, 1);
	assert_false(r.approved);
	assert_fails(retention_apply(h->s, h->a, &r, &done), ERR_DENIED);
	assert_int_equal(due(h, 400).n, 1);
}

static int64_t orders(struct home *h)
{
	int64_t n;

	assert_ok(db_get_int(store_db(h->s), SQL("SELECT count(DISTINCT idx) FROM view_erasure"), DB_NONE, 0, &n));
	return n;
}

/* proves: R061 rules per kind of data, and each run of deletion is a record */
static void each_run_of_deletion_is_a_record(void **state)
{
	struct home *h = *state;
	struct str old = document(h, "policy", "first");
	struct retention r;
	struct digest d;
	int64_t done;

	document(h, "policy", "second");
	configure(h, true);
	r = due(h, 400);
	assert_int_equal(r.evidence, 12);
	assert_int_equal(r.words, 24);
	assert_int_equal(orders(h), 0);
	assert_ok(retention_apply(h->s, h->a, &r, &done));
	assert_int_equal(done, 1);
	assert_int_equal(orders(h), 1);
	assert_true(digest_get(old, &d));
	assert_false(evidence_has(store_evidence(h->s), &d));
}

static void a_hold_stops_retention_and_erasure_until_it_is_let_go(void **state)
{
	struct home *h = *state;
	struct str old = document(h, "policy", "first");
	struct erase_plan plan = { 0 };
	struct r_hold hold;
	struct retention r;
	int64_t done, no, idx;

	document(h, "policy", "second");
	configure(h, true);
	table_clear(record_hold.table, &hold);
	hold.evidence = (struct many){ &old, 1 };
	hold.released = 0;
	hold.why = STR("dispute");
	assert_ok(hold_place(h->s, h->a, &hold, &no));
	assert_int_equal(no, 1);
	r = due(h, 400);
	assert_int_equal(r.n, 1);
	assert_int_equal(r.v[0].hold, 1);
	assert_ok(retention_apply(h->s, h->a, &r, &done));
	assert_int_equal(done, 0);
	assert_ok(erase_plan_evidence(h->s, h->a, old, &plan));
	assert_fails(erase_order(h->s, &plan, STR("asked"), &idx), ERR_DENIED);
	assert_fails(hold_release(h->s, h->a, 2, STR("x")), ERR_MISSING);
	assert_ok(hold_release(h->s, h->a, 1, STR("settled")));
	assert_fails(hold_release(h->s, h->a, 1, STR("again")), ERR_MISSING);
	r = due(h, 400);
	assert_ok(retention_apply(h->s, h->a, &r, &done));
	assert_int_equal(done, 1);
	assert_int_equal(due(h, 400).n, 0);
}

static void a_hold_over_a_time_or_everything_covers_what_is_of_it(void **state)
{
	struct home *h = *state;
	struct str old = document(h, "policy", "first");
	int64_t no, over, today = instant_now() / DAY_SECONDS;
	struct r_hold hold;
	struct holds all;

	table_clear(record_hold.table, &hold);
	hold.released = 0;
	hold.why = STR("incident");
	hold.from = today + 10;
	assert_ok(hold_place(h->s, h->a, &hold, &no));
	assert_ok(hold_read(h->s, h->a, false, &all));
	assert_ok(hold_on_evidence(&all, old, &over));
	assert_int_equal(over, 0);
	hold.from = today - 1;
	hold.to = today;
	assert_ok(hold_place(h->s, h->a, &hold, &no));
	assert_ok(hold_read(h->s, h->a, false, &all));
	assert_ok(hold_on_evidence(&all, old, &over));
	assert_int_equal(over, 2);
	assert_ok(hold_on_record(&all, 1, &over));
	assert_int_equal(over, 2);
	assert_ok(hold_release(h->s, h->a, 2, STR("over")));
	hold.from = hold.to = INSTANT_NONE;
	hold.everything = 1;
	assert_ok(hold_place(h->s, h->a, &hold, &no));
	assert_ok(hold_read(h->s, h->a, false, &all));
	assert_ok(hold_on_record(&all, 0, &over));
	assert_int_equal(over, 3);
}

static void holds_are_bounded(void **state)
{
	struct home *h = *state;
	struct r_hold hold;
	int64_t no;

	table_clear(record_hold.table, &hold);
	hold.everything = 1;
	hold.released = 0;
	hold.why = STR("incident");
	assert_ok(hold_place(h->s, h->a, &hold, &no));
	assert_ok(db_run(store_db(h->s), SQL("INSERT INTO view_hold (id, no, everything, at, idx) "
		"WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
		"SELECT CAST(CAST(i AS text) AS blob), i, 0, 0, 0 FROM n"), DB_NONE, NULL));
	assert_fails(hold_place(h->s, h->a, &hold, &no), ERR_LIMIT);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(due_is_what_is_older_and_replaced),
		CASE(the_proof_of_an_approval_in_force_is_never_due),
		CASE(what_is_proposed_destroys_nothing),
		CASE(each_run_of_deletion_is_a_record),
		CASE(a_hold_stops_retention_and_erasure_until_it_is_let_go),
		CASE(holds_are_bounded),
		CASE(a_hold_over_a_time_or_everything_covers_what_is_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
