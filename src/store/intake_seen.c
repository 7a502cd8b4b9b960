#include "store/intake_seen.h"

#include "base/buf.h"
#include "crypto/siphash.h"

/* A place in the copy as one number: 40 bits of offset, 23 of length. */
enum { LENGTH_BITS = 23, OFFSET_BITS = 40, KEY_MAX = 64 * 1024 };
_Static_assert(SUBMISSION_FRAME_MAX < 1 << LENGTH_BITS, "a row's length fits");

struct gathered {
	struct match *match;
	int64_t results;
};

struct intake_seen {
	uint8_t key[16];
	int copy;
	struct submission_shapes shapes;
	struct gathered *scan;
	size_t n, room, next;
	bool within;			/* between scan.begin and scan.end */
	struct buf hashed;
	void (*progress)(void *ctx, int64_t done, int64_t of);
	void *ctx;
};

struct intake_seen *seen_new(const uint8_t key[16], int copy)
{
	struct intake_seen *s = base_alloc(sizeof(*s));

	memcpy(s->key, key, sizeof(s->key));
	s->copy = copy;
	s->hashed = buf_new(KEY_MAX);
	return s;
}

void seen_free(struct intake_seen *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		match_free(s->scan[i].match);
	free(s->scan);
	buf_done(&s->hashed);
	free(s);
}

static err begin(struct intake_seen *s)
{
	if (s->within)
		return fail(ERR_INPUT, "the submission begins a scan within a scan");
	s->within = true;
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 8;
		s->scan = base_realloc(s->scan, s->room * sizeof(*s->scan));
	}
	s->scan[s->n++] = (struct gathered){ match_new(), 0 };
	return NULL;
}

static uint64_t keyed(struct intake_seen *s, const char *what, const struct str parts[], size_t n)
{
	buf_clear(&s->hashed);
	buf_add_c(&s->hashed, what);
	for (size_t i = 0; i < n; i++) {
		buf_add_char(&s->hashed, '\n');
		buf_add(&s->hashed, parts[i]);
	}
	return siphash64(s->key, buf_str(&s->hashed)) | 1;	/* 0 means "has none" */
}

static struct match_keys keys_of(struct intake_seen *s, const struct s_finding *f)
{
	struct match_keys k = { 0 };

	if (f->fingerprint.n)
		k.fingerprint = keyed(s, "fingerprint", (const struct str[]){ f->rule, f->fingerprint }, 2);
	if (f->component.n)
		k.component = keyed(s, "component", (const struct str[]){ f->alias.n ? f->alias : f->rule,
				    f->component, f->path }, 3);
	if (!f->component.n)
		k.place = keyed(s, "place", (const struct str[]){ f->rule, f->path, f->context }, 3);
	if (f->context.n)
		k.loose = keyed(s, "loose", (const struct str[]){ f->rule, f->context }, 2);
	return k;
}

struct r_finding_change seen_change(const struct s_finding *f)
{
	return (struct r_finding_change){
		.alias = f->alias, .component = f->component, .fix = f->fix, .line = f->line,
		.message = f->message, .path = f->path, .rule = f->rule, .score = f->score,
		.severity = f->severity, .suppressed = f->suppressed == 1 ? 1 : FIELD_UNKNOWN,
		.title = f->title, .version = f->version, .match = FIELD_UNKNOWN,
	};
}

static err add(struct intake_seen *s, const struct s_finding *f, struct submission_place at)
{
	struct r_finding_change c = seen_change(f);
	struct match_seen seen;

	if (!s->within)
		return fail(ERR_INPUT, "the submission holds a finding outside of a scan");
	if (at.at >> OFFSET_BITS)
		return fail(ERR_LIMIT, "the submission is larger than 1 TiB");
	seen = (struct match_seen){ keys_of(s, f), scan_changes_attributes(&c), at.at << LENGTH_BITS | at.n, f->line };
	match_add_seen(s->scan[s->n - 1].match, &seen);
	s->scan[s->n - 1].results++;
	return NULL;
}

static err on_row(void *ctx, const struct table *t, const void *item, struct submission_place at)
{
	struct intake_seen *s = ctx;

	if (t == &item_finding)
		return add(s, item, at);
	if (t == &item_scan_begin)
		return begin(s);
	if (t == &item_scan_end)
		s->within = false;
	return NULL;
}

static void on_progress(void *ctx, int64_t done, int64_t of)
{
	struct intake_seen *s = ctx;

	if (s->progress)
		s->progress(s->ctx, done, of);
}

err seen_copy(struct intake_seen *s, int from, void (*progress)(void *ctx, int64_t done, int64_t of), void *ctx)
{
	static const struct submission_copy_calls calls = { on_progress, on_row };

	s->progress = progress;
	s->ctx = ctx;
	return submission_copy(from, s->copy, &calls, s, &s->shapes);
}

struct match *seen_next(struct intake_seen *s, int64_t *results)
{
	ASSERT(s->next < s->n);
	if (s->next > 0) {
		match_free(s->scan[s->next - 1].match);
		s->scan[s->next - 1].match = NULL;
	}
	*results = s->scan[s->next].results;
	return s->scan[s->next++].match;
}

err seen_again(const struct intake_seen *s, int64_t ref, struct arena *a, struct s_finding *out)
{
	struct submission_place at = { ref >> LENGTH_BITS, ref & ((1 << LENGTH_BITS) - 1) };

	return submission_row_again(s->copy, &s->shapes, at, a, out);
}
