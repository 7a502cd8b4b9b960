/* custody.yaml: what an organisation declares: people and roles, systems and where
 * they live, release branches, controls and who owns them, the approved statement of
 * applicability, retention. Read by one table, from which the JSON Schema comes too.
 * What it says counts once it was applied: then it is small records. */
#ifndef SOURCE_CONFIG_H
#define SOURCE_CONFIG_H

#include "base/arena.h"
#include "record/types.h"
#include "store/store.h"
#include "text/json.h"

struct config_person {
	struct many alias, email, roles;
	struct str manager, name, owner;
	int kind;
};
struct config_system {
	struct many environments, images, repositories, scans;
	struct str name, owner;
	int data_class, exposure;
};
struct config_repository {
	struct many release_branches;
	struct str name;
};
struct config_control {
	struct str control, owner, reason, risk;
	int applies, frequency, role, stage;
};
struct config_soa { struct str approved_by; int64_t approved_at; };
struct config_period { int64_t from, to; };
struct config_retention { struct str evidence, words; };

struct config {
	struct many controls, people, repositories, systems;
	struct config_period period;
	struct config_retention retention;
	struct config_soa soa;
	struct str organisation;
};
extern const struct table config_table;

enum { CONFIG_BYTES = 1 << 20 };

/* Reads and checks. Errors are ERR_INPUT "name:line:column: …" with the nearest
 * valid word. Texts live in `a`. */
MUST_USE err config_read(struct arena *a, const char *name, struct str text, struct config *out);

/* The same, where people are known from elsewhere too. Somebody named who is in neither
 * is refused, unless nobody is known at all. */
MUST_USE err config_read_known(struct arena *a, const char *name, struct str text, const struct strs *known,
			       struct config *out);

/* "repository" or "repository:path/ and two stars" taken apart; false where it is no such
 * text. The path is empty for all of it, without a slash at its end. */
bool config_place(struct str text, struct r_system_place *out);

/* "10 years", "18 months": months; FIELD_NO_INT where it is neither. */
int64_t config_months(struct str text);

/* "A.8.25" for "8.25" and "A.8.25"; absent where the edition of 2022 has no such
 * control, then *near (may be NULL) is the nearest there is, or NULL. */
struct str config_control_id(struct arena *a, struct str text, const char **near);

/* How many controls each owner has, most first; controls without one are not counted. */
struct config_load { struct str owner; int64_t controls; };
struct config_load *config_loads(struct arena *a, const struct config *c, size_t *n);

/* Whether it is the name of a tool: a tool answers for nothing. */
bool config_is_tool(struct str name);

/* What applying did. */
struct config_counts {
	int64_t people, people_changed, systems, controls, repositories, vanished;
	bool same;			/* this very file is in force: nothing was written */
};

/* Makes records of what differs from what is known, and signs. `text` is kept as
 * evidence. `note` (may be NULL) gets sentences. */
struct config_apply_spec {
	const char *name;
	struct str text;
	const struct config *config;
	struct str version;		/* commit it was read at; absent: a file in a folder */
	void (*note)(void *ctx, struct str sentence);
	void *note_ctx;
};
MUST_USE err config_apply(struct store *s, struct arena *a, const struct config_apply_spec *spec,
			  struct config_counts *out);

#endif
