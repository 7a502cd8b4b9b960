/* control: what the organisation says of one control: whether it applies and
 * why, who owns it, how often it runs, at which stage of delivery. The owner is
 * a person or a role; a tool cannot own anything. What somebody wrote is words;
 * the facts tell only that it was given. */
#include "record/types.h"

static const char *const applicable[] = { "yes", "no", NULL };

static const struct field fields[] = {
	FIELD_CHOICE(r_control, applicable, FIELD_UNKNOWN_OK, applicable, "whether it applies"),
	FIELD(r_control, confirmed, FIELD_FLAG, FIELD_REQUIRED, 0, "applicability confirmed in an approved SoA"),
	FIELD(r_control, control, FIELD_TEXT, FIELD_REQUIRED, 32, "2022 control, such as A.8.28"),
	FIELD(r_control, frequency, FIELD_TEXT, 0, 32, "how often it runs"),
	FIELD(r_control, owner, FIELD_TEXT, FIELD_WORDS, 256, "who owns it"),
	FIELD(r_control, owner_given, FIELD_FLAG, FIELD_REQUIRED, 0, "whether an owner is named"),
	FIELD(r_control, reason, FIELD_TEXT, FIELD_WORDS, 1024, "why it applies or does not"),
	FIELD(r_control, reason_given, FIELD_FLAG, FIELD_REQUIRED, 0, "whether a reason is given"),
	FIELD(r_control, risk, FIELD_TEXT, FIELD_WORDS, 256, "the risk it treats"),
	FIELD(r_control, risk_given, FIELD_FLAG, FIELD_REQUIRED, 0, "whether the risk is named"),
	FIELD(r_control, role, FIELD_TEXT, 0, 64, "role that owns it"),
	FIELD(r_control, stage, FIELD_TEXT, 0, 64, "stage of the pipeline it runs in"),
	{ 0 },
};
static const struct table table = TABLE(r_control, "control", fields);

static bool listed(const char *const *list, struct str s)
{
	for (; *list; list++)
		if (str_is(s, *list))
			return true;
	return false;
}

static err check(const void *fields_of)
{
	const struct r_control *f = fields_of;

	if (f->frequency.p && !listed(frequency_words, f->frequency))
		return fail(ERR_INPUT, "control %.*s: the frequency '%.*s' is none of change, build, release, week, "
			    "sprint, month, quarter, half-year, year", FMT(f->control), FMT(f->frequency));
	if (f->role.p && !listed(role_words, f->role))
		return fail(ERR_INPUT, "control %.*s: the role '%.*s' is none of security-lead, engineering-manager, "
			    "tech-lead, release-manager, product-owner, it-admin, compliance-manager",
			    FMT(f->control), FMT(f->role));
	if (f->stage.p && !listed(stage_words, f->stage))
		return fail(ERR_INPUT, "control %.*s: the stage '%.*s' is none of plan, design, code, build, test, "
			    "release, deploy, operate", FMT(f->control), FMT(f->stage));
	ASSERT(f->owner_given == (f->owner.n > 0) && f->reason_given == (f->reason.n > 0) &&
	       f->risk_given == (f->risk.n > 0));
	if (f->applicable != FIELD_UNKNOWN && !f->reason.n)
		return fail(ERR_INPUT, "control %.*s: say why it applies or does not (reason)", FMT(f->control));
	return NULL;
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_control *f = r->facts;

	TRY(db_run(ap->db, SQL("DELETE FROM view_control WHERE control = $1"), DB_ARGS(DB_T(f->control)), NULL));
	return db_run(ap->db, SQL("INSERT INTO view_control (control, owner_given, role, frequency, applicable, "
		"reason_given, stage, risk_given, confirmed, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
		DB_ARGS(DB_T(f->control), DB_I(f->owner_given == 1), db_text_or_null(f->role),
			db_text_or_null(f->frequency),
			DB_T(f->applicable == FIELD_UNKNOWN ? STR("unknown") : str_c(applicable[f->applicable])),
			DB_I(f->reason_given == 1), db_text_or_null(f->stage), DB_I(f->risk_given == 1),
			DB_I(f->confirmed == 1), DB_I(r->idx)), NULL);
}

const struct record_type record_control = {
	"control.v1", &table, "what the organisation says of a control", NULL, check, apply,
};
