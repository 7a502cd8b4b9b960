/* The first page of a pack, and the page of what is unknown. */
#include "pack/site.h"

#include "base/hex.h"
#include "base/instant.h"
#include "ledger/note.h"
#include "pack/picture.h"
#include "pack/verify.h"
#include "store/vouch.h"

enum { UNKNOWNS = 64, FIRST_UNKNOWNS = 4, ROOT_TEXT = 64 };

/* ---- what nobody looked at */

struct unknown {
	const char *group;
	struct str what, count, why, where, command;
};

struct unknowns {
	struct unknown v[UNKNOWNS];
	size_t n;
};

static void add(struct unknowns *u, const struct unknown *x)
{
	if (u->n < UNKNOWNS)
		u->v[u->n++] = *x;
}

static struct str count_of(struct pack_site *s, int64_t n, const char *one, const char *many)
{
	return arena_printf(s->a, "%.*s %s", FMT(pack_site_number(s->a, n)), n == 1 ? one : many);
}

/* The command that would tell, among the next steps. */
static struct str command_for(const struct pack_site *s, const char *word)
{
	for (size_t i = 0; i < s->steps.n; i++)
		if (str_has(s->steps.v[i].title, str_c(word)))
			return s->steps.v[i].command;
	return (struct str){ 0 };
}

static struct facts_branch sums(const struct facts *f)
{
	struct facts_branch t = { 0 };

	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);

		t.changes += b->changes;
		t.tagged += b->tagged;
		t.reviews.unknown += b->reviews.unknown;
		t.checks.unknown += b->checks.unknown;
		t.tickets.unknown += b->tickets.unknown;
		t.security_reviews.unknown += b->security_reviews.unknown;
	}
	return t;
}

static void of_changes(struct pack_site *s, struct unknowns *u)
{
	struct facts_branch t = sums(s->f);
	const struct {
		const char *what, *why, *where, *step;
		int64_t n;
	} rows[] = {
		{ "independent review before merge", "Git holds no reviews, and no export given tells of these changes.",
		  "the code host", "review", t.reviews.unknown },
		{ "results of checks at merge", "Git holds no results of checks.", "the code host or the CI system", "check", t.checks.unknown },
		{ "tickets", "The message names none, and the host was not asked whether one is linked.", "the code host or the tracker",
		  "ticket", t.tickets.unknown },
		{ "security review where one is due", "No source given holds such reviews.", "whoever reviews security", "security",
		  t.security_reviews.unknown },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].n > 0)
			add(u, &(struct unknown){ "Changes", str_c(rows[i].what), count_of(s, rows[i].n, "change", "changes"),
						  str_c(rows[i].why), str_c(rows[i].where), command_for(s,
							rows[i].step) });
	if (t.tagged > 0)
		add(u, &(struct unknown){ "Changes", STR("deployments"), count_of(s, t.tagged, "release", "releases"),
					  STR("A tag names a release, not where and when it ran."), STR("the deployment tool"),
					  command_for(s, "deploy") });
}

static void of_sources(struct pack_site *s, struct unknowns *u)
{
	for (size_t i = 0; i < s->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(s->f->branches, facts_branch, i);

		if (b->complete != 1)
			add(u, &(struct unknown){ "Sources", arena_printf(s->a, "older history of %.*s",
				    FMT(b->repository)), STR("1 repository"),
						  b->why.n ? b->why : STR("The copy does not reach back to the beginning."),
						  STR("the remote repository"), command_for(s, "history") });
	}
	if (s->f->people.unmatched > 0)
		add(u, &(struct unknown){ "Sources", STR("whose accounts these are"),
					  count_of(s, s->f->people.unmatched, "account", "accounts"),
					  STR("No list of people that was given holds them."), STR("personnel or the identity provider"),
					  STR("custody people import FILE") });
}

/* The reasons of an area, one after the other. */
static struct str reasons(struct pack_site *s, const struct area_decision *d)
{
	const struct str *v = d->reasons.v;
	struct str out = { 0 };

	for (size_t i = 0; i < d->reasons.n; i++)
		out = arena_printf(s->a, "%.*s%s%.*s", FMT(out), i ? "; " : "", FMT(v[i]));
	return out;
}

static void of_areas(struct pack_site *s, struct unknowns *u)
{
	for (size_t i = 0; i < AREAS; i++) {
		const struct area_decision *d = &s->d.areas[i];

		if (d->state == AREA_UNKNOWN)
			add(u, &(struct unknown){ "Delivery areas", str_c(d->info->name), str_c(d->info->control), reasons(s, d),
						  d->next.n ? d->next : STR("whoever owns the control"), { 0 } });
	}
}

static const struct unknowns *find_unknowns(struct pack_site *s)
{
	struct unknowns *u = ARENA_NEW(s->a, struct unknowns);

	of_changes(s, u);
	of_sources(s, u);
	of_areas(s, u);
	return u;
}

static void put_unknown(struct json_writer *j, const struct unknown *x)
{
	json_open(j, '{');
	json_add_text(j, "unknown", x->what);
	json_add_text(j, "unknown_count", x->count);
	json_add_text(j, "unknown_why", x->why);
	json_add_text(j, "unknown_where", x->where);
	json_add_text(j, "command", x->command.n ? x->command : STR(""));
	json_close(j, '}');
}

err pack_page_unknowns(struct pack_site *s)
{
	const struct unknowns *u = find_unknowns(s);
	PACK_PAGE_AUTO p = { 0 };

	pack_page_begin(s, &p, "unknowns.html", STR("What is unknown"));
	json_key(&p.j, "groups");
	json_open(&p.j, '[');
	for (size_t i = 0; i < u->n; i++) {
		if (!i || u->v[i].group != u->v[i - 1].group) {
			json_open(&p.j, '{');
			json_add_c(&p.j, "group", u->v[i].group);
			json_key(&p.j, "items");
			json_open(&p.j, '[');
		}
		put_unknown(&p.j, &u->v[i]);
		if (i + 1 == u->n || u->v[i].group != u->v[i + 1].group) {
			json_close(&p.j, ']');
			json_close(&p.j, '}');
		}
	}
	json_close(&p.j, ']');
	return pack_page_end(&p, "unknowns");
}

/* ---- the statement */

static void put_figures(struct pack_site *s, struct json_writer *j)
{
	const struct {
		int64_t n;
		const char *name;
	} v[] = {
		{ s->w->head.size, "records" }, { facts_changes(s->f), "changes in the period" },
		{ s->d.count[AREA_READY], "delivery areas audit-ready" }, { s->d.count[AREA_GAP] + s->d.count[AREA_STALE], "with a gap or stale" },
		{ s->d.count[AREA_UNKNOWN], "unknown" },
	};

	json_key(j, "figures");
	json_open(j, '[');
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		json_open(j, '{');
		json_add_text(j, "figure", pack_site_number(s->a, v[i].n));
		json_add_c(j, "figure_name", v[i].name);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* What a kind of source cannot show. */
static const char *limits_of(struct str source)
{
	static const struct {
		const char *begins, *limits;
	} known[] = {
		{ "github-pulls", "What was deleted at the host before the export." },
		{ "gitlab-merge", "What was deleted at the host before the export." },
		{ "people", "One state of the list, no history." }, { "cyclonedx", "Only what the build told its tool." },
		{ "spdx", "Only what the build told its tool." }, { "junit", "What the tests do not cover." },
	};
	const char *limits = "What its tool did not look at; the scope is the tool's own word.";

	if (str_is(source, "git"))
		return "Reviews, results of checks, deployments, who may merge: git does not hold them.";
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_starts(source, str_c(known[i].begins)))
			limits = known[i].limits;
	return limits;
}

static struct str range_of(struct pack_site *s, int64_t first, int64_t last)
{
	struct str a = pack_site_day(s->a, first), b = pack_site_day(s->a, last);

	if (!a.n || !b.n)
		return a.n ? a : b;
	return str_eq(a, b) ? a : arena_printf(s->a, "%.*s to %.*s", FMT(a), FMT(b));
}

static void widen(int64_t range[2], int64_t first, int64_t last)
{
	if (first != INSTANT_NONE && (range[0] == INSTANT_NONE || first < range[0]))
		range[0] = first;
	if (last != INSTANT_NONE && (range[1] == INSTANT_NONE || last > range[1]))
		range[1] = last;
}

static void known_range(struct pack_site *s, struct str source, int64_t range[2])
{
	const struct facts *f = s->f;
	bool pulls = str_starts(source, STR("github-pulls")) || str_starts(source, STR("gitlab-merge"));

	for (size_t i = 0; str_is(source, "git") && i < f->branches.n; i++)
		widen(range, FACTS_AT(f->branches, facts_branch, i)->first_at,
		      FACTS_AT(f->branches, facts_branch, i)->last_at);
	for (size_t i = 0; pulls && i < f->hosts.n; i++)
		widen(range, FACTS_AT(f->hosts, facts_host, i)->first, FACTS_AT(f->hosts, facts_host, i)->last);
	for (size_t i = 0; str_is(source, "junit") && i < f->tests.n; i++)
		widen(range, FACTS_AT(f->tests, facts_tests, i)->at, FACTS_AT(f->tests, facts_tests, i)->at);
	for (size_t i = 0; str_is(source, "scan") && i < f->scans.n; i++)
		if (str_is(FACTS_AT(f->scans, facts_scan, i)->tool, "custody"))
			widen(range, FACTS_AT(f->scans, facts_scan, i)->at, FACTS_AT(f->scans, facts_scan, i)->at);
}

/* When what it tells of happened: changes, merges, runs of scans. A list of people or
 * of parts tells of the day it was made alone. */
static err covered_by(struct pack_site *s, const struct facts_source *x, struct str *out)
{
	int64_t range[2] = { INSTANT_NONE, INSTANT_NONE }, first, last;

	known_range(s, x->source, range);
	TRY(db_get_int(s->w->db, SQL("SELECT min(k.effective) FROM view_scan k JOIN view_submission u ON u.report = k.report "
		"WHERE u.source = $1 AND k.closed = 1"), DB_ARGS(DB_T(x->source)), INSTANT_NONE, &first));
	TRY(db_get_int(s->w->db, SQL("SELECT max(k.effective) FROM view_scan k JOIN view_submission u ON u.report = k.report "
		"WHERE u.source = $1 AND k.closed = 1"), DB_ARGS(DB_T(x->source)), INSTANT_NONE, &last));
	widen(range, first, last);
	*out = range[0] == INSTANT_NONE ? STR("one state") : range_of(s, range[0], range[1]);
	return NULL;
}

static err put_sources(struct pack_site *s, struct json_writer *j)
{
	json_key(j, "sources");
	json_open(j, '[');
	for (size_t i = 0; i < s->f->sources.n; i++) {
		const struct facts_source *x = FACTS_AT(s->f->sources, facts_source, i);
		struct str covers;

		TRY(covered_by(s, x, &covers));
		json_open(j, '{');
		json_add_text(j, "source", x->source);
		json_add_text(j, "source_kind", x->content);
		json_add_text(j, "source_range", covers);
		json_add_text(j, "source_received", range_of(s, x->first, x->last));
		json_add_text(j, "source_records", pack_site_number(s->a, x->n));
		json_add_text(j, "source_author", x->author);
		json_add_c(j, "source_limits", limits_of(x->source));
		json_close(j, '}');
	}
	json_close(j, ']');
	return NULL;
}

static void put_unknowns(struct pack_site *s, struct json_writer *j)
{
	const struct unknowns *u = find_unknowns(s);

	json_key(j, "unknowns");
	json_open(j, '[');
	for (size_t i = 0; i < u->n && i < FIRST_UNKNOWNS; i++) {
		struct unknown x = u->v[i];

		x.where = arena_printf(s->a, "The answer lies with: %.*s.", FMT(x.where));
		put_unknown(j, &x);
	}
	json_close(j, ']');
	json_add_text(j, "unknowns_more", u->n > FIRST_UNKNOWNS ? arena_printf(s->a, "%zu more", u->n - FIRST_UNKNOWNS) : STR(""));
}

static void put_absence(struct pack_site *s, struct json_writer *j, const char *what, int64_t n, struct str why)
{
	if (!n)
		return;
	json_open(j, '{');
	json_add_c(j, "absent_what", what);
	json_add_text(j, "absent_count", pack_site_number(s->a, n));
	json_add_text(j, "absent_why", why);
	json_close(j, '}');
}

static void put_absent(struct pack_site *s, struct json_writer *j)
{
	const struct pack_result *r = s->w->r;
	struct str why = arena_printf(s->a, "Withheld: %.*s", FMT(s->w->spec->why));

	json_key(j, "absent");
	json_open(j, '[');
	put_absence(s, j, "Words of records", r->erased, STR("Erased on orders that are themselves records: "
							      "11-audit-testing-and-follow-up/erasures.csv"));
	put_absence(s, j, "Words of records", r->withheld_words, why);
	put_absence(s, j, "Evidence", r->withheld_evidence, why);
	json_close(j, ']');
}

static void put_anchors(struct pack_site *s, struct json_writer *j)
{
	json_key(j, "anchors");
	json_open(j, '[');
	for (size_t i = 0; i < s->f->anchors.n; i++) {
		const struct facts_anchor *x = FACTS_AT(s->f->anchors, facts_anchor, i);

		json_open(j, '{');
		json_add_text(j, "anchor", x->source);
		json_add_text(j, "anchor_kind", str_is(x->kind, "tsa") ? STR("time stamp") : x->kind);
		json_add_text(j, "anchor_time", pack_site_time(s->a, x->at));
		json_add_text(j, "anchor_size", pack_site_number(s->a, x->size));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_versions(struct json_writer *j)
{
	static const char *const v[][2] = {
		{ "Program", "custody " CUSTODY_VERSION }, { "Pack", "custody-pack/1" },
		{ "Catalogue", "ISO/IEC 27001:2022 Annex A, 93 controls; 2013 mapped" },
	};

	json_key(j, "versions");
	json_open(j, '[');
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		json_open(j, '{');
		json_add_c(j, "version_of", v[i][0]);
		json_add_c(j, "version", v[i][1]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_chain(struct pack_site *s, struct json_writer *j)
{
	int64_t submissions = 0, anchors = 0;
	BUF_AUTO root = buf_new(ROOT_TEXT);
	struct pack_chain c = { 0 };
	struct str names = { 0 };

	for (size_t i = 0; i < s->f->sources.n; i++) {
		const struct facts_source *x = FACTS_AT(s->f->sources, facts_source, i);

		submissions += x->n;
		names = i < 4 ? arena_printf(s->a, "%.*s%s%.*s", FMT(names), i ? ", " : "", FMT(x->source)) : names;
	}
	for (size_t i = 0; i < s->f->anchors.n; i++)
		anchors += FACTS_AT(s->f->anchors, facts_anchor, i)->n;
	base64_add(&root, s->w->head.root.b, DIGEST_BYTES);
	c.source[0] = count_of(s, (int64_t)s->f->sources.n, "source", "sources");
	c.source[1] = names;
	c.submission[0] = count_of(s, submissions, "submission", "submissions");
	c.submission[1] = STR("each kept byte for byte");
	c.record[0] = count_of(s, s->w->head.size, "record", "records");
	c.record[1] = STR("each with header, facts and words");
	c.log[0] = STR("Merkle tree");
	c.log[1] = STR("every header is in this package");
	c.checkpoint[0] = arena_printf(s->a, "root %.*s…", FMT(str_cut(buf_str(&root), 8)));
	c.checkpoint[1] = arena_printf(s->a, "signed %.*s", FMT(pack_site_time(s->a, s->w->head.signed_at)));
	c.anchor[0] = anchors ? count_of(s, anchors, "anchor", "anchors") : STR("nobody yet");
	c.anchor[1] = anchors ? STR("time stamps, witnesses, branches") : STR("the times are the log's own word");
	c.anchor_missing = !anchors;
	pack_picture_chain(&c, j);
}

static void put_key(struct pack_site *s, struct json_writer *j)
{
	struct str vkey = ledger_vkey(store_ledger(s->w->s));
	struct note_key key;

	json_add_text(j, "key", vkey);
	if (!note_key_parse(vkey, &key))
		json_add_text(j, "fingerprint", pack_fingerprint(s->a, &key));
}

err pack_page_statement(struct pack_site *s)
{
	PACK_PAGE_AUTO p = { 0 };
	struct vouch v;

	TRY(vouch_read(s->w->db, s->a, &v));
	pack_page_begin(s, &p, "index.html", STR("Statement of evidence"));
	json_add_text(&p.j, "scope", arena_printf(s->a, "%.*s, %.*s", FMT(count_of(s, (int64_t)s->f->systems.n, "system", "systems")),
		FMT(count_of(s, (int64_t)s->n_repositories, "repository", "repositories"))));
	json_add_text(&p.j, "for", s->w->spec->made_for.n ? s->w->spec->made_for : STR(""));
	json_add_text(&p.j, "vouches", v.times);
	json_add_text(&p.j, "backfilled", v.age.n ? v.age : STR(""));
	json_add_text(&p.j, "map_note", pack_site_judged(s));
	put_figures(s, &p.j);
	put_chain(s, &p.j);
	pack_picture_map(s, &p.j);
	TRY(put_sources(s, &p.j));
	put_unknowns(s, &p.j);
	put_absent(s, &p.j);
	put_anchors(s, &p.j);
	put_versions(&p.j);
	put_key(s, &p.j);
	return pack_page_end(&p, "statement");
}
