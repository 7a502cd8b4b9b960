/* Trees and commits as numbers, gathered in one walk: which tree holds which trees and
 * which of the blobs asked for, which commit has which tree and parents. */
#ifndef ODB_HISTORY_H
#define ODB_HISTORY_H

#include "odb/odb.h"

struct odb_commit {
	uint32_t no;
	int64_t tree;			/* number, or -1 where it is not here */
	int64_t at;
	uint32_t parents, first_parent;	/* how many; index into `parent` */
};

struct odb_history {
	struct odb_commit *commit;
	size_t commits, commit_room;
	int64_t *parent;		/* numbers of objects, -1 where one is not here */
	size_t parents, parent_room;
	uint32_t *edge;			/* what trees hold, tree by tree */
	size_t *edges_of;		/* where each object's edges begin; odb_count() + 1 */
	uint64_t lost;
};

/* `asked` has a bit for each object that is asked for. */
MUST_USE err odb_history_read(struct odb *o, const uint8_t *asked, size_t threads, struct odb_history *out);
void odb_history_done(struct odb_history *h);

/* The next entry of a tree: mode, name, id (gitformat "tree"). False at its end or
 * where it is not of its form. */
struct odb_entry_of_tree { unsigned mode; struct str name; const uint8_t *id; };
bool odb_tree_next(struct str *rest, size_t id_bytes, struct odb_entry_of_tree *out);

#endif
