/* Proofs that travel: the published one verifies, every changed bit of leaf,
 * hash and checkpoint is refused, what is written reads back. */
#include "unit.h"

#include "base/hex.h"
#include "ledger/proof.h"

#define DASH "\xe2\x80\x94 "
#define LOG_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define CHECKPOINT "example.com/log/testdata\n15\n" \
	"rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n" DASH "example.com/log/testdata " \
	"M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniM" \
	"vjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n"
#define HASHES "yiM+eia4w1wsk/Ukx7kF56IQVkDW3MWUaUz/VtJu+yU=\n" \
	"nk9gCR+floFqznAPtqjjcnnV64dge2jQB95D5t164Hg=\n" \
	"zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=\n" \
	"5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=\n"
#define PROOF "c2sp.org/tlog-proof@v1\nindex 4\n" HASHES "\n" CHECKPOINT

static struct checkpoint_trust trusted(void)
{
	struct checkpoint_trust t = { 0 };

	assert_ok(note_key_parse(STR(LOG_VKEY), &t.log));
	return t;
}

static err check(struct arena *a, struct str bytes, struct str leaf)
{
	struct checkpoint_trust trust = trusted();
	struct checkpoint_signed c;
	struct proof p;

	TRY(proof_get(a, bytes, &p));
	return proof_verify(a, &p, leaf, &trust, &c);
}

static void the_published_proof_verifies(void **s)
{
	OWNED(arena) a = arena_new();
	struct proof p;
	BUF_AUTO again = buf_new(4096);

	(void)s;
	assert_ok(check(a, STR(PROOF), STR("five")));
	assert_fails(check(a, STR(PROOF), STR("six")), ERR_INTEGRITY);
	assert_fails(check(a, STR(PROOF), STR("")), ERR_INTEGRITY);
	assert_ok(proof_get(a, STR(PROOF), &p));
	assert_int_equal(p.index, 4);
	assert_int_equal(p.path.n, 4);
	assert_null(p.extra.p);
	proof_put(&again, &p);
	assert_true(str_is(buf_str(&again), PROOF));
	buf_clear(&again);
	p.extra = STR("some extra data");
	proof_put(&again, &p);
	assert_ok(check(a, buf_str(&again), STR("five")));
	assert_ok(proof_get(a, buf_str(&again), &p));
	assert_true(str_is(p.extra, "some extra data"));
}

static void every_changed_bit_is_refused(void **s)
{
	struct str proof = STR(PROOF), leaf = STR("five");

	(void)s;
	for (size_t bit = 0; bit < proof.n * 8; bit++) {
		OWNED(arena) a = arena_new();
		char *bad = arena_cstr(a, proof);

		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		if (!check(a, (struct str){ bad, proof.n }, leaf))
			fail_msg("bit %zu was accepted", bit);
	}
	for (size_t n = 0; n < proof.n; n++) {
		OWNED(arena) a = arena_new();

		assert_non_null(check(a, (struct str){ proof.p, n }, leaf));
	}
	for (size_t bit = 0; bit < leaf.n * 8; bit++) {
		OWNED(arena) a = arena_new();
		char *bad = arena_cstr(a, leaf);

		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		assert_fails(check(a, proof, (struct str){ bad, leaf.n }), ERR_INTEGRITY);
	}
}

static void the_published_consistency_proof_holds(void **s)
{
	static const char *const words[15] = { "one", "two", "three", "four", "five", "six",
		"seven", "eit", "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten" };
	static const char *const hashes[4] = {
		"ycRkkNklus5eMVRUvkD1pK321vMrA+jjOiZKU8aOcY4=",
		"nk9gCR+floFqznAPtqjjcnnV64dge2jQB95D5t164Hg=",
		"zY1lN35vrXYAPixXSd59LsU29xUJtuW4o2dNNg5Y2Co=",
		"5jLpqTgjsBDSEX6SgZiRnbTMdTuRd8bQ5tSsAOxe0Ks=",
	};
	struct tree t = { 0 };
	struct tree_head six = { 0 }, fifteen;
	struct tree_path path = { .n = 4 };

	(void)s;
	for (size_t i = 0; i < 15; i++) {
		struct digest leaf = tree_leaf(str_c(words[i]));

		tree_append(&t, &leaf);
		if (t.size == 6)
			six = (struct tree_head){ 6, tree_root(&t) };
	}
	fifteen = (struct tree_head){ 15, tree_root(&t) };
	for (size_t i = 0; i < 4; i++) {
		BUF_AUTO b = buf_new(32);

		assert_true(base64_get(str_c(hashes[i]), &b));
		memcpy(path.v[i].b, b.p, 32);
	}
	assert_ok(tree_check_consistency(&six, &fifteen, &path));
	for (size_t i = 0; i < 4; i++) {
		path.v[i].b[0] ^= 1;
		assert_fails(tree_check_consistency(&six, &fifteen, &path), ERR_INTEGRITY);
		path.v[i].b[0] ^= 1;
	}
}

static void proofs_without_form_are_refused(void **s)
{
#define HEAD "c2sp.org/tlog-proof@v1\n"
	OWNED(arena) a = arena_new();
	BUF_AUTO many = buf_new(10000);
	struct proof p;
	static const char *const bad[] = {
		"", "wrong-header\nindex 0\n\ncheckpoint\n", HEAD,
		HEAD "extra !!notbase64!!\nindex 0\n\ncheckpoint\n",
		HEAD "extra \nindex 0\n\ncheckpoint\n", HEAD "extra\nindex 0\n\ncheckpoint\n",
		HEAD "\n\ncheckpoint\n", HEAD "index notanumber\n\ncheckpoint\n",
		HEAD "index -5\n\ncheckpoint\n", HEAD "index +5\n\ncheckpoint\n",
		HEAD "index 05\n\ncheckpoint\n", HEAD "index \n\ncheckpoint\n",
		HEAD "index 9223372036854775807\n\ncheckpoint\n",
		HEAD "index 18446744073709551616\n\ncheckpoint\n",
		HEAD "index 0\n!!notbase64!!\n\ncheckpoint\n", HEAD "index 0\nAAAA\n\ncheckpoint\n",
		HEAD "index 0\n", HEAD "index 0\n\n", HEAD "index 0",
		HEAD "index 0\nextra AAAA\n\ncheckpoint\n",
		HEAD "index 0\r\n\r\ncheckpoint\n",
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err e = proof_get(a, str_c(bad[i]), &p);

		if (!e || e->kind != ERR_INPUT)
			fail_msg("accepted: %s", bad[i]);
	}
	buf_add_c(&many, HEAD "index 0\n");
	for (int i = 0; i < 65; i++)
		buf_add_c(&many, "yiM+eia4w1wsk/Ukx7kF56IQVkDW3MWUaUz/VtJu+yU=\n");
	buf_add_c(&many, "\n" CHECKPOINT);
	assert_fails(proof_get(a, buf_str(&many), &p), ERR_INPUT);
	assert_ok(proof_get(a, STR(HEAD "index 0\n\ncheckpoint\n"), &p));
	assert_non_null(check(a, STR(HEAD "index 0\n\ncheckpoint\n"), STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_proof_verifies),
		cmocka_unit_test(every_changed_bit_is_refused),
		cmocka_unit_test(the_published_consistency_proof_holds),
		cmocka_unit_test(proofs_without_form_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
