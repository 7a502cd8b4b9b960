/* What an export of pull requests told: how many, of which changes, and what stays
 * unknown with the command, reading only, that would fill it. */
#ifndef SHOW_PULLS_TOLD_H
#define SHOW_PULLS_TOLD_H

#include "base/buf.h"
#include "db/db.h"
#include "store/intake.h"

/* Appends lines for the terminal behind the one that names file and format. `title`
 * is the format's. */
MUST_USE err show_pulls_told(struct db *db, const char *title, const struct intake_counts *n, struct buf *out);

#endif
