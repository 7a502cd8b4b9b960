#include "show/change_rows.h"

#include "base/instant.h"
#include "record/types.h"
#include "show/change_cover.h"

enum { SECURITY_BITS = (1 << TOUCH_SECURITY) - 1 };

struct show_change_rows {
	struct db_rows *rows;
	struct show_change_cover *cover;	/* NULL: none is asked of changes that are gone */
};

/* How far the best approval goes (enum change_approval). Whoever opened the pull
 * request, worked on its commits, wrote the change or a commit it carries, and every
 * other account of those persons, worked on it; the author of a merge commit is only
 * who merged. */
#define APPROVAL \
	"(SELECT max(CASE WHEN r.state = 'dismissed' THEN 1 " \
	"WHEN o.kind IN ('bot', 'host', 'tool') OR op.kind = 'service' THEN 2 " \
	"WHEN r.reviewer = p.author OR (c.parents < 2 AND r.reviewer = c.author) " \
	"OR EXISTS (SELECT 1 FROM view_pull_account w WHERE w.repository_no = p.repository_no AND w.number = p.number " \
	"AND w.account = r.reviewer) " \
	"OR EXISTS (SELECT 1 FROM view_change_account w WHERE w.change_no = c.no AND w.account = r.reviewer) " \
	"OR (c.parents < 2 AND o.person = ca.person) " \
	"OR EXISTS (SELECT 1 FROM view_pull_account w JOIN view_account a ON a.id = w.account " \
	"WHERE w.repository_no = p.repository_no AND w.number = p.number AND a.person = o.person) " \
	"OR EXISTS (SELECT 1 FROM view_change_account w JOIN view_account a ON a.id = w.account " \
	"WHERE w.change_no = c.no AND a.person = o.person) THEN 3 " \
	"WHEN EXISTS (SELECT 1 FROM view_review n WHERE n.repository_no = r.repository_no AND n.number = r.number " \
	"AND n.reviewer = r.reviewer AND n.state IN ('changes-requested', 'dismissed') AND n.at > r.at " \
	"AND (p.merged_at IS NULL OR n.at <= p.merged_at)) THEN 1 WHEN op.ends < r.at / 86400 THEN 4 " \
	"WHEN coalesce(o.kind, 'unknown') <> 'person' AND coalesce(op.kind, '') <> 'person' THEN 8 " \
	"WHEN r.at > p.merged_at THEN 5 " \
	"WHEN (op.status = 'left' AND op.ends IS NULL) OR (op.ends IS NOT NULL AND r.at IS NULL) THEN 7 " \
	"WHEN r.at IS NULL OR p.merged_at IS NULL THEN 9 " \
	"WHEN r.commit_id IS NULL OR p.head_commit IS NULL THEN 10 WHEN r.commit_id <> p.head_commit THEN 6 ELSE 11 END) " \
	"FROM view_review r LEFT JOIN view_account o ON o.id = r.reviewer LEFT JOIN view_person op ON op.id = o.person " \
	"WHERE r.repository_no = p.repository_no AND r.number = p.number AND r.state IN ('approved', 'dismissed'))"

/* A bare #N of a message is a ticket where an export links it as one. */
#define IS_LINKED "EXISTS (SELECT 1 FROM view_pull_ticket k WHERE k.repository_no = c.repository_no AND k.ticket = t.ticket)"
#define BARE "CASE WHEN t.ticket LIKE '#%' THEN CAST(substr(t.ticket, 2) AS int64) ELSE 0 END"

/* Everything about accounts is asked here and now, so that the answer follows when
 * accounts are joined or turn out to be a service's. "+ 0" keeps SQLite from walking
 * along all numbers to the lowest one. */
static err query(struct db *db, const struct show_change_rows_spec *q, bool gone, struct db_rows **out)
{
	return db_query(db, SQL("WITH RECURSIVE held (branch, upto) AS (SELECT CAST($2 AS text), CAST(9007199254740991 AS int64) "
		"UNION SELECT CAST(b.joins AS text), CAST(CASE WHEN b.joins_at < h.upto THEN b.joins_at ELSE h.upto END AS int64) "
		"FROM held h JOIN view_branch b ON b.branch = h.branch WHERE b.repository_no = $1 AND b.joins IS NOT NULL AND $6 = 1), "
		"line AS (SELECT branch, max(upto) AS upto FROM held GROUP BY branch) "
		"SELECT c.no, c.at, c.position, c.commit_id, c.author, CASE WHEN cp.kind = 'service' THEN 'bot' "
		"WHEN ca.kind = 'unknown' AND cp.kind = 'person' THEN 'person' ELSE coalesce(ca.kind, 'unknown') END, "
		"c.pull, c.parents, c.touches, "
		"CASE WHEN c.tickets = 0 THEN 0 ELSE (SELECT count(*) FROM view_change_ticket t WHERE t.change_no = c.no "
		"AND t.ticket <> '#' || CAST(coalesce(p.number, c.pull, 0) AS text) AND (t.ticket NOT LIKE '#%' OR " IS_LINKED ")) END, "
		"c.signed, c.signer, c.tag, c.idx, p.number, p.reviews_known, p.checks_known, p.checks_passed, p.checks_failed, "
		"p.checks_unsure, p.merged_at, "
		APPROVAL ", "
		"p.tickets, p.tickets_known, "
		"CASE WHEN p.author = p.merged_by OR pa.person = pm.person THEN 1 ELSE 0 END, "
		"CASE WHEN p.merge_commit IS NULL OR p.merge_commit = c.commit_id OR EXISTS (SELECT 1 FROM view_pull_commit i "
		"WHERE i.repository_no = c.repository_no AND i.commit_id = c.commit_id AND i.number = p.number) THEN 0 ELSE 1 END, "
		"coalesce(c.standing, 'unchecked'), c.whose, c.paths, "
		"CASE WHEN c.tickets = 0 THEN NULL ELSE (SELECT min(" BARE ") FROM view_change_ticket t WHERE t.change_no = c.no "
		"AND t.ticket LIKE '#%' AND t.ticket <> '#' || CAST(coalesce(p.number, c.pull, 0) AS text) AND NOT " IS_LINKED " "
		"AND NOT EXISTS (SELECT 1 FROM view_pull m WHERE m.repository_no = c.repository_no AND m.number = " BARE " "
		"AND m.merge_commit IS NOT NULL)) END "
		"FROM line JOIN view_change c ON c.branch = line.branch AND c.position <= line.upto "
		"LEFT JOIN view_account ca ON ca.id = c.author LEFT JOIN view_person cp ON cp.id = ca.person "
		"LEFT JOIN view_pull p ON p.repository_no = c.repository_no AND p.number = coalesce("
		"(SELECT min(m.number + 0) FROM view_pull m WHERE m.repository_no = c.repository_no AND m.merge_commit = c.commit_id), "
		"(SELECT min(m.number + 0) FROM view_pull_commit m WHERE m.repository_no = c.repository_no "
		"AND m.commit_id = c.commit_id), c.pull) "
		"LEFT JOIN view_account pa ON pa.id = p.author LEFT JOIN view_account pm ON pm.id = p.merged_by "
		"WHERE c.repository_no = $1 AND c.at >= $3 AND c.at <= $4 AND c.gone = $5 "
		"ORDER BY c.position DESC, c.no"),
		DB_ARGS(DB_I(q->repository_no), DB_T(q->branch), DB_I(q->from), DB_I(q->to),
			DB_I(gone), DB_I(q->shared)), out);
}

static err open_rows(struct db *db, const struct show_change_rows_spec *spec, bool gone, struct show_change_rows **out)
{
	OWNED(show_change_rows) r = base_alloc(sizeof(*r));

	if (!gone)
		TRY(show_change_cover_new(db, spec->repository_no, spec->branch, &r->cover));
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
	show_change_cover_free(r->cover);
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

static void fill_facts(const struct show_change_rows *it, const struct db_rows *r, struct show_change_row *row)
{
	struct change_facts *f = &row->facts;

	*f = (struct change_facts){
		.has_pull = !db_is_null(r, 6) || !db_is_null(r, 14), .pull_known = !db_is_null(r, 14),
		.other_merge = !db_is_null(r, 14) && db_int(r, 25) == 1, .merged_alone = db_int(r, 24) == 1,
		.reviews_known = db_int(r, 15) == 1, .checks_known = db_int(r, 16) == 1,
		.tickets_known = db_int(r, 23) == 1,
		.approval = (enum change_approval)int_or(r, 21, APPROVAL_NONE),
		.checks_passed = db_int(r, 17), .checks_failed = db_int(r, 18), .checks_unsure = db_int(r, 19),
		.tickets = db_int(r, 9) + db_int(r, 22), .named = int_or(r, 29, 0),
		.paths_known = db_int(r, 28) >= 0,
		.security = (row->touches & SECURITY_BITS) != 0, .is_signed = !str_is(row->signature, "none"),
	};
	if (!it->cover)
		return;
	f->cover = show_change_cover_of(it->cover, row->position, row->at);
	f->maybe_rebased = row->parents < 2 && show_change_cover_rebased(it->cover, row->position);
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
		.standing = db_text(r, 26), .whose = db_blob(r, 27),
		.ticket_in_message = db_int(r, 9) > 0, .merged_at = int_or(r, 20, INSTANT_NONE),
		.pull = int_or(r, 14, int_or(r, 6, -1)),
	};
	row->by_host_key = is_host_key(row->signer);
	fill_facts(it, r, row);
	change_judge(&row->facts, row->answers);
	row->reviewed = change_reviewed(row->answers);
	return NULL;
}
