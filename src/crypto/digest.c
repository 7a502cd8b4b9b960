#include "crypto/digest.h"

#include "base/hex.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>

struct digest_ctx {
	EVP_MD_CTX *md;
};

/* Looking an algorithm up costs more than hashing a leaf, so it happens once.
 * It lives as long as the process. */
static EVP_MD *sha256;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

/* A thread that ends takes its context along. */
static pthread_key_t owned;

static void free_context(void *md)
{
	EVP_MD_CTX_free(md);
}

static void look_up(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	ASSERT(pthread_key_create(&owned, free_context) == 0);
}

static void start(EVP_MD_CTX *md)
{
	ASSERT(CRYPTO_THREAD_run_once(&once, look_up) == 1 && sha256);
	ASSERT(EVP_DigestInit_ex2(md, sha256, NULL) == 1);
}

static struct digest end(EVP_MD_CTX *md)
{
	struct digest d;
	unsigned n = 0;

	ASSERT(EVP_DigestFinal_ex(md, d.b, &n) == 1 && n == DIGEST_BYTES);
	return d;
}

/* One context per thread, reused: making one costs as much as a small hash. */
static EVP_MD_CTX *own_context(void)
{
	static _Thread_local EVP_MD_CTX *own;

	if (own)
		return own;
	ASSERT(CRYPTO_THREAD_run_once(&once, look_up) == 1);
	own = EVP_MD_CTX_new();
	ASSERT(own && pthread_setspecific(owned, own) == 0);
	return own;
}

struct digest digest_of(struct str bytes)
{
	return digest_of_parts(&bytes, 1);
}

struct digest digest_of_parts(const struct str *parts, size_t n)
{
	EVP_MD_CTX *md = own_context();

	start(md);
	for (size_t i = 0; i < n; i++)
		ASSERT(EVP_DigestUpdate(md, parts[i].p, parts[i].n) == 1);
	return end(md);
}

struct digest_ctx *digest_ctx_new(void)
{
	struct digest_ctx *c = base_alloc(sizeof(*c));

	c->md = EVP_MD_CTX_new();
	ASSERT(c->md);
	start(c->md);
	return c;
}

void digest_ctx_free(struct digest_ctx *c)
{
	if (!c)
		return;
	EVP_MD_CTX_free(c->md);
	free(c);
}

void digest_add(struct digest_ctx *c, struct str bytes)
{
	ASSERT(EVP_DigestUpdate(c->md, bytes.p, bytes.n) == 1);
}

struct digest digest_end(struct digest_ctx *c)
{
	struct digest d = end(c->md);

	start(c->md);
	return d;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return CRYPTO_memcmp(a->b, b->b, DIGEST_BYTES) == 0;
}

bool digest_is_zero(const struct digest *d)
{
	static const struct digest zero;

	return digest_eq(d, &zero);
}

void digest_put(char out[DIGEST_TEXT], const struct digest *d)
{
	hex_put(out, d->b, DIGEST_BYTES);
}

struct str digest_hex(struct arena *a, const struct digest *d)
{
	char *hex = arena_alloc(a, DIGEST_TEXT);

	digest_put(hex, d);
	return str_c(hex);
}

void digest_add_hex(struct buf *b, const struct digest *d)
{
	hex_add(b, d->b, DIGEST_BYTES);
}

void digest_put_base64(char out[DIGEST_BASE64], const struct digest *d)
{
	BUF_AUTO text = buf_new(DIGEST_BASE64);

	base64_add(&text, d->b, DIGEST_BYTES);
	ASSERT(text.n == DIGEST_BASE64 - 1);
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
}

bool digest_get(struct str s, struct digest *out)
{
	struct digest d;

	if (s.n != DIGEST_TEXT - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'F')
			return false;
	if (!hex_get(s, d.b, DIGEST_BYTES))
		return false;
	*out = d;
	return true;
}

struct str digest_str(const struct digest *d)
{
	return (struct str){ (const char *)d->b, DIGEST_BYTES };
}
