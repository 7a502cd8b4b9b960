#include "show/change_rows.h"

#include "base/instant.h"
#include "record/types.h"

enum { SECURITY_BITS = (1 << TOUCH_SECURITY) - 1 };

struct show_change_rows {
	struct db_rows *rows;
	int64_t reach;		/* lowest position that the pull request above may have brought in */
};

/* The last column is how far the best approval goes (enum change_approval): each
 * WHEN is one step further. Whoever wrote the change, or a commit it carries, and
 * every other account of those persons, worked on it; the author of a merge
 * commit is only who merged. */
static err query(struct db *db, const struct show_change_rows_spec *q, bool gone, struct db_rows **out)
{
	return db_query(db, SQL("WITH RECURSIVE held (branch, upto) AS (SELECT CAST($2 AS text), CAST(9007199254740991 AS int64) "
		"UNION SELECT CAST(b.joins AS text), CAST(CASE WHEN b.joins_at < h.upto THEN b.joins_at ELSE h.upto END AS int64) "
		"FROM held h JOIN view_branch b ON b.branch = h.branch WHERE b.repository_no = $1 AND b.joins IS NOT NULL AND $6 = 1), "
		"line AS (SELECT branch, max(upto) AS upto FROM held GROUP BY branch) "
		"SELECT c.no, c.at, c.position, c.commit_id, c.author, c.author_kind, c.pull, c.parents, "
		"c.touches, c.tickets, c.signed, c.signer, c.tag, c.idx, p.number, p.commits, p.reviews, p.independent, "
		"p.checks_known, p.checks_passed, p.checks_failed, p.tickets, p.merged_at, x.first_at, x.last_at, "
		"(SELECT max(CASE WHEN r.reviewer_kind IN ('bot', 'host', 'tool') THEN 1 "
		"WHEN r.reviewer = p.author OR (c.parents < 2 AND r.reviewer = c.author) "
		"OR EXISTS (SELECT 1 FROM view_change_account w WHERE w.change_no = c.no AND w.account = r.reviewer) "
		"OR EXISTS (SELECT 1 FROM view_account o JOIN view_account a ON a.person = o.person "
		"WHERE o.id = r.reviewer AND a.id = p.author) "
		"OR EXISTS (SELECT 1 FROM view_account o JOIN view_account a ON a.person = o.person "
		"WHERE o.id = r.reviewer AND a.id = c.author AND c.parents < 2) "
		"OR EXISTS (SELECT 1 FROM view_change_account w JOIN view_account a ON a.id = w.account "
		"JOIN view_account o ON o.person = a.person WHERE w.change_no = c.no AND o.id = r.reviewer) THEN 2 "
		"WHEN r.reviewer_kind <> 'person' OR r.at IS NULL OR r.commit_id IS NULL OR p.merged_at IS NULL "
		"OR p.head_commit IS NULL THEN 5 WHEN r.at > p.merged_at THEN 3 "
		"WHEN r.commit_id <> p.head_commit THEN 4 ELSE 6 END) FROM view_review r "
		"WHERE r.repository_no = p.repository_no AND r.number = p.number AND r.state = 'approved') "
		"FROM line JOIN view_change c ON c.branch = line.branch AND c.position <= line.upto LEFT JOIN (SELECT repository_no, merge_commit, min(number) AS number FROM view_pull "
		"WHERE merge_commit IS NOT NULL GROUP BY repository_no, merge_commit) m "
		"ON m.repository_no = c.repository_no AND m.merge_commit = c.commit_id "
		"LEFT JOIN view_pull p ON p.repository_no = c.repository_no AND p.number = coalesce(m.number, c.pull) "
		"LEFT JOIN (SELECT repository_no, min(merged_at) AS first_at, max(merged_at) AS last_at FROM view_pull "
		"GROUP BY repository_no) x ON x.repository_no = c.repository_no "
		"WHERE c.repository_no = $1 AND c.at >= $3 AND c.at <= $4 AND c.gone = $5 "
		"ORDER BY c.position DESC, c.no"),
		DB_ARGS(DB_I(q->repository_no), DB_T(q->branch), DB_I(q->from), DB_I(q->to),
			DB_I(gone), DB_I(q->shared)), out);
}

static err open_rows(struct db *db, const struct show_change_rows_spec *spec, bool gone, struct show_change_rows **out)
{
	OWNED(show_change_rows) r = base_alloc(sizeof(*r));

	r->reach = INT64_MAX;
	TRY(query(db, spec, gone, &r->rows));
	*out = r;
	r = NULL;
	return NULL;
}

err show_change_rows_open(struct db *db, const struct show_change_rows_spec *spec, struct show_change_rows **out)
{
	return open_rows(db, spec, false, out);
}

err show_change_rows_open_gone(struct db *db, const struct show_change_rows_spec *spec, struct show_change_rows **out)
{
	return open_rows(db, spec, true, out);
}

void show_change_rows_free(struct show_change_rows *r)
{
	if (!r)
		return;
	db_rows_close(r->rows);
	free(r);
}

static int64_t int_or(const struct db_rows *r, int col, int64_t absent)
{
	return db_is_null(r, col) ? absent : db_int(r, col);
}

/* Keys with which the large code hosts sign what is merged in their web pages. */
static bool is_host_key(struct str signer)
{
	static const char *const ids[] = { "4AEE18F83AFDEB23", "B5690EEEBB952194", "968479A1AFF927E37D1A566BB5690EEEBB952194",
					   "5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23" };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (str_is_caseless(signer, str_c(ids[i])))
			return true;
	return false;
}

static enum change_approval approval_of(const struct db_rows *r)
{
	int64_t best = int_or(r, 25, APPROVAL_NONE);

	/* The host's own list of who pushed knows more than git. */
	if (best == APPROVAL_GOOD && db_int(r, 17) == 0)
		best = APPROVAL_OWN;
	return (enum change_approval)best;
}

static void fill_facts(const struct show_change_rows *it, const struct db_rows *r, struct show_change_row *row)
{
	struct change_facts *f = &row->facts;

	*f = (struct change_facts){
		.has_pull = !db_is_null(r, 6) || !db_is_null(r, 14), .pull_known = !db_is_null(r, 14),
		.in_export = !db_is_null(r, 23) && row->at >= db_int(r, 23) && row->at <= db_int(r, 24),
		.maybe_rebased = row->parents < 2 && row->position >= it->reach,
		.reviews_known = !db_is_null(r, 16) && db_int(r, 16) >= 0, .checks_known = db_int(r, 18) == 1,
		.approval = approval_of(r), .checks_passed = db_int(r, 19), .checks_failed = db_int(r, 20),
		.tickets = db_int(r, 9) + (db_is_null(r, 21) ? 0 : db_int(r, 21)),
		.security = (row->touches & SECURITY_BITS) != 0, .is_signed = !str_is(row->signature, "none"),
	};
}

/* A pull request of several commits that ends in an ordinary commit was squashed,
 * or rebased: then the changes below may be its commits. */
static void look_below(struct show_change_rows *it, const struct db_rows *r, const struct show_change_row *row)
{
	int64_t reach = row->position - db_int(r, 15) + 1;

	if (row->facts.pull_known && row->parents < 2 && (reach < it->reach || row->position < it->reach))
		it->reach = reach;
}

err show_change_rows_next(struct show_change_rows *it, struct show_change_row *row, bool *more)
{
	const struct db_rows *r = it->rows;

	TRY(db_next(it->rows, more));
	if (!*more)
		return NULL;
	*row = (struct show_change_row){
		.no = db_int(r, 0), .at = db_int(r, 1), .position = db_int(r, 2), .commit = db_blob(r, 3),
		.author = db_blob(r, 4), .author_kind = db_text(r, 5), .parents = db_int(r, 7), .touches = db_int(r, 8),
		.signature = db_text(r, 10), .signer = db_text(r, 11), .tag = db_text(r, 12), .idx = db_int(r, 13),
		.ticket_in_message = db_int(r, 9) > 0, .merged_at = int_or(r, 22, INSTANT_NONE),
		.pull = int_or(r, 14, int_or(r, 6, -1)),
	};
	row->by_host_key = is_host_key(row->signer);
	fill_facts(it, r, row);
	look_below(it, r, row);
	change_judge(&row->facts, row->answers);
	row->reviewed = change_reviewed(row->answers);
	return NULL;
}
