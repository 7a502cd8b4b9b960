/* The lower half: the delivery areas, next steps, the pack and what vouches for it. */
#include "show/screen_parts.h"

enum { NEXT_COLUMN = 57, REASON_COLUMN = 46 };

static const char *short_id(const struct area_decision *d)
{
	return d->info->control + 2;	/* the heading says the edition */
}

/* The first reasons of the area, as many as fit the line; what every area lacks
 * before anything is declared is said once, in the heading. */
static struct str reasons_of(struct screen *s, const struct area_decision *d)
{
	const struct str *v = d->reasons.v;
	struct str out = { 0 };

	for (size_t i = 0; i < d->reasons.n; i++) {
		struct str longer;
		bool question = false;

		for (int q = 0; q < AREA_QUESTIONS; q++)
			question |= str_starts(v[i], str_c(delivery_question_words[q]));
		if (question && (s->f->controls.n == 0 || out.n))
			continue;
		longer = arena_printf(s->a, "%.*s%s%.*s", FMT(out), out.n ? "; " : "", FMT(v[i]));
		if (out.n && term_columns(longer) > SCREEN_COLUMNS - REASON_COLUMN)
			break;
		out = longer;
	}
	return out;
}

static void put_area(struct screen *s, const struct area_decision *d)
{
	static const enum screen_style styles[] = { SCREEN_GREEN, SCREEN_YELLOW, SCREEN_RED, SCREEN_PLAIN,
						   SCREEN_PLAIN };

	screen_styled(s, styles[d->state], arena_printf(s->a, "  %-10s %-5s %-26s %.*s", delivery_state_words[d->state],
		short_id(d), d->info->name, FMT(reasons_of(s, d))));
}

/* Those that say nothing of their own go together on one line for each state. */
static void put_group(struct screen *s, int state, const bool in[AREAS], const char *why)
{
	struct str ids = { 0 };

	for (size_t i = 0; i < AREAS; i++)
		if (in[i] && s->d.areas[i].state == state)
			ids = arena_printf(s->a, "%.*s%s%s", FMT(ids), ids.n ? "  " : "", short_id(&s->d.areas[i]));
	if (ids.n)
		screen_styled(s, state == AREA_READY ? SCREEN_GREEN : SCREEN_PLAIN,
			      arena_printf(s->a, "  %-10s %.*s   %s", delivery_state_words[state], FMT(ids), why));
}

static bool says_its_own(const struct area_decision *d)
{
	const struct str *v = d->reasons.v;

	return d->state != AREA_READY && d->state != AREA_NOT_APPLICABLE && d->reasons.n &&
	       !str_starts(v[0], STR("a repository cannot show")) && !str_starts(v[0], STR("no policy"));
}

static size_t groups_of(const struct screen *s, const bool grouped[AREAS])
{
	size_t n = 0;

	for (int state = 0; state < AREA_STATES; state++) {
		bool any = false;

		for (size_t i = 0; i < AREAS; i++)
			any |= grouped[i] && s->d.areas[i].state == state;
		n += any;
	}
	return n;
}

/* Chooses which areas get a line: gaps first, then stale, then unknown; the rest is
 * grouped so that everything keeps to `lines`. */
static void choose(const struct screen *s, size_t lines, bool grouped[AREAS])
{
	static const int order[] = { AREA_GAP, AREA_STALE, AREA_UNKNOWN };
	size_t singles = 0;

	for (size_t i = 0; i < AREAS; i++)
		grouped[i] = true;
	for (size_t k = 0; k < ARRAY_LEN(order); k++) {
		for (size_t i = 0; i < AREAS; i++) {
			if (s->d.areas[i].state != order[k] || !says_its_own(&s->d.areas[i]))
				continue;
			grouped[i] = false;
			if (singles + 1 + groups_of(s, grouped) > lines)
				grouped[i] = true;
			else
				singles++;
		}
	}
}

size_t screen_delivery_lines(const struct screen *s, size_t lines)
{
	bool grouped[AREAS];
	size_t n = 1;

	choose(s, lines - 1, grouped);
	for (size_t i = 0; i < AREAS; i++)
		n += !grouped[i];
	return n + groups_of(s, grouped);
}

static const char *applicability(const struct screen *s)
{
	if (s->d.soa)
		return "";
	if (s->f->controls.n && str_is(s->f->config, "proposed"))
		return "   applicability not confirmed: proposed";
	if (s->f->controls.n && str_is(s->f->config, "alone"))
		return "   applicability not confirmed: one person";
	return "   no SoA yet: applicability not confirmed";
}

static void put_heading(struct screen *s)
{
	const int64_t *n = s->d.count;
	struct str stale = n[AREA_STALE] ? arena_printf(s->a, "   %lld stale", (long long)n[AREA_STALE]) : STR("");
	struct str none = n[AREA_NOT_APPLICABLE] ? arena_printf(s->a, "   %lld not applicable", (long long)n[AREA_NOT_APPLICABLE]) :
			  STR("");

	screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "DELIVERY 27001:2022   %lld audit-ready%.*s   %lld gap   %lld unknown%.*s%s",
		(long long)n[AREA_READY], FMT(stale), (long long)n[AREA_GAP], (long long)n[AREA_UNKNOWN], FMT(none),
		applicability(s)));
}

void screen_delivery(struct screen *s, size_t lines)
{
	static const int order[] = { AREA_GAP, AREA_STALE, AREA_UNKNOWN, AREA_READY, AREA_NOT_APPLICABLE };
	static const char *const whys[] = { "", "evidence is too old", "more gaps: custody control list --areas",
					    "a repository cannot show these", "says the approved SoA" };
	bool grouped[AREAS];

	screen_blank(s);
	put_heading(s);
	choose(s, lines - 1, grouped);
	for (size_t k = 0; k < ARRAY_LEN(order); k++) {
		for (size_t i = 0; i < AREAS; i++)
			if (!grouped[i] && s->d.areas[i].state == order[k])
				put_area(s, &s->d.areas[i]);
		put_group(s, order[k], grouped, whys[order[k]]);
	}
}

void screen_next(struct screen *s, size_t lines)
{
	size_t n = s->steps.n < lines - 1 ? s->steps.n : lines - 1;

	if (n == 0)
		return;
	screen_blank(s);
	screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "%-*s%s", NEXT_COLUMN, "NEXT, most effect first",
						   "custody next prints each in full"));
	for (size_t i = 0; i < n; i++)
		screen_columns(s, arena_printf(s->a, "%3zu %3lld min  %.*s", i + 1, (long long)s->steps.v[i].minutes,
					       FMT(s->steps.v[i].title)), s->steps.v[i].brief, NEXT_COLUMN);
}

static struct str size_of(struct screen *s, int64_t bytes)
{
	if (bytes < 1024 * 1024)
		return arena_printf(s->a, "%lld KB", (long long)((bytes + 1023) / 1024));
	return arena_printf(s->a, "%lld.%lld MB", (long long)(bytes >> 20), (long long)((bytes & 0xfffff) * 10 >> 20));
}

/* What vouches for the times, in one sentence. */
static struct str vouching(struct screen *s)
{
	struct str out = STR("signed by this machine only: no witness, no time stamp yet");

	for (size_t i = 0; i < s->f->anchors.n; i++) {
		const struct facts_anchor *x = FACTS_AT(s->f->anchors, facts_anchor, i);
		struct str one = arena_printf(s->a, "%.*s by %.*s on %.*s", FMT(x->kind), FMT(x->source), FMT(screen_day(s, x->at)));

		out = i ? arena_printf(s->a, "%.*s; %.*s", FMT(out), FMT(one)) : one;
	}
	return out;
}

static void put_log(struct screen *s)
{
	const struct facts_log *l = &s->f->log;

	if (l->root.p)
		screen_line(s, "log   %.*s records, root %.*s…, %.*s", FMT(screen_number(s, l->size)), FMT(str_cut(l->root, 8)),
			    FMT(vouching(s)));
	else
		screen_line(s, "log   %.*s records, not signed yet", FMT(screen_number(s, l->applied)));
}

static bool back_filled(const struct facts *f)
{
	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);

		if (b->oldest != INSTANT_NONE && f->log.first_received != INSTANT_NONE &&
		    b->oldest < f->log.first_received - DAY_SECONDS)
			return true;
	}
	return false;
}

static void put_pack(struct screen *s)
{
	struct str line = arena_printf(s->a, "pack  %s %.*s: index.html to read, verify.html to check", s->spec->pack,
				       FMT(size_of(s, s->spec->pack_bytes)));
	struct str longer = arena_printf(s->a, "%.*s, on any computer", FMT(line));

	screen_styled(s, SCREEN_PLAIN, term_columns(longer) > SCREEN_COLUMNS ? line : longer);
}

void screen_end(struct screen *s)
{
	const struct screen_spec *p = s->spec;

	screen_blank(s);
	if (p->pack)
		put_pack(s);
	put_log(s);
	if (back_filled(s->f))
		screen_line(s, "      it began on %.*s: what is older is evidence by its own dates, filled in afterwards",
			    FMT(screen_day(s, s->f->log.first_received)));
	if (p->home)
		screen_line(s, "home  export CUSTODY_HOME=%s so that the commands above find it", p->home);
	screen_line(s, "Evidence found, not a verdict: nothing here says that anyone conforms to ISO/IEC 27001.");
}
