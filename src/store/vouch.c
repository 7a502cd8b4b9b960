#include "store/vouch.h"

#include "base/instant.h"
#include "ledger/note.h"
#include "net/timestamp.h"
#include "store/anchor.h"

enum { LOOKED_AT = 8 };		/* newest anchors of each kind, until one holds */

static err check_stamp(struct arena *a, const struct vouch_anchor *k, struct str *who)
{
	struct timestamp_spec spec = { .reply = k->body, .digest = digest_of(k->note), .roots = TIMESTAMP_ANY };
	struct timestamp t;

	TRY(timestamp_check(a, &spec, &t));
	if (t.time != k->at)
		return fail(ERR_INTEGRITY, "the time stamp says another time than was kept");
	*who = arena_printf(a, "%.*s (%.*s)", FMT(k->source), FMT(t.name));
	return NULL;
}

static err check_witness(struct arena *a, const struct vouch_anchor *k, struct str *who)
{
	BUF_AUTO whole = buf_new(2 * NOTE_BYTES_MAX);
	struct note_key key;
	struct note_seen seen;
	struct note note;

	TRY(note_key_parse(k->source, &key));
	buf_add(&whole, k->note);
	buf_add(&whole, k->body);
	TRY(note_parse(a, buf_str(&whole), &note));
	TRY(note_verify(&note, &key, 1, &seen));
	if (!seen.good || seen.time != k->at || key.kind != NOTE_COSIGNATURE)
		return fail(ERR_INTEGRITY, "the signature of the witness %.*s is missing", FMT(key.name));
	*who = arena_str(a, key.name);
	return NULL;
}

err vouch_check(struct arena *a, const struct vouch_anchor *k, struct str *who)
{
	if (str_is(k->kind, anchor_kind_words[ANCHOR_TSA]))
		return check_stamp(a, k, who);
	if (str_is(k->kind, anchor_kind_words[ANCHOR_WITNESS]))
		return check_witness(a, k, who);
	if (!str_is(k->kind, anchor_kind_words[ANCHOR_BRANCH]))
		return fail(ERR_INPUT, "an anchor of the kind %.*s is not known here", FMT(str_cut(k->kind, 32)));
	*who = arena_str(a, k->source);
	return NULL;
}

struct newest {
	int64_t size, at;
	struct str who;			/* absent: none holds */
	int64_t broken;
};

static err find_newest(struct db *db, struct arena *a, enum anchor_kind kind, struct newest *out)
{
	DB_ROWS rows = NULL;
	bool more;

	*out = (struct newest){ .at = INSTANT_NONE };
	TRY(db_query(db, SQL("SELECT k.source, k.anchored_at, k.body, k.size, c.note FROM kept_anchor k "
			     "LEFT JOIN kept_checkpoint c ON c.size = k.size WHERE k.kind = $1 "
			     "ORDER BY k.size DESC, k.seq LIMIT $2"),
		     DB_ARGS(DB_T(str_c(anchor_kind_words[kind])), DB_I(LOOKED_AT)), &rows));
	for (;;) {
		struct vouch_anchor k;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		k = (struct vouch_anchor){ .kind = str_c(anchor_kind_words[kind]), .source = db_text(rows, 0),
					   .at = db_int(rows, 1), .body = db_blob(rows, 2), .note = db_text(rows, 4) };
		if (db_is_null(rows, 4) || vouch_check(a, &k, &out->who)) {
			out->who = (struct str){ 0 };
			out->broken++;
			continue;
		}
		out->size = db_int(rows, 3);
		out->at = k.at;
		return NULL;
	}
}

static void say_one(struct buf *b, struct arena *a, enum anchor_kind kind, const struct newest *n, int64_t of)
{
	char when[INSTANT_TEXT];
	struct str which = n->size == of ? arena_printf(a, "all %lld records", (long long)of)
					 : arena_printf(a, "the first %lld of %lld records", (long long)n->size,
							(long long)of);

	instant_put(when, n->at);
	buf_add_c(b, b->n ? "; " : "Vouched for outside this machine: ");
	switch (kind) {
	case ANCHOR_TSA:
		buf_addf(b, "a time stamp of %.*s says that %.*s existed on %s", FMT(n->who), FMT(which), when);
		break;
	case ANCHOR_WITNESS:
		buf_addf(b, "the witness %.*s signed a checkpoint of %.*s on %s", FMT(n->who), FMT(which), when);
		break;
	case ANCHOR_BRANCH:
		buf_addf(b, "a checkpoint of %.*s was pushed to %.*s (on %s by this machine's clock)", FMT(which),
			 FMT(n->who), when);
		break;
	}
}

static err read_times(struct db *db, struct arena *a, struct vouch *out)
{
	BUF_AUTO b = buf_new(8192);

	TRY(db_get_int(db, SQL("SELECT size FROM kept_head WHERE one = 1"), DB_NONE, 0, &out->of));
	for (int kind = ANCHOR_TSA; kind <= ANCHOR_BRANCH; kind++) {
		struct newest n;

		TRY(find_newest(db, a, (enum anchor_kind)kind, &n));
		out->broken += n.broken;
		if (!n.who.p)
			continue;
		say_one(&b, a, (enum anchor_kind)kind, &n, out->of);
		out->records = n.size > out->records ? n.size : out->records;
		out->since = n.at > out->since ? n.at : out->since;
	}
	if (!b.n)
		buf_add_c(&b, "The times rest on this machine's clock alone: no time stamp, no witness and no pushed "
			      "checkpoint vouches for them");
	if (out->broken)
		buf_addf(&b, "; %lld kept anchor%s not match the checkpoint %s kept for", (long long)out->broken,
			 out->broken == 1 ? " does" : "s do", out->broken == 1 ? "it is" : "they are");
	buf_add_char(&b, '.');
	TRY(buf_ok(&b, "the sentence on anchors"));
	out->times = arena_str(a, buf_str(&b));
	return NULL;
}

/* A log says when it received; what happened before it began, others say. */
static err read_age(struct db *db, struct arena *a, struct vouch *out)
{
	char began[DAY_TEXT], oldest[DAY_TEXT];
	int64_t first, work;

	TRY(db_get_int(db, SQL("SELECT min(first_received) FROM view_type_count"), DB_NONE, INSTANT_NONE, &first));
	TRY(db_get_int(db, SQL("SELECT min(first_at) FROM view_branch"), DB_NONE, INSTANT_NONE, &work));
	if (first == INSTANT_NONE || work == INSTANT_NONE || day_of(work) >= day_of(first))
		return NULL;
	day_put(began, day_of(first));
	day_put(oldest, day_of(work));
	out->age = arena_printf(a, "The log began on %s and describes work since %s: it is younger than that work, "
				"whose earlier dates are those of git and of the reports themselves.", began, oldest);
	return NULL;
}

err vouch_read(struct db *db, struct arena *a, struct vouch *out)
{
	struct vouch v = { .since = INSTANT_NONE };

	TRY(read_times(db, a, &v));
	TRY(read_age(db, a, &v));
	*out = v;
	return NULL;
}

err vouch_sentence(struct db *db, struct arena *a, struct str *out)
{
	struct vouch v;

	TRY(vouch_read(db, a, &v));
	*out = v.age.p ? arena_printf(a, "%.*s %.*s", FMT(v.times), FMT(v.age)) : v.times;
	return NULL;
}
