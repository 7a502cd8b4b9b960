#include "ledger/cosign.h"

#include "ledger/note.h"

#include <inttypes.h>

static void message(struct buf *out, struct str text, int64_t time)
{
	buf_addf(out, "cosignature/v1\ntime %" PRId64 "\n", time);
	buf_add(out, text);
	ASSERT(!buf_over(out));
}

void cosign_sign(uint8_t out[COSIGN_BYTES], const struct ed25519_key *key, struct str text,
		 int64_t time)
{
	BUF_AUTO b = buf_new(NOTE_BYTES_MAX + 64);
	struct ed25519_sig sig;

	ASSERT(time > 0);
	message(&b, text, time);
	sig = ed25519_sign(key, buf_str(&b));
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)time >> (56 - 8 * i));
	memcpy(out + 8, sig.b, sizeof(sig.b));
}

bool cosign_check(const struct ed25519_pub *pub, struct str text, struct str bytes, int64_t *time)
{
	BUF_AUTO b = buf_new(NOTE_BYTES_MAX + 64);
	struct ed25519_sig sig;
	uint64_t t = 0;

	if (bytes.n != COSIGN_BYTES || text.n > NOTE_BYTES_MAX)
		return false;
	for (int i = 0; i < 8; i++)
		t = t << 8 | (uint8_t)bytes.p[i];
	if (t == 0 || t > INT64_MAX)
		return false;
	message(&b, text, (int64_t)t);
	memcpy(sig.b, bytes.p + 8, sizeof(sig.b));
	if (!ed25519_verify(pub, buf_str(&b), &sig))
		return false;
	*time = (int64_t)t;
	return true;
}
