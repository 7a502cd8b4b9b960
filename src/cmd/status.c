/* `custody status`: what a home holds and what vouches for it. */
#include "cmd/nouns.h"

#include "base/instant.h"
#include "base/term.h"
#include "store/store.h"
#include "store/vouch.h"

static const struct show_column columns[] = {
	{ "type", "type", SHOW_TEXT, 0 },
	{ "records", "records", SHOW_NUMBER, 12 },
	{ "first", "first received", SHOW_TIME, 20 },
	{ "last", "last received", SHOW_TIME, 20 },
	{ 0 },
};

static err print_head(struct cmd_run *run, struct store *s)
{
	struct ledger_head head;
	char when[INSTANT_TEXT], root[DIGEST_BASE64];
	BUF_AUTO times = buf_new(16 * 1024);
	struct str vouched;

	TRY(ledger_head(store_ledger(s), &head));
	TRY(vouch_sentence(store_db(s), run->a, &vouched));
	instant_put(when, head.signed_at);
	digest_put_base64(root, &head.root);
	cmd_say(run, "home      %s", store_home(s));
	cmd_say(run, "log       %lld records, signed %s", (long long)head.size, when);
	cmd_say(run, "root      %s", root);
	term_wrap(&times, arena_printf(run->a, "times     %.*s", FMT(term_safe(run->a, vouched))), term_width());
	cmd_say(run, "%.*s", FMT(buf_str(&times)));
	return NULL;
}

static err run_status(struct cmd_run *run, const void *options)
{
	OWNED(show_list) l = show_list_new(run->format, columns, 1);
	STORE_AUTO s = NULL;
	DB_ROWS rows = NULL;
	bool more;

	(void)options;
	TRY(store_open_read(run->home, &s));
	TRY(print_head(run, s));
	TRY(db_query(store_db(s), SQL("SELECT type, n, first_received, last_received FROM view_type_count ORDER BY type"),
		     DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		show_list_row(l, (const struct show_cell[]){ SHOW_T(db_text(rows, 0)), SHOW_N(db_int(rows, 1)),
							     SHOW_N(db_int(rows, 2)), SHOW_N(db_int(rows, 3)) });
	}
	return show_list_end(l);
}

static const struct cmd_verb verbs[] = {
	{ "", "what a home holds and what vouches for it", NULL, NULL, NULL, run_status },
	{ 0 },
};
const struct cmd_noun cmd_status = { "status", "what a home holds and what vouches for it", verbs, false };
