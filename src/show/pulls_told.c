#include "show/pulls_told.h"

#include "base/arena.h"

enum { NUMBERS = 12 };

#define FIELDS "number,url,mergeCommit,headRefOid,mergedAt"

struct telling {
	struct db *db;
	struct arena *a;
	struct buf *out;
	const struct intake_pull_counts *n;
	struct str slug;
	bool github, gitlab;
};

static void line(struct telling *t, const char *what, struct str text)
{
	buf_addf(t->out, "  %-15s %.*s\n", what, FMT(text));
}

/* What the commands call the repository. */
static err find_slug(struct telling *t, const char *title)
{
	struct str format = str_c(title);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(t->db, SQL("SELECT r.slug, (SELECT min(n.name) FROM view_repository_named n WHERE n.repository_no = r.no), "
		"r.name FROM view_repository r WHERE r.no = $1"), DB_ARGS(DB_I(t->n->repository)), &rows));
	TRY(db_next(rows, &more));
	t->slug = STR("OWNER/NAME");
	for (int i = 0; more && i < 3; i++)
		if (str_has(db_text(rows, i), STR("/"))) {
			t->slug = arena_str(t->a, db_text(rows, i));
			break;
		}
	t->github = str_starts(format, STR("GitHub"));
	t->gitlab = str_starts(format, STR("GitLab"));
	return NULL;
}

/* "projects/group%2Fname/merge_requests" */
static struct str gitlab_path(struct telling *t)
{
	BUF_AUTO b = buf_new(4096);

	buf_add_c(&b, "projects/");
	for (size_t i = 0; i < t->slug.n; i++)
		if (t->slug.p[i] == '/')
			buf_add_c(&b, "%2F");
		else
			buf_add_char(&b, t->slug.p[i]);
	buf_add_c(&b, "/merge_requests");
	return arena_str(t->a, buf_str(&b));
}

static void lacks(struct telling *t, const char *what, int64_t of, const char *gh_field, const char *gitlab_end)
{
	if (of == 0)
		return;
	line(t, "stay unknown", arena_printf(t->a, "%s of %lld pull request%s", what, (long long)of, of == 1 ? "" : "s"));
	if (t->github)
		line(t, "", arena_printf(t->a, "gh pr list -R %.*s --state merged --limit 1000 --json " FIELDS ",%s", FMT(t->slug),
					 gh_field));
	else if (t->gitlab)
		line(t, "", arena_printf(t->a, "glab api %.*s/N%s", FMT(gitlab_path(t)), gitlab_end));
}

/* Numbers that changes name and no export holds, the newest first. */
static err put_missing(struct telling *t)
{
	BUF_AUTO numbers = buf_new(1024);
	DB_ROWS rows = NULL;
	int64_t n = 0, newest = 0;
	bool more;

	TRY(db_query(t->db, SQL("SELECT DISTINCT c.pull FROM view_change c WHERE c.repository_no = $1 AND c.gone = 0 "
		"AND c.pull IS NOT NULL AND NOT EXISTS (SELECT 1 FROM view_pull p WHERE p.repository_no = c.repository_no "
		"AND p.number = c.pull) AND NOT EXISTS (SELECT 1 FROM view_pull p WHERE p.repository_no = c.repository_no "
		"AND p.merge_commit = c.commit_id) ORDER BY c.pull DESC"), DB_ARGS(DB_I(t->n->repository)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		newest = n ? newest : db_int(rows, 0);
		if (n++ < NUMBERS)
			buf_addf(&numbers, " #%lld", (long long)db_int(rows, 0));
	}
	if (n == 0)
		return NULL;
	line(t, "in no export", arena_printf(t->a, "%lld that changes name:%.*s%s", (long long)n, FMT(buf_str(&numbers)),
					     n > NUMBERS ? " …" : ""));
	if (t->github)
		line(t, "", arena_printf(t->a, "gh pr view %lld -R %.*s --json " FIELDS ",author,mergedBy,reviews,"
			"statusCheckRollup,closingIssuesReferences | custody import -", (long long)newest, FMT(t->slug)));
	else if (t->gitlab)
		line(t, "", arena_printf(t->a, "glab api %.*s/%lld | custody import -", FMT(gitlab_path(t)), (long long)newest));
	return NULL;
}

static struct str repositories(struct telling *t)
{
	return t->n->here == t->n->read ? STR("") : arena_printf(t->a, "; %lld are of no change that is collected",
								  (long long)(t->n->read - t->n->here));
}

err show_pulls_told(struct db *db, const char *title, const struct intake_counts *n, struct buf *out)
{
	OWNED(arena) a = arena_new();
	struct telling t = { .db = db, .a = a, .out = out, .n = &n->told };

	TRY(find_slug(&t, title));
	line(&t, "pull requests", arena_printf(a, "%lld read: %lld new or changed, %lld known before",
		(long long)(n->pulls + n->pulls_known), (long long)n->pulls, (long long)n->pulls_known));
	if (t.n->read)
		line(&t, "merged as", arena_printf(a, "%lld changes%.*s", (long long)t.n->here, FMT(repositories(&t))));
	line(&t, "reviews", arena_printf(a, "%lld told", (long long)t.n->reviews));
	lacks(&t, "all reviews", t.n->no_reviews, "reviews", "/approvals");
	lacks(&t, "all checks", t.n->no_checks, "statusCheckRollup", "");
	lacks(&t, "linked tickets", t.n->no_tickets, "closingIssuesReferences", "/closes_issues");
	return put_missing(&t);
}
