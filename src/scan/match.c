#include "scan/match.h"

enum {
	SIDE = 60,		/* bytes of context to each side */
	SHOWN_MAX = 4,		/* leading bytes of a secret anyone may see */
	LINE_REACH = 4096,	/* how far a comment may be from a match on its line */
};

static const struct {
	enum scan_allow bit;
	const char *text;
} allow_comments[] = {
	{ SCAN_ALLOW_CUSTODY, "custody:allow" },
	{ SCAN_ALLOW_GITLEAKS, "gitleaks:allow" },
	{ SCAN_ALLOW_BETTERLEAKS, "betterleaks:allow" },
	{ SCAN_ALLOW_KINGFISHER, "kingfisher:ignore" },
	{ SCAN_ALLOW_TRUFFLEHOG, "trufflehog:ignore" },
	{ SCAN_ALLOW_DETECT_SECRETS, "pragma: allowlist secret" },
};

const char *scan_allow_name(enum scan_allow bit)
{
	for (size_t i = 0; i < ARRAY_LEN(allow_comments); i++)
		if (allow_comments[i].bit == bit)
			return allow_comments[i].text;
	return "";
}

/* The first byte of the line that holds `at`, at most `reach` bytes before. */
static size_t line_from(struct str bytes, size_t at, size_t reach)
{
	size_t least = at > reach ? at - reach : 0;

	while (at > least && bytes.p[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_to(struct str bytes, size_t at, size_t reach)
{
	size_t most = bytes.n - at > reach ? at + reach : bytes.n;

	while (at < most && bytes.p[at] != '\n')
		at++;
	return at;
}

static struct str span_str(struct str bytes, size_t from, size_t to)
{
	return (struct str){ bytes.p + from, to - from };
}

unsigned scan_allows(struct str bytes, struct scan_span whole)
{
	size_t from = line_from(bytes, whole.from, LINE_REACH);
	struct str lines = span_str(bytes, from, line_to(bytes, whole.to, LINE_REACH));
	unsigned bits = 0;

	for (size_t i = 0; i < ARRAY_LEN(allow_comments); i++)
		if (str_has(lines, str_c(allow_comments[i].text)))
			bits |= allow_comments[i].bit;
	if (from > 0 && bytes.p[from - 1] == '\n') {
		struct str before = span_str(bytes, line_from(bytes, from - 1, LINE_REACH), from);

		if (str_has(before, STR("pragma: allowlist nextline secret")))
			bits |= SCAN_ALLOW_DETECT_SECRETS;
	}
	return bits;
}

struct str scan_secret(const struct scan_view *view, const struct scan_match *m)
{
	return span_str(view->bytes, m->secret.from, m->secret.to);
}

/* How many leading bytes of the secret its rule's keywords say anyway. */
static size_t public_prefix(const struct scan_rule *r, struct str secret)
{
	size_t most = 0;

	for (size_t i = 0; i < r->keywords.n; i++) {
		struct str word = r->keywords.v[i];

		if (word.n > most && str_starts(secret, word) && word.n < secret.n)
			most = word.n;
	}
	return most > SHOWN_MAX ? SHOWN_MAX : most;
}

/* Rules of a low rank know names of variables, not the form of a value: their
 * keywords are no public part of it. */
void scan_redact(const struct scan_view *view, const struct scan_match *m, struct buf *out)
{
	struct str secret = scan_secret(view, m);
	size_t shown = m->rule->rank < SCAN_RANK_DEFAULT ? 0 : public_prefix(m->rule, secret);

	buf_add(out, (struct str){ secret.p, shown });
	buf_addf(out, "…(%zu)", secret.n);
}

/* Marks in hide[0 … piece) what of [from, from + piece) repeats `value`. */
static void hide_value(struct str bytes, struct str value, size_t from, struct str piece,
		       bool *hide)
{
	size_t lo = from >= value.n ? from - value.n + 1 : 0, hi = from + piece.n + value.n - 1;
	struct str around;
	size_t at = 0;

	if (value.n == 0)
		return;
	around = span_str(bytes, lo, hi < bytes.n ? hi : bytes.n);
	while ((at = str_find(around, value, at)) < around.n) {
		for (size_t i = lo + at; i < lo + at + value.n; i++)
			if (i >= from && i < from + piece.n)
				hide[i - from] = true;
		at++;
	}
}

static bool is_shown(unsigned char c)
{
	return c >= 0x20 && c != 0x7f;
}

/* Context [from, to) with every secret that touches it as one "…". */
static void put_context(const struct scan_view *view, size_t from, size_t to, struct buf *out)
{
	static const char hidden[3] = { '\xe2', '\x80', '\xa6' };	/* "…" */
	bool hide[SIDE] = { false };
	char text[SIDE * 3 + 1];
	struct str piece = span_str(view->bytes, from, to);
	size_t n = 0;

	ASSERT(piece.n <= SIDE);
	for (size_t i = 0; i < view->n && piece.n; i++)
		hide_value(view->bytes, span_str(view->bytes, view->secrets[i].from,
						 view->secrets[i].to), from, piece, hide);
	for (size_t i = 0; i < piece.n; i++) {
		if (!hide[i])
			text[n++] = is_shown((unsigned char)piece.p[i]) ? piece.p[i] : ' ';
		else if (i == 0 || !hide[i - 1]) {
			memcpy(text + n, hidden, sizeof(hidden));
			n += sizeof(hidden);
		}
	}
	if (!str_is_utf8((struct str){ text, n }))
		for (size_t i = 0; i < n; i++)
			text[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	buf_add(out, (struct str){ text, n });
}

void scan_excerpt(const struct scan_view *view, const struct scan_match *m, struct buf *out)
{
	size_t from = line_from(view->bytes, m->secret.from, SIDE);
	size_t to = line_to(view->bytes, m->secret.to, SIDE);

	/* A secret of several lines ends in a line that is not this one. */
	if (memchr(view->bytes.p + m->secret.from, '\n', m->secret.to - m->secret.from))
		to = m->secret.to;
	if (!view->cut)
		put_context(view, from, m->secret.from, out);
	scan_redact(view, m, out);
	if (!view->cut)
		put_context(view, m->secret.to, to, out);
}
