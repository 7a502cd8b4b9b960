#include "reader/redact.h"

#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "crypto/hmac.h"
#include "text/json_lex.h"

enum { PIECE = 256 * 1024, FLUSH_AT = 256 * 1024, OUT_MAX = 6 * JSON_TOKEN_MAX, KEPT_BYTES = 16 };

static const char mark[] = "redacted hmac:";

struct rule_path {
	struct str step[REDACT_STEPS];	/* "[]", "**", "*" or a key */
	unsigned n;
	bool keep;
};

/* A container on the way. at[i]: the steps of rule i that its members may match. */
struct level {
	bool array, first;
	uint16_t at[REDACT_RULES];
	bool secret, keep;		/* everything below */
};

struct copy {
	const struct redact_spec *spec;
	struct rule_path rules[REDACT_RULES];
	unsigned n;
	struct buf out;
	struct level level[JSON_DEPTH + 1];
	unsigned depth;
	struct str key;			/* of the coming member; p == NULL in arrays */
	char key_text[256];
	uint64_t replaced;
};

struct str redact_context(struct arena *a, const uint8_t key[32], struct str value)
{
	struct digest d;
	char hex[2 * KEPT_BYTES + 1];

	if (!value.n)
		return (struct str){ 0 };
	if (str_starts(value, STR("redacted hmac:")))
		return str_from(value, strlen("redacted "));
	d = hmac_of((struct str){ (const char *)key, 32 }, value);
	hex_put(hex, d.b, KEPT_BYTES);
	return arena_printf(a, "hmac:%s", hex);
}

static void rule_parse(struct rule_path *p, const char *text)
{
	struct str rest = str_c(text), part;

	p->keep = str_starts(rest, STR("!"));
	rest = str_from(rest, p->keep);
	while (str_split(&rest, '.', &part)) {
		unsigned elements = 0;

		while (str_ends(part, STR("[]"))) {
			part.n -= 2;
			elements++;
		}
		ASSERT(p->n + 1 + elements <= REDACT_STEPS);
		if (part.n)
			p->step[p->n++] = part;
		while (elements--)
			p->step[p->n++] = STR("[]");
	}
}

/* The steps rule `p` may be at behind a member `key` (absent: an element), when it
 * was at `at`; *end when the member completes the path. */
static uint16_t advance(const struct rule_path *p, uint16_t at, struct str key, bool *end)
{
	uint16_t to = 0;

	for (unsigned i = 0; i < p->n; i++) {
		unsigned step = i;

		if (!(at >> i & 1))
			continue;
		if (str_is(p->step[i], "**")) {
			to |= (uint16_t)(1u << i);
			step = i + 1;
		}
		if (step >= p->n)
			continue;
		if (key.p ? !str_eq(p->step[step], key) && !str_is(p->step[step], "*") : !str_is(p->step[step], "[]"))
			continue;
		if (step + 1 == p->n)
			*end = true;
		else
			to |= (uint16_t)(1u << (step + 1));
	}
	return to;
}

/* What holds for the value now beginning. */
static struct level arrive(struct copy *c)
{
	struct level to = { .first = true };
	const struct level *from = c->depth ? &c->level[c->depth - 1] : NULL;

	for (unsigned i = 0; i < c->n; i++) {
		bool end = false;

		if (!from) {
			to.at[i] = 1;
			continue;
		}
		to.at[i] = advance(&c->rules[i], from->at[i], from->array ? (struct str){ 0 } : c->key, &end);
		if (end && c->rules[i].keep)
			to.keep = true;
		else if (end)
			to.secret = true;
	}
	if (from) {
		to.secret |= from->secret;
		to.keep |= from->keep;
	}
	return to;
}

static err flush(struct copy *c)
{
	err e = buf_ok(&c->out, c->spec->name);

	if (!e)
		e = fd_write_all(c->spec->out, "the redacted report", buf_str(&c->out));
	buf_clear(&c->out);
	return e;
}

static void comma(struct copy *c)
{
	struct level *in = c->depth ? &c->level[c->depth - 1] : NULL;

	if (in && in->array && !in->first)
		buf_add_char(&c->out, ',');
	if (in && in->array)
		in->first = false;
}

static err on_open(void *ctx, enum json_kind kind)
{
	struct copy *c = ctx;
	struct level to = arrive(c);

	to.array = kind == JSON_ARRAY;
	comma(c);
	c->level[c->depth++] = to;
	buf_add_char(&c->out, to.array ? '[' : '{');
	return NULL;
}

static err on_close(void *ctx)
{
	struct copy *c = ctx;

	c->depth--;
	buf_add_char(&c->out, c->level[c->depth].array ? ']' : '}');
	return c->out.n >= FLUSH_AT ? flush(c) : NULL;
}

static err on_key(void *ctx, struct str key)
{
	struct copy *c = ctx;
	struct level *in = &c->level[c->depth - 1];

	if (!in->first)
		buf_add_char(&c->out, ',');
	in->first = false;
	json_quote(&c->out, key);
	buf_add_char(&c->out, ':');
	c->key = (struct str){ c->key_text, key.n < sizeof(c->key_text) ? key.n : 0 };
	memcpy(c->key_text, key.p ? key.p : "", c->key.n);
	return NULL;
}

static void put_redacted(struct copy *c, struct str text)
{
	struct digest d = hmac_of((struct str){ (const char *)c->spec->key, 32 }, text);

	buf_addf(&c->out, "\"%s", mark);
	hex_add(&c->out, d.b, KEPT_BYTES);
	buf_add_char(&c->out, '"');
	c->replaced++;
}

static void put_string(struct copy *c, struct str text)
{
	struct level to = arrive(c);

	if (to.secret && !to.keep && text.n && !str_starts(text, str_c(mark)))
		put_redacted(c, text);
	else
		json_quote(&c->out, text);
}

static err on_value(void *ctx, enum json_kind kind, struct str text)
{
	static const char *const plain[] = { [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true" };
	struct copy *c = ctx;

	comma(c);
	if (kind == JSON_STRING)
		put_string(c, text);
	else if (kind == JSON_NUMBER)
		buf_add(&c->out, text);
	else
		buf_add_c(&c->out, plain[kind]);
	return c->out.n >= FLUSH_AT ? flush(c) : NULL;
}

static const struct json_calls calls = { on_open, on_close, on_key, on_value };

static err copy_all(struct copy *c)
{
	OWNED(json_lex) lex = json_lex_new(c->spec->name, &calls, c);
	BUF_AUTO in = buf_new(PIECE);
	char *room = buf_grow(&in, PIECE);
	size_t got;

	if (lseek(c->spec->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot go to the start of %s", c->spec->name);
	do {
		TRY(fd_read_some(c->spec->in, c->spec->name, room, PIECE, &got));
		TRY(json_lex_feed(lex, (struct str){ room, got }));
	} while (got);
	TRY(json_lex_end(lex));
	buf_add_char(&c->out, '\n');
	return flush(c);
}

err redact_json(const struct redact_spec *spec, uint64_t *replaced)
{
	struct copy *c = base_alloc(sizeof(*c));
	err e;

	c->spec = spec;
	for (; spec->rules[c->n].path; c->n++) {
		ASSERT(c->n < REDACT_RULES);
		rule_parse(&c->rules[c->n], spec->rules[c->n].path);
	}
	c->out = buf_new(OUT_MAX);
	e = copy_all(c);
	*replaced = c->replaced;
	buf_done(&c->out);
	free(c);
	return e;
}
