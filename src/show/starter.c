#include "show/starter.h"

#include "base/instant.h"
#include "base/map.h"
#include "judge/areas.h"
#include "store/join.h"
#include "store/noreply.h"
#include "text/json.h"

enum { PEOPLE_SHOWN = 5, PEOPLE_ADDRESSES = 6, OWNERS_MAX = 64, YEAR = 365 * DAY_SECONDS };

struct starting {
	struct db *db;
	const struct directory *d;
	struct buf *out;
	int64_t since;
	int64_t repositories, changes;
	int64_t owned, scanned;		/* repositories with code owners; that scan in CI */
	int64_t scans[SCAN_UNKNOWN + 1];	/* repositories that scan in CI, by kind */
};

struct owner { struct str name; int64_t n; };

static struct str owner_of(struct str slug)
{
	size_t at = str_find(slug, STR("/"), 0);

	return at < slug.n ? (struct str){ slug.p, at } : (struct str){ 0 };
}

static void count_owner(struct arena *a, struct owner *v, size_t *n, struct str name)
{
	for (size_t i = 0; i < *n; i++) {
		if (str_eq(v[i].name, name)) {
			v[i].n++;
			return;
		}
	}
	if (*n < OWNERS_MAX)
		v[(*n)++] = (struct owner){ arena_str(a, name), 1 };
}

/* The owner on the code host that most repositories have. */
static err put_organisation(struct starting *g)
{
	struct owner v[OWNERS_MAX], best = { .n = 0 };
	DB_ROWS rows = NULL;
	size_t n = 0;
	bool more;

	TRY(db_query(g->db, SQL("SELECT slug FROM view_repository ORDER BY no"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		g->repositories++;
		if (owner_of(db_text(rows, 0)).n)
			count_owner(g->d->a, v, &n, owner_of(db_text(rows, 0)));
	}
	for (size_t i = 0; i < n; i++)
		if (v[i].n > best.n)
			best = v[i];
	if (best.n) {
		buf_add_c(g->out, "organisation: ");
		json_quote(g->out, best.name);
		buf_addf(g->out, "  # owner of %lld of %lld repositories on the code host # confirm\n",
			 (long long)best.n,
			 (long long)g->repositories);
	} else {
		buf_add_c(g->out, "# organisation: whose delivery it is\n");
	}
	return NULL;
}

/* The accounts that are one person, and what they wrote. */
struct writer {
	size_t account;			/* the first of them */
	int64_t changes;
};

static void put_list(struct buf *out, const char *key, const struct strs *list)
{
	if (!list->n)
		return;
	buf_addf(out, ", %s: [", key);
	for (size_t i = 0; i < list->n; i++) {
		buf_add_c(out, i ? ", " : "");
		json_quote(out, list->v[i]);
	}
	buf_add_c(out, "]");
}

static void add_caseless(struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_is_caseless(list->v[i], s))
			return;
	if (s.n && list->n < PEOPLE_ADDRESSES)
		list->v[list->n++] = s;
}

/* Accounts without a group stand for themselves. */
static struct str group_of(const struct directory *d, const struct join *plan, size_t i)
{
	return plan[i].person.p ? plan[i].person : d->account[i].id;
}

/* What somebody is called, and by which addresses. */
static void put_person(struct starting *g, const struct join *plan, const struct writer *who)
{
	struct str emails[PEOPLE_ADDRESSES], logins[PEOPLE_ADDRESSES], group = group_of(g->d, plan, who->account);
	struct strs email = { emails, 0 }, login = { logins, 0 };

	for (size_t i = 0; i < g->d->accounts; i++) {
		const struct directory_account *c = &g->d->account[i];
		struct noreply r = noreply_of(c->email);

		if (!str_eq(group_of(g->d, plan, i), group))
			continue;
		add_caseless(&login, c->login.n ? c->login : r.login);
		if (!r.login.n)
			add_caseless(&email, c->email);
	}
	buf_add_c(g->out, "  - { name: ");
	json_quote(g->out, directory_account_name(&g->d->account[who->account]));
	put_list(g->out, "email", &email);
	put_list(g->out, "alias", &login);
	buf_addf(g->out, " }  # author of %lld changes in a year # confirm\n", (long long)who->changes);
}

static err count_author(struct starting *g, const struct directory_account *c, int64_t *n)
{
	return db_get_int(g->db, SQL("SELECT count(*) FROM view_change WHERE author = $1 AND at >= $2 AND gone = 0"),
			  DB_ARGS(record_blob(g->d->a, c->id), DB_I(g->since)), 0, n);
}

/* Those who wrote most, most first; *n of them. */
static err top_authors(struct starting *g, const struct join *plan, struct writer top[PEOPLE_SHOWN], size_t *n)
{
	struct writer *all = ARENA_ARRAY(g->d->a, struct writer, g->d->accounts + 1);
	OWNED(map) at = map_new();
	size_t k = 0;

	for (size_t i = 0; i < g->d->accounts; i++) {
		const struct directory_account *c = &g->d->account[i];
		struct str group = group_of(g->d, plan, i);
		int64_t changes, known = map_get_int(at, group);

		if (!str_is(c->kind, "person") || c->erased || c->email.n + c->login.n == 0)
			continue;
		TRY(count_author(g, c, &changes));
		if (known < 0) {
			known = (int64_t)k++;
			map_put_int(at, group, known);
			all[known].account = i;
		}
		all[known].changes += changes;
	}
	for (*n = 0; *n < PEOPLE_SHOWN; ++*n) {
		size_t best = 0;

		for (size_t i = 1; i < k; i++)
			if (all[i].changes > all[best].changes)
				best = i;
		if (k == 0 || all[best].changes == 0)
			return NULL;
		top[*n] = all[best];
		all[best].changes = 0;
	}
	return NULL;
}

static err put_people(struct starting *g)
{
	struct writer top[PEOPLE_SHOWN];
	struct join *plan;
	size_t n;

	if (g->d->persons) {
		buf_addf(g->out, "# people: %zu are known already; name here who holds a role, such as\n"
			 "#   - { name: NAME, email: [ADDRESS], roles: [security-lead] }\n", g->d->persons);
		return NULL;
	}
	TRY(join_plan(g->d, &plan));
	TRY(top_authors(g, plan, top, &n));
	if (n)
		buf_add_c(g->out, "people:  # roles: security-lead, engineering-manager, tech-lead, release-manager, "
			  "product-owner, it-admin, compliance-manager\n");
	else
		buf_add_c(g->out, "# people: [{ name: NAME, email: [ADDRESS], roles: [security-lead] }]\n");
	for (size_t i = 0; i < n; i++)
		put_person(g, plan, &top[i]);
	return NULL;
}

/* The kinds of scan that CI has, and the first file that says so. */
static err put_scans(struct starting *g, int64_t repository, struct str *path)
{
	DB_ROWS rows = NULL;
	const char *before = ", scans: [";
	bool more;

	*path = (struct str){ 0 };
	TRY(db_query(g->db, SQL("SELECT kind, min(path) FROM view_ci_scan WHERE repository_no = $1 GROUP BY kind "
				"ORDER BY kind"),
		     DB_ARGS(DB_I(repository)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (!path->p)
			*path = arena_str(g->d->a, db_text(rows, 1));
		buf_addf(g->out, "%s%.*s", before, FMT(db_text(rows, 0)));
		before = ", ";
		for (int k = 0; k < SCAN_UNKNOWN; k++)
			g->scans[k] += str_is(db_text(rows, 0), scan_kind_words[k]);
	}
	if (path->p)
		buf_add_c(g->out, "]");
	g->scanned += path->p != NULL;
	return NULL;
}

static err put_system(struct starting *g, int64_t repository, struct str name)
{
	int64_t owners;
	struct str path;

	TRY(db_get_int(g->db, SQL("SELECT count(*) FROM view_tree WHERE repository_no = $1 AND kind = 'codeowners'"),
		       DB_ARGS(DB_I(repository)), 0, &owners));
	g->owned += owners > 0;
	buf_add_c(g->out, "  - { name: ");
	json_quote(g->out, name);
	buf_add_c(g->out, ", repositories: [");
	json_quote(g->out, name);
	buf_add_c(g->out, "], exposure: internet, data_class: restricted");
	TRY(put_scans(g, repository, &path));
	buf_add_c(g->out, " }  # a repository here");
	if (path.p)
		buf_addf(g->out, "; scans in %.*s", FMT(path));
	buf_addf(g->out, "%s # confirm\n", owners ? "; it names code owners" : "");
	return NULL;
}

struct named { int64_t no; struct str name; };

static err read_names(struct starting *g, struct named **out)
{
	DB_ROWS rows = NULL;
	size_t n = 0;
	bool more;

	*out = ARENA_ARRAY(g->d->a, struct named, g->repositories + 1);
	TRY(db_query(g->db, SQL("SELECT no, name FROM view_repository ORDER BY name, no"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more || (int64_t)n == g->repositories)
			return NULL;
		(*out)[n++] = (struct named){ db_int(rows, 0), arena_str(g->d->a, db_text(rows, 1)) };
	}
}

static err put_systems(struct starting *g)
{
	struct named *v;

	TRY(read_names(g, &v));
	buf_add_c(g->out, g->repositories ? "systems:  # exposure and data class are the strictest there are, "
		  "until you say\n"
					  : "# systems: [{ name: NAME, repositories: [REPOSITORY], exposure: "
						"internet }]\n");
	for (int64_t i = 0; i < g->repositories; i++)
		TRY(put_system(g, v[i].no, v[i].name));
	return NULL;
}

static err put_branches(struct starting *g)
{
	DB_ROWS rows = NULL;
	struct str last = { 0 };
	bool more;

	TRY(db_query(g->db, SQL("SELECT r.name, b.branch FROM view_branch b JOIN view_repository r ON r.no = "
				"b.repository_no "
		"WHERE b.release = 1 ORDER BY r.name, r.no, b.branch"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (last.p && str_eq(last, db_text(rows, 0))) {
			buf_add_c(g->out, ", ");
			json_quote(g->out, db_text(rows, 1));
			continue;
		}
		buf_add_c(g->out, last.p ? "] }  # collected # confirm\n" : "repositories:\n");
		last = arena_str(g->d->a, db_text(rows, 0));
		buf_add_c(g->out, "  - { name: ");
		json_quote(g->out, last);
		buf_add_c(g->out, ", release_branches: [");
		json_quote(g->out, db_text(rows, 1));
	}
	if (last.p)
		buf_add_c(g->out, "] }  # collected # confirm\n");
	return NULL;
}

/* From what it was concluded that a control runs. */
static void put_from(struct buf *out, enum area area, int64_t n)
{
	const char *many = n == 1 ? "y" : "ies";

	if (area == AREA_CHANGE)
		buf_addf(out, "%lld change%s in a year", (long long)n, n == 1 ? "" : "s");
	else if (area == AREA_CODING)
		buf_addf(out, "code owners in %lld repositor%s", (long long)n, many);
	else
		buf_addf(out, "scans in CI of %lld repositor%s", (long long)n, many);
}

static void put_control(struct starting *g, enum area area, const char *frequency, int64_t n)
{
	const struct area_info *info = &areas[area];

	buf_addf(g->out, "  - { control: %s, role: %s, frequency: %s, stage: %s }", info->control, info->role,
		 frequency,
		 info->stage);
	buf_addf(g->out, "  # %s: from ", info->name);
	put_from(g->out, area, n);
	buf_add_c(g->out, " # confirm\n");
}

static bool is_seen(const struct starting *g, enum area area)
{
	if (area == AREA_CHANGE)
		return true;
	if (area == AREA_CODING)
		return g->owned > 0;
	if (area == AREA_TESTING)
		return g->scanned > 0;
	return area == AREA_VULNERABILITIES && g->scans[SCAN_DEPENDENCY] + g->scans[SCAN_CONTAINER] > 0;
}

/* Only controls of which something was seen; the others are named for whoever owns them. */
static err put_controls(struct starting *g)
{
	int64_t dependencies = g->scans[SCAN_DEPENDENCY] + g->scans[SCAN_CONTAINER];

	TRY(db_get_int(g->db, SQL("SELECT count(*) FROM view_change WHERE at >= $1 AND gone = 0"),
		       DB_ARGS(DB_I(g->since)), 0,
		       &g->changes));
	buf_add_c(g->out, "controls:  # a role or an owner (a person, no tool) for each; applies and reason make "
		  "the SoA\n");
	put_control(g, AREA_CHANGE, "change", g->changes);
	if (g->owned)
		put_control(g, AREA_CODING, "change", g->owned);
	if (g->scanned)
		put_control(g, AREA_TESTING, "build", g->scanned);
	if (dependencies)
		put_control(g, AREA_VULNERABILITIES, "build", dependencies);
	buf_add_c(g->out, "# of these nothing was seen:");
	for (size_t i = 0; i < AREAS; i++)
		if (!is_seen(g, areas[i].area))
			buf_addf(g->out, " %s %s,", areas[i].control, areas[i].name);
	g->out->n--;
	buf_add_c(g->out, "\n");
	return NULL;
}

err show_starter(struct db *db, const struct directory *d, int64_t now, struct buf *out)
{
	struct starting g = { .db = db, .d = d, .out = out, .since = now - YEAR };

	buf_add_c(out, "# yaml-language-server: $schema=custody.schema.json\n"
		  "# A starter: each guess says from what, and nothing counts before: custody config apply "
			"custody.yaml\n");
	TRY(put_organisation(&g));
	TRY(put_people(&g));
	TRY(put_systems(&g));
	TRY(put_branches(&g));
	TRY(put_controls(&g));
	buf_add_c(out, "# soa: { approved_by: NAME, approved_at: 2026-01-31 }  # until then no applicability is "
		  "confirmed\n"
		  "# retention: { evidence: 7 years, words: 7 years }\n"
		  "# period: { from: 2026-01-01, to: 2026-12-31 }\n");
	return buf_ok(out, "the starter");
}
