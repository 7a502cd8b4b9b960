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

/* "12 files larger than the bound, 3 unreadable": what follows "read" in the
 * coverage sentence of the scan; absent where everything was read. */
static struct str unread_of(struct arena *a, const struct scan_result *r)
{
	return r->counts.partial ? arena_str(a, STR("some files could not be read")) : (struct str){ 0 };
}

static struct screen_repository *repositories(struct audit *au)
{
	struct arena *a = au->run->a;
	struct screen_repository *v = ARENA_ARRAY(a, struct screen_repository, au->n);

	for (size_t i = 0; i < au->n; i++)
		v[i] = (struct screen_repository){
			.name = au->v[i].name.p ? au->v[i].name : str_c(au->v[i].dir), .failed = au->v[i].failed,
			.unread = unread_of(a, &au->v[i].scanned), .collect_ms = au->v[i].collected.ms,
			.scan_ms = au->v[i].scanned.ms, .files = -1,
		};
	return v;
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

static err print_screen(struct audit *au, const struct assessment *as, int64_t pack_bytes)
{
	BUF_AUTO out = buf_new(1 << 20);
	struct screen_spec spec = {
		.facts = as->facts, .before = as->before, .repositories = repositories(au), .n = au->n,
		.reports_asked = au->o->reports.p != NULL, .reports = au->reports,
		.reports_refused = au->reports_refused, .reports_ms = au->reports_ms,
		.program = CUSTODY_VERSION, .folder = au->folder, .home = au->home, .pack = au->pack,
		.pack_bytes = pack_bytes, .colour = term_colour(STDOUT_FILENO),
	};

	TRY(show_audit_screen(&spec, &out));
	TRY(cmd_print(buf_str(&out)));
	for (size_t i = 0; i < au->notes.n; i++)
		cmd_say(au->run, "note: %.*s", FMT(term_safe(au->run->a, au->notes.v[i])));
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
		TRY(db_get_int(store_db(au->store), SQL("SELECT count(*) FROM view_finding WHERE open = 1 AND severity = $1"),
			       DB_ARGS(DB_I(SEVERITY_CRITICAL)), 0, &n));
	else if (au->o->fail_on == ON_SECRET)
		TRY(db_get_int(store_db(au->store), SQL("SELECT count(*) FROM view_finding WHERE open = 1 AND kind = 'secret'"),
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
