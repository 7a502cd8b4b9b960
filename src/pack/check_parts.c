/* The parts that are disclosed: lines in the order of the log, read beside it,
 * each against the header of its record. */
#include "pack/check.h"

#include "base/hex.h"
#include "text/json.h"

enum { LINE_MAX = 8 << 20 };

struct line {
	int64_t index, no;
	struct str facts, facts_salt, words, words_salt;
	bool odd_facts, odd_words;	/* there, but no text */
};

struct pack_lines {
	struct pack_check *c;
	struct arena *a;		/* of the line in hand */
	const struct pack_entry *v;
	size_t n, at, files;		/* entries; the next to look at; files opened */
	struct pack_reading reading;
	bool open, started, more;	/* a file is open; it began; a line is in hand */
	char piece[PACK_PIECE];
	size_t from, to;
	struct buf text;
	int64_t no, last;		/* number of the line in its file; index of the last line */
	struct line line;
};

err pack_lines_open(struct pack_check *c, struct pack_lines **out)
{
	struct pack_lines *l = base_alloc(sizeof(*l));

	l->c = c;
	l->a = arena_new();
	l->v = pack_in_entries(c->in, &l->n);
	l->text = buf_new(LINE_MAX);
	l->last = -1;
	*out = l;
	return NULL;
}

void pack_lines_free(struct pack_lines *l)
{
	if (!l)
		return;
	pack_reading_done(&l->reading);
	buf_done(&l->text);
	arena_free(l->a);
	free(l);
}

static err open_next(struct pack_lines *l)
{
	char want[64];

	while (l->at < l->n && !str_starts(str_c(l->v[l->at].path), STR("parts/")))
		l->at++;
	if (l->at == l->n)
		return NULL;
	snprintf(want, sizeof(want), "parts/%06zu.jsonl", l->files++);
	if (strcmp(want, l->v[l->at].path) != 0)
		pack_fault(&l->c->faults, l->v[l->at].path, "the files of parts are not numbered from 000000 without a gap");
	l->no = 0;
	l->from = l->to = 0;
	TRY(pack_reading_begin(l->c, &l->v[l->at++], &l->reading));
	l->open = true;
	return NULL;
}

static void close_file(struct pack_lines *l)
{
	if (l->text.n)
		pack_fault(&l->c->faults, l->reading.e->path, "its last line does not end");
	buf_clear(&l->text);
	pack_reading_end(&l->reading);
	pack_reading_done(&l->reading);
	l->open = false;
}

/* The next whole line into l->text; *got false at the end of the last file. */
static err next_text(struct pack_lines *l, bool *got)
{
	buf_clear(&l->text);
	for (*got = false; !*got;) {
		const char *p = l->piece + l->from, *end;

		if (!l->open) {
			TRY(open_next(l));
			if (!l->open)
				return NULL;
		}
		end = memchr(p, '\n', l->to - l->from);
		buf_add(&l->text, (struct str){ p, (end ? (size_t)(end - p) : l->to - l->from) });
		*got = end != NULL;
		l->from = end ? (size_t)(end - l->piece) + 1 : l->to;
		if (*got)
			break;
		l->from = 0;
		TRY(pack_reading_next(&l->reading, l->piece, sizeof(l->piece), &l->to));
		if (!l->to)
			close_file(l);
	}
	l->no++;
	return NULL;
}

/* A text, and whether there is something else in its place. */
static struct str text_of(const struct json *doc, const char *key, bool *odd)
{
	const struct json *v = json_get(doc, key);

	if (v && v->kind != JSON_STRING)
		*odd = true;
	return v && v->kind == JSON_STRING ? v->text : (struct str){ 0 };
}

static bool parse(struct pack_lines *l, struct line *out)
{
	struct json *doc;

	*out = (struct line){ .no = l->no };
	if (buf_over(&l->text) || json_parse(l->a, "line", buf_str(&l->text), &doc) || doc->kind != JSON_OBJECT ||
	    !json_int(json_get(doc, "index"), &out->index) || out->index < 0)
		return false;
	out->facts = text_of(doc, "facts", &out->odd_facts);
	out->facts_salt = text_of(doc, "facts_salt", &out->odd_facts);
	out->words = text_of(doc, "words", &out->odd_words);
	out->words_salt = text_of(doc, "words_salt", &out->odd_words);
	return true;
}

static void line_fault(struct pack_lines *l, const char *what)
{
	char where[256];

	snprintf(where, sizeof(where), "%s, line %lld", l->reading.e->path, (long long)l->no);
	pack_fault(&l->c->faults, where, "%s", what);
}

/* The next line whose index is above the last; others are faults. */
static err fetch(struct pack_lines *l)
{
	l->started = true;
	for (;;) {
		TRY(next_text(l, &l->more));
		if (!l->more)
			return NULL;
		arena_reset(l->a);
		if (!parse(l, &l->line)) {
			line_fault(l, "this line is damaged");
			continue;
		}
		if (l->line.index > l->last)
			break;
		line_fault(l, l->line.index == l->last ? "it shows a record a second time" : "the lines are not in the order of the log");
	}
	l->last = l->line.index;
	return NULL;
}

struct one {
	const char *name;
	struct str part, salt;
	bool odd, wanted;
	const struct digest *said;
};

/* Whether it is there, right or wrong. */
static bool check_one(struct pack_lines *l, const char *where, const struct one *p)
{
	uint8_t salt[SALT_BYTES];
	struct digest is;

	if (!p->part.p && !p->salt.p && !p->odd)
		return false;
	if (p->odd || !p->part.p || !hex_get(p->salt, salt, sizeof(salt))) {
		pack_fault(&l->c->faults, where, "its %s or their salt are damaged", p->name);
		return true;
	}
	if (!p->wanted) {
		pack_fault(&l->c->faults, where, "%s are shown, but its header says that it has none", p->name);
		return true;
	}
	is = header_part_digest(salt, p->part);
	if (!digest_eq(&is, p->said))
		pack_fault(&l->c->faults, where, "its %s were changed: %s and salt do not give the digest in its header",
			   p->name, p->name);
	return true;
}

static err note_erased_words(struct pack_check *c, const struct json *target, int64_t by)
{
	int64_t index;

	if (!json_int(json_get(target, "index"), &index) || index < 0 || index >= by)
		return NULL;
	return pack_mark_part(c, true, index, MARK_GONE, by);
}

/* The form that names records and their parts. */
static err note_erased_records(struct pack_check *c, const struct json *list, int64_t by)
{
	for (const struct json *t = list ? list->first : NULL; t; t = t->next) {
		const struct json *parts = json_get(t, "parts");

		for (const struct json *p = parts ? parts->first : NULL; p; p = p->next)
			if (str_is(json_text(p), "words"))
				TRY(note_erased_words(c, t, by));
	}
	return NULL;
}

/* What an erasure destroyed; words only of earlier records, so that nothing can
 * be excused in advance. */
static err note_erasure(struct pack_lines *l, int64_t by)
{
	struct pack_check *c = l->c;
	struct json *doc;
	const struct json *list;
	struct digest d;

	if (json_parse(l->a, "erasure", l->line.facts, &doc))
		return NULL;
	list = json_get(doc, "targets");
	for (const struct json *t = list ? list->first : NULL; t; t = t->next) {
		struct str evidence = json_text(json_get(t, "evidence"));

		if (evidence.p && digest_get(evidence, &d))
			TRY(pack_mark_evidence(c, &d, MARK_GONE, by));
		else if (!evidence.p && json_true(json_get(t, "words")))
			TRY(note_erased_words(c, t, by));
	}
	return note_erased_records(c, json_get(doc, "records"), by);
}

static err check_line(struct pack_lines *l, const struct header *h, size_t type)
{
	struct pack_check *c = l->c;
	const struct line *n = &l->line;
	struct digest cited;
	char where[128];
	bool facts, words;

	snprintf(where, sizeof(where), "record %lld (%.*s)", (long long)n->index, FMT(h->type));
	facts = check_one(l, where, &(struct one){ "facts", n->facts, n->facts_salt, n->odd_facts, true, &h->facts });
	words = check_one(l, where, &(struct one){ "words", n->words, n->words_salt, n->odd_words, h->has_words, &h->words });
	if (!facts)
		TRY(pack_mark_part(c, false, n->index, MARK_ABSENT, (int64_t)type));
	if (h->has_words && !words)
		TRY(pack_mark_part(c, true, n->index, MARK_ABSENT, (int64_t)type));
	for (size_t i = 0; i < h->cites.n; i++)
		if (digest_get(h->cites.v[i], &cited))
			TRY(pack_mark_evidence(c, &cited, MARK_SHOWN, n->index));
	c->r->shown++;
	c->r->types[type].shown++;
	return facts && str_starts(h->type, STR("erasure.")) ? note_erasure(l, n->index) : NULL;
}

err pack_lines_record(struct pack_lines *l, int64_t index, const struct header *h, size_t type)
{
	char where[64];

	if (!l->started)
		TRY(fetch(l));
	if (!l->more || l->line.index != index)
		return NULL;
	snprintf(where, sizeof(where), "record %lld", (long long)index);
	if (h)
		TRY(check_line(l, h, type));
	else
		pack_fault(&l->c->faults, where, "what is shown of it cannot be checked: its header is missing or damaged");
	return fetch(l);
}

err pack_lines_end(struct pack_lines *l)
{
	char where[64];

	if (!l->started)
		TRY(fetch(l));
	while (l->more) {
		snprintf(where, sizeof(where), "record %lld", (long long)l->line.index);
		pack_fault(&l->c->faults, where, "%s shows a record that is not in the log", l->reading.e->path);
		TRY(fetch(l));
	}
	return NULL;
}
