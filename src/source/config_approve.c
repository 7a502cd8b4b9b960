#include "source/config_approve.h"

#include "base/file.h"
#include "base/instant.h"
#include "source/config.h"
#include "store/directory.h"
#include "store/second.h"
#include "store/signature.h"

enum { SIGNATURE_MAX = 64 * 1024 };

err config_standing(struct store *s, struct arena *a, struct config_standing *out)
{
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT v.digest, v.matters, v.state, v.at, v.idx, r.header FROM view_config v "
				      "JOIN kept_record r ON r.idx = v.idx"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "no configuration was applied yet"), "custody config apply custody.yaml");
	TRY(header_parse(a, arena_str(a, db_blob(rows, 5)), &h));
	*out = (struct config_standing){
		.about = h.about, .by = h.by, .digest = record_hex(a, db_blob(rows, 0)),
		.matters = record_hex(a, db_blob(rows, 1)), .state = arena_str(a, db_text(rows, 2)),
		.at = db_int(rows, 3), .idx = db_int(rows, 4),
	};
	db_rows_close(rows);
	rows = NULL;
	return db_get_int(store_db(s), SQL("SELECT count(*) FROM view_release_branch WHERE waiting = 1"), DB_NONE, 0,
			  &out->waiting);
}

struct approving {
	struct store *s;
	struct arena *a;
	const struct config_approve_spec *spec;
	struct config_standing c;
	struct r_config_approval f;
	struct draft d;
	struct str cite[2];
};

/* The one person the principals of the key name. */
static err signer_person(struct approving *ap, struct str signer, struct str *person)
{
	DIRECTORY_AUTO d = { 0 };
	struct str rest = signer, one;

	TRY(directory_load(store_db(ap->s), ap->a, &d));
	while (str_split(&rest, ',', &one)) {
		struct directory_person *p;

		if (directory_pick_person(&d, str_trim(one), &p))
			continue;
		if (p->f.kind == PERSON_SERVICE)
			return fail(ERR_DENIED, "'%.*s' is a service; a person approves, a service does not", FMT(one));
		*person = arena_str(ap->a, p->id);
		return NULL;
	}
	return err_hint(fail(ERR_DENIED, "the key is listed for '%.*s', and nobody is known by that name", FMT(signer)),
			"declare them under 'people', or import them: custody people import");
}

static err by_signature(struct approving *ap)
{
	BUF_AUTO file = buf_new(CONFIG_BYTES), armour = buf_new(SIGNATURE_MAX);
	struct signature_spec sig = { .name = "the configuration", .signature = ap->spec->signature,
				      .signers = ap->spec->signers, .at = instant_now() };
	struct second_party proposed = { .account = ap->c.by }, approves = { 0 };
	char *hex = arena_alloc(ap->a, DIGEST_TEXT);
	struct signature_found found;
	struct digest d;

	if (!digest_get(ap->c.digest, &d))
		return fail(ERR_INTEGRITY, "the digest of the configuration is damaged");
	TRY(evidence_get(store_evidence(ap->s), &d, &file));
	sig.message = buf_str(&file);
	TRY(signature_check(ap->s, ap->a, &sig, &found));
	TRY(signer_person(ap, found.signer, &approves.person));
	TRY(second_person(ap->s, ap->a, &proposed, &approves));
	TRY(file_read(ap->spec->signature, &armour));
	TRY(evidence_put(store_evidence(ap->s), buf_str(&armour), &d));
	TRY(store_note_evidence(ap->s, &d, (int64_t)armour.n, STR("signature")));
	digest_put(hex, &d);
	ap->cite[ap->d.cites.n++] = str_c(hex);
	ap->f.person = approves.person;
	ap->f.signer = found.signer;
	ap->f.key = found.key;
	ap->d.author = AUTHOR_SIGNED;
	return NULL;
}

/* Whether that is a second person, by the way they are known. */
static err check_second(struct approving *ap)
{
	struct second_party proposed = { .account = ap->c.by }, approves = { .account = ap->d.by };

	switch (ap->spec->how) {
	case APPROVED_SIGNED:
		return by_signature(ap);
	case APPROVED_REVIEWED:
		ap->d.author = AUTHOR_HOST;
		return NULL;
	case APPROVED_ALONE:
		return NULL;
	}
	return second_person(ap->s, ap->a, &proposed, &approves);
}

static bool good_enough(const struct config_standing *c, int how)
{
	return str_is(c->state, "approved") || (how == APPROVED_ALONE && str_is(c->state, "alone"));
}

static err approve(struct approving *ap)
{
	int64_t idx;
	bool already;

	ap->cite[0] = ap->c.digest;
	ap->d = (struct draft){
		.type = &record_config_approval, .about = ap->c.about, .effective = instant_now(), .by = ap->spec->by,
		.content = CONTENT_STATED, .author = AUTHOR_CLAIMED, .cites = { ap->cite, 1 }, .fields = &ap->f,
	};
	ap->f = (struct r_config_approval){
		.config = ap->c.about, .digest = ap->c.digest, .matters = ap->c.matters, .how = ap->spec->how,
		.commit = ap->spec->commit, .why = ap->spec->why,
	};
	if (!ap->d.by.p)
		TRY(store_local_account(ap->s, &ap->d.by));
	TRY(check_second(ap));
	if (ap->d.cites.n == 2 && str_cmp(ap->cite[0], ap->cite[1]) > 0) {
		struct str first = ap->cite[0];

		ap->cite[0] = ap->cite[1];
		ap->cite[1] = first;
	}
	TRY(store_act(ap->s, STR("config approve"), &ap->d.in));
	TRY(store_append(ap->s, &ap->d, &idx, &already));
	return store_finish(ap->s);
}

err config_approve(struct store *s, struct arena *a, const struct config_approve_spec *spec, bool *already)
{
	struct approving ap = { .s = s, .a = a, .spec = spec };
	err e;

	TRY(config_standing(s, a, &ap.c));
	*already = good_enough(&ap.c, spec->how);
	if (*already)
		return NULL;
	e = approve(&ap);
	if (e)
		store_abandon(s);
	return e;
}
