/* The evidence in a pack, what of it all is left out, and time stamps. */
#include "pack/writing.h"

#include "text/json.h"

enum { PIECE = 256 * 1024, ENTRY_MAX = 8192 };

static err copy_evidence(struct pack_writing *w, const struct digest *d, struct evidence_reader *from)
{
	static char piece[PIECE];
	size_t got;

	TRY(pack_out_evidence(w->out, d));
	do {
		TRY(evidence_read(from, piece, sizeof(piece), &got));
		TRY(pack_out_add(w->out, (struct str){ piece, got }));
		w->r->evidence_bytes += (int64_t)got;
		pack_progress(w, "evidence");
	} while (got == sizeof(piece));
	w->r->evidence++;
	return pack_out_end(w->out);
}

static err was_erased(struct pack_writing *w, const struct digest *d, bool *erased)
{
	int64_t n;

	TRY(db_get_int(w->db, SQL("SELECT count(*) FROM view_erasure WHERE what = 'evidence' AND target = $1"),
		       DB_ARGS(DB_B(digest_str(d))), 0, &n));
	*erased = n > 0;
	return NULL;
}

static err write_one(struct pack_writing *w, const struct digest *d)
{
	OWNED(evidence_reader) from = NULL;
	char hex[DIGEST_TEXT];
	bool erased;
	err e = evidence_open(store_evidence(w->s), d, UINT64_MAX, &from);

	if (!e)
		e = copy_evidence(w, d, from);
	if (!e)
		return NULL;
	digest_put(hex, d);
	if (e->kind == ERR_MISSING) {
		e = err_copy(e);	/* the question below may need the ring */
		TRY(was_erased(w, d, &erased));
		if (erased) {
			err_drop_copy(e);
			return NULL;
		}
		err_drop_copy(e);
		e = fail(ERR_INTEGRITY, "it is missing, and no record ordered that");
	}
	return err_hint(err_in(e, "evidence %s", hex), "custody verify says what else is not as it was");
}

/* One line of withheld.json: an evidence, or the words of a record. */
static err put_withheld(struct pack_writing *w, const struct digest *evidence, int64_t index, bool first)
{
	BUF_AUTO text = buf_new(ENTRY_MAX);
	struct json_writer j = json_write(&text);
	char hex[DIGEST_TEXT];

	if (!first)
		buf_add_char(&text, ',');
	if (evidence)
		digest_put(hex, evidence);
	json_open(&j, '{');
	json_key(&j, "evidence");
	if (evidence)
		json_put_text(&j, str_c(hex));
	else
		json_put_null(&j);
	json_key(&j, "index");
	if (evidence)
		json_put_null(&j);
	else
		json_put_int(&j, index);
	json_key(&j, "part");
	if (evidence)
		json_put_null(&j);
	else
		json_put_text(&j, STR("words"));
	json_add_text(&j, "why", w->spec->why);
	json_close(&j, '}');
	TRY(buf_ok(&text, "a line of withheld.json"));
	return pack_out_add(w->out, buf_str(&text));
}

/* Calls `one` for every digest that is cited, once, ascending. */
static err each_cite(struct pack_writing *w, err (*one)(struct pack_writing *w, const struct digest *d))
{
	struct digest d, last = { 0 };
	bool got, any = false;

	TRY(pile_start(w->cites));
	for (;;) {
		TRY(pile_next(w->cites, &d, &got));
		if (!got)
			return NULL;
		if (!any || !digest_eq(&d, &last))
			TRY(one(w, &d));
		last = d;
		any = true;
	}
}

static err withhold_one(struct pack_writing *w, const struct digest *d)
{
	if (!evidence_has(store_evidence(w->s), d))
		return NULL;
	return put_withheld(w, d, 0, !w->r->withheld_evidence++);
}

static err withhold_words(struct pack_writing *w)
{
	bool first = !w->r->withheld_evidence, got;
	int64_t index;

	TRY(pile_start(w->withheld));
	for (;; first = false) {
		TRY(pile_next(w->withheld, &index, &got));
		if (!got)
			return NULL;
		TRY(put_withheld(w, NULL, index, first));
	}
}

static err write_withheld(struct pack_writing *w)
{
	TRY(pack_out_begin(w->out, "withheld.json"));
	TRY(pack_out_add(w->out, STR("{\"withheld\":[")));
	if (w->spec->withhold_evidence)
		TRY(each_cite(w, withhold_one));
	TRY(withhold_words(w));
	TRY(pack_out_add(w->out, STR("]}")));
	return pack_out_end(w->out);
}

err pack_write_evidence(struct pack_writing *w)
{
	if (!w->spec->withhold_evidence)
		TRY(each_cite(w, write_one));
	return write_withheld(w);
}

static err write_anchor(struct pack_writing *w, struct str note, struct str reply)
{
	int n = (int)++w->r->anchors;

	TRY(pack_out_file(w->out, arena_printf(w->a, "log/anchors/%d.note", n).p, note));
	return pack_out_file(w->out, arena_printf(w->a, "log/anchors/%d.tsr", n).p, reply);
}

err pack_write_anchors(struct pack_writing *w)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(w->db, SQL("SELECT c.note, a.body FROM kept_anchor a JOIN kept_checkpoint c ON c.size = a.size "
				"WHERE a.kind = 'tsa' AND a.size <= $1 ORDER BY a.seq"), DB_ARGS(DB_I(w->head.size)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		TRY(write_anchor(w, db_text(rows, 0), db_blob(rows, 1)));
	}
}
