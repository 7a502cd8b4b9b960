#include "store/items.h"

static const struct field who_fields[] = {
	FIELD(s_who, email, FIELD_TEXT, 0, 320, "address"),
	FIELD(s_who, host, FIELD_TEXT, 0, 128, "where the account lives"),
	FIELD_CHOICE(s_who, kind, FIELD_UNKNOWN_OK, account_kind_words, "person, bot, host, tool"),
	FIELD(s_who, login, FIELD_TEXT, 0, 256, "login"),
	FIELD(s_who, name, FIELD_TEXT, 0, 256, "name shown"),
	FIELD(s_who, why, FIELD_TEXT, 0, 128, "what the kind was concluded from"),
	{ 0 },
};
static const struct table who = TABLE(s_who, "who", who_fields);

static const struct field scan_begin_fields[] = {
	FIELD(s_scan_begin, artefact, FIELD_TEXT, 0, 256, "image or file digest"),
	FIELD(s_scan_begin, branch, FIELD_TEXT, 0, 256, "branch"),
	FIELD(s_scan_begin, commit, FIELD_COMMIT, 0, 0, "commit"),
	FIELD(s_scan_begin, coverage, FIELD_TEXT, 0, 1024, "what was looked at"),
	FIELD(s_scan_begin, effective, FIELD_TIME, 0, 0, "when it ran"),
	FIELD_CHOICE(s_scan_begin, kind, FIELD_REQUIRED, scan_kind_words, "kind of scan"),
	FIELD(s_scan_begin, repository, FIELD_TEXT, 0, 256, "repository"),
	FIELD(s_scan_begin, rules, FIELD_TEXT, 0, 64, "digest of the rule set"),
	FIELD(s_scan_begin, run, FIELD_TEXT, 0, 256, "run of the pipeline"),
	FIELD(s_scan_begin, scope, FIELD_TEXT, 0, 512, "declared scope"),
	FIELD(s_scan_begin, tool, FIELD_TEXT, FIELD_REQUIRED, 128, "tool"),
	FIELD(s_scan_begin, tool_version, FIELD_TEXT, 0, 64, "its version"),
	{ 0 },
};
const struct table item_scan_begin = TABLE(s_scan_begin, "scan.begin", scan_begin_fields);

static const struct field finding_fields[] = {
	FIELD(s_finding, alias, FIELD_TEXT, 0, 128, "vulnerability"),
	FIELD(s_finding, component, FIELD_TEXT, 0, 512, "package URL without version"),
	FIELD(s_finding, context, FIELD_TEXT, 0, 4096, "what stays the same when lines move; never a value"),
	FIELD(s_finding, fingerprint, FIELD_TEXT, 0, 1024, "the tool's own"),
	FIELD(s_finding, fix, FIELD_TEXT, 0, 128, "version that fixes it"),
	FIELD(s_finding, line, FIELD_INT, 0, 0, "line from 1"),
	FIELD(s_finding, message, FIELD_TEXT, 0, 1024, "what the tool said"),
	FIELD(s_finding, path, FIELD_PATH, 0, 1024, "file or other place"),
	FIELD(s_finding, rule, FIELD_TEXT, FIELD_REQUIRED, 256, "rule"),
	FIELD(s_finding, score, FIELD_INT, 0, 100, "CVSS in tenths"),
	FIELD_CHOICE(s_finding, severity, FIELD_UNKNOWN_OK, severity_words, "severity"),
	FIELD(s_finding, suppressed, FIELD_FLAG, FIELD_UNKNOWN_OK, 0, "accepted in the report"),
	FIELD(s_finding, title, FIELD_TEXT, 0, 256, "one line"),
	FIELD(s_finding, version, FIELD_TEXT, 0, 128, "version of the component"),
	{ 0 },
};
const struct table item_finding = TABLE(s_finding, "finding", finding_fields);

static const struct field scan_end_fields[] = {
	FIELD(s_scan_end, coverage, FIELD_TEXT, 0, 1024, "what was looked at and what was not"),
	FIELD(s_scan_end, empty, FIELD_FLAG, 0, 0, "nothing shows that anything was looked at"),
	FIELD(s_scan_end, failed, FIELD_FLAG, 0, 0, "the tool says it failed"),
	FIELD(s_scan_end, partial, FIELD_FLAG, 0, 0, "the tool says it did not finish"),
	FIELD(s_scan_end, results, FIELD_INT, FIELD_REQUIRED, 0, "results"),
	{ 0 },
};
const struct table item_scan_end = TABLE(s_scan_end, "scan.end", scan_end_fields);

static const struct field repository_fields[] = {
	FIELD(s_repository, bare, FIELD_FLAG, 0, 0, "without a work tree"),
	FIELD(s_repository, format, FIELD_TEXT, 0, 16, "sha1 or sha256"),
	FIELD(s_repository, head, FIELD_TEXT, 0, 256, "branch of HEAD"),
	FIELD(s_repository, host, FIELD_TEXT, 0, 128, "code host"),
	FIELD(s_repository, name, FIELD_TEXT, FIELD_REQUIRED, 256, "its name here"),
	FIELD(s_repository, partial, FIELD_FLAG, 0, 0, "objects are left out"),
	FIELD(s_repository, shallow, FIELD_FLAG, 0, 0, "history is cut off"),
	FIELD(s_repository, slug, FIELD_TEXT, 0, 256, "owner and name on the host"),
	FIELD(s_repository, url, FIELD_TEXT, 0, 512, "address without credentials"),
	{ 0 },
};
const struct table item_repository = TABLE(s_repository, "git.repository", repository_fields);

static const struct field branch_fields[] = {
	FIELD(s_branch, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "branch"),
	FIELD(s_branch, continues, FIELD_TEXT, 0, 256, "what it was called before"),
	FIELD(s_branch, from, FIELD_COMMIT, 0, 0, "tip at the collection before"),
	FIELD(s_branch, principal, FIELD_FLAG, 0, 0, "the repository's main branch"),
	FIELD(s_branch, release, FIELD_FLAG, 0, 0, "release branch"),
	FIELD(s_branch, repository, FIELD_TEXT, FIELD_REQUIRED, 256, "repository"),
	FIELD(s_branch, rewritten, FIELD_FLAG, 0, 0, "the old tip is no ancestor"),
	FIELD(s_branch, signers, FIELD_TEXT, 0, 64, "digest of the list of signers"),
	FIELD(s_branch, tip, FIELD_COMMIT, 0, 0, "tip; absent on an empty branch"),
	FIELD(s_branch, total, FIELD_INT, 0, 0, "first-parent steps in all"),
	{ 0 },
};
const struct table item_branch = TABLE(s_branch, "git.branch", branch_fields);

static const struct field branch_gone_fields[] = {
	FIELD(s_branch_gone, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "branch"),
	FIELD(s_branch_gone, repository, FIELD_TEXT, FIELD_REQUIRED, 256, "repository"),
	FIELD(s_branch_gone, why, FIELD_TEXT, 0, 512, "how that is known"),
	{ 0 },
};
const struct table item_branch_gone = TABLE(s_branch_gone, "git.branch.gone", branch_gone_fields);

static const struct field role_fields[] = {
	FIELD_CHOICE(s_role, role, FIELD_REQUIRED, change_role_words, "their part"),
	FIELD_GROUPS(s_role, who, FIELD_REQUIRED, 0, &who, "who"),
	{ 0 },
};
static const struct table role = TABLE(s_role, "role", role_fields);

static const struct field change_fields[] = {
	FIELD(s_change, at, FIELD_TIME, FIELD_REQUIRED, 0, "committed"),
	FIELD_GROUPS(s_change, author, FIELD_REQUIRED, 0, &who, "author"),
	FIELD(s_change, authored, FIELD_TIME, 0, 0, "written"),
	FIELD(s_change, carried, FIELD_COMMIT, FIELD_MANY, 256, "branch commits"),
	FIELD(s_change, claimed, FIELD_TIME, 0, 0, "the date it bears, where that cannot be"),
	FIELD(s_change, commit, FIELD_COMMIT, FIELD_REQUIRED, 0, "commit"),
	FIELD_GROUPS(s_change, committer, FIELD_REQUIRED, 0, &who, "committer"),
	FIELD(s_change, parents, FIELD_INT, 0, 0, "parents"),
	FIELD(s_change, paths, FIELD_PATH, FIELD_MANY, 64, "paths"),
	FIELD(s_change, paths_total, FIELD_INT, 0, 0, "paths in all"),
	FIELD_GROUPS(s_change, people, FIELD_MANY, 128, &role, "others"),
	FIELD(s_change, picked, FIELD_COMMIT, FIELD_MANY, 32, "picked from"),
	FIELD(s_change, pull, FIELD_INT, 0, 0, "pull request"),
	FIELD_CHOICE(s_change, signature, FIELD_REQUIRED, signature_words, "signature"),
	FIELD(s_change, signed_by, FIELD_TEXT, 0, 128, "key"),
	FIELD_GROUPS(s_change, signer, 0, 0, &who, "the one its key is listed for"),
	FIELD_CHOICE(s_change, standing, FIELD_UNKNOWN_OK, standing_words, "what the signature is worth"),
	FIELD(s_change, step, FIELD_INT, FIELD_REQUIRED, 0, "steps from the tip"),
	FIELD(s_change, tag, FIELD_TEXT, 0, 256, "tag"),
	FIELD(s_change, tickets, FIELD_TEXT, FIELD_MANY, 32, "tickets"),
	FIELD(s_change, title, FIELD_TEXT, 0, 200, "title"),
	{ .name = "touches", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 10, .choices = touch_words,
	  .offset = offsetof(struct s_change, touches), .help = "what its paths touch" },
	{ 0 },
};
const struct table item_change = TABLE(s_change, "git.change", change_fields);

static const struct field branch_end_fields[] = {
	FIELD(s_branch_end, boundary, FIELD_INT, 0, 0, "steps where history is cut off"),
	FIELD(s_branch_end, changes, FIELD_INT, FIELD_REQUIRED, 0, "changes sent"),
	FIELD(s_branch_end, complete, FIELD_FLAG, FIELD_REQUIRED, 0, "all history was here"),
	FIELD(s_branch_end, lost, FIELD_COMMIT, FIELD_MANY, 1000, "no longer on the branch"),
	FIELD(s_branch_end, why, FIELD_TEXT, 0, 512, "what could not be seen"),
	{ 0 },
};
const struct table item_branch_end = TABLE(s_branch_end, "git.branch.end", branch_end_fields);

static const struct field tree_item_fields[] = {
	FIELD(r_tree_item, detail, FIELD_TEXT, 0, 512, "what it says"),
	FIELD(r_tree_item, kind, FIELD_TEXT, FIELD_REQUIRED, 64, "kind"),
	FIELD(r_tree_item, n, FIELD_INT, 0, 0, "count"),
	FIELD(r_tree_item, path, FIELD_PATH, FIELD_REQUIRED, 1024, "where"),
	{ 0 },
};
static const struct table tree_item = TABLE(r_tree_item, "tree item", tree_item_fields);

static const struct field ci_fields[] = {
	FIELD(r_ci_scan, enforced, FIELD_TEXT, FIELD_REQUIRED, 32, "enforced, skippable, unknown"),
	FIELD(r_ci_scan, kind, FIELD_TEXT, FIELD_REQUIRED, 32, "kind of scan"),
	FIELD(r_ci_scan, path, FIELD_PATH, FIELD_REQUIRED, 1024, "CI file"),
	FIELD(r_ci_scan, tool, FIELD_TEXT, FIELD_REQUIRED, 128, "tool"),
	FIELD(r_ci_scan, why, FIELD_TEXT, 0, 256, "why it can be skipped"),
	{ 0 },
};
static const struct table ci_scan = TABLE(r_ci_scan, "ci scan", ci_fields);

static const struct field tree_fields[] = {
	FIELD(s_tree, at, FIELD_TIME, 0, 0, "time of the commit"),
	FIELD_GROUPS(s_tree, ci, FIELD_MANY, 500, &ci_scan, "scans in CI"),
	FIELD(s_tree, commit, FIELD_COMMIT, FIELD_REQUIRED, 0, "commit"),
	FIELD_GROUPS(s_tree, items, FIELD_MANY, 1000, &tree_item, "items"),
	FIELD(s_tree, repository, FIELD_TEXT, FIELD_REQUIRED, 256, "repository"),
	{ 0 },
};
const struct table item_tree = TABLE(s_tree, "git.tree", tree_fields);

static const struct field review_fields[] = {
	FIELD(s_review, at, FIELD_TIME, 0, 0, "submitted"),
	FIELD(s_review, commit, FIELD_COMMIT, 0, 0, "on this commit"),
	FIELD_CHOICE(s_review, state, FIELD_REQUIRED, review_state_words, "state"),
	FIELD_GROUPS(s_review, who, FIELD_REQUIRED, 0, &who, "reviewer"),
	{ 0 },
};
static const struct table review = TABLE(s_review, "review", review_fields);

static const struct field check_fields[] = {
	FIELD(r_check, at, FIELD_TIME, 0, 0, "finished"),
	FIELD(r_check, name, FIELD_TEXT, FIELD_REQUIRED, 200, "name"),
	FIELD_CHOICE(r_check, result, FIELD_REQUIRED, check_result_words, "result"),
	FIELD(r_check, started, FIELD_TIME, 0, 0, "started"),
	{ 0 },
};
static const struct table check = TABLE(r_check, "check", check_fields);

static const struct field pull_fields[] = {
	FIELD_GROUPS(s_pull, author, 0, 0, &who, "who opened it"),
	FIELD_GROUPS(s_pull, checks, FIELD_MANY, 200, &check, "checks"),
	FIELD(s_pull, checks_known, FIELD_FLAG, FIELD_REQUIRED, 0, "export tells checks"),
	FIELD(s_pull, commits, FIELD_COMMIT, FIELD_MANY, 256, "commits"),
	FIELD(s_pull, commits_known, FIELD_FLAG, FIELD_REQUIRED, 0, "export tells commits"),
	FIELD(s_pull, commits_total, FIELD_INT, 0, 0, "commits in all"),
	FIELD(s_pull, head, FIELD_COMMIT, 0, 0, "last commit"),
	FIELD(s_pull, labels, FIELD_TEXT, FIELD_MANY, 64, "labels"),
	FIELD(s_pull, merge, FIELD_COMMIT, 0, 0, "merge commit"),
	FIELD(s_pull, merged_at, FIELD_TIME, 0, 0, "merged"),
	FIELD_GROUPS(s_pull, merged_by, 0, 0, &who, "who merged it"),
	FIELD(s_pull, newest, FIELD_TIME, 0, 0, "the newest instant in it"),
	FIELD(s_pull, number, FIELD_INT, 0, 0, "number; absent: of whichever ends in `head`"),
	FIELD_GROUPS(s_pull, people, FIELD_MANY, 256, &who, "who worked on it"),
	FIELD(s_pull, repository, FIELD_TEXT, 0, 256, "repository"),
	FIELD_GROUPS(s_pull, reviews, FIELD_MANY, 200, &review, "reviews"),
	FIELD(s_pull, reviews_known, FIELD_FLAG, FIELD_REQUIRED, 0, "export tells reviews"),
	FIELD(s_pull, tickets, FIELD_TEXT, FIELD_MANY, 64, "tickets"),
	FIELD(s_pull, tickets_known, FIELD_FLAG, FIELD_REQUIRED, 0, "export tells tickets"),
	{ 0 },
};
const struct table item_pull = TABLE(s_pull, "host.pull", pull_fields);

static const struct field rule_fields[] = {
	FIELD_GROUPS(s_rule, accounts, FIELD_MANY, 200, &who, "whom it names"),
	FIELD(s_rule, branch, FIELD_TEXT, FIELD_REQUIRED, 256, "branch"),
	FIELD(s_rule, rule, FIELD_TEXT, FIELD_REQUIRED, 128, "rule"),
	FIELD(s_rule, value, FIELD_TEXT, FIELD_REQUIRED, 512, "setting"),
	{ 0 },
};
static const struct table rule = TABLE(s_rule, "rule", rule_fields);

static const struct field rules_fields[] = {
	FIELD(s_rules, at, FIELD_TIME, 0, 0, "as of"),
	FIELD(s_rules, repository, FIELD_TEXT, 0, 256, "repository"),
	FIELD_GROUPS(s_rules, rules, FIELD_MANY, 1000, &rule, "rules"),
	FIELD(s_rules, source, FIELD_TEXT, FIELD_REQUIRED, 64, "host or tree"),
	{ 0 },
};
const struct table item_rules = TABLE(s_rules, "host.rules", rules_fields);

static const struct field tests_fields[] = {
	FIELD(s_tests, at, FIELD_TIME, 0, 0, "when they ran"),
	FIELD(s_tests, errors, FIELD_INT, FIELD_REQUIRED, 0, "errors"),
	FIELD(s_tests, failed, FIELD_INT, FIELD_REQUIRED, 0, "failed"),
	FIELD(s_tests, failures, FIELD_TEXT, FIELD_MANY, 100, "first failures"),
	FIELD(s_tests, skipped, FIELD_INT, FIELD_REQUIRED, 0, "skipped"),
	FIELD(s_tests, suite, FIELD_TEXT, 0, 256, "suite"),
	FIELD(s_tests, tests, FIELD_INT, FIELD_REQUIRED, 0, "tests"),
	{ 0 },
};
const struct table item_tests = TABLE(s_tests, "tests", tests_fields);

static const struct field sbom_fields[] = {
	FIELD(s_sbom, artefact, FIELD_TEXT, 0, 256, "image or file digest"),
	FIELD(s_sbom, at, FIELD_TIME, 0, 0, "when it was made"),
	FIELD(s_sbom, components, FIELD_INT, FIELD_REQUIRED, 0, "components"),
	FIELD(s_sbom, format, FIELD_TEXT, FIELD_REQUIRED, 64, "format"),
	FIELD(s_sbom, licences, FIELD_INT, FIELD_REQUIRED, 0, "with a licence"),
	FIELD(s_sbom, name, FIELD_TEXT, 0, 256, "what it describes"),
	{ 0 },
};
const struct table item_sbom = TABLE(s_sbom, "sbom", sbom_fields);

static const struct field vex_fields[] = {
	FIELD(s_vex, at, FIELD_TIME, 0, 0, "when it was stated"),
	FIELD(s_vex, name, FIELD_TEXT, 0, 512, "id of the document"),
	FIELD_GROUPS(s_vex, statements, FIELD_REQUIRED | FIELD_MANY, 1000, &record_vex_statement_table,
		     "statements"),
	{ 0 },
};
const struct table item_vex = TABLE(s_vex, "vex", vex_fields);

static const char *const person_kinds[] = { "person", "service", NULL };
static const struct field person_fields[] = {
	FIELD(s_person, alias, FIELD_TEXT, FIELD_MANY, 24, "other names and logins"),
	FIELD(s_person, department, FIELD_TEXT, 0, 256, "where they work"),
	FIELD(s_person, email, FIELD_TEXT, FIELD_MANY, 24, "addresses"),
	FIELD(s_person, ends, FIELD_DAY, 0, 0, "last day"),
	FIELD_CHOICE(s_person, kind, FIELD_REQUIRED, person_kinds, "person or service account"),
	FIELD(s_person, line, FIELD_INT, 0, 0, "line of the export"),
	FIELD(s_person, list, FIELD_TEXT, 0, 32, "what exports of one kind have in common"),
	FIELD(s_person, manager, FIELD_TEXT, 0, 320, "whom they report to: address, id, login or name"),
	FIELD(s_person, name, FIELD_TEXT, 0, 256, "what they are called"),
	FIELD(s_person, owner, FIELD_TEXT, 0, 320, "who answers for a service: address, login or name"),
	FIELD(s_person, refs, FIELD_TEXT, FIELD_MANY, 8, "ids within the export"),
	{ .name = "roles", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 8, .choices = role_words,
	  .offset = offsetof(struct s_person, roles), .help = "roles they hold" },
	FIELD(s_person, starts, FIELD_DAY, 0, 0, "first day"),
	FIELD_CHOICE(s_person, status, 0, person_status_words, "active, suspended or left"),
	{ 0 },
};
const struct table item_person = TABLE(s_person, "person", person_fields);

static const struct field evidence_fields[] = {
	FIELD(s_evidence, kind, FIELD_TEXT, FIELD_REQUIRED, 64, "kind"),
	FIELD(s_evidence, name, FIELD_TEXT, FIELD_REQUIRED, 1024, "name of the file"),
	FIELD(s_evidence, size, FIELD_INT, FIELD_REQUIRED, 0, "bytes"),
	{ 0 },
};
const struct table item_evidence = TABLE(s_evidence, "evidence", evidence_fields);

static const struct field note_fields[] = {
	FIELD(s_note, text, FIELD_TEXT, FIELD_REQUIRED, 1024, "sentence"),
	{ 0 },
};
const struct table item_note = TABLE(s_note, "note", note_fields);

const struct table *const item_tables[] = {
	&item_scan_begin, &item_finding, &item_scan_end, &item_repository, &item_branch, &item_branch_gone,
	&item_change, &item_branch_end, &item_tree, &item_pull, &item_rules, &item_tests, &item_sbom, &item_vex,
	&item_person, &item_evidence, &item_note, NULL,
};
