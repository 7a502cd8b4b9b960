/* SipHash-2-4 with 64 bits of result (Aumasson and Bernstein, 2012): for tables
 * in memory whose keys come from outside. Never for identity. */
#ifndef CRYPTO_SIPHASH_H
#define CRYPTO_SIPHASH_H

#include "base/base.h"
#include "base/str.h"

uint64_t siphash64(const uint8_t key[16], struct str s);

#endif
