/* scan: closes a scan. It names the series, what it follows, the tool, what was
 * covered and the counts; only now do its staged changes count. A scan that
 * follows `late` is kept and changes no state. */
#include "record/types.h"

#include "record/of_system.h"

static const struct field fields[] = {
	FIELD(r_scan, artefact, FIELD_TEXT, 0, 256, "image or file digest that was scanned"),
	FIELD(r_scan, changed, FIELD_INT, FIELD_REQUIRED, 0, "severity, version or place changed"),
	FIELD(r_scan, commit, FIELD_COMMIT, 0, 0, "commit that was scanned"),
	FIELD(r_scan, coverage, FIELD_TEXT, 0, 1024, "what was looked at and what was not"),
	FIELD(r_scan, follows, FIELD_TEXT, FIELD_REQUIRED, 32, "id of the scan before it, none or late"),
	FIELD(r_scan, gone, FIELD_INT, FIELD_REQUIRED, 0, "no longer reported"),
	FIELD(r_scan, identities, FIELD_DIGEST, FIELD_REQUIRED, 0, "digest of the findings present"),
	FIELD_CHOICE(r_scan, kind, FIELD_REQUIRED, scan_kind_words, "kind of scan"),
	FIELD(r_scan, opened, FIELD_INT, FIELD_REQUIRED, 0, "seen for the first time"),
	FIELD(r_scan, original, FIELD_DIGEST, 0, 0, "digest of the file as it came, before redaction"),
	FIELD_CHOICE(r_scan, outcome, FIELD_REQUIRED, scan_outcome_words, "clean, findings, empty, partial, failed"),
	FIELD(r_scan, place, FIELD_TEXT, FIELD_REQUIRED, 512, "repository and branch, image or environment"),
	FIELD(r_scan, position, FIELD_INT, 0, 0, "position of the commit on the release branch"),
	FIELD(r_scan, proposed, FIELD_FLAG, FIELD_REQUIRED, 0, "of a commit on no release branch"),
	FIELD(r_scan, records, FIELD_INT, FIELD_REQUIRED, 0, "batches of changes before this record"),
	FIELD(r_scan, reopened, FIELD_INT, FIELD_REQUIRED, 0, "seen again"),
	FIELD(r_scan, report, FIELD_DIGEST, 0, 0, "digest of the report that is kept"),
	FIELD(r_scan, results, FIELD_INT, FIELD_REQUIRED, 0, "results in the report"),
	FIELD(r_scan, rules, FIELD_TEXT, 0, 64, "digest of the rule set"),
	FIELD(r_scan, run, FIELD_TEXT, 0, 256, "run of the pipeline"),
	FIELD(r_scan, scope, FIELD_TEXT, 0, 512, "declared scope, empty for all"),
	FIELD(r_scan, series, FIELD_ID, FIELD_REQUIRED, 0, "the series"),
	FIELD(r_scan, system, FIELD_ID, FIELD_REQUIRED, 0, "the system"),
	FIELD(r_scan, tool, FIELD_TEXT, FIELD_REQUIRED, 128, "the tool"),
	FIELD(r_scan, tool_version, FIELD_TEXT, 0, 64, "its version"),
	FIELD(r_scan, unchanged, FIELD_INT, FIELD_REQUIRED, 0, "present before and now"),
	{ 0 },
};
static const struct table table = TABLE(r_scan, "scan", fields);
/* With what it follows: reported, gone, reported again is three scans. */
static const char *const key[] = { "series", "commit", "artefact", "report", "run", "follows", NULL };

struct scan_apply {
	struct apply *ap;
	const struct record *r;
	const struct r_scan *f;
	int64_t no, series_no, place_no, system_no, previous;
	bool late;
};

/* The number of a row found by a natural key, or -1. */
static err place_row(struct scan_apply *s)
{
	struct db *db = s->ap->db;
	struct db_value kind = DB_T(str_c(scan_kind_words[s->f->kind]));
	int64_t last;

	TRY(db_get_int(db, SQL("SELECT no FROM view_place WHERE system_no = $1 AND place = $2 AND kind = $3 "
			       "AND tool = $4"),
		       DB_ARGS(DB_I(s->system_no), DB_T(s->f->place), kind, DB_T(s->f->tool)), -1, &s->place_no));
	if (s->place_no >= 0)
		return NULL;
	TRY(db_get_int(db, SQL("SELECT max(no) FROM view_place"), DB_NONE, 0, &last));
	s->place_no = last + 1;
	return db_run(db, SQL("INSERT INTO view_place (no, system_no, place, kind, tool) VALUES ($1, $2, $3, $4, $5)"),
		      DB_ARGS(DB_I(s->place_no), DB_I(s->system_no), DB_T(s->f->place), kind, DB_T(s->f->tool)), NULL);
}

static err series_row(struct scan_apply *s)
{
	struct db *db = s->ap->db;
	struct db_value id = record_blob(s->ap->a, s->f->series);
	int64_t last;

	TRY(db_get_int(db, SQL("SELECT no FROM view_series WHERE id = $1"), DB_ARGS(id), -1, &s->series_no));
	if (s->series_no >= 0)
		return NULL;
	TRY(db_get_int(db, SQL("SELECT max(no) FROM view_series"), DB_NONE, 0, &last));
	s->series_no = last + 1;
	return db_run(db, SQL("INSERT INTO view_series (no, id, system_no, place, kind, tool, scope, proposed, head) "
			      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)"),
		      DB_ARGS(DB_I(s->series_no), id, DB_I(s->system_no), DB_T(s->f->place),
			      DB_T(str_c(scan_kind_words[s->f->kind])), DB_T(s->f->tool),
			      DB_T(s->f->scope.p ? s->f->scope : STR("")), DB_I(s->f->proposed == 1)), NULL);
}

static err close_row(struct scan_apply *s)
{
	const struct r_scan *f = s->f;
	struct arena *a = s->ap->a;
	int64_t follows = -1;

	if (f->follows.n == 32)
		TRY(db_get_int(s->ap->db, SQL("SELECT no FROM view_scan WHERE id = $1"),
			       DB_ARGS(record_blob(a, f->follows)), -1, &follows));
	TRY(db_run(s->ap->db, SQL("UPDATE view_scan SET run = $2 WHERE no = $1"),
		   DB_ARGS(DB_I(s->no), DB_T(f->run.p ? f->run : STR(""))), NULL));
	TRY(db_run(s->ap->db, SQL("UPDATE view_scan SET series_no = $2, closed = 1, follows = $3, follows_no = $4, "
		"commit_id = $5, artefact = $6, position = $7, effective = $8, received = $9, tool_version = $10, "
		"rules_digest = $11, report = $12, idx = $13 WHERE no = $1"),
		DB_ARGS(DB_I(s->no), DB_I(s->series_no), DB_T(f->follows), db_int_or_null(follows, -1),
			record_blob(a, f->commit), db_text_or_null(f->artefact),
			db_int_or_null(f->position, FIELD_NO_INT), DB_I(s->r->header.effective),
			DB_I(s->r->header.received), db_text_or_null(f->tool_version), db_text_or_null(f->rules),
			record_blob(a, f->report), DB_I(s->r->idx)), NULL));
	return db_run(s->ap->db, SQL("UPDATE view_scan SET results = $2, opened = $3, unchanged = $4, reopened = $5, "
		"gone = $6, changed = $7, coverage = $8, outcome = $9, via = $10 WHERE no = $1"),
		DB_ARGS(DB_I(s->no), DB_I(f->results), DB_I(f->opened), DB_I(f->unchanged), DB_I(f->reopened),
			DB_I(f->gone), DB_I(f->changed), db_text_or_null(f->coverage),
			DB_T(str_c(scan_outcome_words[f->outcome])),
			DB_T(str_c(content_words[s->r->header.content]))), NULL);
}

/* Numbers that follow each other, of new findings. */
struct range {
	int64_t first, last;
};

/* The scan's new findings, as few ranges as can be: one, where no other process wrote
 * in between. */
static err new_ranges(struct scan_apply *s, struct range **out, size_t *n)
{
	DB_ROWS rows = NULL;
	struct range *v = NULL;
	size_t room = 0;
	bool more;

	*n = 0;
	TRY(db_query(s->ap->db, SQL("SELECT first_no, last_no FROM view_scan_new WHERE scan_no = $1 ORDER BY n"),
		     DB_ARGS(DB_I(s->no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (*n && v[*n - 1].last + 1 == db_int(rows, 0)) {
			v[*n - 1].last = db_int(rows, 1);
			continue;
		}
		if (*n == room) {
			struct range *wider = ARENA_ARRAY(s->ap->a, struct range, room * 2 + 8);

			if (room)
				memcpy(wider, v, room * sizeof(*v));
			v = wider;
			room = room * 2 + 8;
		}
		v[(*n)++] = (struct range){ db_int(rows, 0), db_int(rows, 1) };
	}
	*out = v;
	return NULL;
}

static err open_range(struct scan_apply *s, const struct range *r)
{
	struct db *db = s->ap->db;

	TRY(db_run(db, SQL("INSERT INTO view_finding_state (no, id, place_no, kind, severity, open, first_scan, last_scan) "
		"SELECT no, id, $3, $4, severity, "
		"CASE WHEN $5 = 1 AND suppressed IS NOT NULL THEN 3 ELSE $5 END, $6, $6 FROM view_finding_text WHERE no BETWEEN $1 AND $2 ORDER BY no"),
		DB_ARGS(DB_I(r->first), DB_I(r->last), DB_I(s->place_no), DB_T(str_c(scan_kind_words[s->f->kind])),
			DB_I(s->f->proposed == 1 ? 2 : 1), DB_I(s->no)), NULL));
	return db_run(db, SQL("INSERT INTO view_presence (series_no, finding_no, present, k1, k2, k3, k4, attributes) "
		"SELECT $3, no, 1, k1, k2, k3, k4, attributes FROM view_finding_text WHERE no BETWEEN $1 AND $2 ORDER BY no"),
		DB_ARGS(DB_I(r->first), DB_I(r->last), DB_I(s->series_no)), NULL);
}

/* open is 2 in a series of proposed commits, so that it never counts for a release
 * branch, and 3 where the tool's own report says that it was accepted. */
static err open_new(struct scan_apply *s)
{
	struct range *v;
	size_t n;

	TRY(new_ranges(s, &v, &n));
	for (size_t i = 0; i < n; i++)
		TRY(open_range(s, &v[i]));
	return NULL;
}

static err update_known(struct scan_apply *s)
{
	struct db *db = s->ap->db;

	TRY(db_run(db, SQL("INSERT INTO view_presence (series_no, finding_no, present, k1, k2, k3, k4, attributes) "
		"SELECT $1, f.no, 1, c.k1, c.k2, c.k3, c.k4, c.attributes FROM view_scan_change c "
		"JOIN view_finding_state f ON f.id = c.finding WHERE c.scan_no = $2 AND c.op = 'reappeared' "
		"ON CONFLICT DO NOTHING"), DB_ARGS(DB_I(s->series_no), DB_I(s->no)), NULL));
	TRY(db_run(db, SQL("UPDATE view_presence SET present = 1, k1 = c.k1, k2 = c.k2, k3 = c.k3, k4 = c.k4, "
		"attributes = c.attributes FROM (SELECT f.no AS fno, k1, k2, k3, k4, attributes FROM view_scan_change "
		"JOIN view_finding_state f ON f.id = finding WHERE scan_no = $2 "
		"AND op IN ('reappeared', 'moved', 'changed')) c "
		"WHERE series_no = $1 AND finding_no = c.fno"), DB_ARGS(DB_I(s->series_no), DB_I(s->no)), NULL));
	TRY(db_run(db, SQL("UPDATE view_finding_text SET path = coalesce(c.path, view_finding_text.path), "
		"line = coalesce(c.line, view_finding_text.line), score = c.score, version = c.version, fix = c.fix, "
		"title = coalesce(c.title, view_finding_text.title), suppressed = c.suppressed FROM (SELECT f.no AS fno, "
		"h.path, h.line, h.score, h.version, h.fix, h.title, h.suppressed FROM view_scan_change h "
		"JOIN view_finding_state f ON f.id = h.finding WHERE h.scan_no = $1 "
		"AND h.op IN ('reappeared', 'moved', 'changed')) c WHERE view_finding_text.no = c.fno"),
		DB_ARGS(DB_I(s->no)), NULL));
	return db_run(db, SQL("UPDATE view_finding_state SET last_scan = $1, "
		"open = CASE WHEN $2 = 1 AND c.suppressed IS NOT NULL THEN 3 ELSE $2 END, severity = coalesce(c.severity, -1) "
		"FROM view_scan_change c WHERE c.scan_no = $1 AND c.finding = view_finding_state.id "
		"AND c.op IN ('reappeared', 'moved', 'changed')"),
		DB_ARGS(DB_I(s->no), DB_I(s->f->proposed == 1 ? 2 : 1)), NULL);
}

static err close_gone(struct scan_apply *s)
{
	struct db *db = s->ap->db;

	TRY(db_run(db, SQL("UPDATE view_presence SET present = 0 FROM (SELECT f.no AS fno FROM view_scan_change "
		"JOIN view_finding_state f ON f.id = finding WHERE scan_no = $2 AND op = 'gone') c "
		"WHERE series_no = $1 AND finding_no = c.fno"), DB_ARGS(DB_I(s->series_no), DB_I(s->no)), NULL));
	return db_run(db, SQL("UPDATE view_finding_state SET last_scan = $1, open = CASE WHEN EXISTS (SELECT 1 "
		"FROM view_presence p WHERE p.finding_no = view_finding_state.no AND p.present = 1) THEN open ELSE 0 END "
		"FROM view_scan_change c WHERE c.scan_no = $1 AND c.finding = view_finding_state.id AND c.op = 'gone'"),
		DB_ARGS(DB_I(s->no)), NULL);
}

static err take_effect(struct scan_apply *s)
{
	struct db *db = s->ap->db;

	TRY(open_new(s));
	TRY(update_known(s));
	TRY(close_gone(s));
	TRY(db_run(db, SQL("INSERT INTO view_finding_event (finding_no, scan_no, op, detail) SELECT f.no, $1, c.op, "
		"coalesce(c.match, '') FROM view_scan_change c JOIN view_finding_state f ON f.id = c.finding "
		"WHERE c.scan_no = $1"), DB_ARGS(DB_I(s->no)), NULL));
	return db_run(db, SQL("UPDATE view_series SET head = $2 WHERE no = $1"),
		      DB_ARGS(DB_I(s->series_no), DB_I(s->no)), NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	struct scan_apply s = { .ap = ap, .r = r, .f = r->facts };

	s.late = str_is(s.f->follows, "late") || s.f->outcome == OUTCOME_FAILED || s.f->outcome == OUTCOME_EMPTY;
	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_system WHERE id = $1"),
		       DB_ARGS(record_blob(ap->a, s.f->system)), 0, &s.system_no));
	TRY(of_system_put(ap, s.system_no, r, s.f->report));
	TRY(scan_changes_row(ap, r->header.about, &s.no));
	TRY(place_row(&s));
	TRY(series_row(&s));
	TRY(close_row(&s));
	if (!s.late)
		TRY(take_effect(&s));
	TRY(db_run(ap->db, SQL("DELETE FROM view_scan_new WHERE scan_no = $1"), DB_ARGS(DB_I(s.no)), NULL));
	return db_run(ap->db, SQL("DELETE FROM view_scan_change WHERE scan_no = $1"), DB_ARGS(DB_I(s.no)), NULL);
}

const struct record_type record_scan = {
	"scan.v1", &table, "a scan and what it changed", key, NULL, apply,
};
