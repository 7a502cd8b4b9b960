/* SSH signatures and files of allowed signers from any bytes: nothing is good
 * over a message that was never signed. */
#include "fuzz.h"

#include "base/arena.h"
#include "crypto/signers.h"
#include "crypto/sshsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct str bytes = { (const char *)data, n };
	struct sshsig sig;
	struct signers list;

	if (!sshsig_parse(a, bytes, &sig))
		ASSERT(sshsig_verify(&sig, STR("never signed"), "git"));
	if (!signers_parse(a, bytes, &list))
		for (size_t i = 0; i < list.n; i++) {
			struct sshsig by = { .key = list.v[i].key, .space = STR("git") };

			(void)signers_covers(&list.v[i], STR("name@example.com"));
			(void)signers_find(&list, &by, 1700000000);
		}
	return 0;
}
