/* Making a home: folders and keys, then the database, then the first record. */
#include "store/home.h"

#include "base/file.h"
#include "base/instant.h"
#include "record/types.h"

/* The home record stands before every submission, so it came with itself. */
static err first_record(struct store *s, const struct store_init_spec *spec, const struct home *h)
{
	struct r_home f = {
		.origin = ledger_origin(store_ledger(s)), .previous = spec->previous,
		.program = STR("custody " CUSTODY_VERSION), .vkey = ledger_vkey(store_ledger(s)),
	};
	struct draft d = { .type = &record_home, .about = h->id, .by = h->id, .in = h->id,
			   .effective = instant_now(), .content = CONTENT_STATED, .author = AUTHOR_SERVER,
			   .fields = &f };
	struct str act;
	int64_t idx, size;
	bool already;

	TRY(ledger_size(store_ledger(s), &size));
	if (size > 0)
		return err_hint(fail(ERR_CONFLICT, "the database %s holds another home's log already", store_database(s)),
				"give the new home a database, or a schema, of its own");
	TRY(store_append(s, &d, &idx, &already));
	TRY(store_act(s, STR("init"), &act));
	return store_finish(s);
}

static err fill(struct arena *a, const struct store_init_spec *spec, struct home *h)
{
	STORE_AUTO s = NULL;

	TRY(home_make(a, spec, h));
	TRY(store_open_write(h->path, 5000, &s));
	return first_record(s, spec, h);
}

/* Removes what home_make and the store made, and nothing else that may lie in
 * the folder. */
static err take_away(struct arena *a, const struct home *h)
{
	static const char *const names[] = { "home.json", "lock", "custody.db", "custody.db-wal", "custody.db-shm",
					     "evidence", "tiles", "keys" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		TRY(dir_remove(arena_printf(a, "%s/%s", h->path, names[i]).p));
	return NULL;
}

err store_init(const struct store_init_spec *spec)
{
	OWNED(arena) a = arena_new();
	FD_AUTO making = -1;
	struct home h = { 0 };
	err e, kept;

	TRY(home_claim(a, spec->home, &making));
	e = fill(a, spec, &h);
	if (!e || !h.path)
		return e;
	/* A home that could not be finished is none: leave nothing half-made. */
	kept = err_copy(e);
	e = take_away(a, &h);
	e = e ? e : err_in(kept, "no home was made");
	err_drop_copy(kept);
	return e;
}

err store_ensure(const char *home)
{
	err e;

	if (store_exists(home))
		return NULL;
	e = store_init(&(struct store_init_spec){ .home = home });
	return e && e->kind == ERR_CONFLICT && store_exists(home) ? NULL : e;
}
