/* The folder of a home: its settings file, its layout, and whether this is still
 * the machine and path it was made for. home.json: {"database":…,"id":…,"key":…,
 * "place":…}; `key` tells keys/home.key from any other without saying what it is. */
#ifndef STORE_HOME_H
#define STORE_HOME_H

#include "base/arena.h"
#include "ledger/ledger.h"
#include "store/store.h"

struct home {
	const char *path;		/* absolute */
	const char *database;		/* for db_open() */
	struct str id;			/* 32 hexadecimal digits */
	struct str place;		/* machine and path it belongs to */
	struct str key;			/* by which home.key is known, or absent */
	struct home_note {		/* what was noted outside the home; size 0: nothing */
		int64_t size;
		bool has_root;
		struct digest root;
	} noted;
};

/* ERR_MISSING where there is no home; ERR_INTEGRITY where home.json is damaged, or
 * missing beside what a home has. */
MUST_USE err home_read(struct arena *a, const char *path, struct home *out);

/* Takes the right to make a home here, for as long as the descriptor is open: one
 * process at a time, and only where nothing of a home lies yet (ERR_CONFLICT). */
MUST_USE err home_claim(struct arena *a, const char *path, int *making);

/* Makes the folders, keys and settings; the database is the caller's. */
MUST_USE err home_make(struct arena *a, const struct store_init_spec *spec, struct home *out);

/* Whether this is the machine and path it was made for. */
bool home_is_here(const struct home *h);

/* ERR_INTEGRITY where the secret is not the one the home was made with. */
MUST_USE err home_check_key(const struct home *h, struct str secret);

/* Reads the note outside the home into h->noted; nothing where there is none. */
MUST_USE err home_noted_read(struct home *h);

/* Refuses (ERR_DENIED) a home that was copied here or rolled back: the place does
 * not match, the size noted outside the home is larger than what it holds, or its
 * root at the same size is another. */
MUST_USE err home_check_place(const struct home *h, struct ledger *l);

/* Notes the last signed size and root outside the home, under
 * $XDG_STATE_HOME/custody. */
MUST_USE err home_note_place(const struct home *h, struct ledger *l);

/* "name@machine" of who runs this. */
struct str home_user(struct arena *a);

#endif
