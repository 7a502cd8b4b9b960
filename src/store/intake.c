#include "store/intake.h"

#include "store/intake_parts.h"
#include "store/intake_seen.h"

#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"

err intake_new(struct store *s, const struct intake_context *c, struct intake **out)
{
	OWNED(intake) in = base_alloc(sizeof(*in));

	in->store = s;
	in->c = c;
	in->a = arena_new();
	in->item = arena_new();
	in->people = store_people(s);
	in->copy = -1;
	TRY(store_local_account(s, &in->by));
	*out = in;
	in = NULL;
	return NULL;
}

void intake_free(struct intake *in)
{
	if (!in)
		return;
	intake_scan_free(in->scan);
	seen_free(in->seen);
	intake_git_free(in->git);
	intake_host_free(in);
	intake_people_free(in->persons);
	free(in->notes.v);
	arena_free(in->item);
	arena_free(in->a);
	free(in);
}

void intake_note(struct intake *in, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (in->notes.n == 1000)
		return;
	if (in->notes.n == in->notes_room) {
		in->notes_room = in->notes_room ? in->notes_room * 2 : 16;
		in->notes.v = base_realloc(in->notes.v, in->notes_room * sizeof(*in->notes.v));
	}
	in->notes.v[in->notes.n++] = arena_str(in->a, str_c(text));
}

struct draft intake_draft(struct intake *in, const struct record_type *t, const void *fields)
{
	struct draft d = {
		.type = t, .fields = fields, .by = in->by, .in = in->id,
		.content = in->c->content, .author = in->c->author,
		.effective = in->c->effective == INSTANT_NONE ? instant_now() : in->c->effective,
	};

	if (in->c->report.p) {
		struct str *cite = arena_alloc(in->item, sizeof(*cite));

		*cite = in->c->report;
		d.cites = (struct strs){ cite, 1 };
	}
	return d;
}

err intake_append(struct intake *in, const struct draft *d, bool *already)
{
	int64_t idx;

	TRY(store_append(in->store, d, &idx, already));
	if (!*already)
		in->counts.records++;
	return NULL;
}

err intake_append_new(struct intake *in, const struct draft *d, int64_t current, bool *already)
{
	DB_ROWS rows = NULL;
	struct str facts;
	bool more;

	TRY(record_facts(in->item, d, &facts));
	TRY(db_query(store_db(in->store), SQL("SELECT facts FROM kept_record WHERE idx = $1"), DB_ARGS(DB_I(current)), &rows));
	TRY(db_next(rows, &more));
	*already = more && str_eq(db_blob(rows, 0), facts);
	db_rows_close(rows);
	rows = NULL;
	return *already ? NULL : intake_append(in, d, already);
}

/* The submission record comes first; what follows names it. */
static err on_start(void *ctx, const struct s_start *start)
{
	struct intake *in = ctx;
	const struct intake_context *c = in->c;
	struct r_submission f = {
		.address = c->address.p ? c->address : start->address, .name = c->file,
		.original = c->original, .query = c->query.p ? c->query : start->query,
		.report = c->report, .run = c->run, .scope = start->scope,
		.source = start->source, .tool = start->tool,
		.items = FIELD_NO_INT, .size = c->report.p ? c->size : FIELD_NO_INT,
	};
	struct draft d = intake_draft(in, &record_submission, &f);

	d.about = c->id;
	d.effective = instant_now();
	if (c->cites.n)
		d.cites = c->cites;
	TRY(store_submission(in->store, &d));
	in->id = d.about;
	return NULL;
}

/* Kept before the items are read, by whoever took the file in. */
static err on_evidence(void *ctx, const struct s_evidence *e, struct str piece)
{
	const struct intake *in = ctx;

	(void)piece;
	return in->c->report.p ? NULL : fail(ERR_INPUT, "the submission holds evidence, '%.*s', where none belongs",
					     FMT(e->name));
}

static err on_note(struct intake *in, const struct s_note *item)
{
	intake_note(in, "%.*s", FMT(item->text));
	return NULL;
}

static err on_scan_item(struct intake *in, const struct table *t, const void *item, bool *done)
{
	*done = true;
	if (t == &item_scan_begin)
		return intake_scan_begin(in, item);
	if (t == &item_scan_end)
		return intake_scan_end(in, item);
	*done = false;
	return NULL;
}

static err on_git_item(struct intake *in, const struct table *t, const void *item, bool *done)
{
	*done = true;
	if (t == &item_change)
		return intake_git_change(in, item);
	if (t == &item_repository)
		return intake_git_repository(in, item);
	if (t == &item_branch)
		return intake_git_branch(in, item);
	if (t == &item_branch_gone)
		return intake_git_branch_gone(in, item);
	if (t == &item_branch_end)
		return intake_git_branch_end(in, item);
	if (t == &item_tree)
		return intake_git_tree(in, item);
	*done = false;
	return NULL;
}

static err on_other_item(struct intake *in, const struct table *t, const void *item)
{
	if (t == &item_pull)
		return intake_host_pull(in, item);
	if (t == &item_rules)
		return intake_host_rules(in, item);
	if (t == &item_tests)
		return intake_report_tests(in, item);
	if (t == &item_sbom)
		return intake_report_sbom(in, item);
	if (t == &item_vex)
		return intake_report_vex(in, item);
	if (t == &item_person)
		return intake_people_person(in, item);
	if (t == &item_note)
		return on_note(in, item);
	return fail(ERR_INPUT, "the submission holds a '%s' where none belongs", t->name);
}

static err on_item(void *ctx, const struct table *t, const void *item)
{
	struct intake *in = ctx;
	bool done;

	arena_reset(in->item);
	TRY(on_scan_item(in, t, item, &done));
	if (!done)
		TRY(on_git_item(in, t, item, &done));
	return done ? NULL : on_other_item(in, t, item);
}

static err on_progress(void *ctx, int64_t done, int64_t of)
{
	struct intake *in = ctx;

	(void)in, (void)done, (void)of;		/* was shown while the stream was copied */
	return NULL;
}

const struct submission_calls intake_calls = { on_start, on_item, on_evidence, on_progress, &item_finding };

const struct intake_counts *intake_counts(const struct intake *in)
{
	return &in->counts;
}

void intake_each_note(const struct intake *in, void (*visit)(void *ctx, struct str note), void *ctx)
{
	for (size_t i = 0; i < in->notes.n; i++)
		visit(ctx, in->notes.v[i]);
}

void intake_on_progress(struct intake *in, void (*call)(void *ctx, int64_t done, int64_t of), void *ctx)
{
	in->progress = call;
	in->progress_ctx = ctx;
}

void intake_on_whole(struct intake *in, err (*call)(void *ctx), void *ctx)
{
	in->whole = call;
	in->whole_ctx = ctx;
}

/* The stream is copied and found whole before the first record is written: one
 * that is cut short leaves nothing behind. */
static err read_all(struct intake *in, int fd)
{
	struct digest key;
	FD_AUTO copy = open(store_home(in->store), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (copy < 0)
		return fail_errno("cannot make a temporary file in %s", store_home(in->store));
	key = store_subkey(in->store, "finding match");
	in->seen = seen_new(key.b, copy);
	TRY(seen_copy(in->seen, fd, in->progress, in->progress_ctx));
	if (in->whole)
		TRY(in->whole(in->whole_ctx));
	if (lseek(copy, 0, SEEK_SET) != 0)
		return fail_errno("cannot read a temporary file in %s", store_home(in->store));
	in->copy = copy;
	TRY(submission_read_copy(copy, &intake_calls, in));
	in->copy = -1;
	return intake_finish(in);
}

struct str intake_id(const struct intake *in)
{
	return in->id;
}

err intake_finish(struct intake *in)
{
	if (in->scan)
		return fail(ERR_INPUT, "the submission ends within a scan");
	TRY(intake_host_end(in));
	TRY(intake_people_end(in));
	return store_finish(in->store);
}

err intake_run(struct intake *in, int fd)
{
	err e = read_all(in, fd);

	if (e)
		store_abandon(in->store);
	return e;
}
