#include "record/record.h"

#include "base/hex.h"
#include "crypto/random.h"
#include "text/json.h"

static const struct json_pick only_facts = { FIELD_WORDS, 0 };
static const struct json_pick only_words = { FIELD_WORDS, FIELD_WORDS };

const struct record_type *record_type_find(struct str name)
{
	for (const struct record_type *const *t = record_types; *t; t++)
		if (str_is(name, (*t)->name))
			return *t;
	return NULL;
}

struct str record_new_id(struct arena *a)
{
	uint8_t bytes[16];
	char *hex = arena_alloc(a, 2 * sizeof(bytes) + 1);

	random_bytes(bytes, sizeof(bytes));
	hex_put(hex, bytes, sizeof(bytes));
	return str_c(hex);
}

struct db_value record_blob(struct arena *a, struct str hex)
{
	size_t n = hex.n / 2;
	char *bytes;

	if (!hex.p)
		return DB_N;
	bytes = arena_alloc(a, n);
	if (!hex_get(hex, bytes, n))
		ASSERT(!"checked hexadecimal");
	return DB_B(((struct str){ bytes, n }));
}

struct str record_hex(struct arena *a, struct str blob)
{
	char *hex;

	if (!blob.p)
		return (struct str){ 0 };
	hex = arena_alloc(a, 2 * blob.n + 1);
	hex_put(hex, blob.p, blob.n);
	return str_c(hex);
}

err record_read_part(struct arena *a, const struct record_type *t, struct str part, bool words, void *out)
{
	struct json *doc;

	TRY(json_parse(a, t->name, part, &doc));
	table_clear(t->table, out);
	return json_to_table(a, t->name, doc, t->table, words ? only_words : only_facts, out);
}

err record_read(struct db *db, struct arena *a, const struct record_type *t, int64_t idx, void *out)
{
	DB_ROWS rows = NULL;
	struct json *doc;
	bool more;

	TRY(db_query(db, SQL("SELECT facts, words FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_MISSING, "there is no record %lld", (long long)idx);
	TRY(record_read_part(a, t, arena_str(a, db_blob(rows, 0)), false, out));
	if (db_is_null(rows, 1))
		return NULL;
	TRY(json_parse(a, t->name, arena_str(a, db_blob(rows, 1)), &doc));
	return json_to_table(a, t->name, doc, t->table, only_words, out);
}

/* The items of a field that holds groups: one in place, or those of a list. */
static struct many groups_of(const struct field *f, const void *at)
{
	return f->flags & FIELD_MANY ? *(const struct many *)at : (struct many){ (void *)(uintptr_t)at, 1 };
}

static bool any_words(const struct table *t, const void *fields)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const char *at = (const char *)fields + f->offset;
		struct many in;

		if ((f->flags & FIELD_WORDS) && !field_absent(f, at))
			return true;
		if ((f->flags & FIELD_WORDS) || f->kind != FIELD_GROUP)
			continue;
		in = groups_of(f, at);
		for (size_t i = 0; i < in.n; i++)
			if (any_words(f->of, (const char *)in.v + i * f->of->size))
				return true;
	}
	return false;
}

/* One part of a draft: its canonical bytes, its salt, and their digest. */
struct part {
	struct str bytes;
	uint8_t salt[SALT_BYTES];
	struct digest digest;
};

static err write_part(struct arena *a, const struct draft *d, struct json_pick pick, size_t max,
		      struct part *out)
{
	BUF_AUTO b = buf_new(max);
	struct json_writer w = json_write(&b);

	json_put_table(&w, d->type->table, pick, d->fields);
	if (buf_over(&b))
		return fail(ERR_LIMIT, "a %s record is larger than %zu bytes", d->type->name, max);
	out->bytes = arena_str(a, buf_str(&b));
	random_bytes(out->salt, SALT_BYTES);
	out->digest = header_part_digest(out->salt, out->bytes);
	return NULL;
}

err record_facts(struct arena *a, const struct draft *d, struct str *out)
{
	struct part facts;

	TRY(write_part(a, d, only_facts, FACTS_MAX, &facts));
	*out = facts.bytes;
	return NULL;
}

/* The bytes whose keyed digest is the record's key: type, then each key field. */
static void key_bytes(const struct draft *d, struct buf *out)
{
	struct json_writer w;

	buf_add_c(out, d->type->name);
	for (const char *const *name = d->type->key; *name; name++) {
		const struct field *f = table_find(d->type->table, str_c(*name));

		buf_add_char(out, '\n');
		if (strcmp(*name, "about") == 0) {
			buf_add(out, d->about);
		} else if (strcmp(*name, "effective") == 0) {
			buf_addf(out, "%lld", (long long)d->effective);
		} else {
			const struct field alone[] = { *f, { 0 } };
			const struct table one = { *name, alone, d->type->table->size };

			w = json_write(out);
			json_put_table(&w, &one, only_facts, d->fields);
		}
	}
}

static err make_key(struct record_log *log, const struct draft *d, uint8_t key[KEY_BYTES])
{
	BUF_AUTO b = buf_new(FACTS_MAX);
	struct digest full;

	if (!d->type->key) {
		random_bytes(key, KEY_BYTES);
		return NULL;
	}
	key_bytes(d, &b);
	TRY(buf_ok(&b, "the key of a record"));
	full = hmac_with(log->key, buf_str(&b));
	memcpy(key, full.b, KEY_BYTES);
	return NULL;
}

err record_find(struct record_log *log, const struct draft *d, int64_t *idx)
{
	uint8_t key[KEY_BYTES];

	TRY(make_key(log, d, key));
	return db_get_int(log->db, SQL("SELECT idx FROM kept_record WHERE key = $1"),
			  DB_ARGS(DB_B(((struct str){ (char *)key, KEY_BYTES }))), -1, idx);
}

static void *copied(struct arena *a, const void *from, size_t n)
{
	void *to = arena_alloc(a, n + 1);

	if (n)
		memcpy(to, from, n);
	return to;
}

static bool holds_words(const struct table *t)
{
	for (const struct field *f = t->fields; f->name; f++)
		if ((f->flags & FIELD_WORDS) || (f->kind == FIELD_GROUP && holds_words(f->of)))
			return true;
	return false;
}

/* Makes the words of one struct absent; lists of groups that hold some are copied first. */
static void drop_words(struct arena *a, const struct table *t, char *at)
{
	char *absent = arena_alloc(a, t->size);

	table_clear(t, absent);
	for (const struct field *f = t->fields; f->name; f++) {
		bool many = f->flags & FIELD_MANY;
		struct many *list = (struct many *)(at + f->offset);
		struct many in;

		if (f->flags & FIELD_WORDS) {
			memcpy(at + f->offset, absent + f->offset, many ? sizeof(*list) : field_item_size(f));
			continue;
		}
		if (f->kind != FIELD_GROUP || !holds_words(f->of))
			continue;
		if (many)
			list->v = copied(a, list->v, list->n * f->of->size);
		in = groups_of(f, list);
		for (size_t i = 0; i < in.n; i++)
			drop_words(a, f->of, (char *)in.v + i * f->of->size);
	}
}

/* Words must not reach apply, live no more than at a rebuild. */
static const void *without_words(struct arena *a, const struct table *t, const void *fields)
{
	void *copy;

	if (!holds_words(t))
		return fields;
	copy = copied(a, fields, t->size);
	drop_words(a, t, copy);
	return copy;
}

static err count_type(struct apply *ap, const struct header *h)
{
	int64_t changed;

	TRY(db_run(ap->db, SQL("UPDATE view_type_count SET n = n + 1, last_received = $2 WHERE type = $1"),
		   DB_ARGS(DB_T(h->type), DB_I(h->received)), &changed));
	if (changed)
		return NULL;
	return db_run(ap->db, SQL("INSERT INTO view_type_count VALUES ($1, 1, $2, $2)"),
		      DB_ARGS(DB_T(h->type), DB_I(h->received)), NULL);
}

static err apply_one(struct apply *ap, const struct record_type *t, const struct record *r)
{
	TRY(count_type(ap, &r->header));
	return t->apply ? t->apply(ap, r) : NULL;
}

err record_append(struct record_log *log, const struct draft *d, int64_t *idx, bool *already)
{
	BUF_AUTO leaf = buf_new(HEADER_MAX);
	struct header h = {
		.type = str_c(d->type->name), .about = d->about, .by = d->by, .in = d->in,
		.effective = d->effective, .received = log->received,
		.content = d->content, .author = d->author, .cites = d->cites,
	};
	struct ledger_entry entry = { 0 };
	struct part facts, words = { 0 };
	uint8_t key[KEY_BYTES];
	struct record r = { 0 };
	struct apply ap = { log->db, log->a };

	arena_reset(log->a);
	TRY(table_check(d->type->table, d->fields));
	TRY(header_check(&h));
	if (d->type->check)
		TRY(d->type->check(d->fields));
	TRY(make_key(log, d, key));
	TRY(write_part(log->a, d, only_facts, FACTS_MAX, &facts));
	h.facts = facts.digest;
	h.has_words = any_words(d->type->table, d->fields);
	if (h.has_words) {
		TRY(write_part(log->a, d, only_words, WORDS_MAX, &words));
		h.words = words.digest;
		entry.words = words.bytes;
		entry.words_salt = (struct str){ (char *)words.salt, SALT_BYTES };
	}
	header_write(&h, &leaf);
	TRY(buf_ok(&leaf, "a record's header"));
	entry.header = buf_str(&leaf);
	entry.facts = facts.bytes;
	entry.facts_salt = (struct str){ (char *)facts.salt, SALT_BYTES };
	entry.key = (struct str){ (char *)key, KEY_BYTES };
	TRY(ledger_append(log->ledger, &entry, idx, already));
	if (*already)
		return NULL;
	r = (struct record){ *idx, h, without_words(log->a, d->type->table, d->fields) };
	return apply_one(&ap, d->type, &r);
}

static const char newer[] = "install the version of custody that wrote it, or a newer one";

err record_apply(struct apply *ap, int64_t idx, struct str header, struct str facts)
{
	struct record r = { .idx = idx };
	const struct record_type *t;
	void *fields;

	TRY(header_parse(ap->a, header, &r.header));
	t = record_type_find(r.header.type);
	if (!t)
		return err_hint(fail(ERR_FAILED, "record %lld is of the type %.*s, which this program does not know",
				     (long long)idx, FMT(r.header.type)), newer);
	fields = arena_alloc(ap->a, t->table->size);
	TRY(err_hint(err_in(record_read_part(ap->a, t, facts, false, fields), "record %lld", (long long)idx), newer));
	r.facts = fields;
	return apply_one(ap, t, &r);
}
