/* Unpredictable bytes from the kernel. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/base.h"

/* Fills `out`. Stops the process when the kernel gives none: a salt or key that
 * can be guessed is worse than no program. */
void random_bytes(void *out, size_t n);

#endif
