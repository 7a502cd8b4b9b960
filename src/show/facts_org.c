/* Facts of the organisation and of the log: declared controls, documents, people,
 * systems, how evidence came, what vouches for the log. */
#include "show/facts_parts.h"

static err read_controls(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT control, owner_given, role, frequency, applicable, reason_given, stage, risk_given, CASE WHEN "
		"confirmed = 1 AND EXISTS (SELECT 1 FROM view_config g WHERE g.state = 'approved') THEN 1 ELSE 0 END "
		"FROM view_control ORDER BY control"), DB_NONE, &rows));
	for (;;) {
		struct facts_control *c;

		TRY(db_next(rows, &more));
		c = more ? show_facts_add(r, &r->f->controls, show_facts_table("controls")) : NULL;
		if (!c)
			return NULL;
		c->control = show_facts_text(r, rows, 0);
		c->owner = db_int(rows, 1) == 1;
		c->role = show_facts_text(r, rows, 2);
		c->frequency = show_facts_text(r, rows, 3);
		c->applicable = show_facts_text(r, rows, 4);
		c->reason = db_int(rows, 5) == 1;
		c->stage = show_facts_text(r, rows, 6);
		c->risk = db_int(rows, 7) == 1;
		c->confirmed = db_int(rows, 8) == 1;
	}
}

/* Rows of one control and kind come newest first. */
static err read_documents(struct facts_reading *r)
{
	struct facts_document *d = NULL;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT control, kind, at, received, review_by FROM view_document WHERE at <= $1 "
		"ORDER BY control, kind, at DESC, idx DESC"), DB_ARGS(DB_I(r->f->as_of)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!d || !str_eq(d->control, db_text(rows, 0)) || !str_eq(d->kind, db_text(rows, 1))) {
			d = show_facts_add(r, &r->f->documents, show_facts_table("documents"));
			if (!d)
				return NULL;
			d->control = show_facts_text(r, rows, 0);
			d->kind = show_facts_text(r, rows, 1);
			d->at = db_int(rows, 2);
			d->received = db_int(rows, 3);
			d->review_by = show_facts_time(rows, 4);
			d->n = 0;
		}
		d->n++;
		d->first = db_int(rows, 2);
	}
}

static err read_document_days(struct facts_reading *r)
{
	DB_ROWS rows = NULL;

	TRY(db_query(r->db, SQL("SELECT DISTINCT 'document:' || control, at / 86400 FROM view_document WHERE at >= $1 AND at <= $2 "
		"AND kind NOT IN ('policy', 'procedure') ORDER BY 1, 2"),
		DB_ARGS(DB_I(r->f->period.from), DB_I(r->f->period.to)), &rows));
	return show_facts_days(r, rows);
}

static err read_people(struct facts_reading *r)
{
	struct facts_people *p = &r->f->people;
	DB_ROWS rows = NULL;
	bool more;

	*p = (struct facts_people){ 0 };
	TRY(db_query(r->db, SQL("SELECT kind, count(*), CAST(sum(CASE WHEN person IS NULL "
		"OR NOT EXISTS (SELECT 1 FROM view_person p WHERE p.id = person) THEN 1 ELSE 0 END) AS int64) FROM view_account "
		"GROUP BY kind ORDER BY kind"), DB_NONE, &rows));
	for (;;) {
		struct str kind;

		TRY(db_next(rows, &more));
		if (!more)
			break;
		kind = db_text(rows, 0);
		*(str_is(kind, "person") ? &p->persons : str_is(kind, "bot") ? &p->bots : str_is(kind, "host") ? &p->hosts :
		  str_is(kind, "tool") ? &p->tools : &p->unknown) += db_int(rows, 1);
		if (str_is(kind, "person"))
			p->unmatched = db_int(rows, 2);
	}
	return db_get_int(r->db, SQL("SELECT count(*) FROM view_person WHERE kind = 'person'"), DB_NONE, 0, &p->persons_known);
}

static err read_kinds(struct facts_reading *r, struct facts_system *s, int64_t no)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT kind FROM view_system_kind WHERE system_no = $1 ORDER BY kind"), DB_ARGS(DB_I(no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		show_facts_word(r, &s->kinds, db_text(rows, 0));
	}
}

static err read_systems(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT no, name, declared, exposure, data_class FROM view_system ORDER BY name"), DB_NONE, &rows));
	for (;;) {
		struct facts_system *s;

		TRY(db_next(rows, &more));
		s = more ? show_facts_add(r, &r->f->systems, show_facts_table("systems")) : NULL;
		if (!s)
			return NULL;
		s->name = show_facts_text(r, rows, 1);
		s->declared = db_int(rows, 2) == 1;
		s->exposure = show_facts_text(r, rows, 3);
		s->data_class = show_facts_text(r, rows, 4);
		TRY(read_kinds(r, s, db_int(rows, 0)));
	}
}

static err read_sources(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT source, content, author, count(*), min(at), max(at) FROM view_submission "
		"WHERE content <> 'stated' GROUP BY source, content, author ORDER BY source, content, author"), DB_NONE, &rows));
	for (;;) {
		struct facts_source *s;

		TRY(db_next(rows, &more));
		s = more ? show_facts_add(r, &r->f->sources, show_facts_table("sources")) : NULL;
		if (!s)
			return NULL;
		s->source = show_facts_text(r, rows, 0);
		s->content = show_facts_text(r, rows, 1);
		s->author = show_facts_text(r, rows, 2);
		s->n = db_int(rows, 3);
		s->first = show_facts_time(rows, 4);
		s->last = show_facts_time(rows, 5);
	}
}

static err read_anchors(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT kind, source, count(*), max(at), max(size) FROM view_anchor GROUP BY kind, source "
		"ORDER BY kind, source"), DB_NONE, &rows));
	for (;;) {
		struct facts_anchor *x;

		TRY(db_next(rows, &more));
		x = more ? show_facts_add(r, &r->f->anchors, show_facts_table("anchors")) : NULL;
		if (!x)
			return NULL;
		x->kind = show_facts_text(r, rows, 0);
		x->source = show_facts_text(r, rows, 1);
		x->n = db_int(rows, 2);
		x->at = show_facts_time(rows, 3);
		x->size = db_int(rows, 4);
	}
}

/* Whether somebody besides who applied it stands behind what is declared. */
static err read_config(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT state FROM view_config"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (more)
		r->f->config = show_facts_text(r, rows, 0);
	return NULL;
}

err show_facts_org(struct facts_reading *r)
{
	TRY(read_config(r));
	TRY(read_controls(r));
	TRY(read_documents(r));
	TRY(read_document_days(r));
	TRY(read_people(r));
	TRY(read_systems(r));
	TRY(read_sources(r));
	return read_anchors(r);
}
