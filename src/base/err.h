/* Errors are values: a kind, one plain sentence, and what to do next. NULL is
 * success. Only main/ and the request loops print them. The value lives in a
 * small ring per thread: hand it up or drop it, never keep it. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_kind {
	ERR_FAILED,	/* could not do it */
	ERR_USAGE,	/* the command's words are off */
	ERR_INPUT,	/* what came from outside is not of its form */
	ERR_MISSING,	/* the thing named does not exist */
	ERR_CONFLICT,	/* somebody else holds it, or it changed meanwhile */
	ERR_LIMIT,	/* larger than the stated maximum */
	ERR_IO,		/* file, disk, database or pipe */
	ERR_NETWORK,
	ERR_INTEGRITY,	/* evidence does not match its digest, proof or signature */
	ERR_DENIED,	/* not allowed */
	ERR_GATE,	/* a gate said no */
};

struct err {
	enum err_kind kind;
	const char *text;	/* one sentence, no final newline */
	const char *hint;	/* what to do next, or NULL */
};

typedef const struct err *err;

/* One sentence of at most 1,023 bytes; longer is cut with "…". */
err fail(enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), cold, warn_unused_result, returns_nonnull));

/* fail() with ": " and strerror(errno) appended; the kind is ERR_IO. */
err fail_errno(const char *fmt, ...)
	__attribute__((format(printf, 1, 2), cold, warn_unused_result, returns_nonnull));

/* `e` again with "prefix: " before its sentence; NULL stays NULL. */
err err_in(err e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* `e` again with what to do next; NULL stays NULL. */
err err_hint(err e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));

/* Exit codes of the program: 0 pass, 1 could not do it, 2 usage, 3 passes only
 * by acceptance, 4 gate denied, 5 integrity, 6 input/output or network, 7 not
 * allowed. NULL gives 0. */
int err_exit_code(err e);

/* A copy of `e` that outlives the ring; free with err_drop_copy(). */
err err_copy(err e);
void err_drop_copy(err e);

#endif
