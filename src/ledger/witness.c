#include "ledger/witness.h"

#include "base/hex.h"
#include "base/instant.h"
#include "ledger/checkpoint.h"
#include "net/http.h"

#include <inttypes.h>

enum { ANSWER_MAX = 64 * 1024, REQUEST_MAX = NOTE_BYTES_MAX + 8192, HTTP_TRIES = 2 };

err witness_parse(struct str url, struct str vkey, struct witness *out)
{
	struct witness w = { .url = url };

	TRY(http_check(url));
	if (str_has(url, STR("?")) || str_has(url, STR("#")))
		return fail(ERR_USAGE, "the address of a witness has no query");
	while (str_ends(w.url, STR("/")))
		w.url.n--;
	TRY(note_key_parse(vkey, &w.key));
	if (w.key.kind != NOTE_COSIGNATURE)
		return fail(ERR_USAGE, "the key of %.*s is a log's, not a witness's", FMT(w.key.name));
	*out = w;
	return NULL;
}

static err ask(struct arena *a, const struct witness_order *o, uint64_t old, const struct tree_path *proof,
	       struct http_answer *out)
{
	BUF_AUTO body = buf_new(REQUEST_MAX);
	struct http_request r = {
		.url = arena_printf(a, "%.*s/add-checkpoint", FMT(o->witness->url)),
		.type = "text/plain; charset=utf-8", .accept = "text/plain", .limit = ANSWER_MAX,
		.wait_ms = o->wait_ms, .tries = HTTP_TRIES,
	};

	buf_addf(&body, "old %" PRIu64 "\n", old);
	for (size_t i = 0; i < proof->n; i++) {
		base64_add(&body, proof->v[i].b, DIGEST_BYTES);
		buf_add_char(&body, '\n');
	}
	buf_add_char(&body, '\n');
	buf_add(&body, o->checkpoint);
	TRY(buf_ok(&body, "the request to a witness"));
	r.body = buf_str(&body);
	return http_ask(a, &r, out);
}

/* 409 with the size it holds; any other 409 is no such answer. */
static bool gives_size(const struct http_answer *answer, uint64_t *size)
{
	struct str s = answer->body;

	if (answer->status != 409 || !str_is(answer->type, "text/x.tlog.size"))
		return false;
	if (str_ends(s, STR("\n")))
		s.n--;
	return !(s.n > 1 && s.p[0] == '0') && str_to_u64(s, size) && *size <= TREE_SIZE_MAX;
}

/* Everything but 200 and a size. */
static err refused(struct arena *a, const struct witness_order *o, const struct http_answer *answer)
{
	struct str name = o->witness->key.name, at = http_name(a, o->witness->url);

	switch (answer->status) {
	case 409:
	case 422:
		return fail(ERR_INTEGRITY, "the witness %.*s has seen another log of this name: what it signed before "
			    "is no beginning of this one", FMT(name));
	case 403:
	case 404:
		return err_hint(fail(ERR_MISSING, "the witness %.*s does not know this log or its key", FMT(name)),
				"give whoever runs it the log's verifier key, which custody anchor list shows");
	default:
		return fail(ERR_NETWORK, "the witness %.*s at %.*s answered with status %d", FMT(name), FMT(at),
			    answer->status);
	}
}

static void put_line(struct buf *out, const struct note_line *line)
{
	BUF_AUTO bytes = buf_new(4096);

	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(&bytes, (char)(line->id >> shift));
	buf_add(&bytes, line->bytes);
	buf_add_c(out, "\xe2\x80\x94 ");
	buf_add(out, line->name);
	buf_add_char(out, ' ');
	base64_add(out, bytes.p, bytes.n);
	buf_add_char(out, '\n');
}

/* The line of its own key among those it sent, which must hold over our text. */
static err take_line(struct arena *a, const struct witness_order *o, struct str text, struct str lines,
		     struct witness_given *out)
{
	BUF_AUTO whole = buf_new(NOTE_BYTES_MAX + ANSWER_MAX), line = buf_new(4096);
	const struct note_key *key = &o->witness->key;
	struct note_seen seen;
	struct note note;

	buf_add(&whole, text);
	buf_add_char(&whole, '\n');
	buf_add(&whole, lines);
	TRY(err_in(note_parse(a, buf_str(&whole), &note), "the answer of the witness %.*s", FMT(key->name)));
	if (!str_eq(note.text, text))
		return fail(ERR_INTEGRITY, "the answer of the witness %.*s is about another text", FMT(key->name));
	TRY(err_in(note_verify(&note, key, 1, &seen), "the witness %.*s", FMT(key->name)));
	if (!seen.good)
		return fail(ERR_INTEGRITY, "the witness %.*s answered without its signature", FMT(key->name));
	for (size_t i = 0; i < note.n && !line.n; i++)
		if (note.lines[i].id == key->id && str_eq(note.lines[i].name, key->name))
			put_line(&line, &note.lines[i]);
	TRY(buf_ok(&line, "the signature of a witness"));
	*out = (struct witness_given){ arena_str(a, buf_str(&line)), seen.time };
	return NULL;
}

static err read_checkpoint(struct arena *a, const struct witness_order *o, struct str *text,
			   struct checkpoint *c)
{
	struct note note;

	TRY(note_parse(a, o->checkpoint, &note));
	TRY(checkpoint_get(note.text, c));
	ASSERT(c->head.size > 0);
	*text = note.text;
	return NULL;
}

static err prove(const struct witness_order *o, uint64_t from, uint64_t to, struct tree_path *out)
{
	out->n = 0;
	if (from > to)
		return fail(ERR_INTEGRITY, "the witness %.*s has seen %" PRIu64 " records of this log, and here are "
			    "%" PRIu64 ": it was rolled back, or goes on somewhere else",
			    FMT(o->witness->key.name), from, to);
	return from == 0 || from == to ? NULL : tiles_consistency(o->tiles, from, to, out);
}

err witness_cosign(struct arena *a, const struct witness_order *o, struct witness_given *out)
{
	int64_t until = instant_ticks_ms() + o->wait_ms;
	struct witness_order left = *o;
	struct checkpoint c;
	struct str text;
	uint64_t old = 0;

	TRY(read_checkpoint(a, o, &text, &c));
	for (int tried = 0; tried < WITNESS_TRIES_MAX; tried++) {
		struct http_answer answer;
		struct tree_path proof;
		uint64_t size;

		TRY(prove(o, old, c.head.size, &proof));
		left.wait_ms = until - instant_ticks_ms();
		if (left.wait_ms <= 0)
			break;
		TRY(ask(a, &left, old, &proof, &answer));
		if (answer.status == 200)
			return take_line(a, o, text, answer.body, out);
		/* The size we named ourselves is no news: then it is the root that differs. */
		if (!gives_size(&answer, &size) || size <= old)
			return refused(a, o, &answer);
		old = size;
	}
	return fail(ERR_NETWORK, "the witness %.*s gave no signature in %d tries or %lld ms", FMT(o->witness->key.name),
		    WITNESS_TRIES_MAX, (long long)o->wait_ms);
}

err witness_ask(struct arena *a, const struct witness_order *o, uint64_t *size)
{
	struct tree_path none = { .n = 0 };
	struct http_answer answer;

	TRY(ask(a, o, 0, &none, &answer));
	if (answer.status == 200) {
		*size = 0;
		return NULL;
	}
	return gives_size(&answer, size) ? NULL : refused(a, o, &answer);
}
