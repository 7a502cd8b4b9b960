#include "crypto/ed25519.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

struct ed25519_key {
	EVP_PKEY *pkey;
};

struct ed25519_key *ed25519_key_new(const uint8_t seed[ED25519_SEED])
{
	struct ed25519_key *k = base_alloc(sizeof(*k));

	k->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, ED25519_SEED);
	ASSERT(k->pkey);
	return k;
}

void ed25519_key_free(struct ed25519_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

struct ed25519_pub ed25519_public(const struct ed25519_key *k)
{
	struct ed25519_pub pub;
	size_t n = sizeof(pub.b);

	ASSERT(EVP_PKEY_get_raw_public_key(k->pkey, pub.b, &n) == 1 && n == sizeof(pub.b));
	return pub;
}

struct ed25519_sig ed25519_sign(const struct ed25519_key *k, struct str message)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct ed25519_sig sig;
	size_t n = sizeof(sig.b);

	ASSERT(md);
	ASSERT(EVP_DigestSignInit(md, NULL, NULL, NULL, k->pkey) == 1);
	ASSERT(EVP_DigestSign(md, sig.b, &n, (const unsigned char *)message.p, message.n) == 1);
	ASSERT(n == sizeof(sig.b));
	EVP_MD_CTX_free(md);
	return sig;
}

bool ed25519_verify(const struct ed25519_pub *pub, struct str message,
		    const struct ed25519_sig *sig)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub->b,
						     sizeof(pub->b));
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool good;

	ASSERT(md);
	good = pkey && EVP_DigestVerifyInit(md, NULL, NULL, NULL, pkey) == 1 &&
	       EVP_DigestVerify(md, sig->b, sizeof(sig->b), (const unsigned char *)message.p,
				message.n) == 1;
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return good;
}

void ed25519_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
