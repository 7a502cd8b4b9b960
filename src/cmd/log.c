/* `custody log`: the records, in order, and proofs that one is among them. */
#include "cmd/nouns.h"

#include "base/instant.h"
#include "ledger/proof.h"
#include "ledger/tiles.h"
#include "store/store.h"
#include "text/json.h"

static const struct show_column columns[] = {
	{ "index", "no", SHOW_NUMBER, 10 },
	{ "type", "type", SHOW_TEXT, 22 },
	{ "effective", "happened", SHOW_TIME, 20 },
	{ "received", "received", SHOW_TIME, 20 },
	{ "content", "came", SHOW_TEXT, 10 },
	{ "author", "author", SHOW_TEXT, 9 },
	{ "about", "about", SHOW_TEXT, 0 },
	{ 0 },
};

struct list_options {
	struct str type, about;
	int64_t from, limit;
};
static const struct field list_fields[] = {
	FIELD(list_options, about, FIELD_ID, 0, 0, "only about this id"),
	FIELD(list_options, from, FIELD_INT, 0, 0, "begin at this record"),
	{ .name = "limit", .kind = FIELD_INT, .letter = 'n', .offset = offsetof(struct list_options, limit),
	  .help = "at most this many (default: 50 in a table, else all; 0 is all)" },
	FIELD(list_options, type, FIELD_TEXT, 0, 64, "only of this type, such as scan"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "log list", list_fields);

static bool wanted(const struct list_options *o, const struct header *h)
{
	if (o->type.p && !(str_starts(h->type, o->type) && h->type.n > o->type.n && h->type.p[o->type.n] == '.'))
		return str_eq(h->type, o->type);
	return !o->about.p || str_eq(o->about, h->about);
}

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	OWNED(show_list) l = show_list_new(run->format, columns, 1);
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	int64_t limit = cmd_limit(run, o->limit), left = limit ? limit : INT64_MAX;
	struct header h;
	bool more;

	TRY(store_open_read(run->home, &s));
	TRY(db_query(store_db(s), SQL("SELECT idx, header FROM kept_record WHERE idx >= $1 ORDER BY idx"),
		     DB_ARGS(DB_I(o->from < 0 ? 0 : o->from)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		arena_reset(a);
		TRY(err_in(header_parse(a, db_blob(rows, 1), &h), "record %lld", (long long)db_int(rows, 0)));
		if (!wanted(o, &h))
			continue;
		if (left-- == 0) {
			show_list_total(l, -1, SHOW_ALL);
			break;
		}
		show_list_row(l, (const struct show_cell[]){
					 SHOW_N(db_int(rows, 0)), SHOW_T(h.type), SHOW_N(h.effective),
					 SHOW_N(h.received), SHOW_T(str_c(content_words[h.content])),
					 SHOW_T(str_c(author_words[h.author])), SHOW_T(h.about) });
	}
	show_list_empty(l, "No record is like that. custody status counts them by type.");
	return show_list_end(l);
}

struct one_options {
	int64_t index;
};
static const struct field one_fields[] = {
	FIELD(one_options, index, FIELD_INT, FIELD_OPERAND | FIELD_REQUIRED, 0, "number of the record"),
	{ 0 },
};
static const struct table one_table = TABLE(one_options, "log", one_fields);

static void put_raw(struct json_writer *w, const char *key, struct str bytes)
{
	json_key(w, key);
	if (bytes.p)
		json_put_raw(w, bytes);
	else
		json_put_null(w);
}

static err run_show(struct cmd_run *run, const void *options)
{
	const struct one_options *o = options;
	BUF_AUTO out = buf_new(4 << 20);
	struct json_writer w = json_write_pretty(&out);
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	bool more;

	TRY(store_open_read(run->home, &s));
	TRY(db_query(store_db(s), SQL("SELECT header, facts, words FROM kept_record WHERE idx = $1"),
		     DB_ARGS(DB_I(o->index)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_MISSING, "there is no record %lld", (long long)o->index);
	json_open(&w, '{');
	json_add_int(&w, "index", o->index);
	put_raw(&w, "header", db_blob(rows, 0));
	put_raw(&w, "facts", db_blob(rows, 1));
	put_raw(&w, "words", db_blob(rows, 2));
	json_close(&w, '}');
	buf_add_char(&out, '\n');
	TRY(buf_ok(&out, "the record"));
	return cmd_print(buf_str(&out));
}

static err run_prove(struct cmd_run *run, const void *options)
{
	const struct one_options *o = options;
	OWNED(tiles) t = NULL;
	BUF_AUTO out = buf_new(PROOF_BYTES_MAX);
	STORE_AUTO s = NULL;
	struct ledger_head head;
	struct proof p = { .index = (uint64_t)o->index };

	TRY(store_open_read(run->home, &s));
	TRY(ledger_head(store_ledger(s), &head));
	if (o->index >= head.size)
		return fail(ERR_MISSING, "there is no signed record %lld; the log holds %lld", (long long)o->index, (long long)head.size);
	t = tiles_open(store_path(s, run->a, "tiles"), (uint64_t)head.size);
	TRY(tiles_inclusion(t, p.index, (uint64_t)head.size, &p.path));
	p.checkpoint = head.note;
	proof_put(&out, &p);
	return cmd_print(buf_str(&out));
}

static err run_checkpoint(struct cmd_run *run, const void *options)
{
	STORE_AUTO s = NULL;
	struct ledger_head head;

	(void)options;
	TRY(store_open_read(run->home, &s));
	TRY(ledger_head(store_ledger(s), &head));
	if (!head.note.p)
		return fail(ERR_MISSING, "the log holds no signed checkpoint yet");
	return cmd_print(head.note);
}

struct no_options {
	int unused;
};
static const struct field no_fields[] = { { 0 } };
static const struct table no_table = TABLE(no_options, "log checkpoint", no_fields);

static const struct cmd_verb verbs[] = {
	{ "list", "records in order", NULL, "  custody log list --type scan -o jsonl", &list_table, run_list },
	{ "show", "one record: header, facts and words", NULL, NULL, &one_table, run_show },
	{ "prove", "proof that a record is in the signed log (tlog-proof)",
	  "What it prints can be checked with the record's header and the log's key, without this home.",
	  "  custody log prove 7 > 7.tlog-proof", &one_table, run_prove },
	{ "checkpoint", "the newest signed checkpoint",
	  "Beside a copy of the home's folder tiles/tile it makes a folder that custody verify checks without a home.",
	  "  cp -r .custody/tiles log; custody log checkpoint > log/checkpoint; custody verify log", &no_table, run_checkpoint },
	{ 0 },
};
const struct cmd_noun cmd_log = { "log", "the records in order, and proofs", verbs, false };
