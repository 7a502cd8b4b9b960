/* What comes from outside without its secret values: a report before it is kept, a
 * sentence about one before it is said. */
#ifndef SOURCE_CLEAN_H
#define SOURCE_CLEAN_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

struct clean_spec {
	struct arena *a;		/* for what is told */
	const char *folder;		/* for temporary files */
	const char *kind, *name;	/* the reader, and what errors call the file */
	const uint8_t *key;		/* 32 bytes, of the digests */
};

/* Values go in two steps: where the format puts them, then wherever the engine finds
 * one in the text of `fd`. Where there are any, *clean becomes a file without (what it
 * was is closed), else it stays; *replaced says how many of which kind went, absent for
 * none. What is to be read is at its start. */
MUST_USE err clean_report(const struct clean_spec *spec, int fd, int *clean, struct str *replaced);

/* Only the second: wherever the engine finds a value in text of any kind. *fd stays where
 * there is none. */
MUST_USE err clean_found(const struct clean_spec *spec, int fd, int *clean, struct str *found);

/* The error without values; one that may quote a file, which ERR_INPUT may. */
MUST_USE err clean_error(const struct clean_spec *spec, err e);

#endif
