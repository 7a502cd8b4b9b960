#include "store/retention.h"

#include "base/instant.h"

struct looking {
	struct store *s;
	struct arena *a;
	struct retention *out;
	struct holds holds;
	int64_t now;
	int64_t *standing;		/* positions whose words still stand, ascending */
	size_t standing_n;
	struct str *cited;		/* digests that records that stand cite, ascending */
	size_t cited_n;
};

static err months(struct looking *l, const char *what, int64_t *out)
{
	return db_get_int(store_db(l->s), SQL("SELECT months FROM view_retention WHERE what = $1 AND waiting = 0"),
			  DB_ARGS(DB_T(str_c(what))), 0, out);
}

/* The beginning of the same day so many months earlier. */
static int64_t cutoff_of(const struct looking *l, int64_t kept)
{
	return day_add_months(l->now / DAY_SECONDS, -(int)kept) * DAY_SECONDS;
}

static err received_at(struct looking *l, int64_t idx, int64_t *out)
{
	OWNED(arena) tmp = arena_new();
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(store_db(l->s), SQL("SELECT header FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_INTEGRITY, "there is no record %lld", (long long)idx);
	TRY(header_parse(tmp, db_blob(rows, 0), &h));
	*out = h.received;
	return NULL;
}

/* The first position received at this instant or later: times never run backwards. */
static err position_at(struct looking *l, int64_t instant, int64_t *out)
{
	int64_t low = 0, high, at = 0;

	TRY(db_get_int(store_db(l->s), SQL("SELECT count(*) FROM kept_record"), DB_NONE, 0, &high));
	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		TRY(received_at(l, middle, &at));
		if (at < instant)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return NULL;
}

static err add(struct looking *l, const struct retention_item *item)
{
	struct retention *r = l->out;

	r->v[r->n] = *item;
	TRY(item->evidence.p ? hold_on_evidence(&l->holds, item->evidence, &r->v[r->n].hold)
			     : hold_on_record(&l->holds, item->idx, &r->v[r->n].hold));
	r->held += r->v[r->n].hold > 0;
	r->n++;
	return NULL;
}

/* Rows are read whole before anything is asked beside them. */
static err take_rows(struct looking *l, struct db_rows *rows, bool evidence, size_t *n)
{
	struct retention_item *v = l->out->v + l->out->n;
	struct header h;
	bool more;

	for (*n = 0; *n < RETENTION_MAX;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		v[*n] = (struct retention_item){ .idx = db_int(rows, 0) };
		if (evidence) {
			v[*n].evidence = record_hex(l->a, db_blob(rows, 1));
			v[*n].kind = arena_str(l->a, db_text(rows, 2));
			v[*n].size = db_int(rows, 3);
		} else {
			TRY(header_parse(l->a, arena_str(l->a, db_blob(rows, 1)), &h));
			v[*n].kind = h.type;
		}
		++*n;
	}
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void add_cites(struct looking *l, const struct header *h, size_t *room)
{
	if (l->cited_n + h->cites.n > *room) {
		struct str *grown;

		*room = 2 * *room + CITES_MAX;
		grown = ARENA_ARRAY(l->a, struct str, *room);
		if (l->cited_n)
			memcpy(grown, l->cited, l->cited_n * sizeof(*grown));
		l->cited = grown;
	}
	for (size_t i = 0; i < h->cites.n; i++)
		l->cited[l->cited_n++] = h->cites.v[i];
}

/* What proves a record that stands: the file that was approved, the signature over it,
 * what a control or a system was declared by. */
static err read_cited(struct looking *l)
{
	DB_ROWS rows = NULL;
	size_t room = 0;
	struct header h;
	bool more;

	TRY(db_query(store_db(l->s), SQL("SELECT header FROM kept_record WHERE idx IN (SELECT idx FROM view_config "
		"UNION SELECT a.idx FROM view_config_approval a JOIN view_config c ON c.in_force = a.matters "
		"UNION SELECT idx FROM view_system UNION SELECT idx FROM view_control "
		"UNION SELECT idx FROM view_hold WHERE released_at IS NULL "
		"UNION SELECT d.idx FROM view_document d WHERE NOT EXISTS (SELECT 1 FROM view_document n WHERE "
		"n.control = d.control AND n.kind = d.kind AND (n.at > d.at OR (n.at = d.at AND n.idx > d.idx))))"),
		DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		TRY(header_parse(l->a, arena_str(l->a, db_blob(rows, 0)), &h));
		add_cites(l, &h, &room);
	}
	qsort(l->cited, l->cited_n, sizeof(*l->cited), by_text);
	return NULL;
}

static err look_at_evidence(struct looking *l)
{
	int64_t cutoff = cutoff_of(l, l->out->evidence), before;
	struct retention_item *first = l->out->v + l->out->n;
	DB_ROWS rows = NULL;
	size_t n;

	TRY(position_at(l, cutoff, &before));
	TRY(db_query(store_db(l->s), SQL("SELECT e.idx, e.digest, e.kind, e.size FROM kept_evidence e WHERE e.erased_by IS "
		"NULL AND e.idx < $1 AND e.kind NOT IN ('timestamp', 'timestamp-roots', 'cosignature', 'branch', "
		"'signers', 'revoked-keys') "
		"AND e.digest NOT IN (SELECT report FROM view_submission WHERE report IS NOT NULL AND at >= $2) "
		"AND e.digest NOT IN (SELECT digest FROM view_document WHERE digest IS NOT NULL AND received >= $2) "
		"AND e.digest NOT IN (SELECT d.digest FROM view_document d WHERE d.digest IS NOT NULL AND NOT EXISTS (SELECT 1 "
		"FROM view_document n WHERE n.control = d.control AND n.kind = d.kind AND (n.at > d.at OR (n.at = d.at AND "
		"n.idx > d.idx)))) AND e.digest NOT IN (SELECT digest FROM view_config) "
		"AND e.digest NOT IN (SELECT facts FROM view_assessment WHERE at >= $2) ORDER BY e.idx, e.digest LIMIT 100000"),
		DB_ARGS(DB_I(before), DB_I(cutoff)), &rows));
	TRY(take_rows(l, rows, true, &n));
	db_rows_close(rows);
	rows = NULL;
	TRY(read_cited(l));
	for (size_t i = 0; i < n; i++)
		if (!l->cited_n || !bsearch(&first[i].evidence, l->cited, l->cited_n, sizeof(struct str), by_text))
			TRY(add(l, &first[i]));
	return NULL;
}

/* Positions of what is still said: their words stay, however old. */
static err read_standing(struct looking *l, int64_t cutoff)
{
	DB_ROWS rows = NULL;
	size_t room = 0;
	bool more;

	TRY(db_query(store_db(l->s), SQL("SELECT idx FROM view_person WHERE status <> 'left' "
		"UNION SELECT a.idx FROM view_account a WHERE a.kind <> 'person' OR a.host = 'local' "
		"OR a.person IN (SELECT id FROM view_person WHERE status <> 'left') "
		"OR a.id IN (SELECT x.account FROM view_change_account x JOIN view_change c ON c.no = x.change_no "
		"WHERE c.at >= $1) OR a.id IN (SELECT reviewer FROM view_review WHERE at >= $1) "
		"UNION SELECT idx FROM view_system UNION SELECT idx FROM view_repository UNION SELECT idx FROM view_control "
		"UNION SELECT idx FROM view_config UNION SELECT idx FROM view_config_approval "
		"UNION SELECT idx FROM view_hold WHERE released_at IS NULL "
		"UNION SELECT idx FROM view_finding WHERE open = 1 "
		"UNION SELECT d.idx FROM view_document d WHERE NOT EXISTS (SELECT 1 FROM view_document n WHERE "
		"n.control = d.control AND n.kind = d.kind AND (n.at > d.at OR (n.at = d.at AND n.idx > d.idx))) "
		"ORDER BY 1"), DB_ARGS(DB_I(cutoff)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (l->standing_n == room) {
			int64_t *grown = ARENA_ARRAY(l->a, int64_t, room ? 2 * room : 256);

			if (room)
				memcpy(grown, l->standing, room * sizeof(*grown));
			room = room ? 2 * room : 256;
			l->standing = grown;
		}
		l->standing[l->standing_n++] = db_int(rows, 0);
	}
}

static int by_position(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static err look_at_words(struct looking *l)
{
	int64_t cutoff = cutoff_of(l, l->out->words), before;
	struct retention_item *first = l->out->v + l->out->n;
	DB_ROWS rows = NULL;
	size_t n;

	TRY(position_at(l, cutoff, &before));
	TRY(read_standing(l, cutoff));
	TRY(db_query(store_db(l->s), SQL("SELECT idx, header FROM kept_record WHERE words IS NOT NULL AND idx < $1 ORDER BY "
					 "idx LIMIT 100000"), DB_ARGS(DB_I(before)), &rows));
	TRY(take_rows(l, rows, false, &n));
	db_rows_close(rows);
	rows = NULL;
	for (size_t i = 0; i < n; i++)
		if (!l->standing_n || !bsearch(&first[i].idx, l->standing, l->standing_n, sizeof(int64_t), by_position))
			TRY(add(l, &first[i]));
	return NULL;
}

err retention_due(struct store *s, struct arena *a, int64_t now, struct retention *out)
{
	struct looking l = { .s = s, .a = a, .out = out, .now = now };
	int64_t approved, proposed;

	*out = (struct retention){ .v = ARENA_ARRAY(a, struct retention_item, 2 * RETENTION_MAX) };
	TRY(months(&l, "evidence", &out->evidence));
	TRY(months(&l, "words", &out->words));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_config WHERE in_force IS NOT NULL"), DB_NONE, 0,
		       &approved));
	TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_retention WHERE waiting = 1"), DB_NONE, 0, &proposed));
	out->approved = approved > 0;
	out->proposed = proposed > 0;
	TRY(hold_read(s, a, false, &l.holds));
	if (out->evidence)
		TRY(look_at_evidence(&l));
	return out->words ? look_at_words(&l) : NULL;
}

/* As many as one order takes. */
static err order(struct store *s, struct arena *a, const struct retention *r, size_t *at)
{
	struct erase_plan plan = { .record = ARENA_ARRAY(a, struct erase_record, ERASE_TARGETS),
				   .evidence = { ARENA_ARRAY(a, struct str, ERASE_TARGETS), 0 } };
	struct str why = arena_printf(a, "retention: evidence is kept %lld months and words %lld, 0 being for ever",
				      (long long)r->evidence, (long long)r->words);
	struct str act;
	int64_t idx;

	for (; *at < r->n && plan.records + plan.evidence.n < ERASE_TARGETS; ++*at) {
		const struct retention_item *item = &r->v[*at];

		if (item->hold)
			continue;
		if (item->evidence.p)
			plan.evidence.v[plan.evidence.n++] = item->evidence;
		else
			plan.record[plan.records++] = (struct erase_record){ item->idx, item->kind };
	}
	if (plan.records + plan.evidence.n == 0)
		return NULL;
	TRY(store_act(s, STR("retention"), &act));
	return erase_order(s, &plan, why, &idx);
}

err retention_apply(struct store *s, struct arena *a, const struct retention *r, int64_t *done)
{
	size_t at = 0;

	*done = 0;
	if (!r->approved)
		return err_hint(fail(ERR_DENIED, "the retention is proposed by one person: nothing is destroyed by it yet"),
				"custody config approve");
	while (at < r->n)
		TRY(order(s, a, r, &at));
	return erase_pending(s, done, NULL);
}
