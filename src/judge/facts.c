#include "judge/facts.h"

#include "record/types.h"
#include "text/json.h"

const char *const facts_period_words[] = { "usual", "copy", "declared", "asked", NULL };
const char *const facts_situation_words[] = { "tree", "history", "component", "proposed", "elsewhere", NULL };

#define INT(st, member, help) FIELD(st, member, FIELD_INT, 0, 0, help)
#define WHEN(st, member, help) FIELD(st, member, FIELD_TIME, 0, 0, help)
#define TEXT(st, member, help) FIELD(st, member, FIELD_TEXT, 0, 4096, help)
#define FLAG(st, member, help) FIELD(st, member, FIELD_FLAG, 0, 0, help)
#define LIST(member, of, help) FIELD_GROUPS(facts, member, FIELD_MANY, FACTS_ROWS, of, help)

static const struct field three_fields[] = {
	INT(facts_three, missing, "looked at, and not there"),
	INT(facts_three, shown, "there"),
	INT(facts_three, unknown, "not looked at, or not to be seen from here"),
	{ 0 },
};
static const struct table three_table = TABLE(facts_three, "three", three_fields);
#define THREE(member, help) FIELD_GROUPS(facts_branch, member, 0, 0, &three_table, help)

static const struct field branch_fields[] = {
	INT(facts_branch, accounts, "authors that are not bots"),
	INT(facts_branch, bot_approvals, "changes a bot approved, which never counts"),
	INT(facts_branch, bots, "changes written by bots"),
	TEXT(facts_branch, branch, "the release branch"),
	INT(facts_branch, changes, "changes in the period"),
	THREE(checks, "checks passed when it was merged"),
	INT(facts_branch, checks_none, "changes of which the host says that no check ran"),
	WHEN(facts_branch, collected_at, "last look"),
	FLAG(facts_branch, complete, "whether all history was here"),
	WHEN(facts_branch, first_at, "oldest change of the branch"),
	INT(facts_branch, gone, "changes that a rewritten history took away"),
	TEXT(facts_branch, host, "code host"),
	WHEN(facts_branch, last_at, "newest change of the branch"),
	WHEN(facts_branch, newest, "newest change in the period"),
	FIELD(facts_branch, no_pull, FIELD_COMMIT, FIELD_MANY, FACTS_IDS, "changes without a pull request number"),
	WHEN(facts_branch, oldest, "oldest change in the period"),
	INT(facts_branch, other_commit, "approved on another commit than the one merged"),
	INT(facts_branch, paths_unknown, "changes of which it is not known what they touch"),
	INT(facts_branch, people_own, "approved only by those who worked on it"),
	INT(facts_branch, pull_candidates, "changes that name a number, of an issue or of the pull request"),
	INT(facts_branch, pull_numbers, "changes with a pull request number"),
	INT(facts_branch, pulls_known, "changes whose pull request an export of the host holds"),
	TEXT(facts_branch, repository, "the repository"),
	INT(facts_branch, reviewed_late, "approved only after the merge"),
	THREE(reviews, "independent review before merge"),
	INT(facts_branch, security, "changes that touch what needs a security review"),
	THREE(security_reviews, "security review of those"),
	THREE(signatures, "signed commits"),
	INT(facts_branch, signed_checked, "signed by a key listed for author or committer"),
	INT(facts_branch, signed_doubtful, "signature bad, or by a key revoked, outdated or listed for somebody else"),
	INT(facts_branch, signed_host, "signed by the code host's key"),
	INT(facts_branch, signed_person, "signed by another key"),
	TEXT(facts_branch, slug, "owner and name on the host"),
	TEXT(facts_branch, system, "the system it falls to"),
	INT(facts_branch, tagged, "changes with a tag"),
	INT(facts_branch, ticket_messages, "changes whose message names a ticket"),
	THREE(tickets, "linked ticket"),
	FIELD(facts_branch, tip, FIELD_COMMIT, 0, 0, "its tip"),
	INT(facts_branch, total, "changes in all"),
	FIELD(facts_branch, unreviewed, FIELD_COMMIT, FIELD_MANY, FACTS_IDS, "changes without an independent review"),
	TEXT(facts_branch, why, "what could not be seen"),
	{ 0 },
};
static const struct table branch_table = TABLE(facts_branch, "branch", branch_fields);

static const struct field scan_fields[] = {
	WHEN(facts_scan, at, "last run"),
	TEXT(facts_scan, coverage, "what the last run looked at"),
	TEXT(facts_scan, kind, "kind of scan"),
	INT(facts_scan, open, "findings open now"),
	TEXT(facts_scan, outcome, "of the last run"),
	TEXT(facts_scan, place, "repository and branch, image or environment"),
	FLAG(facts_scan, proposed, "of commits on no release branch"),
	WHEN(facts_scan, received, "when the last run came here"),
	INT(facts_scan, results, "results of the last run"),
	INT(facts_scan, runs, "runs in all"),
	INT(facts_scan, runs_in_period, "runs in the period"),
	TEXT(facts_scan, scope, "declared scope"),
	TEXT(facts_scan, system, "the system"),
	TEXT(facts_scan, tool, "the tool"),
	TEXT(facts_scan, tool_version, "its version at the last run"),
	TEXT(facts_scan, via, "how the last run came: collected, pipeline, uploaded, stated"),
	{ 0 },
};
static const struct table scan_table = TABLE(facts_scan, "scan", scan_fields);

static const struct field runs_fields[] = {
	FIELD(facts_runs, days, FIELD_DAY, FIELD_MANY, FACTS_ROWS, "days, ascending"),
	TEXT(facts_runs, what, "what was done"),
	{ 0 },
};
static const struct table runs_table = TABLE(facts_runs, "runs", runs_fields);

static const struct field finding_fields[] = {
	FLAG(facts_finding, fixable, "whether a fix is known"),
	TEXT(facts_finding, kind, "kind of scan"),
	INT(facts_finding, n, "how many"),
	FIELD(facts_finding, numbers, FIELD_INT, FIELD_MANY, FACTS_IDS, "numbers of the first"),
	FIELD_CHOICE(facts_finding, severity, 0, severity_words, "how bad; absent: not said"),
	FIELD_CHOICE(facts_finding, situation, 0, facts_situation_words, "where"),
	FIELD(facts_finding, titles, FIELD_TEXT, FIELD_MANY, 8, "different titles, the first few"),
	{ 0 },
};
static const struct table finding_table = TABLE(facts_finding, "finding", finding_fields);

static const struct field ci_fields[] = {
	TEXT(facts_ci, enforced, "enforced, skippable or unknown"),
	TEXT(facts_ci, kind, "kind of scan"),
	TEXT(facts_ci, path, "the CI file"),
	TEXT(facts_ci, repository, "the repository"),
	TEXT(facts_ci, tool, "the tool"),
	TEXT(facts_ci, why, "why it can be skipped"),
	{ 0 },
};
static const struct table ci_table = TABLE(facts_ci, "ci", ci_fields);

static const struct field tree_fields[] = {
	TEXT(facts_tree, detail, "whose form it has, or what it says"),
	INT(facts_tree, files, "how many files"),
	TEXT(facts_tree, first, "path of the first"),
	TEXT(facts_tree, kind, "codeowners, ci, lockfile, actions …"),
	INT(facts_tree, n, "the count that belongs to it: of actions, those not pinned"),
	TEXT(facts_tree, repository, "the repository"),
	{ 0 },
};
static const struct table tree_table = TABLE(facts_tree, "tree", tree_fields);

static const struct field rule_fields[] = {
	TEXT(facts_rule, branch, "branch or pattern"),
	TEXT(facts_rule, repository, "the repository"),
	TEXT(facts_rule, rule, "the rule"),
	TEXT(facts_rule, source, "host, or tree"),
	TEXT(facts_rule, value, "how it is set"),
	{ 0 },
};
static const struct table rule_table = TABLE(facts_rule, "rule", rule_fields);

static const struct field control_fields[] = {
	TEXT(facts_control, applicable, "yes, no, unknown"),
	FLAG(facts_control, confirmed, "in an approved SoA"),
	TEXT(facts_control, control, "of 2022"),
	TEXT(facts_control, frequency, "how often"),
	FLAG(facts_control, owner, "whether somebody is named"),
	FLAG(facts_control, reason, "whether a reason is given"),
	FLAG(facts_control, risk, "whether the risk it treats is named"),
	TEXT(facts_control, role, "role that owns it"),
	TEXT(facts_control, stage, "stage of the pipeline"),
	{ 0 },
};
static const struct table control_table = TABLE(facts_control, "control", control_fields);

static const struct field document_fields[] = {
	WHEN(facts_document, at, "date of the newest"),
	TEXT(facts_document, control, "of 2022"),
	WHEN(facts_document, first, "date of the oldest"),
	TEXT(facts_document, kind, "policy, procedure, minutes, review …"),
	INT(facts_document, n, "how many"),
	WHEN(facts_document, received, "when the newest came here"),
	FIELD(facts_document, review_by, FIELD_DAY, 0, 0, "the newest is to be reviewed by"),
	{ 0 },
};
static const struct table document_table = TABLE(facts_document, "document", document_fields);

static const struct field tests_fields[] = {
	WHEN(facts_tests, at, "last run"),
	INT(facts_tests, errors, "tests that could not run, in the last run"),
	INT(facts_tests, failed, "tests that failed, in the last run"),
	INT(facts_tests, runs, "runs in the period"),
	INT(facts_tests, skipped, "tests that were skipped, in the last run"),
	TEXT(facts_tests, system, "the system"),
	INT(facts_tests, tests, "tests of the last run"),
	{ 0 },
};
static const struct table tests_table = TABLE(facts_tests, "tests", tests_fields);

static const struct field sbom_fields[] = {
	WHEN(facts_sbom, at, "the newest"),
	INT(facts_sbom, components, "components in the newest"),
	TEXT(facts_sbom, format, "its format"),
	INT(facts_sbom, n, "how many"),
	TEXT(facts_sbom, system, "the system"),
	{ 0 },
};
static const struct table sbom_table = TABLE(facts_sbom, "sbom", sbom_fields);

static const struct field source_fields[] = {
	TEXT(facts_source, author, "how its author was known"),
	TEXT(facts_source, content, "collected, pipeline, uploaded, stated"),
	WHEN(facts_source, first, "first of them"),
	WHEN(facts_source, last, "last of them"),
	INT(facts_source, n, "submissions"),
	TEXT(facts_source, source, "what they came from"),
	{ 0 },
};
static const struct table source_table = TABLE(facts_source, "source", source_fields);

static const struct field anchor_fields[] = {
	WHEN(facts_anchor, at, "the newest"),
	TEXT(facts_anchor, kind, "time stamp, witness, branch"),
	INT(facts_anchor, n, "how many"),
	INT(facts_anchor, size, "size of the log the newest vouches for"),
	TEXT(facts_anchor, source, "who"),
	{ 0 },
};
static const struct table anchor_table = TABLE(facts_anchor, "anchor", anchor_fields);

static const struct field system_fields[] = {
	TEXT(facts_system, data_class, "highest class of data"),
	FLAG(facts_system, declared, "declared in the configuration"),
	TEXT(facts_system, exposure, "who can reach it"),
	FIELD(facts_system, kinds, FIELD_TEXT, FIELD_MANY, 16, "kinds of scan it must have"),
	TEXT(facts_system, name, "its name"),
	{ 0 },
};
static const struct table system_table = TABLE(facts_system, "system", system_fields);

static const struct field host_fields[] = {
	WHEN(facts_host, first, "first merge in the exports"),
	WHEN(facts_host, last, "last merge in the exports"),
	INT(facts_host, pulls, "pull requests in them"),
	TEXT(facts_host, repository, "the repository"),
	{ 0 },
};
static const struct table host_table = TABLE(facts_host, "host", host_fields);

static const struct field people_fields[] = {
	INT(facts_people, bots, "accounts of bots"),
	INT(facts_people, hosts, "accounts of code hosts themselves"),
	INT(facts_people, persons, "accounts of persons"),
	INT(facts_people, persons_known, "persons that somebody declared or imported"),
	INT(facts_people, tools, "accounts of tools"),
	INT(facts_people, unknown, "accounts of nobody knows what"),
	INT(facts_people, unmatched, "accounts of persons that belong to no known person"),
	{ 0 },
};
static const struct table people_table = TABLE(facts_people, "people", people_fields);

static const struct field closed_fields[] = {
	TEXT(facts_closed, kind, "kind of scan"),
	INT(facts_closed, n, "findings no longer reported, in the period"),
	{ 0 },
};
static const struct table closed_table = TABLE(facts_closed, "closed", closed_fields);

static const struct field open_fields[] = {
	TEXT(facts_open, kind, "kind of scan"),
	INT(facts_open, n, "open findings"),
	TEXT(facts_open, system, "name of the system"),
	{ 0 },
};
static const struct table open_table = TABLE(facts_open, "open", open_fields);

static const struct field log_fields[] = {
	INT(facts_log, applied, "records"),
	INT(facts_log, erased, "orders of erasure"),
	WHEN(facts_log, first_received, "first record"),
	WHEN(facts_log, last_received, "last record"),
	FIELD(facts_log, root, FIELD_TEXT, 0, 44, "root of the newest signed checkpoint, in base64"),
	WHEN(facts_log, signed_at, "when it was signed"),
	INT(facts_log, size, "records under it"),
	{ 0 },
};
static const struct table log_table = TABLE(facts_log, "log", log_fields);

static const struct field period_fields[] = {
	WHEN(facts_period, from, "begins"),
	FIELD_CHOICE(facts_period, rule, 0, facts_period_words, "why it is this one"),
	WHEN(facts_period, to, "ends"),
	{ 0 },
};
static const struct table period_table = TABLE(facts_period, "period", period_fields);

static const struct field fields[] = {
	LIST(anchors, &anchor_table, "what others said of the log"),
	WHEN(facts, as_of, "the instant the document speaks of"),
	LIST(branches, &branch_table, "release branches"),
	LIST(ci, &ci_table, "scans that CI runs"),
	LIST(closed, &closed_table, "findings that went away"),
	TEXT(facts, config, "of what is declared: proposed, alone, approved"),
	LIST(controls, &control_table, "what the organisation declares"),
	LIST(documents, &document_table, "documents handed over"),
	LIST(findings, &finding_table, "open findings"),
	LIST(hosts, &host_table, "exports of code hosts"),
	FIELD_GROUPS(facts, log, 0, 0, &log_table, "position in the log"),
	LIST(open, &open_table, "open findings of each system and kind"),
	FIELD_GROUPS(facts, people, 0, 0, &people_table, "accounts"),
	FIELD_GROUPS(facts, period, 0, 0, &period_table, "the period"),
	LIST(rules, &rule_table, "rules of branches"),
	LIST(runs, &runs_table, "days on which something ran"),
	LIST(sboms, &sbom_table, "bills of materials"),
	LIST(scans, &scan_table, "scans"),
	LIST(sources, &source_table, "how evidence came"),
	LIST(systems, &system_table, "systems"),
	LIST(tests, &tests_table, "automated tests"),
	LIST(tree, &tree_table, "what trees declare"),
	{ 0 },
};
const struct table facts_table = TABLE(facts, "facts", fields);

err facts_write(const struct facts *f, struct buf *out)
{
	struct json_writer w = json_write(out);

	json_put_table(&w, &facts_table, (struct json_pick){ 0, 0 }, f);
	return buf_ok(out, "the facts document");
}

err facts_parse(struct arena *a, struct str bytes, struct facts **out)
{
	struct facts *f = ARENA_NEW(a, struct facts);
	struct json *doc;

	if (bytes.n > FACTS_MAX_BYTES)
		return fail(ERR_LIMIT, "the facts document is larger than %d bytes", FACTS_MAX_BYTES);
	TRY(json_parse(a, "facts", bytes, &doc));
	TRY(json_to_table(a, "facts", doc, &facts_table, (struct json_pick){ 0, 0 }, f));
	*out = f;
	return NULL;
}

int64_t facts_scan_ran(const struct facts_scan *s)
{
	return str_is(s->via, "collected") && s->received > s->at ? s->received : s->at;
}

bool facts_scan_held(const struct facts_scan *s)
{
	return str_is(s->outcome, "clean") || str_is(s->outcome, "findings");
}

int64_t facts_changes(const struct facts *f)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->branches.n; i++)
		n += FACTS_AT(f->branches, facts_branch, i)->changes;
	return n;
}

const struct facts_control *facts_control_of(const struct facts *f, const char *control)
{
	for (size_t i = 0; i < f->controls.n; i++)
		if (str_is(FACTS_AT(f->controls, facts_control, i)->control, control))
			return FACTS_AT(f->controls, facts_control, i);
	return NULL;
}

const struct facts_runs *facts_runs_of(const struct facts *f, const char *what)
{
	for (size_t i = 0; i < f->runs.n; i++)
		if (str_is(FACTS_AT(f->runs, facts_runs, i)->what, what))
			return FACTS_AT(f->runs, facts_runs, i);
	return NULL;
}
