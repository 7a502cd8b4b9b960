/* Facts of the organisation and of the log: declared controls, documents, people,
 * systems, how evidence came, what vouches for the log. */
#include "show/facts_parts.h"

static err read_controls(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT control, owner, role, frequency, applicable, reason, stage, risk, confirmed "
		"FROM view_control ORDER BY control"), DB_NONE, &rows));
	for (;;) {
		struct facts_control *c;

		TRY(db_next(rows, &more));
		c = more ? facts_parts_add(r, &r->f->controls, facts_parts_table("controls")) : NULL;
		if (!c)
			return NULL;
		c->control = facts_parts_text(r, rows, 0);
		c->owner = db_text(rows, 1).n > 0;
		c->role = facts_parts_text(r, rows, 2);
		c->frequency = facts_parts_text(r, rows, 3);
		c->applicable = facts_parts_text(r, rows, 4);
		c->reason = db_text(rows, 5).n > 0;
		c->stage = facts_parts_text(r, rows, 6);
		c->risk = db_text(rows, 7).n > 0;
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
			d = facts_parts_add(r, &r->f->documents, facts_parts_table("documents"));
			if (!d)
				return NULL;
			*d = (struct facts_document){ facts_parts_text(r, rows, 0), facts_parts_text(r, rows, 1), db_int(rows, 2),
						      0, 0, db_int(rows, 3), facts_parts_time(rows, 4) };
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
	return facts_parts_days(r, rows);
}

static err read_people(struct facts_reading *r)
{
	struct facts_people *p = &r->f->people;
	DB_ROWS rows = NULL;
	bool more;

	*p = (struct facts_people){ 0 };
	TRY(db_query(r->db, SQL("SELECT kind, count(*), CAST(sum(CASE WHEN person IS NULL THEN 1 ELSE 0 END) AS int64) FROM view_account "
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
		facts_parts_word(r, &s->kinds, db_text(rows, 0));
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
		s = more ? facts_parts_add(r, &r->f->systems, facts_parts_table("systems")) : NULL;
		if (!s)
			return NULL;
		s->name = facts_parts_text(r, rows, 1);
		s->declared = db_int(rows, 2) == 1;
		s->exposure = facts_parts_text(r, rows, 3);
		s->data_class = facts_parts_text(r, rows, 4);
		TRY(read_kinds(r, s, db_int(rows, 0)));
	}
}

static err read_sources(struct facts_reading *r)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(r->db, SQL("SELECT source, content, author, count(*), min(at), max(at) FROM view_submission "
		"GROUP BY source, content, author ORDER BY source, content, author"), DB_NONE, &rows));
	for (;;) {
		struct facts_source *s;

		TRY(db_next(rows, &more));
		s = more ? facts_parts_add(r, &r->f->sources, facts_parts_table("sources")) : NULL;
		if (!s)
			return NULL;
		s->source = facts_parts_text(r, rows, 0);
		s->content = facts_parts_text(r, rows, 1);
		s->author = facts_parts_text(r, rows, 2);
		s->n = db_int(rows, 3);
		s->first = facts_parts_time(rows, 4);
		s->last = facts_parts_time(rows, 5);
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
		x = more ? facts_parts_add(r, &r->f->anchors, facts_parts_table("anchors")) : NULL;
		if (!x)
			return NULL;
		x->kind = facts_parts_text(r, rows, 0);
		x->source = facts_parts_text(r, rows, 1);
		x->n = db_int(rows, 2);
		x->at = facts_parts_time(rows, 3);
		x->size = db_int(rows, 4);
	}
}

err facts_org_read(struct facts_reading *r)
{
	TRY(read_controls(r));
	TRY(read_documents(r));
	TRY(read_document_days(r));
	TRY(read_people(r));
	TRY(read_systems(r));
	TRY(read_sources(r));
	return read_anchors(r);
}
