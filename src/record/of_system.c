#include "record/of_system.h"

err of_system_put(struct apply *ap, int64_t system_no, const struct record *r, struct str report)
{
	return db_run(ap->db, SQL("INSERT INTO view_system_report (system_no, submission, idx, report) "
				  "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"),
		      DB_ARGS(DB_I(system_no), record_blob(ap->a, r->header.in), DB_I(r->idx),
			      record_blob(ap->a, report)), NULL);
}
