/* `custody finding`: what scanners found, and what became of it. */
#include "cmd/nouns.h"

#include "record/types.h"
#include "show/finding.h"
#include "store/store.h"

struct list_options {
	struct str system, rule, path;
	int64_t limit;
	int all, kind, proposed, severity;
};
static const struct field list_fields[] = {
	FIELD(list_options, all, FIELD_FLAG, 0, 0, "also those that are gone"),
	{ .name = "kind", .kind = FIELD_ENUM, .choices = scan_kind_words, .letter = 'k',
	  .offset = offsetof(struct list_options, kind), .help = "only of scans of this kind" },
	{ .name = "limit", .kind = FIELD_INT, .max = 10000000, .letter = 'n',
	  .offset = offsetof(struct list_options, limit), .help = "at most this many (default: 50 in a table, else all; 0 is all)" },
	FIELD(list_options, path, FIELD_TEXT, 0, 1024, "only files below this path"),
	FIELD(list_options, proposed, FIELD_FLAG, 0, 0, "those of commits on no release branch instead"),
	FIELD(list_options, rule, FIELD_TEXT, 0, 256, "only of this rule"),
	FIELD_CHOICE(list_options, severity, 0, severity_words, "only this severity and worse"),
	FIELD(list_options, system, FIELD_TEXT, 0, 128, "only of this system"),
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "finding list", list_fields);

/* Not among the open ones, and not forgotten either. */
static err say_accepted(struct cmd_run *run, struct db *db)
{
	int64_t n;

	TRY(db_get_int(db, SQL("SELECT count(*) FROM (SELECT 1 AS one FROM view_finding_state WHERE open = 3 LIMIT 100000) x"),
		       DB_NONE, 0,
		       &n));
	if (n)
		cmd_say(run, "%lld more %s accepted in the tool's own report: custody finding list --all", (long long)n,
			n == 1 ? "was" : "were");
	return NULL;
}

/* A name that nothing has would give an empty list, which reads like good news. */
static err known_system(struct db *db, struct str name)
{
	int64_t n;

	if (!name.p)
		return NULL;
	TRY(db_get_int(db, SQL("SELECT count(*) FROM view_system WHERE name = $1"), DB_ARGS(DB_T(name)), 0, &n));
	return n ? NULL : err_hint(fail(ERR_USAGE, "there is no system '%.*s'", FMT(name)), "custody system list names them");
}

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct show_finding_query q = {
		.kind = str_c(o->kind == FIELD_UNKNOWN ? NULL : scan_kind_words[o->kind]),
		.system = o->system, .rule = o->rule, .path = o->path,
		.limit = cmd_limit(run, o->limit),
		.severity = o->severity,
		.open = o->proposed == 1 ? 2 : 1, .all = o->all == 1,
	};
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	TRY(known_system(store_db(s), o->system));
	TRY(show_finding_list(store_db(s), &q, run->format, 1));
	return q.all || q.open != 1 ? NULL : say_accepted(run, store_db(s));
}

struct show_options {
	struct many number;
};
static const struct field show_fields[] = {
	FIELD(show_options, number, FIELD_INT, FIELD_OPERAND | FIELD_MANY | FIELD_REQUIRED, 1000,
	      "number of the finding"),
	{ 0 },
};
static const struct table show_table = TABLE(show_options, "finding show", show_fields);

static err run_show(struct cmd_run *run, const void *options)
{
	const struct show_options *o = options;
	const int64_t *v = o->number.v;
	STORE_AUTO s = NULL;

	TRY(store_open_read(run->home, &s));
	for (size_t i = 0; i < o->number.n; i++) {
		BUF_AUTO out = buf_new(1 << 20);

		TRY(show_finding(store_db(s), run->a, v[i], run->format, &out));
		TRY(cmd_show(run, buf_str(&out)));
	}
	return NULL;
}

static const struct cmd_verb verbs[] = {
	{ "list", "open findings, worst first", NULL, "  custody finding list --kind secret -o json", &list_table, run_list },
	{ "show", "one finding whole: where, since when, what happened to it", NULL, "  custody finding show 1 2",
	  &show_table, run_show },
	{ 0 },
};
const struct cmd_noun cmd_finding = { "finding", "what scanners found", verbs, false };
