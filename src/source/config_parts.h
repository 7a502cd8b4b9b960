/* Inside applying a configuration: its state, and each kind of thing it declares. */
#ifndef SOURCE_CONFIG_PARTS_H
#define SOURCE_CONFIG_PARTS_H

#include "source/config.h"
#include "store/intake.h"

struct config_applying {
	struct store *s;
	struct arena *a;
	const struct config_apply_spec *spec;
	const struct config *c;
	struct config_counts *out;
	struct intake *in;
	struct str by, digest;		/* digest: of the file, cited by each record */
	int64_t at;
};

/* A stored record: what it is about, and its parts. */
struct config_row { struct str about, facts, words; };

MUST_USE err config_append(struct config_applying *ap, const struct record_type *t, struct str about,
			   const void *fields);
MUST_USE err config_stored(struct config_applying *ap, const struct record_type *t, const struct config_row *row,
			   void *out);
bool config_same(const struct table *t, const void *one, const void *other);
void config_note(struct config_applying *ap, const char *fmt, ...) PRINTF_LIKE(2, 3);

MUST_USE err config_apply_systems(struct config_applying *ap);
MUST_USE err config_apply_repositories(struct config_applying *ap);
MUST_USE err config_apply_controls(struct config_applying *ap);

#endif
