/* The log in a pack, and what is disclosed of its records. */
#include "pack/writing.h"

#include "base/file.h"
#include "base/hex.h"
#include "ledger/tile.h"
#include "ledger/tilewriter.h"
#include "ledger/tree.h"
#include "record/header.h"
#include "store/anchor.h"
#include "text/json.h"

enum { PARTS_BYTES = 16 << 20, LINE_MAX = 8 << 20 };

static err fold(struct tree *t, struct str bundle, unsigned width)
{
	for (unsigned n = 0; n < width; n++) {
		size_t length = bundle.n < 2
			? 0 : (size_t)((unsigned char)bundle.p[0] << 8 | (unsigned char)bundle.p[1]);
		struct digest leaf;

		if (bundle.n < 2 + length)
			return fail(ERR_INTEGRITY, "a bundle of the log is cut short");
		leaf = tree_leaf((struct str){ bundle.p + 2, length });
		tree_append(t, &leaf);
		bundle = str_from(bundle, 2 + length);
	}
	return bundle.n ? fail(ERR_INTEGRITY, "a bundle of the log is too long") : NULL;
}

static err write_bundle(struct pack_writing *w, const struct tile *t, struct tree *tree)
{
	BUF_AUTO bytes = buf_new(TILEWRITER_BUNDLE_MAX);
	char path[8 + TILE_PATH] = "log/";

	tile_path(path + 4, t);
	arena_reset(w->scratch);
	TRY(file_read(arena_printf(w->scratch, "%s/%s", store_path(w->s, w->scratch, "tiles"), path + 4).p, &bytes));
	TRY(fold(tree, buf_str(&bytes), t->width));
	return pack_out_file(w->out, path, buf_str(&bytes));
}

/* The bundles of the whole log, folded on the way: a pack of a damaged log would
 * only be found out by whoever gets it. */
err pack_write_log(struct pack_writing *w)
{
	struct tree tree = { 0 };
	uint64_t size = (uint64_t)w->head.size;
	struct digest root;
	struct str note;

	pack_progress(w, "log");
	for (uint64_t n = 0; n * TILE_WIDTH < size; n++)
		TRY(write_bundle(w, &(struct tile){ TILE_ENTRIES, n, tile_width_at(TILE_ENTRIES, n, size) }, &tree));
	root = tree_root(&tree);
	if (!digest_eq(&root, &w->head.root))
		return err_hint(fail(ERR_INTEGRITY, "the log does not give the root that was signed"), "custody verify says what changed");
	TRY(anchor_cosigned_note(w->db, w->a, w->head.size, &note));
	TRY(pack_out_file(w->out, "log/checkpoint", note));
	return pack_out_file(w->out, "log/key.vkey", arena_printf(w->a, "%.*s\n", FMT(ledger_vkey(store_ledger(w->s)))));
}

static err note_cites(struct pack_writing *w, const struct header *h)
{
	struct digest d;

	for (size_t i = 0; i < h->cites.n; i++)
		if (digest_get(h->cites.v[i], &d))
			TRY(pile_put(w->cites, &d));
	return NULL;
}

static void add_part(struct json_writer *j, const char *const names[2], struct str part, struct str salt)
{
	char hex[2 * SALT_BYTES + 1];

	if (!part.p || salt.n != SALT_BYTES)
		return;
	hex_put(hex, salt.p, salt.n);
	json_add_text(j, names[0], part);
	json_add_c(j, names[1], hex);
}

static err put_line(struct pack_writing *w, const struct db_rows *row, struct buf *out)
{
	static const char *const facts[] = { "facts", "facts_salt" }, *const words[] = { "words", "words_salt" };
	struct json_writer j = json_write(out);
	struct header h;

	TRY(err_in(header_parse(w->scratch, db_blob(row, 1), &h), "record %lld", (long long)db_int(row, 0)));
	TRY(note_cites(w, &h));
	json_open(&j, '{');
	add_part(&j, facts, db_blob(row, 2), db_blob(row, 3));
	json_add_int(&j, "index", db_int(row, 0));
	if (!w->spec->withhold_words)
		add_part(&j, words, db_blob(row, 4), db_blob(row, 5));
	else if (db_blob(row, 4).p)
		TRY(pile_put(w->withheld, &(int64_t){ db_int(row, 0) }));
	json_close(&j, '}');
	buf_add_char(out, '\n');
	w->r->erased += h.has_words && !db_blob(row, 4).p;
	w->r->parts++;
	return buf_ok(out, "the parts of a record");
}

static err next_file(struct pack_writing *w, unsigned *n, uint64_t *bytes)
{
	if (*n)
		TRY(pack_out_end(w->out));
	*bytes = 0;
	return pack_out_begin(w->out, arena_printf(w->a, "parts/%06u.jsonl", (*n)++).p);
}

err pack_write_parts(struct pack_writing *w)
{
	BUF_AUTO line = buf_new(LINE_MAX);
	DB_ROWS rows = NULL;
	uint64_t bytes = 0;
	unsigned files = 0;
	bool more;

	TRY(db_query(w->db, SQL("SELECT idx, header, facts, facts_salt, words, words_salt FROM kept_record "
				"WHERE idx < $1 ORDER BY idx"), DB_ARGS(DB_I(w->head.size)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (!files || bytes >= PARTS_BYTES)
			TRY(next_file(w, &files, &bytes));
		arena_reset(w->scratch);
		buf_clear(&line);
		TRY(put_line(w, rows, &line));
		TRY(pack_out_add(w->out, buf_str(&line)));
		bytes += line.n;
		if (w->r->parts % 1024 == 0)
			pack_progress(w, "records");
	}
	w->r->records = w->head.size;
	w->r->withheld_words = (int64_t)pile_count(w->withheld);
	return files ? pack_out_end(w->out) : NULL;
}
