/* The two long pages: findings, and changes with what is shown of each. */
#include "pack/list.h"

#include "base/instant.h"
#include "pack/picture.h"
#include "record/types.h"
#include "show/change_rows.h"

enum { BAR = 2400, FINDINGS = 200 };	/* a bar in tenths of its units; findings on the page */

/* ---- findings */

static const char *layer_of(int64_t severity)
{
	return severity >= SEVERITY_LOW && severity <= SEVERITY_CRITICAL ? severity_words[severity] : "low";
}

/* What a tool gives no severity counts with the low ones, as in the picture. */
static err put_severity(struct pack_site *s, struct json_writer *j, int64_t severity)
{
	int64_t open, accepted, closed;

	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_finding_state WHERE (severity = $1 OR ($1 = 1 AND severity < 1)) "
				     "AND open = 1"),
		       DB_ARGS(DB_I(severity)), 0, &open));
	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_finding WHERE (severity = $1 OR ($1 = 1 AND severity < 1)) "
				     "AND open = 3"), DB_ARGS(DB_I(severity)), 0, &accepted));
	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_finding_state f JOIN view_scan z ON z.no = f.last_scan "
				     "WHERE (f.severity = $1 OR ($1 = 1 AND f.severity < 1)) AND f.open = 0 AND z.effective >= $2 AND z.effective <= $3"),
		       DB_ARGS(DB_I(severity), DB_I(s->w->from), DB_I(standing_evidence_to(s->f))), 0, &closed));
	json_open(j, '{');
	json_add_c(j, "severity", severity == SEVERITY_LOW ? "low or not said" : severity_words[severity]);
	json_add_c(j, "severity_layer", layer_of(severity));
	json_add_text(j, "open", pack_site_number(s->a, open));
	json_add_c(j, "overdue", "unknown");
	json_add_text(j, "accepted", pack_site_number(s->a, accepted));
	json_add_text(j, "closed", pack_site_number(s->a, closed));
	json_add_c(j, "days", "unknown");
	json_close(j, '}');
	return NULL;
}

static void put_finding(struct pack_site *s, struct json_writer *j, const struct db_rows *r)
{
	struct str where = db_text(r, 4).n ? db_text(r, 4) : db_text(r, 5);

	json_open(j, '{');
	json_add_text(j, "finding_path", pack_site_record(s, s->a, db_int(r, 0)));
	json_add_text(j, "finding_title", db_text(r, 1).n ? db_text(r, 1) : db_text(r, 8));
	json_add_c(j, "finding_layer", layer_of(db_int(r, 2)));
	json_add_c(j, "finding_severity", db_int(r, 2) >= 0 && db_int(r, 2) <= SEVERITY_CRITICAL
		? severity_words[db_int(r, 2)] : "unknown");
	json_add_text(j, "system", db_text(r, 3));
	json_add_text(j, "place", where.p ? where : STR(""));
	json_add_text(j, "first_seen", pack_site_day(s->a, db_int(r, 6)));
	json_add_c(j, "due", "not known");
	json_add_c(j, "due_state", "open");
	json_add_c(j, "accepted_until", "");
	json_add_text(j, "finding_state", db_text(r, 7).n ? STR("accepted in the tool") : STR("open"));
	json_close(j, '}');
}

static err put_findings(struct pack_site *s, struct json_writer *j)
{
	DB_ROWS rows = NULL;
	int64_t n = 0, all;
	bool more;

	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_finding_state WHERE open = 1"), DB_NONE, 0, &all));
	TRY(db_query(s->w->db, SQL("SELECT f.idx, f.title, f.severity, y.name, f.path, f.component, k.effective, f.suppressed, f.rule "
		"FROM view_finding f JOIN view_place p ON p.no = f.place_no JOIN view_system y ON y.no = p.system_no "
		"JOIN view_scan k ON k.no = f.first_scan WHERE f.open = 1 ORDER BY f.severity DESC, f.no LIMIT $1"),
		DB_ARGS(DB_I(FINDINGS)), &rows));
	json_key(j, "findings");
	json_open(j, '[');
	for (;; n++) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		put_finding(s, j, rows);
	}
	json_close(j, ']');
	json_add_text(j, "shown_of", n < all ? arena_printf(s->a, "The %lld weightiest of %.*s; all are in the CSV.", (long long)n,
		FMT(pack_site_number(s->a, all))) : arena_printf(s->a, "%.*s open on release branches.", FMT(pack_site_number(s->a, all))));
	return NULL;
}

err pack_page_findings(struct pack_site *s)
{
	PACK_PAGE_AUTO p = { 0 };

	pack_page_begin(s, &p, "06-vulnerability-management/findings.html", STR("Findings"));
	TRY(pack_picture_areas(s, &p.j));
	json_key(&p.j, "summary");
	json_open(&p.j, '[');
	for (int64_t severity = SEVERITY_CRITICAL; severity >= SEVERITY_LOW; severity--)
		TRY(put_severity(s, &p.j, severity));
	json_close(&p.j, ']');
	TRY(put_findings(s, &p.j));
	return pack_page_end(&p, "findings");
}

/* ---- changes */

static struct str tenths(struct arena *a, int64_t n, int64_t of)
{
	int64_t v = of ? BAR * n / of : 0;

	return arena_printf(a, "%lld.%lld", (long long)(v / 10), (long long)(v % 10));
}

static void put_num(struct json_writer *j, const char *key, struct str number)
{
	json_key(j, key);
	json_put_raw(j, number);
}

static void put_asked(struct pack_site *s, struct json_writer *j, const char *what, const struct facts_three *t,
	struct str note)
{
	int64_t all = t->shown + t->missing + t->unknown;

	json_open(j, '{');
	json_add_c(j, "ask", what);
	json_add_text(j, "shown", pack_site_number(s->a, t->shown));
	json_add_text(j, "missing", pack_site_number(s->a, t->missing));
	json_add_text(j, "open", pack_site_number(s->a, t->unknown));
	json_add_text(j, "ask_note", note);
	put_num(j, "shown_w", tenths(s->a, t->shown, all));
	put_num(j, "missing_x", tenths(s->a, t->shown, all));
	put_num(j, "missing_w", tenths(s->a, t->missing, all));
	put_num(j, "open_x", tenths(s->a, t->shown + t->missing, all));
	put_num(j, "open_w", tenths(s->a, t->unknown, all));
	json_close(j, '}');
}

static void sum_three(struct facts_three *to, const struct facts_three *from)
{
	to->missing += from->missing;
	to->shown += from->shown;
	to->unknown += from->unknown;
}

static void put_all_asked(struct pack_site *s, struct json_writer *j)
{
	struct facts_branch t = { 0 };
	struct facts_three kept;

	for (size_t i = 0; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		t.changes += b->changes;
		t.bots += b->bots;
		t.security += b->security;
		t.signed_person += b->signed_person;
		sum_three(&t.reviews, &b->reviews);
		sum_three(&t.checks, &b->checks);
		sum_three(&t.tickets, &b->tickets);
		sum_three(&t.security_reviews, &b->security_reviews);
		sum_three(&t.signatures, &b->signatures);
	}
	kept = (struct facts_three){ .shown = t.changes };
	json_key(j, "asked");
	json_open(j, '[');
	put_asked(s, j, "change, author, date, content", &kept, arena_printf(s->a, "%lld by bots", (long long)t.bots));
	put_asked(s, j, "independent review before merge", &t.reviews, STR("by a person who did not work on it"));
	put_asked(s, j, "checks passed at merge", &t.checks, STR("as the code host says"));
	put_asked(s, j, "ticket linked", &t.tickets, STR("from messages and the code host"));
	put_asked(s, j, "security review where one is due", &t.security_reviews,
		  arena_printf(s->a, "%lld changes touch what needs one", (long long)t.security));
	put_asked(s, j, "signature", &t.signatures, arena_printf(s->a, "%lld by a person's own key", (long long)t.signed_person));
	json_close(j, ']');
}

/* Titles of the changes of one record, as its words give them, beside its facts. */
struct titles {
	struct arena *a;
	int64_t idx;
	const struct json *changes, *titles;
};

static err load_titles(struct pack_site *s, struct titles *t, int64_t idx)
{
	DB_ROWS rows = NULL;
	struct json *facts, *words;
	bool more;

	if (t->idx == idx || s->w->spec->withhold_words)
		return NULL;
	arena_reset(t->a);
	*t = (struct titles){ .a = t->a, .idx = idx };
	TRY(db_query(s->w->db, SQL("SELECT facts, words FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more || db_is_null(rows, 1) || json_parse(t->a, "facts", arena_str(t->a, db_blob(rows, 0)), &facts) ||
	    json_parse(t->a, "words", arena_str(t->a, db_blob(rows, 1)), &words))
		return NULL;
	t->changes = json_get(facts, "changes");
	t->titles = json_get(words, "titles");
	return NULL;
}

static err title_of(struct pack_site *s, struct titles *t, int64_t idx, struct str commit, struct str *out)
{
	const struct json *title;

	*out = STR("");
	TRY(load_titles(s, t, idx));
	if (!t->changes || !t->titles)
		return NULL;
	title = t->titles->first;
	for (const struct json *c = t->changes->first; c && title; c = c->next, title = title->next)
		if (str_eq(json_text(json_get(c, "commit")), commit))
			*out = arena_str(s->a, json_text(title));
	return NULL;
}

static const char *class_of(enum answer a)
{
	return a == ANSWER_PASS ? "shown" : a == ANSWER_FAIL ? "missing" : "open";
}

/* The reason, where it says more than that nobody knows. */
static const char *said_of(const struct change_answer *a)
{
	return a->answer == ANSWER_UNKNOWN ? change_answer_words[ANSWER_UNKNOWN] : a->reason;
}

/* A change as the page wants it, kept until its statement is closed. */
struct shown {
	struct show_change_row row;
	struct str commit, tag;
	const struct pack_repository *repository;
	struct str author;
};

static void put_change(struct pack_site *s, struct json_writer *j, const struct shown *c, struct str title)
{
	const struct change_answer *checks = &c->row.answers[CHANGE_CHECKS], *ticket = &c->row.answers[CHANGE_TICKET];
	struct str url = pack_site_pull_url(s->a, c->repository, c->row.pull);

	if (!url.p)
		url = pack_site_commit_url(s->a, c->repository, c->commit);
	json_open(j, '{');
	json_add_text(j, "change_path", pack_site_record(s, s->a, c->row.idx));
	json_add_text(j, "change_url", url.p ? url : STR(""));
	json_add_text(j, "commit", str_cut(c->commit, 10));
	json_add_text(j, "change_day", pack_site_day(s->a, c->row.at));
	json_add_text(j, "change_title", title);
	json_add_text(j, "author", c->author);
	json_add_c(j, "review_class", class_of(c->row.reviewed.answer));
	json_add_c(j, "review", said_of(&c->row.reviewed));
	json_add_c(j, "checks_class", class_of(checks->answer));
	json_add_c(j, "checks", said_of(checks));
	json_add_c(j, "ticket_class", class_of(ticket->answer));
	json_add_c(j, "ticket", said_of(ticket));
	json_add_text(j, "release", c->tag);
	json_close(j, '}');
}

struct shown_list {
	struct shown v[PACK_PAGE_CHANGES];
	size_t n;
};

static err read_branch(struct pack_site *s, const struct facts_branch *b, int64_t no, struct shown_list *l)
{
	struct show_change_rows_spec spec = { .repository_no = no, .branch = b->branch, .from = s->w->from,
		.to = s->w->to };
	OWNED(show_change_rows) rows = NULL;
	struct show_change_row row;
	bool more = true;

	TRY(show_change_rows_open(s->w->db, &spec, &rows));
	while (l->n < PACK_PAGE_CHANGES) {
		struct shown *c = &l->v[l->n];

		TRY(show_change_rows_next(rows, &row, &more));
		if (!more)
			return NULL;
		*c = (struct shown){ .row = row, .commit = record_hex(s->a, row.commit),
			    .repository = pack_site_repository(s, no),
				     .tag = row.tag.n ? arena_str(s->a, row.tag) : STR(""),
				     .author = pack_site_account(s, row.author) };
		l->n++;
	}
	return NULL;
}

static int64_t number_of(const struct pack_site *s, struct str name)
{
	for (size_t i = 0; i < s->n_repositories; i++)
		if (str_eq(s->repositories[i].name, name))
			return s->repositories[i].no;
	return -1;
}

static err put_changes(struct pack_site *s, struct json_writer *j, struct shown_list *l)
{
	OWNED(arena) a = arena_new();
	struct titles t = { .a = a, .idx = -1 };
	struct str title;

	json_key(j, "changes");
	json_open(j, '[');
	for (size_t i = 0; i < l->n; i++) {
		TRY(title_of(s, &t, l->v[i].row.idx, l->v[i].commit, &title));
		put_change(s, j, &l->v[i], title);
	}
	json_close(j, ']');
	return NULL;
}

static struct str branches_of(struct pack_site *s)
{
	if (s->f->branches.n == 1)
		return FACTS_AT(s->f->branches, facts_branch, 0)->branch;
	return arena_printf(s->a, "%zu release branches", s->f->branches.n);
}

err pack_page_changes(struct pack_site *s)
{
	struct shown_list *l = ARENA_NEW(s->a, struct shown_list);
	int64_t all = facts_changes(s->f);
	PACK_PAGE_AUTO p = { 0 };

	pack_page_begin(s, &p, "09-release-and-change-records/changes.html", STR("Changes"));
	json_add_text(&p.j, "branch", branches_of(s));
	json_add_text(&p.j, "total", pack_site_number(s->a, all));
	put_all_asked(s, &p.j);
	for (size_t i = 0; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		TRY(read_branch(s, b, number_of(s, b->repository), l));
	}
	TRY(put_changes(s, &p.j, l));
	json_add_text(&p.j, "shown_of", (int64_t)l->n < all ? arena_printf(s->a, "The %zu latest of %.*s; all are in the CSV.", l->n,
		FMT(pack_site_number(s->a, all))) : STR("All changes of the period."));
	return pack_page_end(&p, "changes");
}
