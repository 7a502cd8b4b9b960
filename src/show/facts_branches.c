/* Facts of repositories: changes of each release branch, what trees declare, rules
 * of branches, what code hosts exported. */
#include "show/facts_parts.h"

#include "base/hex.h"
#include "record/types.h"
#include "show/change_rows.h"

static void count(struct facts_three *t, enum answer a)
{
	switch (a) {
	case ANSWER_PASS:
		t->shown++;
		return;
	case ANSWER_FAIL:
		t->missing++;
		return;
	case ANSWER_UNKNOWN:
		t->unknown++;
		return;
	}
}

static void keep_commit(struct facts_reading *r, struct many *list, size_t *left, struct str commit)
{
	char text[2 * DIGEST_BYTES + 1];

	if (*left == 0 || commit.n > DIGEST_BYTES)
		return;
	--*left;
	hex_put(text, commit.p, commit.n);
	show_facts_word(r, list, str_c(text));
}

static void count_kind(struct facts_branch *b, const struct show_change_row *c)
{
	b->changes++;
	b->bots += str_is(c->author_kind, "bot");
	b->tagged += c->tag.n > 0;
	b->ticket_messages += c->ticket_in_message;
	b->pull_numbers += c->facts.has_pull;
	b->pull_candidates += !c->facts.has_pull && c->facts.named;
	b->pulls_known += c->facts.pull_known;
	b->signed_checked += str_is(c->standing, "author") || str_is(c->standing, "committer");
	b->signed_doubtful += str_is(c->standing, "bad") || str_is(c->standing, "revoked") ||
			      str_is(c->standing, "outdated") || str_is(c->standing, "other");
	b->signed_host += c->facts.is_signed && c->by_host_key;
	b->signed_person += c->facts.is_signed && !c->by_host_key;
	if (b->newest == INSTANT_NONE || c->at > b->newest)
		b->newest = c->at;
	if (b->oldest == INSTANT_NONE || c->at < b->oldest)
		b->oldest = c->at;
}

static void count_approvals(struct facts_branch *b, const struct show_change_row *c)
{
	if (!c->facts.pull_known || !c->facts.reviews_known || c->facts.other_merge)
		return;
	b->bot_approvals += c->facts.approval == APPROVAL_BOT;
	b->people_own += c->facts.approval == APPROVAL_OWN;
	b->reviewed_late += c->facts.approval == APPROVAL_LATE;
	b->other_commit += c->facts.approval == APPROVAL_OTHER;
}

static void count_change(struct facts_reading *r, struct facts_branch *b, const struct show_change_row *c)
{
	count_kind(b, c);
	count_approvals(b, c);
	count(&b->reviews, c->reviewed.answer);
	count(&b->checks, c->answers[CHANGE_CHECKS].answer);
	count(&b->tickets, c->answers[CHANGE_TICKET].answer);
	count(&b->signatures, c->answers[CHANGE_SIGNED].answer);
	if (c->facts.checks_known && c->answers[CHANGE_CHECKS].answer == ANSWER_FAIL && !c->facts.checks_failed)
		b->checks_none++;
	b->paths_unknown += !c->facts.paths_known;
	b->security += c->facts.security;
	if (c->facts.security || !c->facts.paths_known)
		count(&b->security_reviews, c->answers[CHANGE_SECURITY].answer);
	if (!c->facts.has_pull && !c->facts.named)
		keep_commit(r, &b->no_pull, &r->ids_left[0], c->commit);
	if (c->reviewed.answer == ANSWER_FAIL)
		keep_commit(r, &b->unreviewed, &r->ids_left[1], c->commit);
}

static void zero(struct facts_branch *b)
{
	int64_t *const counts[] = { &b->accounts, &b->bot_approvals, &b->bots, &b->changes, &b->checks_none, &b->gone,
		&b->other_commit, &b->paths_unknown, &b->people_own, &b->pull_candidates, &b->pull_numbers,
		&b->pulls_known,
		&b->reviewed_late, &b->security, &b->signed_checked, &b->signed_doubtful, &b->signed_host,
		&b->signed_person, &b->tagged, &b->ticket_messages };
	struct facts_three *const threes[] = { &b->checks, &b->reviews, &b->security_reviews,
		&b->signatures, &b->tickets };

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		*counts[i] = 0;
	for (size_t i = 0; i < ARRAY_LEN(threes); i++)
		*threes[i] = (struct facts_three){ 0, 0, 0 };
}

static err read_changes(struct facts_reading *r, struct facts_branch *b, int64_t repository_no)
{
	struct show_change_rows_spec spec = { repository_no, b->branch, r->f->period.from, r->f->period.to, false };
	const struct db_value in_period[] = { DB_I(repository_no), DB_T(b->branch), DB_I(spec.from), DB_I(spec.to) };
	OWNED(show_change_rows) rows = NULL;
	struct show_change_row c;
	bool more;

	zero(b);
	TRY(show_change_rows_open(r->db, &spec, &rows));
	for (;;) {
		TRY(show_change_rows_next(rows, &c, &more));
		if (!more)
			break;
		count_change(r, b, &c);
	}
	TRY(db_get_int(r->db, SQL("SELECT count(*) FROM view_change WHERE repository_no = $1 AND branch = $2 AND gone = 1 "
		"AND at >= $3 AND at <= $4"), in_period, ARRAY_LEN(in_period), 0, &b->gone));
	return db_get_int(r->db, SQL("SELECT count(DISTINCT c.author) FROM view_change c LEFT JOIN view_account a ON a.id = c.author "
		"LEFT JOIN view_person p ON p.id = a.person WHERE c.repository_no = $1 AND c.branch = $2 AND c.at >= $3 AND c.at <= $4 "
		"AND c.gone = 0 AND coalesce(a.kind, 'unknown') <> 'bot' AND coalesce(p.kind, '') <> 'service'"), in_period, ARRAY_LEN(in_period), 0,
		&b->accounts);
}

static err read_branches(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT r.no, r.name, r.host, r.slug, s.name, b.branch, b.tip, b.changes, b.first_at, b.last_at, "
		"b.complete, b.why, b.collected_at FROM view_branch b JOIN view_repository r ON r.no = b.repository_no "
		"LEFT JOIN view_system s ON s.no = r.system_no WHERE b.release = 1 ORDER BY r.name, r.no, b.branch"),
		DB_NONE, &rows));
	for (;;) {
		struct facts_branch *b;

		TRY(db_next(rows, &more));
		b = more ? show_facts_add(r, &r->f->branches, show_facts_table("branches")) : NULL;
		if (!b)
			return NULL;
		b->repository = show_facts_text(r, rows, 1);
		b->host = show_facts_text(r, rows, 2);
		b->slug = show_facts_text(r, rows, 3);
		b->system = show_facts_text(r, rows, 4);
		b->branch = show_facts_text(r, rows, 5);
		b->tip = record_hex(r->a, db_blob(rows, 6));
		b->total = db_int(rows, 7);
		b->first_at = show_facts_time(rows, 8);
		b->last_at = show_facts_time(rows, 9);
		b->complete = db_int(rows, 10) == 1;
		b->why = show_facts_text(r, rows, 11);
		b->collected_at = show_facts_time(rows, 12);
		TRY(read_changes(r, b, db_int(rows, 0)));
	}
}

/* One item for each repository, kind and form of file. */
static err read_tree(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT r.name, t.kind, t.detail, count(*), CAST(sum(t.n) AS int64), min(t.path) FROM view_tree t "
		"JOIN view_repository r ON r.no = t.repository_no GROUP BY r.name, t.kind, t.detail "
		"ORDER BY r.name, t.kind, t.detail"), DB_NONE, &rows));
	for (;;) {
		struct facts_tree *t;

		TRY(db_next(rows, &more));
		t = more ? show_facts_add(r, &r->f->tree, show_facts_table("tree")) : NULL;
		if (!t)
			return NULL;
		t->repository = show_facts_text(r, rows, 0);
		t->kind = show_facts_text(r, rows, 1);
		t->detail = show_facts_text(r, rows, 2);
		t->files = db_int(rows, 3);
		t->n = db_int(rows, 4);
		t->first = show_facts_text(r, rows, 5);
	}
}

static err read_ci(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT r.name, c.path, c.kind, c.tool, c.enforced, c.why FROM view_ci_scan c "
		"JOIN view_repository r ON r.no = c.repository_no ORDER BY r.name, c.kind, c.tool, c.path"), DB_NONE, &rows));
	for (;;) {
		struct facts_ci *c;

		TRY(db_next(rows, &more));
		c = more ? show_facts_add(r, &r->f->ci, show_facts_table("ci")) : NULL;
		if (!c)
			return NULL;
		c->repository = show_facts_text(r, rows, 0);
		c->path = show_facts_text(r, rows, 1);
		c->kind = show_facts_text(r, rows, 2);
		c->tool = show_facts_text(r, rows, 3);
		c->enforced = show_facts_text(r, rows, 4);
		c->why = show_facts_text(r, rows, 5);
	}
}

static err read_rules(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT r.name, v.branch, v.rule, v.value, v.source FROM view_rule v "
		"JOIN view_repository r ON r.no = v.repository_no ORDER BY r.name, v.branch, v.rule, v.source"), DB_NONE, &rows));
	for (;;) {
		struct facts_rule *v;

		TRY(db_next(rows, &more));
		v = more ? show_facts_add(r, &r->f->rules, show_facts_table("rules")) : NULL;
		if (!v)
			return NULL;
		v->repository = show_facts_text(r, rows, 0);
		v->branch = show_facts_text(r, rows, 1);
		v->rule = show_facts_text(r, rows, 2);
		v->value = show_facts_text(r, rows, 3);
		v->source = show_facts_text(r, rows, 4);
	}
}

static err read_hosts(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT r.name, count(*), min(p.merged_at), max(p.merged_at) FROM view_pull p "
		"JOIN view_repository r ON r.no = p.repository_no WHERE p.merged_at IS NOT NULL GROUP BY r.name ORDER BY r.name"), DB_NONE, &rows));
	for (;;) {
		struct facts_host *h;

		TRY(db_next(rows, &more));
		h = more ? show_facts_add(r, &r->f->hosts, show_facts_table("hosts")) : NULL;
		if (!h)
			return NULL;
		h->repository = show_facts_text(r, rows, 0);
		h->pulls = db_int(rows, 1);
		h->first = show_facts_time(rows, 2);
		h->last = show_facts_time(rows, 3);
	}
}

static err read_releases(struct facts_reading *r)
{
	DB_ROWS rows = NULL;

	TRY(db_query(r->db, SQL("SELECT DISTINCT 'release', c.at / 86400 FROM view_change c JOIN view_branch b "
		"ON b.repository_no = c.repository_no AND b.branch = c.branch WHERE b.release = 1 AND c.tag IS NOT NULL "
		"AND c.gone = 0 AND c.at >= $1 AND c.at <= $2 ORDER BY 2"),
		DB_ARGS(DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	return show_facts_days(r, rows);
}

err show_facts_branches(struct facts_reading *r)
{
	TRY(read_branches(r));
	TRY(read_tree(r));
	TRY(read_ci(r));
	TRY(read_rules(r));
	TRY(read_hosts(r));
	return read_releases(r);
}
