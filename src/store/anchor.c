#include "store/anchor.h"

#include "base/file.h"
#include "base/instant.h"
#include "ledger/tiles.h"
#include "ledger/witness.h"
#include "net/http.h"
#include "net/timestamp.h"
#include "record/types.h"
#include "store/people.h"

enum { START_WAIT_MS = 1000, EVIDENCE_MAX = 1 << 20 };

/* What somebody gave for a checkpoint. */
struct given {
	enum anchor_kind kind;
	const char *evidence_kind;
	struct str source;		/* who they are, for people */
	struct str identity;		/* what the body is checked with: a witness's key */
	struct str body, evidence;	/* evidence absent: the body */
	int64_t at;
	struct str roots;		/* digest of more evidence, or absent */
};

/* The newest checkpoint, copied: the ledger's own view lives until the next. */
static err newest(struct store *s, struct arena *a, struct ledger_head *out)
{
	TRY(store_finish(s));
	TRY(ledger_head(store_ledger(s), out));
	if (out->size == 0)
		return fail(ERR_MISSING, "the log is empty: there is nothing to anchor yet");
	out->note = arena_str(a, out->note);
	return NULL;
}

static err anchored_before(struct store *s, const struct ledger_head *head, const struct anchor_place *p,
			   struct str source, struct anchor_done *out)
{
	int64_t at;

	TRY(db_get_int(store_db(s), SQL("SELECT at FROM view_anchor WHERE size = $1 AND kind = $2 AND source = $3"),
		       DB_ARGS(DB_I(head->size), DB_T(str_c(anchor_kind_words[p->kind])), DB_T(source)),
		       INSTANT_NONE, &at));
	*out = (struct anchor_done){ .size = head->size, .at = at, .source = source,
				     .already = at != INSTANT_NONE, .outside = true };
	return NULL;
}

/* One question to one place. */
struct asking {
	struct store *s;
	struct arena *a;
	const struct anchor_place *p;
	const struct ledger_head *head;
	int64_t wait_ms;
};

static err ask_tsa(const struct asking *q, struct given *out)
{
	struct timestamp_order o = { .url = q->p->address, .digest = digest_of(q->head->note), .wait_ms = q->wait_ms };
	BUF_AUTO roots = buf_new(TIMESTAMP_CA_MAX);
	struct timestamp t;
	struct digest d;

	if (q->p->roots.p) {
		if (!digest_get(q->p->roots, &d))
			return fail(ERR_INTEGRITY, "anchors.json names root certificates by a digest that is none");
		TRY(err_in(evidence_get(store_evidence(q->s), &d, &roots), "root certificates"));
		o.roots = TIMESTAMP_FILE;
		o.ca = buf_str(&roots);
	}
	TRY(timestamp_get(q->a, &o, &out->body, &t));
	out->at = t.time;
	out->roots = q->p->roots;
	out->evidence_kind = "timestamp";
	return NULL;
}

static err ask_witness(const struct asking *q, struct given *out)
{
	OWNED(tiles) t = tiles_open(store_path(q->s, q->a, "tiles"), (uint64_t)q->head->size);
	struct witness w;
	struct witness_order o = { .witness = &w, .checkpoint = q->head->note, .tiles = t, .wait_ms = q->wait_ms };
	struct witness_given line;

	TRY(witness_parse(q->p->address, q->p->key, &w));
	TRY(witness_cosign(q->a, &o, &line));
	out->body = line.line;
	out->evidence = arena_printf(q->a, "%.*s\n%.*s", FMT(q->p->key), FMT(line.line));
	out->identity = q->p->key;
	out->at = line.time;
	out->evidence_kind = "cosignature";
	return NULL;
}

static err put_on_branch(const struct asking *q, struct given *out, struct str *commit)
{
	struct anchor_branch b = { .dir = arena_cstr(q->a, q->p->address), .branch = arena_cstr(q->a, q->p->branch),
				   .note = q->head->note, .at = q->head->signed_at };

	TRY(anchor_branch_commit(q->a, &b, commit));
	if (q->p->remote.p)
		TRY(anchor_branch_push(q->a, &b, q->p->remote));
	out->body = arena_printf(q->a, "commit %.*s\nbranch %.*s\n", FMT(*commit), FMT(q->p->branch));
	out->at = instant_now();
	out->evidence_kind = "branch";
	return NULL;
}

static err ask(const struct asking *q, struct given *out, struct str *commit)
{
	switch ((enum anchor_kind)q->p->kind) {
	case ANCHOR_TSA:
		return ask_tsa(q, out);
	case ANCHOR_WITNESS:
		return ask_witness(q, out);
	case ANCHOR_BRANCH:
		return put_on_branch(q, out, commit);
	}
	return fail(ERR_USAGE, "there is no such kind of anchor");
}

static err keep_row(struct store *s, int64_t size, const struct given *g)
{
	int64_t last;

	TRY(db_get_int(store_db(s), SQL("SELECT max(seq) FROM kept_anchor"), DB_NONE, 0, &last));
	return db_run(store_db(s), SQL("INSERT INTO kept_anchor (seq, size, kind, source, anchored_at, body) "
				       "VALUES ($1, $2, $3, $4, $5, $6)"),
		      DB_ARGS(DB_I(last + 1), DB_I(size), DB_T(str_c(anchor_kind_words[g->kind])),
			      DB_T(g->identity.p ? g->identity : g->source), DB_I(g->at), DB_B(g->body)), NULL);
}

static err append(struct store *s, struct arena *a, int64_t size, const struct given *g, const struct digest *d)
{
	char hex[DIGEST_TEXT];
	struct str cites[2] = { { hex, DIGEST_TEXT - 1 }, g->roots }, id = record_new_id(a);
	struct r_anchor f = { .kind = str_c(anchor_kind_words[g->kind]), .source = g->source, .digest = cites[0],
			      .at = g->at, .size = size };
	struct draft r = { .type = &record_anchor, .about = id, .effective = g->at,
			   .content = CONTENT_COLLECTED, .author = AUTHOR_SERVER, .fields = &f,
			   .cites = { cites, g->roots.p ? 2 : 1 } };
	bool already;
	int64_t idx;

	digest_put(hex, d);
	if (g->roots.p && str_cmp(cites[0], cites[1]) > 0) {
		cites[1] = cites[0];
		cites[0] = g->roots;
	}
	TRY(store_local_account(s, &r.by));
	TRY(store_act(s, arena_printf(a, "anchor %s", anchor_kind_words[g->kind]), &r.in));
	return store_append(s, &r, &idx, &already);
}

static err keep(struct store *s, struct arena *a, int64_t size, const struct given *g)
{
	struct str bytes = g->evidence.p ? g->evidence : g->body;
	struct digest d;

	TRY(evidence_put(store_evidence(s), bytes, &d));
	TRY(store_note_evidence(s, &d, (int64_t)bytes.n, str_c(g->evidence_kind)));
	TRY(append(s, a, size, g, &d));
	TRY(keep_row(s, size, g));
	return store_finish(s);
}

err anchor_take(struct store *s, struct arena *a, const struct anchor_place *p, int64_t wait_ms,
		struct anchor_done *out)
{
	struct given g = { .kind = (enum anchor_kind)p->kind };
	struct ledger_head head;
	const struct asking q = { s, a, p, &head, wait_ms };
	struct anchor_done done;
	err e;

	TRY(newest(s, a, &head));
	TRY(anchor_source(a, p, &g.source));
	TRY(anchored_before(s, &head, p, g.source, &done));
	if (!done.already) {
		TRY(ask(&q, &g, &done.commit));
		done.at = g.at;
		/* A branch nobody outside holds vouches for nothing. */
		done.outside = p->kind != ANCHOR_BRANCH || p->remote.p;
		e = done.outside ? keep(s, a, head.size, &g) : NULL;
		if (e)
			store_abandon(s);
		TRY(e);
	}
	*out = done;
	return NULL;
}

/* A row of its own, without a record, which would make the log longer again. */
static err cosign_one(const struct asking *q)
{
	struct given g = { .kind = ANCHOR_WITNESS };
	int64_t there;
	err e;

	TRY(db_get_int(store_db(q->s), SQL("SELECT count(*) FROM kept_anchor WHERE size = $1 AND kind = 'witness' "
					   "AND source = $2"),
		       DB_ARGS(DB_I(q->head->size), DB_T(q->p->key)), 0, &there));
	if (there || ask_witness(q, &g))
		return NULL;
	TRY(db_begin(store_db(q->s)));
	e = keep_row(q->s, q->head->size, &g);
	if (!e)
		return db_commit(store_db(q->s));
	store_abandon(q->s);
	return e;
}

err anchor_cosign_head(struct store *s, struct arena *a, int64_t wait_ms)
{
	struct anchor_places all;
	struct ledger_head head;

	TRY(newest(s, a, &head));
	TRY(anchor_places_read(a, store_home(s), &all));
	for (size_t i = 0; i < all.places.n; i++) {
		const struct anchor_place *p = (const struct anchor_place *)all.places.v + i;

		if (p->kind == ANCHOR_WITNESS)
			TRY(cosign_one(&(struct asking){ s, a, p, &head, wait_ms }));
	}
	return NULL;
}

err anchor_cosigned_note(struct db *db, struct arena *a, int64_t size, struct str *out)
{
	BUF_AUTO note = buf_new(NOTE_BYTES_MAX);
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(db, SQL("SELECT c.note, k.body FROM kept_checkpoint c LEFT JOIN kept_anchor k ON k.size = c.size AND "
			     "k.kind = 'witness' WHERE c.size = $1 ORDER BY k.seq LIMIT 64"), DB_ARGS(DB_I(size)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (!note.n)
			buf_add(&note, db_text(rows, 0));
		if (!db_is_null(rows, 1))
			buf_add(&note, db_blob(rows, 1));
	}
	TRY(buf_ok(&note, "the checkpoint with its cosignatures"));
	if (!note.n)
		return fail(ERR_MISSING, "there is no checkpoint of %lld records", (long long)size);
	*out = arena_str(a, buf_str(&note));
	return NULL;
}

/* What anchoring itself writes, an anchor and the submission it came with, is nothing new. */
err anchor_pending(struct store *s, int64_t *records)
{
	int64_t anchored, anchors, acts, size;

	TRY(ledger_size(store_ledger(s), &size));
	TRY(db_get_int(store_db(s), SQL("SELECT max(size) FROM view_anchor"), DB_NONE, 0, &anchored));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_anchor WHERE idx >= $1"),
		       DB_ARGS(DB_I(anchored)), 0, &anchors));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_submission WHERE idx >= $1 AND id IN "
					"(SELECT act FROM view_anchor)"), DB_ARGS(DB_I(anchored)), 0, &acts));
	*records = size - anchored - anchors - acts;
	return NULL;
}

err anchor_keep_roots(struct store *s, struct arena *a, const char *path, struct str *digest)
{
	BUF_AUTO pem = buf_new(TIMESTAMP_CA_MAX);
	char hex[DIGEST_TEXT];
	struct digest d;

	TRY(file_read(path, &pem));
	if (!str_has(buf_str(&pem), STR("-----BEGIN CERTIFICATE-----")))
		return fail(ERR_INPUT, "%s holds no certificates in PEM", path);
	if (str_has(buf_str(&pem), STR("PRIVATE KEY-----")))
		return fail(ERR_INPUT, "%s holds a private key, which must not become evidence", path);
	TRY(evidence_put(store_evidence(s), buf_str(&pem), &d));
	TRY(store_note_evidence(s, &d, (int64_t)pem.n, STR("timestamp-roots")));
	TRY(store_finish(s));
	digest_put(hex, &d);
	*digest = arena_str(a, str_c(hex));
	return NULL;
}

static err ask_one(struct arena *a, const struct anchor_place *p, const struct ledger_head *head, int64_t wait_ms)
{
	struct witness w;
	struct witness_order o = { .witness = &w, .checkpoint = head->note, .wait_ms = wait_ms };
	uint64_t size;
	err e;

	TRY(witness_parse(p->address, p->key, &w));
	e = witness_ask(a, &o, &size);
	if (e)
		return e->kind == ERR_INTEGRITY ? fail(ERR_DENIED, "%s", e->text) : NULL;
	if (size <= (uint64_t)head->size)
		return NULL;
	return fail(ERR_DENIED, "the witness %.*s has seen %llu records of this log, and this home holds %lld: it was "
		    "rolled back, or goes on somewhere else", FMT(w.key.name), (unsigned long long)size,
		    (long long)head->size);
}

err anchor_ask_witnesses(const struct home *h, struct ledger *l)
{
	OWNED(arena) a = arena_new();
	int64_t until = instant_ticks_ms() + START_WAIT_MS;
	struct anchor_places all;
	struct ledger_head head;

	TRY(anchor_places_read(a, h->path, &all));
	if (all.places.n == 0)
		return NULL;
	TRY(ledger_head(l, &head));
	for (size_t i = 0; i < all.places.n && head.size > 0; i++) {
		const struct anchor_place *p = (const struct anchor_place *)all.places.v + i;
		int64_t left = until - instant_ticks_ms();

		if (p->kind == ANCHOR_WITNESS && p->ask != 0 && left > 0)
			TRY(err_hint(ask_one(a, p, &head, left), "it stays readable; to go on from it here: custody "
				     "init --home NEW --after %s", h->path));
	}
	return NULL;
}
