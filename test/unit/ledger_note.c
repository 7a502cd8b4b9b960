/* Signed notes, checkpoints and cosignatures: notes of public logs verify, a
 * published log is signed again byte for byte, anything off is refused. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "ledger/checkpoint.h"
#include "ledger/cosign.h"
#include "ledger/keys.h"
#include "ledger/note.h"

#define DASH "\xe2\x80\x94 "
#define LOG_VKEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
#define LOG_SKEY "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX" \
	"0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"
#define SUM_VKEY "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
#define SUM_NOTE "go.sum database tree\n35225469\n" \
	"vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n" \
	DASH "sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZH" \
	"R5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n"
#define WITNESS_VKEY "witness+24b37851+BNYV1Ztajd9BvyjP2HgpwrqYL6TjOwIjGMOq8Bu42xbN"
#define SOFA_TEXT "example.com/behind-the-sofa\n20852163\n" \
	"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define WITNESS_LINE DASH "witness JLN4UQAAAABkGFDL+vmNmC5GoDyGTuKZpyMw7YMUoldBDC7u" \
	"LKziXdQ0KT/aBf8fpTZcWBCKqWXt8XfSI8IiM+ff1iHHE3vf4JNEBg==\n"

/* A published log of 15 leaves and its last checkpoint. */
static const char *const words[15] = { "one", "two", "three", "four", "five", "six", "seven",
	"eit", "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten" };
static const char *const note_15 = "example.com/log/testdata\n15\n"
	"rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n\n" DASH "example.com/log/testdata "
	"M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniM"
	"vjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=\n";

static struct note_key key(const char *vkey)
{
	struct note_key k;

	assert_ok(note_key_parse(str_c(vkey), &k));
	return k;
}

static void a_published_log_is_signed_again_byte_for_byte(void **s)
{
	OWNED(arena) a = arena_new();
	OWNED(note_signer) signer = NULL;
	struct checkpoint_trust trust = { .log = key(LOG_VKEY) };
	struct tree t = { 0 };

	(void)s;
	assert_ok(note_signer_parse(STR(LOG_SKEY), &signer));
	for (size_t n = 0; n <= 15; n++) {
		BUF_AUTO out = buf_new(4096);
		struct tree_head head = { n, tree_root(&t) };
		struct checkpoint_signed c;

		checkpoint_sign(&out, &head, signer);
		if (n == 15)
			assert_true(str_is(buf_str(&out), note_15));
		assert_ok(checkpoint_verify(a, buf_str(&out), &trust, &c));
		assert_int_equal(c.is.head.size, n);
		assert_true(digest_eq(&c.is.head.root, &head.root));
		if (n < 15) {
			struct digest leaf = tree_leaf(str_c(words[n]));

			tree_append(&t, &leaf);
		}
	}
}

static void keys_of_public_logs_are_read_and_written(void **s)
{
	static const char *const keys[] = {
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		SUM_VKEY, LOG_VKEY, WITNESS_VKEY,
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct note_key k = key(keys[i]);
		BUF_AUTO out = buf_new(1024);

		note_key_put(&out, &k);
		assert_true(str_is(buf_str(&out), keys[i]));
		assert_int_equal(k.kind, i == 4 ? NOTE_COSIGNATURE : NOTE_ED25519);
	}
}

static void a_mangled_key_is_refused(void **s)
{
	struct str whole = STR(SUM_VKEY), secret = STR(LOG_SKEY);
	struct note_key k;
	struct note_signer *signer;

	(void)s;
	for (size_t from = 0; from < whole.n; from++)
		for (size_t n = 0; n <= whole.n - from; n++)
			if (n < whole.n)
				assert_fails(note_key_parse((struct str){ whole.p + from, n }, &k),
					     ERR_INPUT);
	for (size_t i = 0; i < whole.n; i++) {
		OWNED(arena) a = arena_new();
		char *bad = arena_cstr(a, whole);

		bad[i] = (char)(bad[i] ^ 1);
		assert_fails(note_key_parse(str_c(bad), &k), ERR_INPUT);
		bad[i] = (char)0x80;
		assert_fails(note_key_parse(str_c(bad), &k), ERR_INPUT);
	}
	for (size_t i = 0; i < secret.n; i++) {
		OWNED(arena) a = arena_new();
		char *bad = arena_cstr(a, secret);

		bad[i] = (char)(bad[i] ^ 1);
		assert_fails(note_signer_parse(str_c(bad), &signer), ERR_INPUT);
		assert_fails(note_signer_parse((struct str){ secret.p, i }, &signer), ERR_INPUT);
	}
}

static void names_without_form_are_refused(void **s)
{
	static const char *const bad[] = {
		"", "a b", "a+b", "a\tb", "a\x7f", "\xc3", "a\xc2\xa0", "a\xe2\x80\x83z",
		"a\xe3\x80\x80", "a\xe1\x9a\x80", "a\xc2\x85", "a\xe2\x81\x9f",
	};
	char longest[NOTE_NAME_BYTES_MAX + 1];

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(note_name_ok(str_c(bad[i])));
	assert_true(note_name_ok(STR("example.com/\xc3\xa9t\xc3\xa9")));
	assert_true(note_name_ok(STR("\xe2\x80\x94")));
	memset(longest, 'a', sizeof(longest));
	assert_true(note_name_ok((struct str){ longest, NOTE_NAME_BYTES_MAX }));
	assert_false(note_name_ok((struct str){ longest, sizeof(longest) }));
}

static void the_checkpoint_of_the_go_checksum_database_verifies(void **s)
{
	OWNED(arena) a = arena_new();
	struct checkpoint_trust trust = { .origin = STR("go.sum database tree"),
					  .log = key(SUM_VKEY) };
	struct checkpoint_signed c;

	(void)s;
	assert_ok(checkpoint_verify(a, STR(SUM_NOTE), &trust, &c));
	assert_int_equal(c.is.head.size, 35225469);
	trust.origin = (struct str){ 0 };	/* then the key's name is expected */
	assert_fails(checkpoint_verify(a, STR(SUM_NOTE), &trust, &c), ERR_INTEGRITY);
	trust.log = key(LOG_VKEY);
	assert_fails(checkpoint_verify(a, STR(SUM_NOTE), &trust, &c), ERR_INTEGRITY);
}

static void every_changed_bit_of_a_checkpoint_is_refused(void **s)
{
	struct str whole = STR(SUM_NOTE);
	struct checkpoint_trust trust = { .origin = STR("go.sum database tree"),
					  .log = key(SUM_VKEY) };
	struct checkpoint_signed c;

	(void)s;
	for (size_t bit = 0; bit < whole.n * 8; bit++) {
		OWNED(arena) a = arena_new();
		char *bad = arena_cstr(a, whole);

		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		assert_non_null(checkpoint_verify(a, (struct str){ bad, whole.n }, &trust, &c));
	}
	for (size_t n = 0; n < whole.n; n++) {
		OWNED(arena) a = arena_new();

		assert_non_null(checkpoint_verify(a, (struct str){ whole.p, n }, &trust, &c));
	}
}

static void notes_without_form_are_refused(void **s)
{
	OWNED(arena) a = arena_new();
	struct note n;
	static const struct str bad[] = {
		STR_INIT(""), STR_INIT("\n"), STR_INIT("\n\n"), STR_INIT("text\n"),
		STR_INIT("text\n\n"), STR_INIT("text\n" DASH "a AAAAAAAA\n"),
		STR_INIT("text\n\n" DASH "a AAAAAAAA"),		/* no final newline */
		STR_INIT("text\n\n" DASH "a AAAAAAAA\n\n"),
		STR_INIT("text\n\n- a AAAAAAAA\n"), STR_INIT("text\n\n" DASH "a\n"),
		STR_INIT("text\n\n" DASH " AAAAAAAA\n"), STR_INIT("text\n\n" DASH "a+b AAAAAAAA\n"),
		STR_INIT("text\n\n" DASH "a AAAA\n"),		/* too short for an id and more */
		STR_INIT("text\n\n" DASH "a AAAAAAA\n"), STR_INIT("text\n\n" DASH "a AAAAAAB=\n"),
		STR_INIT("text\n\n" DASH "a AAAAAAAA \n"),
		STR_INIT("te\rxt\n\n" DASH "a AAAAAAAA\n"),
		STR_INIT("te\xffxt\n\n" DASH "a AAAAAAAA\n"),
		STR_INIT("te\0xt\n\n" DASH "a AAAAAAAA\n"),
		STR_INIT("\n\n" DASH "a AAAAAAAA\nx\n"),
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err e = note_parse(a, bad[i], &n);

		if (!e || e->kind != ERR_INPUT)
			fail_msg("case %zu was accepted", i);
	}
	assert_ok(note_parse(a, STR("a\n\nb\n\n" DASH "a AAAAAAAA\n" DASH "b AAAAAAAA\n"), &n));
	assert_true(str_is(n.text, "a\n\nb\n"));	/* the last empty line parts */
	assert_int_equal(n.n, 2);
}

static void a_hundred_signatures_are_read_and_no_more(void **s)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO b = buf_new(1 << 20);
	struct note n;

	(void)s;
	buf_add_c(&b, "text\n\n");
	for (int i = 0; i < 100; i++)
		buf_addf(&b, DASH "key-%d AAAAAAAA\n", i);
	assert_ok(note_parse(a, buf_str(&b), &n));
	assert_int_equal(n.n, 100);
	buf_add_c(&b, DASH "a AAAAAAAA\n");
	assert_fails(note_parse(a, buf_str(&b), &n), ERR_INPUT);
}

static void a_wrong_line_of_a_known_key_refuses_the_note(void **s)
{
	OWNED(arena) a = arena_new();
	struct note n;
	struct note_key keys[2] = { key(LOG_VKEY), key(SUM_VKEY) };
	struct note_seen seen[2];
	struct str good = arena_printf(a, "%s" DASH "unknown AAAAAAAA\n", note_15);
	struct str bad = arena_printf(a, "%s" DASH "sum.golang.org Az3grgAA\n", note_15);
	struct str other_id = arena_printf(a, "%s" DASH "sum.golang.org Bz3grgAA\n", note_15);

	(void)s;
	assert_ok(note_parse(a, good, &n));
	assert_ok(note_verify(&n, keys, 2, seen));
	assert_true(seen[0].good && !seen[1].good);
	assert_ok(note_parse(a, bad, &n));
	assert_fails(note_verify(&n, keys, 2, seen), ERR_INTEGRITY);
	assert_false(seen[0].good);
	assert_ok(note_verify(&n, keys, 1, seen));
	assert_ok(note_parse(a, other_id, &n));
	assert_ok(note_verify(&n, keys, 2, seen));
}

static void checkpoints_without_form_are_refused(void **s)
{
#define ROOT "rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="
	static const char *const bad[] = {
		"", "\n", "origin\n", "origin\n1\n", "origin\n1\n" ROOT, "\n1\n" ROOT "\n",
		"origin\n01\n" ROOT "\n", "origin\n-1\n" ROOT "\n", "origin\n+1\n" ROOT "\n",
		"origin\n\n" ROOT "\n", "origin\n9223372036854775808\n" ROOT "\n",
		"origin\n18446744073709551616\n" ROOT "\n", "origin\n1 \n" ROOT "\n",
		"origin\n1\n" ROOT "=\n",
		"origin\n1\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383c==\n",
		"origin\n1\nAAAA\n", "origin\n0\n" ROOT "\n", "origin\n1\n" ROOT "\n\n",
		"origin\n1\n" ROOT "\nextension\n",
	};
	struct checkpoint c;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err e = checkpoint_get(str_c(bad[i]), &c);

		if (!e || e->kind != ERR_INPUT)
			fail_msg("accepted: %s", bad[i]);
	}
	assert_ok(checkpoint_get(STR("origin\n9223372036854775807\n" ROOT "\n"), &c));
	assert_int_equal(c.head.size, TREE_SIZE_MAX);
}

static void a_cosignature_counts_once_for_its_key(void **s)
{
	OWNED(arena) a = arena_new();
	OWNED(note_signer) log = note_signer_new(STR("example.com/behind-the-sofa"), NOTE_ED25519,
						 (const uint8_t[32]){ 1 });
	OWNED(note_signer) twin = note_signer_new(STR("twin"), NOTE_COSIGNATURE,
						  (const uint8_t[32]){ 2 });
	OWNED(note_signer) other = note_signer_new(STR("other"), NOTE_COSIGNATURE,
						   (const uint8_t[32]){ 2 });
	struct note_key witnesses[3] = { key(WITNESS_VKEY), *note_signer_key(twin),
					 *note_signer_key(other) };
	struct checkpoint_trust trust = { .log = *note_signer_key(log), .witnesses = witnesses,
					  .witness_count = 3, .quorum = 2 };
	struct checkpoint_signed c;
	BUF_AUTO b = buf_new(4096);

	(void)s;
	note_sign(&b, STR(SOFA_TEXT), log);
	assert_fails(checkpoint_verify(a, buf_str(&b), &trust, &c), ERR_INTEGRITY);
	note_add_signature(&b, STR(SOFA_TEXT), twin, 1700000000);
	note_add_signature(&b, STR(SOFA_TEXT), other, 1700000001);
	assert_fails(checkpoint_verify(a, buf_str(&b), &trust, &c), ERR_INTEGRITY);
	buf_add_c(&b, WITNESS_LINE);
	assert_ok(checkpoint_verify(a, buf_str(&b), &trust, &c));
	assert_int_equal(c.witnessed, 2);
	assert_true(c.seen[0].good && c.seen[0].time == 1679315147);
	assert_true(c.seen[1].good && c.seen[1].time == 1700000000);
}

static void the_published_cosignature_verifies_and_no_changed_one(void **s)
{
	OWNED(arena) a = arena_new();
	struct note_key witness = key(WITNESS_VKEY);
	struct note n;
	struct note_seen seen;
	struct str text = STR(SOFA_TEXT);
	int64_t time;

	(void)s;
	assert_ok(note_parse(a, STR(SOFA_TEXT "\n" WITNESS_LINE), &n));
	assert_ok(note_verify(&n, &witness, 1, &seen));
	assert_true(seen.good && seen.time == 1679315147);
	assert_int_equal(n.lines[0].bytes.n, COSIGN_BYTES);
	for (size_t bit = 0; bit < COSIGN_BYTES * 8; bit++) {
		char *bad = arena_cstr(a, n.lines[0].bytes);

		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		assert_false(cosign_check(&witness.pub, text, (struct str){ bad, COSIGN_BYTES },
					  &time));
	}
	for (size_t bit = 0; bit < text.n * 8; bit++) {
		char *bad = arena_cstr(a, text);

		bad[bit / 8] = (char)(bad[bit / 8] ^ 1 << bit % 8);
		assert_false(cosign_check(&witness.pub, (struct str){ bad, text.n },
					  n.lines[0].bytes, &time));
	}
}

static void keys_are_private_and_never_replaced(void **s)
{
	char folder[] = "/tmp/custody-keys-XXXXXX";
	OWNED(arena) a = arena_new();
	OWNED(note_signer) one = NULL;
	const char *keys, *path;
	uint8_t secret[KEYS_SECRET], again[KEYS_SECRET];
	struct note_signer *none;
	struct stat st;

	(void)s;
	assert_non_null(mkdtemp(folder));
	keys = arena_printf(a, "%s/keys", folder).p;
	path = arena_printf(a, "%s/signing.key", keys).p;
	assert_fails(keys_load_signer(keys, &none), ERR_MISSING);
	assert_fails(keys_make_signer(keys, STR("no spaces")), ERR_USAGE);
	assert_ok(keys_make_signer(keys, STR("example.com/log")));
	assert_fails(keys_make_signer(keys, STR("example.com/log")), ERR_CONFLICT);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_ok(keys_load_signer(keys, &one));
	assert_true(str_is(note_signer_key(one)->name, "example.com/log"));

	assert_int_equal(chmod(path, 0640), 0);
	assert_fails(keys_load_signer(keys, &none), ERR_DENIED);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 40), 0);
	assert_fails(keys_load_signer(keys, &none), ERR_INPUT);
	unlink(path);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_fails(keys_load_signer(keys, &none), ERR_IO);

	assert_ok(keys_make_secret(keys, "home.key"));
	assert_fails(keys_make_secret(keys, "home.key"), ERR_CONFLICT);
	assert_ok(keys_load_secret(keys, "home.key", secret));
	assert_ok(keys_load_secret(keys, "home.key", again));
	assert_memory_equal(secret, again, KEYS_SECRET);
	assert_fails(keys_load_secret(keys, "other.key", again), ERR_MISSING);
	assert_ok(dir_remove(folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_published_log_is_signed_again_byte_for_byte),
		cmocka_unit_test(keys_of_public_logs_are_read_and_written),
		cmocka_unit_test(a_mangled_key_is_refused),
		cmocka_unit_test(names_without_form_are_refused),
		cmocka_unit_test(the_checkpoint_of_the_go_checksum_database_verifies),
		cmocka_unit_test(every_changed_bit_of_a_checkpoint_is_refused),
		cmocka_unit_test(notes_without_form_are_refused),
		cmocka_unit_test(a_hundred_signatures_are_read_and_no_more),
		cmocka_unit_test(a_wrong_line_of_a_known_key_refuses_the_note),
		cmocka_unit_test(checkpoints_without_form_are_refused),
		cmocka_unit_test(a_cosignature_counts_once_for_its_key),
		cmocka_unit_test(the_published_cosignature_verifies_and_no_changed_one),
		cmocka_unit_test(keys_are_private_and_never_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
