/* Mustache (the public specification, version 1.x without lambdas): templates of
 * pages, packs and reports over a JSON tree. Variables are escaped for HTML. */
#ifndef TEXT_MUSTACHE_H
#define TEXT_MUSTACHE_H

#include "text/json.h"

enum {
	MUSTACHE_DEPTH = 32,		/* partials within partials */
	MUSTACHE_STEPS = 50000000,	/* tags and texts put out by one rendering */
};

/* The text of a partial; false where there is none, which renders as nothing.
 * The text must last until the rendering is over. */
struct mustache_partials {
	bool (*find)(void *ctx, struct str name, struct str *text);
	void *ctx;
};

struct mustache_spec {
	const char *name;	/* of the template, for errors */
	struct str text;
	struct mustache_partials partials;	/* find may be NULL */
};

/* Appends the rendered text. False are: what is not there, null, false, the empty
 * text and the empty list; objects and lists put out by a variable are nothing.
 * ERR_INPUT "name:line:column: …" for a broken template; ERR_LIMIT beyond the
 * maxima above or that of `out`. */
MUST_USE err mustache_render(const struct mustache_spec *spec, const struct json *data,
			     struct buf *out);

enum mustache_kind {
	MUSTACHE_TEXT,
	MUSTACHE_VALUE,		/* {{name}} */
	MUSTACHE_RAW,		/* {{{name}}} and {{&name}} */
	MUSTACHE_SECTION,	/* {{#name}} */
	MUSTACHE_INVERTED,	/* {{^name}} */
	MUSTACHE_CLOSE,		/* {{/name}} */
	MUSTACHE_PARTIAL,	/* {{>name}} */
};

/* One use of a name: value, raw, section, inverted or partial. `around` are the
 * sections it stands in, outermost first (inverted ones change no context and are
 * not among them). */
struct mustache_use {
	enum mustache_kind kind;
	struct str name;
	unsigned line, column;
	struct strs around;
};

/* Visits every use in the order of the text, not following partials. Errors: of
 * the template as above, and what `visit` returns. */
MUST_USE err mustache_names(const char *name, struct str text,
			    err (*visit)(void *ctx, const struct mustache_use *use), void *ctx);

#endif
