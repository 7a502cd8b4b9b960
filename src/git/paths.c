#include "git/paths.h"

enum { PIECE = 64 * 1024, FAILED_IN_A_ROW = 16 };

void git_paths_done(struct git_paths *p)
{
	git_stream_done(&p->s);
}

/* Steps of the boundary are not asked for: git would show every file. */
static err start(struct git_paths *p)
{
	const char *const args[] = { "diff-tree", "--stdin", "--always", "--root", "-m", "-r",
		"--name-status", "-z", "--no-renames", "--no-ext-diff", "--no-textconv",
		"--ignore-submodules=none", NULL };
	BUF_AUTO in = buf_new((p->steps->n - p->at + 1) * (2 * p->r->hex + 2));

	for (size_t i = p->at; i < p->steps->n; i++) {
		const struct git_step *step = &p->steps->v[i];

		if (step->boundary)
			continue;
		buf_add(&in, step->commit);
		if (step->parent.p) {
			buf_add_char(&in, ' ');
			buf_add(&in, step->parent);
		}
		buf_add_char(&in, '\n');
	}
	return git_stream_open(p->r, args, buf_str(&in), &p->s);
}

err git_paths_open(struct git_repo *r, const struct git_steps *steps, struct git_paths *p)
{
	*p = (struct git_paths){ .r = r, .steps = steps, .s = GIT_STREAM_NONE };
	return start(p);
}

bool git_paths_is_status(struct str piece)
{
	return piece.n == 1 && piece.p[0] >= 'A' && piece.p[0] <= 'Z';
}

/* Makes sure p->ahead is the id the stream stands before; absent at its end. */
static err look_ahead(struct git_paths *p)
{
	const struct git_piece form = { '\0', PIECE };
	struct str piece;
	bool more;

	if (p->ahead.p)
		return NULL;
	TRY(git_stream_next(&p->s, form, &piece, &more));
	if (!more)
		return NULL;
	if (!git_is_id(p->r, piece))
		return fail(ERR_INPUT, "git listed the paths of %s in an unknown form", p->r->dir);
	memcpy(p->ahead_bytes, piece.p, piece.n);
	p->ahead = (struct str){ p->ahead_bytes, piece.n };
	return NULL;
}

/* Entries up to the next id, which is kept ahead. */
static err entries(struct git_paths *p, struct arena *a, struct git_path_set *out)
{
	const struct git_piece form = { '\0', PIECE };
	struct str piece;
	bool more;

	p->ahead = (struct str){ 0 };
	for (;;) {
		TRY(git_stream_next(&p->s, form, &piece, &more));
		if (!more)
			return NULL;
		if (!git_paths_is_status(piece))
			break;
		TRY(git_stream_next(&p->s, form, &piece, &more));
		if (!more)
			return NULL;
		if (out->paths.n == 0 && !out->paths.v)
			out->paths.v = ARENA_ARRAY(a, struct str, GIT_PATHS);
		if (out->paths.n < GIT_PATHS)
			out->paths.v[out->paths.n++] = arena_utf8(a, arena_str(a, piece));
		out->marks |= p->mark ? p->mark(piece) : 0;
		out->total++;
	}
	if (!git_is_id(p->r, piece))
		return fail(ERR_INPUT, "git listed the paths of %s in an unknown form", p->r->dir);
	memcpy(p->ahead_bytes, piece.p, piece.n);
	p->ahead = (struct str){ p->ahead_bytes, piece.n };
	return NULL;
}

err git_paths_next(struct git_paths *p, struct arena *a, struct git_path_set *out)
{
	const struct git_step *step = &p->steps->v[p->at];
	int status;

	ASSERT(p->at < p->steps->n);
	*out = (struct git_path_set){ 0 };
	if (step->boundary || p->failed > FAILED_IN_A_ROW) {
		p->at++;
		return NULL;
	}
	if (!p->s.open)
		TRY(start(p));
	TRY(look_ahead(p));
	p->at++;
	if (p->ahead.p && str_eq(p->ahead, step->commit)) {
		out->known = true;
		p->failed = 0;
		return entries(p, a, out);
	}
	/* Git stopped at this step; the next call starts behind it. */
	p->failed++;
	p->ahead = (struct str){ 0 };
	return git_stream_close(&p->s, &status);
}
