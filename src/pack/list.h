/* Tables of a pack: the same rows as CSV, as JSON, and the first of them on a
 * page. Rows come from the views one by one; none are held but those of the page. */
#ifndef PACK_LIST_H
#define PACK_LIST_H

#include "db/db.h"
#include "pack/site.h"
#include "show/list.h"

enum pack_kind {
	PACK_TEXT,
	PACK_WORD,		/* bytes of a record's words; shown is the text of the column's name */
	PACK_NUMBER, PACK_TIME, PACK_DAY,
	PACK_HEX,		/* bytes, shown as hexadecimal digits */
	PACK_ROOT,		/* of the log: bytes, in base64 as checkpoints write it */
	PACK_ACCOUNT,		/* bytes of an account's id, shown as who it is */
	PACK_SEVERITY,		/* 0 … 4 */
	PACK_REPOSITORY,	/* number of a repository, shown as its name */
	PACK_RECORD,		/* number of a record: a link to its page where there is one */
	PACK_URL,		/* of a system of record */
	PACK_ANSWER,		/* "shown", "missing", "unknown" */
};

struct pack_column {
	const char *name;	/* CSV heading and JSON key */
	const char *title;	/* on the page; NULL: not there */
	enum pack_kind kind;
};

struct pack_rows;

struct pack_list {
	const char *file;			/* "changes": changes.csv, changes.json */
	const char *name, *empty;		/* heading; what is said when there is no row */
	const struct pack_column *columns;	/* ends with a NULL name */
	/* One of them: a statement whose columns are these; or whoever adds rows. */
	err (*query)(struct pack_site *s, struct db_rows **out);
	err (*rows)(struct pack_site *s, struct pack_rows *r);
};

/* One row, a cell for each column; texts are copied where they are kept. */
MUST_USE err pack_rows_add(struct pack_rows *r, const struct show_cell *cells);

/* Writes FOLDER/file.csv and .json and adds the table (table.mustache) as one
 * object to the page. *count may be NULL. */
MUST_USE err pack_list_write(struct pack_site *s, const char *folder, const struct pack_list *l,
			     struct json_writer *page, int64_t *count);

/* What can be listed, in lists_*.c. */
extern const struct pack_list pack_list_changes, pack_list_unreviewed, pack_list_security, pack_list_reviews,
	pack_list_checks, pack_list_releases, pack_list_branches, pack_list_rules, pack_list_tree,
	pack_list_findings, pack_list_proposed, pack_list_closed, pack_list_suppressed, pack_list_scans,
	pack_list_scans_06,
	pack_list_ci, pack_list_tests, pack_list_sboms, pack_list_vex, pack_list_series;
extern const struct pack_list pack_list_controls, pack_list_mapping, pack_list_areas, pack_list_systems,
	pack_list_accounts, pack_list_people, pack_list_submissions, pack_list_assessments, pack_list_packs,
	pack_list_checkpoints, pack_list_anchors, pack_list_erasures, pack_list_types, pack_list_acceptances,
	pack_list_access, pack_list_documents_01, pack_list_documents_03, pack_list_documents_08,
	pack_list_documents_10, pack_list_documents_11, pack_list_documents;

#endif
