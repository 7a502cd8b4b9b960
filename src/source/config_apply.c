/* What custody.yaml declares becomes small records: only what differs from what is
 * known is written, and what vanished from the file is recorded as no longer declared. */
#include "source/config_parts.h"

#include <stdarg.h>

#include "base/instant.h"

err config_append(struct config_applying *ap, const struct record_type *t, struct str about, const void *fields)
{
	struct draft d = { .type = t, .about = about, .by = ap->by, .in = intake_id(ap->in),
			   .effective = ap->at, .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED,
			   .cites = { &ap->digest, 1 }, .fields = fields };
	bool already;
	int64_t idx;

	return store_append(ap->s, &d, &idx, &already);
}

/* Both parts of a record in one struct, and what it is about. */
err config_stored(struct config_applying *ap, const struct record_type *t, const struct config_row *row, void *out)
{
	static const struct json_pick words = { FIELD_WORDS, FIELD_WORDS };
	struct json *doc;

	TRY(record_read_part(ap->a, t, row->facts, false, out));
	if (!row->words.p)
		return NULL;
	TRY(json_parse(ap->a, t->name, row->words, &doc));
	return json_to_table(ap->a, t->name, doc, t->table, words, out);
}

bool config_same(const struct table *t, const void *one, const void *other)
{
	BUF_AUTO x = buf_new(FACTS_MAX), y = buf_new(FACTS_MAX);
	struct json_writer w = json_write(&x);

	json_put_table(&w, t, (struct json_pick){ 0, 0 }, one);
	w = json_write(&y);
	json_put_table(&w, t, (struct json_pick){ 0, 0 }, other);
	return str_eq(buf_str(&x), buf_str(&y));
}

void config_note(struct config_applying *ap, const char *fmt, ...)
{
	char text[512];
	va_list args;

	if (!ap->spec->note)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ap->spec->note(ap->spec->note_ctx, str_c(text));
}

static err in_force(struct config_applying *ap, const struct digest *d, bool *same)
{
	int64_t n;

	TRY(db_get_int(store_db(ap->s), SQL("SELECT count(*) FROM view_config WHERE digest = $1"),
		       DB_ARGS(DB_B(digest_str(d))), 0, &n));
	*same = n > 0;
	return NULL;
}

static err take_people(struct config_applying *ap)
{
	const struct config_person *p = ap->c->people.v;

	intake_whole_list(ap->in, STR("config"));
	for (size_t i = 0; i < ap->c->people.n; i++) {
		struct s_person s;

		table_clear(&item_person, &s);
		s.alias = p[i].alias;
		s.email = p[i].email;
		s.roles = p[i].roles;
		s.name = p[i].name;
		s.manager = p[i].manager;
		s.owner = p[i].owner;
		s.kind = p[i].kind;
		TRY(intake_calls.item(ap->in, &item_person, &s));
	}
	return NULL;
}

static struct many branches_of(struct config_applying *ap)
{
	const struct config_repository *r = ap->c->repositories.v;
	struct r_config_branch *v;
	size_t n = 0, k = 0;

	for (size_t i = 0; i < ap->c->repositories.n; i++)
		n += r[i].release_branches.n;
	v = ARENA_ARRAY(ap->a, struct r_config_branch, n + 1);
	for (size_t i = 0; i < ap->c->repositories.n; i++) {
		const struct str *branch = r[i].release_branches.v;

		for (size_t j = 0; j < r[i].release_branches.n; j++)
			v[k++] = (struct r_config_branch){ branch[j], r[i].name };
	}
	return (struct many){ v, k };
}

static struct many retention_of(struct config_applying *ap)
{
	const struct config_retention *t = &ap->c->retention;
	const struct r_retention all[] = {
		{ STR("evidence"), config_months(t->evidence) }, { STR("words"), config_months(t->words) },
	};
	struct r_retention *v = ARENA_ARRAY(ap->a, struct r_retention, ARRAY_LEN(all));
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i].months > 0)
			v[n++] = all[i];
	return (struct many){ v, n };
}

/* What a second person has to approve: which controls apply and who approved that,
 * release branches, people and their roles, what is destroyed when. */
static struct str matters_of(struct config_applying *ap)
{
	const struct config_control *v = ap->c->controls.v;
	struct config_control *bare = ARENA_ARRAY(ap->a, struct config_control, ap->c->controls.n + 1);
	BUF_AUTO out = buf_new(8 << 20);
	struct json_writer w = json_write(&out);
	char *hex = arena_alloc(ap->a, DIGEST_TEXT);
	struct config c = *ap->c;
	struct digest d;

	for (size_t i = 0; i < c.controls.n; i++)
		bare[i] = (struct config_control){
			.control = v[i].control, .reason = v[i].reason, .applies = v[i].applies,
			.frequency = FIELD_UNKNOWN, .role = FIELD_UNKNOWN, .stage = FIELD_UNKNOWN,
		};
	c.controls.v = bare;
	c.systems = (struct many){ 0 };
	c.organisation = (struct str){ 0 };
	c.period = (struct config_period){ INSTANT_NONE, INSTANT_NONE };
	json_put_table(&w, &config_table, (struct json_pick){ 0, 0 }, &c);
	d = digest_of(buf_str(&out));
	digest_put(hex, &d);
	return str_c(hex);
}

/* The record of the whole comes last: an interrupted apply is done again. */
static err put_config(struct config_applying *ap)
{
	const struct config *c = ap->c;
	struct r_config f = {
		.branches = branches_of(ap), .retention = retention_of(ap), .digest = ap->digest,
		.version = ap->spec->version, .matters = matters_of(ap), .organisation = c->organisation,
		.soa_by = c->soa.approved_by, .soa_at = c->soa.approved_at,
		.period_from = c->period.from, .period_to = c->period.to, .people = (int64_t)c->people.n,
		.controls = (int64_t)c->controls.n, .systems = (int64_t)c->systems.n,
	};

	return config_append(ap, &record_config, record_new_id(ap->a), &f);
}

static void keep_note(void *ctx, struct str note)
{
	struct config_applying *ap = ctx;

	if (ap->spec->note)
		ap->spec->note(ap->spec->note_ctx, note);
}

/* People are gathered by the intake and written at its end; the rest before. */
static err write_all(struct config_applying *ap)
{
	const struct s_start start = { .format = STR("custody-submission/1"), .source = STR("config"),
				       .tool = STR("custody " CUSTODY_VERSION) };
	const struct intake_counts *n = intake_counts(ap->in);

	TRY(intake_calls.start(ap->in, &start));
	TRY(take_people(ap));
	TRY(config_apply_systems(ap));
	TRY(config_apply_repositories(ap));
	TRY(config_apply_controls(ap));
	TRY(put_config(ap));
	TRY(intake_finish(ap->in));
	intake_each_note(ap->in, keep_note, ap);
	ap->out->people = n->people;
	ap->out->people_changed = n->people_changed;
	ap->out->vanished += n->people_unlisted;
	return NULL;
}

static err apply_new(struct config_applying *ap, const struct digest *d)
{
	struct intake_context context = {
		.content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = ap->at, .report = ap->digest,
		.size = (int64_t)ap->spec->text.n, .file = str_cut(str_c(ap->spec->name), 1024),
	};
	OWNED(intake) in = NULL;
	err e;

	TRY(store_note_evidence(ap->s, d, (int64_t)ap->spec->text.n, STR("config")));
	TRY(intake_new(ap->s, &context, &in));
	ap->in = in;
	e = write_all(ap);
	if (e)
		store_abandon(ap->s);
	return e;
}

err config_apply(struct store *s, struct arena *a, const struct config_apply_spec *spec, struct config_counts *out)
{
	struct config_applying ap = { .s = s, .a = a, .spec = spec, .c = spec->config, .out = out,
				     .at = instant_now() };
	char *hex = arena_alloc(a, DIGEST_TEXT);
	struct digest d = digest_of(spec->text);

	*out = (struct config_counts){ 0 };
	TRY(in_force(&ap, &d, &out->same));
	if (out->same)
		return NULL;
	TRY(evidence_put(store_evidence(s), spec->text, &d));
	digest_put(hex, &d);
	ap.digest = str_c(hex);
	TRY(store_local_account(s, &ap.by));
	return apply_new(&ap, &d);
}
