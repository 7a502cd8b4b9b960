/* Who is known: all persons and accounts with the words they are called by, found
 * by address, other name or name. Words that were erased are absent, and nobody is
 * recognised by them. For joining, configuration and lists; read whole, because a
 * home knows thousands of people, not millions. */
#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

#include "record/types.h"

struct map;

struct directory_person {
	struct str id;
	struct r_person f;		/* facts and words */
	bool erased;
};

struct directory_account {
	struct str id, host, kind, why, login, email, name;
	struct str person, how;		/* absent: not linked */
	int64_t no;
	bool erased;
};

struct directory {
	struct arena *a;
	struct directory_person *person;
	struct directory_account *account;
	size_t persons, accounts;
	struct map *by_key, *by_id;
};

enum directory_by { DIRECTORY_EMAIL, DIRECTORY_ALIAS, DIRECTORY_NAME };

/* Positions in `person`, ascending; the first eight. */
struct directory_hits {
	size_t v[8];
	size_t n;			/* of all */
};

/* Everything lives in `a` but two maps, which directory_done() frees. */
MUST_USE err directory_load(struct db *db, struct arena *a, struct directory *out);
void directory_done(struct directory *d);
#define DIRECTORY_AUTO __attribute__((cleanup(directory_done))) struct directory

/* Without case; none for the absent or empty text. */
struct directory_hits directory_find(const struct directory *d, enum directory_by by, struct str text);

/* By id in hexadecimal; NULL where there is none. */
struct directory_person *directory_person(const struct directory *d, struct str id);
struct directory_account *directory_account(const struct directory *d, struct str id);

/* Adds a person who is about to be written, so that the next one finds them. */
void directory_add(struct directory *d, struct str id, const struct r_person *f);

/* What they are called: name, else address, else other name, else "erased". */
struct str directory_person_name(const struct directory_person *p);
struct str directory_account_name(const struct directory_account *c);

/* A person for what somebody typed: address, other name, name, or the first eight
 * digits or more of an id. ERR_MISSING with the nearest, ERR_CONFLICT of several. */
MUST_USE err directory_pick_person(const struct directory *d, struct str text, struct directory_person **out);

/* An account by number, login, address or the beginning of its id. */
MUST_USE err directory_pick_account(const struct directory *d, struct str text, struct directory_account **out);

/* The text in lower case (ASCII), in `a`. */
struct str directory_lower(struct arena *a, struct str s);

#endif
