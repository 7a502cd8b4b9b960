/* Controls: who owns each, how often it runs, whether it applies. */
#include "source/config_parts.h"

#include "base/instant.h"

static struct r_control wanted(const struct config *c, const struct config_control *v)
{
	return (struct r_control){
		.control = v->control, .owner = v->owner, .reason = v->reason, .risk = v->risk,
		.owner_given = v->owner.n > 0, .reason_given = v->reason.n > 0, .risk_given = v->risk.n > 0,
		.applicable = v->applies, .confirmed = v->applies != FIELD_UNKNOWN &&
			c->soa.approved_at != INSTANT_NONE,
		.frequency = v->frequency == FIELD_UNKNOWN ? (struct str){ 0 } : str_c(frequency_words[v->frequency]),
		.role = v->role == FIELD_UNKNOWN ? (struct str){ 0 } : str_c(role_words[v->role]),
		.stage = v->stage == FIELD_UNKNOWN ? (struct str){ 0 } : str_c(stage_words[v->stage]),
	};
}

static err find_control(struct config_applying *ap, struct str control, struct config_row *row, bool *found)
{
	DB_ROWS rows = NULL;
	struct header h;

	TRY(db_query(store_db(ap->s), SQL("SELECT r.header, r.facts, r.words FROM view_control v JOIN kept_record r "
		"ON r.idx = v.idx WHERE v.control = $1"), DB_ARGS(DB_T(control)), &rows));
	TRY(db_next(rows, found));
	if (!*found)
		return NULL;
	TRY(header_parse(ap->a, arena_str(ap->a, db_blob(rows, 0)), &h));
	row->about = h.about;
	row->facts = arena_str(ap->a, db_blob(rows, 1));
	row->words = db_is_null(rows, 2) ? (struct str){ 0 } : arena_str(ap->a, db_blob(rows, 2));
	return NULL;
}

static err put_control(struct config_applying *ap, const struct r_control *f)
{
	struct config_row row;
	struct r_control before;
	bool found;

	TRY(find_control(ap, f->control, &row, &found));
	if (found) {
		TRY(config_stored(ap, &record_control, &row, &before));
		if (config_same(record_control.table, &before, f))
			return NULL;
	}
	ap->out->controls++;
	return config_append(ap, &record_control, found ? row.about : record_new_id(ap->a), f);
}

static bool declares(const struct config *c, struct str control)
{
	const struct config_control *v = c->controls.v;

	for (size_t i = 0; i < c->controls.n; i++)
		if (str_eq(v[i].control, control))
			return true;
	return false;
}

static err read_gone(struct config_applying *ap, struct strs *out)
{
	DB_ROWS rows = NULL;
	bool more;

	out->v = ARENA_ARRAY(ap->a, struct str, 300);
	TRY(db_query(store_db(ap->s), SQL("SELECT control FROM view_control ORDER BY control LIMIT 300"),
		     DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!declares(ap->c, db_text(rows, 0)))
			out->v[out->n++] = arena_str(ap->a, db_text(rows, 0));
	}
}

/* A control that is declared no longer says nothing any more, and that is a record. */
err config_apply_controls(struct config_applying *ap)
{
	const struct config_control *v = ap->c->controls.v;
	struct strs gone = { 0 };

	TRY(read_gone(ap, &gone));
	for (size_t i = 0; i < gone.n; i++) {
		struct r_control f;
		int64_t before = ap->out->controls;

		table_clear(record_control.table, &f);
		f.control = gone.v[i];
		f.confirmed = f.owner_given = f.reason_given = f.risk_given = 0;
		TRY(put_control(ap, &f));
		if (ap->out->controls == before)
			continue;
		ap->out->controls = before;
		ap->out->vanished++;
		config_note(ap, "the control %.*s is declared no longer", FMT(gone.v[i]));
	}
	for (size_t i = 0; i < ap->c->controls.n; i++) {
		struct r_control f = wanted(ap->c, &v[i]);

		TRY(put_control(ap, &f));
	}
	return NULL;
}
