/* What must hold of exports of pull requests: the same view in whatever order they
 * come, on both databases, with nothing lost and nothing taken back by an older one. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "record/record.h"
#include "store/intake.h"
#include "store/rebuild.h"
#include "store/verify.h"

enum { PULLS = 24, EXPORTS = 9, PART = 3, T0 = 1767225600, HOUR = 3600 };

struct place {
	struct arena *a;
	char dir[64];
	const char *home;
};

static struct place place_new(const char *database)
{
	struct place p = { .a = arena_new(), .dir = "/tmp/custody-test-XXXXXX" };

	assert_non_null(mkdtemp(p.dir));
	assert_int_equal(setenv("XDG_STATE_HOME", p.dir, 1), 0);
	p.home = arena_printf(p.a, "%s/home", p.dir).p;
	if (database)
		database = arena_printf(p.a, "%s schema=t%s", database, p.dir + strlen(p.dir) - 6).p;
	for (char *c = database ? (char *)(uintptr_t)database + strlen(database) - 6 : NULL; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 32);
	assert_ok(store_init(&(struct store_init_spec){ .home = p.home, .database = database }));
	return p;
}

static void place_done(struct place *p)
{
	assert_ok(dir_remove(p->dir));
	arena_free(p->a);
}

static struct str hash(struct arena *a, int kind, int64_t n)
{
	return arena_printf(a, "%08x%032llx", (unsigned)kind, (long long)n);
}

static struct s_who who(const char *login)
{
	return (struct s_who){ .host = STR("github.com"), .login = str_c(login), .kind = ACCOUNT_PERSON };
}

/* What is to be sent: the calls that write a submission's items. */
struct sending {
	struct submission_writer *w;
	struct arena *a;
};

static err begin(struct sending *s, int fd)
{
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("test"), .tool = STR("test") };

	return submission_write_start(fd, &start, &s->w);
}

/* The result of reading what `write` sends. */
static struct intake_counts send(const struct place *p, const struct intake_context *given,
				 err (*write)(struct sending *s, const void *what), const void *what)
{
	OWNED(arena) a = arena_new();
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE };
	struct sending out = { .a = a };
	OWNED(intake) in = NULL;
	STORE_AUTO s = NULL;
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_ok(begin(&out, fileno(file)));
	assert_ok(write(&out, what));
	assert_ok(submission_write_end(out.w));
	submission_writer_free(out.w);
	rewind(file);
	assert_ok(store_open_write(p->home, 60000, &s));
	assert_ok(intake_new(s, given ? given : &c, &in));
	assert_ok(intake_run(in, fileno(file)));
	fclose(file);
	return *intake_counts(in);
}

/* ---- a branch: change n brought in pull request 100 + n */

struct git { const char *name, *slug; int changes; int kind; };

static err write_git(struct sending *s, const void *what)
{
	const struct git *g = what;
	struct s_repository r;
	struct s_branch b;
	struct s_branch_end end;

	table_clear(&item_repository, &r);
	table_clear(&item_branch, &b);
	table_clear(&item_branch_end, &end);
	r.name = b.repository = str_c(g->name);
	r.slug = str_c(g->slug);
	b.branch = STR("main");
	b.release = 1;
	b.tip = hash(s->a, g->kind, g->changes);
	end.changes = b.total = g->changes;
	end.complete = 1;
	TRY(submission_write_item(s->w, &item_repository, &r));
	TRY(submission_write_item(s->w, &item_branch, &b));
	for (int n = g->changes; n > 0; n--) {
		struct s_change c;

		table_clear(&item_change, &c);
		c.author = (struct s_who){ .email = STR("ann@example.org"), .name = STR("Ann"),
					   .kind = ACCOUNT_PERSON };
		c.committer = c.author;
		c.at = T0 + n * 24 * HOUR;
		c.commit = hash(s->a, g->kind, n);
		c.parents = 1;
		c.pull = 100 + n;
		c.signature = 0;
		c.step = g->changes - n;
		TRY(submission_write_item(s->w, &item_change, &c));
	}
	return submission_write_item(s->w, &item_branch_end, &end);
}

/* ---- exports: what was true of each pull request when the export was made */

struct export { int no; int64_t made; };
enum { TELLS_REVIEWS = 1, TELLS_CHECKS = 2, TELLS_TICKETS = 4, TELLS_COMMITS = 8 };
static const char *const logins[] = { "ann", "ben", "cleo", "dan" };

struct telling {
	struct s_pull p;
	struct s_review reviews[4];
	struct r_check checks[3];
	struct str texts[4];
	struct s_who people[2];
};

static void at(struct s_pull *p, int64_t t)
{
	if (t > p->newest)
		p->newest = t;
}

static void put_reviews(struct telling *t, int n, int64_t made)
{
	int64_t merged = t->p.merged_at;
	const struct { int64_t at, dismissed; int who, state; } all[] = {
		{ merged - 5 * HOUR, n % 5 == 0 ? merged + HOUR : INT64_MAX, 1, REVIEW_APPROVED },
		{ merged - 3 * HOUR, INT64_MAX, 2, n % 3 == 0 ? REVIEW_CHANGES_REQUESTED : REVIEW_COMMENTED },
		{ merged + 30 * HOUR, INT64_MAX, 3, REVIEW_APPROVED },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i].at > made)
			continue;
		t->reviews[t->p.reviews.n++] = (struct s_review){
			.at = all[i].at, .commit = t->p.head, .who = who(logins[all[i].who]),
			.state = made >= all[i].dismissed ? REVIEW_DISMISSED : all[i].state };
		at(&t->p, all[i].at);
	}
	t->p.reviews.v = t->reviews;
	t->p.reviews_known = 1;
}

/* One that was still running at the merge, and was run again a day later. */
static void put_checks(struct telling *t, int n, int64_t made)
{
	int64_t merged = t->p.merged_at;

	t->checks[0] = (struct r_check){ merged - 2 * HOUR, STR("build"), n % 4 ? CHECK_PASSED : CHECK_FAILED,
					 merged - 3 * HOUR };
	t->checks[1] = (struct r_check){ INSTANT_NONE, STR("slow"), CHECK_PENDING, merged - HOUR };
	if (made >= merged + HOUR)
		t->checks[1] = (struct r_check){ merged + HOUR, STR("slow"), CHECK_PASSED, merged - HOUR };
	if (made >= merged + 25 * HOUR)
		t->checks[1] = (struct r_check){ merged + 25 * HOUR, STR("slow"), CHECK_PASSED, merged + 24 * HOUR };
	at(&t->p, t->checks[1].at);
	t->p.checks = (struct many){ t->checks, 2 };
	t->p.checks_known = 1;
}

static void tell(struct arena *a, struct telling *t, int n, const struct export *e, int tells)
{
	*t = (struct telling){ 0 };
	table_clear(&item_pull, &t->p);
	t->p.author.kind = t->p.merged_by.kind = ACCOUNT_UNKNOWN;
	t->p.checks_known = t->p.commits_known = t->p.reviews_known = t->p.tickets_known = 0;
	t->p.repository = STR("acme/app");
	t->p.number = 100 + n;
	t->p.head = hash(a, 7, n);
	t->p.merge = hash(a, 1, n);
	t->p.merged_at = t->p.newest = T0 + n * 24 * HOUR;
	t->p.author = who("ann");
	if (e->no % 2)
		t->p.merged_by = who("ben");
	if (tells & TELLS_REVIEWS)
		put_reviews(t, n, e->made);
	if (tells & TELLS_CHECKS)
		put_checks(t, n, e->made);
	if (tells & TELLS_TICKETS) {
		t->texts[0] = arena_printf(a, "APP-%d", n);
		t->p.tickets = (struct many){ t->texts, 1 };
		t->p.tickets_known = 1;
	}
	if (tells & TELLS_COMMITS) {
		t->texts[1] = t->p.head;
		t->texts[2] = hash(a, 6, n);
		t->people[0] = who("dan");
		t->p.commits = (struct many){ &t->texts[1], 2 };
		t->p.people = (struct many){ t->people, n % 6 == 0 };
		t->p.commits_known = 1;
	}
}

/* Known by its head alone: commits, or checks, of which it says something else. */
static void tell_part(struct arena *a, struct telling *t, int n, const struct export *e)
{
	tell(a, t, n, e, n % 2 ? TELLS_COMMITS : TELLS_CHECKS);
	if (t->p.checks.n)
		t->checks[0].result = CHECK_FAILED;
	t->p.number = FIELD_NO_INT;
	t->p.merged_at = t->p.newest = INSTANT_NONE;
	t->p.merge = t->p.repository = (struct str){ 0 };
	t->p.author = t->p.merged_by = (struct s_who){ .kind = ACCOUNT_UNKNOWN };
}

static err write_export(struct sending *s, const void *what)
{
	const struct export *e = what;
	static const int tells[EXPORTS] = { 1, 2, 15, 3, 4, 1, 8, 5, 15 };
	struct telling t;

	for (int n = 1; n <= PULLS; n++) {
		if (e->no != PART && T0 + n * 24 * HOUR > e->made)
			continue;
		if ((n * 7 + e->no * 3) % 4 == 0)
			continue;		/* no export is whole */
		if (e->no == PART)
			tell_part(s->a, &t, n, e);
		else
			tell(s->a, &t, n, e, tells[e->no]);
		TRY(submission_write_item(s->w, &item_pull, &t.p));
	}
	return NULL;
}

static const struct export exports[EXPORTS] = {
	{ 0, T0 + 10 * 24 * HOUR }, { 1, T0 + 12 * 24 * HOUR }, { 2, T0 + 14 * 24 * HOUR }, { PART, T0 + 20 * 24 * HOUR },
	{ 4, T0 + 21 * 24 * HOUR }, { 5, T0 + 24 * 24 * HOUR + 2 * HOUR }, { 6, T0 + 26 * 24 * HOUR },
	{ 7, T0 + 30 * 24 * HOUR }, { 8, T0 + 40 * 24 * HOUR },
};

/* ---- everything that the views say of pull requests, accounts by their words */

static void put_blob(struct buf *out, struct str s)
{
	buf_add_char(out, '|');
	for (size_t i = 0; i < s.n; i++)
		buf_addf(out, s.p[i] >= ' ' && s.p[i] < 127 ? "%c" : "%02x", (unsigned char)s.p[i]);
}

static err put_rows(struct db_rows *rows, struct buf *out)
{
	bool more;

	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		for (int i = 0; i < db_columns(rows); i++) {
			switch (db_cell(rows, i).kind) {
			case DB_NULL:
				buf_add_c(out, "|-");
				break;
			case DB_INT:
				buf_addf(out, "|%lld", (long long)db_int(rows, i));
				break;
			case DB_TEXT:
				buf_addf(out, "|%.*s", FMT(db_text(rows, i)));
				break;
			case DB_BLOB:
				put_blob(out, db_blob(rows, i));
				break;
			}
		}
		buf_add_char(out, '\n');
	}
}

static void dump(const struct place *p, struct buf *out)
{
	const struct sql *const queries[] = {
		SQL("SELECT v.number, v.merged_at, a.words, b.words, v.commits, v.commits_known, v.checks_known, v.reviews_known, "
		    "v.tickets_known, v.checks_failed, v.checks_passed, v.checks_unsure, v.tickets, v.reviews, v.told_at "
		    "FROM view_pull v LEFT JOIN view_account x ON x.id = v.author LEFT JOIN kept_record a ON a.idx = x.idx "
		    "LEFT JOIN view_account y ON y.id = v.merged_by LEFT JOIN kept_record b ON b.idx = y.idx ORDER BY v.number"),
		SQL("SELECT r.number, r.seq, a.words, r.state, r.at, r.commit_id FROM view_review r "
		    "JOIN view_account x ON x.id = r.reviewer JOIN kept_record a ON a.idx = x.idx ORDER BY r.number, r.seq"),
		SQL("SELECT number, seq, name, result, at, started FROM view_check ORDER BY number, seq"),
		SQL("SELECT w.number, a.words, w.role FROM view_pull_account w JOIN view_account x ON x.id = w.account "
		    "JOIN kept_record a ON a.idx = x.idx ORDER BY w.number, w.role, a.words"),
		SQL("SELECT number, commit_id FROM view_pull_commit ORDER BY number, commit_id"),
		SQL("SELECT number, ticket FROM view_pull_ticket ORDER BY number, ticket"),
		SQL("SELECT number, count(*), max(told_at) FROM view_pull_told GROUP BY number ORDER BY number"),
	};
	STORE_AUTO s = NULL;

	assert_ok(store_open_read(p->home, &s));
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		DB_ROWS rows = NULL;

		assert_ok(db_query(store_db(s), queries[i], DB_NONE, &rows));
		assert_ok(put_rows(rows, out));
		buf_add_char(out, '\n');
	}
}

static int64_t ask(const struct place *p, const struct sql *sql)
{
	STORE_AUTO s = NULL;
	int64_t n;

	assert_ok(store_open_read(p->home, &s));
	assert_ok(db_get_int(store_db(s), sql, DB_NONE, -1, &n));
	return n;
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
	assert_ok(verify_home(s, &verify, &verified));
	assert_true(verify_intact(&verified));
}

static const struct git app = { "app", "", PULLS, 1 };

static void import_in_order(const struct place *p, unsigned seed, bool twice)
{
	struct git half = app;
	int order[EXPORTS];

	half.changes = PULLS / 2;
	for (int i = 0; i < EXPORTS; i++)
		order[i] = i;
	for (int i = EXPORTS - 1; i > 0 && seed; i--) {
		int k, t = order[i];

		seed = seed * 1103515245u + 12345u;
		k = (int)(seed / 65536u % (unsigned)(i + 1));
		order[i] = order[k];
		order[k] = t;
	}
	send(p, NULL, write_git, &half);
	for (int i = 0; i < EXPORTS; i++) {
		send(p, NULL, write_export, &exports[order[i]]);
		if (i == EXPORTS / 2)
			send(p, NULL, write_git, &app);
		if (twice)
			send(p, NULL, write_export, &exports[order[i / 2]]);
	}
}

static int rounds(void)
{
	const char *given = getenv("CUSTODY_TEST_ORDERS");
	uint64_t n;

	return given && str_to_u64(str_c(given), &n) && n < 100000 ? (int)n : 8;
}

static void any_order_of_exports_gives_the_same_view(void **state)
{
	BUF_AUTO expected = buf_new(8 << 20);
	const char *postgres = getenv("CUSTODY_TEST_POSTGRES");

	(void)state;
	for (int round = 0; round < rounds(); round++) {
		struct place p = place_new(postgres && round % 2 ? postgres : NULL);
		BUF_AUTO is = buf_new(8 << 20);

		import_in_order(&p, (unsigned)round, round % 3 == 2);
		dump(&p, round ? &is : &expected);
		assert_true(expected.n > 10000);
		if (round && !str_eq(buf_str(&is), buf_str(&expected)))
			fail_msg("round %d differs:\n%.*s\n---\n%.*s", round, FMT(buf_str(&is)), FMT(buf_str(&expected)));
		assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_repository")), 1);
		if (round < 2)
			stays_whole(&p);
		place_done(&p);
	}
}

static void an_older_export_takes_nothing_back(void **state)
{
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &app);
	send(&p, NULL, write_export, &exports[8]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_review WHERE number = 110 AND state = 'dismissed'")), 1);
	assert_int_equal(ask(&p, SQL("SELECT reviews FROM view_pull WHERE number = 110")), 3);
	assert_int_equal(ask(&p, SQL("SELECT tickets FROM view_pull WHERE number = 110")), 1);
	send(&p, NULL, write_export, &exports[0]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_review WHERE number = 110 AND state = 'dismissed'")), 1);
	assert_int_equal(ask(&p, SQL("SELECT reviews FROM view_pull WHERE number = 110")), 3);
	assert_int_equal(ask(&p, SQL("SELECT tickets_known FROM view_pull WHERE number = 110")), 1);
	place_done(&p);
}

static void the_same_export_again_writes_nothing(void **state)
{
	struct place p = place_new(NULL);
	struct intake_counts n;

	(void)state;
	send(&p, NULL, write_git, &app);
	for (int i = 0; i < EXPORTS; i++)
		send(&p, NULL, write_export, &exports[i]);
	n = send(&p, NULL, write_export, &exports[2]);
	assert_int_equal(n.records, 0);
	assert_int_equal(n.pulls, 0);
	assert_int_equal(n.pulls_known, n.told.read);
	place_done(&p);
}

/* ---- what an export older than the merge tells */

struct part { int tells; int64_t made; bool numbered, pending; };

/* Reviews or checks of #110, apart from it, as they were at `made`. */
static err write_part(struct sending *s, const void *what)
{
	const struct part *part = what;
	struct export e = { 0, part->made };
	struct telling t;

	tell(s->a, &t, 10, &e, part->tells);
	if (part->pending)
		t.checks[0] = (struct r_check){ INSTANT_NONE, STR("build"), CHECK_PENDING, part->made };
	if (!part->numbered)
		t.p.number = FIELD_NO_INT;
	t.p.merged_at = INSTANT_NONE;
	t.p.newest = part->made;
	t.p.merge = (struct str){ 0 };
	t.p.author = t.p.merged_by = (struct s_who){ .kind = ACCOUNT_UNKNOWN };
	return submission_write_item(s->w, &item_pull, &t.p);
}

static void a_list_is_whole_only_in_an_export_made_after_the_merge(void **state)
{
	const int64_t merged = T0 + 10 * 24 * HOUR;
	const struct part reviews = { TELLS_REVIEWS, merged - HOUR, true, false },
			  later = { TELLS_REVIEWS, merged, true, false };
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &app);
	send(&p, NULL, write_export, &exports[4]);
	send(&p, NULL, write_part, &reviews);
	assert_int_equal(ask(&p, SQL("SELECT merged_at FROM view_pull WHERE number = 110")), merged);
	assert_int_equal(ask(&p, SQL("SELECT reviews_known FROM view_pull WHERE number = 110")), 0);
	assert_int_equal(ask(&p, SQL("SELECT reviews FROM view_pull WHERE number = 110")), 2);
	send(&p, NULL, write_part, &later);
	assert_int_equal(ask(&p, SQL("SELECT reviews_known FROM view_pull WHERE number = 110")), 1);
	stays_whole(&p);
	place_done(&p);
}

static void what_ran_before_the_merge_may_have_passed_by_it(void **state)
{
	const int64_t merged = T0 + 10 * 24 * HOUR;
	const struct part running = { TELLS_CHECKS, merged - HOUR, false, true },
			  later = { TELLS_CHECKS, merged + HOUR, false, true };
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &app);
	send(&p, NULL, write_export, &exports[4]);
	send(&p, NULL, write_part, &running);
	assert_int_equal(ask(&p, SQL("SELECT checks_failed FROM view_pull WHERE number = 110")), 0);
	assert_int_equal(ask(&p, SQL("SELECT checks_unsure FROM view_pull WHERE number = 110")), 2);
	assert_int_equal(ask(&p, SQL("SELECT checks_known FROM view_pull WHERE number = 110")), 0);
	send(&p, NULL, write_part, &later);
	assert_int_equal(ask(&p, SQL("SELECT checks_known FROM view_pull WHERE number = 110")), 1);
	place_done(&p);
}

/* A file of reviews or runs bears no instant of its own making: who made it may say it. */
static void the_callers_word_dates_an_export_anew(void **state)
{
	const int64_t merged = T0 + 10 * 24 * HOUR;
	const struct part reviews = { TELLS_REVIEWS, merged - HOUR, true, false };
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = merged + HOUR };
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &app);
	send(&p, NULL, write_export, &exports[4]);
	send(&p, &c, write_part, &reviews);
	assert_int_equal(ask(&p, SQL("SELECT reviews_known FROM view_pull WHERE number = 110")), 1);
	place_done(&p);
}

static void a_word_for_the_whole_is_kept_once(void **state)
{
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .complete = true, .complete_since = T0 };
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &app);
	send(&p, NULL, write_export, &exports[8]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_pull_cover")), 0);
	assert_int_equal(send(&p, &c, write_export, &exports[8]).records, 1);
	assert_int_equal(ask(&p, SQL("SELECT until - since FROM view_pull_cover")), 23 * 24 * HOUR + 30 * HOUR);
	assert_int_equal(send(&p, &c, write_export, &exports[8]).records, 0);
	c.complete_since = T0 + HOUR;		/* says less */
	assert_int_equal(send(&p, &c, write_export, &exports[8]).records, 0);
	stays_whole(&p);
	place_done(&p);
}

/* ---- where an export is filed */

static void an_export_is_filed_where_its_commits_are(void **state)
{
	struct git fork = { "fork", "", 5, 1 }, other = { "other", "acme/app", 3, 9 };
	struct place p = place_new(NULL);
	struct intake_counts n;

	(void)state;
	send(&p, NULL, write_git, &other);	/* has the name, but none of the commits */
	send(&p, NULL, write_git, &fork);	/* has few of them */
	send(&p, NULL, write_git, &app);
	n = send(&p, NULL, write_export, &exports[8]);
	assert_int_equal(n.told.here, n.told.read);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_repository")), 3);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_pull p JOIN view_repository r ON r.no = p.repository_no "
				     "WHERE r.name = 'app'")), n.told.read);
	place_done(&p);
}

static void without_its_commits_an_export_is_filed_by_its_name(void **state)
{
	struct git clone = { "clone", "acme/app", PULLS, 1 };
	struct place p = place_new(NULL);
	struct intake_counts n;

	(void)state;
	n = send(&p, NULL, write_export, &exports[8]);
	assert_int_equal(n.told.here, 0);
	/* the clone that says it is that repository takes its place */
	send(&p, NULL, write_git, &clone);
	send(&p, NULL, write_export, &exports[7]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_repository")), 1);
	assert_int_equal(ask(&p, SQL("SELECT count(DISTINCT repository_no) FROM view_pull")), 1);
	stays_whole(&p);
	place_done(&p);
}

static void the_callers_word_counts_unless_the_commits_are_elsewhere(void **state)
{
	struct git fork = { "fork", "", 5, 1 }, other = { "other", "", 3, 9 };
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .repository = STR("fork") };
	struct place p = place_new(NULL);

	(void)state;
	send(&p, NULL, write_git, &other);
	send(&p, NULL, write_git, &fork);
	send(&p, NULL, write_git, &app);
	send(&p, &c, write_export, &exports[8]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_pull p JOIN view_repository r ON r.no = p.repository_no "
				     "WHERE r.name <> 'fork'")), 0);
	c.repository = STR("other");
	send(&p, &c, write_export, &exports[7]);
	assert_int_equal(ask(&p, SQL("SELECT count(*) FROM view_pull p JOIN view_repository r ON r.no = p.repository_no "
				     "WHERE r.name = 'other'")), 0);
	place_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_exports_gives_the_same_view),
		cmocka_unit_test(an_older_export_takes_nothing_back),
		cmocka_unit_test(the_same_export_again_writes_nothing),
		cmocka_unit_test(a_list_is_whole_only_in_an_export_made_after_the_merge),
		cmocka_unit_test(what_ran_before_the_merge_may_have_passed_by_it),
		cmocka_unit_test(the_callers_word_dates_an_export_anew),
		cmocka_unit_test(a_word_for_the_whole_is_kept_once),
		cmocka_unit_test(an_export_is_filed_where_its_commits_are),
		cmocka_unit_test(without_its_commits_an_export_is_filed_by_its_name),
		cmocka_unit_test(the_callers_word_counts_unless_the_commits_are_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
