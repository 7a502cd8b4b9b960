#include "record/pull_merge.h"

#include <stdlib.h>

#include "record/types.h"

enum { NONE = FIELD_NO_INT };

void pull_merge_start(struct pull_merge *m, struct arena *a)
{
	*m = (struct pull_merge){ .a = a };
}

void pull_merge_add(struct pull_merge *m, const struct pull_merge_telling *t)
{
	if (m->n == m->room) {
		struct pull_merge_telling *more;

		m->room = m->room ? 2 * m->room : 4;
		more = ARENA_ARRAY(m->a, struct pull_merge_telling, m->room);
		for (size_t i = 0; i < m->n; i++)
			more[i] = m->v[i];
		m->v = more;
	}
	m->v[m->n++] = *t;
}

static int by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* By the export, then by what is told; the digest decides what nothing else does. */
static int by_age(const void *a, const void *b)
{
	const struct pull_merge_telling *x = a, *y = b;
	int order = by_number(x->told, y->told);

	if (!order)
		order = by_number(x->newest, y->newest);
	return order ? order : str_cmp(x->digest, y->digest);
}

static void sort_tellings(const struct pull_merge *m)
{
	if (m->n > 1)
		qsort(m->v, m->n, sizeof(*m->v), by_age);
}

struct str pull_merge_head(const struct pull_merge *m)
{
	struct str head = { 0 };

	sort_tellings(m);
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].pull.head.p)
			head = m->v[i].pull.head;
	return head;
}

static void newer_text(struct str *known, struct str told)
{
	if (told.p)
		*known = told;
}

/* Scalars of a newer telling replace those of an older one where it has them. */
static void take_scalars(struct r_pull *p, const struct r_pull *t)
{
	newer_text(&p->author, t->author);
	newer_text(&p->head, t->head);
	newer_text(&p->merge, t->merge);
	newer_text(&p->merged_by, t->merged_by);
	if (t->merged_at != INT64_MIN)
		p->merged_at = t->merged_at;
	if (t->commits_total > p->commits_total)
		p->commits_total = t->commits_total;
}

/* Whether what is told is told of the merged pull request: it names the merge, or its
 * export is no older. What an older export lacks may have come before the merge. */
static bool is_after_merge(const struct pull_merge *m, const struct pull_merge_telling *t)
{
	if (m->pull.merged_at != INT64_MIN)
		return t->told >= m->pull.merged_at;
	return t->pull.merge.p != NULL;
}

static void take_known(struct r_pull *p, const struct r_pull *t)
{
	p->checks_known |= t->checks_known == 1;
	p->commits_known |= t->commits_known == 1;
	p->reviews_known |= t->reviews_known == 1;
	p->tickets_known |= t->tickets_known == 1;
}

static void add_texts(struct pull_merge *m, struct strs *list, const struct many *told)
{
	const struct str *v = told->v;
	struct str *all = ARENA_ARRAY(m->a, struct str, list->n + told->n + 1);
	size_t n = list->n;

	for (size_t i = 0; i < n; i++)
		all[i] = list->v[i];
	for (size_t i = 0; i < told->n; i++) {
		bool there = false;

		for (size_t k = 0; k < list->n && !there; k++)
			there = str_eq(list->v[k], v[i]);
		if (!there)
			all[n++] = v[i];
	}
	*list = (struct strs){ all, n };
}

/* A comment and a verdict of one second are two reviews; a verdict and its later
 * dismissal are one, of which the host changed the word. */
static bool is_verdict(const struct r_review *r)
{
	return r->state == REVIEW_APPROVED || r->state == REVIEW_CHANGES_REQUESTED || r->state == REVIEW_DISMISSED;
}

static bool same_review(const struct r_review *a, const struct r_review *b)
{
	return a->at == b->at && is_verdict(a) == is_verdict(b) && str_eq(a->reviewer, b->reviewer);
}

static void take_reviews(struct pull_merge *m, const struct r_pull *t)
{
	const struct r_review *v = t->reviews.v;
	struct r_review *all = ARENA_ARRAY(m->a, struct r_review, m->reviews_n + t->reviews.n + 1);
	size_t old = m->reviews_n, n = old;

	for (size_t i = 0; i < n; i++)
		all[i] = m->reviews[i];
	for (size_t i = 0; i < t->reviews.n; i++) {
		size_t k = 0;

		/* Within one telling two alike are two. */
		while (k < old && !same_review(&all[k], &v[i]))
			k++;
		if (k == old) {
			all[n++] = v[i];
			continue;
		}
		all[k].state = v[i].state;
		newer_text(&all[k].commit, v[i].commit);
	}
	m->reviews = all;
	m->reviews_n = n;
}

/* A run is known by its name and start, or else by its end. */
static bool same_check(const struct r_check *a, const struct r_check *b)
{
	if (!str_eq(a->name, b->name))
		return false;
	if (a->started != INT64_MIN && b->started != INT64_MIN)
		return a->started == b->started;
	return a->at == b->at;
}

static void newer_check(struct pull_merge_check *known, const struct r_check *told, bool at_merge)
{
	known->run.result = told->result;
	if (told->at != INT64_MIN)
		known->run.at = told->at;
	if (told->started != INT64_MIN)
		known->run.started = told->started;
	known->at_merge |= at_merge;
}

static void take_checks(struct pull_merge *m, const struct r_pull *t, bool at_merge)
{
	const struct r_check *v = t->checks.v;
	struct pull_merge_check *all = ARENA_ARRAY(m->a, struct pull_merge_check, m->checks_n + t->checks.n + 1);
	size_t old = m->checks_n, n = old;

	for (size_t i = 0; i < n; i++)
		all[i] = m->checks[i];
	for (size_t i = 0; i < t->checks.n; i++) {
		size_t k = 0;

		while (k < old && !same_check(&all[k].run, &v[i]))
			k++;
		if (k == old)
			all[n++] = (struct pull_merge_check){ v[i], at_merge };
		else
			newer_check(&all[k], &v[i], at_merge);
	}
	m->checks = all;
	m->checks_n = n;
}

static int review_order(const void *a, const void *b)
{
	const struct r_review *x = a, *y = b;
	int order = by_number(x->at, y->at);

	if (!order)
		order = str_cmp(x->reviewer, y->reviewer);
	if (!order)
		order = by_number(x->state, y->state);
	return order ? order : str_cmp(x->commit, y->commit);
}

static int check_order(const void *a, const void *b)
{
	const struct pull_merge_check *of_a = a, *of_b = b;
	const struct r_check *x = &of_a->run, *y = &of_b->run;
	int order = str_cmp(x->name, y->name);

	if (!order)
		order = by_number(x->at, y->at);
	if (!order)
		order = by_number(x->started, y->started);
	return order ? order : by_number(x->result, y->result);
}

static int text_order(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* A verdict without a time is the one whose time another export tells. */
static void drop_untimed(struct pull_merge *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->reviews_n; i++) {
		const struct r_review *r = &m->reviews[i];
		bool told = false;

		for (size_t k = 0; r->at == INT64_MIN && k < m->reviews_n && !told; k++)
			told = m->reviews[k].at != INT64_MIN && is_verdict(r) == is_verdict(&m->reviews[k]) &&
			       str_eq(r->reviewer, m->reviews[k].reviewer);
		if (!told)
			m->reviews[n++] = *r;
	}
	m->reviews_n = n;
}

enum at_merge { AT_PASSED, AT_FAILED, AT_UNSURE, AT_NOTHING };

/* What one run tells of the moment of the merge. A run that began after it tells
 * nothing of those before: hosts show the last run alone. */
static enum at_merge run_at_merge(const struct r_check *c, int64_t merged)
{
	bool ended = c->result != CHECK_PENDING;

	if (merged == INT64_MIN || (ended && c->at == INT64_MIN))
		return AT_UNSURE;
	if (c->started != INT64_MIN && c->started > merged)
		return AT_UNSURE;
	if (ended && c->at > merged)
		return c->started == INT64_MIN ? AT_UNSURE : AT_FAILED;	/* it was still running */
	if (c->result == CHECK_SKIPPED)
		return AT_NOTHING;
	return c->result == CHECK_PASSED ? AT_PASSED : AT_FAILED;
}

static bool is_before(const struct r_check *c, int64_t merged)
{
	return c->result != CHECK_PENDING && c->at != INT64_MIN && merged != INT64_MIN && c->at <= merged;
}

/* What an export made before the merge shows as failed or running may have passed
 * since, in the same run or another. */
static enum at_merge check_at_merge(const struct pull_merge_check *c, int64_t merged)
{
	enum at_merge told = run_at_merge(&c->run, merged);

	return told == AT_FAILED && !c->at_merge ? AT_UNSURE : told;
}

/* Runs of one name stand together, by their end: the last that ended before the
 * merge counts; where none did, the worst that the others tell. */
static enum at_merge name_at_merge(const struct pull_merge_check *c, size_t n, int64_t merged)
{
	enum at_merge all = AT_NOTHING;
	const struct pull_merge_check *last = NULL;

	for (size_t i = 0; i < n; i++) {
		enum at_merge one = check_at_merge(&c[i], merged);

		if (is_before(&c[i].run, merged))
			last = &c[i];
		if (all == AT_NOTHING || one == AT_FAILED)
			all = one;
	}
	return last ? check_at_merge(last, merged) : all;
}

static void count_checks(struct pull_merge *m)
{
	for (size_t i = 0, n; i < m->checks_n; i += n) {
		for (n = 1; i + n < m->checks_n && str_eq(m->checks[i].run.name, m->checks[i + n].run.name); n++)
			;
		switch (name_at_merge(&m->checks[i], n, m->pull.merged_at)) {
		case AT_PASSED:
			m->passed++;
			break;
		case AT_FAILED:
			m->failed++;
			break;
		case AT_UNSURE:
			m->unsure++;
			break;
		case AT_NOTHING:
			break;
		}
	}
}

static void sort_lists(struct pull_merge *m)
{
	struct strs *const lists[] = { &m->commits, &m->people, &m->tickets };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (lists[i]->n > 1)
			qsort(lists[i]->v, lists[i]->n, sizeof(struct str), text_order);
	if (m->reviews_n > 1)
		qsort(m->reviews, m->reviews_n, sizeof(*m->reviews), review_order);
	if (m->checks_n > 1)
		qsort(m->checks, m->checks_n, sizeof(*m->checks), check_order);
}

void pull_merge_end(struct pull_merge *m)
{
	m->pull = (struct r_pull){ .merged_at = INT64_MIN, .newest = INT64_MIN, .number = NONE, .commits_total = NONE };
	sort_tellings(m);
	for (size_t i = 0; i < m->n; i++)
		take_scalars(&m->pull, &m->v[i].pull);
	for (size_t i = 0; i < m->n; i++) {
		const struct r_pull *t = &m->v[i].pull;

		bool at_merge = is_after_merge(m, &m->v[i]);

		if (at_merge)
			take_known(&m->pull, t);
		add_texts(m, &m->commits, &t->commits);
		add_texts(m, &m->people, &t->people);
		add_texts(m, &m->tickets, &t->tickets);
		take_reviews(m, t);
		take_checks(m, t, at_merge);
		if (m->v[i].numbered)
			m->last = m->v[i];
	}
	drop_untimed(m);
	sort_lists(m);
	count_checks(m);
}
