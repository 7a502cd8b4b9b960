/* Witnesses: one that is honest, and ones that answer otherwise. The witness of
 * the test is written with the same ledger code, in a process of its own. */
#include "unit.h"

#include <stdio.h>

#include "base/file.h"
#include "base/hex.h"
#include "ledger/checkpoint.h"
#include "ledger/witness.h"
#include "server.h"

static char folder[] = "/tmp/custody-witness-XXXXXX";
static struct arena *all;
static struct note_signer *logs, *mine, *strangers;

static const uint8_t seeds[3][ED25519_SEED] = { { 1 }, { 2 }, { 3 } };

/* The log of the test: entry i is its number; a fork differs from entry `from` on. */
static struct tiles *make_log(const char *name, uint64_t size, uint64_t from, struct tree_head *head)
{
	const char *path = arena_printf(all, "%s/%s", folder, name).p;
	struct str *leaves = ARENA_ARRAY(all, struct str, size);
	struct tiles *t;

	assert_ok(dir_make(path, 0700));
	for (uint64_t i = 0; i < size; i++)
		leaves[i] = arena_printf(all, "%s%llu", i >= from ? "x" : "", (unsigned long long)i);
	t = tiles_open(path, 0);
	assert_ok(tiles_append(t, leaves, size, head));
	return t;
}

static struct str signed_at(struct tiles *t, uint64_t size)
{
	BUF_AUTO note = buf_new(10000);
	struct tree_head head = { .size = size };

	assert_ok(tiles_root(t, size, &head.root));
	checkpoint_sign(&note, &head, logs);
	return arena_str(all, buf_str(&note));
}

/* What the witness keeps, and how it behaves. */
struct state {
	enum { HONEST, FORGED, STRANGE, MORE, TWO_LINES, NOTHING, GARBAGE, OTHER_TEXT, STATUS, SAME_SIZE, ENDLESS } how;
	int status;
	struct tree_head head;
};

static void say_size(struct arena *a, struct server_reply *out, uint64_t size)
{
	out->status = 409;
	out->type = "text/x.tlog.size";
	out->body = arena_printf(a, "%llu\n", (unsigned long long)size);
}

/* The request of c2sp.org/tlog-witness, read without mercy. */
static bool read_request(struct arena *a, struct str body, uint64_t *old, struct tree_path *proof,
			 struct checkpoint_signed *c)
{
	struct checkpoint_trust trust = { .log = *note_signer_key(logs) };
	struct str line;

	if (!str_split(&body, '\n', &line) || !str_starts(line, STR("old ")) || !str_to_u64(str_from(line, 4), old))
		return false;
	while (str_split(&body, '\n', &line) && line.n) {
		BUF_AUTO hash = buf_new(DIGEST_BYTES);

		if (proof->n == 63 || !base64_get(line, &hash) || hash.n != DIGEST_BYTES)
			return false;
		memcpy(proof->v[proof->n++].b, hash.p, DIGEST_BYTES);
	}
	return !checkpoint_verify(a, body, &trust, c);
}

static void sign(struct arena *a, const struct state *w, struct str text, struct server_reply *out)
{
	BUF_AUTO lines = buf_new(10000);

	if (w->how == STRANGE || w->how == TWO_LINES)
		note_add_signature(&lines, text, strangers, 1800000000);
	if (w->how == FORGED || w->how == TWO_LINES)
		note_add_signature(&lines, STR("another text\n"), w->how == FORGED ? mine : strangers, 1800000000);
	if (w->how == GARBAGE)
		buf_add_c(&lines, "<html>hello</html>\n");
	if (w->how == OTHER_TEXT)
		buf_add_c(&lines, "more\n\n");
	if (w->how != FORGED && w->how != STRANGE && w->how != NOTHING && w->how != GARBAGE)
		note_add_signature(&lines, text, mine, 1800000001);
	out->body = arena_str(a, buf_str(&lines));
}

static void witness(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	struct state *w = ctx;
	struct tree_path proof = { .n = 0 };
	struct checkpoint_signed c;
	uint64_t old;

	if (w->how == STATUS || !str_is(r->path, "/w/add-checkpoint")) {
		out->status = w->how == STATUS ? w->status : 404;
	} else if (w->how == ENDLESS) {
		say_size(a, out, 1 + (uint64_t)r->number % 4);
	} else if (!read_request(a, r->body, &old, &proof, &c)) {
		out->status = 400;
	} else if (w->how == SAME_SIZE && old == c.is.head.size) {
		say_size(a, out, old);
	} else if (old != w->head.size) {
		say_size(a, out, w->head.size);
	} else if (old > c.is.head.size) {
		out->status = 400;
	} else if (old > 0 && tree_check_consistency(&w->head, &c.is.head, &proof)) {
		out->status = 422;
	} else {
		w->head = c.is.head;
		sign(a, w, c.note.text, out);
	}
}

/* One order against a witness that stands so. */
static err ask_one(struct state *w, struct tiles *t, uint64_t size, struct witness_given *given)
{
	SERVER_AUTO server = { 0 };
	BUF_AUTO vkey = buf_new(1000);
	struct witness who;
	struct witness_order o = { .witness = &who, .tiles = t, .checkpoint = signed_at(t, size), .wait_ms = 5000 };

	server_start(&server, witness, w);
	note_key_put(&vkey, note_signer_key(mine));
	assert_ok(witness_parse(arena_printf(all, "%s/w/", server.url), arena_str(all, buf_str(&vkey)), &who));
	return witness_cosign(all, &o, given);
}

static void holds(struct tiles *t, uint64_t size, const struct witness_given *given)
{
	struct checkpoint_trust trust = { .log = *note_signer_key(logs), .witnesses = note_signer_key(mine),
					  .witness_count = 1, .quorum = 1 };
	struct checkpoint_signed c;
	struct str whole = arena_printf(all, "%.*s%.*s", FMT(signed_at(t, size)), FMT(given->line));

	assert_ok(checkpoint_verify(all, whole, &trust, &c));
	assert_int_equal(c.seen[0].time, given->time);
	assert_int_equal(c.note.n, 2);
}

static void a_witness_signs_what_goes_on_from_what_it_saw(void **s)
{
	static const uint64_t sizes[] = { 0, 1, 2, 7, 8, 255, 256, 257, 299, 300 };
	struct witness_given given;
	struct tree_head head;
	OWNED(tiles) t = make_log("a", 300, 1000, &head);

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct state w = { .head = { .size = sizes[i] } };

		if (sizes[i])
			assert_ok(tiles_root(t, sizes[i], &w.head.root));
		assert_ok(ask_one(&w, t, 300, &given));
		holds(t, 300, &given);
	}
}

static void only_its_own_line_is_kept(void **s)
{
	struct state w = { .how = MORE };
	struct witness_given given;
	struct tree_head head;
	OWNED(tiles) t = make_log("b", 5, 1000, &head);

	(void)s;
	assert_ok(ask_one(&w, t, 5, &given));
	holds(t, 5, &given);
	w.how = TWO_LINES;	/* a stranger's good line and a bad one beside it */
	assert_ok(ask_one(&w, t, 5, &given));
	holds(t, 5, &given);
}

static void what_it_did_not_sign_is_refused(void **s)
{
	static const struct {
		int how;
		enum err_kind kind;
	} cases[] = { { FORGED, ERR_INTEGRITY }, { STRANGE, ERR_INTEGRITY }, { NOTHING, ERR_INPUT },
		      { GARBAGE, ERR_INPUT }, { OTHER_TEXT, ERR_INTEGRITY } };
	struct witness_given given;
	struct tree_head head;
	OWNED(tiles) t = make_log("c", 5, 1000, &head);

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct state w = { .how = cases[i].how };

		assert_fails(ask_one(&w, t, 5, &given), cases[i].kind);
	}
}

static void a_witness_ahead_is_an_alarm(void **s)
{
	struct state w = { .head = { .size = 300 } };
	struct witness_given given;
	struct tree_head head;
	OWNED(tiles) t = make_log("d", 5, 1000, &head);
	err e = ask_one(&w, t, 5, &given);

	(void)s;
	assert_non_null(e);
	assert_int_equal(e->kind, ERR_INTEGRITY);
	assert_non_null(strstr(e->text, "300 records of this log, and here are 5"));
}

static void another_tree_is_an_alarm(void **s)
{
	struct witness_given given;
	struct tree_head head;
	struct state w = { 0 };
	OWNED(tiles) t = make_log("e", 50, 1000, &head);
	OWNED(tiles) other = make_log("f", 40, 30, &head);

	(void)s;
	w.head = head;
	assert_fails(ask_one(&w, t, 50, &given), ERR_INTEGRITY);
	/* The same size and another root: some say 422, some 409, with the size or
	 * without. */
	assert_fails(ask_one(&w, t, 40, &given), ERR_INTEGRITY);
	w.how = SAME_SIZE;
	assert_fails(ask_one(&w, t, 40, &given), ERR_INTEGRITY);
	w = (struct state){ .how = STATUS, .status = 409 };
	assert_fails(ask_one(&w, t, 40, &given), ERR_INTEGRITY);
	w.status = 422;
	assert_fails(ask_one(&w, t, 40, &given), ERR_INTEGRITY);
}

static void other_answers_are_no_alarm(void **s)
{
	static const struct {
		int status;
		enum err_kind kind;
	} cases[] = { { 404, ERR_MISSING }, { 403, ERR_MISSING }, { 400, ERR_NETWORK }, { 429, ERR_NETWORK },
		      { 503, ERR_NETWORK }, { 302, ERR_NETWORK } };
	struct witness_given given;
	struct tree_head head;
	OWNED(tiles) t = make_log("g", 5, 1000, &head);
	struct state w = { .how = STATUS };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		w.status = cases[i].status;
		assert_fails(ask_one(&w, t, 5, &given), cases[i].kind);
	}
	w.how = ENDLESS;	/* another size each time */
	assert_fails(ask_one(&w, t, 5, &given), ERR_NETWORK);
}

static void a_witness_is_asked_for_its_size(void **s)
{
	struct tree_head head;
	OWNED(tiles) t = make_log("h", 5, 1000, &head);
	SERVER_AUTO server = { 0 };
	BUF_AUTO vkey = buf_new(1000);
	struct state w = { .head = { .size = 77 } };
	struct witness who;
	struct witness_order o = { .witness = &who, .checkpoint = signed_at(t, 5), .wait_ms = 5000 };
	uint64_t size = 0;

	(void)s;
	server_start(&server, witness, &w);
	note_key_put(&vkey, note_signer_key(mine));
	assert_ok(witness_parse(arena_printf(all, "%s/w", server.url), buf_str(&vkey), &who));
	assert_ok(witness_ask(all, &o, &size));
	assert_int_equal(size, 77);
}

static void only_keys_of_witnesses_are_taken(void **s)
{
	BUF_AUTO vkey = buf_new(1000), log = buf_new(1000);
	struct witness who;

	(void)s;
	note_key_put(&vkey, note_signer_key(mine));
	note_key_put(&log, note_signer_key(logs));
	assert_ok(witness_parse(STR("https://w.example/a//"), buf_str(&vkey), &who));
	assert_true(str_is(who.url, "https://w.example/a"));
	assert_fails(witness_parse(STR("https://w.example/"), buf_str(&log), &who), ERR_USAGE);
	assert_fails(witness_parse(STR("https://w.example/?a"), buf_str(&vkey), &who), ERR_USAGE);
	assert_fails(witness_parse(STR("w.example"), buf_str(&vkey), &who), ERR_USAGE);
	assert_fails(witness_parse(STR("https://w.example/"), STR("w+1+x"), &who), ERR_INPUT);
}

static int start(void **s)
{
	(void)s;
	all = arena_new();
	logs = note_signer_new(STR("example.org/log"), NOTE_ED25519, seeds[0]);
	mine = note_signer_new(STR("example.org/witness"), NOTE_COSIGNATURE, seeds[1]);
	strangers = note_signer_new(STR("example.org/stranger"), NOTE_COSIGNATURE, seeds[2]);
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **s)
{
	(void)s;
	note_signer_free(logs);
	note_signer_free(mine);
	note_signer_free(strangers);
	arena_free(all);
	assert_ok(dir_remove(folder));
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_witness_signs_what_goes_on_from_what_it_saw),
		cmocka_unit_test(only_its_own_line_is_kept),
		cmocka_unit_test(what_it_did_not_sign_is_refused),
		cmocka_unit_test(a_witness_ahead_is_an_alarm),
		cmocka_unit_test(another_tree_is_an_alarm),
		cmocka_unit_test(other_answers_are_no_alarm),
		cmocka_unit_test(a_witness_is_asked_for_its_size),
		cmocka_unit_test(only_keys_of_witnesses_are_taken),
	};

	unsetenv("http_proxy");
	unsetenv("all_proxy");
	return cmocka_run_group_tests(tests, start, end);
}
