/* Accounts by name: turns who a source names into the id of an account, making
 * an account record where nobody like that is known. Nothing is guessed: two
 * spellings are two accounts until people are joined. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/items.h"
#include "store/store.h"

struct people;

struct people *people_new(struct store *s);
void people_free(struct people *p);

/* Records that follow are stated to have come with this submission. */
void people_submission(struct people *p, struct str id, enum content content, enum author author);

/* The account's id (lives with `p`). */
MUST_USE err people_account(struct people *p, const struct s_who *who, struct str *id);

struct people *store_people(struct store *s);

#endif
