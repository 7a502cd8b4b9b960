#include "source/config_approve.h"

#include "base/instant.h"
#include "source/config.h"
#include "store/directory.h"
#include "store/second.h"
#include "store/signature.h"

err config_standing(struct store *s, struct arena *a, struct config_standing *out)
{
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(store_db(s), SQL("SELECT v.digest, v.matters, v.state, v.at, v.idx, r.header, v.seconded FROM view_config v "
				      "JOIN kept_record r ON r.idx = v.idx"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "no configuration was applied yet"), "custody config apply custody.yaml");
	TRY(header_parse(a, arena_str(a, db_blob(rows, 5)), &h));
	*out = (struct config_standing){
		.about = h.about, .by = h.by, .digest = record_hex(a, db_blob(rows, 0)),
		.matters = record_hex(a, db_blob(rows, 1)), .state = arena_str(a, db_text(rows, 2)),
		.at = db_int(rows, 3), .idx = db_int(rows, 4), .seconded = db_int(rows, 6) == 1,
	};
	db_rows_close(rows);
	rows = NULL;
	return db_get_int(store_db(s), SQL("SELECT count(*) FROM view_release_branch WHERE waiting = 1"), DB_NONE, 0,
			  &out->waiting);
}

enum { REVIEWERS_MAX = 100 };

struct approving {
	struct store *s;
	struct arena *a;
	const struct config_approve_spec *spec;
	struct config_standing c;
	struct r_config_approval f;
	struct draft d;
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
	BUF_AUTO file = buf_new(CONFIG_BYTES);
	struct signature_spec sig = { .name = "the configuration", .signature = ap->spec->signature,
				      .at = instant_now() };
	struct second_party proposed = { .account = ap->c.by }, approves = { 0 };
	struct signature_found found;
	struct digest d;

	if (!digest_get(ap->c.digest, &d))
		return fail(ERR_INTEGRITY, "the digest of the configuration is damaged");
	TRY(evidence_get(store_evidence(ap->s), &d, &file));
	sig.message = buf_str(&file);
	TRY(signature_check(ap->s, ap->a, &sig, &found));
	TRY(signer_person(ap, found.signer, &approves.person));
	TRY(second_person(ap->s, ap->a, &proposed, &approves));
	TRY(signature_keep(ap->s, ap->a, &found, &ap->d.cites));
	ap->f.person = approves.person;
	ap->f.signer = found.signer;
	ap->f.key = found.key;
	ap->d.author = AUTHOR_SIGNED;
	return NULL;
}

/* Every export that told of the pull request is a collection or of a pipeline: a file
 * that somebody uploaded could say anything of it. */
static err check_tellings(struct approving *ap)
{
	const struct config_approve_spec *spec = ap->spec;
	int64_t uploaded;

	TRY(db_get_int(store_db(ap->s), SQL("SELECT count(*) FROM view_pull_told t WHERE t.repository_no = $1 AND t.proven = 0 "
		"AND (t.number = $2 OR (t.number = -1 AND t.head = (SELECT p.head_commit FROM view_pull p "
		"WHERE p.repository_no = $1 AND p.number = $2)))"),
		DB_ARGS(DB_I(spec->repository), DB_I(spec->pull)), 0, &uploaded));
	if (!uploaded)
		return NULL;
	return err_hint(fail(ERR_DENIED, "the review of pull request %lld is told by an uploaded file, which anybody could "
			     "have written", (long long)spec->pull),
			"export it in a pipeline with --to FILE, sign FILE with the key of a service, and import it with "
			"--signature; or approve in another way");
}

/* Accounts whose approval is of what was merged, and who did not work on it. */
static err find_reviewers(struct approving *ap, struct strs *out)
{
	const struct config_approve_spec *spec = ap->spec;
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct strs){ ARENA_ARRAY(ap->a, struct str, REVIEWERS_MAX), 0 };
	TRY(db_query(store_db(ap->s), SQL("SELECT DISTINCT r.reviewer FROM view_review r JOIN view_pull p "
		"ON p.repository_no = r.repository_no AND p.number = r.number JOIN view_account o ON o.id = r.reviewer "
		"LEFT JOIN view_person op ON op.id = o.person "
		"WHERE r.repository_no = $1 AND r.number = $2 AND r.state = 'approved' AND r.commit_id = p.head_commit "
		"AND r.at <= p.merged_at AND o.kind NOT IN ('bot', 'host', 'tool') AND coalesce(op.kind, '') <> 'service' "
		"AND NOT EXISTS (SELECT 1 FROM view_review n WHERE n.repository_no = $1 AND n.number = $2 "
		"AND n.reviewer = r.reviewer AND n.state IN ('changes-requested', 'dismissed') AND n.at > r.at) "
		"AND NOT EXISTS (SELECT 1 FROM view_account w WHERE (w.id = o.id OR w.person = o.person) AND (w.id = p.author "
		"OR w.id IN (SELECT account FROM view_pull_account WHERE repository_no = $1 AND number = $2) "
		"OR w.id IN (SELECT account FROM view_change_account WHERE change_no = $3))) ORDER BY r.reviewer"),
		DB_ARGS(DB_I(spec->repository), DB_I(spec->pull), DB_I(spec->change)), &rows));
	while (out->n < REVIEWERS_MAX) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		out->v[out->n++] = record_hex(ap->a, db_blob(rows, 0));
	}
	return NULL;
}

static err by_review(struct approving *ap)
{
	struct second_party proposed = { .account = ap->c.by };
	struct strs reviewer;
	err e = NULL;

	TRY(check_tellings(ap));
	TRY(find_reviewers(ap, &reviewer));
	for (size_t i = 0; i < reviewer.n; i++) {
		struct second_party approves = { .account = reviewer.v[i] };

		e = second_person(ap->s, ap->a, &proposed, &approves);
		if (!e)
			return second_person_of(ap->s, ap->a, &approves, &ap->f.person);
		if (e->kind != ERR_DENIED)
			return e;
	}
	return e ? e : fail(ERR_DENIED, "no person who is known approved pull request %lld before it was merged",
			    (long long)ap->spec->pull);
}

/* Nobody is alone where a second person stood behind anything before. */
static err by_one(struct approving *ap)
{
	if (!ap->c.seconded)
		return NULL;
	return err_hint(fail(ERR_DENIED, "a second person approved a configuration of this home: one alone cannot replace it"),
			"a second person approves: custody config approve");
}

/* Whether that is a second person, by the way they are known. */
static err check_second(struct approving *ap)
{
	struct second_party proposed = { .account = ap->c.by }, approves = { .account = ap->d.by };

	switch (ap->spec->how) {
	case APPROVED_SIGNED:
		return by_signature(ap);
	case APPROVED_REVIEWED:
		return by_review(ap);
	case APPROVED_ALONE:
		return by_one(ap);
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

	ap->d = (struct draft){
		.type = &record_config_approval, .about = ap->c.about, .effective = instant_now(), .by = ap->spec->by,
		.content = CONTENT_STATED, .author = AUTHOR_CLAIMED, .cites = { &ap->c.digest, 1 }, .fields = &ap->f,
	};
	ap->f = (struct r_config_approval){
		.config = ap->c.about, .digest = ap->c.digest, .matters = ap->c.matters, .how = ap->spec->how,
		.commit = ap->spec->commit, .why = ap->spec->why,
	};
	if (!ap->d.by.p)
		TRY(store_local_account(ap->s, &ap->d.by));
	TRY(check_second(ap));
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
