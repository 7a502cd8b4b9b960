/* One change whole: who, when, what vouches for it, and what is shown of it. */
#include "show/changes.h"

#include "base/hex.h"
#include "base/instant.h"
#include "base/term.h"
#include "record/types.h"
#include "show/change_rows.h"
#include "show/change_words.h"
#include "text/json.h"

#include <fnmatch.h>

enum { COMMIT_MAX = 32, SHORTEST = 4 };

struct one {
	struct db *db;
	struct arena *a;
	struct buf *out;
	struct show_change_words *words;
	struct show_change_row row;
	struct str repository, branch;
	int64_t repository_no;
	struct str asked, how;		/* a commit of another branch that went into it; empty */
};

/* The lowest and highest commit that begin with these digits. */
static err bounds(struct str digits, uint8_t low[COMMIT_MAX], uint8_t high[COMMIT_MAX])
{
	char text[2 * COMMIT_MAX];

	if (digits.n < SHORTEST || digits.n > 2 * COMMIT_MAX)
		return fail(ERR_USAGE, "a commit is named by 4 to 64 hexadecimal digits");
	memset(text, '0', sizeof(text));
	memcpy(text, digits.p, digits.n);
	if (!hex_get((struct str){ text, sizeof(text) }, low, COMMIT_MAX))
		return fail(ERR_USAGE, "'%.*s' is no commit: hexadecimal digits name one", FMT(digits));
	memset(text + digits.n, 'f', sizeof(text) - digits.n);
	ASSERT(hex_get((struct str){ text, sizeof(text) }, high, COMMIT_MAX));
	return NULL;
}

/* The commits that begin with these digits. */
struct span {
	uint8_t low[COMMIT_MAX], high[COMMIT_MAX];
	size_t n;
};

static struct str low_of(const struct span *s)
{
	return (struct str){ (const char *)s->low, (s->n + 1) / 2 };
}

static struct str high_of(const struct span *s)
{
	return (struct str){ (const char *)s->high, COMMIT_MAX };
}

/* The change a commit of another branch went into: carried by a merge, named as the
 * one it was picked from, or of a pull request that was squashed or rebased. */
static err find_carried(struct one *x, struct str digits, const struct span *span, struct str *change)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT b.commit_id, c.commit_id, b.how, c.pull, CASE WHEN b.how = 'merge' THEN 0 ELSE 1 END AS rank, "
		"c.position AS place FROM view_branch_commit b JOIN view_change c ON c.no = b.change_no "
		"WHERE b.commit_id >= $1 AND b.commit_id <= $2 AND c.gone = 0 "
		"UNION ALL SELECT m.commit_id, c.commit_id, 'pull request', p.number, 2, c.position FROM view_pull_commit m "
		"JOIN view_pull p ON p.repository_no = m.repository_no AND p.number = m.number "
		"JOIN view_change c ON c.repository_no = p.repository_no AND (c.commit_id = p.merge_commit OR c.pull = p.number) "
		"WHERE m.commit_id >= $1 AND m.commit_id <= $2 AND c.gone = 0 ORDER BY rank, place DESC"),
		DB_ARGS(DB_B(low_of(span)), DB_B(high_of(span))), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_MISSING, "no change of a release branch begins with %.*s", FMT(digits)),
				"custody change list shows them");
	*change = record_hex(x->a, db_blob(rows, 1));
	x->asked = record_hex(x->a, db_blob(rows, 0));
	x->how = arena_str(x->a, db_text(rows, 2));
	if (str_is(x->how, "pull request"))
		x->how = arena_printf(x->a, "pull request #%lld", (long long)db_int(rows, 3));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (!str_eq(x->asked, record_hex(x->a, db_blob(rows, 0))))
			return fail(ERR_USAGE, "several commits begin with %.*s; give more digits", FMT(digits));
	}
}

static err find(struct one *x, struct str digits, int64_t *no, int64_t *at, bool *gone)
{
	struct span span = { .n = digits.n };
	DB_ROWS rows = NULL;
	struct str change;
	bool more;

	TRY(bounds(digits, span.low, span.high));
	TRY(db_query(x->db, SQL("SELECT c.no, c.at, c.gone, c.repository_no, c.branch, r.name, c.commit_id FROM view_change c "
		"JOIN view_repository r ON r.no = c.repository_no WHERE c.commit_id >= $1 AND c.commit_id <= $2 "
		"ORDER BY c.gone, c.no DESC LIMIT 2"),
		DB_ARGS(DB_B(low_of(&span)), DB_B(high_of(&span))), &rows));
	TRY(db_next(rows, &more));
	if (!more && x->asked.n)
		return fail(ERR_MISSING, "no change of a release branch begins with %.*s", FMT(digits));
	if (!more) {
		TRY(find_carried(x, digits, &span, &change));
		return find(x, change, no, at, gone);
	}
	*no = db_int(rows, 0);
	*at = db_int(rows, 1);
	*gone = db_int(rows, 2) == 1;
	x->repository_no = db_int(rows, 3);
	x->branch = arena_str(x->a, db_text(rows, 4));
	x->repository = arena_str(x->a, db_text(rows, 5));
	{
		struct str first = arena_str(x->a, db_blob(rows, 6));

		TRY(db_next(rows, &more));
		if (more && !str_eq(first, db_blob(rows, 6)))
			return fail(ERR_USAGE, "several changes begin with %.*s; give more digits", FMT(digits));
	}
	return NULL;
}

static err read_row(struct one *x, int64_t no, int64_t at, bool gone)
{
	struct show_change_rows_spec spec = { x->repository_no, x->branch, at, at, false };
	OWNED(show_change_rows) rows = NULL;
	bool more;

	TRY(gone ? show_change_rows_open_gone(x->db, &spec, &rows) : show_change_rows_open(x->db, &spec, &rows));
	do {
		TRY(show_change_rows_next(rows, &x->row, &more));
		if (!more)
			return fail(ERR_MISSING, "the change is not on its branch");
	} while (x->row.no != no);
	x->row.commit = arena_str(x->a, x->row.commit);
	x->row.author = arena_str(x->a, x->row.author);
	x->row.author_kind = arena_str(x->a, x->row.author_kind);
	x->row.signature = arena_str(x->a, x->row.signature);
	x->row.signer = x->row.signer.p ? arena_str(x->a, x->row.signer) : x->row.signer;
	x->row.standing = arena_str(x->a, x->row.standing);
	x->row.whose = x->row.whose.p ? arena_str(x->a, x->row.whose) : x->row.whose;
	x->row.tag = x->row.tag.p ? arena_str(x->a, x->row.tag) : x->row.tag;
	return NULL;
}

static void put_line(struct one *x, const char *name, struct str value)
{
	if (value.n)
		buf_addf(x->out, "  %-11s %.*s\n", name, FMT(term_safe(x->a, value)));
}

static struct str when(struct one *x, int64_t t)
{
	char text[INSTANT_TEXT];

	if (t == INSTANT_NONE)
		return STR("time not told");
	instant_put(text, t);
	return arena_str(x->a, str_c(text));
}

static struct str touched(struct one *x)
{
	struct str out = { 0 };

	for (int i = 0; touch_words[i]; i++)
		if (x->row.touches & (int64_t)1 << i)
			out = arena_printf(x->a, "%.*s%s%s", FMT(out), out.n ? ", " : "", touch_words[i]);
	return out;
}

static err put_merge(struct one *x)
{
	DB_ROWS rows = NULL;
	struct str who;
	bool more;

	TRY(db_query(x->db, SQL("SELECT merged_by FROM view_pull WHERE repository_no = $1 AND number = $2 AND merged_by IS NOT NULL"),
		DB_ARGS(DB_I(x->repository_no), DB_I(x->row.pull)), &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	TRY(show_change_words_account(x->words, db_blob(rows, 0), &who));
	put_line(x, "merged by", who);
	return NULL;
}

static struct str last_day(struct one *x, const struct db_rows *rows, int col)
{
	char text[DAY_TEXT];

	if (db_is_null(rows, col))
		return STR("");
	day_put(text, db_int(rows, col));
	return arena_printf(x->a, ", whose last day was %s", text);
}

static err put_reviews(struct one *x)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT r.reviewer, CASE WHEN p.kind = 'service' THEN 'bot' "
		"WHEN a.kind = 'unknown' AND p.kind = 'person' THEN 'person' ELSE coalesce(a.kind, 'unknown') END, r.state, r.at, "
		"r.commit_id, p.ends FROM view_review r LEFT JOIN view_account a ON a.id = r.reviewer LEFT JOIN view_person p ON p.id = a.person "
		"WHERE r.repository_no = $1 AND r.number = $2 ORDER BY r.seq"), DB_ARGS(DB_I(x->repository_no), DB_I(x->row.pull)), &rows));
	for (;;) {
		struct str who, commit;
		int64_t at;

		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		TRY(show_change_words_account(x->words, db_blob(rows, 0), &who));
		commit = str_cut(record_hex(x->a, db_blob(rows, 4)), 12);
		at = db_is_null(rows, 3) ? INSTANT_NONE : db_int(rows, 3);
		put_line(x, "review", arena_printf(x->a, "%.*s by %.*s (%.*s%.*s), %.*s%s%.*s", FMT(db_text(rows, 2)), FMT(who),
			FMT(db_text(rows, 1)), FMT(last_day(x, rows, 5)), FMT(when(x, at)),
			commit.n ? ", on " : "", FMT(commit)));
	}
}

static err put_checks(struct one *x)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT name, result, at FROM view_check WHERE repository_no = $1 AND number = $2 ORDER BY seq"),
		DB_ARGS(DB_I(x->repository_no), DB_I(x->row.pull)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		put_line(x, "check", arena_printf(x->a, "%.*s %.*s, %.*s", FMT(db_text(rows, 0)), FMT(db_text(rows, 1)),
			FMT(when(x, db_is_null(rows, 2) ? INSTANT_NONE : db_int(rows, 2)))));
	}
}

/* Whether a rule's pattern is of the branch: its name, with * for any characters but /,
 * or one of the host's words for all and for the default branch. */
static bool covers(const struct one *x, struct str patterns, struct str branch)
{
	struct str rest = patterns, one;

	while (str_split(&rest, ',', &one)) {
		one = str_trim(one);
		if (str_starts(one, STR("refs/heads/")))
			one = str_from(one, strlen("refs/heads/"));
		if (str_is(one, "~ALL") || str_is(one, "~DEFAULT_BRANCH") ||
		    fnmatch(arena_cstr(x->a, one), arena_cstr(x->a, branch), FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

/* What the host asks of reviews of that branch, and as of when: it may have been
 * otherwise at the merge. */
static err put_rules(struct one *x)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT branch, rule, value, at FROM view_rule WHERE repository_no = $1 AND source = 'host' "
		"AND (lower(rule) LIKE '%review%' OR lower(rule) LIKE '%approv%') ORDER BY branch, rule"),
		DB_ARGS(DB_I(x->repository_no)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		if (covers(x, db_text(rows, 0), x->branch))
			put_line(x, "rule", arena_printf(x->a, "%.*s: %.*s = %.*s, as of %.*s", FMT(db_text(rows, 0)),
				FMT(db_text(rows, 1)), FMT(db_text(rows, 2)), FMT(when(x, db_int(rows, 3)))));
	}
}

static err put_tickets(struct one *x)
{
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(x->db, SQL("SELECT ticket, 'named' FROM view_change_ticket WHERE change_no = $1 "
		"AND ticket <> '#' || CAST(CAST($3 AS int64) AS text) UNION SELECT ticket, 'linked' FROM view_pull_ticket "
		"WHERE repository_no = $2 AND number = $3 ORDER BY 1, 2"),
		DB_ARGS(DB_I(x->row.no), DB_I(x->repository_no), DB_I(x->row.pull)), &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			return NULL;
		put_line(x, "ticket", arena_printf(x->a, "%.*s, %s", FMT(db_text(rows, 0)),
			 str_is(db_text(rows, 1), "named") ? "named in the message" : "linked at the code host"));
	}
}

/* The pull request, or on what it rests that there was none. */
static struct str pull_of(struct one *x)
{
	static const char *const rests[] = {
		[COVER_NONE] = "none is named; no export is known to hold all of that time",
		[COVER_SEEN] = "none: those around it name theirs, and the exports hold every one of them",
		[COVER_DECLARED] = "none: an export declared complete holds that time, and none that brought it in",
	};
	const struct show_change_row *c = &x->row;

	if (c->pull < 0 && c->facts.named)
		return arena_printf(x->a, "#%lld, named in the message: issue or pull request", (long long)c->facts.named);
	if (c->pull < 0)
		return c->facts.maybe_rebased ? STR("none is named; it may be part of the one above it") :
		       str_c(rests[c->facts.cover]);
	return arena_printf(x->a, "#%lld%s", (long long)c->pull, c->facts.other_merge ? ", which was merged as another commit" :
			    c->facts.pull_known ? "" : ", in no export");
}

/* Whose signature it is, by the home's list of signers. */
static err put_signature(struct one *x)
{
	static const struct { const char *standing, *says; } words[] = {
		{ "author", "good, by the key listed for the author" },
		{ "committer", "good, by the key listed for the committer, who is not the author" },
		{ "other", "good, but the key is listed for somebody else" },
		{ "unlisted", "good, but the key is listed for nobody" },
		{ "outdated", "good, but the key is not listed for that time" },
		{ "revoked", "by a key that is listed as revoked" },
		{ "bad", "NOT over this commit" },
	};
	const struct show_change_row *c = &x->row;
	const char *says = "not checked";
	struct str who = STR("");

	if (!c->facts.is_signed) {
		put_line(x, "signature", STR("none"));
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(c->standing, words[i].standing))
			says = words[i].says;
	if (c->whose.n)
		TRY(show_change_words_account(x->words, c->whose, &who));
	put_line(x, "signature", arena_printf(x->a, "%.*s, %s%s%.*s%s; key %.*s%s", FMT(c->signature), says, who.n ? " (" : "",
		 FMT(who), who.n ? ")" : "", FMT(c->signer.n ? c->signer : STR("not told")), c->by_host_key ? " of the code host" : ""));
	return NULL;
}

static err put_people_form(struct one *x, struct str title)
{
	const struct show_change_row *c = &x->row;
	struct str author;

	TRY(show_change_words_account(x->words, c->author, &author));
	buf_addf(x->out, "change %.*s\n", FMT(record_hex(x->a, c->commit)));
	if (x->asked.n)
		put_line(x, "holds", arena_printf(x->a, "%.*s, by %.*s", FMT(x->asked), FMT(x->how)));
	put_line(x, "title", title.p ? title : STR("(erased)"));
	put_line(x, "on", arena_printf(x->a, "%.*s of %.*s", FMT(x->branch), FMT(x->repository)));
	put_line(x, "author", arena_printf(x->a, "%.*s (%.*s, %s)", FMT(author), FMT(c->author_kind),
		 str_is(c->standing, "author") ? "signed" : "as the commit claims"));
	put_line(x, "committed", when(x, c->at));
	put_line(x, "merged", c->merged_at == INSTANT_NONE ? (struct str){ 0 } : when(x, c->merged_at));
	put_line(x, "pull", pull_of(x));
	put_line(x, "tag", c->tag);
	put_line(x, "touches", touched(x));
	TRY(put_signature(x));
	put_line(x, "record", arena_printf(x->a, "%lld", (long long)c->idx));
	if (c->pull >= 0) {
		TRY(put_merge(x));
		TRY(put_reviews(x));
		TRY(put_checks(x));
	}
	TRY(put_tickets(x));
	TRY(put_rules(x));
	for (int i = 0; i < CHANGE_QUESTIONS; i++)
		buf_addf(x->out, "  %-8s %s: %s\n", change_answer_words[c->answers[i].answer], change_question_words[i],
			 c->answers[i].reason);
	return NULL;
}

static void put_json_form(struct one *x, struct str title)
{
	const struct show_change_row *c = &x->row;
	struct json_writer w = json_write_pretty(x->out);

	json_open(&w, '{');
	json_add_text(&w, "commit", record_hex(x->a, c->commit));
	json_add_text(&w, "holds", x->asked.n ? x->asked : (struct str){ 0 });
	json_add_text(&w, "holds_by", x->how.n ? x->how : (struct str){ 0 });
	json_add_text(&w, "title", title);
	json_add_text(&w, "repository", x->repository);
	json_add_text(&w, "branch", x->branch);
	json_add_time(&w, "committed", c->at);
	json_add_time(&w, "merged", c->merged_at);
	if (c->pull >= 0)
		json_add_int(&w, "pull", c->pull);
	json_add_text(&w, "tag", c->tag.n ? c->tag : (struct str){ 0 });
	json_add_text(&w, "signature", c->signature);
	json_add_text(&w, "signature_standing", c->facts.is_signed ? c->standing : (struct str){ 0 });
	json_add_text(&w, "signature_key", c->signer.n ? c->signer : (struct str){ 0 });
	json_add_int(&w, "record", c->idx);
	json_key(&w, "answers");
	json_open(&w, '[');
	for (int i = 0; i < CHANGE_QUESTIONS; i++) {
		json_open(&w, '{');
		json_add_c(&w, "question", change_question_words[i]);
		json_add_c(&w, "answer", change_answer_words[c->answers[i].answer]);
		json_add_c(&w, "reason", c->answers[i].reason);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_add_char(x->out, '\n');
}

static err show_one(struct one *x, struct str commit, enum show_format format)
{
	struct str title;
	int64_t no = 0, at = 0;
	bool gone = false;

	TRY(find(x, commit, &no, &at, &gone));
	TRY(read_row(x, no, at, gone));
	TRY(show_change_words_title(x->words, x->row.idx, x->row.commit, &title));
	if (gone && format == SHOW_TABLE)
		buf_add_c(x->out, "This change is no longer on its branch: history was rewritten.\n");
	if (format == SHOW_TABLE || format == SHOW_MARKDOWN)
		return put_people_form(x, title);
	put_json_form(x, title);
	return NULL;
}

err show_changes_one(struct db *db, struct arena *a, struct str commit, enum show_format format, struct buf *out)
{
	OWNED(show_change_words) words = show_change_words_new(db);
	struct one x = { .db = db, .a = a, .out = out, .words = words };
	err e;

	TRY(db_snapshot(db));
	e = show_one(&x, commit, format);
	db_snapshot_end(db);
	TRY(e);
	return buf_ok(out, "the change");
}
