/* Many small items of one size, more than memory should hold: they are put in one
 * by one, and come out in order once all are there. A million bytes stay in memory;
 * what is beyond lies sorted in a temporary file that has no name and goes with the
 * process ($TMPDIR, or /var/tmp). */
#ifndef PACK_PILE_H
#define PACK_PILE_H

#include "base/base.h"
#include "base/str.h"

struct pile;

/* Order: of the bytes of the items, as memcmp has it, or as they were put in. */
enum pile_order { PILE_SORTED, PILE_AS_PUT };
struct pile *pile_new(size_t item, enum pile_order order);
void pile_free(struct pile *p);
OWNER(pile)

/* Not after pile_start. */
MUST_USE err pile_put(struct pile *p, const void *item);
uint64_t pile_count(const struct pile *p);

/* Ends the putting and goes to the first item; may be called again to go there
 * again. *got false behind the last. */
MUST_USE err pile_start(struct pile *p);
MUST_USE err pile_next(struct pile *p, void *item, bool *got);

/* Numbers in items, so that the order of bytes is that of the numbers. */
void pile_put_u64(uint8_t out[8], uint64_t n);
uint64_t pile_u64(const uint8_t p[8]);

/* A file without a name, where such piles lie. */
MUST_USE err pile_file(int *fd);

#endif
