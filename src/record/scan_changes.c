/* scan.changes: at most 256 things a scan changed, ordered by identity. They
 * wait until the closing scan record makes them count: what is said of new findings
 * in their own table, without a state; what is said of known ones staged. */
#include "record/types.h"

#include "base/hex.h"

static const struct field change_fields[] = {
	FIELD(r_finding_change, alias, FIELD_TEXT, 0, 128, "vulnerability, such as CVE-2021-44228"),
	FIELD(r_finding_change, component, FIELD_TEXT, 0, 512, "package URL without version"),
	FIELD(r_finding_change, finding, FIELD_ID, FIELD_REQUIRED | FIELD_FROM_STORE, 0, "the finding"),
	FIELD(r_finding_change, fix, FIELD_TEXT, 0, 128, "version that fixes it"),
	FIELD(r_finding_change, k1, FIELD_TEXT, FIELD_FROM_STORE, 16, "keyed hash of the tool's fingerprint"),
	FIELD(r_finding_change, k2, FIELD_TEXT, FIELD_FROM_STORE, 16, "keyed hash of rule, path, context, ordinal"),
	FIELD(r_finding_change, k3, FIELD_TEXT, FIELD_FROM_STORE, 16, "keyed hash of rule, component, vulnerability"),
	FIELD(r_finding_change, k4, FIELD_TEXT, FIELD_FROM_STORE, 16, "keyed hash of rule and context"),
	FIELD(r_finding_change, line, FIELD_INT, 0, 0, "line when first seen, from 1"),
	FIELD_CHOICE(r_finding_change, match, FIELD_FROM_STORE, change_match_words, "the key that matched"),
	FIELD(r_finding_change, message, FIELD_TEXT, FIELD_WORDS, 1024, "what the tool said"),
	FIELD_CHOICE(r_finding_change, op, FIELD_REQUIRED | FIELD_FROM_STORE, change_op_words, "what happened"),
	FIELD(r_finding_change, path, FIELD_PATH, 0, 1024, "file, or other place"),
	FIELD(r_finding_change, rule, FIELD_TEXT, 0, 256, "the tool's rule"),
	FIELD(r_finding_change, score, FIELD_INT, 0, 100, "CVSS score in tenths"),
	FIELD_CHOICE(r_finding_change, severity, FIELD_UNKNOWN_OK, severity_words, "how bad the tool says it is"),
	FIELD(r_finding_change, suppressed, FIELD_FLAG, FIELD_UNKNOWN_OK, 0, "accepted in the report"),
	FIELD(r_finding_change, title, FIELD_TEXT, 0, 256, "one line for people"),
	FIELD(r_finding_change, version, FIELD_TEXT, 0, 128, "version of the component"),
	{ 0 },
};
const struct table record_finding_change_table = TABLE(r_finding_change, "finding change", change_fields);

static const struct field fields[] = {
	FIELD_GROUPS(r_scan_changes, changes, FIELD_REQUIRED | FIELD_MANY, 256,
		     &record_finding_change_table, "what changed"),
	FIELD(r_scan_changes, n, FIELD_INT, FIELD_REQUIRED, 0, "place of this batch in the scan, from 0"),
	FIELD(r_scan_changes, scan, FIELD_ID, FIELD_REQUIRED, 0, "the scan"),
	{ 0 },
};
static const struct table table = TABLE(r_scan_changes, "scan.changes", fields);
static const char *const key[] = { "scan", "n", NULL };

static struct db_value hash_or_null(struct str hex)
{
	uint8_t b[8];
	uint64_t v = 0;

	if (!hex.p || !hex_get(hex, b, sizeof(b)))
		return DB_N;
	for (size_t i = 0; i < sizeof(b); i++)
		v = v << 8 | b[i];
	return DB_I(v);
}

static uint64_t mix(uint64_t h, struct str s)
{
	return (h ^ str_hash(s)) * 0x100000001b3u + s.n;
}

/* A number that differs when anything worth a change record differs: never the
 * line, which every edit above moves. */
int64_t scan_changes_attributes(const struct r_finding_change *c)
{
	uint64_t h = mix(mix(mix(mix(0, c->path), c->version), c->fix), c->title);

	h = (h ^ (uint64_t)(c->severity + 1)) * 0x100000001b3u;
	h = (h ^ (uint64_t)(c->score + 1)) * 0x100000001b3u;
	h = (h ^ (uint64_t)(c->suppressed == 1)) * 0x100000001b3u;
	return (int64_t)(h >> 1);
}

err scan_changes_row(struct apply *ap, struct str scan_id, int64_t *no)
{
	struct db_value id = record_blob(ap->a, scan_id);
	int64_t last;

	TRY(db_get_int(ap->db, SQL("SELECT no FROM view_scan WHERE id = $1"), DB_ARGS(id), -1, no));
	if (*no >= 0)
		return NULL;
	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_scan"), DB_NONE, 0, &last));
	*no = last + 1;
	return db_run(ap->db, SQL("INSERT INTO view_scan (no, id, closed) VALUES ($1, $2, 0)"),
		      DB_ARGS(DB_I(*no), id), NULL);
}

/* Where the changes of one record go: new findings to their own table at once, others
 * to the stage. */
struct staging {
	struct apply *ap;
	struct db_batch *fresh, *known;
	int64_t scan_no, idx, seq, no;	/* no: of the next new finding */
};

static err put_new(struct staging *s, const struct r_finding_change *c)
{
	return db_batch_add(s->fresh, DB_ARGS(
		DB_I(s->no++), record_blob(s->ap->a, c->finding), DB_T(c->rule.p ? c->rule : STR("")),
		DB_T(c->title.p ? c->title : STR("")), DB_I(c->severity), db_int_or_null(c->score, FIELD_NO_INT),
		db_text_or_null(c->path), db_int_or_null(c->line, FIELD_NO_INT),
		db_text_or_null(c->component), db_text_or_null(c->version), db_text_or_null(c->alias),
		db_text_or_null(c->fix),
		c->suppressed == 1 ? DB_T(STR("accepted")) : DB_N,
		hash_or_null(c->k1), hash_or_null(c->k2), hash_or_null(c->k3), hash_or_null(c->k4),
		DB_I(scan_changes_attributes(c)), DB_I(s->idx)));
}

static err put_known(struct staging *s, const struct r_finding_change *c)
{
	return db_batch_add(s->known, DB_ARGS(
		DB_I(s->scan_no), DB_I(s->seq), DB_T(str_c(change_op_words[c->op])),
		record_blob(s->ap->a, c->finding),
		c->match == FIELD_UNKNOWN ? DB_N : DB_T(str_c(change_match_words[c->match])),
		db_text_or_null(c->rule), db_text_or_null(c->title),
		db_int_or_null(c->severity, FIELD_UNKNOWN), db_int_or_null(c->score, FIELD_NO_INT),
		db_text_or_null(c->path), db_int_or_null(c->line, FIELD_NO_INT),
		db_text_or_null(c->component), db_text_or_null(c->version), db_text_or_null(c->alias),
		db_text_or_null(c->fix),
		c->suppressed == 1 ? DB_T(STR("accepted")) : DB_N,
		hash_or_null(c->k1), hash_or_null(c->k2), hash_or_null(c->k3), hash_or_null(c->k4),
		DB_I(scan_changes_attributes(c)), DB_I(s->idx)));
}

static err put_all(struct staging *s, const struct r_scan_changes *f)
{
	const struct r_finding_change *v = f->changes.v;

	TRY(db_batch_begin(s->ap->db, SQL("INSERT INTO view_finding_text (no, id, rule, title, severity, score, path, "
		"line, component, version, alias, fix, suppressed, k1, k2, k3, k4, attributes, idx) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"),
		&s->fresh));
	TRY(db_batch_begin(s->ap->db, SQL("INSERT INTO view_scan_change (scan_no, seq, op, finding, match, "
		"rule, title, severity, score, path, line, component, version, alias, fix, "
		"suppressed, k1, k2, k3, k4, attributes, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
		"$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"), &s->known));
	for (size_t i = 0; i < f->changes.n; i++) {
		s->seq = f->n * 256 + (int64_t)i;
		TRY(v[i].op == OP_NEW ? put_new(s, &v[i]) : put_known(s, &v[i]));
	}
	TRY(db_batch_end(s->fresh, NULL));
	return db_batch_end(s->known, NULL);
}

static err apply(struct apply *ap, const struct record *r)
{
	const struct r_scan_changes *f = r->facts;
	struct staging s = { .ap = ap, .idx = r->idx };
	int64_t first;

	TRY(scan_changes_row(ap, f->scan, &s.scan_no));
	TRY(db_get_int(ap->db, SQL("SELECT max(no) FROM view_finding_text"), DB_NONE, 0, &first));
	s.no = ++first;
	TRY(put_all(&s, f));
	if (s.no == first)
		return NULL;
	return db_run(ap->db, SQL("INSERT INTO view_scan_new (scan_no, n, first_no, last_no) VALUES ($1, $2, $3, $4)"),
		      DB_ARGS(DB_I(s.scan_no), DB_I(f->n), DB_I(first), DB_I(s.no - 1)), NULL);
}

const struct record_type record_scan_changes = {
	"scan.changes.v1", &table, "what a scan changed", key, NULL, apply,
};
