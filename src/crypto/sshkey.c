#include "crypto/sshkey.h"

#include "base/hex.h"
#include "crypto/sshwire.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 16384, NUMBER_MAX = 66 };

enum family { EDWARDS, CURVE, RSA_PKCS1 };

struct kind {
	const char *name;
	const char *curve, *group;	/* CURVE: in SSH's words and in OpenSSL's */
	size_t point;			/* bytes of an uncompressed point */
	const char *md;			/* RSA names it in the signature */
	enum family family;
	bool token;			/* the key lives in a security key */
};

static const struct kind kinds[] = {
	{ "ssh-ed25519", NULL, NULL, 0, NULL, EDWARDS, false },
	{ "ecdsa-sha2-nistp256", "nistp256", "prime256v1", 65, "SHA256", CURVE, false },
	{ "ecdsa-sha2-nistp384", "nistp384", "secp384r1", 97, "SHA384", CURVE, false },
	{ "ecdsa-sha2-nistp521", "nistp521", "secp521r1", 133, "SHA512", CURVE, false },
	{ "ssh-rsa", NULL, NULL, 0, NULL, RSA_PKCS1, false },
	{ "sk-ssh-ed25519@openssh.com", NULL, NULL, 0, NULL, EDWARDS, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", "prime256v1", 65, "SHA256", CURVE,
	  true },
};

/* What a key blob says, and what a signature blob says. */
struct key {
	const struct kind *kind;
	EVP_PKEY *pkey;
	struct str application;		/* of a token */
};

struct signature {
	struct str algorithm, bytes;
	uint8_t flags;
	uint32_t counter;
};

static void key_done(struct key *k)
{
	EVP_PKEY_free(k->pkey);
	ERR_clear_error();
}

bool sshkey_kind(struct str key, struct str *kind)
{
	return sshwire_string(&key, kind) && kind->n > 0;
}

static const unsigned char *bytes_of(struct str s)
{
	return (const unsigned char *)s.p;
}

static EVP_PKEY *edwards_key(struct str *rest)
{
	struct str point;

	if (!sshwire_string(rest, &point) || point.n != 32)
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(point), 32);
}

static EVP_PKEY *key_from(const char *algorithm, OSSL_PARAM_BLD *build)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY *pkey = NULL;

	ASSERT(ctx && params);
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *curve_key(const struct kind *kind, struct str *rest)
{
	struct str curve, point;
	OSSL_PARAM_BLD *build;
	EVP_PKEY *pkey;

	if (!sshwire_string(rest, &curve) || !str_is(curve, kind->curve) ||
	    !sshwire_string(rest, &point) || point.n != kind->point || point.p[0] != 4)
		return NULL;
	build = OSSL_PARAM_BLD_new();
	ASSERT(build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
							kind->group, 0));
	ASSERT(OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point.p, point.n));
	pkey = key_from("EC", build);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

static EVP_PKEY *rsa_key(struct str *rest)
{
	struct str exponent, modulus;
	OSSL_PARAM_BLD *build;
	BIGNUM *e, *n;
	EVP_PKEY *pkey = NULL;
	int bits;

	if (!sshwire_mpint(rest, &exponent) || !sshwire_mpint(rest, &modulus) ||
	    exponent.n > 8 || modulus.n > RSA_BITS_MAX / 8)
		return NULL;
	build = OSSL_PARAM_BLD_new();
	e = BN_bin2bn(bytes_of(exponent), (int)exponent.n, NULL);
	n = BN_bin2bn(bytes_of(modulus), (int)modulus.n, NULL);
	ASSERT(build && e && n);
	bits = BN_num_bits(n);
	if (bits >= RSA_BITS_MIN && BN_is_odd(e) && !BN_is_one(e)) {
		ASSERT(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e));
		ASSERT(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n));
		pkey = key_from("RSA", build);
	}
	OSSL_PARAM_BLD_free(build);
	BN_free(e);
	BN_free(n);
	return pkey;
}

static EVP_PKEY *read_pkey(const struct kind *kind, struct str *rest)
{
	switch (kind->family) {
	case EDWARDS:
		return edwards_key(rest);
	case CURVE:
		return curve_key(kind, rest);
	case RSA_PKCS1:
		return rsa_key(rest);
	}
	return NULL;
}

static err read_key(struct str rest, struct key *out)
{
	struct str name;

	if (!sshwire_string(&rest, &name))
		return fail(ERR_INPUT, "the SSH public key is cut short");
	for (size_t i = 0; i < ARRAY_LEN(kinds) && !out->kind; i++)
		if (str_is(name, kinds[i].name))
			out->kind = &kinds[i];
	if (!out->kind)
		return fail(ERR_FAILED, "SSH keys of this kind are not accepted");
	out->pkey = read_pkey(out->kind, &rest);
	if (!out->pkey || (out->kind->token && !sshwire_string(&rest, &out->application)) || rest.n)
		return fail(ERR_INPUT, "the SSH public key (%s) is not of its form or too short",
			    out->kind->name);
	return NULL;
}

static err read_signature(struct str rest, bool token, struct signature *out)
{
	if (!sshwire_string(&rest, &out->algorithm) || !sshwire_string(&rest, &out->bytes) ||
	    (token && (!sshwire_u8(&rest, &out->flags) || !sshwire_u32(&rest, &out->counter))) ||
	    rest.n)
		return fail(ERR_INPUT, "the SSH signature is not of its form");
	return NULL;
}

/* The message digest of an acceptable pair of key and algorithm, or an error.
 * Ed25519 has none of its own (NULL). */
static err pick_digest(const struct kind *kind, struct str algorithm, const char **md)
{
	if (kind->family == RSA_PKCS1 && str_is(algorithm, "rsa-sha2-256"))
		*md = "SHA256";
	else if (kind->family == RSA_PKCS1 && str_is(algorithm, "rsa-sha2-512"))
		*md = "SHA512";
	else if (kind->family != RSA_PKCS1 && str_is(algorithm, kind->name))
		*md = kind->md;
	else
		return fail(ERR_FAILED, "SSH signatures of this algorithm are not accepted");
	return NULL;
}

/* r and s as SSH writes them, to the DER that OpenSSL reads. */
static bool add_curve_signature(struct str rest, struct buf *out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	struct str r, s;
	unsigned char *der = NULL;
	int n = 0;

	ASSERT(sig);
	if (sshwire_mpint(&rest, &r) && sshwire_mpint(&rest, &s) && !rest.n &&
	    r.n <= NUMBER_MAX && s.n <= NUMBER_MAX) {
		ASSERT(ECDSA_SIG_set0(sig, BN_bin2bn(bytes_of(r), (int)r.n, NULL),
				      BN_bin2bn(bytes_of(s), (int)s.n, NULL)));
		n = i2d_ECDSA_SIG(sig, &der);
		ASSERT(n > 0);
		buf_add(out, (struct str){ (const char *)der, (size_t)n });
		OPENSSL_free(der);
	}
	ECDSA_SIG_free(sig);
	return n > 0;
}

/* OpenSSL wants an RSA signature as long as the modulus; SSH may have dropped
 * leading zeros. */
static bool add_rsa_signature(struct str bytes, size_t modulus, struct buf *out)
{
	if (bytes.n > modulus)
		return false;
	for (size_t i = bytes.n; i < modulus; i++)
		buf_add_char(out, '\0');
	buf_add(out, bytes);
	return true;
}

static bool add_signature(const struct key *key, struct str bytes, struct buf *out)
{
	switch (key->kind->family) {
	case EDWARDS:
		buf_add(out, bytes);
		return bytes.n == 64;
	case CURVE:
		return add_curve_signature(bytes, out);
	case RSA_PKCS1:
		return add_rsa_signature(bytes, (size_t)EVP_PKEY_get_size(key->pkey), out);
	}
	return false;
}

/* What a security key signs instead of the data (PROTOCOL.u2f). */
static struct str token_message(struct buf *out, const struct key *key, struct str data,
				const struct signature *sig)
{
	struct digest application = digest_of(key->application), of_data = digest_of(data);

	buf_add(out, digest_str(&application));
	buf_add_char(out, (char)sig->flags);
	sshwire_put_u32(out, sig->counter);
	buf_add(out, digest_str(&of_data));
	return buf_str(out);
}

static bool holds(EVP_PKEY *pkey, const char *md, struct str data, struct str sig)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	ASSERT(ctx);
	good = EVP_DigestVerifyInit_ex(ctx, NULL, md, NULL, NULL, pkey, NULL) == 1 &&
	       EVP_DigestVerify(ctx, bytes_of(sig), sig.n, bytes_of(data), data.n) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

err sshkey_verify(struct str key, struct str data, struct str signature)
{
	__attribute__((cleanup(key_done))) struct key k = { 0 };
	struct signature s = { 0 };
	const char *md = NULL;
	BUF_AUTO bytes = buf_new(RSA_BITS_MAX / 8);
	BUF_AUTO message = buf_new(128);

	TRY(read_key(key, &k));
	ASSERT(k.kind && k.pkey);
	TRY(read_signature(signature, k.kind->token, &s));
	TRY(pick_digest(k.kind, s.algorithm, &md));
	if (!add_signature(&k, s.bytes, &bytes) || buf_over(&bytes))
		return fail(ERR_INPUT, "the SSH signature is not of its form");
	if (k.kind->token)
		data = token_message(&message, &k, data, &s);
	if (!holds(k.pkey, md, data, buf_str(&bytes)))
		return fail(ERR_INTEGRITY, "the SSH signature does not match");
	return NULL;
}

void sshkey_fingerprint(char out[SSHKEY_FINGERPRINT], struct str key)
{
	struct digest d = digest_of(key);
	BUF_AUTO text = buf_new(64);

	buf_add_c(&text, "SHA256:");
	base64_add(&text, d.b, DIGEST_BYTES);
	ASSERT(text.n == SSHKEY_FINGERPRINT);	/* 43 characters and one '=' */
	memcpy(out, text.p, text.n - 1);
	out[text.n - 1] = '\0';
}
