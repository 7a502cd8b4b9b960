/* Scans: what a report found was gathered while the submission was copied
 * (intake_seen.c); now the series' findings are matched and only what changed is
 * written. Its texts are read again from the copy. */
#include "store/intake_parts.h"

#include <stdlib.h>

#include "base/hex.h"
#include "crypto/random.h"
#include "store/intake_seen.h"
#include "store/intake_series.h"

enum { BATCH = 256, BATCH_BYTES = 700 * 1024, ID_BYTES = 16 };

struct intake_scan {
	struct s_scan_begin begin;
	struct series series;
	struct str id;
	struct match *match;		/* borrowed, with its results */
	int64_t results;
	bool known_before;		/* this very scan is in the log */
	bool partial;			/* the tool says that it did not finish */
	struct arena *a;		/* texts of `begin`; lives with the scan */
	struct arena *batch;		/* texts of one batch */
	struct r_finding_change *changes;
	size_t n, bytes;
	int64_t batches;
	struct buf ids;			/* of everything present after the scan: first the new */
	size_t given;			/* bytes of them given to new findings */
	err failed;
	struct intake *in;
};

void intake_scan_free(struct intake_scan *s)
{
	if (!s)
		return;
	buf_done(&s->ids);
	arena_free(s->a);
	arena_free(s->batch);
	free(s->changes);
	free(s);
}

static struct intake_scan *scan_new(struct intake *in, const struct s_scan_begin *item)
{
	struct intake_scan *s = base_alloc(sizeof(*s));

	s->in = in;
	s->a = arena_new();
	s->batch = arena_new();
	s->match = seen_next(in->seen, &s->results);
	s->ids = buf_new(1 << 30);
	s->changes = base_alloc(BATCH * sizeof(*s->changes));
	s->begin = *item;
	for (const struct field *f = item_scan_begin.fields; f->name; f++) {
		if (f->kind == FIELD_TEXT || f->kind == FIELD_COMMIT) {
			struct str *text = (struct str *)((char *)&s->begin + f->offset);

			if (text->p)
				*text = arena_str(s->a, *text);
		}
	}
	return s;
}

/* The closing record, as far as it is known before matching. */
static struct r_scan closing(const struct intake_scan *s)
{
	const struct intake_context *c = s->in->c;
	struct r_scan f = {
		.artefact = s->series.artefact, .commit = s->series.commit, .series = s->series.id,
		.report = c->report, .original = c->original, .rules = s->begin.rules,
		.run = c->run.p ? c->run : s->begin.run, .scope = s->series.scope, .system = s->series.system,
		.tool = s->begin.tool, .tool_version = s->begin.tool_version, .kind = s->begin.kind,
		.place = s->series.place, .proposed = s->series.proposed, .position = s->series.position,
		.coverage = s->begin.coverage,
	};

	return f;
}

static struct draft closing_draft(const struct intake_scan *s, const struct r_scan *f)
{
	struct draft d = intake_draft(s->in, &record_scan, f);

	d.about = s->id;
	d.effective = s->series.effective;
	return d;
}

err intake_scan_begin(struct intake *in, const struct s_scan_begin *item)
{
	struct intake_scan *s;

	if (in->scan)
		return fail(ERR_INPUT, "the submission begins a scan within a scan");
	in->scan = s = scan_new(in, item);
	s->id = record_new_id(s->a);
	TRY(series_find(in, &s->begin, s->a, &s->series));
	s->known_before = s->series.known;
	return NULL;
}

static err load_known(struct intake_scan *s)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(store_db(s->in->store), SQL("SELECT f.id, p.present, CASE WHEN p.series_no = $1 THEN 1 ELSE 0 END, "
		"p.k1, p.k2, p.k3, p.k4, p.attributes FROM view_presence p JOIN view_finding_state f ON f.no = p.finding_no "
		"WHERE p.series_no = $1 OR p.series_no IN (SELECT o.no FROM view_series m JOIN view_series o "
		"ON o.system_no = m.system_no AND o.place = m.place AND o.kind = m.kind AND o.tool = m.tool "
		"WHERE m.no = $1) ORDER BY p.series_no, p.finding_no"), DB_ARGS(DB_I(s->series.no)), &rows));
	for (;;) {
		struct match_known k;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		memcpy(k.id, db_blob(rows, 0).p, ID_BYTES);
		k.present = (uint8_t)db_int(rows, 1);
		k.own = (uint8_t)db_int(rows, 2);
		k.keys = (struct match_keys){ (uint64_t)db_int(rows, 3), (uint64_t)db_int(rows, 4),
					      (uint64_t)db_int(rows, 5), (uint64_t)db_int(rows, 6) };
		k.attributes = db_int(rows, 7);
		match_add_known(s->match, &k);
	}
}

static err write_batch(struct intake_scan *s)
{
	struct r_scan_changes f = { .changes = { s->changes, s->n }, .n = s->batches, .scan = s->id };
	struct draft d = intake_draft(s->in, &record_scan_changes, &f);
	bool already;

	if (s->n == 0)
		return NULL;
	d.about = s->id;
	d.effective = s->series.effective;
	TRY(intake_append(s->in, &d, &already));
	s->batches++;
	s->n = s->bytes = 0;
	arena_reset(s->batch);
	return NULL;
}

static struct str hex_key(struct arena *a, uint64_t k)
{
	return k ? arena_printf(a, "%016llx", (unsigned long long)k) : (struct str){ 0 };
}

static struct str hex_id(struct arena *a, const uint8_t id[ID_BYTES])
{
	return record_hex(a, (struct str){ (const char *)id, ID_BYTES });
}

/* Fills one change from the pair; counts it. */
static err fill_change(struct intake_scan *s, const struct match_pair *p, struct r_finding_change *c)
{
	struct intake_counts *n = &s->in->counts;
	struct s_finding item;

	if (p->ref < 0) {
		table_clear(&record_finding_change_table, c);
		c->op = OP_GONE;
		c->finding = hex_id(s->batch, p->known->id);
		n->gone++;
		return NULL;
	}
	TRY(seen_again(s->in->seen, p->ref, s->batch, &item));
	*c = seen_change(&item);
	c->k1 = hex_key(s->batch, p->keys.fingerprint);
	c->k2 = hex_key(s->batch, p->keys.place);
	c->k3 = hex_key(s->batch, p->keys.component);
	c->k4 = hex_key(s->batch, p->keys.loose);
	if (!p->known) {
		c->op = OP_NEW;
		c->finding = hex_id(s->batch, (const uint8_t *)s->ids.p + s->given);
		s->given += ID_BYTES;
		n->opened++;
		return NULL;
	}
	c->finding = hex_id(s->batch, p->known->id);
	c->match = p->how;
	c->op = !p->known->present || !p->known->own ? OP_REAPPEARED : p->how == 4 ? OP_MOVED : OP_CHANGED;
	*(c->op == OP_REAPPEARED ? &n->reopened : &n->changed) += 1;
	return NULL;
}

static void visit_kept(void *ctx, const struct match_known *k)
{
	struct intake_scan *s = ctx;

	buf_add(&s->ids, (struct str){ (const char *)k->id, ID_BYTES });
}

static void visit_change(void *ctx, const struct match_pair *p)
{
	struct intake_scan *s = ctx;
	struct r_finding_change *c = &s->changes[s->n];

	if (s->failed)
		return;
	/* A scan that did not finish says nothing of what it did not report: that stays. */
	if (s->partial && p->ref < 0) {
		visit_kept(s, p->known);
		return;
	}
	s->failed = fill_change(s, p, c);
	if (s->failed)
		return;
	s->n++;
	s->bytes += 400 + c->message.n + c->title.n + c->path.n + c->rule.n + c->component.n;
	if (s->n == BATCH || s->bytes > BATCH_BYTES)
		s->failed = write_batch(s);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, ID_BYTES);
}

/* SHA-256 over the ids of everything present, sorted. */
static struct str identities(struct intake_scan *s)
{
	struct digest d;
	char hex[DIGEST_TEXT];

	qsort(s->ids.p ? s->ids.p : (void *)s, s->ids.n / ID_BYTES, ID_BYTES, by_id);
	d = digest_of(buf_str(&s->ids));
	digest_put(hex, &d);
	return arena_str(s->a, str_c(hex));
}

/* Ids for all that is new, drawn at once and sorted: their index grows at one end. */
static err draw_ids(struct intake_scan *s)
{
	size_t n = match_new_ones(s->match) * ID_BYTES;
	void *room = n ? buf_grow(&s->ids, n) : NULL;

	if (!n)
		return NULL;
	if (!room)
		return fail(ERR_LIMIT, "the scan has more than %zu results", s->ids.max / ID_BYTES);
	random_bytes(room, n);
	qsort(room, n / ID_BYTES, ID_BYTES, by_id);
	return NULL;
}

static err match_and_write(struct intake_scan *s, struct r_scan *f)
{
	struct intake_counts before = s->in->counts, *n = &s->in->counts;

	if (s->series.no >= 0)
		TRY(load_known(s));
	match_run(s->match);
	TRY(draw_ids(s));
	match_each(s->match, visit_change, s, &f->unchanged);
	TRY(s->failed);
	TRY(write_batch(s));
	match_each_kept(s->match, visit_kept, s);
	f->opened = n->opened - before.opened;
	f->reopened = n->reopened - before.reopened;
	f->gone = n->gone - before.gone;
	f->changed = n->changed - before.changed;
	n->unchanged += f->unchanged;
	return NULL;
}

static int outcome_of(const struct intake_scan *s, const struct s_scan_end *item)
{
	if (item->failed == 1)
		return OUTCOME_FAILED;
	if (item->empty == 1)
		return OUTCOME_EMPTY;
	if (item->partial == 1)
		return OUTCOME_PARTIAL;
	return s->results ? OUTCOME_FINDINGS : OUTCOME_CLEAN;
}

static void put_outcome(const struct intake_scan *s, const struct s_scan_end *item, struct r_scan *f)
{
	f->results = s->results;
	f->records = s->batches;
	f->outcome = outcome_of(s, item);
	if (item->coverage.p)
		f->coverage = item->coverage;
}

static err close_scan(struct intake *in, const struct s_scan_end *item)
{
	struct intake_scan *s = in->scan;
	struct r_scan f = closing(s);
	struct draft d;
	bool already;

	s->partial = item->partial == 1 || item->empty == 1 || item->failed == 1;
	in->counts.scans++;
	in->counts.results += s->results;
	if (s->known_before) {
		in->counts.already++;
		in->counts.unchanged += s->results;
		return NULL;
	}
	f.follows = s->series.follows;
	if (str_is(f.follows, "late"))
		in->counts.late++;
	else
		TRY(match_and_write(s, &f));
	put_outcome(s, item, &f);
	in->counts.partial |= item->partial == 1;
	in->counts.empty |= item->empty == 1;
	in->counts.failed_runs |= item->failed == 1;
	in->counts.proposed += s->series.proposed == 1;
	f.identities = identities(s);
	d = closing_draft(s, &f);
	return intake_append(in, &d, &already);
}

err intake_scan_end(struct intake *in, const struct s_scan_end *item)
{
	err e;

	if (!in->scan)
		return fail(ERR_INPUT, "the submission ends a scan that did not begin");
	e = close_scan(in, item);
	intake_scan_free(in->scan);
	in->scan = NULL;
	return e;
}
