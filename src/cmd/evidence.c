/* `custody evidence`: files handed over, and whatever else is kept byte for byte. */
#include "cmd/nouns.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/term.h"
#include "cmd/job.h"
#include "show/catalogue.h"
#include "show/evidence.h"
#include "store/document.h"

struct add_options {
	struct many control;
	struct str file, kind, signature, title;
	int64_t date, review_by;
};
static const struct field add_fields[] = {
	FIELD(add_options, control, FIELD_TEXT, FIELD_MANY | FIELD_REQUIRED, 32,
	      "control of 2022 it is evidence for, such as 8.25"),
	FIELD(add_options, date, FIELD_DAY, 0, 0, "the day of what it shows (default: today)"),
	FIELD(add_options, file, FIELD_PATH, FIELD_OPERAND | FIELD_REQUIRED, 4096, "the file"),
	FIELD(add_options, kind, FIELD_TEXT, FIELD_REQUIRED, 64, "policy, procedure, minutes, review, protocol …"),
	FIELD(add_options, review_by, FIELD_DAY, 0, 0, "the day by which it is to be reviewed"),
	FIELD(add_options, signature, FIELD_PATH, 0, 4096, "SSH signature over it: ssh-keygen -Y sign -n file"),
	FIELD(add_options, title, FIELD_TEXT, FIELD_REQUIRED, 512, "its title"),
	{ 0 },
};
static const struct table add_table = TABLE(add_options, "evidence add", add_fields);

/* Ids as the catalogue has them; only controls and clauses of 2022. */
static err controls_of(struct arena *a, const struct many *asked, struct strs *out)
{
	const struct str *text = asked->v;
	const struct catalogue_entry *e;
	struct catalogue c;

	TRY(catalogue_load(a, &c));
	out->v = ARENA_ARRAY(a, struct str, asked->n);
	for (size_t i = 0; i < asked->n; i++) {
		TRY(catalogue_find(&c, text[i], &e));
		if (e->level != CATALOGUE_CONTROL && e->level != CATALOGUE_CLAUSE)
			return err_hint(fail(ERR_INPUT, "%.*s is no control of 2022", FMT(text[i])),
					"custody control map %.*s says what it became", FMT(text[i]));
		out->v[out->n++] = e->id;
	}
	return NULL;
}

static err run_add(struct cmd_run *run, const void *options)
{
	const struct add_options *o = options;
	struct document_spec spec = {
		.file = arena_cstr(run->a, o->file), .kind = o->kind, .title = o->title, .review_by = o->review_by,
		.signature = o->signature.p ? arena_cstr(run->a, o->signature) : NULL,
		.effective = o->date == INSTANT_NONE ? INSTANT_NONE : o->date * DAY_SECONDS,
	};
	struct document_result r;
	STORE_AUTO s = NULL;

	TRY(controls_of(run->a, &o->control, &spec.controls));
	TRY(job_open_home(run, false, &s));
	TRY(document_add(s, run->a, &spec, &r));
	if (r.already)
		return cmd_print(arena_printf(run->a, "%.*s is kept already for that; nothing changed\n",
					      FMT(r.digest)));
	TRY(cmd_print(arena_printf(run->a, "%.*s kept, record %lld\n", FMT(r.digest), (long long)r.idx)));
	if (r.key.p)
		cmd_say(run, "signed by %.*s with %.*s", FMT(term_safe(run->a, r.signer)), FMT(r.key));
	else
		cmd_say(run, "its author is claimed; --signature with an SSH signature says who signed it");
	return NULL;
}

struct list_options {
	struct str control, kind;
	int64_t limit;
};
static const struct field list_fields[] = {
	FIELD(list_options, control, FIELD_TEXT, 0, 32, "only documents for this control"),
	{ .name = "kind", .kind = FIELD_TEXT, .max = 64, .letter = 'k', .offset = offsetof(struct list_options, kind),
	  .help = "document, sarif, people, config …" },
	{ .name = "limit", .kind = FIELD_INT, .max = 10000000, .letter = 'n', .offset = offsetof(struct list_options, limit),
	  .help = "at most this many (default: 50 in a table, else all; 0 is all)" },
	{ 0 },
};
static const struct table list_table = TABLE(list_options, "evidence list", list_fields);

static err run_list(struct cmd_run *run, const void *options)
{
	const struct list_options *o = options;
	struct show_evidence_query q = { .kind = o->kind, .limit = cmd_limit(run, o->limit) };
	struct strs id = { 0 };
	STORE_AUTO s = NULL;

	if (o->control.p) {
		struct str asked = o->control;
		struct many one = { &asked, 1 };

		TRY(controls_of(run->a, &one, &id));
		q.control = id.v[0];
	}
	TRY(store_open_read(run->home, &s));
	return show_evidence_list(store_db(s), &q, run->format, STDOUT_FILENO);
}

struct get_options {
	struct str digest, out;
};
static const struct field get_fields[] = {
	FIELD(get_options, digest, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 64, "SHA-256, or how it begins"),
	FIELD(get_options, out, FIELD_PATH, 0, 4096, "write it to this new file instead of standard output"),
	{ 0 },
};
static const struct table get_table = TABLE(get_options, "evidence get", get_fields);

static err copy_out(struct evidence_reader *r, int fd, const char *name)
{
	static char piece[256 * 1024];
	size_t got;

	do {
		TRY(evidence_read(r, piece, sizeof(piece), &got));
		TRY(fd_write_all(fd, name, (struct str){ piece, got }));
	} while (got == sizeof(piece));
	return NULL;
}

static err run_get(struct cmd_run *run, const void *options)
{
	const struct get_options *o = options;
	OWNED(evidence_reader) r = NULL;
	const char *name = o->out.p ? arena_cstr(run->a, o->out) : "standard output";
	FD_AUTO fd = -1;
	STORE_AUTO s = NULL;
	struct digest d;
	struct str hex;

	TRY(store_open_read(run->home, &s));
	TRY(show_evidence_digest(store_db(s), run->a, o->digest, &hex));
	if (!digest_get(hex, &d))
		return fail(ERR_INTEGRITY, "the digest of the evidence is damaged");
	TRY(evidence_open(store_evidence(s), &d, UINT64_MAX, &r));
	fd = o->out.p ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : dup(STDOUT_FILENO);
	if (fd < 0)
		return fail_errno("cannot write %s", name);
	return copy_out(r, fd, name);
}

static const struct cmd_verb verbs[] = {
	{ "list", "what is kept, byte for byte", NULL, "  custody evidence list --control 8.25", &list_table,
	 run_list },
	{ "add", "hand over a file as evidence for controls",
	  "Its author is claimed unless a signature is given that is good over the file, by a key that the home's\n"
	  "allowed_signers lists.",
	  "  custody evidence add policy.pdf --control 8.25 --kind policy --title 'Secure development policy'\n"
	  "  ssh-keygen -Y sign -n file -f key policy.pdf", &add_table, run_add },
	{ "get", "one piece of evidence, proved by its digest", NULL, "  custody evidence get 3f1b…", &get_table,
	 run_get },
	{ 0 },
};
const struct cmd_noun cmd_evidence = { "evidence", "files kept byte for byte", verbs, false };
