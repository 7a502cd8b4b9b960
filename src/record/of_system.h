/* What is of a system: the submissions that brought a report of it, whatever the report
 * says, for those who keep all of it from being destroyed. */
#ifndef RECORD_OF_SYSTEM_H
#define RECORD_OF_SYSTEM_H

#include "record/record.h"

/* Called when a report of the system (row of view_system) is applied. `report` is the
 * digest of its evidence, hexadecimal, or absent. Database errors alone. */
MUST_USE err of_system_put(struct apply *ap, int64_t system_no, const struct record *r, struct str report);

#endif
