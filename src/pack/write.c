#include "pack/write.h"

#include "base/embed.h"
#include "base/instant.h"
#include "pack/writing.h"
#include "record/types.h"
#include "store/anchor.h"

enum { NOTE_MAX = 8192, PERIOD_MONTHS = -12, WITNESS_MS = 3000 };

void pack_progress(struct pack_writing *w, const char *what)
{
	if (w->spec->progress)
		w->spec->progress(w->spec->ctx, what, pack_out_sums(w->out).bytes);
}

static err write_static(struct pack_writing *w)
{
	static const struct {
		const char *path, *embedded;
	} files[] = {
		{ "FORMATS.md", "src/pack/site/FORMATS.md" }, { "style.css", "src/pack/site/style.css" },
		{ "verify.html", "src/pack/site/verify.html" },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		TRY(pack_out_file(w->out, files[i].path, embed_get(files[i].embedded)));
	return NULL;
}

static err write_manifest(struct pack_writing *w)
{
	BUF_AUTO note = buf_new(NOTE_MAX);
	char hex[DIGEST_TEXT];
	struct str text;

	TRY(pack_out_manifest(w->out, &w->r->manifest));
	digest_put(hex, &w->r->manifest);
	text = arena_printf(w->a, "custody pack manifest v1\n%.*s\n%lld\n%s\n", FMT(ledger_origin(store_ledger(w->s))),
			    (long long)w->head.size, hex);
	TRY(ledger_sign_note(store_ledger(w->s), text, &note));
	TRY(buf_ok(&note, "the manifest's note"));
	return pack_out_file(w->out, "manifest.note", buf_str(&note));
}

static err write_files(struct pack_writing *w)
{
	TRY(write_static(w));
	TRY(pack_write_log(w));
	TRY(pack_write_parts(w));
	TRY(pack_write_evidence(w));
	TRY(pack_write_anchors(w));
	TRY(pack_write_site(w));
	return write_manifest(w);
}

/* That a pack was handed out is a record; this pack was closed before it, so the
 * next one holds it. */
static err add_record(struct pack_writing *w)
{
	char hex[DIGEST_TEXT];
	struct r_pack f = { .period_from = w->from, .period_to = w->to, .size = w->head.size };
	struct draft d = { .type = &record_pack, .about = record_new_id(w->a), .effective = w->now,
			   .content = CONTENT_STATED, .author = AUTHOR_CLAIMED, .fields = &f };
	int64_t idx;
	bool already;

	digest_put(hex, &w->r->manifest);
	f.manifest = str_c(hex);
	TRY(store_local_account(w->s, &d.by));
	TRY(store_act(w->s, STR("pack"), &d.in));
	TRY(store_append(w->s, &d, &idx, &already));
	return store_finish(w->s);
}

/* A pack reads every row once, which no cache makes faster; so the database may
 * keep little meanwhile. */
static err small_cache(struct db *db, bool small)
{
	if (db_is_postgres(db))
		return NULL;
	return db_script(db, small ? STR("PRAGMA cache_size = -8192; PRAGMA shrink_memory") : STR("PRAGMA cache_size = -65536"));
}

static err write_in_snapshot(struct pack_writing *w)
{
	err e;

	TRY(small_cache(w->db, true));
	TRY(db_snapshot(w->db));
	e = write_files(w);
	db_snapshot_end(w->db);
	return e ? e : small_cache(w->db, false);
}

static err write_at_head(struct pack_writing *w)
{
	struct pack_out_sums sums;

	TRY(store_finish(w->s));
	TRY(anchor_cosign_head(w->s, w->a, WITNESS_MS));
	TRY(ledger_head(store_ledger(w->s), &w->head));
	if (!w->head.size)
		return fail(ERR_FAILED, "the log holds no record yet");
	TRY(anchor_cosigned_note(store_db(w->s), w->a, w->head.size, &w->head.note));
	TRY(pack_out_open(w->spec->out, &w->out));
	TRY(write_in_snapshot(w));
	sums = pack_out_sums(w->out);
	w->r->files = (int64_t)sums.files;
	w->r->bytes = (int64_t)sums.bytes;
	return pack_out_finish(w->out);
}

static void set_period(struct pack_writing *w)
{
	w->now = instant_now();
	w->as_of = w->spec->as_of == INSTANT_NONE ? w->now : w->spec->as_of;
	w->to = w->spec->to == INSTANT_NONE ? w->as_of : w->spec->to;
	w->from = w->spec->from == INSTANT_NONE ? day_add_months(day_of(w->to),
		PERIOD_MONTHS) * DAY_SECONDS : w->spec->from;
}

err pack_write(struct store *s, const struct pack_spec *spec, struct pack_result *out)
{
	struct pack_result r = { 0 };
	struct pack_writing w = { .s = s, .db = store_db(s), .spec = spec, .r = &r };
	err e;

	set_period(&w);
	if ((spec->withhold_words || spec->withhold_evidence) && !spec->why.n)
		return fail(ERR_USAGE, "what is withheld needs a reason");
	if (w.from > w.to)
		return fail(ERR_USAGE, "the period ends before it begins");
	w.a = arena_new();
	w.scratch = arena_new();
	w.cites = pile_new(sizeof(struct digest), PILE_SORTED);
	w.withheld = pile_new(sizeof(int64_t), PILE_AS_PUT);
	e = write_at_head(&w);
	if (!e)
		e = add_record(&w);
	pack_out_free(w.out);
	pile_free(w.cites);
	pile_free(w.withheld);
	arena_free(w.scratch);
	arena_free(w.a);
	if (!e)
		*out = r;
	return e;
}
