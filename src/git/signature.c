#include "git/signature.h"

#include "base/buf.h"
#include "base/hex.h"
#include "crypto/sshsig.h"

enum { ARMOUR = 64 * 1024, ISSUER_KEY_ID = 16, ISSUER_FINGERPRINT = 33 };

enum git_signature git_signature_kind(struct str armour)
{
	static const struct {
		struct str begin;
		enum git_signature kind;
	} kinds[] = {
		{ STR_INIT("-----BEGIN SSH SIGNATURE-----"), GIT_SIGNED_SSH },
		{ STR_INIT("-----BEGIN PGP SIGNATURE-----"), GIT_SIGNED_OPENPGP },
		{ STR_INIT("-----BEGIN PGP MESSAGE-----"), GIT_SIGNED_OPENPGP },
		{ STR_INIT("-----BEGIN SIGNED MESSAGE-----"), GIT_SIGNED_X509 },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(armour, kinds[i].begin))
			return kinds[i].kind;
	return GIT_UNSIGNED;
}

/* The base64 lines between the header lines and the check sum (RFC 4880 §6.2). */
static bool dearmour(struct str armour, struct buf *out)
{
	BUF_AUTO text = buf_new(ARMOUR);
	bool body = false;
	struct str line;

	while (str_split(&armour, '\n', &line)) {
		line = str_trim(line);
		if (body && (str_starts(line, STR("=")) || str_starts(line, STR("-----"))))
			break;
		if (body)
			buf_add(&text, line);
		else
			body = line.n == 0;
	}
	return !buf_over(&text) && base64_get(buf_str(&text), out);
}

static bool take(struct str *rest, size_t n, struct str *out)
{
	if (rest->n < n)
		return false;
	*out = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return true;
}

static bool take_number(struct str *rest, size_t bytes, size_t *out)
{
	struct str b;
	size_t v = 0;

	if (!take(rest, bytes, &b))
		return false;
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)b.p[i];
	*out = v;
	return true;
}

/* A length in the form of packets of the new format and of subpackets
 * (RFC 4880 §4.2.2, §5.2.3.1); partial lengths do not occur here. */
static bool take_length(struct str *rest, size_t *out)
{
	size_t first, second;

	if (!take_number(rest, 1, &first))
		return false;
	*out = first;
	if (first < 192)
		return true;
	if (first == 255)
		return take_number(rest, 4, out);
	if (!take_number(rest, 1, &second))
		return false;
	*out = ((first - 192) << 8) + second + 192;
	return true;
}

/* The body of the first packet, when that is a signature (tag 2). */
static bool signature_packet(struct str bytes, struct str *body)
{
	size_t head, len;

	if (!take_number(&bytes, 1, &head) || !(head & 0x80))
		return false;
	if (head & 0x40) {
		if ((head & 0x3F) != 2 || !take_length(&bytes, &len))
			return false;
	} else {
		if ((head >> 2 & 0xF) != 2 || (head & 3) == 3 ||
		    !take_number(&bytes, (size_t)1 << (head & 3), &len))
			return false;
	}
	return take(&bytes, len, body);
}

/* Looks through one area of subpackets; the fingerprint wins over the id. */
static void issuer_of(struct str area, struct str *fingerprint, struct str *id)
{
	struct str sub;
	size_t len;

	while (take_length(&area, &len) && len > 0 && take(&area, len, &sub)) {
		unsigned kind = (unsigned char)sub.p[0] & 0x7F;

		if (kind == ISSUER_FINGERPRINT && (sub.n == 22 || sub.n == 34))
			*fingerprint = str_from(sub, 2);
		if (kind == ISSUER_KEY_ID && sub.n == 9)
			*id = str_from(sub, 1);
	}
}

static struct str openpgp_key(struct arena *a, struct str armour)
{
	BUF_AUTO bytes = buf_new(ARMOUR);
	struct str body, area, fingerprint = { 0 }, id = { 0 };
	size_t version, skipped, len;
	char hex[65];

	if (!dearmour(armour, &bytes) || !signature_packet(buf_str(&bytes), &body))
		return (struct str){ 0 };
	if (!take_number(&body, 1, &version) || version < 4 || !take_number(&body, 3, &skipped))
		return (struct str){ 0 };
	for (int i = 0; i < 2; i++) {	/* hashed, then unhashed */
		if (!take_number(&body, version == 6 ? 4 : 2, &len) || !take(&body, len, &area))
			break;
		issuer_of(area, &fingerprint, &id);
	}
	if (fingerprint.p)
		id = fingerprint;
	if (!id.p)
		return id;
	hex_put(hex, id.p, id.n);
	return arena_str(a, str_c(hex));
}

struct str git_signature_key(struct arena *a, struct str armour)
{
	struct sshsig ssh;

	switch (git_signature_kind(armour)) {
	case GIT_SIGNED_SSH:
		if (sshsig_parse(a, armour, &ssh))
			break;
		return arena_str(a, str_c(ssh.fingerprint));
	case GIT_SIGNED_OPENPGP:
		return openpgp_key(a, armour);
	case GIT_SIGNED_X509:
	case GIT_UNSIGNED:
		break;
	}
	return (struct str){ 0 };
}
