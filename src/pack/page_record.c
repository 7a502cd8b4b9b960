/* A page for each record that another page points to: what it says, word for
 * word, and how far it can be relied on. */
#include "pack/site.h"

#include "base/instant.h"
#include "base/hex.h"
#include "ledger/tree.h"
#include "pack/picture.h"
#include "record/types.h"

enum { FACTS_SHOWN = 64 * 1024 };

static const char *const content_means[] = {
	"Taken from the system it speaks of, by address and query.", "Handed in by a verified identity of a pipeline.",
	"A file that somebody handed in.", "The word of whoever wrote it.",
};
static const char *const author_means[] = {
	"Signed with a key that is listed for the person.", "The code host said who it was.",
	"The identity token of a pipeline said who it was.", "This server wrote it itself.", "Whoever wrote it said so.",
};

static void new_line(struct buf *out, unsigned depth)
{
	buf_addf(out, "\n%*s", (int)(2 * depth), "");
}

/* One character outside of strings. */
static void indent_one(char c, unsigned *depth, struct buf *out)
{
	if (c == '}' || c == ']') {
		*depth -= *depth > 0;
		new_line(out, *depth);
	}
	buf_add_char(out, c);
	if (c == '{' || c == '[')
		new_line(out, ++*depth);
	else if (c == ',')
		new_line(out, *depth);
	else if (c == ':')
		buf_add_char(out, ' ');
}

/* Canonical JSON with line ends and indents, for reading alone. */
static void indent(struct str text, struct buf *out)
{
	unsigned depth = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '"') {
			indent_one(text.p[i], &depth, out);
			continue;
		}
		do {
			buf_add_char(out, text.p[i]);
			if (text.p[i] == '\\' && i + 1 < text.n)
				buf_add_char(out, text.p[++i]);
		} while (++i < text.n && text.p[i] != '"');
		buf_add_char(out, '"');
	}
}

static void put_facts(struct pack_site *s, struct json_writer *j, struct str facts)
{
	BUF_AUTO text = buf_new(8 << 20);
	struct str shown;

	indent(facts, &text);
	shown = str_cut(buf_str(&text), FACTS_SHOWN);
	json_add_text(j, "facts", shown.n < text.n ? arena_printf(s->w->scratch, "%.*s\n… the rest is in parts/", FMT(shown)) : shown);
}

static void put_words(struct pack_site *s, struct json_writer *j, struct str words, bool has)
{
	struct json *doc = NULL;

	if (words.p && s->w->spec->withhold_words) {
		json_add_text(j, "words_state", arena_printf(s->w->scratch, "Withheld: %.*s", FMT(s->w->spec->why)));
		words = (struct str){ 0 };
	} else {
		json_add_c(j, "words_state", !has ? "It has none." : words.p ? "shown" : "Erased on an order that is itself a record.");
	}
	json_key(j, "words");
	json_open(j, '[');
	if (words.p && json_parse(s->w->scratch, "words", words, &doc))
		doc = NULL;
	for (const struct json *v = doc && doc->kind == JSON_OBJECT ? doc->first : NULL; v; v = v->next) {
		struct str text = v->kind == JSON_STRING || v->kind == JSON_NUMBER ? v->text
				: arena_printf(s->w->scratch, "%zu, in parts/", v->n);

		json_open(j, '{');
		json_add_text(j, "word_name", v->key);
		json_add_text(j, "word", text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_cites(struct pack_site *s, struct json_writer *j, const struct header *h)
{
	struct digest d;

	json_key(j, "cites");
	json_open(j, '[');
	for (size_t i = 0; i < h->cites.n; i++) {
		bool kept = digest_get(h->cites.v[i], &d) && evidence_has(store_evidence(s->w->s), &d);
		bool here = kept && !s->w->spec->withhold_evidence;

		json_open(j, '{');
		json_add_text(j, "digest", h->cites.v[i]);
		json_add_text(j, "digest_path", here ? arena_printf(s->w->scratch, "evidence/%.*s", FMT(h->cites.v[i])) : STR(""));
		json_add_text(j, "digest_state", here ? STR("in this package")
			      : kept ? arena_printf(s->w->scratch, "withheld: %.*s", FMT(s->w->spec->why))
				     : STR("erased on an order that is itself a record"));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_chain(struct pack_site *s, struct json_writer *j, int64_t idx, const struct header *h)
{
	struct arena *a = s->w->scratch;
	struct pack_chain c = { .anchor_missing = s->f->anchors.n == 0 };

	c.source[0] = str_c(content_words[h->content]);
	c.source[1] = h->cites.n ? STR("its bytes are kept as evidence") : STR("no bytes of its own");
	c.submission[0] = arena_printf(a, "%.8s…", h->in.p);
	c.submission[1] = arena_printf(a, "author known by: %s", author_words[h->author]);
	c.record[0] = arena_printf(a, "record %.*s", FMT(pack_site_number(a, idx)));
	c.record[1] = h->type;
	c.log[0] = arena_printf(a, "leaf %.*s of %.*s", FMT(pack_site_number(a, idx)), FMT(pack_site_number(a, s->w->head.size)));
	c.log[1] = STR("every header is in this package");
	c.checkpoint[0] = arena_printf(a, "%.*s records", FMT(pack_site_number(a, s->w->head.size)));
	c.checkpoint[1] = arena_printf(a, "signed %.*s", FMT(pack_site_time(a, s->w->head.signed_at)));
	c.anchor[0] = c.anchor_missing ? STR("nobody yet") : STR("see the statement");
	c.anchor[1] = c.anchor_missing ? STR("the times are the log's own word") : STR("who vouches for which state");
	pack_picture_chain(&c, j);
}

static struct str summary_of(struct str type)
{
	const struct record_type *t = record_type_find(type);

	return t ? str_c(t->summary) : STR("a kind of record that this program does not know");
}

static void put_record(struct pack_site *s, struct json_writer *j, const struct db_rows *row, const struct header *h)
{
	struct digest leaf = tree_leaf(db_blob(row, 0));
	uint8_t id[16] = { 0 };
	char hex[DIGEST_TEXT];

	digest_put(hex, &leaf);
	json_add_text(j, "type", h->type);
	json_add_text(j, "summary", summary_of(h->type));
	json_add_text(j, "about", h->about);
	json_add_text(j, "by", hex_get(h->by, id, sizeof(id)) && map_has(s->accounts, (struct str){ (const char *)id, sizeof(id) })
		      ? pack_site_account(s, (struct str){ (const char *)id, sizeof(id) }) : h->by);
	json_add_text(j, "happened", pack_site_time(s->w->scratch, h->effective));
	json_add_text(j, "received", pack_site_time(s->w->scratch, h->received));
	json_add_c(j, "came", content_words[h->content]);
	json_add_c(j, "came_means", content_means[h->content]);
	json_add_c(j, "known", author_words[h->author]);
	json_add_c(j, "known_means", author_means[h->author]);
	put_facts(s, j, db_blob(row, 1));
	put_words(s, j, db_blob(row, 2), h->has_words);
	put_cites(s, j, h);
	json_add_text(j, "header", db_blob(row, 0));
	json_add_c(j, "leaf_hash", hex);
}

static err write_record(struct pack_site *s, int64_t idx)
{
	PACK_PAGE_AUTO p = { 0 };
	DB_ROWS rows = NULL;
	struct header h;
	bool more;

	TRY(db_query(s->w->db, SQL("SELECT header, facts, words FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return fail(ERR_INTEGRITY, "record %lld is not there", (long long)idx);
	arena_reset(s->w->scratch);
	TRY(header_parse(s->w->scratch, db_blob(rows, 0), &h));
	pack_page_begin(s, &p, arena_printf(s->w->scratch, "records/%lld.html", (long long)idx).p,
			arena_printf(s->w->scratch, "Record %.*s", FMT(pack_site_number(s->w->scratch, idx))));
	json_add_text(&p.j, "index", pack_site_number(s->w->scratch, idx));
	put_chain(s, &p.j, idx, &h);
	put_record(s, &p.j, rows, &h);
	return pack_page_end(&p, "record");
}

err pack_page_records(struct pack_site *s)
{
	for (size_t i = 0; i < s->n_records; i++)
		TRY(write_record(s, s->records[i]));
	return NULL;
}
