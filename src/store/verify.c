#include "store/verify.h"

#include <stdarg.h>

#include "base/map.h"
#include "ledger/checkpoint.h"
#include "ledger/evidence_check.h"
#include "ledger/tiles.h"
#include "text/json.h"

enum { PAGE = 2000, FAULTS_SHOWN = 100, EVIDENCE_AT_ONCE = 2048 };

struct verifying {
	struct store *s;
	const struct verify_spec *spec;
	struct verify_result *r;
	struct arena *a;		/* reset for each page */
	struct map *erased;		/* "w12" words of record 12; "e<hex>" evidence */
	struct map *cited;
	struct str *cites;		/* the same, in order of first citing */
	size_t cites_n, cites_room;
	int64_t faults;
};

static PRINTF_LIKE(3, 4) void fault(struct verifying *v, enum verify_fault kind, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (v->faults++ >= FAULTS_SHOWN || !v->spec->fault)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->spec->fault(v->spec->ctx, kind, str_c(text));
}

/* What erasure records say was destroyed on order. */
static void note_erasure(struct verifying *v, struct str facts)
{
	struct json *doc;
	const struct json *targets;

	if (json_parse(v->a, "erasure", facts, &doc))
		return;
	targets = json_get(doc, "targets");
	for (const struct json *t = targets ? targets->first : NULL; t; t = t->next) {
		struct str evidence = json_text(json_get(t, "evidence"));
		int64_t index;

		if (evidence.p)
			map_put_int(v->erased, arena_printf(v->spec->a, "e%.*s", FMT(evidence)), 1);
		else if (json_int(json_get(t, "index"), &index))
			map_put_int(v->erased, arena_printf(v->spec->a, "w%lld", (long long)index), 1);
	}
}

static err load_erasures(struct verifying *v)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT r.facts FROM view_erasure e JOIN kept_record r ON r.idx = e.idx "
					 "GROUP BY r.idx, r.facts ORDER BY r.idx"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		note_erasure(v, db_blob(rows, 0));
	}
}

struct part {
	const char *name;
	struct str bytes, salt;
	struct digest said;
	bool expected;
};

static void check_part(struct verifying *v, int64_t idx, const struct part *p)
{
	struct digest is;

	if (!p->expected && !p->bytes.p)
		return;
	v->r->parts++;
	if (p->expected && !p->bytes.p) {
		bool ordered = p->name[0] == 'w' && map_has(v->erased, arena_printf(v->a, "w%lld", (long long)idx));

		if (ordered) {
			v->r->erased_parts++;
			return;
		}
		v->r->missing_parts++;
		fault(v, VERIFY_MISSING, "record %lld: its %s are missing, and no record ordered that", (long long)idx, p->name);
		return;
	}
	if (p->expected && p->salt.n == SALT_BYTES) {
		is = header_part_digest((const uint8_t *)p->salt.p, p->bytes);
		if (digest_eq(&is, &p->said))
			return;
	}
	v->r->altered_parts++;
	fault(v, VERIFY_ALTERED, "record %lld: its %s are not what the header says", (long long)idx, p->name);
}

static void keep_cite(struct verifying *v, struct str hex)
{
	if (v->cites_n == v->cites_room) {
		v->cites_room = v->cites_room ? v->cites_room * 2 : 256;
		v->cites = base_realloc(v->cites, v->cites_room * sizeof(*v->cites));
	}
	v->cites[v->cites_n] = arena_str(v->spec->a, hex);
	map_put_int(v->cited, v->cites[v->cites_n++], 1);
}

static void note_cites(struct verifying *v, const struct header *h)
{
	for (size_t i = 0; i < h->cites.n; i++)
		if (!map_has(v->cited, h->cites.v[i]))
			keep_cite(v, h->cites.v[i]);
}

static void check_row(struct verifying *v, const struct db_rows *row)
{
	int64_t idx = db_int(row, 0);
	struct header h;

	if (header_parse(v->a, db_blob(row, 1), &h)) {
		v->r->other_faults++;
		fault(v, VERIFY_ALTERED, "record %lld: its header is not of the form a header has", (long long)idx);
		return;
	}
	note_cites(v, &h);
	check_part(v, idx, &(struct part){ "facts", db_blob(row, 2), db_blob(row, 3), h.facts, true });
	check_part(v, idx, &(struct part){ "words", db_blob(row, 4), db_blob(row, 5), h.words, h.has_words });
}

/* Tile entries and rows must be the same bytes, for every position. */
struct pairing {
	struct verifying *v;
	struct db_rows *rows;
	int64_t at;			/* position of the row in hand, -1: none */
	bool more;
};

static err next_row(struct pairing *p)
{
	TRY(db_next(p->rows, &p->more));
	p->at = p->more ? db_int(p->rows, 0) : -1;
	return NULL;
}

static err check_entry(void *ctx, uint64_t index, struct str bytes)
{
	struct pairing *p = ctx;
	struct verifying *v = p->v;

	if (index % PAGE == 0) {
		arena_reset(v->a);
		if (v->spec->progress)
			v->spec->progress(v->spec->ctx, (int64_t)index, v->r->size);
	}
	while (p->more && p->at < (int64_t)index)
		TRY(next_row(p));
	if (!p->more || p->at != (int64_t)index) {
		v->r->other_faults++;
		fault(v, VERIFY_MISSING, "record %llu is in the log but not in the database", (unsigned long long)index);
		return NULL;
	}
	v->r->records++;
	if (!str_eq(db_blob(p->rows, 1), bytes)) {
		v->r->other_faults++;
		fault(v, VERIFY_ALTERED, "record %llu: its header in the database is not the one in the log", (unsigned long long)index);
	} else if (!v->spec->headers_only) {
		check_row(v, p->rows);
	}
	return next_row(p);
}

static err check_log(struct verifying *v, const struct ledger_head *head)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(store_path(v->s, a, "tiles"), (uint64_t)head->size);
	DB_ROWS rows = NULL;
	struct pairing p = { .v = v };
	struct tiles_visit visit = { check_entry, &p };
	struct tree_head is;
	err e;

	if (v->spec->headers_only)
		TRY(db_query(store_db(v->s), SQL("SELECT idx, header FROM kept_record ORDER BY idx"), DB_NONE, &rows));
	else
		TRY(db_query(store_db(v->s), SQL("SELECT idx, header, facts, facts_salt, words, words_salt FROM kept_record "
			"ORDER BY idx"), DB_NONE, &rows));
	p.rows = rows;
	TRY(next_row(&p));
	e = tiles_verify(t, 0, &visit, &is);
	if (e && e->kind == ERR_INTEGRITY) {
		v->r->other_faults++;
		fault(v, VERIFY_ALTERED, "%s", e->text);
		return NULL;
	}
	TRY(e);
	if (!digest_eq(&is.root, &head->root)) {
		v->r->other_faults++;
		fault(v, VERIFY_ALTERED, "the log gives another root than the one that was signed");
	}
	for (; p.more; v->r->unsigned_records++)
		TRY(next_row(&p));
	return NULL;
}

/* What became of one file. */
static void judge_evidence(struct verifying *v, const struct evidence_job *job)
{
	char hex[DIGEST_TEXT];
	bool missing = job->failed && job->failed->kind == ERR_MISSING;

	digest_put(hex, &job->digest);
	v->r->evidence++;
	v->r->evidence_bytes += job->bytes;
	if (!job->failed)
		return;
	if (missing && map_has(v->erased, arena_printf(v->a, "e%s", hex))) {
		v->r->erased_evidence++;
		return;
	}
	*(missing ? &v->r->missing_evidence : &v->r->altered_evidence) += 1;
	fault(v, missing ? VERIFY_MISSING : VERIFY_ALTERED, "evidence %s: %s", hex, job->failed->text);
}

/* The next of the list, at most EVIDENCE_AT_ONCE. */
static err take_evidence(struct verifying *v, struct db_rows *rows, struct evidence_job *jobs, size_t *n)
{
	bool more = true;

	for (*n = 0; *n < EVIDENCE_AT_ONCE;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (db_blob(rows, 0).n != DIGEST_BYTES) {
			v->r->altered_evidence++;
			fault(v, VERIFY_ALTERED, "the list of evidence in the database names a digest that is none");
			continue;
		}
		memcpy(jobs[*n].digest.b, db_blob(rows, 0).p, DIGEST_BYTES);
		*n += 1;
	}
	return NULL;
}

static err check_all_evidence(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct evidence_job *jobs = ARENA_ARRAY(v->spec->a, struct evidence_job, EVIDENCE_AT_ONCE);
	size_t n;

	TRY(db_query(store_db(v->s), SQL("SELECT digest FROM kept_evidence ORDER BY digest"), DB_NONE, &rows));
	do {
		TRY(take_evidence(v, rows, jobs, &n));
		evidence_check(store_evidence(v->s), jobs, n);
		arena_reset(v->a);
		for (size_t i = 0; i < n; i++) {
			judge_evidence(v, &jobs[i]);
			err_drop_copy(jobs[i].failed);
		}
	} while (n == EVIDENCE_AT_ONCE);
	return NULL;
}

/* What headers cite must be there, whatever the table of evidence says. */
static err check_cited(struct verifying *v)
{
	for (size_t i = 0; i < v->cites_n; i++) {
		struct str hex = v->cites[i];
		struct digest d;
		int64_t listed;

		arena_reset(v->a);
		if (map_has(v->erased, arena_printf(v->a, "e%.*s", FMT(hex))))
			continue;
		if (!digest_get(hex, &d))
			continue;
		TRY(db_get_int(store_db(v->s), SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1"),
			       DB_ARGS(DB_B(digest_str(&d))), 0, &listed));
		if (listed || evidence_has(store_evidence(v->s), &d))
			continue;
		v->r->missing_evidence++;
		fault(v, VERIFY_MISSING, "evidence %.*s is cited by a record and is not there", FMT(hex));
	}
	return NULL;
}

/* The log's own key: from its first record, which the tree covers. */
static err own_key(struct verifying *v, struct note_key *key)
{
	DB_ROWS rows = NULL;
	struct json *doc;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT facts FROM kept_record WHERE idx = 0"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_INTEGRITY, "the log has no first record");
	TRY(json_parse(v->spec->a, "first record", arena_str(v->spec->a, db_blob(rows, 0)), &doc));
	v->r->vkey = json_text(json_get(doc, "vkey"));
	v->r->origin = json_text(json_get(doc, "origin"));
	return note_key_parse(v->r->vkey, key);
}

static err check_note(struct verifying *v, const struct note_key *key, const struct db_rows *row)
{
	struct checkpoint_trust trust = { .origin = v->r->origin, .log = *key };
	struct checkpoint_signed is;
	err e = checkpoint_verify(v->a, db_text(row, 2), &trust, &is);

	v->r->checkpoints++;
	if (!e && ((int64_t)is.is.head.size != db_int(row, 0) ||
		   !str_eq(digest_str(&is.is.head.root), db_blob(row, 1))))
		e = fail(ERR_INTEGRITY, "it names another size or root than its row");
	if (!e)
		return NULL;
	v->r->other_faults++;
	fault(v, VERIFY_ALTERED, "the checkpoint of size %lld: %s", (long long)db_int(row, 0), e->text);
	return NULL;
}

static err check_notes(struct verifying *v)
{
	DB_ROWS rows = NULL;
	struct note_key key;
	bool more;

	TRY(own_key(v, &key));
	TRY(db_query(store_db(v->s), SQL("SELECT size, root, note FROM kept_checkpoint ORDER BY size"), DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		arena_reset(v->a);
		TRY(check_note(v, &key, rows));
	}
}

/* Each checkpoint ever signed must be a beginning of the log as it is now. */
static err check_earlier(struct verifying *v, const struct ledger_head *head)
{
	OWNED(arena) a = arena_new();
	OWNED(tiles) t = tiles_open(store_path(v->s, a, "tiles"), (uint64_t)head->size);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(v->s), SQL("SELECT size, root FROM kept_checkpoint WHERE size > 0 ORDER BY size"), DB_NONE, &rows));
	for (;;) {
		struct digest root;
		err e;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (db_int(rows, 0) > head->size)
			e = fail(ERR_INTEGRITY, "it is larger than the log");
		else
			e = tiles_root(t, (uint64_t)db_int(rows, 0), &root);
		if (!e && !str_eq(digest_str(&root), db_blob(rows, 1)))
			e = fail(ERR_INTEGRITY, "the log has another root at that size now");
		if (!e)
			continue;
		v->r->other_faults++;
		fault(v, VERIFY_ALTERED, "the checkpoint of size %lld: %s", (long long)db_int(rows, 0), e->text);
	}
}

static err verify_all(struct verifying *v)
{
	struct ledger_head head;

	TRY(ledger_head(store_ledger(v->s), &head));
	v->r->size = head.size;
	v->r->root = head.root;
	v->r->signed_at = head.signed_at;
	if (head.size == 0)
		return fail(ERR_INTEGRITY, "the log holds no signed checkpoint");
	TRY(check_notes(v));
	TRY(check_earlier(v, &head));
	TRY(load_erasures(v));
	TRY(check_log(v, &head));
	if (v->spec->headers_only)
		return NULL;
	TRY(check_all_evidence(v));
	return check_cited(v);
}

err verify_home(struct store *s, const struct verify_spec *spec, struct verify_result *out)
{
	struct verifying v = {
		.s = s, .spec = spec, .r = out, .a = arena_new(), .erased = map_new(), .cited = map_new()
	};
	err e;

	*out = (struct verify_result){ 0 };
	e = verify_all(&v);
	map_free(v.erased);
	map_free(v.cited);
	free(v.cites);
	arena_free(v.a);
	return e;
}

bool verify_intact(const struct verify_result *r)
{
	return !r->missing_parts && !r->altered_parts && !r->missing_evidence && !r->altered_evidence &&
	       !r->other_faults;
}
