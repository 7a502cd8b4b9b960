#include "ledger/checkpoint.h"

#include "base/hex.h"

#include <inttypes.h>

void checkpoint_put(struct buf *out, const struct checkpoint *c)
{
	ASSERT(c->head.size <= TREE_SIZE_MAX && c->origin.n > 0);
	buf_add(out, c->origin);
	buf_addf(out, "\n%" PRIu64 "\n", c->head.size);
	base64_add(out, c->head.root.b, DIGEST_BYTES);
	buf_add_char(out, '\n');
}

/* Decimal without leading zeros, up to 2^63-1. */
static bool read_size(struct str s, uint64_t *out)
{
	return !(s.n > 1 && s.p[0] == '0') && str_to_u64(s, out) && *out <= TREE_SIZE_MAX;
}

static bool read_root(struct str s, struct digest *out)
{
	BUF_AUTO b = buf_new(DIGEST_BYTES);

	if (!base64_get(s, &b) || b.n != DIGEST_BYTES)
		return false;
	memcpy(out->b, b.p, DIGEST_BYTES);
	return true;
}

/* The first line of a text that ends in a newline. */
static bool read_origin(struct str *text, struct str *out)
{
	return text->n && text->p[text->n - 1] == '\n' && str_split(text, '\n', out) && out->n &&
	       out->n <= NOTE_NAME_BYTES_MAX && str_is_utf8(*out);
}

err checkpoint_get(struct str text, struct checkpoint *out)
{
	struct checkpoint c = { 0 };
	struct str size, root;
	struct digest none = tree_empty_root();

	if (!read_origin(&text, &c.origin))
		return fail(ERR_INPUT, "the checkpoint has no valid origin");
	if (!str_split(&text, '\n', &size) || !read_size(size, &c.head.size))
		return fail(ERR_INPUT, "the checkpoint of %.*s has no valid size", FMT(c.origin));
	if (!str_split(&text, '\n', &root) || !read_root(root, &c.head.root))
		return fail(ERR_INPUT, "the checkpoint of %.*s has no valid root", FMT(c.origin));
	if (text.n)
		return fail(ERR_INPUT, "the checkpoint of %.*s has lines behind its root",
			    FMT(c.origin));
	if (c.head.size == 0 && !digest_eq(&c.head.root, &none))
		return fail(ERR_INPUT, "the checkpoint of %.*s gives an empty log a root",
			    FMT(c.origin));
	*out = c;
	return NULL;
}

void checkpoint_sign(struct buf *out, const struct tree_head *head, const struct note_signer *s)
{
	BUF_AUTO text = buf_new(1024);
	struct checkpoint c = { note_signer_key(s)->name, *head };

	checkpoint_put(&text, &c);
	ASSERT(!buf_over(&text));
	note_sign(out, buf_str(&text), s);
}

/* One key under two names is one witness. */
static size_t count_witnesses(const struct checkpoint_trust *trust, const struct note_seen *seen)
{
	size_t n = 0;

	for (size_t i = 0; i < trust->witness_count; i++) {
		bool first = seen[i].good;

		for (size_t j = 0; j < i && first; j++)
			if (seen[j].good && memcmp(&trust->witnesses[j].pub,
						   &trust->witnesses[i].pub,
						   sizeof(struct ed25519_pub)) == 0)
				first = false;
		n += first;
	}
	return n;
}

static err check_signatures(const struct checkpoint_trust *trust, struct checkpoint_signed *c)
{
	struct note_seen log;

	TRY(note_verify(&c->note, &trust->log, 1, &log));
	if (!log.good)
		return fail(ERR_INTEGRITY, "the checkpoint is not signed by %.*s",
			    FMT(trust->log.name));
	TRY(note_verify(&c->note, trust->witnesses, trust->witness_count, c->seen));
	c->witnessed = count_witnesses(trust, c->seen);
	if (c->witnessed < trust->quorum)
		return fail(ERR_INTEGRITY, "the checkpoint has %zu of the %zu witnesses it needs",
			    c->witnessed, trust->quorum);
	return NULL;
}

err checkpoint_verify(struct arena *a, struct str bytes, const struct checkpoint_trust *trust,
		      struct checkpoint_signed *out)
{
	struct str origin = trust->origin.p ? trust->origin : trust->log.name;
	struct checkpoint_signed c = { 0 };

	ASSERT(trust->witness_count <= CHECKPOINT_WITNESSES_MAX);
	TRY(note_parse(a, bytes, &c.note));
	TRY(check_signatures(trust, &c));
	TRY(checkpoint_get(c.note.text, &c.is));
	if (!str_eq(c.is.origin, origin))
		return fail(ERR_INTEGRITY, "the checkpoint is of %.*s, not of %.*s",
			    FMT(c.is.origin), FMT(origin));
	*out = c;
	return NULL;
}
