/* How far exports of the code host cover a release branch: whether a change that
 * no known pull request brought in can be said to have come in without one. No
 * export says by itself that it is whole, so the claim rests on one of two things
 * (doc/exports.md): somebody declared it, or the changes around show it: the
 * nearest ten on each side that name a pull request are all in the exports, each
 * merged as the very commit that names it. */
#ifndef SHOW_CHANGE_COVER_H
#define SHOW_CHANGE_COVER_H

#include "db/db.h"
#include "judge/change.h"

struct show_change_cover;

enum { SHOW_COVER_AROUND = 10, SHOW_COVER_LEAST = 3 };	/* looked at on each side; needed */

/* Reads the whole branch; nothing where no export is there. */
MUST_USE err show_change_cover_new(struct db *db, int64_t repository_no, struct str branch,
				   struct show_change_cover **out);
void show_change_cover_free(struct show_change_cover *c);
OWNER(show_change_cover)

/* Of the change at this place and time. */
enum change_cover show_change_cover_of(const struct show_change_cover *c, int64_t position, int64_t at);

/* Whether a pull request of several commits ends so little above it that it may be
 * one of them: what was rebased does not say where it begins. */
bool show_change_cover_rebased(const struct show_change_cover *c, int64_t position);

#endif
