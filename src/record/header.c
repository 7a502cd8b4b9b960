#include "record/header.h"

#include "base/hex.h"
#include "base/instant.h"
#include "text/json.h"

const char *const content_words[] = { "collected", "pipeline", "uploaded", "stated", NULL };
const char *const author_words[] = { "signed", "host", "pipeline", "server", "claimed", NULL };

/* The header as its field table sees it: digests as text. */
struct written_origin {
	int author, content;
	struct str in;
};

struct written {
	struct str about, by, facts, type, words;
	struct many cites;
	int64_t effective, received;
	struct written_origin origin;
};

static const struct field origin_fields[] = {
	{ .name = "author", .kind = FIELD_ENUM, .flags = FIELD_REQUIRED, .choices = author_words,
	  .offset = offsetof(struct written_origin, author), .help = "how the author was known" },
	{ .name = "content", .kind = FIELD_ENUM, .flags = FIELD_REQUIRED, .choices = content_words,
	  .offset = offsetof(struct written_origin, content), .help = "how the content came" },
	{ .name = "in", .kind = FIELD_ID, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written_origin, in), .help = "the submission it came with" },
	{ 0 },
};
static const struct table origin_table = TABLE(written_origin, "origin", origin_fields);

static const struct field header_fields[] = {
	{ .name = "about", .kind = FIELD_ID, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written, about), .help = "what it is about" },
	{ .name = "by", .kind = FIELD_ID, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written, by), .help = "who wrote it" },
	{ .name = "cites", .kind = FIELD_DIGEST, .flags = FIELD_MANY, .max = CITES_MAX,
	  .offset = offsetof(struct written, cites), .help = "evidence it rests on" },
	{ .name = "effective", .kind = FIELD_TIME, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written, effective), .help = "when it happened" },
	{ .name = "facts", .kind = FIELD_DIGEST, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written, facts), .help = "digest of salt and facts" },
	{ .name = "origin", .kind = FIELD_GROUP, .flags = FIELD_REQUIRED, .of = &origin_table,
	  .offset = offsetof(struct written, origin), .help = "how it came" },
	{ .name = "received", .kind = FIELD_TIME, .flags = FIELD_REQUIRED,
	  .offset = offsetof(struct written, received), .help = "when the store took it" },
	{ .name = "type", .kind = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64,
	  .offset = offsetof(struct written, type), .help = "record type and version" },
	{ .name = "words", .kind = FIELD_DIGEST,
	  .offset = offsetof(struct written, words), .help = "digest of salt and words" },
	{ 0 },
};
static const struct table header_table = TABLE(written, "header", header_fields);
static const struct json_pick everything = { 0, 0 };

struct digest header_part_digest(const uint8_t salt[SALT_BYTES], struct str part)
{
	const struct str parts[] = { { (const char *)salt, SALT_BYTES }, part };

	return digest_of_parts(parts, 2);
}

static struct written written_of(const struct header *h)
{
	return (struct written){
		.about = h->about, .by = h->by, .type = h->type,
		.cites = { h->cites.v, h->cites.n },
		.effective = h->effective, .received = h->received,
		.origin = { (int)h->author, (int)h->content, h->in },
	};
}

void header_write(const struct header *h, struct buf *out)
{
	char facts[2 * DIGEST_BYTES + 1], words[2 * DIGEST_BYTES + 1];
	struct written w = written_of(h);
	struct json_writer json = json_write(out);

	hex_put(facts, h->facts.b, DIGEST_BYTES);
	w.facts = str_c(facts);
	if (h->has_words) {
		hex_put(words, h->words.b, DIGEST_BYTES);
		w.words = str_c(words);
	}
	json_put_table(&json, &header_table, everything, &w);
}

/* The usual header read in one pass, for logs of millions. It takes only what the
 * slow way takes, and leaves to that whatever looks odd. */
struct scan {
	struct str rest;
	bool ok;
};

static void literal(struct scan *s, struct str text)
{
	s->ok = s->ok && str_starts(s->rest, text);
	if (s->ok)
		s->rest = str_from(s->rest, text.n);
}

/* Whether the next key is this one; then it is taken. */
static bool optional(struct scan *s, struct str text)
{
	if (!s->ok || !str_starts(s->rest, text))
		return false;
	s->rest = str_from(s->rest, text.n);
	return true;
}

/* What a word of a header may hold: 1 digits of hexadecimal, 2 the others. */
static const unsigned char usual[256] = {
	['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['a'] = 1, 1, 1, 1, 1, 1,
	['g'] = 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, ['.'] = 2, ['_'] = 2,
};

static struct str word(struct scan *s, size_t max)
{
	struct str w = { s->rest.p, 0 };

	while (s->ok && w.n < s->rest.n && w.n <= max && usual[(unsigned char)w.p[w.n]])
		w.n++;
	s->ok = s->ok && w.n > 0 && w.n <= max;
	if (s->ok)
		s->rest = str_from(s->rest, w.n);
	return w;
}

static struct str digits(struct scan *s, size_t n)
{
	struct str w = { s->rest.p, n };

	s->ok = s->ok && s->rest.n >= n;
	for (size_t i = 0; s->ok && i < n; i++)
		s->ok = usual[(unsigned char)w.p[i]] == 1;
	if (s->ok)
		s->rest = str_from(s->rest, n);
	return w;
}

static void digest(struct scan *s, struct digest *out)
{
	struct str w = digits(s, 2 * (size_t)DIGEST_BYTES);

	s->ok = s->ok && hex_get(w, out->b, DIGEST_BYTES);
}

static int choice(struct scan *s, const char *const *words)
{
	struct str w = word(s, 16);
	int i = 0;

	while (s->ok && words[i] && !str_is(w, words[i]))
		i++;
	s->ok = s->ok && words[i];
	return s->ok ? i : 0;
}

/* "2026-11-21T00:37:12Z": of all the forms of an instant the one that is written. */
static int64_t when(struct scan *s)
{
	struct str w = { s->rest.p, INSTANT_TEXT - 1 };
	int64_t t = 0;

	s->ok = s->ok && s->rest.n >= w.n && w.p[10] == 'T' && w.p[17] != '6' && w.p[19] == 'Z' &&
		instant_get(w, &t);
	if (s->ok)
		s->rest = str_from(s->rest, w.n);
	return t;
}

static struct strs cites(struct scan *s, struct arena *a)
{
	struct strs out = { 0 };

	if (!optional(s, STR("\"cites\":[\"")))
		return out;
	out.v = ARENA_ARRAY(a, struct str, CITES_MAX);
	do
		out.v[out.n++] = digits(s, 2 * (size_t)DIGEST_BYTES);
	while (out.n < CITES_MAX && optional(s, STR("\",\"")));
	literal(s, STR("\"],"));
	return out;
}

/* "scan.changes.v1" */
static bool is_type(struct str s)
{
	size_t dot = s.n;
	uint64_t version;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.')
			dot = i;
		else if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	}
	return dot > 0 && dot + 2 < s.n && s.p[dot + 1] == 'v' && s.p[dot + 2] != '0' &&
	       str_to_u64(str_from(s, dot + 2), &version);
}

static bool ascending(const struct strs *cites)
{
	for (size_t i = 1; i < cites->n; i++)
		if (str_cmp(cites->v[i - 1], cites->v[i]) >= 0)
			return false;
	return true;
}

static bool scan_header(struct arena *a, struct str leaf, struct header *out)
{
	struct scan s = { leaf, true };
	struct header h = { 0 };

	literal(&s, STR("{\"about\":\""));
	h.about = digits(&s, 32);
	literal(&s, STR("\",\"by\":\""));
	h.by = digits(&s, 32);
	literal(&s, STR("\","));
	h.cites = cites(&s, a);
	literal(&s, STR("\"effective\":\""));
	h.effective = when(&s);
	literal(&s, STR("\",\"facts\":\""));
	digest(&s, &h.facts);
	literal(&s, STR("\",\"origin\":{\"author\":\""));
	h.author = (enum author)choice(&s, author_words);
	literal(&s, STR("\",\"content\":\""));
	h.content = (enum content)choice(&s, content_words);
	literal(&s, STR("\",\"in\":\""));
	h.in = digits(&s, 32);
	literal(&s, STR("\"},\"received\":\""));
	h.received = when(&s);
	literal(&s, STR("\",\"type\":\""));
	h.type = word(&s, 64);
	h.has_words = optional(&s, STR("\",\"words\":\""));
	if (h.has_words)
		digest(&s, &h.words);
	literal(&s, STR("\"}"));
	*out = h;
	return s.ok && s.rest.n == 0 && is_type(h.type) && ascending(&h.cites);
}

static err check_written(const struct written *w)
{
	struct strs cites = { w->cites.v, w->cites.n };

	TRY(table_check(&header_table, w));
	if (!is_type(w->type) || !ascending(&cites))
		return fail(ERR_INTEGRITY, "a header's type has no version, or its cites do not ascend");
	return NULL;
}

err header_check(const struct header *h)
{
	struct written w = written_of(h);

	w.facts = STR("0000000000000000000000000000000000000000000000000000000000000000");
	return check_written(&w);
}

err header_parse(struct arena *a, struct str leaf, struct header *out)
{
	struct header h;

	if (leaf.n > HEADER_MAX)
		return fail(ERR_INTEGRITY, "a header of %zu bytes is larger than %d", leaf.n, HEADER_MAX);
	if (!scan_header(a, arena_str(a, leaf), &h))
		return header_parse_any(a, leaf, out);
	*out = h;
	return NULL;
}

err header_parse_any(struct arena *a, struct str leaf, struct header *out)
{
	BUF_AUTO again = buf_new(HEADER_MAX);
	struct json *doc;
	struct written w;

	if (leaf.n > HEADER_MAX)
		return fail(ERR_INTEGRITY, "a header of %zu bytes is larger than %d", leaf.n, HEADER_MAX);
	TRY(json_parse(a, "header", leaf, &doc));
	TRY(json_to_table(a, "header", doc, &header_table, everything, &w));
	*out = (struct header){
		.about = w.about, .by = w.by, .type = w.type, .in = w.origin.in,
		.effective = w.effective, .received = w.received,
		.content = (enum content)w.origin.content, .author = (enum author)w.origin.author,
		.cites = { w.cites.v, w.cites.n }, .has_words = w.words.p != NULL,
	};
	if (!hex_get(w.facts, out->facts.b, DIGEST_BYTES) ||
	    (w.words.p && !hex_get(w.words, out->words.b, DIGEST_BYTES)))
		return fail(ERR_INTEGRITY, "a header names a digest that is none");
	TRY(check_written(&w));
	header_write(out, &again);
	if (!str_eq(buf_str(&again), leaf))
		return fail(ERR_INTEGRITY, "a header is not in canonical form");
	return NULL;
}
