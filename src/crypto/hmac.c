#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

struct hmac {
	EVP_MAC_CTX *mac;
};

static EVP_MAC *algorithm;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static void look_up(void)
{
	algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
}

struct hmac *hmac_new(struct str key)
{
	static char name[] = "SHA256";
	/* A null key would mean "the key of before", which there is not. */
	const char *bytes = key.n ? key.p : "";
	struct hmac *h = base_alloc(sizeof(*h));
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};

	ASSERT(CRYPTO_THREAD_run_once(&once, look_up) == 1 && algorithm);
	h->mac = EVP_MAC_CTX_new(algorithm);
	ASSERT(h->mac);
	ASSERT(EVP_MAC_init(h->mac, (const unsigned char *)bytes, key.n, params) == 1);
	return h;
}

void hmac_free(struct hmac *h)
{
	if (!h)
		return;
	EVP_MAC_CTX_free(h->mac);
	free(h);
}

static void add(struct hmac *h, struct str bytes)
{
	ASSERT(EVP_MAC_update(h->mac, (const unsigned char *)bytes.p, bytes.n) == 1);
}

static struct digest end(struct hmac *h)
{
	struct digest d;
	size_t n = 0;

	ASSERT(EVP_MAC_final(h->mac, d.b, &n, DIGEST_BYTES) == 1 && n == DIGEST_BYTES);
	return d;
}

struct digest hmac_with(struct hmac *h, struct str message)
{
	ASSERT(EVP_MAC_init(h->mac, NULL, 0, NULL) == 1);
	add(h, message);
	return end(h);
}

struct digest hmac_of_parts(struct str key, const struct str *parts, size_t n)
{
	OWNED(hmac) h = hmac_new(key);

	for (size_t i = 0; i < n; i++)
		add(h, parts[i]);
	return end(h);
}

struct digest hmac_of(struct str key, struct str message)
{
	return hmac_of_parts(key, &message, 1);
}

struct digest hmac_derive(struct str key, const char *label)
{
	return hmac_of(key, str_c(label));
}
