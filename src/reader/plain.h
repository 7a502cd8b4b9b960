/* The text of a report with the escapes of its format undone, and where each byte of
 * it stands in the report. A window that moves forward; only sweep.c includes this. */
#ifndef READER_PLAIN_H
#define READER_PLAIN_H

#include "base/base.h"
#include "base/str.h"

enum plain_form { PLAIN_TEXT, PLAIN_JSON, PLAIN_XML };

/* From text[view] on, until the next jump, byte v of the text is raw[raw + v - view]. */
struct plain_jump {
	uint32_t view, raw;
};

struct plain {
	enum plain_form form;
	char *raw, *text;		/* `room` bytes each */
	size_t room, raw_n, text_n;
	size_t taken;			/* bytes of raw that are in the text */
	uint64_t base;			/* of raw[0] in the report */
	struct plain_jump *jump;
	size_t jumps, jump_room;
};

void plain_init(struct plain *p, size_t room);
void plain_done(struct plain *p);

/* What a report is by its first bytes. */
enum plain_form plain_form_of(struct str head);

/* Undoes what raw holds; an escape cut by its end waits for more unless `last`. */
void plain_take(struct plain *p, bool last);

/* Where byte `at` of the text begins in raw; text_n is the end. */
size_t plain_raw(const struct plain *p, size_t at);

/* The first mark of the format itself in [from, to) of the text, for a value that
 * begins at `from`: a quote that ends the JSON string or the attribute, a tag, a
 * separator of columns. `to` where there is none. */
size_t plain_mark(const struct plain *p, size_t from, size_t to);

/* Forgets the text before `at`. */
void plain_forget(struct plain *p, size_t at);

#endif
