#include "store/signature.h"

#include "base/file.h"
#include "crypto/signers.h"
#include "store/directory.h"

enum { SIGNATURE_MAX = 64 * 1024, SIGNERS_MAX = 4 << 20 };

err signature_check(struct store *s, struct arena *a, const struct signature_spec *spec, struct signature_found *out)
{
	BUF_AUTO armour = buf_new(SIGNATURE_MAX), list = buf_new(SIGNERS_MAX);
	const char *signers = spec->signers ? spec->signers : store_path(s, a, "allowed_signers");
	const struct signer *who;
	struct signers known;
	struct sshsig sig;

	TRY(file_read(spec->signature, &armour));
	TRY(err_hint(file_read(signers, &list), "--signers names the file that lists whose key is whose"));
	TRY(err_in(sshsig_parse(a, buf_str(&armour), &sig), "%s", spec->signature));
	TRY(err_in(sshsig_verify(&sig, spec->message, "file"), "%s", spec->signature));
	TRY(err_in(signers_parse(a, arena_str(a, buf_str(&list)), &known), "%s", signers));
	who = signers_find(&known, &sig, spec->at);
	if (!who)
		return fail(ERR_DENIED, "the key %s that signed %s is listed for nobody in %s", sig.fingerprint,
			    spec->name, signers);
	out->signer = str_cut(arena_str(a, who->principals), 320);
	out->key = arena_str(a, str_c(sig.fingerprint));
	return NULL;
}

err signature_of_service(struct store *s, struct arena *a, struct str signer, bool *service)
{
	DIRECTORY_AUTO d = { 0 };
	struct str one;

	*service = false;
	TRY(directory_load(store_db(s), a, &d));
	while (str_split(&signer, ',', &one)) {
		for (int by = DIRECTORY_EMAIL; by <= DIRECTORY_NAME; by++) {
			struct directory_hits h = directory_find(&d, (enum directory_by)by, str_trim(one));

			if (h.n == 1 && d.person[h.v[0]].f.kind == PERSON_SERVICE)
				*service = true;
		}
	}
	return NULL;
}
