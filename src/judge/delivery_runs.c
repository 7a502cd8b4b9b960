/* Over the period: runs that the frequency asks for, and what came of each. */
#include "judge/delivery_parts.h"

enum { LATE_AFTER_RELEASE = 7 };

struct days {
	int64_t *v;
	size_t n, room;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void gather(const struct facts *f, const char *name, struct days *out)
{
	const struct facts_runs *r = facts_runs_of(f, name);
	const int64_t *v = r ? r->days.v : NULL;

	for (size_t i = 0; r && i < r->days.n && out->n < out->room; i++)
		out->v[out->n++] = v[i];
}

static bool any_between(const struct days *d, int64_t from, int64_t to)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i] >= from && d->v[i] < to)
			return true;
	return false;
}

/* One slot of time: held when something ran in it; late when it ran within
 * `grace` days after; unknown where no evidence is as old; else missed. */
static void count_slot(struct area_runs *r, const struct days *d, const int64_t slot[2], int64_t grace)
{
	r->expected++;
	if (any_between(d, slot[0], slot[1]))
		r->held++;
	else if (d->n == 0 || slot[1] <= d->v[0])
		r->unknown++;
	else if (any_between(d, slot[1], slot[1] + grace))
		r->late++;
	else
		r->missed++;
}

static void by_interval(struct deciding *x, const struct days *d, int64_t interval)
{
	int64_t from = day_of(x->f->period.from), to = day_of(x->f->period.to);

	for (int64_t at = from; at + interval <= to + 1; at += interval) {
		const int64_t slot[2] = { at, at + interval };

		count_slot(&x->d->runs, d, slot, (interval + 3) / 4);
	}
}

/* Something must have run since the release before. */
static void by_release(struct deciding *x, const struct days *d)
{
	const struct facts_runs *r = facts_runs_of(x->f, "release");
	const int64_t *v = r ? r->days.v : NULL;
	int64_t before = day_of(x->f->period.from);

	for (size_t i = 0; r && i < r->days.n; i++) {
		const int64_t slot[2] = { before, v[i] + 1 };

		count_slot(&x->d->runs, d, slot, LATE_AFTER_RELEASE);
		before = v[i] + 1;
	}
}

static void by_change(struct deciding *x)
{
	struct delivery_sums t = delivery_parts_sums(x->f);
	struct area_runs *r = &x->d->runs;

	r->expected = t.changes;
	r->held = t.reviews.shown;
	r->missed = t.reviews.missing;
	r->unknown = t.reviews.unknown;
	for (size_t i = 0; i < x->f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(x->f->branches, facts_branch, i);

		if (b->oldest != INSTANT_NONE && (r->first == INSTANT_NONE || b->oldest < r->first))
			r->first = b->oldest;
		if (b->newest != INSTANT_NONE && b->newest > r->last)
			r->last = b->newest;
	}
}

static size_t all_days(const struct facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->runs.n; i++)
		n += FACTS_AT(f->runs, facts_runs, i)->days.n;
	return n;
}

void delivery_runs(struct deciding *x)
{
	int64_t interval = area_interval_days(x->d->frequency);
	struct days days = { .room = all_days(x->f) }, *d = &days;

	x->d->runs = (struct area_runs){ .first = INSTANT_NONE, .last = INSTANT_NONE };
	if (x->by_change) {
		by_change(x);
		return;
	}
	d->v = ARENA_ARRAY(x->a, int64_t, d->room + 1);
	for (size_t i = 0; i < RUN_NAMES && x->runs[i]; i++)
		gather(x->f, x->runs[i], d);
	gather(x->f, arena_cstr(x->a, arena_printf(x->a, "document:%s", x->d->info->control)), d);
	qsort(d->v, d->n, sizeof(d->v[0]), by_number);
	if (d->n) {
		x->d->runs.first = d->v[0] * DAY_SECONDS;
		x->d->runs.last = d->v[d->n - 1] * DAY_SECONDS;
	}
	if (interval > 0)
		by_interval(x, d, interval);
	else if (interval == 0)
		by_release(x, d);
}
