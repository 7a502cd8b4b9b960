#include "store/submission.h"

#include <stdarg.h>

#include "base/file.h"
#include "text/json.h"

static const struct field start_fields[] = {
	FIELD(s_start, address, FIELD_TEXT, 0, 512, "where it was collected"),
	FIELD(s_start, artefact, FIELD_TEXT, 0, 256, "image or file that was looked at"),
	FIELD(s_start, branch, FIELD_TEXT, 0, 256, "branch it is of"),
	FIELD(s_start, commit, FIELD_COMMIT, 0, 0, "commit it is of"),
	FIELD(s_start, effective, FIELD_TIME, 0, 0, "when it happened, where the report does not say"),
	FIELD(s_start, environment, FIELD_TEXT, 0, 128, "environment it is of"),
	FIELD(s_start, format, FIELD_TEXT, FIELD_REQUIRED, 32, "custody-submission/1"),
	FIELD(s_start, nonce, FIELD_ID, 0, 0, "random: no two submissions are the same"),
	FIELD(s_start, part, FIELD_TEXT, 0, 512, "part that was looked at, where not all"),
	FIELD(s_start, query, FIELD_TEXT, 0, 1024, "what was asked"),
	FIELD(s_start, repository, FIELD_TEXT, 0, 256, "repository it is of"),
	FIELD(s_start, run, FIELD_TEXT, 0, 256, "run of the pipeline"),
	FIELD(s_start, scope, FIELD_TEXT, 0, 512, "what the credential could see"),
	FIELD(s_start, source, FIELD_TEXT, FIELD_REQUIRED, 64, "the reader"),
	FIELD(s_start, system, FIELD_TEXT, 0, 128, "system it is of"),
	FIELD(s_start, tool, FIELD_TEXT, FIELD_REQUIRED, 64, "the program"),
	{ 0 },
};
const struct table submission_start_table = TABLE(s_start, "submission", start_fields);

static const struct json_pick everything = { 0, 0 };
enum { FLUSH_AT = 256 * 1024 };

struct submission_writer {
	int fd;
	struct buf pending, payload;
	struct digest_ctx *digest;
	int64_t items;
	const struct table *rows[ROW_TABLES];	/* told of, by number */
	size_t n_rows;
};

/* Everything that waits counts into the digest: the last frame comes alone. */
static err flush(struct submission_writer *w)
{
	err e = fd_write_all(w->fd, "the submission", buf_str(&w->pending));

	digest_add(w->digest, buf_str(&w->pending));
	buf_clear(&w->pending);
	return e;
}

static err frame(struct submission_writer *w, char letter, struct str payload)
{
	uint8_t head[5] = { (uint8_t)letter, (uint8_t)(payload.n >> 24), (uint8_t)(payload.n >> 16),
			    (uint8_t)(payload.n >> 8), (uint8_t)payload.n };
	struct str head_str = { (const char *)head, sizeof(head) };

	if (payload.n > SUBMISSION_FRAME_MAX)
		return fail(ERR_LIMIT, "one item of the submission is larger than %d bytes", SUBMISSION_FRAME_MAX);
	buf_add(&w->pending, head_str);
	buf_add(&w->pending, payload);
	return w->pending.n >= FLUSH_AT ? flush(w) : NULL;
}

err submission_write_start(int fd, const struct s_start *start, struct submission_writer **out)
{
	OWNED(submission_writer) w = base_alloc(sizeof(*w));
	struct json_writer json;

	w->fd = fd;
	w->pending = buf_new(2 * SUBMISSION_FRAME_MAX);
	w->payload = buf_new(SUBMISSION_FRAME_MAX);
	w->digest = digest_ctx_new();
	json = json_write(&w->payload);
	json_put_table(&json, &submission_start_table, everything, start);
	TRY(frame(w, 'S', buf_str(&w->payload)));
	*out = w;
	w = NULL;
	return NULL;
}

void submission_writer_free(struct submission_writer *w)
{
	if (!w)
		return;
	buf_done(&w->pending);
	buf_done(&w->payload);
	digest_ctx_free(w->digest);
	free(w);
}

/* The number of a table whose rows the stream holds; told of before the first. */
static err row_number(struct submission_writer *w, const struct table *t, size_t *out)
{
	size_t i = 0;

	while (i < w->n_rows && w->rows[i] != t)
		i++;
	*out = i;
	if (i < w->n_rows)
		return NULL;
	ASSERT(i < ROW_TABLES);
	w->rows[w->n_rows++] = t;
	buf_clear(&w->payload);
	submission_row_shape(&w->payload, t);
	return frame(w, 'T', buf_str(&w->payload));
}

static err write_row(struct submission_writer *w, const struct table *t, const void *item)
{
	size_t number;

	TRY(row_number(w, t, &number));
	buf_clear(&w->payload);
	buf_add_char(&w->payload, (char)number);
	submission_row_put(&w->payload, t, item);
	TRY(buf_ok(&w->payload, t->name));
	w->items++;
	return frame(w, 'R', buf_str(&w->payload));
}

err submission_write_item(struct submission_writer *w, const struct table *t, const void *item)
{
	struct json_writer json;

	if (submission_row_fits(t))
		return write_row(w, t, item);
	buf_clear(&w->payload);
	buf_add_c(&w->payload, t->name);
	buf_add_char(&w->payload, '\0');
	json = json_write(&w->payload);
	json_put_table(&json, t, everything, item);
	TRY(buf_ok(&w->payload, t->name));
	w->items++;
	return frame(w, 'I', buf_str(&w->payload));
}

err submission_write_note(struct submission_writer *w, const char *fmt, ...)
{
	char text[1024];
	struct s_note note;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	note.text = str_cut(str_c(text), sizeof(text) - 8);
	return submission_write_item(w, &item_note, &note);
}

err submission_write_evidence(struct submission_writer *w, const struct s_evidence *e)
{
	struct json_writer json;

	buf_clear(&w->payload);
	json = json_write(&w->payload);
	json_put_table(&json, &item_evidence, everything, e);
	return frame(w, 'E', buf_str(&w->payload));
}

err submission_write_bytes(struct submission_writer *w, struct str piece)
{
	return frame(w, 'B', piece);
}

err submission_write_progress(struct submission_writer *w, int64_t done, int64_t of)
{
	char text[48];

	snprintf(text, sizeof(text), "%lld %lld", (long long)done, (long long)of);
	return frame(w, 'P', str_c(text));
}

err submission_write_end(struct submission_writer *w)
{
	char hex[DIGEST_TEXT], text[160];
	struct digest d;

	TRY(flush(w));
	d = digest_end(w->digest);
	digest_put(hex, &d);
	snprintf(text, sizeof(text), "{\"items\":%lld,\"sha256\":\"%s\"}", (long long)w->items, hex);
	TRY(frame(w, 'Z', str_c(text)));
	return fd_write_all(w->fd, "the submission", buf_str(&w->pending));
}

err submission_write_failure(struct submission_writer *w, err why)
{
	char text[2100];

	snprintf(text, sizeof(text), "%d %s%s%s", (int)why->kind, why->text, why->hint ? "\n" : "",
		 why->hint ? why->hint : "");
	TRY(frame(w, 'X', str_c(text)));
	return flush(w);
}
