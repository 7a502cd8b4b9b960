/* The outline of the first bytes of a report: which keys stand where, and the
 * short texts and numbers behind them. Detection asks it, so that a report is
 * recognised by its structure and not by words somewhere in it. */
#ifndef READER_HEAD_H
#define READER_HEAD_H

#include "base/arena.h"
#include "base/str.h"

enum head_form { HEAD_NOTHING, HEAD_JSON, HEAD_XML, HEAD_CSV };
enum { HEAD_PATHS = 1500, HEAD_LEVELS = 7 };

struct reader_head {
	enum head_form form;
	char top;			/* JSON: '{', '[' or 0 for a lone value */
	bool empty_array;		/* the whole content is [] or null */
	struct str root;		/* XML: name of the root element */
	struct str first_line;		/* CSV */
	struct map *paths;		/* JSON: path → struct str *value */
};

/* `bytes` may be cut anywhere. Everything lives in `a` but the map, which
 * reader_head_done() frees. */
void reader_head_read(struct reader_head *h, struct arena *a, struct str bytes);
void reader_head_done(struct reader_head *h);

/* Whether there is a value at a path, "runs[].tool.driver", "[].RuleID". */
bool reader_head_has(const struct reader_head *h, const char *path);

/* The first text or number at the path, at most 200 bytes of it; absent where
 * there is none. */
struct str reader_head_text(const struct reader_head *h, const char *path);

#endif
