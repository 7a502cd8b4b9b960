#include "reader/report.h"

#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "crypto/digest.h"

enum { PIECE = 256 * 1024, PROGRESS_EVERY = 32 * 1024 * 1024, DIGEST_PART = 16 };

err report_pieces(struct reader *r, err (*piece)(void *ctx, struct str piece), void *ctx)
{
	char *buf = arena_alloc(r->a, PIECE);
	int64_t done = 0, told = 0;
	size_t got;

	if (lseek(r->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot go to the start of %s", r->name);
	for (;;) {
		TRY(fd_read_some(r->in, r->name, buf, PIECE, &got));
		if (got == 0)
			return NULL;
		TRY(piece(ctx, (struct str){ buf, got }));
		done += (int64_t)got;
		if (r->out && done - told >= PROGRESS_EVERY) {
			told = done;
			TRY(submission_write_progress(r->out, done, r->size));
		}
	}
}

err report_top(struct reader *r, char bracket)
{
	char head[4096];
	struct str s = { head, 0 };

	if (lseek(r->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot go to the start of %s", r->name);
	TRY(fd_read_some(r->in, r->name, head, sizeof(head), &s.n));
	if (str_starts(s, STR("\xEF\xBB\xBF")))
		s = str_from(s, 3);
	s = str_trim(s);
	if (!s.n || s.p[0] == bracket || (s.p[0] != '[' && s.p[0] != '{'))
		return NULL;	/* what is no JSON, the JSON reader tells better */
	return fail(ERR_INPUT, "%s: expected %s at the top", r->name, bracket == '[' ? "a list" : "an object");
}

static err feed(void *ctx, struct str piece)
{
	return json_events_feed(ctx, piece);
}

err report_json(struct reader *r, const struct json_want *wants, void *ctx, struct json_events **e)
{
	OWNED(json_events) events = json_events_new(r->name, wants, ctx);
	err failed;

	if (e)
		*e = events;
	failed = report_pieces(r, feed, events);
	if (!failed)
		failed = json_events_end(events);
	if (e)
		*e = NULL;
	return failed;
}

void report_start(struct report *p, struct reader *r)
{
	*p = (struct report){ .r = r, .tmp = arena_new(), .kind = SCAN_UNKNOWN };
}

void report_done(struct report *p)
{
	arena_free(p->tmp);
	p->tmp = NULL;
}

struct s_scan_begin report_scan(int kind, struct str tool, struct str version)
{
	struct s_scan_begin b;

	table_clear(&item_scan_begin, &b);
	b.kind = kind;
	b.tool = tool;
	b.tool_version = version;
	return b;
}

struct s_finding report_finding_blank(void)
{
	struct s_finding f;

	table_clear(&item_finding, &f);
	return f;
}

/* Whether a text is for people; the others identify, and keep a digest. */
static bool prose(const char *name)
{
	return strcmp(name, "message") == 0 || strcmp(name, "title") == 0 || strcmp(name, "coverage") == 0 ||
	       strcmp(name, "text") == 0 || strcmp(name, "fix") == 0 || strcmp(name, "version") == 0;
}

static struct str shorten(struct arena *a, const struct field *f, struct str s)
{
	struct digest d;
	char hex[DIGEST_TEXT];

	if (prose(f->name))
		return arena_printf(a, "%.*s…", FMT(str_cut(s, f->max - 3)));
	d = digest_of(s);
	digest_put(hex, &d);
	return arena_printf(a, "%.*s~%.*s", FMT(str_cut(s, f->max - DIGEST_PART - 1)), DIGEST_PART, hex);
}

static void fit(struct arena *a, const struct table *t, void *item)
{
	for (const struct field *f = t->fields; f->name; f++) {
		struct str *s = (struct str *)((char *)item + f->offset);

		if ((f->kind != FIELD_TEXT && f->kind != FIELD_PATH) || (f->flags & FIELD_MANY))
			continue;
		if (s->p && s->n > f->max)
			*s = shorten(a, f, *s);
	}
}

err report_item(struct report *p, const struct table *t, void *item)
{
	err e;

	fit(p->tmp, t, item);
	e = submission_write_item(p->r->out, t, item);
	arena_reset(p->tmp);
	return e;
}

err report_begin(struct report *p, const struct s_scan_begin *b)
{
	struct s_scan_begin item = *b;

	ASSERT(!p->open);
	if (!item.tool.n)
		item.tool = STR("unknown");
	p->open = true;
	p->results = 0;
	p->kind = item.kind;
	p->coverage = (struct str){ 0 };
	p->partial = p->empty = p->failed = false;
	return report_item(p, &item_scan_begin, &item);
}

err report_begin_once(struct report *p, const struct s_scan_begin *b)
{
	return p->open ? NULL : report_begin(p, b);
}

err report_finding(struct report *p, const struct s_finding *f)
{
	struct s_finding item = *f;

	ASSERT(p->open);
	if (!item.rule.n)
		item.rule = STR("none");
	if (item.score > 100)
		item.score = FIELD_NO_INT;
	p->results++;
	return report_item(p, &item_finding, &item);
}

err report_end(struct report *p)
{
	bool none = p->results == 0;
	struct s_scan_end end = {
		.coverage = p->coverage, .results = p->results, .empty = none && !p->failed && p->empty,
		.failed = none && p->failed,
		.partial = none ? p->partial && !p->failed && !p->empty : p->partial || p->failed || p->empty,
	};

	ASSERT(p->open);
	p->open = false;
	return report_item(p, &item_scan_end, &end);
}

err report_fault(const struct reader *r, const struct json *v, const char *what)
{
	return fail(ERR_INPUT, "%s:%u:%u: %s", r->name, v->line, v->column, what);
}
