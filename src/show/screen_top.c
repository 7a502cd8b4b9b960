/* The upper half: what was looked at, what changed, what to fix, what the period
 * shows. */
#include "show/screen_parts.h"

enum { FIX_COLUMN = 67 };

static struct str seconds(struct screen *s, int64_t ms)
{
	return arena_printf(s->a, "%lld.%lld s", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
}

static void put_timed(struct screen *s, struct str text, int64_t ms)
{
	screen_columns(s, text, arena_printf(s->a, "%8.*s", FMT(seconds(s, ms))), SCREEN_COLUMNS - 9);
}

/* The totals of what the steps before reported. */
struct totals {
	int64_t changes, total, collect_ms, scan_ms, files, failed;
	int64_t first;
	struct str unread, incomplete;
	size_t scanned;
};

static void add_branch(struct totals *t, const struct facts_branch *b)
{
	t->changes += b->changes;
	t->total += b->total;
	if (b->first_at != INSTANT_NONE && (t->first == INSTANT_NONE || b->first_at < t->first))
		t->first = b->first_at;
	if (b->complete != 1 && !t->incomplete.n)
		t->incomplete = b->why.n ? b->why : STR("not all history is here");
}

static struct totals sum_up(const struct screen *s)
{
	struct totals t = { .first = INSTANT_NONE };

	for (size_t i = 0; i < s->f->branches.n; i++)
		add_branch(&t, FACTS_AT(s->f->branches, facts_branch, i));
	for (size_t i = 0; i < s->spec->n; i++) {
		const struct screen_repository *r = &s->spec->repositories[i];

		t.collect_ms += r->collect_ms;
		t.scan_ms += r->scan_ms;
		t.failed += r->failed.p != NULL;
		t.files += r->files > 0 ? r->files : 0;
		if (!t.unread.n)
			t.unread = r->unread;
	}
	return t;
}

static struct str period_words(struct screen *s)
{
	return arena_printf(s->a, "%.*s to %.*s", FMT(screen_day(s, s->f->period.from)), FMT(screen_day(s, s->f->period.to)));
}

static bool is_year(const struct facts *f)
{
	int64_t days = (f->period.to - f->period.from) / DAY_SECONDS;

	return days >= 364 && days <= 367;
}

static void put_collect(struct screen *s, const struct totals *t)
{
	if (s->f->branches.n == 0)
		put_timed(s, STR("  collect   no release branch with a change in it"), t->collect_ms);
	else
		put_timed(s, arena_printf(s->a, "  collect   %.*s: %.*s changes since %.*s; %.*s in %s",
			FMT(screen_branches(s)), FMT(screen_number(s, t->total)), FMT(screen_day(s, t->first)),
			FMT(screen_number(s, t->changes)),
			is_year(s->f) ? arena_printf(s->a, "12 months to %.*s", FMT(screen_day(s, s->f->period.to))).p : "the period"),
			t->collect_ms);
}

static void put_scan(struct screen *s, const struct totals *t)
{
	struct str unread = t->unread.n ? arena_printf(s->a, "; %.*s", FMT(t->unread)) : STR("");

	if (t->files)
		put_timed(s, arena_printf(s->a, "  scan      secrets in %.*s files of the tree%.*s", FMT(screen_number(s, t->files)),
					  FMT(unread)), t->scan_ms);
	else if (t->unread.n)
		put_timed(s, arena_printf(s->a, "  scan      nothing: %.*s", FMT(t->unread)), t->scan_ms);
	else
		put_timed(s, STR("  scan      secrets in the tree"), t->scan_ms);
}

/* "27 not taken (a.csv, b.md …)": as many names as the line has room for. */
static struct str not_taken(struct screen *s, size_t room)
{
	const struct screen_spec *p = s->spec;
	struct str count = arena_printf(s->a, ", %.*s not taken", FMT(screen_number(s, p->reports_refused)));
	struct str names = STR("");

	for (size_t i = 0; i < p->refused.n; i++) {
		struct str longer = arena_printf(s->a, "%.*s%s%.*s", FMT(names), names.n ? ", " : "",
						 FMT(p->refused.v[i]));

		if (term_columns(count) + term_columns(longer) + 5 > room)
			return names.n ? arena_printf(s->a, "%.*s (%.*s …)", FMT(count), FMT(names)) : count;
		names = longer;
	}
	return arena_printf(s->a, "%.*s (%.*s%s)", FMT(count), FMT(names),
			    p->reports_refused > (int64_t)p->refused.n ? " …" : "");
}

static void put_reports(struct screen *s)
{
	const struct screen_spec *p = s->spec;
	struct str taken = arena_printf(s->a, "  reports   %.*s imported", FMT(screen_number(s, p->reports)));

	if (!p->reports_asked)
		screen_line(s, "  reports   none given                "
			       "add --reports DIR (SARIF, Trivy, JUnit, SBOM, gh pr list …)");
	else
		put_timed(s, arena_printf(s->a, "%.*s%.*s", FMT(taken), FMT(p->reports_refused ?
			not_taken(s, SCREEN_COLUMNS - 11 - taken.n) : STR(""))), p->reports_ms);
}

void screen_looked_at(struct screen *s)
{
	struct totals t = sum_up(s);

	put_collect(s, &t);
	put_scan(s, &t);
	put_reports(s);
	if (t.failed)
		screen_line(s, "  not read  %lld of %zu repositories: what they hold is unknown", (long long)t.failed, s->spec->n);
	else if (t.incomplete.n)
		screen_line(s, "  unknown   %.*s", FMT(t.incomplete));
}

void screen_fixes(struct screen *s, size_t lines)
{
	size_t n = s->steps.fixes_n;

	screen_blank(s);
	screen_styled(s, SCREEN_HEAD, n ? STR("FIX FIRST") : STR("FIX FIRST   nothing was found that must be fixed; what is unknown "
								 "is below"));
	if (n > lines - 1)
		n = lines > 2 ? lines - 2 : 0;
	for (size_t i = 0; i < n; i++) {
		const struct fix *x = &s->steps.fixes[i];

		screen_columns(s, arena_printf(s->a, "%6.*s  %.*s", FMT(screen_number(s, x->n)), FMT(x->text)), x->command, FIX_COLUMN);
	}
	if (n < s->steps.fixes_n)
		screen_columns(s, arena_printf(s->a, "        and %zu more; %.*s critical or high findings in all", s->steps.fixes_n - n,
			FMT(screen_number(s, s->steps.severe))), STR("custody finding list --severity high"), FIX_COLUMN);
}

struct row {
	const char *what;
	struct facts_three t;
	struct str note;
};

static void put_row(struct screen *s, const struct row *r)
{
	screen_line(s, "  %-33s %8.*s %8.*s %8.*s   %.*s", r->what, FMT(screen_count(s, r->t.shown)),
		    FMT(screen_count(s, r->t.missing)), FMT(screen_count(s, r->t.unknown)), FMT(r->note));
}

static void sum_three(struct facts_three *to, const struct facts_three *from)
{
	to->missing += from->missing;
	to->shown += from->shown;
	to->unknown += from->unknown;
}

struct facts_branch screen_sum(const struct facts *f)
{
	struct facts_branch t = { .complete = 1 };

	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);

		t.changes += b->changes;
		t.bots += b->bots;
		t.accounts += b->accounts;
		t.pulls_known += b->pulls_known;
		t.tagged += b->tagged;
		t.security += b->security;
		t.paths_unknown += b->paths_unknown > 0 ? b->paths_unknown : 0;
		t.signed_checked += b->signed_checked;
		t.signed_doubtful += b->signed_doubtful;
		t.signed_host += b->signed_host;
		t.signed_person += b->signed_person;
		t.people_own += b->people_own;
		t.bot_approvals += b->bot_approvals;
		t.reviewed_late += b->reviewed_late;
		t.other_commit += b->other_commit;
		t.checks_none += b->checks_none;
		sum_three(&t.reviews, &b->reviews);
		sum_three(&t.checks, &b->checks);
		sum_three(&t.tickets, &b->tickets);
		sum_three(&t.security_reviews, &b->security_reviews);
		sum_three(&t.signatures, &b->signatures);
	}
	return t;
}

static struct str review_note(struct screen *s, const struct facts_branch *b)
{
	if (b->reviews.missing == 0)
		return b->reviews.unknown ? STR("git does not hold reviews") : STR("as the code host tells");
	return arena_printf(s->a, "%lld by own, %lld late, %lld other commit", (long long)b->people_own, (long long)b->reviewed_late,
			    (long long)b->other_commit);
}

static struct str check_note(struct screen *s, const struct facts_branch *b)
{
	if (b->checks.shown + b->checks.missing == 0)
		return STR("git does not hold results");
	return b->checks_none ? arena_printf(s->a, "%lld with no check at all", (long long)b->checks_none) : STR("as the code host tells");
}

static struct str sign_note(struct screen *s, const struct facts_branch *b)
{
	if (b->signatures.shown == 0)
		return STR("no signature");
	if (b->signed_doubtful)
		return arena_printf(s->a, "%.*s by a listed key, %.*s doubtful",
				    FMT(screen_number(s, b->signed_checked)),
				    FMT(screen_number(s, b->signed_doubtful)));
	if (b->signed_checked)
		return arena_printf(s->a, "%.*s by a listed key, %.*s host's key", FMT(screen_number(s, b->signed_checked)),
				    FMT(screen_number(s, b->signed_host)));
	return arena_printf(s->a, "%.*s host's key, %.*s other keys", FMT(screen_number(s, b->signed_host)),
			    FMT(screen_number(s, b->signed_person)));
}

static struct str security_note(struct screen *s, const struct facts_branch *b)
{
	if (b->paths_unknown)
		return arena_printf(s->a, "what %.*s touch is not here", FMT(screen_number(s, b->paths_unknown)));
	if (b->security)
		return arena_printf(s->a, "of %.*s: auth, payment, crypto …", FMT(screen_number(s, b->security)));
	return STR("no change touches what needs one");
}

static void put_rows(struct screen *s, const struct facts_branch *b)
{
	const struct row rows[] = {
		{ "change, author, date, content", { 0, b->changes, 0 }, arena_printf(s->a, "%.*s by bots; %.*s other author%s",
			FMT(screen_number(s, b->bots)), FMT(screen_number(s, b->accounts)),
			b->accounts == 1 ? "" : "s") },
		{ "independent review before merge", b->reviews, review_note(s, b) },
		{ "linked ticket", b->tickets, b->pulls_known ? STR("message or code host") : STR("named in messages only") },
		{ "checks passed at merge", b->checks, check_note(s, b) },
		{ "security review", b->security_reviews, security_note(s, b) },
		{ "release and its rollback point", { 0, b->tagged, 0 }, b->tagged ? STR("tags; deployments unknown") :
			STR("no tag; deployments unknown") },
		{ "signature", b->signatures, sign_note(s, b) },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		put_row(s, &rows[i]);
}

static struct str period_title(struct screen *s)
{
	return is_year(s->f) ? arena_printf(s->a, "12 MONTHS TO %.*s, %.*s", FMT(screen_day(s, s->f->period.to)),
					    FMT(screen_branches(s))) :
	       arena_printf(s->a, "%.*s, %.*s", FMT(period_words(s)), FMT(screen_branches(s)));
}

/* Why it is another period than the twelve months up to today. */
static struct str period_note(struct screen *s)
{
	int64_t days = day_of(s->f->as_of) - day_of(s->f->period.to);

	switch ((enum facts_period_rule)s->f->period.rule) {
	case PERIOD_USUAL:
		break;
	case PERIOD_COPY:
		return arena_printf(s->a, "newest change here: %.*s days ago", FMT(screen_number(s, days)));
	case PERIOD_DECLARED:
		return STR("the audit period declared");
	case PERIOD_ASKED:
		return STR("the period asked for");
	}
	return STR("");
}

void screen_period(struct screen *s)
{
	struct facts_branch sum = screen_sum(s->f);
	struct str title = period_title(s);

	screen_blank(s);
	if (sum.changes == 0) {
		screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "%.*s   no change", FMT(title)));
		return;
	}
	title = term_fit(title, 35);
	screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "%.*s%*s %8s %8s %8s   %.*s", FMT(title),
		35 - (int)term_columns(title), "", "shown", "missing", "unknown", FMT(period_note(s))));
	put_rows(s, &sum);
}

static const char *sent(struct screen *s)
{
	int64_t n = s->spec->asked;

	return n == 0 ? "sends nothing" : arena_printf(s->a, "sends a checkpoint to %lld anchor%s", (long long)n,
						       n == 1 ? "" : "s").p;
}

void screen_title(struct screen *s)
{
	const struct screen_spec *p = s->spec;

	screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "custody %s  self-assessment: reads only, %s, writes to %s",
						   p->program, sent(s), p->folder));
}
