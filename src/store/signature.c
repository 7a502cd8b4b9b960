#include "store/signature.h"

#include "base/file.h"
#include "crypto/signers.h"
#include "store/directory.h"

enum { SIGNATURE_MAX = 64 * 1024, SIGNERS_MAX = 4 << 20, CITED_MAX = 8 };

static err read_bytes(struct arena *a, const char *path, size_t max, struct str *out)
{
	BUF_AUTO bytes = buf_new(max);

	TRY(file_read(path, &bytes));
	*out = arena_str(a, buf_str(&bytes));
	return NULL;
}

/* The lists of the home, and no other: who signs does not say whose key it is. */
static err read_lists(struct store *s, struct arena *a, struct signers *known, struct signature_found *out)
{
	const char *listed = store_path(s, a, "allowed_signers"), *revoked = store_path(s, a, "revoked_keys");

	TRY(err_hint(read_bytes(a, listed, SIGNERS_MAX, &out->listed), "%s says whose key is whose", listed));
	TRY(err_in(signers_parse(a, out->listed, known), "%s", listed));
	out->revoked = (struct str){ 0 };
	if (!file_exists(revoked))
		return NULL;
	TRY(read_bytes(a, revoked, SIGNERS_MAX, &out->revoked));
	return err_in(signers_revoke(a, out->revoked, known), "%s", revoked);
}

static err judge(const struct signers *known, const struct sshsig *sig, const struct signature_spec *spec)
{
	switch (signers_vouch(known, sig, spec->message, "file")) {
	case SIGNERS_LISTED:
		return NULL;
	case SIGNERS_UNLISTED:
		return fail(ERR_DENIED, "the key %s that signed %s is listed for nobody in the home's allowed_signers",
			    sig->fingerprint, spec->name);
	case SIGNERS_REVOKED:
		return fail(ERR_DENIED, "the key %s that signed %s is revoked in this home", sig->fingerprint, spec->name);
	case SIGNERS_BAD:
	case SIGNERS_UNCHECKED:
		break;
	}
	return err_in(sshsig_verify(sig, spec->message, "file"), "%s", spec->signature);
}

err signature_check(struct store *s, struct arena *a, const struct signature_spec *spec, struct signature_found *out)
{
	struct signature_found found;
	const struct signer *who;
	struct signers known;
	struct sshsig sig;

	TRY(read_bytes(a, spec->signature, SIGNATURE_MAX, &found.armour));
	TRY(read_lists(s, a, &known, &found));
	TRY(err_in(sshsig_parse(a, found.armour, &sig), "%s", spec->signature));
	TRY(judge(&known, &sig, spec));
	who = signers_find(&known, &sig, spec->at);
	if (!who)
		return fail(ERR_DENIED, "the key %s that signed %s is listed for another time or use", sig.fingerprint,
			    spec->name);
	found.signer = str_cut(arena_str(a, who->principals), 320);
	found.key = arena_str(a, str_c(sig.fingerprint));
	*out = found;
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

err signature_keep(struct store *s, struct arena *a, const struct signature_found *found, struct strs *cites)
{
	const struct {
		struct str bytes, kind;
	} parts[] = { { found->armour, STR("signature") }, { found->listed, STR("signers") },
		      { found->revoked, STR("revoked-keys") } };
	struct str *v = ARENA_ARRAY(a, struct str, cites->n + ARRAY_LEN(parts));
	size_t n = 0, k = 0;

	ASSERT(cites->n <= CITED_MAX);
	while (n < cites->n) {
		v[n] = cites->v[n];
		n++;
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *hex = arena_alloc(a, DIGEST_TEXT);
		struct digest d;

		if (!parts[i].bytes.n)
			continue;
		TRY(evidence_put(store_evidence(s), parts[i].bytes, &d));
		TRY(store_note_evidence(s, &d, (int64_t)parts[i].bytes.n, parts[i].kind));
		digest_put(hex, &d);
		v[n++] = str_c(hex);
	}
	qsort(v, n, sizeof(*v), by_text);
	for (size_t i = 0; i < n; i++)
		if (!k || !str_eq(v[i], v[k - 1]))
			v[k++] = v[i];
	*cites = (struct strs){ v, k };
	return NULL;
}

static err is_in_force(struct store *s, struct arena *a, struct str person, bool *yes)
{
	int64_t n;

	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_service WHERE person = $1 AND waiting = 0"),
		       DB_ARGS(record_blob(a, person)), 0, &n));
	*yes |= n > 0;
	return NULL;
}

err signature_of_service(struct store *s, struct arena *a, struct str signer, bool *service)
{
	DIRECTORY_AUTO d = { 0 };
	struct str one;

	*service = false;
	TRY(directory_load(store_db(s), a, &d));
	while (str_split(&signer, ',', &one)) {
		struct directory_person *p;

		if (!directory_pick_person(&d, str_trim(one), &p))
			TRY(is_in_force(s, a, p->id, service));
	}
	return NULL;
}
