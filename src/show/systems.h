/* Systems: what is declared, what is not, and what falls to none. */
#ifndef SHOW_SYSTEMS_H
#define SHOW_SYSTEMS_H

#include "db/db.h"
#include "show/list.h"

/* One row per system, declared ones first; then each repository that no declared
 * system claims as a whole. */
MUST_USE err show_systems_list(struct db *db, enum show_format format, int fd);

#endif
