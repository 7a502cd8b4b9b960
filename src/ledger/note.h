/* Signed notes (c2sp.org/signed-note v1.0.0): a text, an empty line, and lines
 * with signatures over the text. Keys travel as one line: the verifier key
 * "name+hash+base64" and the signing key "PRIVATE+KEY+name+hash+base64". */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "crypto/ed25519.h"

enum { NOTE_BYTES_MAX = 1 << 20, NOTE_SIGNATURES_MAX = 100, NOTE_NAME_BYTES_MAX = 255 };

enum note_kind {
	NOTE_ED25519 = 1,	/* signs the text itself */
	NOTE_COSIGNATURE = 4,	/* cosignature/v1: signs a time and the text (cosign.h) */
};

/* A public key and its name. The id is only a hint which key to try. */
struct note_key {
	struct str name;
	uint32_t id;
	enum note_kind kind;
	struct ed25519_pub pub;
};

struct note_line {
	struct str name;
	uint32_t id;
	struct str bytes;		/* behind the id: what the kind of key wants */
};

struct note {
	struct str text;		/* with its final newline */
	struct note_line *lines;
	size_t n;
};

/* Not empty, valid UTF-8 without spaces, control characters and '+'. */
bool note_name_ok(struct str name);

uint32_t note_key_id(struct str name, enum note_kind kind, const struct ed25519_pub *pub);

/* A verifier key line; the name is borrowed from it. ERR_INPUT for one that is
 * not of its form, whose hash does not fit, or of another kind. */
MUST_USE err note_key_parse(struct str vkey, struct note_key *out);
void note_key_put(struct buf *out, const struct note_key *key);

/* Reads a note; the views of `out` live in `a` and in `bytes`. ERR_INPUT on
 * any breach of the form: no signature, more than 100, an invalid name or
 * base64, control characters, invalid UTF-8. ERR_LIMIT beyond 1 MiB. */
MUST_USE err note_parse(struct arena *a, struct str bytes, struct note *out);

/* What is known of one key after note_verify. */
struct note_seen {
	bool good;
	int64_t time;			/* NOTE_COSIGNATURE: seconds, when it was made */
};

/* Tries the known keys: seen[i] tells of keys[i]. Lines of other keys are
 * ignored; a line of a known key that does not hold refuses the whole note
 * (ERR_INTEGRITY). None of the keys having signed is no error here. */
MUST_USE err note_verify(const struct note *n, const struct note_key *keys, size_t count,
			 struct note_seen *seen);

/* The name and the private key of one signer. */
struct note_signer;
MUST_USE err note_signer_parse(struct str skey, struct note_signer **out);
struct note_signer *note_signer_new(struct str name, enum note_kind kind,
				    const uint8_t seed[ED25519_SEED]);
void note_signer_free(struct note_signer *s);
OWNER(note_signer)

/* The public half; its name lives with the signer. */
const struct note_key *note_signer_key(const struct note_signer *s);

/* Adds "PRIVATE+KEY+…" without a newline; `seed` as given to note_signer_new. */
void note_signer_put(struct buf *out, const struct note_key *key,
		     const uint8_t seed[ED25519_SEED]);

/* Adds one signature line over `text`, which ends in a newline. `time` is for
 * NOTE_COSIGNATURE (above 0), else ignored. */
void note_add_signature(struct buf *out, struct str text, const struct note_signer *s,
			int64_t time);

/* Adds the whole note: text, empty line, one signature. */
void note_sign(struct buf *out, struct str text, const struct note_signer *s);

#endif
