#include "show/change_words.h"

#include "base/map.h"
#include "record/types.h"

struct show_change_words {
	struct db *db;
	struct arena *names, *batch;
	struct map *known;		/* id → name, NUL behind it */
	int64_t idx;			/* of the batch that is read, -1 none */
	struct r_git_changes f;
};

struct show_change_words *show_change_words_new(struct db *db)
{
	struct show_change_words *w = base_alloc(sizeof(*w));

	w->db = db;
	w->names = arena_new();
	w->batch = arena_new();
	w->known = map_new();
	w->idx = -1;
	return w;
}

void show_change_words_free(struct show_change_words *w)
{
	if (!w)
		return;
	map_free(w->known);
	arena_free(w->names);
	arena_free(w->batch);
	free(w);
}

static err read_batch(struct show_change_words *w, int64_t idx)
{
	DB_ROWS rows = NULL;
	struct str words;
	bool more;

	arena_reset(w->batch);
	w->f = (struct r_git_changes){ 0 };
	w->idx = idx;
	TRY(db_query(w->db, SQL("SELECT facts, words FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(idx)), &rows));
	TRY(db_next(rows, &more));
	words = more ? db_blob(rows, 1) : (struct str){ 0 };
	if (!words.p)
		return NULL;
	TRY(record_read_part(w->batch, &record_git_changes, arena_str(w->batch, db_blob(rows, 0)), false, &w->f));
	{
		struct r_git_changes only_words;

		TRY(record_read_part(w->batch, &record_git_changes, arena_str(w->batch, words), true, &only_words));
		w->f.titles = only_words.titles;
	}
	return NULL;
}

err show_change_words_title(struct show_change_words *w, int64_t idx, struct str commit, struct str *out)
{
	const struct r_change *c;
	const struct str *title;
	struct str hex;

	if (idx != w->idx)
		TRY(read_batch(w, idx));
	*out = (struct str){ 0 };
	c = w->f.changes.v;
	title = w->f.titles.v;
	hex = record_hex(w->batch, commit);
	for (size_t i = 0; i < w->f.changes.n && i < w->f.titles.n; i++)
		if (str_eq(c[i].commit, hex)) {
			*out = title[i];
			break;
		}
	return NULL;
}

static struct str name_of(struct arena *a, const struct r_account *f, int64_t no)
{
	if (f->login.n)
		return f->login;
	if (f->name.n)
		return f->name;
	return f->email.n ? f->email : arena_printf(a, "account %lld", (long long)no);
}

err show_change_words_account(struct show_change_words *w, struct str id, struct str *out)
{
	const char *known = map_get(w->known, id);
	struct r_account f = { 0 };
	DB_ROWS rows = NULL;
	bool more;

	if (known) {
		*out = str_c(known);
		return NULL;
	}
	TRY(db_query(w->db, SQL("SELECT v.no, r.words FROM view_account v LEFT JOIN kept_record r ON r.idx = v.idx "
				"WHERE v.id = $1"), DB_ARGS(DB_B(id)), &rows));
	TRY(db_next(rows, &more));
	if (more && db_blob(rows, 1).p)
		TRY(record_read_part(w->names, &record_account, arena_str(w->names, db_blob(rows, 1)), true, &f));
	*out = more ? arena_str(w->names, name_of(w->names, &f, db_int(rows, 0))) : STR("nobody known");
	map_put(w->known, arena_str(w->names, id), (void *)(uintptr_t)out->p);
	return NULL;
}
