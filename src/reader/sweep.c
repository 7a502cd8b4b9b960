#include "reader/sweep.h"

#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "crypto/hmac.h"
#include "reader/plain.h"
#include "scan/engine.h"

enum {
	PIECE = 1 << 20,		/* bytes read at once */
	TAIL = 64 * 1024,		/* a value that begins before it is there as a whole */
	BEHIND = 16 * 1024,		/* context that rules may ask for before a value */
	ROOM = PIECE + TAIL + BEHIND + 4096,
	MATCHES = 200000,		/* more than fit into a window */
	RUN_LEAST = 16,			/* of base64, inside a key that spans several strings */
	FLUSH_AT = 256 * 1024, KEPT_BYTES = 16,
};

static const char mark[] = "redacted hmac:";

struct sweep {
	struct scan_engine *engine;
	struct scan_state *state;
	uint64_t *count;		/* per rule */
	uint64_t replaced;
	const struct sweep_spec *spec;	/* of the run */
	struct plain plain;
	struct buf out;
	uint64_t written;		/* bytes of the report that are copied or replaced */
	size_t from, to;		/* values that begin here, in the text, are decided now */
};

err sweep_new(struct sweep **out)
{
	struct sweep *s = base_alloc(sizeof(*s));
	err e = scan_engine_new(&(struct scan_engine_spec){ .reports = true }, &s->engine);

	if (!e)
		e = scan_state_new(s->engine, &s->state);
	if (e) {
		sweep_free(s);
		return e;
	}
	s->count = base_alloc(scan_engine_rules(s->engine)->n * sizeof(*s->count));
	*out = s;
	return NULL;
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	scan_state_free(s->state);
	scan_engine_free(s->engine);
	free(s->count);
	free(s);
}

static err flush(struct sweep *s)
{
	err e = buf_ok(&s->out, s->spec->name);

	if (!e)
		e = fd_write_all(s->spec->out, "the copy without secret values", buf_str(&s->out));
	buf_clear(&s->out);
	return e;
}

/* What was read before the first value was found. */
static err copy_from_file(struct sweep *s, uint64_t to)
{
	char *room = buf_grow(&s->out, FLUSH_AT);

	ASSERT(room);
	s->out.n = 0;
	while (s->written < to) {
		uint64_t left = to - s->written;
		ssize_t got = pread(s->spec->in, room, left < FLUSH_AT ? left : FLUSH_AT, (off_t)s->written);

		if (got <= 0)
			return fail(ERR_IO, "%s changed while it was read", s->spec->name);
		TRY(fd_write_all(s->spec->out, "the copy without secret values", (struct str){ room, (size_t)got }));
		s->written += (uint64_t)got;
	}
	return NULL;
}

/* Everything up to `to`, an offset in the report, as it is. */
static err copy_to(struct sweep *s, uint64_t to)
{
	const struct plain *p = &s->plain;

	if (to <= s->written)
		return NULL;
	if (s->written < p->base) {
		TRY(flush(s));
		TRY(copy_from_file(s, p->base));
	}
	buf_add(&s->out, (struct str){ p->raw + (s->written - p->base), (size_t)(to - s->written) });
	s->written = to;
	return s->out.n >= FLUSH_AT ? flush(s) : NULL;
}

/* The value in [from, to) of the text. What of it was replaced before stays so. */
static err replace(struct sweep *s, const struct scan_rule *rule, size_t from, size_t to)
{
	const struct plain *p = &s->plain;
	struct digest d;

	while (from < to && p->base + plain_raw(p, from) < s->written)
		from++;
	if (from == to)
		return NULL;
	d = hmac_of((struct str){ (const char *)s->spec->key, 32 }, (struct str){ p->text + from, to - from });
	TRY(copy_to(s, p->base + plain_raw(p, from)));
	buf_add_c(&s->out, mark);
	hex_add(&s->out, d.b, KEPT_BYTES);
	s->written = p->base + plain_raw(p, to);
	s->count[rule - scan_engine_rules(s->engine)->v]++;
	s->replaced++;
	return NULL;
}

/* Between separators of a table: each part that is more than blanks. */
static err replace_parts(struct sweep *s, const struct scan_rule *rule, size_t from, size_t to)
{
	while (from < to) {
		size_t end = plain_mark(&s->plain, from, to);

		if (str_trim((struct str){ s->plain.text + from, end - from }).n)
			TRY(replace(s, rule, from, end));
		from = end + 1;
	}
	return NULL;
}

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
	       c == '=';
}

/* Whether the string that holds byte `at` names a member: ':' follows its end. */
static bool in_name(const struct plain *p, size_t at)
{
	at = plain_mark(p, at, p->text_n);
	while (++at < p->text_n && strchr(" \n\r\t", p->text[at]) && p->text[at])
		;
	return at < p->text_n && p->text[at] == ':';
}

/* Lines of a key that are strings of their own: what is base64 inside of strings. */
static err replace_runs(struct sweep *s, const struct scan_rule *rule, size_t from, size_t to)
{
	const struct plain *p = &s->plain;
	bool inside = true;
	size_t next = plain_mark(p, from, to);

	while (from < to) {
		size_t end = from;

		while (end < next && is_base64(p->text[end]))
			end++;
		if (inside && end - from >= RUN_LEAST && !in_name(p, from))
			TRY(replace(s, rule, from, end));
		if (end == next) {
			inside = !inside;
			next = end < to ? plain_mark(p, end + 1, to) : to;
		}
		from = end + 1;
	}
	return NULL;
}

/* A rule of low rank knows names only: in a report its own members are no
 * assignments, so such a match lies within one string. */
static bool is_members(const struct plain *p, const struct scan_match *m)
{
	return m->rule->rank < 3 && p->form == PLAIN_JSON &&
	       plain_mark(p, m->whole.from, m->secret.from) < m->secret.from &&
	       p->raw[plain_raw(p, m->secret.from - 1)] == '"';
}

/* Whether a value was replaced before the report came here. */
static bool is_replaced(struct str value)
{
	return str_starts(value, str_c(mark)) && value.n == sizeof(mark) - 1 + 2 * KEPT_BYTES;
}

static err on_found(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct sweep *s = ctx;
	size_t from = m->secret.from, to = m->secret.to, mark_at;

	if (from < s->from || from >= s->to || is_members(&s->plain, m) || is_replaced(scan_secret(view, m)))
		return NULL;
	mark_at = plain_mark(&s->plain, from, to);
	if (mark_at == to)
		return replace(s, m->rule, from, to);
	if (s->plain.form == PLAIN_TEXT)
		return replace_parts(s, m->rule, from, to);
	if (s->plain.form == PLAIN_JSON && str_is(m->rule->id, "private-key-lines"))
		return replace_runs(s, m->rule, from, to);
	return replace(s, m->rule, from, mark_at);
}

static err scan_window(struct sweep *s, bool last)
{
	struct scan_input in = { .binary = true, .max_matches = MATCHES };
	struct plain *p = &s->plain;
	size_t forget;

	s->to = last ? p->text_n : p->text_n > TAIL ? p->text_n - TAIL : 0;
	if (s->to <= s->from && !last)
		return NULL;
	TRY(scan_bytes(s->state, (struct str){ p->text, p->text_n }, &in, (struct scan_sink){ on_found, s }));
	if (scan_state_result(s->state)->cut)
		return fail(ERR_LIMIT, "%s holds more secret values than can be taken out of it", s->spec->name);
	forget = s->to > BEHIND ? s->to - BEHIND : 0;
	if (s->replaced)
		TRY(copy_to(s, p->base + plain_raw(p, s->to)));
	plain_forget(p, forget);
	s->from = s->to - forget;
	return NULL;
}

static err run(struct sweep *s)
{
	struct plain *p = &s->plain;
	bool last = false, first = true;
	size_t got, want;

	if (lseek(s->spec->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot go to the start of %s", s->spec->name);
	while (!last) {
		want = p->room - p->raw_n < PIECE ? p->room - p->raw_n : PIECE;
		TRY(fd_read_some(s->spec->in, s->spec->name, p->raw + p->raw_n, want, &got));
		p->raw_n += got;
		last = got < want;
		if (first)
			p->form = plain_form_of((struct str){ p->raw, p->raw_n });
		first = false;
		plain_take(p, last);
		TRY(scan_window(s, last));
	}
	if (!s->replaced)
		return NULL;
	TRY(copy_to(s, p->base + p->raw_n));
	return flush(s);
}

err sweep_run(struct sweep *s, const struct sweep_spec *spec, uint64_t *replaced)
{
	size_t rules = scan_engine_rules(s->engine)->n;
	err e;

	memset(s->count, 0, rules * sizeof(*s->count));
	s->spec = spec;
	s->replaced = s->written = 0;
	s->from = s->to = 0;
	s->out = buf_new(4 * ROOM);
	plain_init(&s->plain, ROOM);
	e = run(s);
	plain_done(&s->plain);
	buf_done(&s->out);
	if (!e)
		*replaced = s->replaced;
	return e;
}

void sweep_tell(const struct sweep *s, struct buf *out)
{
	const struct scan_rules *rules = scan_engine_rules(s->engine);
	uint64_t below = UINT64_MAX;

	for (;;) {
		uint64_t most = 0;

		for (size_t i = 0; i < rules->n; i++)
			if (s->count[i] < below && s->count[i] > most)
				most = s->count[i];
		if (!most)
			return;
		for (size_t i = 0; i < rules->n; i++)
			if (s->count[i] == most)
				buf_addf(out, "%s%llu %.*s", out->n ? ", " : "", (unsigned long long)most,
					 FMT(rules->v[i].title));
		below = most;
	}
}
