#include "pack/site.h"

#include "base/embed.h"
#include "base/hex.h"
#include "base/instant.h"
#include "record/types.h"
#include "show/facts_read.h"
#include "text/mustache.h"

enum { PAGE_MAX = 32 << 20, TEMPLATE_NAME = 32, SITE = sizeof("src/pack/site/") + sizeof(".mustache"), ID_BYTES = 16 };

const char *const pack_folders[PACK_FOLDERS] = {
	"01-secure-development-policy", "02-control-mapping-and-SoA", "03-architecture-and-threat-review",
	"04-code-review-records", "05-ci-cd-security-gates", "06-vulnerability-management",
	"07-risk-acceptance-and-exceptions", "08-access-reviews", "09-release-and-change-records",
	"10-supplier-and-outsourced-development", "11-audit-testing-and-follow-up",
};
const char *const pack_state_words[] = { "ready", "stale", "gap", "unknown", "none", NULL };

const char *pack_state_title(int state)
{
	return delivery_state_words[state];
}

struct str pack_folder_title(struct arena *a, const char *folder)
{
	static const char *const titles[PACK_FOLDERS] = {
		"Secure development policy", "Control mapping and SoA", "Architecture and threat review", "Code review records",
		"CI/CD security gates", "Vulnerability management", "Risk acceptance and exceptions", "Access reviews",
		"Release and change records", "Supplier and outsourced development", "Audit testing and follow-up",
	};

	for (size_t i = 0; i < PACK_FOLDERS; i++)
		if (strcmp(folder, pack_folders[i]) == 0)
			return arena_printf(a, "%.2s %s", folder, titles[i]);
	return str_c(folder);
}

struct str pack_site_number(struct arena *a, int64_t n)
{
	char digits[32], out[48];
	int length = snprintf(digits, sizeof(digits), "%lld", (long long)n), k = 0;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0 && digits[i - 1] != '-')
			out[k++] = ',';
		out[k++] = digits[i];
	}
	return arena_str(a, (struct str){ out, (size_t)k });
}

struct str pack_site_day(struct arena *a, int64_t t)
{
	char day[DAY_TEXT];

	if (t == INSTANT_NONE)
		return STR("");
	day_put(day, day_of(t));
	return arena_str(a, str_c(day));
}

struct str pack_site_time(struct arena *a, int64_t t)
{
	char text[INSTANT_TEXT];

	if (t == INSTANT_NONE)
		return STR("");
	instant_put(text, t);
	return arena_printf(a, "%.10s %.8s UTC", text, text + 11);
}

struct str pack_site_record(struct pack_site *s, struct arena *a, int64_t idx)
{
	struct str key = arena_printf(s->a, "%lld", (long long)idx);

	if (idx < 0 || idx >= s->w->head.size)
		return (struct str){ 0 };
	if (!map_has(s->pages, key)) {
		if (s->n_records == PACK_RECORD_PAGES)
			return (struct str){ 0 };
		map_put_int(s->pages, key, 1);
		s->records[s->n_records++] = idx;
	}
	return arena_printf(a, "records/%.*s.html", FMT(key));
}

struct str pack_site_account(const struct pack_site *s, struct str id)
{
	const struct str *who = map_get(s->accounts, id);

	return who ? *who : STR("unknown");
}

const struct pack_repository *pack_site_repository(const struct pack_site *s, int64_t no)
{
	for (size_t i = 0; i < s->n_repositories; i++)
		if (s->repositories[i].no == no)
			return &s->repositories[i];
	return NULL;
}

static bool at_gitlab(const struct pack_repository *r)
{
	return steps_host_of(r->host) == STEPS_GITLAB;
}

struct str pack_site_commit_url(struct arena *a, const struct pack_repository *r, struct str commit)
{
	if (!r || !r->host.n || !r->slug.n || !commit.n)
		return (struct str){ 0 };
	return arena_printf(a, "https://%.*s/%.*s%s/commit/%.*s", FMT(r->host), FMT(r->slug), at_gitlab(r) ? "/-" : "", FMT(commit));
}

struct str pack_site_pull_url(struct arena *a, const struct pack_repository *r, int64_t pull)
{
	if (!r || !r->host.n || !r->slug.n || pull < 0)
		return (struct str){ 0 };
	return arena_printf(a, "https://%.*s/%.*s/%s/%lld", FMT(r->host), FMT(r->slug), at_gitlab(r) ? "-/merge_requests" : "pull",
			    (long long)pull);
}

const struct standing *pack_site_control(const struct pack_site *s, const struct catalogue_entry *c)
{
	const struct standing *found = standing_of(&s->standings, c);

	ASSERT(found);
	return found;
}

struct str pack_site_judged(const struct pack_site *s)
{
	int64_t all = (int64_t)s->standings.n, judged = s->standings.judged;

	return arena_printf(s->a, "Ten of the %lld controls are delivery areas, judged by what repositories, exports and scans show. "
		"Of the others, %lld have something declared or handed over; for %lld nothing was, so they are unknown here.",
		(long long)all, (long long)(judged - AREAS), (long long)(all - judged));
}

/* ---- pages */

static void put_places(struct json_writer *j, const char *here)
{
	static const char *const places[][2] = {
		{ "Statement of evidence", "index.html" }, { "Control index", "controls.html" },
		{ "What is unknown", "unknowns.html" }, { "Check this package", "verify.html" },
	};

	json_key(j, "places");
	json_open(j, '[');
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		json_open(j, '{');
		json_add_c(j, "place", places[i][0]);
		json_add_c(j, "place_path", places[i][1]);
		json_add_bool(j, "place_here", strcmp(places[i][1], here) == 0);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_folders(struct pack_site *s, struct json_writer *j, const char *here)
{
	json_key(j, "folders");
	json_open(j, '[');
	for (size_t i = 0; i < PACK_FOLDERS; i++) {
		json_open(j, '{');
		json_add_text(j, "folder", pack_folder_title(s->a, pack_folders[i]));
		json_add_text(j, "folder_path", arena_printf(s->a, "%s/index.html", pack_folders[i]));
		json_add_bool(j, "folder_here", str_starts(str_c(here), str_c(pack_folders[i])));
		json_close(j, '}');
	}
	json_close(j, ']');
}

void pack_page_begin(struct pack_site *s, struct pack_page *p, const char *path, struct str title)
{
	struct pack_writing *w = s->w;
	BUF_AUTO root = buf_new(64);

	*p = (struct pack_page){ .s = s, .path = path, .text = buf_new(PAGE_MAX) };
	p->j = json_write(&p->text);
	p->j.ordered = false;
	base64_add(&root, w->head.root.b, DIGEST_BYTES);
	json_open(&p->j, '{');
	json_add_text(&p->j, "title", title);
	json_add_c(&p->j, "base", strchr(path, '/') ? "../" : "");
	json_add_text(&p->j, "organisation", w->spec->organisation.n ? w->spec->organisation : STR("The organisation"));
	json_add_text(&p->j, "period", arena_printf(s->a, "%.*s to %.*s", FMT(pack_site_day(s->a, w->from)),
						    FMT(pack_site_day(s->a, w->to))));
	json_add_text(&p->j, "period_why", show_facts_period_why(s->a, s->f));
	json_add_text(&p->j, "made", pack_site_time(s->a, w->now));
	json_add_text(&p->j, "program", STR("custody " CUSTODY_VERSION));
	json_add_text(&p->j, "log_size", pack_site_number(s->a, w->head.size));
	json_add_text(&p->j, "log_root", buf_str(&root));
	put_places(&p->j, path);
	put_folders(s, &p->j, path);
}

void pack_page_done(struct pack_page *p)
{
	buf_done(&p->text);
}

static bool find_template(void *ctx UNUSED, struct str name, struct str *text)
{
	char path[SITE + TEMPLATE_NAME];

	if (name.n > TEMPLATE_NAME)
		return false;
	snprintf(path, sizeof(path), "src/pack/site/%.*s.mustache", FMT(name));
	*text = embed_get(path);
	return true;
}

err pack_page_end(struct pack_page *p, const char *template)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO html = buf_new(2 * (size_t)PAGE_MAX);
	struct mustache_spec spec = { .name = template, .partials = { find_template, NULL } };
	struct json *doc;

	json_close(&p->j, '}');
	TRY(buf_ok(&p->text, p->path));
	TRY(json_parse(a, p->path, buf_str(&p->text), &doc));
	find_template(NULL, str_c(template), &spec.text);
	TRY(err_in(mustache_render(&spec, doc, &html), "%s", p->path));
	return pack_out_file(p->s->w->out, p->path, buf_str(&html));
}

/* ---- what the pages know */

static err load_repositories(struct pack_site *s)
{
	DB_ROWS rows = NULL;
	int64_t n;
	bool more;

	TRY(db_get_int(s->w->db, SQL("SELECT count(*) FROM view_repository"), DB_NONE, 0, &n));
	s->repositories = ARENA_ARRAY(s->a, struct pack_repository, n + 1);
	TRY(db_query(s->w->db, SQL("SELECT no, name, host, slug FROM view_repository ORDER BY no"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || (int64_t)s->n_repositories == n)
			return NULL;
		s->repositories[s->n_repositories++] = (struct pack_repository){
			.no = db_int(rows, 0), .name = arena_str(s->a, db_text(rows, 1)),
			.host = arena_str(s->a, db_text(rows, 2)), .slug = arena_str(s->a, db_text(rows, 3)) };
	}
}

/* The words of an account's record: a name, else a login, else an address. */
static struct str name_of(struct pack_site *s, struct arena *scratch, struct str words)
{
	static const char *const keys[] = { "name", "login", "email" };
	struct json *doc;

	if (!words.p || json_parse(scratch, "words", words, &doc))
		return (struct str){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json_text(json_get(doc, keys[i])).n)
			return arena_str(s->a, json_text(json_get(doc, keys[i])));
	return (struct str){ 0 };
}

static err load_accounts(struct pack_site *s)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(s->w->db, SQL("SELECT a.id, a.no, a.kind, r.words FROM view_account a JOIN kept_record r ON r.idx = a.idx "
				   "ORDER BY a.no"), DB_NONE, &rows));
	for (;;) {
		struct str *who = ARENA_NEW(s->a, struct str);

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(s->w->scratch);
		if (!s->w->spec->withhold_words)
			*who = name_of(s, s->w->scratch, db_blob(rows, 3));
		if (!who->p)
			*who = arena_printf(s->a, "%.*s %lld", FMT(db_text(rows, 2)), (long long)db_int(rows, 1));
		map_put(s->accounts, arena_str(s->a, db_blob(rows, 0)), who);
	}
}

/* Persons by the ids that accounts are joined to. */
static err load_persons(struct pack_site *s)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(s->w->db, SQL("SELECT p.id, p.kind, r.words FROM view_person p JOIN kept_record r ON r.idx = p.idx "
				   "ORDER BY p.idx"), DB_NONE, &rows));
	for (;;) {
		struct str *who = ARENA_NEW(s->a, struct str);

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(s->w->scratch);
		if (!s->w->spec->withhold_words)
			*who = name_of(s, s->w->scratch, db_blob(rows, 2));
		if (!who->p)
			*who = arena_printf(s->a, "%.*s %.8s", FMT(db_text(rows, 1)), record_hex(s->a, db_blob(rows, 0)).p);
		if (!map_has(s->accounts, db_blob(rows, 0)))
			map_put(s->accounts, arena_str(s->a, db_blob(rows, 0)), who);
	}
}

static err load(struct pack_site *s)
{
	struct pack_writing *w = s->w;
	struct facts_spec spec = { .now = w->now, .as_of = w->spec->as_of, .from = w->spec->from, .to = w->spec->to };
	struct facts *f;

	TRY(show_facts_read(w->db, &spec, s->a, &f));
	s->f = f;
	w->from = f->period.from;
	w->to = f->period.to;
	w->as_of = f->as_of;
	delivery_decide(f, s->a, &s->d);
	steps_make(&(struct steps_spec){ f, &s->d, FIELD_UNKNOWN }, s->a, &s->steps);
	TRY(catalogue_load(s->a, &s->catalogue));
	standing_all(f, &s->d, &s->catalogue, s->a, &s->standings);
	TRY(load_repositories(s));
	TRY(load_accounts(s));
	return load_persons(s);
}

static err write_pages(struct pack_site *s)
{
	static err (*const pages[])(struct pack_site *) = {
		pack_page_folders, pack_page_findings, pack_page_changes, pack_page_each_control, pack_page_controls,
		pack_page_unknowns, pack_page_statement, pack_page_records,
	};

	TRY(load(s));
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		TRY(pages[i](s));
		pack_progress(s->w, "pages");
	}
	return NULL;
}

err pack_write_site(struct pack_writing *w)
{
	struct pack_site s = { .w = w, .a = w->a, .accounts = map_new(), .pages = map_new() };
	err e;

	s.records = ARENA_ARRAY(w->a, int64_t, PACK_RECORD_PAGES);
	e = write_pages(&s);
	map_free(s.accounts);
	map_free(s.pages);
	return e;
}
