/* Digests, keyed digests and Ed25519 against the published vectors: FIPS 180-4,
 * RFC 4231, RFC 8032, the SipHash paper. */
#include "unit.h"

#include "base/hex.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/siphash.h"

static void assert_digest(struct digest d, const char *hex)
{
	char text[DIGEST_TEXT];

	digest_put(text, &d);
	assert_string_equal(text, hex);
}

static void the_digest_is_sha256(void **s)
{
	struct str parts[] = { STR("a"), STR(""), STR("bc") };

	(void)s;
	assert_digest(digest_of(STR("")),
		      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(digest_of((struct str){ 0 }),
		      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(digest_of(STR("abc")),
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest(digest_of_parts(parts, 3),
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void pieces_give_the_digest_of_the_whole(void **s)
{
	OWNED(digest_ctx) c = digest_ctx_new();
	char bytes[300];
	struct digest whole, pieces;

	(void)s;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	for (size_t step = 1; step < 70; step++) {
		for (size_t i = 0; i < sizeof(bytes); i += step)
			digest_add(c, (struct str){ bytes + i, sizeof(bytes) - i < step ?
						    sizeof(bytes) - i : step });
		pieces = digest_end(c);
		whole = digest_of((struct str){ bytes, sizeof(bytes) });
		assert_true(digest_eq(&pieces, &whole));
	}
}

static void a_digest_is_read_from_lower_case_only(void **s)
{
	char text[DIGEST_TEXT];
	struct digest d = digest_of(STR("abc")), back;

	(void)s;
	digest_put(text, &d);
	assert_true(digest_get(str_c(text), &back) && digest_eq(&d, &back));
	assert_false(digest_get((struct str){ text, 63 }, &back));
	text[2] = 'G';
	assert_false(digest_get(str_c(text), &back));
	text[2] = 'A';
	assert_false(digest_get(str_c(text), &back));
	back = d;
	back.b[31] ^= 1;
	assert_false(digest_eq(&d, &back));
	assert_false(digest_is_zero(&d));
	assert_true(digest_is_zero(&(struct digest){ 0 }));
}

static void the_keyed_digest_is_hmac(void **s)
{
	char key[131];
	OWNED(hmac) h = hmac_new(STR("Jefe"));

	(void)s;
	memset(key, 0x0b, 20);
	assert_digest(hmac_of((struct str){ key, 20 }, STR("Hi There")),
		      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_digest(hmac_of(STR("Jefe"), STR("what do ya want for nothing?")),
		      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	assert_digest(hmac_of((struct str){ key, sizeof(key) },
			      STR("Test Using Larger Than Block-Size Key - Hash Key First")),
		      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_digest(hmac_of(STR(""), STR("")),
		      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	for (int i = 0; i < 3; i++)
		assert_digest(hmac_with(h, STR("what do ya want for nothing?")),
			      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void subkeys_of_two_labels_differ(void **s)
{
	struct digest a = hmac_derive(STR("key"), "a"), b = hmac_derive(STR("key"), "b");

	(void)s;
	assert_false(digest_eq(&a, &b));
}

static void siphash_gives_the_reference_values(void **s)
{
	static const uint64_t want[] = {
		0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
		0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
		0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
		0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	};
	uint8_t key[16];
	char in[16];

	(void)s;
	for (size_t i = 0; i < 16; i++) {
		key[i] = (uint8_t)i;
		in[i] = (char)i;
	}
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(siphash64(key, (struct str){ in, i }), want[i]);
}

static void random_bytes_fill_everything(void **s)
{
	unsigned char bytes[1024], seen[256] = { 0 };
	int kinds = 0;

	(void)s;
	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		kinds += !seen[bytes[i]]++;
	assert_true(kinds > 200);
}

static void check_ed25519(const char *seed, const char *pub, struct str message, const char *want)
{
	uint8_t bytes[32];
	char hex[129];
	struct ed25519_pub p;
	struct ed25519_sig sig;

	assert_true(hex_get(str_c(seed), bytes, 32));
	OWNED(ed25519_key) k = ed25519_key_new(bytes);

	p = ed25519_public(k);
	hex_put(hex, p.b, 32);
	assert_string_equal(hex, pub);
	sig = ed25519_sign(k, message);
	hex_put(hex, sig.b, 64);
	assert_string_equal(hex, want);
	assert_true(ed25519_verify(&p, message, &sig));
	assert_false(ed25519_verify(&p, STR("other"), &sig));
	for (size_t bit = 0; bit < 512; bit++) {
		sig.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ed25519_verify(&p, message, &sig));
		sig.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ed25519_wipe(bytes, sizeof(bytes));
	assert_int_equal(bytes[0] | bytes[31], 0);
}

static void ed25519_signs_as_the_rfc_says(void **s)
{
	(void)s;
	check_ed25519("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", STR(""),
		      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
		      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	check_ed25519("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		      STR("\x72"),
		      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digest_is_sha256),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
		cmocka_unit_test(a_digest_is_read_from_lower_case_only),
		cmocka_unit_test(the_keyed_digest_is_hmac),
		cmocka_unit_test(subkeys_of_two_labels_differ),
		cmocka_unit_test(siphash_gives_the_reference_values),
		cmocka_unit_test(random_bytes_fill_everything),
		cmocka_unit_test(ed25519_signs_as_the_rfc_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
