/* Anchors: somebody outside vouches that a checkpoint of this log existed at a
 * time. What they gave becomes evidence, a row of kept_anchor (checked again
 * whenever it is used, vouch.h) and an anchor record. Whom to ask is remembered
 * in anchors.json of the home, because an address may hold a password. */
#ifndef STORE_ANCHOR_H
#define STORE_ANCHOR_H

#include "store/home.h"

enum anchor_kind { ANCHOR_TSA, ANCHOR_WITNESS, ANCHOR_BRANCH };
extern const char *const anchor_kind_words[];	/* tsa witness branch */
enum { ANCHOR_PLACES_MAX = 64, ANCHOR_CA_KIND_MAX = 32 };

/* Whom to ask; texts absent where the kind has none. */
struct anchor_place {
	int kind;			/* enum anchor_kind */
	int always;			/* after each command that signs */
	int ask;			/* witness: whenever the home is opened for writing */
	struct str address;		/* URL, or folder of a repository (absolute) */
	struct str key;			/* witness: verifier key line */
	struct str roots;		/* tsa: digest of the evidence that holds its roots; absent: the machine's */
	struct str branch, remote;	/* branch: its name, and where to push to or absent */
};

struct anchor_done {
	int64_t size, at;		/* records anchored; the time they vouch for */
	struct str source;		/* who they are, as kept */
	struct str commit;		/* branch: the commit that holds the checkpoint */
	bool already;			/* it had vouched for this size before; nothing was asked */
	bool outside;			/* false: a branch that was not pushed; nothing was recorded */
};

/* Who a place is, for people, without credentials: the address of an authority,
 * the name of a witness, host and branch; in `a`. */
MUST_USE err anchor_source(struct arena *a, const struct anchor_place *p, struct str *out);

/* Asks about the newest checkpoint, at most wait_ms, checks the answer, keeps and
 * records it, signs. Errors of timestamp.h and witness.h. ERR_MISSING while the
 * log is empty. */
MUST_USE err anchor_take(struct store *s, struct arena *a, const struct anchor_place *p, int64_t wait_ms,
			 struct anchor_done *out);

/* An anchor's own record makes the log one longer than what was anchored. So at the
 * end every witness of the home is asked to sign the newest checkpoint as well;
 * what it gives becomes a row of kept_anchor without a record. Witnesses that do
 * not give it are passed over. */
MUST_USE err anchor_cosign_head(struct store *s, struct arena *a, int64_t wait_ms);

/* The signed checkpoint of this size with the lines of every witness that signed
 * it: what a pack or a proof carries. ERR_MISSING for another size. */
MUST_USE err anchor_cosigned_note(struct db *db, struct arena *a, int64_t size, struct str *out);

/* Records behind the newest anchored checkpoint that are no anchors themselves. */
MUST_USE err anchor_pending(struct store *s, int64_t *records);

/* The certificates of a file (PEM) kept as evidence; *digest for place.roots. */
MUST_USE err anchor_keep_roots(struct store *s, struct arena *a, const char *path, struct str *digest);

/* The remembered places; none where there is no file. */
struct anchor_places {
	struct many places;		/* struct anchor_place */
};
MUST_USE err anchor_places_read(struct arena *a, const char *home, struct anchor_places *out);

/* Adds or replaces the place of the same kind and source. */
MUST_USE err anchor_place_add(struct arena *a, const char *home, const struct anchor_place *p);

/* Forgets the places whose source or address this is; ERR_MISSING for none. */
MUST_USE err anchor_place_forget(struct arena *a, const char *home, struct str source);

/* Asks the witnesses of the home what they hold, a second for all of them. One that
 * holds more than `l`, or another log, is ERR_DENIED with the command that makes
 * a new shard; one that does not answer is passed over. */
MUST_USE err anchor_ask_witnesses(const struct home *h, struct ledger *l);

/* The checkpoint as file `checkpoint` on a branch of the repository, without
 * touching its work tree: only new objects and that one reference. *made is
 * false where the branch held it already. ERR_CONFLICT: the branch is checked
 * out, or holds other things. */
struct anchor_branch {
	const char *dir, *branch;
	struct str note;
	int64_t at;
};
MUST_USE err anchor_branch_commit(struct arena *a, const struct anchor_branch *b, struct str *commit);
MUST_USE err anchor_branch_push(struct arena *a, const struct anchor_branch *b, struct str remote);

/* "host/path branch NAME" of the remote, without credentials. */
MUST_USE err anchor_branch_source(struct arena *a, const char *dir, struct str branch, struct str remote,
				  struct str *out);

#endif
