#include "show/standing.h"

#include "base/instant.h"

static bool speaks(const struct area_decision *d)
{
	return d->info->area != AREA_NONE || d->state != AREA_UNKNOWN || d->labels & LABEL_ACTIVITY;
}

void standing_all(const struct facts *f, const struct delivery *d, const struct catalogue *c, struct arena *a,
		  struct standings *out)
{
	*out = (struct standings){ .v = ARENA_ARRAY(a, struct standing, c->n) };
	for (size_t i = 0; i < c->n; i++) {
		struct standing *s = &out->v[out->n];

		if (c->v[i].level != CATALOGUE_CONTROL)
			continue;
		s->control = &c->v[i];
		s->d = delivery_control(f, d, a, c->v[i].id);
		s->said = facts_control_of(f, arena_cstr(a, c->v[i].id));
		out->count[s->d->state]++;
		out->judged += speaks(s->d);
		out->n++;
	}
}

const struct standing *standing_of(const struct standings *all, const struct catalogue_entry *c)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].control == c)
			return &all->v[i];
	return NULL;
}

struct str standing_because(const struct standing *s)
{
	const struct str *why = s->d->reasons.v;

	return s->d->reasons.n ? why[0] : (struct str){ 0 };
}

struct str standing_runs(struct arena *a, const struct area_runs *r)
{
	const struct {
		int64_t n;
		const char *word;
	} other[] = { { r->late, "late" }, { r->missed, "missed" }, { r->unknown, "unknown" } };
	struct str out;

	if (!r->expected)
		return STR("no runs known");
	out = arena_printf(a, "%lld of %lld held", (long long)r->held, (long long)r->expected);
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (other[i].n)
			out = arena_printf(a, "%.*s, %lld %s", FMT(out), (long long)other[i].n, other[i].word);
	return out;
}

struct str standing_owner(const struct standing *s)
{
	if (s->said && s->said->role.n)
		return s->said->role;
	return s->said && s->said->owner == 1 ? STR("a named person") : (struct str){ 0 };
}

bool standing_evidenced(const struct area_runs *r)
{
	return r->held + r->late > 0 && r->first != INSTANT_NONE && r->last != INSTANT_NONE;
}

int64_t standing_months(const struct area_runs *r)
{
	int64_t n = 0, first;

	if (r->first == INSTANT_NONE || r->last == INSTANT_NONE)
		return -1;
	first = day_of(r->first);
	while (day_add_months(first, (int)n + 1) <= day_of(r->last))
		n++;
	return n;
}

int64_t standing_evidence_to(const struct facts *f)
{
	return f->period.rule == PERIOD_USUAL || f->period.rule == PERIOD_COPY ? f->as_of : f->period.to;
}

/* What bears on a control beside documents for it: kinds of scans, and what else was
 * taken in; each between commas. */
struct bearing {
	enum area area;
	const char *kinds, *sources;
};

static struct bearing bearing_of(const struct catalogue_entry *c)
{
	static const struct bearing known[] = {
		{ AREA_LIFE_CYCLE, ",", ",git,github-rules," },
		{ AREA_CODING, ",secret,static,", ",git,pulls,github-rules," },
		{ AREA_TESTING, ",static,dynamic,infrastructure,", ",junit," },
		{ AREA_VULNERABILITIES, ",dependency,container,", ",cyclonedx,spdx,openvex," },
		{ AREA_ACCESS, ",", ",people," },
		{ AREA_CHANGE, ",", ",git,pulls," },
	};

	if (str_is(c->id, "A.8.9"))
		return (struct bearing){ AREA_NONE, ",infrastructure,", "," };
	for (size_t i = 0; c->area && i < ARRAY_LEN(known); i++)
		if (known[i].area == c->area->area)
			return known[i];
	return (struct bearing){ AREA_NONE, ",", "," };
}

err standing_evidence(struct db *db, const struct catalogue_entry *c, int64_t from, int64_t to, struct db_rows **out)
{
	struct bearing b = bearing_of(c);

	return db_query(db, SQL("SELECT x.what, x.idx, x.at, x.received, x.came, x.known, x.result FROM ("
		"SELECT e.kind || ' scan by ' || e.tool AS what, k.idx AS idx, k.effective AS at, k.received AS received, k.via AS came, "
		"coalesce((SELECT min(u.author) FROM view_submission u WHERE u.report = k.report), 'server') AS known, "
		"k.outcome AS result FROM view_scan k JOIN view_series e ON e.no = k.series_no "
		"WHERE k.closed = 1 AND $1 LIKE '%,' || e.kind || ',%' "
		"UNION ALL SELECT 'changes of ' || v.branch || ' of ' || r.name, v.idx, v.last_at, v.collected_at, 'collected', 'claimed', "
		"v.changes || ' changes' FROM view_branch v JOIN view_repository r ON r.no = v.repository_no "
		"WHERE v.release = 1 AND $2 LIKE '%,git,%' "
		"UNION ALL SELECT 'pull requests of ' || r.name, max(p.idx), max(p.merged_at), (SELECT max(u.at) FROM view_submission u "
		"WHERE u.source IN ('github-pulls', 'gitlab-merge-requests')), 'uploaded', 'host', count(*) || ' pull requests' "
		"FROM view_pull p JOIN view_repository r ON r.no = p.repository_no WHERE $2 LIKE '%,pulls,%' GROUP BY r.name "
		"UNION ALL SELECT u.source || ' report', u.idx, u.at, u.at, u.content, u.author, 'taken in' FROM view_submission u "
		"WHERE u.source <> 'git' AND $2 LIKE '%,' || u.source || ',%' "
		"UNION ALL SELECT kind, idx, at, received, 'uploaded', author, 'handed over' FROM view_document WHERE control = $3"
		") x WHERE x.at >= $4 AND x.at <= $5 ORDER BY x.at DESC, x.idx"),
		DB_ARGS(DB_T(str_c(b.kinds)), DB_T(str_c(b.sources)), DB_T(c->id), DB_I(from), DB_I(to)), out);
}
