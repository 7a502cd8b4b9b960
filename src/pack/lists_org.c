/* Lists of controls, documents, people's accounts, sources, and of the log's own
 * acts. */
#include "pack/list.h"

#include "base/instant.h"
#include "record/types.h"

static struct show_cell text_or_unknown(struct str s)
{
	return s.n ? SHOW_T(s) : SHOW_UNKNOWN;
}

static const struct pack_column control_columns[] = {
	{ "control", "Control", PACK_TEXT }, { "title", "Title", PACK_TEXT }, { "theme", NULL, PACK_TEXT },
	{ "applicable", "Applies", PACK_TEXT }, { "confirmed", "Approved (1)", PACK_NUMBER }, { "owner", "Owner", PACK_TEXT },
	{ "frequency", "Frequency", PACK_TEXT }, { "state", "State now", PACK_TEXT }, { "period", "Over the period", PACK_TEXT },
	{ "because", "Because", PACK_TEXT }, { "location", "Evidence lies in", PACK_TEXT }, { "earlier", NULL, PACK_TEXT }, { 0 },
};

static struct str join(struct arena *a, struct strs v)
{
	struct str out = { 0 };

	for (size_t i = 0; i < v.n; i++)
		out = arena_printf(a, "%.*s%s%.*s", FMT(out), i ? ", " : "", FMT(v.v[i]));
	return out;
}

static err add_control(struct pack_site *s, struct pack_rows *r, const struct catalogue_entry *c)
{
	OWNED(arena) a = arena_new();
	const struct standing *x = pack_site_control(s, c);
	const struct facts_control *said = x->said;
	const struct show_cell cells[] = {
		SHOW_T(c->id), SHOW_T(c->title), SHOW_T(c->parent), SHOW_T(said
			    ? said->applicable : STR("not declared")),
		said && said->confirmed >= 0 ? SHOW_N(said->confirmed) : SHOW_UNKNOWN,
		text_or_unknown(standing_owner(x)), text_or_unknown(x->d->frequency),
		SHOW_T(str_c(pack_state_title(x->d->state))), SHOW_T(standing_runs(a, &x->d->runs)),
		SHOW_T(standing_because(x)),
		SHOW_T(str_c(x->d->info->folder)), text_or_unknown(join(a, c->maps_to)),
	};

	return pack_rows_add(r, cells);
}

static err controls(struct pack_site *s, struct pack_rows *r)
{
	for (size_t i = 0; i < s->catalogue.n; i++)
		if (s->catalogue.v[i].level == CATALOGUE_CONTROL)
			TRY(add_control(s, r, &s->catalogue.v[i]));
	return NULL;
}

const struct pack_list pack_list_controls = {
	"controls", "Controls of ISO/IEC 27001:2022 Annex A", "There are none.", control_columns, NULL, controls,
};

static const struct pack_column mapping_columns[] = {
	{ "control_2013", "2013", PACK_TEXT }, { "title", "Title", PACK_TEXT }, { "controls_2022", "2022", PACK_TEXT }, { 0 },
};

static err mapping(struct pack_site *s, struct pack_rows *r)
{
	OWNED(arena) a = arena_new();

	for (size_t i = 0; i < s->catalogue.n; i++) {
		const struct catalogue_entry *c = &s->catalogue.v[i];
		const struct show_cell cells[] = { SHOW_T(c->id), SHOW_T(c->title), text_or_unknown(join(a,
			c->maps_to)) };

		if (c->level == CATALOGUE_OLD_CONTROL)
			TRY(pack_rows_add(r, cells));
	}
	return NULL;
}

const struct pack_list pack_list_mapping = {
	"mapping-2013", "Controls of 2013 and what they became", "There are none.", mapping_columns, NULL, mapping,
};

static const struct pack_column area_columns[] = {
	{ "area", "Area", PACK_TEXT }, { "control", "Control", PACK_TEXT }, { "owner", "Owner", PACK_TEXT },
	{ "location", "Evidence lies in", PACK_TEXT }, { "frequency", "Frequency", PACK_TEXT },
	{ "last_review", "Last evidence", PACK_DAY }, { "state", "State", PACK_TEXT }, { "expected", NULL, PACK_NUMBER },
	{ "held", NULL, PACK_NUMBER }, { "late", NULL, PACK_NUMBER }, { "missed", NULL, PACK_NUMBER },
	{ "unknown", NULL, PACK_NUMBER }, { 0 },
};

static err add_area(struct pack_site *s, struct pack_rows *r, const struct area_decision *d)
{
	const struct area_answer *owner = &d->answers[ASK_OWNER];
	const struct show_cell cells[] = {
		SHOW_T(str_c(d->info->name)), SHOW_T(str_c(d->info->control)), owner->answered
			    ? SHOW_T(owner->by) : SHOW_UNKNOWN,
		SHOW_T(str_c(d->info->folder)), SHOW_T(d->frequency),
		d->runs.last == INSTANT_NONE || d->runs.last == 0 ? SHOW_UNKNOWN : SHOW_N(day_of(d->runs.last)),
		SHOW_T(str_c(pack_state_title(d->state))), SHOW_N(d->runs.expected), SHOW_N(d->runs.held),
			    SHOW_N(d->runs.late),
		SHOW_N(d->runs.missed), SHOW_N(d->runs.unknown),
	};

	(void)s;
	return pack_rows_add(r, cells);
}

static err every_area(struct pack_site *s, struct pack_rows *r)
{
	for (size_t i = 0; i < AREAS; i++)
		TRY(add_area(s, r, &s->d.areas[i]));
	return NULL;
}

const struct pack_list pack_list_areas = {
	"index", "Control areas", "There are none.", area_columns, NULL, every_area,
};

/* ---- documents */

static const struct pack_column document_columns[] = {
	{ "control", "Control", PACK_TEXT }, { "kind", "Kind", PACK_TEXT }, { "at", "Dated", PACK_TIME },
	{ "received", "Received", PACK_TIME }, { "review_by", "Review by", PACK_DAY },
	{ "author_known_by", "Author known by", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_all_documents(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"ORDER BY control, at DESC, idx"), DB_NONE, out);
}

static err query_documents_01(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"WHERE control IN ('A.5.1', 'A.5.8', 'A.8.25', 'A.8.26', 'A.8.28') ORDER BY control, at DESC, idx"), DB_NONE, out);
}

static err query_documents_03(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"WHERE control IN ('A.8.27', 'A.5.8') ORDER BY control, at DESC, idx"), DB_NONE, out);
}

static err query_documents_08(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"WHERE control IN ('A.5.15', 'A.5.16', 'A.5.17', 'A.5.18', 'A.8.2', 'A.8.3', 'A.8.4', 'A.8.5') "
		"ORDER BY control, at DESC, idx"), DB_NONE, out);
}

static err query_documents_10(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"WHERE control IN ('A.8.30', 'A.5.19', 'A.5.20', 'A.5.21', 'A.5.22', 'A.5.23') ORDER BY control, at DESC, idx"),
		DB_NONE, out);
}

static err query_documents_11(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT control, kind, at, received, review_by, author, idx FROM view_document "
		"WHERE control IN ('A.8.15', 'A.8.16', 'A.8.34', 'A.5.35', 'A.5.36') ORDER BY control, at DESC, idx"), DB_NONE, out);
}

const struct pack_list pack_list_documents = {
	"documents", "Documents handed over", "No document was handed over.", document_columns, query_all_documents, NULL,
};
const struct pack_list pack_list_documents_01 = {
	"documents", "Policies and procedures handed over",
	"No document was handed over. What the repositories themselves declare is listed below.",
	document_columns, query_documents_01, NULL,
};
const struct pack_list pack_list_documents_03 = {
	"documents", "Architecture decisions and threat notes handed over",
	"No document was handed over: where architecture was reviewed, whoever leads it knows.",
	document_columns, query_documents_03, NULL,
};
const struct pack_list pack_list_documents_08 = {
	"documents", "Access matrices, approvals and sign-offs handed over",
	"No document was handed over: who reviewed access, the identity provider's owner knows.",
	document_columns, query_documents_08, NULL,
};
const struct pack_list pack_list_documents_10 = {
	"documents", "Agreements and assessments handed over",
	"No document was handed over: which suppliers work on the software, purchasing knows.",
	document_columns, query_documents_10, NULL,
};
const struct pack_list pack_list_documents_11 = {
	"documents", "Log reviews, audits and their follow-up handed over", "No document was handed over.",
	document_columns, query_documents_11, NULL,
};

/* ---- systems, people and their accounts */

static const struct pack_column system_columns[] = {
	{ "system", "System", PACK_TEXT }, { "declared", "Declared (1)", PACK_NUMBER }, { "exposure", "Exposure", PACK_TEXT },
	{ "data_class", "Data", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_systems(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT name, declared, exposure, data_class, idx FROM view_system ORDER BY name"), DB_NONE, out);
}

const struct pack_list pack_list_systems = {
	"systems", "Systems", "No system is known.", system_columns, query_systems, NULL,
};

static const struct pack_column account_columns[] = {
	{ "number", "No", PACK_NUMBER }, { "who", "Account", PACK_ACCOUNT }, { "host", "Where", PACK_TEXT },
	{ "kind", "Kind", PACK_TEXT }, { "why", NULL, PACK_TEXT }, { "belongs_to", "Belongs to", PACK_ACCOUNT },
	{ "person", NULL, PACK_HEX }, { "known", "Person known", PACK_ANSWER }, { "joined_by", "Joined by", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_accounts(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT no, id, host, kind, why, person, person, CASE WHEN kind <> 'person' THEN 'not a person' "
		"WHEN person IS NULL THEN 'unknown' ELSE 'shown' END, linked_how, idx FROM view_account ORDER BY no"), DB_NONE, out);
}

const struct pack_list pack_list_accounts = {
	"accounts", "Accounts that took part", "No account is known.", account_columns, query_accounts, NULL,
};

static const struct pack_column people_columns[] = {
	{ "name", "Person", PACK_ACCOUNT }, { "person", NULL, PACK_HEX }, { "kind", "Kind", PACK_TEXT },
	{ "status", "Status", PACK_TEXT }, { "unlisted", "Listed no longer (1)", PACK_NUMBER },
	{ "accounts", "Accounts", PACK_NUMBER }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_people(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT p.id, p.id, p.kind, p.status, p.unlisted, (SELECT count(*) "
		"FROM view_account a WHERE a.person = p.id), p.idx FROM view_person p ORDER BY p.idx"), DB_NONE, out);
}

const struct pack_list pack_list_people = {
	"people", "People", "No list of people was given: which account belongs to whom is unknown. "
	"custody people import FILE takes one.", people_columns, query_people, NULL,
};

static const struct pack_column access_columns[] = {
	{ "at", "When", PACK_TIME }, { "kind", "Kind", PACK_TEXT }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_access(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT at, kind, idx FROM view_document WHERE control IN ('A.5.18', 'A.8.2') "
		"AND kind LIKE '%review%' AND at >= $1 AND at <= $2 ORDER BY at DESC, idx"),
		DB_ARGS(DB_I(s->w->from), DB_I(s->w->to)), out);
}

const struct pack_list pack_list_access = {
	"access-reviews", "Access reviews held", "No access review of the period is recorded.", access_columns, query_access, NULL,
};

static err query_acceptances(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT at, kind, idx FROM view_document WHERE kind LIKE '%acceptance%' OR kind LIKE '%exception%' "
		"ORDER BY at DESC, idx"), DB_NONE, out);
}

const struct pack_list pack_list_acceptances = {
	"acceptances", "Risk acceptances and exceptions",
	"No risk acceptance and no exception is recorded. Where they are kept elsewhere, whoever owns the risks knows.",
	access_columns, query_acceptances, NULL,
};

/* ---- the log's own acts */

static const struct pack_column submission_columns[] = {
	{ "at", "When", PACK_TIME }, { "source", "Source", PACK_TEXT }, { "content", "Came as", PACK_TEXT },
	{ "author", "Author known by", PACK_TEXT }, { "address", "From", PACK_WORD }, { "query", NULL, PACK_WORD },
	{ "scope", NULL, PACK_WORD }, { "evidence", "Evidence", PACK_HEX }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_submissions(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT v.at, v.source, v.content, v.author, r.words, r.words, r.words, v.report, v.idx "
		"FROM view_submission v JOIN kept_record r ON r.idx = v.idx ORDER BY v.idx DESC"), DB_NONE, out);
}

const struct pack_list pack_list_submissions = {
	"submissions", "What was taken in", "Nothing was taken in.", submission_columns, query_submissions, NULL,
};

static const struct pack_column assessment_columns[] = {
	{ "at", "When", PACK_TIME }, { "ready", "Audit-ready", PACK_NUMBER }, { "stale", "Stale", PACK_NUMBER },
	{ "gaps", "Gaps", PACK_NUMBER }, { "unknown", "Unknown", PACK_NUMBER }, { "facts", "Facts", PACK_HEX },
	{ "record", "Record", PACK_RECORD }, { 0 },
};

static err query_assessments(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT at, ready, stale, gaps, unknown, facts, idx FROM view_assessment ORDER BY idx DESC"),
			DB_NONE, out);
}

const struct pack_list pack_list_assessments = {
	"evaluations", "Evaluations by this program", "None was recorded. custody audit makes one.",
	assessment_columns, query_assessments, NULL,
};

static const struct pack_column pack_columns[] = {
	{ "at", "When", PACK_TIME }, { "size", "Records", PACK_NUMBER }, { "period_from", "From", PACK_TIME },
	{ "period_to", "To", PACK_TIME }, { "manifest", "Manifest", PACK_HEX }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_packs(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT at, size, period_from, period_to, manifest, idx FROM view_pack ORDER BY idx DESC"),
			DB_NONE, out);
}

const struct pack_list pack_list_packs = {
	"packs", "Packs handed out before this one", "This is the first.", pack_columns, query_packs, NULL,
};

static const struct pack_column checkpoint_columns[] = {
	{ "signed_at", "Signed", PACK_TIME }, { "size", "Records", PACK_NUMBER }, { "root", "Root", PACK_ROOT }, { 0 },
};

static err query_checkpoints(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT signed_at, size, root FROM kept_checkpoint ORDER BY size DESC"), DB_NONE, out);
}

const struct pack_list pack_list_checkpoints = {
	"checkpoints", "Signed states of the log", "There is none.", checkpoint_columns, query_checkpoints, NULL,
};

static const struct pack_column anchor_columns[] = {
	{ "at", "When", PACK_TIME }, { "kind", "How", PACK_TEXT }, { "source", "Who", PACK_TEXT },
	{ "size", "Records covered", PACK_NUMBER }, { "record", "Record", PACK_RECORD }, { 0 },
};

static err query_anchors(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT at, kind, source, size, idx FROM view_anchor ORDER BY at DESC, kind, source"), DB_NONE, out);
}

const struct pack_list pack_list_anchors = {
	"anchors", "Who else vouches for the times", "Nobody yet: no time stamp, no witness. The times are the log's own word.",
	anchor_columns, query_anchors, NULL,
};

static const struct pack_column erasure_columns[] = {
	{ "ordered_by", "Ordered by record", PACK_RECORD }, { "what", "What", PACK_TEXT }, { "target", "Of", PACK_HEX }, { 0 },
};

static err query_erasures(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT idx, what, target FROM view_erasure ORDER BY idx, what, target"), DB_NONE, out);
}

const struct pack_list pack_list_erasures = {
	"erasures", "What was erased on order", "Nothing was erased.", erasure_columns, query_erasures, NULL,
};

static const struct pack_column type_columns[] = {
	{ "type", "Type", PACK_TEXT }, { "records", "Records", PACK_NUMBER }, { "first_received", "First", PACK_TIME },
	{ "last_received", "Last", PACK_TIME }, { 0 },
};

static err query_types(struct pack_site *s, struct db_rows **out)
{
	return db_query(s->w->db, SQL("SELECT type, n, first_received, last_received FROM view_type_count ORDER BY type"), DB_NONE, out);
}

const struct pack_list pack_list_types = {
	"records-by-type", "Records of the log by type", "There are none.", type_columns, query_types, NULL,
};
