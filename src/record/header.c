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

void header_write(const struct header *h, struct buf *out)
{
	char facts[2 * DIGEST_BYTES + 1], words[2 * DIGEST_BYTES + 1];
	struct written w = {
		.about = h->about, .by = h->by, .type = h->type,
		.cites = { h->cites.v, h->cites.n },
		.effective = h->effective, .received = h->received,
		.origin = { (int)h->author, (int)h->content, h->in },
	};
	struct json_writer json = json_write(out);

	hex_put(facts, h->facts.b, DIGEST_BYTES);
	w.facts = str_c(facts);
	if (h->has_words) {
		hex_put(words, h->words.b, DIGEST_BYTES);
		w.words = str_c(words);
	}
	json_put_table(&json, &header_table, everything, &w);
}

err header_parse(struct arena *a, struct str leaf, struct header *out)
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
	header_write(out, &again);
	if (!str_eq(buf_str(&again), leaf))
		return fail(ERR_INTEGRITY, "a header is not in canonical form");
	return NULL;
}
