#include "store/verify_parts.h"

#include "ledger/tiles.h"
#include "text/json.h"

/* What a record of an erasure says was destroyed on order. */
static void note_erasure(struct verifying *v, int64_t idx, struct str facts)
{
	struct json *doc;
	const struct json *targets;
	struct verify_result *r = v->r;

	if (json_parse(v->a, "erasure", facts, &doc))
		return;
	targets = json_get(doc, "targets");
	for (const struct json *t = targets ? targets->first : NULL; t; t = t->next) {
		struct str evidence = json_text(json_get(t, "evidence"));
		int64_t index;

		if (evidence.p)
			map_put_int(v->ordered, arena_printf(v->spec->a, "e%.*s", FMT(evidence)), idx);
		else if (json_int(json_get(t, "index"), &index))
			map_put_int(v->ordered, arena_printf(v->spec->a, "w%lld", (long long)index), idx);
	}
	if (r->ordered_by.n < 200)
		r->ordered_by = arena_printf(v->spec->a, "%.*s%s%lld", FMT(r->ordered_by), r->ordered_by.n ? ", " : "",
					     (long long)idx);
}

struct part {
	const char *name;
	struct str bytes, salt;
	struct digest said;
	bool expected;
};

/* True where the part is there and right. */
static bool check_part(struct verifying *v, int64_t idx, const struct part *p)
{
	struct digest is;

	if (!p->expected && !p->bytes.p)
		return false;
	v->r->parts++;
	if (p->expected && !p->bytes.p) {
		/* Whether a later record ordered that is known at the end. */
		if (p->name[0] == 'w')
			verify_keep(&v->absent, &v->absent_n, &v->absent_room, idx);
		else
			verify_fault(v, VERIFY_MISSING, &v->r->missing_parts, "record %lld: its facts are missing", (long long)idx);
		return false;
	}
	if (p->expected && p->salt.n == SALT_BYTES) {
		is = header_part_digest((const uint8_t *)p->salt.p, p->bytes);
		if (digest_eq(&is, &p->said))
			return true;
	}
	verify_fault(v, VERIFY_ALTERED, &v->r->altered_parts, "record %lld: its %s are not what the header says",
		     (long long)idx, p->name);
	return false;
}

static void note_cites(struct verifying *v, const struct header *h)
{
	for (size_t i = 0; i < h->cites.n; i++) {
		if (map_has(v->cited, h->cites.v[i]))
			continue;
		if (v->cites_n == v->cites_room) {
			v->cites_room = v->cites_room ? v->cites_room * 2 : 256;
			v->cites = base_realloc(v->cites, v->cites_room * sizeof(*v->cites));
		}
		v->cites[v->cites_n] = arena_str(v->spec->a, h->cites.v[i]);
		map_put_int(v->cited, v->cites[v->cites_n++], 1);
	}
}

/* A row's parts against the header as the log has it. */
static void check_row(struct verifying *v, const struct db_rows *row, struct str header)
{
	int64_t idx = db_int(row, 0);
	struct header h;

	if (header_parse(v->a, header, &h)) {
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults,
			     "record %lld: its header is not of the form a header has", (long long)idx);
		return;
	}
	note_cites(v, &h);
	if (check_part(v, idx, &(struct part){ "facts", db_blob(row, 2), db_blob(row, 3), h.facts, true })) {
		if (str_starts(h.type, STR("erasure.")))
			note_erasure(v, idx, db_blob(row, 2));
		if (str_starts(h.type, STR("anchor.")))
			verify_keep(&v->anchors, &v->anchors_n, &v->anchors_room, idx);
	}
	check_part(v, idx, &(struct part){ "words", db_blob(row, 4), db_blob(row, 5), h.words, h.has_words });
}

/* Tile entries and rows must be the same bytes, for every position. */
struct pairing {
	struct verifying *v;
	struct db_rows *rows;
	int64_t at;			/* position of the row in hand, -1: none */
	int64_t next;			/* position that comes next */
	bool more, failed;		/* failed: the database gives no more rows */
};

static err next_row(struct pairing *p)
{
	err e = db_next(p->rows, &p->more);

	p->failed = e != NULL;
	p->at = !e && p->more ? db_int(p->rows, 0) : -1;
	return e;
}

static void pause_at(struct verifying *v, int64_t index)
{
	if (index % VERIFY_PAGE)
		return;
	arena_reset(v->a);
	if (v->spec->progress)
		v->spec->progress(v->spec->ctx, index, v->r->size);
}

/* Rows before `index` stand at positions that the log does not have. */
static err skip_strangers(struct pairing *p, int64_t index)
{
	while (p->more && p->at < index) {
		verify_fault(p->v, VERIFY_ALTERED, &p->v->r->other_faults,
			     "record %lld is in the database but not in the log", (long long)p->at);
		TRY(next_row(p));
	}
	return NULL;
}

static err check_entry(void *ctx, uint64_t index, struct str bytes)
{
	struct pairing *p = ctx;
	struct verifying *v = p->v;

	pause_at(v, (int64_t)index);
	TRY(skip_strangers(p, (int64_t)index));
	p->next = (int64_t)index + 1;
	if (!p->more || p->at != (int64_t)index) {
		verify_fault(v, VERIFY_MISSING, &v->r->other_faults, "record %llu is in the log but not in the database",
			     (unsigned long long)index);
		return NULL;
	}
	v->r->records++;
	if (!str_eq(db_blob(p->rows, 1), bytes))
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults,
			     "record %llu: its header in the database is not the one in the log", (unsigned long long)index);
	if (!v->spec->headers_only)
		check_row(v, p->rows, bytes);
	return next_row(p);
}

/* Records the log could not be asked for: behind the checkpoint, or behind damage
 * of the log. Their own headers are all there is. */
static err check_rest(struct pairing *p)
{
	struct verifying *v = p->v;

	TRY(skip_strangers(p, p->next));
	while (p->more) {
		pause_at(v, p->at);
		if (p->at > p->next)
			verify_fault(v, VERIFY_MISSING, &v->r->other_faults, "record %lld is missing from the database",
				     (long long)p->next);
		p->next = p->at + 1;
		*(p->at < v->head.size ? &v->r->records : &v->r->unsigned_records) += 1;
		if (!v->spec->headers_only)
			check_row(v, p->rows, db_blob(p->rows, 1));
		TRY(next_row(p));
	}
	return NULL;
}

static err check_log(struct verifying *v, struct pairing *p)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(store_path(v->s, a, "tiles"), (uint64_t)v->head.size);
	struct tiles_visit visit = { check_entry, p };
	struct tree_head is;
	err e = tiles_verify(t, 0, &visit, &is);

	if (e && e->kind == ERR_INTEGRITY && !p->failed) {
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults, "%s", e->text);
		return NULL;
	}
	TRY(e);
	if (!digest_eq(&is.root, &v->head.root))
		verify_fault(v, VERIFY_ALTERED, &v->r->other_faults,
			     "the log gives another root than the one that was signed");
	return NULL;
}

/* Words that are gone: by an order, or not. */
static void judge_absent(struct verifying *v)
{
	for (size_t i = 0; i < v->absent_n; i++) {
		arena_reset(v->a);
		if (map_has(v->ordered, arena_printf(v->a, "w%lld", (long long)v->absent[i])))
			v->r->erased_parts++;
		else
			verify_fault(v, VERIFY_MISSING, &v->r->missing_parts,
				     "record %lld: its words are missing, and no record ordered that", (long long)v->absent[i]);
	}
}

err verify_records(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct pairing p = { .v = v };

	if (v->spec->headers_only)
		TRY(db_query(store_db(v->s), SQL("SELECT idx, header FROM kept_record ORDER BY idx"), DB_NONE, &rows));
	else
		TRY(db_query(store_db(v->s), SQL("SELECT idx, header, facts, facts_salt, words, words_salt FROM kept_record "
			"ORDER BY idx"), DB_NONE, &rows));
	p.rows = rows;
	TRY(next_row(&p));
	TRY(check_log(v, &p));
	TRY(check_rest(&p));
	judge_absent(v);
	return NULL;
}
