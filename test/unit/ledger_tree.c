/* The Merkle tree: the published roots, and every proof of every small tree,
 * each bit of which must matter. */
#include "unit.h"

#include "base/hex.h"
#include "ledger/tree.h"

enum { MOST = 70 };

/* The straight recursion of RFC 6962 §2.1, to compare with. */
static struct digest slow_root(const struct digest *leaves, uint64_t n)
{
	struct digest left, right;
	uint64_t k = 1;

	if (n == 0)
		return tree_empty_root();
	if (n == 1)
		return leaves[0];
	while (k * 2 < n)
		k *= 2;
	left = slow_root(leaves, k);
	right = slow_root(leaves + k, n - k);
	return tree_node(&left, &right);
}

static struct digest leaves[MOST];

static err node_of_leaves(void *ctx, unsigned level, uint64_t index, struct digest *out)
{
	uint64_t n = UINT64_C(1) << level, from = index << level;

	/* Nothing outside the size asked for may be read. */
	assert_true(from + n <= *(const uint64_t *)ctx);
	*out = slow_root(leaves + from, n);
	return NULL;
}

static int make_leaves(void **s)
{
	(void)s;
	for (size_t i = 0; i < MOST; i++) {
		char text[16];

		leaves[i] = tree_leaf((struct str){ text, (size_t)snprintf(text, sizeof(text),
									   "leaf %zu", i) });
	}
	return 0;
}

static void the_roots_are_those_of_the_reference(void **s)
{
	static const struct {
		struct str leaf;
		const char *root;	/* before the leaf is added */
	} cases[] = {
		{ STR_INIT(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		},
		{ STR_INIT("\x00"), "6e340b9c" },
		{ STR_INIT("\x10"), "fac54203" },
		{ STR_INIT("\x20\x21"), "aeb6bcfe" },
		{ STR_INIT("\x30\x31"), "d37ee418" },
		{ STR_INIT("\x40\x41\x42\x43"), "4e3bbb1f" },
		{ STR_INIT("\x50\x51\x52\x53\x54\x55\x56\x57"), "76e67dad" },
		{ STR_INIT("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
		  "ddb89be4" },
		{ { NULL, 0 }, "5dc9da79" },
	};
	struct tree t = { 0 };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct digest root = tree_root(&t), leaf = tree_leaf(cases[i].leaf);
		char hex[DIGEST_TEXT];

		digest_put(hex, &root);
		assert_memory_equal(hex, cases[i].root, strlen(cases[i].root));
		tree_append(&t, &leaf);
	}
}

static void appending_gives_the_root_of_the_recursion(void **s)
{
	struct tree t = { 0 }, edge;
	uint64_t size;
	struct tree_source from = { node_of_leaves, &size };

	(void)s;
	for (size = 0; size <= MOST; size++) {
		struct digest want = slow_root(leaves, size), got = tree_root(&t);

		assert_int_equal(t.size, size);
		assert_true(digest_eq(&want, &got));
		assert_ok(tree_read_root(&from, size, &got));
		assert_true(digest_eq(&want, &got));
		assert_ok(tree_read_edge(&from, size, &edge));
		got = tree_root(&edge);
		assert_true(digest_eq(&want, &got));
		if (size < MOST)
			tree_append(&t, &leaves[size]);
	}
}

static void turn(struct digest *d, size_t bit)
{
	d->b[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

static void inclusion_breaks(struct tree_head head, uint64_t i, struct digest leaf,
			     struct tree_path path)
{
	for (size_t bit = 0; bit < 256; bit += 7) {
		turn(&leaf, bit);
		assert_fails(tree_check_inclusion(&head, i, &leaf, &path), ERR_INTEGRITY);
		turn(&leaf, bit);
		turn(&head.root, bit);
		assert_fails(tree_check_inclusion(&head, i, &leaf, &path), ERR_INTEGRITY);
		turn(&head.root, bit);
		for (size_t p = 0; p < path.n; p++) {
			turn(&path.v[p], bit);
			assert_fails(tree_check_inclusion(&head, i, &leaf, &path), ERR_INTEGRITY);
			turn(&path.v[p], bit);
		}
	}
	for (uint64_t other = 0; other < head.size + 2; other++)
		if (other != i)
			assert_non_null(tree_check_inclusion(&head, other, &leaf, &path));
	path.v[path.n++] = leaf;
	assert_fails(tree_check_inclusion(&head, i, &leaf, &path), ERR_INTEGRITY);
	path.n -= 2;
	if (head.size > 1)
		assert_fails(tree_check_inclusion(&head, i, &leaf, &path), ERR_INTEGRITY);
}

static void every_inclusion_proof_holds_and_every_change_is_refused(void **s)
{
	struct tree_head head;
	struct tree_source from = { node_of_leaves, &head.size };
	struct tree_path path;

	(void)s;
	for (head.size = 1; head.size <= MOST; head.size++) {
		head.root = slow_root(leaves, head.size);
		for (uint64_t i = 0; i < head.size; i++) {
			assert_ok(tree_inclusion(&from, i, head.size, &path));
			assert_ok(tree_check_inclusion(&head, i, &leaves[i], &path));
			if (head.size <= 34 || i % 13 == 0)
				inclusion_breaks(head, i, leaves[i], path);
		}
	}
	head.size = 0;
	path.n = 0;
	assert_fails(tree_check_inclusion(&head, 0, &leaves[0], &path), ERR_INTEGRITY);
}

static void consistency_breaks(struct tree_head old, struct tree_head new, struct tree_path path)
{
	for (size_t bit = 0; bit < 256; bit += 11) {
		turn(&old.root, bit);
		assert_fails(tree_check_consistency(&old, &new, &path), ERR_INTEGRITY);
		turn(&old.root, bit);
		turn(&new.root, bit);
		assert_fails(tree_check_consistency(&old, &new, &path), ERR_INTEGRITY);
		turn(&new.root, bit);
		for (size_t p = 0; p < path.n; p++) {
			turn(&path.v[p], bit);
			assert_fails(tree_check_consistency(&old, &new, &path), ERR_INTEGRITY);
			turn(&path.v[p], bit);
		}
	}
	path.v[path.n++] = old.root;
	assert_fails(tree_check_consistency(&old, &new, &path), ERR_INTEGRITY);
	path.n -= 2;
	if (old.size < new.size)
		assert_fails(tree_check_consistency(&old, &new, &path), ERR_INTEGRITY);
}

static void every_consistency_proof_holds_and_every_change_is_refused(void **s)
{
	struct tree_head old, new;
	struct tree_source from = { node_of_leaves, &new.size };
	struct tree_path path;

	(void)s;
	for (new.size = 1; new.size <= MOST; new.size++) {
		new.root = slow_root(leaves, new.size);
		for (old.size = 1; old.size <= new.size; old.size++) {
			old.root = slow_root(leaves, old.size);
			assert_ok(tree_consistency(&from, old.size, new.size, &path));
			assert_ok(tree_check_consistency(&old, &new, &path));
			if (new.size <= 34 || old.size % 13 == 0)
				consistency_breaks(old, new, path);
			if (old.size < new.size)
				assert_fails(tree_check_consistency(&new, &old, &path),
					     ERR_INTEGRITY);
		}
	}
}

static void nothing_is_proved_from_an_empty_log(void **s)
{
	struct tree_head none = { 0, tree_empty_root() }, one = { 1, leaves[0] };
	struct tree_path path = { 0 };

	(void)s;
	assert_fails(tree_check_consistency(&none, &none, &path), ERR_INTEGRITY);
	assert_fails(tree_check_consistency(&none, &one, &path), ERR_INTEGRITY);
	path.n = 1;
	path.v[0] = leaves[0];
	assert_fails(tree_check_consistency(&none, &one, &path), ERR_INTEGRITY);
}

static void sizes_beyond_2_63_are_refused(void **s)
{
	struct tree_head big = { TREE_SIZE_MAX + 1, leaves[0] }, small = { 1, leaves[0] };
	struct tree_path path = { .n = TREE_PATH_MAX };

	(void)s;
	assert_fails(tree_check_inclusion(&big, 0, &leaves[0], &path), ERR_INTEGRITY);
	assert_fails(tree_check_consistency(&small, &big, &path), ERR_INTEGRITY);
	big.size = UINT64_MAX;
	assert_fails(tree_check_inclusion(&big, UINT64_MAX - 1, &leaves[0], &path), ERR_INTEGRITY);
	big.size = TREE_SIZE_MAX;
	assert_fails(tree_check_inclusion(&big, TREE_SIZE_MAX - 1, &leaves[0], &path),
		     ERR_INTEGRITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_roots_are_those_of_the_reference),
		cmocka_unit_test(appending_gives_the_root_of_the_recursion),
		cmocka_unit_test(every_inclusion_proof_holds_and_every_change_is_refused),
		cmocka_unit_test(every_consistency_proof_holds_and_every_change_is_refused),
		cmocka_unit_test(nothing_is_proved_from_an_empty_log),
		cmocka_unit_test(sizes_beyond_2_63_are_refused),
	};

	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
