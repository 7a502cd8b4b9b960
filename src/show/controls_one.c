/* One control whole. */
#include "show/controls.h"

#include "base/instant.h"
#include "base/term.h"
#include "text/json.h"

enum { EVIDENCE_SHOWN = 12, LABEL = 12, TEXT_COLUMNS = 84 };

struct one {
	const struct show_control_spec *spec;
	const struct catalogue_entry *e;
	const struct standing *s;	/* NULL: nothing is known of it */
	struct str nis2;		/* topics it is mapped to, or absent */
	struct str release;		/* of security testing: what was tested before the last */
	struct arena *a;
	struct buf *out;
};

/* A name and a text that wraps below itself. */
static void put_line(struct one *x, const char *name, struct str value)
{
	struct str rest = term_safe(x->a, value), word;
	size_t column = 0;

	if (!value.n)
		return;
	buf_addf(x->out, "  %-*s", LABEL - 2, name);
	while (str_split(&rest, ' ', &word)) {
		size_t n = term_columns(word);

		if (column && column + 1 + n > TEXT_COLUMNS) {
			buf_addf(x->out, "\n%*s", LABEL, "");
			column = 0;
		}
		buf_addf(x->out, " %.*s", FMT(word));
		column += n + 1;
	}
	buf_add_char(x->out, '\n');
}

static struct str day(struct one *x, int64_t t)
{
	char text[DAY_TEXT];

	if (t == INSTANT_NONE)
		return STR("-");
	day_put(text, day_of(t));
	return arena_str(x->a, str_c(text));
}

static void put_maps(struct one *x)
{
	const struct catalogue_entry *e = x->e;
	const char *other = str_is(e->edition, "2013") ? "2022" : "2013";

	for (size_t i = 0; i < e->maps_to.n; i++) {
		const struct catalogue_entry *to = catalogue_get(x->spec->catalogue, other, e->maps_to.v[i]);

		put_line(x, i ? "" : other, arena_printf(x->a, "%.*s %.*s", FMT(e->maps_to.v[i]), FMT(to ? to->title : STR(""))));
	}
}

static void put_what(struct one *x)
{
	const struct catalogue_entry *e = x->e;
	const char *own = e->level < CATALOGUE_OLD_CONTROL ? "2022" : "2013";
	const struct catalogue_entry *p = e->parent.n ? catalogue_get(x->spec->catalogue, own, e->parent) : NULL;

	buf_addf(x->out, "%.*s  %.*s\n", FMT(catalogue_name(x->a, e)), FMT(e->title));
	if (p)
		put_line(x, "within", arena_printf(x->a, "%.*s %.*s", FMT(p->id), FMT(p->title)));
	put_line(x, "documents", e->note);
	if (e->is_new)
		put_line(x, "new", STR("in 2022; the edition of 2013 had none like it"));
	put_maps(x);
	put_line(x, "NIS2", x->nis2);
}

static struct str declared(const struct one *x)
{
	return x->s && x->s->said ? STR("declared in custody.yaml") : STR("nothing is declared; these are defaults");
}

static void put_area(struct one *x)
{
	const struct area_info *i = x->e->area;
	struct str owner = x->s ? standing_owner(x->s) : (struct str){ 0 };
	struct str stage = x->s && x->s->said ? x->s->said->stage : (struct str){ 0 };

	if (!i)
		return;
	put_line(x, "area", str_c(i->name));
	put_line(x, "stage", stage.n ? stage : str_c(i->stage));
	put_line(x, "evidence", str_c(i->evidence));
	put_line(x, "owner", owner.n ? owner : arena_printf(x->a, "nobody is declared; usually the %s", i->role));
	put_line(x, "frequency", x->s ? x->s->d->frequency : str_c(i->frequency));
	put_line(x, "", declared(x));
	put_line(x, "in pack", str_c(i->folder));
	put_line(x, "decided by", str_c(i->facts));
}

static struct str reasons(struct one *x)
{
	const struct area_decision *d = x->s->d;
	const struct str *v = d->reasons.v;
	struct str out = { 0 };

	for (size_t i = 0; i < d->reasons.n; i++) {
		bool question = false;

		for (int q = 0; q < AREA_QUESTIONS; q++)
			question |= str_starts(v[i], str_c(delivery_question_words[q]));
		if (!question)
			out = arena_printf(x->a, "%.*s%s%.*s", FMT(out), out.n ? "; " : "", FMT(v[i]));
	}
	return out;
}

static void put_months(struct one *x, int64_t n)
{
	if (n >= 0)
		put_line(x, "", arena_printf(x->a, "its runs span %lld month%s%s", (long long)n, n == 1 ? "" : "s",
			n < STANDING_MONTHS ? "; about six are asked before a certification" : ""));
}

/* The policy behind it, the newest that was handed over; NULL: none. */
static const struct facts_document *policy_of(const struct one *x)
{
	const struct many *v = &x->spec->facts->documents;

	for (size_t i = 0; i < v->n; i++) {
		const struct facts_document *d = FACTS_AT(*v, facts_document, i);

		if (str_eq(d->control, x->e->id) && str_is(d->kind, "policy"))
			return d;
	}
	return NULL;
}

static void put_policy(struct one *x)
{
	const struct facts_document *d = policy_of(x);
	bool due = d && d->review_by != INSTANT_NONE;

	put_line(x, "policy", !d ? STR("none was handed over") :
		 arena_printf(x->a, "handed over, dated %.*s%s%.*s", FMT(day(x, d->at)),
			      due ? ", to be reviewed by " : "",
			      FMT(due ? day(x, d->review_by * DAY_SECONDS) : STR(""))));
}

/* State today and the result over the period are two things. */
static void put_standing(struct one *x)
{
	const struct area_decision *d = x->s->d;
	const struct facts_period *p = &x->spec->facts->period;
	struct str why = reasons(x);

	put_line(x, "today", arena_printf(x->a, "%s%s%.*s", delivery_state_words[d->state], why.n ? ": " : "",
					  FMT(why)));
	put_line(x, "period", arena_printf(x->a, "%.*s to %.*s: %.*s", FMT(day(x, p->from)), FMT(day(x, p->to)),
					   FMT(standing_runs(x->a, &d->runs))));
	if (standing_evidenced(&d->runs))
		put_line(x, "", arena_printf(x->a, "evidence from %.*s to %.*s", FMT(day(x, d->runs.first)),
					     FMT(day(x, d->runs.last))));
	put_months(x, standing_months(&d->runs));
	put_policy(x);
	put_line(x, "release", x->release);
	put_line(x, "labels", delivery_labels(x->a, d));
	put_line(x, "next", d->next);
	buf_add_char(x->out, '\n');
	for (int i = 0; i < AREA_QUESTIONS; i++)
		buf_addf(x->out, "  %-26s %s%.*s\n", delivery_question_words[i],
			 d->answers[i].answered ? "" : "not answered: ", FMT(term_safe(x->a, d->answers[i].by)));
}

static err open_evidence(struct one *x, struct db_rows **out)
{
	const struct facts *f = x->spec->facts;

	return standing_evidence(x->spec->db, x->e, f->period.from, standing_evidence_to(f), out);
}

static const struct show_column evidence_columns[] = {
	{ "what", "evidence, newest first", SHOW_TEXT, 0 }, { "happened", "happened", SHOW_DAY, 10 },
	{ "received", "received", SHOW_DAY, 10 }, { "came", "came", SHOW_TEXT, 9 }, { "known", "author", SHOW_TEXT, 8 },
	{ "result", "result", SHOW_TEXT, 20 }, { "record", "record", SHOW_NUMBER, 8 }, { 0 },
};

static err put_evidence(struct one *x)
{
	OWNED(show_list) l = show_list_new(SHOW_TABLE, evidence_columns, -1);
	DB_ROWS rows = NULL;
	int64_t n = 0;
	bool more;

	TRY(open_evidence(x, &rows));
	for (;; n++) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (n < EVIDENCE_SHOWN)
			show_list_row(l, (const struct show_cell[]){
				SHOW_T(db_text(rows, 0)), SHOW_N(day_of(db_int(rows, 2))),
				SHOW_N(day_of(db_int(rows, 3))), SHOW_T(db_text(rows, 4)), SHOW_T(db_text(rows, 5)),
				SHOW_T(db_text(rows, 6)), SHOW_N(db_int(rows, 1)) });
	}
	show_list_total(l, n, "custody control show with --json has all");
	show_list_empty(l, "There is no evidence of it in the period.");
	buf_add_char(x->out, '\n');
	return show_list_into(l, x->out);
}

/* The scans of security that had run by a release of a repository, one for each tool. */
static err tested_by(struct one *x, int64_t repository, int64_t at, struct str *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct str){ 0 };
	TRY(db_query(x->spec->db, SQL("SELECT e.kind, e.tool, max(k.effective) FROM view_scan k JOIN view_series e ON e.no = k.series_no "
		"JOIN view_repository r ON r.no = $1 WHERE k.closed = 1 AND e.proposed = 0 AND e.kind <> 'licence' "
		"AND k.outcome IN ('clean', 'findings') AND k.effective <= $2 "
		"AND (e.system_no = r.system_no OR e.place LIKE r.name || '@%') GROUP BY e.kind, e.tool ORDER BY 3 DESC, 1, 2 LIMIT 8"),
		DB_ARGS(DB_I(repository), DB_I(at)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		*out = arena_printf(x->a, "%.*s%s%.*s scan by %.*s on %.*s", FMT(*out), out->n ? "; " : "", FMT(db_text(rows, 0)),
				    FMT(db_text(rows, 1)), FMT(day(x, db_int(rows, 2))));
	}
}

/* Of security testing: what had run by the last major release (2.0.0), or where no tag
 * is of that form by the last release. */
static err find_last_release(struct one *x)
{
	DB_ROWS rows = NULL;
	struct str tag, name, tests;
	int64_t repository, at;
	bool more, major;

	if (!x->s || !x->e->area || x->e->area->area != AREA_TESTING)
		return NULL;
	TRY(db_query(x->spec->db, SQL("SELECT c.tag, c.at, r.no, r.name, CASE WHEN c.tag LIKE '%.0.0' THEN 1 ELSE 0 END FROM view_change c "
		"JOIN view_repository r ON r.no = c.repository_no WHERE c.tag <> '' AND c.gone = 0 AND c.at <= $1 ORDER BY 5 DESC, c.at DESC, "
		"c.no DESC LIMIT 1"), DB_ARGS(DB_I(standing_evidence_to(x->spec->facts))), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	tag = arena_str(x->a, db_text(rows, 0));
	at = db_int(rows, 1);
	repository = db_int(rows, 2);
	name = arena_str(x->a, db_text(rows, 3));
	major = db_int(rows, 4) == 1;
	TRY(tested_by(x, repository, at, &tests));
	x->release = arena_printf(x->a, "%.*s of %.*s, the last %srelease, %.*s: %.*s", FMT(tag), FMT(name), major ? "major " : "",
				  FMT(day(x, at)), FMT(tests.n ? tests : STR("no scan is known to have run before it")));
	return NULL;
}

/* A clause has no state, but records may be kept for it. */
static bool has_evidence(const struct one *x)
{
	return x->s || (x->spec->facts && x->e->level == CATALOGUE_CLAUSE);
}

static err put_people_form(struct one *x)
{
	put_what(x);
	put_area(x);
	if (x->s)
		put_standing(x);
	return has_evidence(x) ? put_evidence(x) : NULL;
}

static void put_json_area(struct json_writer *w, const struct area_info *i)
{
	json_key(w, "area");
	json_open(w, '{');
	json_add_c(w, "name", i->name);
	json_add_c(w, "stage", i->stage);
	json_add_c(w, "evidence", i->evidence);
	json_add_c(w, "owner", i->role);
	json_add_c(w, "frequency", i->frequency);
	json_add_c(w, "folder", i->folder);
	json_add_c(w, "facts", i->facts);
	json_close(w, '}');
}

static void put_json_what(struct one *x, struct json_writer *w)
{
	const struct catalogue_entry *e = x->e;

	json_add_text(w, "edition", e->edition);
	json_add_text(w, "id", e->id);
	json_add_text(w, "title", e->title);
	json_add_c(w, "level", catalogue_level_words[e->level]);
	json_add_text(w, "within", e->parent);
	json_add_text(w, "documents", e->note);
	json_key(w, "maps_to");
	json_open(w, '[');
	for (size_t i = 0; i < e->maps_to.n; i++)
		json_put_text(w, e->maps_to.v[i]);
	json_close(w, ']');
	if (x->nis2.n)
		json_add_text(w, "nis2", x->nis2);
	if (e->area)
		put_json_area(w, e->area);
}

static void put_json_runs(struct json_writer *w, const struct facts_period *p, const struct area_runs *r)
{
	json_key(w, "period");
	json_open(w, '{');
	json_add_time(w, "from", p->from);
	json_add_time(w, "to", p->to);
	json_add_int(w, "expected", r->expected);
	json_add_int(w, "held", r->held);
	json_add_int(w, "late", r->late);
	json_add_int(w, "missed", r->missed);
	json_add_int(w, "unknown", r->unknown);
	if (standing_months(r) >= 0) {
		json_add_int(w, "months", standing_months(r));
		json_add_bool(w, "months_suffice", standing_months(r) >= STANDING_MONTHS);
	}
	if (standing_evidenced(r)) {
		json_add_time(w, "first", r->first);
		json_add_time(w, "last", r->last);
	}
	json_close(w, '}');
}

static void put_json_standing(struct one *x, struct json_writer *w)
{
	const struct area_decision *d = x->s->d;

	json_add_c(w, "state", delivery_state_words[d->state]);
	json_add_text(w, "because", reasons(x));
	json_add_text(w, "labels", delivery_labels(x->a, d));
	json_add_text(w, "next", d->next);
	if (policy_of(x))
		json_add_time(w, "policy", policy_of(x)->at);
	if (x->release.n)
		json_add_text(w, "release", x->release);
	json_add_text(w, "owner", standing_owner(x->s));
	json_add_text(w, "frequency", d->frequency);
	put_json_runs(w, &x->spec->facts->period, &d->runs);
	json_key(w, "questions");
	json_open(w, '[');
	for (int i = 0; i < AREA_QUESTIONS; i++) {
		json_open(w, '{');
		json_add_c(w, "question", delivery_question_words[i]);
		json_add_bool(w, "answered", d->answers[i].answered == 1);
		json_add_text(w, "answer", d->answers[i].by);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static err put_json_evidence(struct one *x, struct json_writer *w)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(open_evidence(x, &rows));
	json_key(w, "evidence");
	json_open(w, '[');
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		json_open(w, '{');
		json_add_text(w, "what", db_text(rows, 0));
		json_add_int(w, "record", db_int(rows, 1));
		json_add_time(w, "happened", db_int(rows, 2));
		json_add_time(w, "received", db_int(rows, 3));
		json_add_text(w, "came", db_text(rows, 4));
		json_add_text(w, "known", db_text(rows, 5));
		json_add_text(w, "result", db_text(rows, 6));
		json_close(w, '}');
	}
	json_close(w, ']');
	return NULL;
}

static err put_json_form(struct one *x)
{
	struct json_writer w = json_write_pretty(x->out);

	json_open(&w, '{');
	put_json_what(x, &w);
	if (x->s)
		put_json_standing(x, &w);
	if (has_evidence(x))
		TRY(put_json_evidence(x, &w));
	json_close(&w, '}');
	buf_add_char(x->out, '\n');
	return NULL;
}

err show_controls_one(const struct show_control_spec *spec, struct arena *a, struct buf *out)
{
	struct one x = { .spec = spec, .e = spec->entry, .a = a, .out = out,
			 .s = spec->facts ? standing_of(spec->standings, spec->entry) : NULL };

	TRY(catalogue_nis2(a, x.e, &x.nis2));
	TRY(find_last_release(&x));
	TRY(spec->format == SHOW_JSON || spec->format == SHOW_JSONL ? put_json_form(&x) : put_people_form(&x));
	return buf_ok(out, "the control");
}
