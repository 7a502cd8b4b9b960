/* What a submission's scans found, gathered in the first pass over it: for each result
 * its keys, what tells whether it changed, and where its row is in the copy. Memory:
 * MATCH_BYTES for each result; the texts stay in the copy, which is a file. */
#ifndef STORE_INTAKE_SEEN_H
#define STORE_INTAKE_SEEN_H

#include "store/match.h"
#include "store/submission.h"

struct intake_seen;

/* `key`: of the home, for the keyed hashes. `copy`: the descriptor that is written. */
struct intake_seen *seen_new(const uint8_t key[16], int copy);
void seen_free(struct intake_seen *s);

/* Copies the submission and gathers. */
MUST_USE err seen_copy(struct intake_seen *s, int from, void (*progress)(void *ctx, int64_t done, int64_t of),
		       void *ctx);

/* The results of the next scan in the submission's order, and how many; the matcher is
 * freed with the one after. */
struct match *seen_next(struct intake_seen *s, int64_t *results);

/* One result again by its `ref`; its texts are in `a`. */
MUST_USE err seen_again(const struct intake_seen *s, int64_t ref, struct arena *a, struct s_finding *out);

/* What a change record says of a result. */
struct r_finding_change seen_change(const struct s_finding *f);

#endif
