/* The catalogue of controls: Annex A of ISO/IEC 27001:2022 (93 controls, ids and
 * titles alone), clauses 4 to 10, and how the 2013 edition maps to 2022 at each
 * level. Every id carries its edition: A.8 is asset management in 2013 and
 * technological controls in 2022. */
#ifndef SHOW_CATALOGUE_H
#define SHOW_CATALOGUE_H

#include "base/arena.h"
#include "judge/areas.h"

enum catalogue_level {
	CATALOGUE_CONTROL,	/* of 2022 */
	CATALOGUE_THEME,	/* of 2022: A.5 … A.8 */
	CATALOGUE_CLAUSE,	/* 4 … 10.2 */
	CATALOGUE_OLD_CONTROL,	/* of 2013: A.14.2.1 */
	CATALOGUE_OLD_OBJECTIVE,/* of 2013: A.14.2 */
	CATALOGUE_OLD_DOMAIN,	/* of 2013: A.14 */
};
extern const char *const catalogue_level_words[];

struct catalogue_entry {
	enum catalogue_level level;
	struct str edition;		/* "2022", "2013" */
	struct str id;			/* "A.8.28", "6.1.2" */
	struct str title;
	struct str parent;		/* theme; clause; objective; domain; or absent */
	struct str note;		/* clause: documented information; else absent */
	bool is_new;			/* new in 2022 */
	struct strs maps_to;		/* old: ids of 2022; 2022 control: ids of 2013 */
	const struct area_info *area;	/* judged by it, or NULL */
};

struct catalogue {
	const struct catalogue_entry *v;
	size_t n;
};

/* Reads the data compiled in; everything lives in `a`. */
MUST_USE err catalogue_load(struct arena *a, struct catalogue *out);

/* Finds by "A.8.32", "a.8.32", "8.32", "iso27001:2022/A.8.32", "A.14.2@2013",
 * "clause 6.1.2". An id that only one edition has is that one; where both have
 * it ("A.8.1.1" exists in 2013 alone, "A.8" in both) 2022 is meant unless the
 * name says 2013. ERR_MISSING with what it may be. */
MUST_USE err catalogue_find(const struct catalogue *c, struct str name,
			    const struct catalogue_entry **out);

/* The same, among entries of 2013 first: for `control map`. */
MUST_USE err catalogue_find_old(const struct catalogue *c, struct str name,
				const struct catalogue_entry **out);

/* The entry of that edition and id exactly, or NULL. */
const struct catalogue_entry *catalogue_get(const struct catalogue *c, const char *edition, struct str id);

/* The topics of NIS2 that a recorded mapping names for it, "21(2)(e) 6.1, 21(2)(e) 6.2":
 * article of the directive and section of Regulation 2024/2690. Absent where none is. */
MUST_USE err catalogue_nis2(struct arena *a, const struct catalogue_entry *e, struct str *out);

/* "iso27001:2022/A.8.28", in `a`. */
struct str catalogue_name(struct arena *a, const struct catalogue_entry *e);

#endif
