/* What goes into a statement: the literal itself, and the values of its
 * parameters. */
#ifndef DB_DB_VALUE_H
#define DB_DB_VALUE_H

#include "base/base.h"
#include "base/str.h"

/* A statement: its address is the key under which it stays prepared. All of
 * them lie in one section without gaps (hence the alignment), so that a test can
 * walk and prepare each. */
struct sql {
	const char *text, *file;
	int line;
};
#define SQL(literal)                                                           \
	__extension__({                                                        \
		static const struct sql sql_ __attribute__((                   \
			section("custody_sql"), aligned(_Alignof(struct sql)), used)) = \
			{ "" literal, __FILE__, __LINE__ };                    \
		&sql_;                                                         \
	})

enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };
struct db_value {
	enum db_kind kind;
	int64_t i;
	struct str s;		/* text or blob, borrowed during the call */
};
/* Text is UTF-8 without NUL, on both databases; anything else is ERR_INPUT. */
#define DB_I(x) ((struct db_value){ .kind = DB_INT, .i = (int64_t)(x) })
#define DB_T(str_) ((struct db_value){ .kind = DB_TEXT, .s = (str_) })
#define DB_B(str_) ((struct db_value){ .kind = DB_BLOB, .s = (str_) })
#define DB_N ((struct db_value){ .kind = DB_NULL })
/* An absent str becomes NULL. */
struct db_value db_text_or_null(struct str s);
struct db_value db_blob_or_null(struct str s);
struct db_value db_int_or_null(int64_t i, int64_t absent);

/* The parameters of a call: DB_ARGS(DB_I(1), DB_T(name)) or DB_NONE. */
#define DB_ARGS(...)                                                           \
	(const struct db_value[]){ __VA_ARGS__ },                              \
	ARRAY_LEN(((const struct db_value[]){ __VA_ARGS__ }))
#define DB_NONE NULL, 0

#endif
