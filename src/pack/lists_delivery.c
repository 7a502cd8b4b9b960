/* Lists of changes and of what git and the code host say of them. */
#include "pack/list.h"

#include "base/instant.h"
#include "record/types.h"
#include "show/change_rows.h"

/* ---- changes, with what is shown, missing and unknown of each */

static const struct pack_column change_columns[] = {
	{ "at", "When", PACK_TIME }, { "repository", "Repository", PACK_TEXT }, { "branch", NULL, PACK_TEXT },
	{ "commit", "Commit", PACK_HEX }, { "url", "At the host", PACK_URL }, { "author", "Author", PACK_TEXT },
	{ "author_kind", NULL, PACK_TEXT }, { "pull", "Pull request", PACK_NUMBER }, { "pull_url", NULL, PACK_URL },
	{ "review", "Independent review", PACK_ANSWER }, { "review_why", "Why", PACK_TEXT },
	{ "checks", "Checks", PACK_ANSWER }, { "ticket", "Ticket", PACK_ANSWER },
	{ "security_review", NULL, PACK_ANSWER }, { "signature", NULL, PACK_TEXT }, { "tag", "Release", PACK_TEXT },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static struct show_cell text_or_unknown(struct str s)
{
	return s.n ? SHOW_T(s) : SHOW_UNKNOWN;
}

static struct show_cell answer_of(const struct change_answer *a)
{
	return SHOW_T(str_c(change_answer_words[a->answer]));
}

static err add_change(struct pack_site *s, struct pack_rows *r, const struct pack_repository *repository,
	    struct str branch,
		      const struct show_change_row *c)
{
	OWNED(arena) a = arena_new();
	struct str commit = record_hex(a, c->commit);
	const struct show_cell cells[] = {
		SHOW_N(c->at), SHOW_T(repository ? repository->name : STR("unknown")), SHOW_T(branch), SHOW_T(commit),
		text_or_unknown(pack_site_commit_url(a, repository, commit)), SHOW_T(pack_site_account(s, c->author)),
		SHOW_T(c->author_kind), c->pull < 0 ? SHOW_UNKNOWN : SHOW_N(c->pull),
		text_or_unknown(pack_site_pull_url(a, repository, c->pull)), answer_of(&c->reviewed),
		SHOW_T(str_c(c->reviewed.reason)), answer_of(&c->answers[CHANGE_CHECKS]),
			    answer_of(&c->answers[CHANGE_TICKET]),
		answer_of(&c->answers[CHANGE_SECURITY]), SHOW_T(c->signature), text_or_unknown(c->tag), SHOW_N(c->idx),
	};

	return pack_rows_add(r, cells);
}

enum wanted { EVERY_CHANGE, UNREVIEWED, SECURITY };

static bool is_wanted(enum wanted wanted, const struct show_change_row *c)
{
	return wanted == EVERY_CHANGE || (wanted == UNREVIEWED && c->reviewed.answer == ANSWER_FAIL) ||
	       (wanted == SECURITY && c->facts.security);
}

static err add_branch(struct pack_site *s, struct pack_rows *r, int64_t no, struct str branch, enum wanted wanted)
{
	struct show_change_rows_spec spec = { .repository_no = no, .branch = branch, .from = s->w->from,
					      .to = s->w->to };
	const struct pack_repository *repository = pack_site_repository(s, no);
	OWNED(show_change_rows) changes = NULL;
	struct show_change_row c;
	bool more;

	TRY(show_change_rows_open(s->w->db, &spec, &changes));
	for (;;) {
		TRY(show_change_rows_next(changes, &c, &more));
		if (!more)
			return NULL;
		if (is_wanted(wanted, &c))
			TRY(add_change(s, r, repository, branch, &c));
	}
}

struct branch {
	int64_t no;
	struct str name;
};

/* All of them first: rows of changes are a statement of their own. */
static err each_branch(struct pack_site *s, struct pack_rows *r, enum wanted wanted)
{
	OWNED(arena) a = arena_new();
	DB_ROWS rows = NULL;
	struct branch *v;
	int64_t n, have = 0;
	bool more = true;

	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_branch WHERE release = 1"), DB_NONE, 0, &n));
	v = ARENA_ARRAY(a, struct branch, n + 1);
	TRY(db_query(s->w->db, SQL("SELECT repository_no, branch FROM view_branch WHERE release = 1 "
				   "ORDER BY repository_no, branch"), DB_NONE, &rows));
	while (have < n) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		v[have++] = (struct branch){ db_int(rows, 0), arena_str(a, db_text(rows, 1)) };
	}
	for (int64_t i = 0; i < have; i++)
		TRY(add_branch(s, r, v[i].no, v[i].name, wanted));
	return NULL;
}

static err every_change(struct pack_site *s, struct pack_rows *r)
{
	return each_branch(s, r, EVERY_CHANGE);
}

static err unreviewed(struct pack_site *s, struct pack_rows *r)
{
	return each_branch(s, r, UNREVIEWED);
}

static err security(struct pack_site *s, struct pack_rows *r)
{
	return each_branch(s, r, SECURITY);
}

const struct pack_list pack_list_changes = {
	"changes", "Changes", "No change of the period is recorded. Collect the repository: custody collect git DIR.",
	change_columns, NULL, every_change,
};
const struct pack_list pack_list_unreviewed = {
	"without-independent-review", "Changes without independent review before merge",
	"No change is known to lack one. What the host was not asked about is unknown: see the changes in 09.",
	change_columns, NULL, unreviewed,
};
const struct pack_list pack_list_security = {
	"security-relevant-changes", "Changes that touch security",
	"No change of the period touches authentication, payment, cryptography, infrastructure or permissions by its paths, as far as paths are known.",
	change_columns, NULL, security,
};

/* ---- reviews and checks, as the code host gave them */

static const struct pack_column review_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "pull", "Pull request", PACK_NUMBER },
	{ "merged_at", "Merged", PACK_TIME }, { "reviewer", "Reviewer", PACK_ACCOUNT }, { "reviewer_kind", NULL, PACK_TEXT },
	{ "state", "Said", PACK_TEXT }, { "at", "When", PACK_TIME }, { "commit", "Commit", PACK_HEX },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_reviews(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT r.repository_no, r.number, p.merged_at, r.reviewer, "
		"CASE WHEN o.kind = 'service' THEN 'bot' WHEN a.kind = 'unknown' AND o.kind = 'person' THEN 'person' "
		"ELSE coalesce(a.kind, 'unknown') END, r.state, r.at, "
		"r.commit_id, p.idx FROM view_review r JOIN view_pull p ON p.repository_no = r.repository_no "
		"AND p.number = r.number LEFT JOIN view_account a ON a.id = r.reviewer LEFT JOIN view_person o ON o.id = a.person WHERE p.merged_at >= $1 AND p.merged_at <= $2 "
		"ORDER BY r.repository_no, r.number DESC, r.seq"), DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_reviews = {
	"reviews", "Reviews", "Git holds no reviews, and no export of the code host was given: they are unknown, not missing.",
	review_columns, query_reviews, NULL,
};

static const struct pack_column check_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "pull", "Pull request", PACK_NUMBER }, { "check", "Check", PACK_TEXT },
	{ "result", "Result", PACK_TEXT }, { "at", "When", PACK_TIME }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_checks(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT c.repository_no, c.number, c.name, c.result, c.at, p.idx FROM view_check c "
		"JOIN view_pull p ON p.repository_no = c.repository_no AND p.number = c.number "
		"WHERE p.merged_at >= $1 AND p.merged_at <= $2 ORDER BY c.repository_no, c.number DESC, c.seq"),
		DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_checks = {
	"checks", "Checks at merge", "No results of checks are recorded. The answer lies with the code host or the CI system.",
	check_columns, query_checks, NULL,
};

/* ---- releases, branches, rules, what the tree declares */

static const struct pack_column release_columns[] = {
	{ "at", "When", PACK_TIME }, { "repository", "Repository", PACK_REPOSITORY }, { "branch", NULL, PACK_TEXT },
	{ "tag", "Tag", PACK_TEXT }, { "commit", "Commit", PACK_HEX }, { "author", "Author", PACK_ACCOUNT },
	{ "way_back", "Way back", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

/* The way back is the release before on the same line, in the period or not. */
static err query_releases(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT c.at, c.repository_no, c.branch, c.tag, c.commit_id, c.author, coalesce(c.before, "
		"(SELECT p.tag FROM view_branch b JOIN view_change p ON p.repository_no = b.repository_no AND p.branch = b.joins "
		"AND p.gone = 0 AND p.tag <> '' AND p.position <= b.joins_at WHERE b.repository_no = c.repository_no "
		"AND b.branch = c.branch ORDER BY p.position DESC LIMIT 1), 'none: no release before it is known'), c.idx FROM ("
		"SELECT at, repository_no, branch, tag, commit_id, author, no, idx, lag(tag) OVER (PARTITION BY repository_no, branch "
		"ORDER BY position) AS before FROM view_change WHERE tag <> '' AND gone = 0) c "
		"WHERE c.at >= $1 AND c.at <= $2 ORDER BY c.at DESC, c.no"),
		DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_releases = {
	"releases", "Releases", "No change of the period bears a tag. Where things ran, and when, the deployment tool knows.",
	release_columns, query_releases, NULL,
};

static const struct pack_column branch_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "branch", "Branch", PACK_TEXT }, { "changes", "Changes", PACK_NUMBER },
	{ "first_at", "First", PACK_TIME }, { "last_at", "Last", PACK_TIME }, { "complete", "Complete (1)", PACK_NUMBER },
	{ "why", "Why not", PACK_TEXT }, { "collected_at", "Collected", PACK_TIME }, { "tip", "Tip", PACK_HEX },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_branches(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT repository_no, branch, changes, first_at, last_at, complete, why, collected_at, tip, "
		"idx FROM view_branch WHERE release = 1 ORDER BY repository_no, branch"), DB_NONE, out);
}

const struct pack_list pack_list_branches = {
	"branches", "Release branches", "No repository was collected.", branch_columns, query_branches, NULL,
};

static const struct pack_column rule_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "branch", "Branch", PACK_TEXT }, { "rule", "Rule", PACK_TEXT },
	{ "value", "Value", PACK_TEXT }, { "source", "Told by", PACK_TEXT }, { "at", "As of", PACK_TIME },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_rules(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT repository_no, branch, rule, value, source, at, idx FROM view_rule "
		"ORDER BY repository_no, branch, rule, source"), DB_NONE, out);
}

const struct pack_list pack_list_rules = {
	"branch-rules", "Rules of branches", "Git does not know which branches are protected: the answer lies with the code host.",
	rule_columns, query_rules, NULL,
};

static const struct pack_column tree_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "kind", "Kind", PACK_TEXT }, { "path", "Path", PACK_TEXT },
	{ "detail", "What", PACK_TEXT }, { "n", NULL, PACK_NUMBER }, { "sha256", NULL, PACK_HEX }, { "at", "As of", PACK_TIME },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_tree(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT repository_no, kind, path, detail, n, digest, at, idx FROM view_tree "
		"ORDER BY repository_no, kind, path"), DB_NONE, out);
}

const struct pack_list pack_list_tree = {
	"in-the-tree", "What the trees declare", "No tree was read: policies, code owners and CI files in the repositories are unknown.",
	tree_columns, query_tree, NULL,
};

static const struct pack_column ci_columns[] = {
	{ "repository", "Repository", PACK_REPOSITORY }, { "path", "Configured in", PACK_TEXT }, { "kind", "Kind of scan", PACK_TEXT },
	{ "tool", "Tool", PACK_TEXT }, { "enforced", "Enforced", PACK_TEXT }, { "why", "Why", PACK_TEXT },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_ci(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT repository_no, path, kind, tool, enforced, why, idx FROM view_ci_scan "
		"ORDER BY repository_no, path, kind, tool"), DB_NONE, out);
}

const struct pack_list pack_list_ci = {
	"scans-in-ci", "Scans configured in CI", "No CI file of a collected repository runs a scan that is known here.",
	ci_columns, query_ci, NULL,
};
