/* SSH signatures made by ssh-keygen must be accepted, any change of them
 * refused; files of allowed signers are read as ssh-keygen(1) says. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/instant.h"
#include "base/proc.h"
#include "crypto/signers.h"
#include "crypto/sshsig.h"
#include "crypto/sshwire.h"

static char folder[] = "/tmp/custody-sshsig-XXXXXX";
static const struct str message = STR_INIT(
	"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nfirst\n");

/* Runs ssh-keygen in the folder; false when there is none. */
static bool keygen(const char *const *argv)
{
	const char *const env[] = { "PATH=/usr/bin:/bin", "HOME=/nonexistent", NULL };
	struct proc_spec spec = { .path = "/usr/bin/ssh-keygen", .argv = argv, .env = env,
				  .dir = folder, .extra = -1 };
	struct proc_result result = { .out = buf_new(65536), .error = buf_new(65536) };
	bool good;

	if (access(spec.path, X_OK) != 0)
		return false;
	assert_ok(proc_run(&spec, STR(""), &result));
	good = result.status == 0;
	if (!good)
		print_message("%.*s\n", FMT(buf_str(&result.error)));
	buf_done(&result.out);
	buf_done(&result.error);
	assert_true(good);
	return true;
}

static struct str slurp(struct arena *a, const char *name)
{
	BUF_AUTO b = buf_new(1 << 20);

	assert_ok(file_read(arena_printf(a, "%s/%s", folder, name).p, &b));
	return arena_str(a, buf_str(&b));
}

/* Makes a key of a kind and signs the message for "git"; false: no ssh-keygen. */
static bool make(struct arena *a, const char *type, const char *bits, struct str *sig)
{
	const char *const key[] = { "ssh-keygen", "-q", "-t", type, "-b", bits, "-N", "", "-C",
				    "test", "-f", "key", NULL };
	const char *const sign[] = { "ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", "key",
				     "message", NULL };

	unlink(arena_printf(a, "%s/key", folder).p);
	unlink(arena_printf(a, "%s/key.pub", folder).p);
	unlink(arena_printf(a, "%s/message.sig", folder).p);
	assert_ok(file_write_atomic(arena_printf(a, "%s/message", folder).p, message, 0600));
	if (!keygen(key) || !keygen(sign))
		return false;
	*sig = slurp(a, "message.sig");
	return true;
}

static void every_change_is_refused(struct arena *a, struct str armoured)
{
	struct sshsig sig, bad;
	char *bytes;

	assert_ok(sshsig_parse(a, armoured, &sig));
	bytes = arena_cstr(a, message);
	for (size_t bit = 0; bit < message.n * 8; bit += 5) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		assert_fails(sshsig_verify(&sig, (struct str){ bytes, message.n }, "git"),
			     ERR_INTEGRITY);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t bit = 0; bit < sig.signature.n * 8; bit++) {
		bytes = arena_cstr(a, sig.signature);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		bad = sig;
		bad.signature.p = bytes;
		assert_non_null(sshsig_verify(&bad, message, "git"));
	}
	for (size_t n = 0; n < sig.key.n; n++) {
		bad = sig;
		bad.key.n = n;
		assert_non_null(sshsig_verify(&bad, message, "git"));
	}
	for (size_t n = 0; n + 1 < armoured.n; n++)
		assert_non_null(sshsig_parse(a, (struct str){ armoured.p, n }, &bad));
}

static void a_signature_by(const char *type, const char *bits, const char *kind)
{
	OWNED(arena) a = arena_new();
	struct str armoured, pub, word;
	struct sshsig sig;

	if (!make(a, type, bits, &armoured))
		skip();
	assert_true(sshsig_is(armoured));
	assert_ok(sshsig_parse(a, armoured, &sig));
	assert_true(str_is(sig.kind, kind));
	assert_ok(sshsig_verify(&sig, message, "git"));
	assert_fails(sshsig_verify(&sig, message, "file"), ERR_INTEGRITY);
	every_change_is_refused(a, armoured);

	pub = slurp(a, "key.pub");
	assert_true(str_split(&pub, ' ', &word) && str_is(word, kind));
	assert_true(str_split(&pub, ' ', &word));
	BUF_AUTO blob = buf_new(65536);
	assert_true(base64_get(word, &blob));
	assert_true(str_eq(buf_str(&blob), sig.key));
}

static void an_ed25519_signature_is_accepted(void **s)
{
	(void)s;
	a_signature_by("ed25519", "256", "ssh-ed25519");
}

static void ecdsa_signatures_are_accepted(void **s)
{
	(void)s;
	a_signature_by("ecdsa", "256", "ecdsa-sha2-nistp256");
	a_signature_by("ecdsa", "384", "ecdsa-sha2-nistp384");
	a_signature_by("ecdsa", "521", "ecdsa-sha2-nistp521");
}

static void an_rsa_signature_is_accepted(void **s)
{
	(void)s;
	a_signature_by("rsa", "2048", "ssh-rsa");
}

static void a_short_rsa_key_is_refused(void **s)
{
	OWNED(arena) a = arena_new();
	struct str armoured;
	struct sshsig sig;

	(void)s;
	if (!make(a, "rsa", "1024", &armoured))
		skip();
	assert_ok(sshsig_parse(a, armoured, &sig));
	assert_fails(sshsig_verify(&sig, message, "git"), ERR_INPUT);
}

static void the_fingerprint_is_the_one_ssh_keygen_prints(void **s)
{
	/* The public key of RFC 8032's first test vector. */
	static const uint8_t pub[32] = {
		0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
		0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
		0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
	};
	BUF_AUTO blob = buf_new(100);
	char text[SSHKEY_FINGERPRINT];

	(void)s;
	sshwire_put_string(&blob, STR("ssh-ed25519"));
	sshwire_put_string(&blob, (struct str){ (const char *)pub, 32 });
	sshkey_fingerprint(text, buf_str(&blob));
	assert_string_equal(text, "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8");
}

#define KEY_A "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static struct sshsig by_key_a(struct arena *a, const char *space)
{
	BUF_AUTO blob = buf_new(100);

	assert_true(base64_get(STR(KEY_A), &blob));
	return (struct sshsig){ .key = arena_str(a, buf_str(&blob)), .space = str_c(space) };
}

static void the_first_line_that_allows_the_key_is_found(void **s)
{
	OWNED(arena) a = arena_new();
	struct sshsig git = by_key_a(a, "git"), file = by_key_a(a, "file");
	struct signers list;
	const struct signer *one;

	(void)s;
	assert_ok(signers_parse(a, STR(
		"# people\n\n"
		"ca@example.com cert-authority ssh-ed25519 " KEY_A "\n"
		"\told@example.com valid-before=\"20200101Z\" ssh-ed25519 " KEY_A " a comment\n"
		"new@example.com,\"x\" namespaces=\"git,web-*\",valid-after=\"20250101120000Z\" "
		"ssh-ed25519 " KEY_A "\r\n"
		"*@example.com,!barred@example.com namespaces=\"!git,*\" ssh-ed25519 " KEY_A),
		&list));
	assert_int_equal(list.n, 4);
	assert_true(list.v[0].authority);
	assert_int_equal(list.v[1].before, 1577836800);
	assert_int_equal(list.v[2].after, 1735732800);

	one = signers_find(&list, &git, 1577836800);
	assert_true(one && one->line == 4 && str_is(one->principals, "old@example.com"));
	assert_null(signers_find(&list, &git, 1577836801));
	assert_null(signers_find(&list, &git, 1735732799));
	one = signers_find(&list, &git, 1735732800);
	assert_true(one && one->line == 5);
	one = signers_find(&list, &file, 1735732800);
	assert_true(one && one->line == 6);
	assert_true(signers_covers(one, STR("dev@example.com")));
	assert_false(signers_covers(one, STR("barred@example.com")));
	assert_false(signers_covers(one, STR("dev@example.org")));
	assert_false(signers_covers(one, STR("")));
}

static void a_file_of_signers_with_a_fault_names_the_line(void **s)
{
	OWNED(arena) a = arena_new();
	struct signers list;
	const char *const bad[] = {
		"dev@example.com",
		"dev@example.com ssh-ed25519",
		"dev@example.com ssh-ed25519 AAAA",
		"dev@example.com ssh-rsa " KEY_A,
		"dev@example.com colour=\"red\" ssh-ed25519 " KEY_A,
		"dev@example.com namespaces=\"git ssh-ed25519 " KEY_A,
		"dev@example.com valid-after=\"20251301\" ssh-ed25519 " KEY_A,
		"dev@example.com valid-after=\"202501012460\" ssh-ed25519 " KEY_A,
		"dev@example.com valid-after=\"20250101\",valid-before=\"20240101\" "
		"ssh-ed25519 " KEY_A,
		"\"\" ssh-ed25519 " KEY_A,
	};

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err e = signers_parse(a, arena_printf(a, "\n%s\n", bad[i]), &list);

		if (!e)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(e->kind, ERR_INPUT);
		assert_non_null(strstr(e->text, "line 2"));
	}
}

static int set_up(void **s)
{
	(void)s;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **s)
{
	(void)s;
	return dir_remove(folder) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ed25519_signature_is_accepted),
		cmocka_unit_test(ecdsa_signatures_are_accepted),
		cmocka_unit_test(an_rsa_signature_is_accepted),
		cmocka_unit_test(a_short_rsa_key_is_refused),
		cmocka_unit_test(the_fingerprint_is_the_one_ssh_keygen_prints),
		cmocka_unit_test(the_first_line_that_allows_the_key_is_found),
		cmocka_unit_test(a_file_of_signers_with_a_fault_names_the_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
