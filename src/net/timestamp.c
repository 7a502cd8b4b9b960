#include "net/timestamp.h"

#include "base/hex.h"
#include "crypto/random.h"
#include "net/http.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <time.h>

enum { NAME_MAX_BYTES = 1024, STRENGTH = 2, TRIES = 3 };

/* What OpenSSL made, freed at the end of a scope. */
#define FREED_BY(type, free_function)                                          \
	static void free_##type(type **p)                                      \
	{                                                                      \
		free_function(*p);                                             \
	}
FREED_BY(TS_REQ, TS_REQ_free)
FREED_BY(TS_RESP, TS_RESP_free)
FREED_BY(X509, X509_free)
FREED_BY(X509_STORE, X509_STORE_free)
FREED_BY(BIO, BIO_free_all)
FREED_BY(BIGNUM, BN_free)
#define FREED(type) __attribute__((cleanup(free_##type))) type *

/* Request: built with the library's own setters, which copy what they are given. */
static bool set_imprint(TS_REQ *req, const struct digest *d)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char bytes[DIGEST_BYTES];
	bool done;

	memcpy(bytes, d->b, sizeof(bytes));
	done = imprint && algorithm &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
	       TS_MSG_IMPRINT_set_msg(imprint, bytes, sizeof(bytes)) &&
	       TS_REQ_set_msg_imprint(req, imprint);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	return done;
}

static bool set_nonce(TS_REQ *req, const uint8_t nonce[TIMESTAMP_NONCE])
{
	FREED(BIGNUM) n = BN_bin2bn(nonce, TIMESTAMP_NONCE, NULL);
	ASN1_INTEGER *number = BN_to_ASN1_INTEGER(n, NULL);
	bool done = number && TS_REQ_set_nonce(req, number);

	ASN1_INTEGER_free(number);
	return done;
}

err timestamp_request(struct arena *a, const struct digest *d, const uint8_t nonce[TIMESTAMP_NONCE],
		      struct str *out)
{
	FREED(TS_REQ) req = TS_REQ_new();
	unsigned char *at;
	int n;

	if (!req || !TS_REQ_set_version(req, 1) || !set_imprint(req, d) || !set_nonce(req, nonce) ||
	    !TS_REQ_set_cert_req(req, 1))
		return fail(ERR_FAILED, "the request for a time stamp could not be made");
	n = i2d_TS_REQ(req, NULL);
	ASSERT(n > 0);
	at = arena_alloc(a, (size_t)n);
	*out = (struct str){ (const char *)at, (size_t)n };
	ASSERT(i2d_TS_REQ(req, &at) == n);
	return NULL;
}

static err read_reply(struct str bytes, TS_RESP **out)
{
	const unsigned char *at = (const unsigned char *)bytes.p;

	if (bytes.n > TIMESTAMP_REPLY_MAX)
		return fail(ERR_LIMIT, "the time stamp is larger than %d bytes", TIMESTAMP_REPLY_MAX);
	*out = d2i_TS_RESP(NULL, &at, (long)bytes.n);
	if (!*out || at != (const unsigned char *)bytes.p + bytes.n)
		return fail(ERR_INPUT, "this is not the reply of a time-stamp authority");
	return NULL;
}

/* RFC 3161 §2.4.2, PKIFailureInfo. */
static const char *refusal(TS_STATUS_INFO *info)
{
	static const struct {
		int bit;
		const char *why;
	} reasons[] = {
		{ TS_INFO_BAD_ALG, "it does not take SHA-256" },
		{ TS_INFO_BAD_REQUEST, "it does not allow this request" },
		{ TS_INFO_BAD_DATA_FORMAT, "it could not read the request" },
		{ TS_INFO_TIME_NOT_AVAILABLE, "its clock is not available" },
		{ TS_INFO_UNACCEPTED_POLICY, "it does not support the terms asked for" },
		{ TS_INFO_UNACCEPTED_EXTENSION, "it does not support the extension asked for" },
		{ TS_INFO_ADD_INFO_NOT_AVAILABLE, "it could not give what was asked" },
		{ TS_INFO_SYSTEM_FAILURE, "it has a failure of its own" },
	};
	const ASN1_BIT_STRING *bits = TS_STATUS_INFO_get0_failure_info(info);

	for (size_t i = 0; bits && i < ARRAY_LEN(reasons); i++)
		if (ASN1_BIT_STRING_get_bit(bits, reasons[i].bit))
			return reasons[i].why;
	return "it gives no reason";
}

static err check_status(TS_RESP *resp)
{
	TS_STATUS_INFO *info = TS_RESP_get_status_info(resp);
	long status = info ? ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)) : -1;

	if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS)
		return fail(ERR_INPUT, "the time-stamp authority refused: %s", info ? refusal(info) : "no status");
	if (!TS_RESP_get_token(resp) || !TS_RESP_get_tst_info(resp))
		return fail(ERR_INPUT, "the reply of the time-stamp authority holds no time stamp");
	return NULL;
}

static err check_imprint(TS_TST_INFO *info, const struct digest *d)
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	X509_ALGOR *algorithm = imprint ? TS_MSG_IMPRINT_get_algo(imprint) : NULL;
	ASN1_OCTET_STRING *bytes = imprint ? TS_MSG_IMPRINT_get_msg(imprint) : NULL;
	const ASN1_OBJECT *name = NULL;

	if (TS_TST_INFO_get_version(info) != 1 || !algorithm || !bytes)
		return fail(ERR_INPUT, "the time stamp is not of version 1");
	X509_ALGOR_get0(&name, NULL, NULL, algorithm);
	if (OBJ_obj2nid(name) != NID_sha256 || ASN1_STRING_length(bytes) != DIGEST_BYTES ||
	    CRYPTO_memcmp(ASN1_STRING_get0_data(bytes), d->b, DIGEST_BYTES) != 0)
		return fail(ERR_INTEGRITY, "the time stamp is of something else");
	return NULL;
}

static err check_nonce(TS_TST_INFO *info, const uint8_t *nonce)
{
	const ASN1_INTEGER *number = TS_TST_INFO_get_nonce(info);
	FREED(BIGNUM) want = nonce ? BN_bin2bn(nonce, TIMESTAMP_NONCE, NULL) : NULL;
	FREED(BIGNUM) got = number ? ASN1_INTEGER_to_BN(number, NULL) : NULL;

	if (!nonce || (want && got && BN_cmp(want, got) == 0))
		return NULL;
	return fail(ERR_INTEGRITY, "the time stamp answers another request than ours");
}

static err read_time(TS_TST_INFO *info, int64_t *out)
{
	const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(info);
	struct tm tm = { 0 };

	if (!time || !ASN1_TIME_to_tm(time, &tm))
		return fail(ERR_INPUT, "the time stamp holds no valid time");
	*out = (int64_t)timegm(&tm);
	return NULL;
}

/* Only certificates bound by SHA-256 or better, and signatures likewise. */
static err check_signer_form(PKCS7 *token)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(token);
	PKCS7_SIGNER_INFO *info;
	X509_ALGOR *digest = NULL;
	int nid;

	if (!infos || sk_PKCS7_SIGNER_INFO_num(infos) != 1)
		return fail(ERR_INTEGRITY, "the time stamp does not have exactly one signature");
	info = sk_PKCS7_SIGNER_INFO_value(infos, 0);
	PKCS7_SIGNER_INFO_get0_algs(info, NULL, &digest, NULL);
	nid = digest ? OBJ_obj2nid(digest->algorithm) : NID_undef;
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return fail(ERR_INTEGRITY, "the time stamp is not signed with SHA-256, SHA-384 or SHA-512");
	if (!PKCS7_get_signed_attribute(info, NID_id_smime_aa_signingCertificateV2))
		return fail(ERR_INTEGRITY, "the time stamp does not bind its certificate as RFC 5816 asks");
	return NULL;
}

/* The certificate that the signature names by issuer and serial number; OpenSSL
 * compares its digest with ESSCertIDv2 afterwards. Borrowed from the token. */
static err find_signer(PKCS7 *token, X509 **out)
{
	STACK_OF(X509) *found = PKCS7_get0_signers(token, NULL, 0);

	*out = found && sk_X509_num(found) == 1 ? sk_X509_value(found, 0) : NULL;
	sk_X509_free(found);
	return *out ? NULL : fail(ERR_INTEGRITY, "the time stamp does not hold the certificate that signed it");
}

static err add_roots(X509_STORE *store, struct str pem)
{
	FREED(BIO) in = pem.n <= TIMESTAMP_CA_MAX ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	int n = 0;

	if (!in)
		return fail(ERR_LIMIT, "the file of root certificates is larger than %d bytes",
			    TIMESTAMP_CA_MAX);
	for (;; n++) {
		FREED(X509) cert = PEM_read_bio_X509(in, NULL, NULL, NULL);

		if (!cert)
			break;
		if (!X509_STORE_add_cert(store, cert))
			return fail(ERR_FAILED, "a root certificate could not be used");
	}
	ERR_clear_error();
	return n ? NULL : fail(ERR_INPUT, "the file of root certificates holds none in PEM");
}

static err fill_store(X509_STORE *store, const struct timestamp_spec *spec, X509 *signer, int64_t at)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

	X509_VERIFY_PARAM_set_time(param, (time_t)at);
	X509_VERIFY_PARAM_set_auth_level(param, STRENGTH);
	switch (spec->roots) {
	case TIMESTAMP_FILE:
		return add_roots(store, spec->ca);
	case TIMESTAMP_ANY:
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		if (X509_STORE_add_cert(store, signer))
			return NULL;
		return fail(ERR_FAILED, "the certificate of the time stamp could not be used");
	case TIMESTAMP_SYSTEM:
		break;
	}
	if (X509_STORE_set_default_paths(store))
		return NULL;
	return fail(ERR_FAILED, "the roots of this machine could not be read");
}

/* The reason OpenSSL gives, in its words for certificates or ours. */
static err not_signed(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *data = NULL;
	err e;

	ERR_peek_last_error_data(&data, NULL);
	if (ERR_GET_REASON(code) == TS_R_CERTIFICATE_VERIFY_ERROR)
		e = err_hint(fail(ERR_INTEGRITY, "the certificate of the time stamp is not trusted (%s)",
				  data && *data ? data : "no reason given"),
			     "name the authority's root certificates with --ca FILE");
	else if (ERR_GET_REASON(code) == TS_R_ESS_SIGNING_CERTIFICATE_ERROR || ERR_GET_LIB(code) == ERR_LIB_ESS)
		e = fail(ERR_INTEGRITY, "the time stamp was signed with another certificate than the one it binds");
	else
		e = fail(ERR_INTEGRITY, "the signature of the time stamp does not match");
	ERR_clear_error();
	return e;
}

static err check_signature(PKCS7 *token, const struct timestamp_spec *spec, int64_t at, X509 **signer)
{
	FREED(X509_STORE) store = X509_STORE_new();
	FREED(X509) used = NULL;

	TRY(check_signer_form(token));
	TRY(find_signer(token, signer));
	if (!store)
		return fail(ERR_FAILED, "the time stamp could not be checked");
	TRY(fill_store(store, spec, *signer, at));
	ERR_clear_error();
	if (TS_RESP_verify_signature(token, NULL, store, &used) != 1)
		return not_signed();
	ASSERT(used && X509_cmp(used, *signer) == 0);
	return NULL;
}

static struct str name_of(struct arena *a, X509 *cert)
{
	FREED(BIO) out = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long n;

	if (!out || X509_NAME_print_ex(out, X509_get_subject_name(cert), 0,
				       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
		return STR("");
	n = BIO_get_mem_data(out, &bytes);
	if (n <= 0)
		return STR("");
	return str_cut(arena_utf8(a, arena_str(a, (struct str){ bytes, (size_t)n })), NAME_MAX_BYTES);
}

static err read_facts(struct arena *a, TS_TST_INFO *info, X509 *signer, struct timestamp *out)
{
	FREED(BIGNUM) serial = ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), NULL);
	char policy[128];
	char *hex;

	if (!serial || BN_num_bits(serial) > 512)
		return fail(ERR_INPUT, "the time stamp has no valid serial number");
	if (OBJ_obj2txt(policy, sizeof(policy), TS_TST_INFO_get_policy_id(info), 1) >= (int)sizeof(policy))
		return fail(ERR_INPUT, "the time stamp names terms that are too long");
	hex = BN_bn2hex(serial);
	ASSERT(hex);
	out->serial = arena_str(a, str_c(hex));
	OPENSSL_free(hex);
	out->policy = arena_str(a, str_c(policy));
	out->name = name_of(a, signer);
	return NULL;
}

err timestamp_check(struct arena *a, const struct timestamp_spec *spec, struct timestamp *out)
{
	FREED(TS_RESP) resp = NULL;
	struct timestamp t = { 0 };
	TS_TST_INFO *info;
	X509 *signer = NULL;

	TRY(read_reply(spec->reply, &resp));
	TRY(check_status(resp));
	info = TS_RESP_get_tst_info(resp);
	TRY(check_imprint(info, &spec->digest));
	TRY(check_nonce(info, spec->nonce));
	TRY(read_time(info, &t.time));
	TRY(check_signature(TS_RESP_get_token(resp), spec, t.time, &signer));
	TRY(read_facts(a, info, signer, &t));
	*out = t;
	return NULL;
}

err timestamp_get(struct arena *a, const struct timestamp_order *o, struct str *reply,
		  struct timestamp *out)
{
	uint8_t nonce[TIMESTAMP_NONCE];
	struct http_request r = { .url = o->url, .type = "application/timestamp-query",
				  .accept = "application/timestamp-reply", .limit = TIMESTAMP_REPLY_MAX,
				  .wait_ms = o->wait_ms, .tries = TRIES };
	struct timestamp_spec spec = { .digest = o->digest, .roots = o->roots, .ca = o->ca, .nonce = nonce };
	struct http_answer answer;
	struct str name = http_name(a, o->url);

	random_bytes(nonce, sizeof(nonce));
	TRY(timestamp_request(a, &o->digest, nonce, &r.body));
	TRY(http_ask(a, &r, &answer));
	if (answer.status != 200)
		return fail(ERR_NETWORK, "the time-stamp authority %.*s answered with status %d", FMT(name),
			    answer.status);
	if (!str_is(answer.type, "application/timestamp-reply"))
		return fail(ERR_INPUT, "%.*s does not answer as a time-stamp authority", FMT(name));
	spec.reply = answer.body;
	TRY(err_in(timestamp_check(a, &spec, out), "%.*s", FMT(name)));
	*reply = answer.body;
	return NULL;
}
