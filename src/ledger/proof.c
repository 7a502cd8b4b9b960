#include "ledger/proof.h"

#include "base/hex.h"

#include <inttypes.h>

static const struct str first_line = STR_INIT("c2sp.org/tlog-proof@v1\n");
static const struct str extra_word = STR_INIT("extra ");
static const struct str index_word = STR_INIT("index ");

void proof_put(struct buf *out, const struct proof *p)
{
	buf_add(out, first_line);
	if (p->extra.p) {
		buf_add(out, extra_word);
		base64_add(out, p->extra.p, p->extra.n);
		buf_add_char(out, '\n');
	}
	buf_addf(out, "index %" PRIu64 "\n", p->index);
	for (size_t i = 0; i < p->path.n; i++) {
		base64_add(out, p->path.v[i].b, DIGEST_BYTES);
		buf_add_char(out, '\n');
	}
	buf_add_char(out, '\n');
	buf_add(out, p->checkpoint);
}

/* A line that must end in a newline. */
static bool next_line(struct str *rest, struct str *line)
{
	return str_find(*rest, STR("\n"), 0) < rest->n && str_split(rest, '\n', line);
}

static err read_extra(struct arena *a, struct str *rest, struct str *extra)
{
	BUF_AUTO bytes = buf_new(PROOF_EXTRA_MAX);
	struct str line;

	if (!str_starts(*rest, extra_word))
		return NULL;
	if (!next_line(rest, &line) || line.n == extra_word.n ||
	    !base64_get(str_from(line, extra_word.n), &bytes))
		return fail(ERR_INPUT, "the proof's extra data is not base64 of at most %d bytes",
			    PROOF_EXTRA_MAX);
	*extra = arena_str(a, buf_str(&bytes));
	return NULL;
}

static err read_index(struct str *rest, uint64_t *index)
{
	struct str line, digits;

	if (!next_line(rest, &line) || !str_starts(line, index_word))
		return fail(ERR_INPUT, "the proof has no index");
	digits = str_from(line, index_word.n);
	if ((digits.n > 1 && digits.p[0] == '0') || !str_to_u64(digits, index) ||
	    *index >= TREE_SIZE_MAX)
		return fail(ERR_INPUT, "the proof's index is not a valid number");
	return NULL;
}

static err read_path(struct str *rest, struct tree_path *path)
{
	struct str line;

	while (next_line(rest, &line)) {
		BUF_AUTO hash = buf_new(DIGEST_BYTES);

		if (!line.n)
			return NULL;
		if (path->n == TREE_PATH_MAX)
			return fail(ERR_INPUT, "the proof has too many hashes");
		if (!base64_get(line, &hash) || hash.n != DIGEST_BYTES)
			return fail(ERR_INPUT, "hash %zu of the proof is not valid", path->n + 1);
		memcpy(path->v[path->n++].b, hash.p, DIGEST_BYTES);
	}
	return fail(ERR_INPUT, "the proof has no checkpoint");
}

err proof_get(struct arena *a, struct str bytes, struct proof *out)
{
	struct proof p = { 0 };

	if (bytes.n > PROOF_BYTES_MAX)
		return fail(ERR_LIMIT, "the proof is larger than %d bytes", PROOF_BYTES_MAX);
	if (!str_starts(bytes, first_line))
		return fail(ERR_INPUT, "this is not a proof of version 1");
	bytes = str_from(bytes, first_line.n);
	TRY(read_extra(a, &bytes, &p.extra));
	TRY(read_index(&bytes, &p.index));
	TRY(read_path(&bytes, &p.path));
	if (!bytes.n)
		return fail(ERR_INPUT, "the proof has no checkpoint");
	p.checkpoint = bytes;
	*out = p;
	return NULL;
}

err proof_verify(struct arena *a, const struct proof *p, struct str leaf,
		 const struct checkpoint_trust *trust, struct checkpoint_signed *out)
{
	struct digest hash = tree_leaf(leaf);
	struct checkpoint_signed c;

	TRY(checkpoint_verify(a, p->checkpoint, trust, &c));
	TRY(tree_check_inclusion(&c.is.head, p->index, &hash, &p->path));
	*out = c;
	return NULL;
}
