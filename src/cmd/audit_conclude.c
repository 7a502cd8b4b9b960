/* What `custody audit` makes of what it collected: assessment, pack, screen. */
#include "cmd/audit_parts.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/term.h"
#include "cmd/assess.h"
#include "pack/write.h"
#include "record/types.h"
#include "show/screen.h"
#include "store/anchor.h"

enum { NOTES_SHOWN = 3, KINDS_MAX = 20 };

/* The coverage sentence of the newest secret scan of a repository: "12 files, 10
 * read (5 bytes), 2 binary", split into how many were read and what was not. */
static err coverage_of(struct audit *au, struct str name, struct screen_repository *out)
{
	struct arena *a = au->run->a;
	struct str place = arena_printf(a, "%.*s@", FMT(name)), rest, piece;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(au->store), SQL("SELECT c.coverage FROM view_scan c JOIN view_series s ON s.no = c.series_no "
		"WHERE s.tool = 'custody' AND s.kind = 'secret' AND substr(s.place, 1, length($1)) = $1 "
		"ORDER BY c.no DESC LIMIT 1"), DB_ARGS(DB_T(place)), &rows));
	TRY(db_next(rows, &more));
	if (!more) {
		out->unread = STR("no file of the tree is here");
		return NULL;
	}
	rest = arena_str(a, db_text(rows, 0));
	if (!str_split(&rest, ',', &piece) || !str_split(&rest, ',', &piece))
		return NULL;
	piece = str_trim(piece);
	piece.n = str_find(piece, STR(" "), 0);
	if (!str_to_i64(piece, &out->files))
		out->files = -1;
	if (rest.p && str_trim(rest).n)
		out->unread = str_trim(rest);
	return NULL;
}

static err repositories(struct audit *au, struct screen_repository **out)
{
	struct screen_repository *v = ARENA_ARRAY(au->run->a, struct screen_repository, au->n);

	for (size_t i = 0; i < au->n; i++) {
		v[i] = (struct screen_repository){
			.name = au->v[i].name.p ? au->v[i].name : str_c(au->v[i].dir), .failed = au->v[i].failed,
			.collect_ms = au->v[i].collected.ms, .scan_ms = au->v[i].scanned.ms, .files = -1,
		};
		if (!v[i].failed.p)
			TRY(coverage_of(au, v[i].name, &v[i]));
	}
	*out = v;
	return NULL;
}

static void pack_progress(void *ctx, const char *what, uint64_t bytes)
{
	term_progress(ctx, "pack: %s, %llu MB", what, (unsigned long long)(bytes >> 20));
}

static err write_pack(struct audit *au, const struct assessment *as, int64_t *bytes)
{
	TERM_PROGRESS_AUTO line = { 0 };
	struct pack_spec spec = { .a = au->run->a, .out = au->pack, .from = as->delivery.from, .to = as->delivery.to,
				  .as_of = as->delivery.as_of, .ctx = &line,
				  .progress = au->run->quiet ? NULL : pack_progress };
	struct pack_result result;
	struct stat st;

	TRY(pack_write(au->store, &spec, &result));
	*bytes = stat(au->pack, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : result.bytes;
	return NULL;
}

/* Those that are asked without being told to, each time. */
static err asked_anchors(struct audit *au, int64_t *n)
{
	struct anchor_places all;
	const struct anchor_place *p;

	TRY(anchor_places_read(au->run->a, au->home, &all));
	p = all.places.v;
	*n = 0;
	for (size_t i = 0; i < all.places.n; i++)
		*n += p[i].always == 1 || (p[i].kind == ANCHOR_WITNESS && p[i].ask != 0);
	return NULL;
}

/* What scans among the records from `first` on found, and no longer found. */
static err findings_since(struct audit *au, int64_t first, struct screen_spec *out)
{
	struct screen_findings *v = ARENA_ARRAY(au->run->a, struct screen_findings, KINDS_MAX);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(au->store), SQL("SELECT s.kind, sum(c.opened + c.reopened), sum(c.gone) FROM view_scan c "
		"JOIN view_series s ON s.no = c.series_no WHERE c.idx >= $1 AND c.closed = 1 AND c.follows <> 'late' AND c.outcome <> 'failed' "
		"AND s.proposed = 0 GROUP BY s.kind ORDER BY s.kind LIMIT $2"), DB_ARGS(DB_I(first), DB_I(KINDS_MAX)), &rows));
	for (out->since = v;; out->since_n++) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		v[out->since_n] = (struct screen_findings){ arena_str(au->run->a, db_text(rows, 0)), db_int(rows, 1),
							    db_int(rows, 2) };
	}
}

static err print_screen(struct audit *au, const struct assessment *as, int64_t pack_bytes)
{
	BUF_AUTO out = buf_new(1 << 20);
	struct screen_repository *looked_at;
	size_t shown;
	struct screen_spec spec = {
		.facts = as->facts, .before = as->before, .n = au->n,
		.reports_asked = au->o->reports.p != NULL, .reports = au->reports,
		.reports_refused = au->reports_refused, .refused = au->refused, .reports_ms = au->reports_ms,
		.program = CUSTODY_VERSION, .folder = au->folder, .home = au->home, .pack = au->pack,
		.pack_bytes = pack_bytes, .colour = term_colour(STDOUT_FILENO),
	};

	if (as->before)
		TRY(findings_since(au, as->before_idx, &spec));
	TRY(asked_anchors(au, &spec.asked));
	TRY(repositories(au, &looked_at));
	spec.repositories = looked_at;
	TRY(show_audit_screen(&spec, &out));
	TRY(cmd_print(buf_str(&out)));
	shown = au->o->notes == 1 || au->notes.n <= NOTES_SHOWN ? au->notes.n : NOTES_SHOWN;
	for (size_t i = 0; i < shown; i++)
		cmd_say(au->run, "note: %.*s", FMT(term_safe(au->run->a, au->notes.v[i])));
	if (au->notes.n > shown)
		cmd_say(au->run, "note: %zu more notes; the same command with --notes shows them all", au->notes.n - shown);
	return NULL;
}

/* Whether what --fail-on names is there. */
static err is_failed(struct audit *au, const struct assessment *as, bool *failed)
{
	enum { ON_GAP, ON_CRITICAL, ON_SECRET };
	int64_t n = 0;

	if (au->o->fail_on == ON_GAP)
		n = as->delivery.count[AREA_GAP];
	else if (au->o->fail_on == ON_CRITICAL)
		TRY(db_get_int(store_db(au->store), SQL("SELECT count(*) FROM view_finding_state WHERE open = 1 AND severity = $1"),
			       DB_ARGS(DB_I(SEVERITY_CRITICAL)), 0, &n));
	else if (au->o->fail_on == ON_SECRET)
		TRY(db_get_int(store_db(au->store), SQL("SELECT count(*) FROM view_finding_state WHERE open = 1 AND kind = 'secret'"),
			       DB_NONE, 0, &n));
	*failed = n > 0;
	return NULL;
}

err audit_conclude(struct audit *au)
{
	struct assessment as;
	int64_t pack_bytes;
	bool failed;

	TRY(assess(au->store, au->run->a, INSTANT_NONE, INSTANT_NONE, &as));
	TRY(write_pack(au, &as, &pack_bytes));
	TRY(print_screen(au, &as, pack_bytes));
	TRY(is_failed(au, &as, &failed));
	if (failed)
		au->run->exit_code = 4;
	return NULL;
}
