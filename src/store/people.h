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

/* Accounts written from now on came with this submission; there must be one. */
void people_submission(struct people *p, struct str id, enum content content, enum author author);

/* The account's id (lives with `p`), made where it is new. */
MUST_USE err people_account(struct people *p, const struct s_who *who, struct str *id);

/* The same, absent where nobody like that is known. */
MUST_USE err people_known(struct people *p, const struct s_who *who, struct str *id);

/* Writes the account of somebody who is not known, under this id. */
MUST_USE err people_add(struct people *p, const struct s_who *who, struct str id);

/* Everybody is looked up anew, and no submission is open: what was written was given up. */
void people_forget(struct people *p);

struct people *store_people(struct store *s);

#endif
