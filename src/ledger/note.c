#include "ledger/note.h"

#include "base/hex.h"
#include "crypto/digest.h"
#include "ledger/cosign.h"

enum { SIGNATURE_BYTES_MAX = 8192, SKEY_BYTES_MAX = 512 };

static const struct str dash = STR_INIT("\xe2\x80\x94 ");	/* U+2014 and a space */
static const struct str private_key = STR_INIT("PRIVATE+KEY+");

struct note_signer {
	struct note_key key;
	struct ed25519_key *secret;
	char name[];
};

/* Every code point of Unicode's White_Space beyond ASCII. */
static bool has_wide_space(struct str s)
{
	static const char *const spaces[] = {
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
	};

	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if (str_has(s, str_c(spaces[i])))
			return true;
	for (size_t i = 0; i + 2 < s.n; i++)	/* U+2000 to U+200A */
		if (memcmp(s.p + i, "\xe2\x80", 2) == 0 && (uint8_t)s.p[i + 2] >= 0x80 &&
		    (uint8_t)s.p[i + 2] <= 0x8a)
			return true;
	return false;
}

static bool name_has_form(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((uint8_t)name.p[i] <= ' ' || name.p[i] == '+' || name.p[i] == 0x7f)
			return false;
	return name.n > 0 && str_is_utf8(name) && !has_wide_space(name);
}

bool note_name_ok(struct str name)
{
	return name.n <= NOTE_NAME_BYTES_MAX && name_has_form(name);
}

static uint32_t read_be32(const void *bytes)
{
	const uint8_t *p = bytes;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

uint32_t note_key_id(struct str name, enum note_kind kind, const struct ed25519_pub *pub)
{
	char mark[2] = { '\n', (char)kind };
	struct str parts[] = { name, { mark, 2 }, { (const char *)pub->b, sizeof(pub->b) } };
	struct digest d = digest_of_parts(parts, ARRAY_LEN(parts));

	return read_be32(d.b);
}

/* name+hash+base64 of a kind byte and 32 bytes; `what` is for the error. */
static err read_key_line(struct str line, const char *what, struct note_key *out, uint8_t raw[32])
{
	BUF_AUTO bytes = buf_new(33);
	struct note_key k = { 0 };
	struct str hash;
	uint8_t id[4];
	bool good;

	good = str_split(&line, '+', &k.name) && note_name_ok(k.name) &&
	       str_split(&line, '+', &hash) && hex_get(hash, id, 4) &&
	       base64_get(line, &bytes) && bytes.n == 33;
	if (good) {
		memcpy(raw, bytes.p + 1, 32);
		k.id = read_be32(id);
		k.kind = (enum note_kind)bytes.p[0];
		good = bytes.p[0] == NOTE_ED25519 || bytes.p[0] == NOTE_COSIGNATURE;
	}
	if (bytes.p)
		ed25519_wipe(bytes.p, bytes.room);
	if (!good)
		return fail(ERR_INPUT, "this is not a %s key of a kind known here", what);
	*out = k;
	return NULL;
}

err note_key_parse(struct str vkey, struct note_key *out)
{
	struct ed25519_pub pub = { 0 };
	struct note_key k = { 0 };

	TRY(read_key_line(vkey, "verifier", &k, pub.b));
	k.pub = pub;
	if (note_key_id(k.name, k.kind, &k.pub) != k.id)
		return fail(ERR_INPUT, "the verifier key of %.*s does not fit its hash",
			    FMT(k.name));
	*out = k;
	return NULL;
}

static void put_key_line(struct buf *out, const struct note_key *key, const uint8_t raw[32])
{
	uint8_t bytes[33] = { (uint8_t)key->kind };

	memcpy(bytes + 1, raw, 32);
	buf_add(out, key->name);
	buf_addf(out, "+%08x+", key->id);
	base64_add(out, bytes, sizeof(bytes));
	ed25519_wipe(bytes, sizeof(bytes));
}

void note_key_put(struct buf *out, const struct note_key *key)
{
	put_key_line(out, key, key->pub.b);
}

struct note_signer *note_signer_new(struct str name, enum note_kind kind,
				    const uint8_t seed[ED25519_SEED])
{
	struct note_signer *s = base_alloc(sizeof(*s) + name.n);

	ASSERT(name.p && note_name_ok(name));
	memcpy(s->name, name.p, name.n);
	s->secret = ed25519_key_new(seed);
	s->key = (struct note_key){ .name = { s->name, name.n }, .kind = kind,
				    .pub = ed25519_public(s->secret) };
	s->key.id = note_key_id(s->key.name, kind, &s->key.pub);
	return s;
}

void note_signer_free(struct note_signer *s)
{
	if (!s)
		return;
	ed25519_key_free(s->secret);
	free(s);
}

const struct note_key *note_signer_key(const struct note_signer *s)
{
	return &s->key;
}

err note_signer_parse(struct str skey, struct note_signer **out)
{
	struct note_key k = { 0 };
	struct note_signer *s;
	uint8_t seed[ED25519_SEED] = { 0 };

	if (!str_starts(skey, private_key) || skey.n > SKEY_BYTES_MAX)
		return fail(ERR_INPUT, "this is not a signing key");
	TRY(read_key_line(str_from(skey, private_key.n), "signing", &k, seed));
	s = note_signer_new(k.name, k.kind, seed);
	ed25519_wipe(seed, sizeof(seed));
	if (s->key.id != k.id) {
		note_signer_free(s);
		return fail(ERR_INPUT, "the signing key of %.*s does not fit its hash",
			    FMT(k.name));
	}
	*out = s;
	return NULL;
}

void note_signer_put(struct buf *out, const struct note_key *key,
		     const uint8_t seed[ED25519_SEED])
{
	buf_add(out, private_key);
	put_key_line(out, key, seed);
}

/* Takes name and signature off one line "— name base64". */
static bool read_line(struct arena *a, struct str line, struct note_line *out)
{
	BUF_AUTO bytes = buf_new(SIGNATURE_BYTES_MAX);
	struct str kept;

	if (!str_starts(line, dash))
		return false;
	line = str_from(line, dash.n);
	if (!str_split(&line, ' ', &out->name) || !name_has_form(out->name) ||
	    !base64_get(line, &bytes) || bytes.n < 5)
		return false;
	kept = arena_str(a, buf_str(&bytes));
	out->id = read_be32(kept.p);
	out->bytes = str_from(kept, 4);
	return true;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < ' ' && s.p[i] != '\n')
			return true;
	return false;
}

/* The last empty line parts text and signatures; the newline behind the last
 * signature is dropped. */
static bool part(struct str bytes, struct str *text, struct str *lines)
{
	size_t at = bytes.n;

	while (at >= 2 && !(bytes.p[at - 1] == '\n' && bytes.p[at - 2] == '\n'))
		at--;
	if (at < 3 || at == bytes.n || bytes.p[bytes.n - 1] != '\n')
		return false;
	*text = (struct str){ bytes.p, at - 1 };
	*lines = (struct str){ bytes.p + at, bytes.n - at - 1 };
	return true;
}

err note_parse(struct arena *a, struct str bytes, struct note *out)
{
	struct note n = { 0 };
	struct str lines, line;

	if (bytes.n > NOTE_BYTES_MAX)
		return fail(ERR_LIMIT, "the signed note is larger than %d bytes", NOTE_BYTES_MAX);
	if (!str_is_utf8(bytes) || has_control(bytes) || !part(bytes, &n.text, &lines))
		return fail(ERR_INPUT, "this is not a signed note");
	n.lines = ARENA_ARRAY(a, struct note_line, NOTE_SIGNATURES_MAX);
	while (str_split(&lines, '\n', &line)) {
		if (n.n == NOTE_SIGNATURES_MAX)
			return fail(ERR_INPUT, "the note has more than %d signatures",
				    NOTE_SIGNATURES_MAX);
		if (!read_line(a, line, &n.lines[n.n++]))
			return fail(ERR_INPUT, "signature line %zu of the note is not of its form",
				    n.n);
	}
	*out = n;
	return NULL;
}

static bool line_holds(const struct note_key *key, struct str text, const struct note_line *line,
		       int64_t *time)
{
	struct ed25519_sig sig;

	if (key->kind == NOTE_COSIGNATURE)
		return cosign_check(&key->pub, text, line->bytes, time);
	if (line->bytes.n != sizeof(sig.b))
		return false;
	memcpy(sig.b, line->bytes.p, sizeof(sig.b));
	return ed25519_verify(&key->pub, text, &sig);
}

err note_verify(const struct note *n, const struct note_key *keys, size_t count,
		struct note_seen *seen)
{
	memset(seen, 0, count * sizeof(*seen));
	for (size_t k = 0; k < count; k++) {
		for (size_t i = 0; i < n->n; i++) {
			int64_t time = 0;

			if (n->lines[i].id != keys[k].id ||
			    !str_eq(n->lines[i].name, keys[k].name))
				continue;
			if (!line_holds(&keys[k], n->text, &n->lines[i], &time)) {
				memset(seen, 0, count * sizeof(*seen));
				return fail(ERR_INTEGRITY, "the signature of %.*s does not match",
					    FMT(keys[k].name));
			}
			if (!seen[k].good)
				seen[k] = (struct note_seen){ true, time };
		}
	}
	return NULL;
}

void note_add_signature(struct buf *out, struct str text, const struct note_signer *s,
			int64_t time)
{
	uint8_t bytes[4 + COSIGN_BYTES];
	size_t n = sizeof(bytes);

	ASSERT(text.n && text.p[text.n - 1] == '\n' && text.n <= NOTE_BYTES_MAX);
	write_be32(bytes, s->key.id);
	if (s->key.kind == NOTE_COSIGNATURE) {
		cosign_sign(bytes + 4, s->secret, text, time);
	} else {
		struct ed25519_sig sig = ed25519_sign(s->secret, text);

		memcpy(bytes + 4, sig.b, sizeof(sig.b));
		n = 4 + sizeof(sig.b);
	}
	buf_add(out, dash);
	buf_add(out, s->key.name);
	buf_add_char(out, ' ');
	base64_add(out, bytes, n);
	buf_add_char(out, '\n');
}

void note_sign(struct buf *out, struct str text, const struct note_signer *s)
{
	buf_add(out, text);
	buf_add_char(out, '\n');
	note_add_signature(out, text, s, 0);
}
