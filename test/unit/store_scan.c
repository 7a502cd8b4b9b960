/* What must hold of scans: the same home on both databases, in whatever order
 * reports arrive. proves: R028 */
#include "reports.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store/rebuild.h"
#include "store/verify.h"

struct place {
	struct arena *a;
	char dir[64];
	const char *home;
	const char *database;	/* NULL: SQLite */
};

static struct place place_new(const char *database)
{
	struct place p = { .a = arena_new(), .database = database, .dir = "/tmp/custody-test-XXXXXX" };

	assert_non_null(mkdtemp(p.dir));
	assert_int_equal(setenv("XDG_STATE_HOME", p.dir, 1), 0);
	p.home = arena_printf(p.a, "%s/home", p.dir).p;
	if (database)
		p.database = arena_printf(p.a, "%s schema=t%s", database, p.dir + strlen(p.dir) - 6).p;
	for (char *c = p.database ? (char *)(uintptr_t)p.database + strlen(p.database) - 6 : NULL; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	assert_ok(store_init(&(struct store_init_spec){ .home = p.home, .database = p.database }));
	return p;
}

static void place_done(struct place *p)
{
	assert_ok(dir_remove(p->dir));
	arena_free(p->a);
}

/* "place|rule|path" of every open finding, sorted, as one text. */
static err open_set(struct arena *a, const char *home, struct str *out)
{
	BUF_AUTO b = buf_new(1 << 20);
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	bool more;

	TRY(store_open_read(home, &s));
	TRY(db_query(store_db(s), SQL("SELECT p.place, f.rule, f.path FROM view_finding f JOIN view_place p "
		"ON p.no = f.place_no WHERE f.open > 0 ORDER BY p.place, f.rule, f.path, f.no"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		buf_addf(&b, "%.*s|%.*s|%.*s\n", FMT(db_text(rows, 0)), FMT(db_text(rows, 1)), FMT(db_text(rows, 2)));
	}
	*out = arena_str(a, buf_str(&b));
	return NULL;
}

static void stays_whole(const struct place *p)
{
	struct rebuild_result rebuilt;
	struct verify_result verified;
	struct rebuild_spec rebuild = { .check_only = true };
	struct verify_spec verify = { .a = p->a };
	STORE_AUTO s = NULL;

	assert_ok(store_open_write(p->home, 60000, &s));
	assert_ok(rebuild_views(s, &rebuild, &rebuilt));
	assert_int_equal(rebuilt.different, 0);
	assert_true(rebuilt.tables > 20);
	assert_ok(verify_home(s, &verify, &verified));
	assert_true(verify_intact(&verified));
	assert_int_equal(verified.unsigned_records, 0);
}

static const struct result first[] = {
	{ "R1", "a.c", "x = y;", 10 }, { "R1", "a.c", "x = y;", 20 }, { "R2", "b.c", "gets(s);", 5 },
	{ "R3", "c.c", "free(p);", 7 },
};

static void check_lifecycle(const char *database)
{
	static const struct result shifted[] = {	/* shuffled and moved down; one moved to another file */
		{ "R3", "renamed.c", "free(p);", 70 }, { "R2", "b.c", "gets(s);", 55 },
		{ "R1", "a.c", "x = y;", 120 }, { "R1", "a.c", "x = y;", 110 },
	};
	struct place p = place_new(database);
	struct report r = { "main", "", 1000, first, ARRAY_LEN(first), false };
	struct intake_counts n;

	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.opened, 4);
	assert_ok(reports_import(p.home, &r, &n));		/* the same: nothing */
	assert_int_equal(n.already, 1);
	assert_int_equal(n.opened + n.gone + n.changed + n.reopened, 0);
	r = (struct report){ "main", "", 2000, shifted, ARRAY_LEN(shifted), false };
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.opened, 0);
	assert_int_equal(n.gone, 0);
	assert_int_equal(n.unchanged, 3);
	assert_int_equal(n.changed, 1);			/* the one that moved */
	r = (struct report){ "main", "", 3000, shifted, 2, false };
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.gone, 2);
	r = (struct report){ "main", "", 4000, shifted, 4, false };
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.reopened, 2);
	assert_int_equal(n.opened, 0);
	r = (struct report){ "main", "", 1500, first, 1, false };	/* older: kept, changes nothing */
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.late, 1);
	stays_whole(&p);
	place_done(&p);
}

/* The digest a closing record gives of what is present, and the one of the open findings. */
static void present_is_what_is_open(const char *home)
{
	BUF_AUTO ids = buf_new(1 << 16);
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	struct digest d, said;
	struct r_scan f;
	bool more;

	assert_ok(store_open_read(home, &s));
	assert_ok(db_query(store_db(s), SQL("SELECT id FROM view_finding WHERE open = 1 ORDER BY id"), DB_NONE, &rows));
	while (!db_next(rows, &more) && more)
		buf_add(&ids, db_blob(rows, 0));
	db_rows_close(rows);
	d = digest_of(buf_str(&ids));
	assert_ok(db_query(store_db(s), SQL("SELECT facts FROM kept_record WHERE idx = (SELECT max(idx) FROM view_scan)"),
			   DB_NONE, &rows));
	assert_ok(db_next(rows, &more));
	assert_true(more);
	assert_ok(record_read_part(a, &record_scan, arena_str(a, db_blob(rows, 0)), false, &f));
	assert_true(digest_get(f.identities, &said));
	assert_true(digest_eq(&d, &said));
}

static void what_a_partial_scan_did_not_look_at_stays_and_is_said(void **state)
{
	struct place p = place_new(NULL);
	struct report r = { .branch = "main", .at = 1000, .v = first, .n = ARRAY_LEN(first) };
	struct intake_counts n;

	(void)state;
	assert_ok(reports_import(p.home, &r, &n));
	present_is_what_is_open(p.home);
	r = (struct report){ .branch = "main", .at = 2000, .v = first, .n = 2, .partial = true };
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.gone, 0);
	present_is_what_is_open(p.home);
	r = (struct report){ .branch = "main", .at = 3000, .v = first, .n = 1 };
	assert_ok(reports_import(p.home, &r, &n));
	assert_int_equal(n.gone, 3);
	present_is_what_is_open(p.home);
	stays_whole(&p);
	place_done(&p);
}

static void findings_keep_their_identity_from_scan_to_scan(void **state)
{
	(void)state;
	check_lifecycle(NULL);
	if (getenv("CUSTODY_TEST_POSTGRES"))
		check_lifecycle(getenv("CUSTODY_TEST_POSTGRES"));
}

enum { COMMITS = 20, BRANCHES = 3, SCANS = 200, RULES = 12 };
static const char *const branches[BRANCHES] = { "main", "release/1", "release/2" };
static struct result pool[SCANS][RULES];
static struct report reports[SCANS];
static char paths[RULES][2][24];

/* What a scan of a commit finds depends on commit and branch alone, but ten scans
 * of one commit are ten reports of ten runs. */
static void make_reports(void)
{
	for (int i = 0; i < RULES; i++) {
		snprintf(paths[i][0], sizeof(paths[i][0]), "f%d.c", i);
		snprintf(paths[i][1], sizeof(paths[i][1]), "moved/f%d.c", i);
	}
	for (int i = 0; i < SCANS; i++) {
		int commit = i % COMMITS, branch = i / COMMITS % BRANCHES;
		size_t n = 0;

		for (int k = 0; k < RULES; k++)
			if ((commit * 7 + branch * 3 + k * 5) % 4 != 0)
				pool[i][n++] = (struct result){ "R", paths[k][commit > 10 && k % 3 == 0], paths[k][0],
								commit + k };
		reports[i] = (struct report){ branches[branch], "", 100000 + commit * 1000 + i / COMMITS, pool[i], n,
					       false };
	}
}

static void shuffle(int *order, unsigned seed)
{
	for (int i = 0; i < SCANS; i++)
		order[i] = i;
	for (int i = SCANS - 1; i > 0; i--) {
		int k, t = order[i];

		seed = seed * 1103515245u + 12345u;
		k = (int)(seed / 65536u % (unsigned)(i + 1));
		order[i] = order[k];
		order[k] = t;
	}
}

/* `workers` processes, each with its share of the order. */
static void import_all(const char *home, const int *order, int workers)
{
	pid_t pids[8];

	for (int w = 0; w < workers; w++) {
		pids[w] = fork();
		assert_true(pids[w] >= 0);
		if (pids[w])
			continue;
		for (int i = w; i < SCANS; i += workers) {
			err e = reports_import(home, &reports[order[i]], NULL);

			if (e) {
				fprintf(stderr, "%s\n", e->text);
				_exit(1);
			}
		}
		_exit(0);
	}
	for (int w = 0; w < workers; w++) {
		int status;

		assert_int_equal(waitpid(pids[w], &status, 0), pids[w]);
		assert_int_equal(status, 0);
	}
}

static int order_count(void)
{
	const char *given = getenv("CUSTODY_TEST_ORDERS");
	uint64_t n;

	return given && str_to_u64(str_c(given), &n) && n < 100000 ? (int)n : 3;
}

static void any_order_of_scans_by_several_processes_ends_in_the_same_open_set(void **state)
{
	struct str expected = { 0 }, is;
	OWNED(arena) a = arena_new();
	int order[SCANS];

	(void)state;
	make_reports();
	for (int round = 0; round < order_count(); round++) {
		struct place p = place_new(round == 1 ? getenv("CUSTODY_TEST_POSTGRES") : NULL);

		shuffle(order, (unsigned)round + 1);
		import_all(p.home, order, round == 0 ? 1 : 4);
		assert_ok(open_set(a, p.home, &is));
		if (round == 0)
			expected = is;
		assert_true(expected.n > 100);
		assert_true(str_eq(expected, is));
		if (round < 2)
			stays_whole(&p);
		place_done(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_keep_their_identity_from_scan_to_scan),
		cmocka_unit_test(what_a_partial_scan_did_not_look_at_stays_and_is_said),
		cmocka_unit_test(any_order_of_scans_by_several_processes_ends_in_the_same_open_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
