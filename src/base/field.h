/* One field table, many mouths. Options, record fields, configuration keys and
 * report columns are the same thing, written once: the command line, the JSON
 * reader and writer, YAML, help, manual, completion and JSON Schema all read
 * this table. Tables of record parts are in ascending order of name, because
 * the canonical writer emits them as they stand. */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/base.h"
#include "base/str.h"

enum field_kind {	/* C type at the offset, and the value that means "absent" */
	FIELD_FLAG,	/* int: 0, 1; absent or unknown FIELD_UNKNOWN */
	FIELD_INT,	/* int64_t, 0 … 2^53-1; absent FIELD_NO_INT */
	FIELD_TEXT,	/* struct str, valid UTF-8 without NUL; absent p == NULL */
	FIELD_ENUM,	/* int, index into choices; absent FIELD_UNKNOWN */
	FIELD_TIME,	/* int64_t instant; absent INSTANT_NONE */
	FIELD_DAY,	/* int64_t day number; absent INSTANT_NONE */
	FIELD_DIGEST,	/* struct str, 64 lower-case hexadecimal digits */
	FIELD_COMMIT,	/* struct str, 40 or 64 lower-case hexadecimal digits */
	FIELD_PATH,	/* struct str, no NUL; any bytes that are UTF-8 */
	FIELD_URL,	/* struct str, http or https */
	FIELD_ID,	/* struct str, 32 lower-case hexadecimal digits */
	FIELD_GROUP,	/* struct of table `of`, in place */
};

enum field_flag {
	FIELD_REQUIRED = 1,
	FIELD_MANY = 2,		/* struct many at the offset; max counts items */
	FIELD_WORDS = 4,	/* goes to the erasable part of a record */
	FIELD_SECRET = 8,	/* never printed */
	FIELD_FROM_STORE = 16,	/* refused from outside */
	FIELD_UNKNOWN_OK = 32,	/* null is accepted and means unknown */
	FIELD_OPERAND = 64,	/* command line: given without its name */
};

#define FIELD_UNKNOWN (-1)
#define FIELD_NO_INT (-1)

/* A list: n items side by side, in an arena. The item type follows the kind. */
struct many {
	void *v;
	size_t n;
};

struct table;

struct field {
	const char *name;		/* lower case, words joined by '-' or '_' */
	enum field_kind kind;
	unsigned flags;
	unsigned since;			/* version of the record type that added it */
	size_t max;			/* bytes of a text; items of a list */
	size_t offset;
	const struct table *of;		/* FIELD_GROUP */
	const char *const *choices;	/* FIELD_ENUM: NULL-terminated */
	const char *help;		/* one phrase, lower case, no full stop */
	char letter;			/* command line: the short form, or 0 */
};

struct table {
	const char *name;
	const struct field *fields;	/* ends with a field whose name is NULL */
	size_t size;			/* of the struct the offsets point into */
};

#define TABLE(of_struct, of_name, of_fields)                                   \
	{ .name = (of_name), .fields = (of_fields), .size = sizeof(struct of_struct) }

/* One line of a table whose field has the name of its struct member. */
#define FIELD(st, member, kind_, flags_, max_, help_)                          \
	{ .name = #member, .kind = (kind_), .flags = (flags_), .max = (max_),  \
	  .offset = offsetof(struct st, member), .help = (help_) }
#define FIELD_CHOICE(st, member, flags_, choices_, help_)                      \
	{ .name = #member, .kind = FIELD_ENUM, .flags = (flags_), .choices = (choices_), \
	  .offset = offsetof(struct st, member), .help = (help_) }
#define FIELD_GROUPS(st, member, flags_, max_, of_, help_)                     \
	{ .name = #member, .kind = FIELD_GROUP, .flags = (flags_), .max = (max_), \
	  .of = (of_), .offset = offsetof(struct st, member), .help = (help_) }

/* Bytes of one item of a list of this kind. */
size_t field_item_size(const struct field *f);

/* Sets every field of a struct of this table to absent. */
void table_clear(const struct table *t, void *base);

const struct field *table_find(const struct table *t, struct str name);

/* The name nearest to `name` by edit distance (≤ 3), or NULL. */
const char *table_nearest(const struct table *t, struct str name);
const char *choice_nearest(const char *const *choices, struct str name);

/* Whether a value is absent. `item` is the address of the field or list item. */
bool field_absent(const struct field *f, const void *item);

/* Checks and stores the text of one value that is no group: "2026-11-21",
 * "high", "12", "yes". Texts are borrowed. The error is one phrase that names
 * what was expected, without the field's name. */
MUST_USE err field_set_text(const struct field *f, void *item, struct str text);

/* Bytes of a text in a list; `max` of the field counts the items there. */
enum { FIELD_LISTED_MAX = 4096 };

/* Checks bounds of a value that is already in place (texts: length, form). */
MUST_USE err field_check_item(const struct field *f, const void *item);

/* Checks a whole struct: what must be there is, and every value would be read back as
 * it is. ERR_INPUT or ERR_LIMIT name the field. */
MUST_USE err table_check(const struct table *t, const void *base);

#endif
