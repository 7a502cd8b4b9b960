/* Checking a pack as doc/format-pack.md, page 13, says: from the bytes that are
 * there and keys, without a home, in memory that grows neither with what files
 * hold nor with the number of evidence. Every fault is named and the check goes on. */
#ifndef PACK_VERIFY_H
#define PACK_VERIFY_H

#include "base/arena.h"
#include "crypto/digest.h"

enum pack_level {
	PACK_NOT_INTACT,
	PACK_INTACT,		/* the key is known from the pack alone */
	PACK_AUTHENTIC,		/* the reader had the key from elsewhere */
	PACK_WITNESSED,		/* and a witness whose key the reader had signed, too */
};
extern const char *const pack_level_words[];

struct pack_verify_spec {
	struct arena *a;	/* for the texts of the result */
	struct strs keys;	/* vkeys the reader gives: of the log, of witnesses */
	struct strs known;	/* vkeys seen before (pack_known_load) */
	void (*fault)(void *ctx, const char *where, const char *what);
	void (*progress)(void *ctx, uint64_t done, uint64_t of);	/* bytes; may be NULL */
	void *ctx;
};

/* Records of one type: in the log; with a line in the pack; with an absent part. */
struct pack_type_count {
	struct str type;
	int64_t log, shown, erased, withheld;
};

struct pack_stamp {
	struct str note, tsr;	/* paths */
	int64_t at, size;	/* what it says, INSTANT_NONE; records it covers */
};

struct pack_checked {
	enum pack_level level;
	bool given, remembered;		/* how the key was known */
	bool other_known;		/* another key of this name was seen before */
	int64_t faults;
	int64_t files, bytes;		/* listed by the manifest and there */
	int64_t records, shown, first_received, last_received;
	int64_t erased_parts, withheld_parts;
	int64_t evidence, evidence_bytes, erased_evidence, withheld_evidence;
	int64_t witnessed_since;	/* INSTANT_NONE */
	struct str origin, vkey, fingerprint;	/* absent where they cannot be told */
	struct digest root;
	struct digest manifest;		/* of manifest.json as it is; zero where there is none */
	struct pack_type_count *types;	/* by name */
	size_t n_types;
	struct pack_stamp *stamps;
	size_t n_stamps;
};

/* A folder or a .zip. ERR_USAGE: a key given is none; ERR_MISSING, ERR_IO: it
 * could not be read. Whatever else is wrong is a fault. */
MUST_USE err pack_verify(const char *path, const struct pack_verify_spec *spec, struct pack_checked *out);

/* What people compare of a key: the SHA-256 of its 32 bytes in hexadecimal. */
struct note_key;
struct str pack_fingerprint(struct arena *a, const struct note_key *key);

/* Whether there is a pack: a .zip file, or a folder with a manifest. */
bool pack_is(const char *path);

/* A folder with checkpoint and tile/: the signature by the one log key given or
 * known, every entry and tile against the root. The level is AUTHENTIC or
 * WITNESSED, or INTACT with the key.vkey that lies there. */
MUST_USE err pack_verify_tiles(const char *path, const struct pack_verify_spec *spec, struct pack_checked *out);

/* One tlog-proof and the bytes of the header it speaks of. ERR_INTEGRITY. */
struct pack_proof_result {
	int64_t index, size;
	struct str origin, type;	/* in spec->a */
	enum pack_level level;
	int64_t witnessed_since;
};
MUST_USE err pack_verify_proof(struct str proof, struct str header, const struct pack_verify_spec *spec,
			       struct pack_proof_result *out);

#endif
