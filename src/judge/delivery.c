#include "judge/delivery.h"

#include <stdarg.h>
#include <stdio.h>

#include "judge/delivery_parts.h"
#include "text/json.h"

const char *const delivery_state_words[] = { "audit-ready", "stale", "gap", "unknown", "not applicable", NULL };
const char *const delivery_label_words[] = { "policy statement only", "not embedded in delivery", "activity",
	"applicability not confirmed", "linked to no risk", NULL };
const char *const delivery_question_words[] = { "what applies", "who owns it", "how often does it run",
	"what changed after review", NULL };

void delivery_parts_add(struct deciding *x, struct delivery_list *l, const char *fmt, ...)
{
	char text[300];
	va_list ap;
	int n;

	if (l->n == REASONS_MAX)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	l->v[l->n++] = arena_str(x->a, str_cut(str_c(text), sizeof(text) - 4));
}

void delivery_parts_evidence(struct deciding *x, int64_t at, bool embedded)
{
	x->evidence = true;
	x->embedded |= embedded;
	if (at != INSTANT_NONE && (x->newest == INSTANT_NONE || at > x->newest))
		x->newest = at;
}

static void sum_three(struct facts_three *to, const struct facts_three *from)
{
	to->missing += from->missing;
	to->shown += from->shown;
	to->unknown += from->unknown;
}

struct delivery_sums delivery_parts_sums(const struct facts *f)
{
	struct delivery_sums s = { .branches = (int64_t)f->branches.n };

	for (size_t i = 0; i < f->branches.n; i++) {
		const struct facts_branch *b = FACTS_AT(f->branches, facts_branch, i);

		s.changes += b->changes;
		s.no_pull += b->changes - b->pull_numbers - (b->pull_candidates > 0 ? b->pull_candidates : 0);
		s.gone += b->gone;
		s.tagged += b->tagged;
		s.pulls_known += b->pulls_known;
		sum_three(&s.reviews, &b->reviews);
		sum_three(&s.checks, &b->checks);
		sum_three(&s.tickets, &b->tickets);
	}
	return s;
}

int64_t delivery_parts_open(const struct facts *f, const char *kind, int severity, int situation)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->findings.n; i++) {
		const struct facts_finding *g = FACTS_AT(f->findings, facts_finding, i);

		if (g->situation != SITUATION_PROPOSED && g->severity >= severity &&
		    (!*kind || str_is(g->kind, kind)) && (situation == DELIVERY_ANYWHERE || g->situation == situation))
			n += g->n;
	}
	return n;
}

int64_t delivery_parts_files(const struct facts *f, const char *kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->tree.n; i++)
		if (str_is(FACTS_AT(f->tree, facts_tree, i)->kind, kind))
			n += FACTS_AT(f->tree, facts_tree, i)->files;
	return n;
}

static struct area_answer answer(struct arena *a, bool yes, const char *fmt, ...) PRINTF_LIKE(3, 4);
static struct area_answer answer(struct arena *a, bool yes, const char *fmt, ...)
{
	char text[200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);
	return (struct area_answer){ yes, arena_str(a, str_cut(str_c(text), sizeof(text) - 4)) };
}

static const char *not_yet(const struct deciding *x)
{
	if (str_is(x->f->config, "proposed"))
		return "declared to apply; a second person has not approved that yet";
	if (str_is(x->f->config, "alone"))
		return "declared to apply by one person alone";
	return "declared to apply, in no approved Statement of Applicability yet";
}

static void answer_applies(struct deciding *x)
{
	struct area_answer *out = &x->d->answers[ASK_APPLIES];

	if (!x->c || !str_is(x->c->applicable, "yes"))
		*out = answer(x->a, x->c && str_is(x->c->applicable, "no") && x->c->confirmed == 1,
			      x->c && str_is(x->c->applicable, "no") ? "declared as not applicable" :
			      "no Statement of Applicability names %s", x->d->info->control);
	else
		*out = answer(x->a, x->c->confirmed == 1, "%s",
			      x->c->confirmed == 1 ? "the approved Statement of Applicability" : not_yet(x));
}

static void answer_owner(struct deciding *x)
{
	struct area_answer *out = &x->d->answers[ASK_OWNER];

	if (x->c && x->c->role.n)
		*out = answer(x->a, true, "%.*s%s", FMT(x->c->role), x->c->owner == 1 ? ", a named person" : "");
	else if (x->c && x->c->owner == 1)
		*out = answer(x->a, true, "a named person");
	else if (*x->d->info->role)
		*out = answer(x->a, false, "nobody is declared; usually the %s", x->d->info->role);
	else
		*out = answer(x->a, false, "nobody is declared");
}

static void answer_frequency(struct deciding *x)
{
	const struct area_runs *r = &x->d->runs;
	bool declared = x->c && x->c->frequency.n;
	int64_t held = r->held + r->late;

	if (!x->d->frequency.n) {
		x->d->answers[ASK_FREQUENCY] = answer(x->a, false, "no frequency is declared");
		return;
	}

	x->d->answers[ASK_FREQUENCY] = answer(x->a, declared && held > 0, "%s %.*s: %lld of %lld runs shown",
		declared ? "each" : "not declared, usually each", FMT(x->d->frequency), (long long)held, (long long)r->expected);
}

/* Findings that went away, by the kinds of scan that are runs of the area. */
static int64_t closed_findings(const struct deciding *x)
{
	int64_t n = 0;

	for (size_t i = 0; i < x->f->closed.n; i++) {
		const struct facts_closed *c = FACTS_AT(x->f->closed, facts_closed, i);

		for (size_t k = 0; k < RUN_NAMES && x->runs[k]; k++)
			if (strncmp(x->runs[k], "scan:", 5) == 0 && str_is(c->kind, x->runs[k] + 5))
				n += c->n;
	}
	return n;
}

static int64_t follow_ups(const struct deciding *x)
{
	int64_t n = 0;

	for (size_t i = 0; i < x->f->documents.n; i++) {
		const struct facts_document *d = FACTS_AT(x->f->documents, facts_document, i);

		if (str_is(d->control, x->d->info->control) && !str_is(d->kind, "policy") &&
		    !str_is(d->kind, "procedure"))
			n += d->n;
	}
	return n;
}

static void answer_changed(struct deciding *x)
{
	struct area_answer *out = &x->d->answers[ASK_CHANGED];
	int64_t closed = closed_findings(x), papers = follow_ups(x), reviewed = delivery_parts_sums(x->f).reviews.shown;

	if (x->by_review && reviewed > 0)
		*out = answer(x->a, true, "%lld changes merged after independent review", (long long)reviewed);
	else if (closed > 0)
		*out = answer(x->a, true, "%lld findings no longer reported", (long long)closed);
	else if (papers > 0)
		*out = answer(x->a, true, "%lld records handed over", (long long)papers);
	else
		*out = answer(x->a, false, "no review with an outcome is known");
}

static bool owned(const struct deciding *x)
{
	return x->c && (x->c->owner == 1 || x->c->role.n);
}

static bool is_spoken_of(const struct deciding *x)
{
	return x->d->info->area != AREA_NONE || x->c || x->evidence;
}

static bool confirmed(const struct deciding *x)
{
	return x->c && x->c->confirmed == 1;
}

static bool to_a_risk(const struct deciding *x)
{
	return x->c && x->c->risk == 1;
}

static void put_labels(struct deciding *x)
{
	bool reviewed = x->d->answers[ASK_CHANGED].answered;

	if (!owned(x) && is_spoken_of(x))
		x->d->labels |= LABEL_POLICY_ONLY;
	if (x->evidence && !x->embedded)
		x->d->labels |= LABEL_NOT_EMBEDDED;
	if (x->evidence && !(owned(x) && to_a_risk(x) && reviewed))
		x->d->labels |= LABEL_ACTIVITY;
	if (!confirmed(x))
		x->d->labels |= LABEL_NOT_CONFIRMED;
	if (x->evidence && !to_a_risk(x))
		x->d->labels |= LABEL_NO_RISK;
}

/* Evidence of something that runs in intervals ages; a quarter of one is allowed. */
static void look_at_age(struct deciding *x)
{
	int64_t interval = area_interval_days(x->d->frequency);
	const struct facts_runs *releases = facts_runs_of(x->f, "release");
	int64_t day, last;

	if (x->newest == INSTANT_NONE || x->by_change)
		return;
	day = day_of(x->newest);
	if (interval > 0 && day + interval + (interval + 3) / 4 < day_of(x->f->as_of))
		delivery_parts_add(x, &x->stale, "the newest evidence is %lld days old; each %.*s is asked",
				   (long long)(day_of(x->f->as_of) - day), FMT(x->d->frequency));
	if (interval == 0 && releases && releases->days.n) {
		last = ((const int64_t *)releases->days.v)[releases->days.n - 1];
		if (day < last)
			delivery_parts_add(x, &x->stale, "the newest evidence is older than the last release");
	}
}

/* What the organisation has not said. Only where its approved statement has the control
 * apply is it at fault that nobody owns it; before, it is not known. */
static void look_at_declarations(struct deciding *x)
{
	if (x->c && x->c->confirmed == 1 && str_is(x->c->applicable, "yes") && !owned(x))
		delivery_parts_add(x, &x->faults, "nobody is declared as owner");
	for (int i = 0; i < AREA_QUESTIONS; i++)
		if (!x->d->answers[i].answered)
			delivery_parts_add(x, &x->open, "%s: %.*s", delivery_question_words[i], FMT(x->d->answers[i].by));
}

static void take_reasons(struct deciding *x, const struct delivery_list *l)
{
	struct str *v = x->d->reasons.v;

	for (size_t i = 0; i < l->n; i++)
		v[x->d->reasons.n++] = l->v[i];
}

static int state_of(const struct deciding *x)
{
	if (x->c && str_is(x->c->applicable, "no") && x->c->confirmed == 1)
		return AREA_NOT_APPLICABLE;
	if (x->faults.n)
		return AREA_GAP;
	if (x->stale.n)
		return AREA_STALE;
	return x->evidence && x->open.n == 0 ? AREA_READY : AREA_UNKNOWN;
}

static void decide_area(const struct facts *f, struct arena *a, const struct area_info *info, struct area_decision *d)
{
	struct deciding x = { .f = f, .a = a, .d = d, .c = facts_control_of(f, info->control), .newest = INSTANT_NONE };

	*d = (struct area_decision){ .info = info, .reasons = { ARENA_ARRAY(a, struct str, 4 * REASONS_MAX), 0 } };
	d->frequency = x.c && x.c->frequency.n ? x.c->frequency : str_c(info->frequency);
	delivery_rules(&x);
	delivery_runs(&x);
	look_at_age(&x);
	answer_applies(&x);
	answer_owner(&x);
	answer_frequency(&x);
	answer_changed(&x);
	look_at_declarations(&x);
	put_labels(&x);
	d->state = state_of(&x);
	take_reasons(&x, &x.faults);
	take_reasons(&x, &x.stale);
	take_reasons(&x, &x.open);
	take_reasons(&x, &x.have);
}

void delivery_decide(const struct facts *f, struct arena *a, struct delivery *out)
{
	*out = (struct delivery){ .as_of = f->as_of, .from = f->period.from, .to = f->period.to };
	for (size_t i = 0; i < AREAS; i++) {
		struct area_decision *d = &out->areas[i];

		decide_area(f, a, &areas[i], d);
		out->count[d->state]++;
		out->soa |= !(d->labels & LABEL_NOT_CONFIRMED);
	}
}

const struct area_decision *delivery_control(const struct facts *f, const struct delivery *d, struct arena *a,
					     struct str control)
{
	const struct area_info *known = area_of_control(control);
	struct area_decision *out = known ? NULL : ARENA_NEW(a, struct area_decision);
	struct area_info *info = known ? NULL : ARENA_NEW(a, struct area_info);

	if (known)
		return &d->areas[known->area];
	*info = (struct area_info){ .area = AREA_NONE, .control = arena_cstr(a, control), .name = "", .stage = "",
				    .evidence = "documents handed over", .role = "", .frequency = "",
				    .folder = "02-control-mapping-and-SoA", .facts = "documents" };
	decide_area(f, a, info, out);
	return out;
}

struct str delivery_labels(struct arena *a, const struct area_decision *d)
{
	struct str out = { 0 };

	for (int i = 0; i < AREA_LABELS; i++)
		if (d->labels & 1 << i)
			out = arena_printf(a, "%.*s%s%s", FMT(out), out.n ? ", " : "", delivery_label_words[i]);
	return out;
}

static void write_answers(struct json_writer *w, const struct area_decision *d)
{
	json_key(w, "answers");
	json_open(w, '[');
	for (int i = 0; i < AREA_QUESTIONS; i++) {
		json_open(w, '{');
		json_add_bool(w, "answered", d->answers[i].answered == 1);
		json_add_text(w, "by", d->answers[i].by);
		json_add_c(w, "question", delivery_question_words[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_runs(struct json_writer *w, const struct area_runs *r)
{
	json_key(w, "runs");
	json_open(w, '{');
	json_add_int(w, "expected", r->expected);
	json_add_time(w, "first", r->first);
	json_add_int(w, "held", r->held);
	json_add_time(w, "last", r->last);
	json_add_int(w, "late", r->late);
	json_add_int(w, "missed", r->missed);
	json_add_int(w, "unknown", r->unknown);
	json_close(w, '}');
}

static void write_area(struct json_writer *w, const struct area_decision *d)
{
	const struct str *reason = d->reasons.v;

	json_open(w, '{');
	write_answers(w, d);
	json_add_text(w, "area", str_c(d->info->name));
	json_add_text(w, "control", str_c(d->info->control));
	json_add_text(w, "edition", STR("2022"));
	json_add_text(w, "frequency", d->frequency);
	json_key(w, "labels");
	json_open(w, '[');
	for (int i = 0; i < AREA_LABELS; i++)
		if (d->labels & 1 << i)
			json_put_text(w, str_c(delivery_label_words[i]));
	json_close(w, ']');
	json_add_text(w, "next", d->next);
	json_key(w, "reasons");
	json_open(w, '[');
	for (size_t i = 0; i < d->reasons.n; i++)
		json_put_text(w, reason[i]);
	json_close(w, ']');
	write_runs(w, &d->runs);
	json_add_c(w, "state", delivery_state_words[d->state]);
	json_close(w, '}');
}

err delivery_write(const struct delivery *d, struct buf *out)
{
	struct json_writer w = json_write(out);

	json_open(&w, '{');
	json_key(&w, "areas");
	json_open(&w, '[');
	for (size_t i = 0; i < AREAS; i++)
		write_area(&w, &d->areas[i]);
	json_close(&w, ']');
	json_add_time(&w, "as_of", d->as_of);
	json_add_time(&w, "from", d->from);
	json_add_time(&w, "to", d->to);
	json_close(&w, '}');
	return buf_ok(out, "the decision");
}
