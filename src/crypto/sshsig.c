#include "crypto/sshsig.h"

#include "base/hex.h"
#include "crypto/sshwire.h"

#include <openssl/evp.h>

enum { ARMOUR_MAX = 64 * 1024, NAME_MAX_BYTES = 255 };

static const struct str begin = STR_INIT("-----BEGIN SSH SIGNATURE-----");
static const struct str end = STR_INIT("-----END SSH SIGNATURE-----");
static const struct str magic = STR_INIT("SSHSIG");

bool sshsig_is(struct str armoured)
{
	return str_starts(armoured, begin);
}

/* The bytes between the two lines, white space left out. */
static err unwrap(struct str text, struct buf *out)
{
	BUF_AUTO packed = buf_new(ARMOUR_MAX);

	if (text.n > ARMOUR_MAX)
		return fail(ERR_LIMIT, "the SSH signature is larger than %d bytes", ARMOUR_MAX);
	text = str_trim(text);
	if (!str_starts(text, begin) || !str_ends(text, end) || text.n < begin.n + end.n)
		return fail(ERR_INPUT, "this is not an SSH signature");
	for (const char *p = text.p + begin.n; p < text.p + text.n - end.n; p++)
		if (*p != '\n' && *p != '\r' && *p != ' ' && *p != '\t')
			buf_add_char(&packed, *p);
	if (!base64_get(buf_str(&packed), out))
		return fail(ERR_INPUT, "the SSH signature is not valid base64");
	return NULL;
}

static bool read_envelope(struct str rest, struct sshsig *out)
{
	struct str reserved;
	uint32_t version;

	if (!str_starts(rest, magic))
		return false;
	rest = str_from(rest, magic.n);
	return sshwire_u32(&rest, &version) && version == 1 && sshwire_string(&rest, &out->key) &&
	       sshwire_string(&rest, &out->space) && sshwire_string(&rest, &reserved) &&
	       reserved.n == 0 && sshwire_string(&rest, &out->hash) &&
	       sshwire_string(&rest, &out->signature) && rest.n == 0 &&
	       sshkey_kind(out->key, &out->kind);
}

err sshsig_parse(struct arena *a, struct str armoured, struct sshsig *out)
{
	BUF_AUTO bytes = buf_new(ARMOUR_MAX);
	struct sshsig sig = { 0 };

	TRY(unwrap(armoured, &bytes));
	if (!read_envelope(arena_str(a, buf_str(&bytes)), &sig))
		return fail(ERR_INPUT, "the SSH signature is not of its form");
	if (!sig.space.n || sig.space.n > NAME_MAX_BYTES || !str_is_utf8(sig.space))
		return fail(ERR_INPUT, "the SSH signature names no valid namespace");
	if (!str_is(sig.hash, "sha256") && !str_is(sig.hash, "sha512"))
		return fail(ERR_INPUT, "the SSH signature uses an unknown digest");
	sshkey_fingerprint(sig.fingerprint, sig.key);
	*out = sig;
	return NULL;
}

err sshsig_verify(const struct sshsig *sig, struct str message, const char *space)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t n = 0;
	BUF_AUTO signed_bytes = buf_new(1024);

	if (!str_is(sig->space, space))
		return fail(ERR_INTEGRITY, "the SSH signature was made for %.*s, not for %s",
			    FMT(sig->space), space);
	ASSERT(EVP_Q_digest(NULL, str_is(sig->hash, "sha256") ? "SHA256" : "SHA512", NULL,
			    message.p, message.n, hash, &n) == 1);
	buf_add(&signed_bytes, magic);
	sshwire_put_string(&signed_bytes, sig->space);
	sshwire_put_string(&signed_bytes, STR(""));
	sshwire_put_string(&signed_bytes, sig->hash);
	sshwire_put_string(&signed_bytes, (struct str){ (const char *)hash, n });
	TRY(buf_ok(&signed_bytes, "the SSH signature's namespace"));
	return sshkey_verify(sig->key, buf_str(&signed_bytes), sig->signature);
}
