/* Proofs from any bytes: what is read is written again to the same bytes, and
 * only a leaf that is in the log passes. */
#include "fuzz.h"

#include "base/arena.h"
#include "ledger/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO again = buf_new(PROOF_BYTES_MAX);
	struct str bytes = { (const char *)data, n };
	struct checkpoint_trust trust = { 0 };
	struct checkpoint_signed c;
	struct proof p;

	if (proof_get(a, bytes, &p))
		return 0;
	proof_put(&again, &p);
	ASSERT(str_eq(buf_str(&again), bytes));
	ASSERT(!note_key_parse(STR("example.com/log/testdata+33d7b496+"
				   "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"), &trust.log));
	ASSERT(proof_verify(a, &p, STR("never an entry"), &trust, &c));
	if (!proof_verify(a, &p, STR("five"), &trust, &c))
		ASSERT(p.index == 4);
	return 0;
}
