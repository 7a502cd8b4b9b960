/* What changed since the assessment before: states of the delivery areas, findings that
 * came and went, what the period shows now. */
#include "show/screen_parts.h"

enum { DIFFERENCES = 40, MORE_COLUMNS = 10 };

/* What differs from the assessment before, most telling first. */
struct differences {
	struct screen *s;
	struct str v[DIFFERENCES];
	size_t n;
};

static void differ(struct differences *x, const char *what, int64_t was, int64_t is)
{
	if (was != is && x->n < ARRAY_LEN(x->v))
		x->v[x->n++] = arena_printf(x->s->a, "%s %.*s → %.*s", what, FMT(screen_number(x->s, was)),
					    FMT(screen_number(x->s, is)));
}

static void compare(struct differences *x, const struct facts *was, const struct facts *is)
{
	struct facts_branch b = screen_sum(was), n = screen_sum(is);

	differ(x, "secrets in the tree", delivery_parts_open(was, "secret", FIELD_UNKNOWN, SITUATION_TREE),
	       delivery_parts_open(is, "secret", FIELD_UNKNOWN, SITUATION_TREE));
	differ(x, "critical or high findings", delivery_parts_open(was, "", SEVERITY_HIGH, DELIVERY_ANYWHERE),
	       delivery_parts_open(is, "", SEVERITY_HIGH, DELIVERY_ANYWHERE));
	differ(x, "reviews known", b.reviews.shown + b.reviews.missing, n.reviews.shown + n.reviews.missing);
	differ(x, "reviews missing", b.reviews.missing, n.reviews.missing);
	differ(x, "changes in the period", b.changes, n.changes);
	differ(x, "checks unknown", b.checks.unknown, n.checks.unknown);
	differ(x, "tickets unknown", b.tickets.unknown, n.tickets.unknown);
	differ(x, "repositories", (int64_t)was->branches.n, (int64_t)is->branches.n);
	differ(x, "kinds and places scanned", (int64_t)was->scans.n, (int64_t)is->scans.n);
}

static void compare_areas(struct differences *x, const struct delivery *was)
{
	for (size_t i = 0; i < AREAS && x->n < ARRAY_LEN(x->v); i++) {
		const struct area_decision *d = &x->s->d.areas[i];

		if (d->state != was->areas[i].state)
			x->v[x->n++] = arena_printf(x->s->a, "%s %s: %s → %s", d->info->control + 2, d->info->name,
				delivery_state_words[was->areas[i].state], delivery_state_words[d->state]);
	}
}

static void compare_findings(struct differences *x)
{
	const struct screen_findings *v = x->s->spec->since;

	for (size_t i = 0; i < x->s->spec->since_n && x->n < ARRAY_LEN(x->v); i++)
		if (v[i].found || v[i].gone)
			x->v[x->n++] = arena_printf(x->s->a, "%.*s findings %.*s new, %.*s gone", FMT(v[i].kind),
				FMT(screen_number(x->s, v[i].found)), FMT(screen_number(x->s, v[i].gone)));
}

/* Fills lines with as many differences as fit side by side; how many did not is said. */
static void put_differences(struct screen *s, const struct differences *x, size_t lines)
{
	struct str line = { 0 };
	size_t used = 0, shown = 0;

	for (; shown < x->n; shown++) {
		struct str longer = arena_printf(s->a, "%.*s%s%.*s", FMT(line), line.n ? "; " : "  ", FMT(x->v[shown]));
		size_t kept = used + 1 == lines ? MORE_COLUMNS : 0;

		if (line.n && term_columns(longer) > SCREEN_COLUMNS - kept) {
			if (used + 1 == lines)
				break;
			screen_styled(s, SCREEN_PLAIN, line);
			used++;
			longer = arena_printf(s->a, "  %.*s", FMT(x->v[shown]));
		}
		line = longer;
	}
	if (shown < x->n)
		line = arena_printf(s->a, "%.*s; %zu more", FMT(line), x->n - shown);
	if (line.n)
		screen_styled(s, SCREEN_PLAIN, line);
}

void screen_since(struct screen *s, size_t lines)
{
	const struct screen_spec *p = s->spec;
	struct differences x = { .s = s };
	struct delivery was;

	if (!p->before)
		return;
	delivery_decide(p->before, s->a, &was);
	compare_areas(&x, &was);
	compare_findings(&x);
	compare(&x, p->before, s->f);
	screen_styled(s, SCREEN_HEAD, arena_printf(s->a, "SINCE %.*s%s", FMT(screen_day(s, p->before->as_of)),
						   x.n ? "" : "   nothing changed"));
	put_differences(s, &x, lines - 2);
	screen_blank(s);
}
