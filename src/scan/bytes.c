#include "scan/engine.h"

#include "scan/code.h"

enum {
	CHUNK = 1 << 20,	/* bytes vectorscan sees at once, besides the overlap */
	SNIFF = 8000,		/* bytes looked at to tell binary from text */
};

/* A window that vectorscan asked for. */
struct todo {
	size_t rule;
	struct scan_span span;
};

enum applies { UNKNOWN, APPLIES, APPLIES_NOT };

/* What one rule did in this input. */
struct progress {
	size_t done;		/* nothing of it is looked for before here */
	size_t last;		/* its latest window, 1-based; 0 is none */
	enum applies applies;
};

struct candidate {
	struct scan_match m;
	size_t rule;
	bool dropped;
};

struct scan_state {
	const struct scan_engine *engine;
	struct scan_vector_scratch *vector;
	struct scan_confirm_scratch *confirm;
	struct progress *progress;
	struct todo *todo;
	size_t todos, todo_room;
	struct candidate *v;
	size_t n, room, most;
	struct scan_span *secrets;
	size_t secrets_room;
	struct str bytes, path;
	struct scan_look look;		/* what vectorscan sees and which ends are taken */
	struct scan_trace *trace;	/* being made, or NULL */
	const struct scan_origin *origin;
	struct scan_result result;
	struct scan_coverage coverage;
};

err scan_state_new(const struct scan_engine *e, struct scan_state **out)
{
	struct scan_vector_scratch *vector;
	struct scan_state *st;

	TRY(scan_vector_scratch_new(e->vector, &vector));
	st = base_alloc(sizeof(*st));
	st->engine = e;
	st->vector = vector;
	st->confirm = scan_confirm_scratch_new();
	st->progress = base_alloc(e->rules.n * sizeof(*st->progress));
	*out = st;
	return NULL;
}

void scan_state_free(struct scan_state *st)
{
	if (!st)
		return;
	scan_vector_scratch_free(st->vector);
	scan_confirm_scratch_free(st->confirm);
	free(st->progress);
	free(st->todo);
	free(st->v);
	free(st->secrets);
	free(st);
}

const struct scan_result *scan_state_result(const struct scan_state *st)
{
	return &st->result;
}

struct scan_coverage *scan_state_coverage(struct scan_state *st)
{
	return &st->coverage;
}

/* Doubles an array of `room` items of `size` bytes when n is at its end. */
static void *make_room(void *v, size_t *room, size_t n, size_t size)
{
	if (n < *room)
		return v;
	*room = *room ? *room * 2 : 64;
	return base_realloc(v, *room * size);
}

static bool rule_applies(struct scan_state *st, size_t rule)
{
	struct progress *p = &st->progress[rule];

	if (p->applies == UNKNOWN)
		p->applies = scan_rule_applies(st->engine->code[rule].rule, st->path)
			? APPLIES : APPLIES_NOT;
	return p->applies == APPLIES;
}

/* A window to confirm later, joined with the rule's previous one where they touch. */
void scan_state_end(struct scan_state *st, unsigned rule, size_t at)
{
	const struct scan_code *c = &st->engine->code[rule];
	struct progress *p = &st->progress[rule];
	struct scan_span span = {
		at > c->before ? at - c->before : 0,
		st->bytes.n - at > c->after ? at + c->after : st->bytes.n,
	};

	if (st->trace)
		scan_trace_add(st->trace, rule, at);
	if (p->last) {
		struct scan_span *last = &st->todo[p->last - 1].span;

		if (span.from <= last->to && span.to >= last->from) {
			last->from = span.from < last->from ? span.from : last->from;
			last->to = span.to > last->to ? span.to : last->to;
			return;
		}
	}
	st->todo = make_room(st->todo, &st->todo_room, st->todos, sizeof(*st->todo));
	st->todo[st->todos++] = (struct todo){ rule, span };
	p->last = st->todos;
}

/* Called by vectorscan. */
static void on_end(void *ctx, unsigned rule, size_t to)
{
	struct scan_state *st = ctx;
	size_t at = st->look.from + to;

	if (at >= st->look.least && at <= st->look.most)
		scan_state_end(st, rule, at);
}

err scan_state_look(struct scan_state *st, const struct scan_look *look)
{
	st->look = *look;
	return scan_vector_run(st->vector, (struct str){ st->bytes.p + look->from, look->to - look->from },
			       on_end, st);
}

static int by_rule_and_place(const void *a, const void *b)
{
	const struct todo *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->span.from < y->span.from ? -1 : x->span.from > y->span.from;
}

/* Whether what the pattern found is a secret; keeps it if so. */
static void judge(struct scan_state *st, size_t rule, struct scan_match *m)
{
	const struct scan_engine *e = st->engine;
	const struct scan_rule *r = e->code[rule].rule;
	struct str secret = { st->bytes.p + m->secret.from, m->secret.to - m->secret.from };
	struct str whole = { st->bytes.p + m->whole.from, m->whole.to - m->whole.from };

	m->rule = r;
	m->entropy = scan_entropy(secret);
	if (m->entropy < r->entropy || scan_words_placeholder(e->words, secret, r->filter)) {
		st->result.placeholders++;
		return;
	}
	m->verdict = scan_validate(r->validator, secret, whole);
	if (m->verdict == SCAN_REFUSED) {
		st->result.refused++;
		return;
	}
	if (st->n == st->most) {
		st->result.cut = true;
		return;
	}
	m->allows = scan_allows(st->bytes, m->whole);
	st->v = make_room(st->v, &st->room, st->n, sizeof(*st->v));
	st->v[st->n++] = (struct candidate){ .m = *m, .rule = rule };
}

/* Everything the rule's pattern finds in a window. False: nothing at all. */
static bool confirm_window(struct scan_state *st, size_t rule, struct scan_span window)
{
	const struct scan_code *c = &st->engine->code[rule];
	struct progress *p = &st->progress[rule];
	bool any = false;

	while (window.from < window.to && !st->result.cut) {
		struct scan_match m = { 0 };

		switch (scan_confirm_next(c->confirm, st->confirm, st->bytes, window, &m)) {
		case SCAN_NO_MATCH:
			return any;
		case SCAN_STOPPED:
			st->result.stopped = c->rule;
			return true;
		case SCAN_MATCH:
			break;
		}
		any = true;
		if (m.secret.to > m.secret.from)
			judge(st, rule, &m);
		window.from = m.whole.to > window.from ? m.whole.to : window.from + 1;
		p->done = window.from;
	}
	return true;
}

static void confirm(struct scan_state *st, const struct todo *todo)
{
	size_t done = st->progress[todo->rule].done;
	struct scan_span window = todo->span;
	unsigned rule = (unsigned)todo->rule;
	bool whole = done <= window.from, empty;

	window.from = whole ? window.from : done;
	empty = whole && st->origin && scan_trace_was_empty(st->origin, rule, window, st->bytes.n);
	if (!empty)
		empty = !confirm_window(st, rule, window);
	if (empty && whole && st->trace)
		scan_trace_empty(st->trace, rule, window);
}

static void confirm_all(struct scan_state *st)
{
	for (size_t i = 0; i < st->todos; i++)
		st->progress[st->todo[i].rule].last = 0;
	if (st->todos)
		qsort(st->todo, st->todos, sizeof(*st->todo), by_rule_and_place);
	for (size_t i = 0; i < st->todos && !st->result.cut; i++)
		if (rule_applies(st, st->todo[i].rule))
			confirm(st, &st->todo[i]);
	st->todos = 0;
}

/* One chunk through both stages. */
static err scan_chunk(struct scan_state *st, size_t from, size_t to)
{
	size_t overlap = st->engine->overlap;
	struct scan_look look = { from > overlap ? from - overlap : 0, to, from ? from + 1 : 0, to };

	TRY(scan_state_look(st, &look));
	confirm_all(st);
	return NULL;
}

/* An input made of another one, in one piece: what is new in it is little. */
static err scan_made(struct scan_state *st, const struct scan_origin *origin)
{
	TRY(scan_trace_follow(st, origin, st->bytes.n, st->engine->overlap));
	st->origin = origin;
	confirm_all(st);
	st->origin = NULL;
	return NULL;
}

static err scan_whole(struct scan_state *st)
{
	size_t n = st->bytes.n;

	for (size_t from = 0; from < n && !st->result.cut; from += CHUNK)
		TRY(scan_chunk(st, from, n - from > CHUNK ? from + CHUNK : n));
	return NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->m.secret.from != y->m.secret.from)
		return x->m.secret.from < y->m.secret.from ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Whether a match of rule `needs` begins within reach of candidate i. */
static bool has_needed(const struct scan_state *st, size_t i, size_t needs)
{
	size_t within = st->v[i].m.rule->needs_within, at = st->v[i].m.secret.from;

	for (size_t j = i; j-- > 0 && st->v[j].m.secret.from + within >= at; )
		if (st->v[j].rule == needs)
			return true;
	for (size_t j = i + 1; j < st->n && st->v[j].m.secret.from <= at + within; j++)
		if (st->v[j].rule == needs)
			return true;
	return false;
}

/* Of two that overlap the lower rank goes; of equals that cover the same bytes
 * the rule that stands later in the file. */
static void drop_overlapped(struct scan_state *st, size_t i)
{
	struct candidate *a = &st->v[i];

	for (size_t j = i + 1; j < st->n && !a->dropped; j++) {
		struct candidate *b = &st->v[j];

		if (b->m.secret.from >= a->m.secret.to)
			break;
		if (b->dropped)
			continue;
		if (a->m.rule->rank < b->m.rule->rank)
			a->dropped = true;
		else if (a->m.rule->rank > b->m.rule->rank ||
			 (a->m.secret.from == b->m.secret.from && a->m.secret.to == b->m.secret.to))
			b->dropped = true;
	}
}

static void drop(struct scan_state *st)
{
	for (size_t i = 0; i < st->n; i++) {
		size_t needs = st->engine->code[st->v[i].rule].needs;

		if (needs < st->engine->rules.n)
			st->v[i].dropped = !has_needed(st, i, needs);
	}
	for (size_t i = 0; i < st->n; i++)
		st->v[i].dropped |= st->v[i].m.rule->part;
	for (size_t i = 0; i < st->n; i++)
		if (!st->v[i].dropped)
			drop_overlapped(st, i);
}

/* Newlines in [from, to), eight bytes at a time; *line_from becomes the offset
 * behind the last one, if there is one. */
static uint64_t count_lines(struct str bytes, size_t from, size_t to, size_t *line_from)
{
	static const uint64_t low = 0x7f7f7f7f7f7f7f7f, newlines = 0x0a0a0a0a0a0a0a0a,
		ones = 0x0101010101010101;
	uint64_t n = 0, word;
	size_t i = from;

	for (; to - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, bytes.p + i, sizeof(word));
		word ^= newlines;
		n += (~(((word & low) + low) | word | low) >> 7) * ones >> 56;
	}
	for (; i < to; i++)
		n += bytes.p[i] == '\n';
	if (n == 0)
		return 0;
	for (i = to; bytes.p[i - 1] != '\n'; i--)
		;
	*line_from = i;
	return n;
}

static err deliver(struct scan_state *st, struct scan_sink sink)
{
	struct scan_view view = { .bytes = st->bytes, .cut = st->result.cut, .n = st->n };
	size_t at = 0, line_from = 0, ignored;
	uint64_t line = 1;

	while (st->secrets_room < st->n)
		st->secrets = make_room(st->secrets, &st->secrets_room, st->secrets_room,
					sizeof(*st->secrets));
	for (size_t i = 0; i < st->n; i++)
		st->secrets[i] = st->v[i].m.secret;
	view.secrets = st->secrets;
	for (size_t i = 0; i < st->n; i++) {
		struct scan_match *m = &st->v[i].m;

		if (st->v[i].dropped)
			continue;
		line += count_lines(st->bytes, at, m->secret.from, &line_from);
		at = m->secret.from;
		m->line = line;
		m->column = at - line_from + 1;
		m->end_line = line + count_lines(st->bytes, at, m->secret.to - 1, &ignored);
		st->result.matches++;
		TRY(sink.found(sink.ctx, &view, m));
	}
	return NULL;
}

static enum scan_skip sniff(struct str bytes, const struct scan_input *in)
{
	if (in->binary || bytes.n == 0)
		return SCAN_SKIP_NONE;
	if (bytes.n >= 2 && (memcmp(bytes.p, "\xff\xfe", 2) == 0 || memcmp(bytes.p, "\xfe\xff", 2) == 0))
		return SCAN_SKIP_ENCODING;
	return memchr(bytes.p, '\0', bytes.n < SNIFF ? bytes.n : SNIFF) ? SCAN_SKIP_BINARY
									: SCAN_SKIP_NONE;
}

static void begin(struct scan_state *st, struct str bytes, const struct scan_input *in)
{
	memset(st->progress, 0, st->engine->rules.n * sizeof(*st->progress));
	st->todos = st->n = 0;
	st->most = in->max_matches ? in->max_matches : SCAN_MATCHES_DEFAULT;
	st->most = st->most < SCAN_MATCHES_MAX ? st->most : SCAN_MATCHES_MAX;
	st->bytes = bytes;
	st->path = in->path;
	st->result = (struct scan_result){ .skipped = sniff(bytes, in) };
}

static err scan_text(struct scan_state *st, const struct scan_input *in, struct scan_sink sink)
{
	struct scan_coverage *cov = &st->coverage;

	cov->seen++;
	cov->scanned++;
	cov->bytes += st->bytes.n;
	if (in->origin && in->origin->base && st->bytes.n <= UINT32_MAX)
		TRY(scan_made(st, in->origin));
	else
		TRY(scan_whole(st));
	cov->cut += st->result.cut;
	cov->stopped += st->result.stopped != NULL;
	if (st->n == 0)
		return NULL;
	qsort(st->v, st->n, sizeof(*st->v), by_place);
	drop(st);
	return deliver(st, sink);
}

err scan_bytes(struct scan_state *st, struct str bytes, const struct scan_input *in,
	       struct scan_sink sink)
{
	err e;

	begin(st, bytes, in);
	if (in->trace)
		*in->trace = NULL;
	if (st->result.skipped) {
		scan_coverage_skip(&st->coverage, st->result.skipped, bytes.n);
		return NULL;
	}
	if (in->trace)
		st->trace = scan_trace_new(bytes.n);
	e = scan_text(st, in, sink);
	if (in->trace)
		*in->trace = scan_trace_end(st->trace);
	st->trace = NULL;
	return e;
}
