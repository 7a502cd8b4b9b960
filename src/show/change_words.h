/* The words of changes: titles and names of authors. They are erasable: where they
 * are gone, the change still stands, with the number of its account. */
#ifndef SHOW_CHANGE_WORDS_H
#define SHOW_CHANGE_WORDS_H

#include "base/arena.h"
#include "db/db.h"

struct show_change_words;

struct show_change_words *show_change_words_new(struct db *db);
void show_change_words_free(struct show_change_words *w);
OWNER(show_change_words)

/* The title of a change, by its record and commit (bytes); absent when erased.
 * Valid until a change of another record is asked for. */
MUST_USE err show_change_words_title(struct show_change_words *w, int64_t idx, struct str commit, struct str *out);

/* Login, name or address of an account (bytes of its id), else "account 12";
 * lives as long as `w`. */
MUST_USE err show_change_words_account(struct show_change_words *w, struct str id, struct str *out);

#endif
