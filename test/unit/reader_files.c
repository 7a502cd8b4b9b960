#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "reader/reader.h"

/* What a reading said, one line per item, and counts of it. */
struct said {
	struct buf log;
	int64_t scans, findings, suppressed, fingerprints, severity[6];
	int64_t tests, sboms, vexes, pulls, rules;
};

static const char *const made = "test/data/reports/";
static const char *const samples = "../shared/samples/";

static void put_field(struct buf *b, const struct field *f, const void *item)
{
	const struct str *s = item;

	if (field_absent(f, item))
		return;
	switch (f->kind) {
	case FIELD_FLAG:
		/* said only where they hold */
		if (!*(const int *)item && (strcmp(f->name, "empty") == 0 || strcmp(f->name, "failed") == 0))
			return;
		buf_addf(b, " %s=%d", f->name, *(const int *)item);
		return;
	case FIELD_ENUM:
		buf_addf(b, " %s=%s", f->name, f->choices[*(const int *)item]);
		return;
	case FIELD_INT:
		buf_addf(b, " %s=%lld", f->name, (long long)*(const int64_t *)item);
		return;
	case FIELD_TIME:
	case FIELD_DAY: {
		char text[INSTANT_TEXT];

		instant_put(text, *(const int64_t *)item);
		buf_addf(b, " %s=%s", f->name, text);
		return;
	}
	case FIELD_TEXT:
	case FIELD_PATH:
	case FIELD_URL:
	case FIELD_COMMIT:
	case FIELD_DIGEST:
	case FIELD_ID:
		buf_addf(b, " %s=[%.*s]", f->name, FMT(*s));
		return;
	case FIELD_GROUP:
		return;
	}
}

static void put_item(struct buf *b, const struct table *t, const void *item);

static void put_list(struct buf *b, const struct field *f, const struct many *list)
{
	struct field one = *f;
	size_t size;

	one.flags &= ~(unsigned)FIELD_MANY;
	size = field_item_size(&one);
	for (size_t i = 0; i < list->n; i++) {
		const char *item = (const char *)list->v + i * size;

		if (f->kind == FIELD_GROUP) {
			buf_addf(b, " %s{", f->name);
			put_item(b, f->of, item);
			buf_add_c(b, " }");
		} else {
			put_field(b, &one, item);
		}
	}
}

static void put_item(struct buf *b, const struct table *t, const void *item)
{
	for (const struct field *f = t->fields; f->name; f++) {
		const void *at = (const char *)item + f->offset;

		if (f->flags & FIELD_MANY)
			put_list(b, f, at);
		else if (f->kind == FIELD_GROUP) {
			BUF_AUTO inner = buf_new(64 * 1024);

			put_item(&inner, f->of, at);
			if (inner.n)
				buf_addf(b, " %s{%.*s }", f->name, FMT(buf_str(&inner)));
		} else
			put_field(b, f, at);
	}
}

static void count_finding(struct said *s, const struct s_finding *f)
{
	s->findings++;
	s->severity[f->severity == FIELD_UNKNOWN ? 5 : f->severity]++;
	s->suppressed += f->suppressed == 1;
	s->fingerprints += f->fingerprint.n > 0;
}

static err on_start(void *ctx, const struct s_start *start)
{
	(void)ctx;
	(void)start;
	return NULL;
}

static err on_item(void *ctx, const struct table *t, const void *item)
{
	struct said *s = ctx;

	if (t == &item_finding)
		count_finding(s, item);
	s->scans += t == &item_scan_begin;
	s->tests += t == &item_tests;
	s->sboms += t == &item_sbom;
	s->vexes += t == &item_vex;
	s->pulls += t == &item_pull;
	s->rules += t == &item_rules;
	buf_add_c(&s->log, t->name);
	put_item(&s->log, t, item);
	buf_add_char(&s->log, '\n');
	return NULL;
}

static void said_done(struct said *s)
{
	buf_done(&s->log);
}
#define SAID_AUTO __attribute__((cleanup(said_done))) struct said

static FILE *temporary(void)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	return f;
}

static err read_with(const struct reader_kind *k, int in, const char *name, int out)
{
	OWNED(arena) a = arena_new();
	OWNED(submission_writer) w = NULL;
	struct s_start start = { .format = STR("custody-submission/1"), .source = str_c(k->name), .tool = STR("test") };
	struct reader r = { .in = in, .name = name, .a = a, .secret_key = "0123456789abcdef0123456789abcde" };
	err e;

	TRY(submission_write_start(out, &start, &w));
	r.out = w;
	e = reader_run(k, &r);
	return e ? submission_write_failure(w, e) : submission_write_end(w);
}

/* Reads the open file as `k` and takes what was written. */
static err read_fd(const struct reader_kind *k, int in, const char *name, struct said *s)
{
	static const struct submission_calls calls = { .start = on_start, .item = on_item };
	FILE *f = temporary();
	err e = read_with(k, in, name, fileno(f));

	*s = (struct said){ .log = buf_new(64 << 20) };
	lseek(fileno(f), 0, SEEK_SET);
	if (!e)
		e = submission_read(fileno(f), &calls, s);
	e = err_copy(e);
	fclose(f);
	return e;
}

static const struct reader_kind *detect_fd(int fd, const char *name)
{
	static char head[READER_HEAD];
	size_t got;

	lseek(fd, 0, SEEK_SET);
	assert_ok(fd_read_some(fd, name, head, sizeof(head), &got));
	return reader_detect((struct str){ head, got }, name);
}

/* Detects and reads a text. */
static err read_text_as(const char *kind, struct str text, const char *name, struct said *s)
{
	FILE *f = temporary();
	const struct reader_kind *k = NULL;
	err e;

	assert_ok(fd_write_all(fileno(f), name, text));
	if (kind)
		assert_ok(reader_find(kind, &k));
	else
		k = detect_fd(fileno(f), name);
	*s = (struct said){ .log = buf_new(1) };
	e = k ? read_fd(k, fileno(f), name, s) : err_copy(reader_unknown(text, name));
	fclose(f);
	return e;
}

static err read_text(const char *text, struct said *s)
{
	return read_text_as(NULL, str_c(text), "doc", s);
}

/* What the text is said to be, or its error. */
static const char *said_of(const char *text)
{
	static char out[64 * 1024];
	SAID_AUTO s;
	err e = read_text(text, &s);

	snprintf(out, sizeof(out), "%.*s%s", FMT(buf_str(&s.log)), e ? e->text : "");
	err_drop_copy(e);
	return out;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in:\n%s", part, text);
}

/* False where the file is not there. */
static bool read_file(const char *folder, const char *path, const char *want_kind, struct said *s)
{
	char full[300];
	int fd;
	const struct reader_kind *k;
	err e;

	snprintf(full, sizeof(full), "%s%s", folder, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	k = detect_fd(fd, path);
	if (!k)
		fail_msg("%s is of no known kind", path);
	if (k)
		assert_string_equal(k->name, want_kind);
	e = k ? read_fd(k, fd, path, s) : NULL;
	close(fd);
	if (e)
		fail_msg("%s: %s", path, e->text);
	if (getenv("SHOW"))
		print_message("%s\n%.*s", path, FMT(buf_str(&s->log)));
	return true;
}

/* EXPECTED.csv as far as a reader states it; -1 is "not asserted". Severities:
 * none low medium high critical unknown. */
struct expected {
	const char *path, *kind;
	int64_t scans, findings, suppressed, fingerprints;
	int64_t severity[6];
	int64_t rules;			/* distinct; 0: not asserted */
};

static const struct expected sample_scans[] = {
	{ "findings/sarif/gitleaks-7.sarif", "sarif", 1, 8, 0, 0, { 0, 0, 0, 8, 0, 0 }, 1 },
	{ "findings/sarif/semgrep-oss-1.69.0.sarif", "sarif", 1, 77, 0, 77, { -1, -1, -1, -1, -1, -1 }, 17 },
	{ "findings/sarif/spec-appendix-k4-all-features.sarif", "sarif", 1, 1, 1, 0, { 0, 0, 0, 1, 0, 0 }, 1 },
	{ "findings/sarif/trivy-alpine-310.sarif", "sarif", 1, 4, 0, 0, { 0, 0, 4, 0, 0, 0 }, 2 },
	{ "findings/gitleaks/gitleaks-8-many.json", "gitleaks", 1, 4, 0, 0, { 0, 0, 0, 4, 0, 0 }, 3 },
	{ "findings/trivy/trivy-scheme2-many.json", "trivy", 1, 5, 0, 0, { 0, 0, 3, 1, 1, 0 }, 0 },
	{ "findings/trivy/trivy-gomod-with-vex.json", "trivy", 1, 4, 0, 0, { 0, 0, 0, 0, 0, 4 }, 0 },
	{ "findings/npm/npm-audit-v7.json", "npm-audit", 1, 6, 0, 0, { 0, 2, 4, 0, 0, 0 }, 0 },
	{ "findings/gitlab/gl-sast-report-3.0.0.json", "gitlab", 1, 8, 0, 0, { -1, -1, -1, -1, -1, 0 }, 0 },
	{ "findings/github/dependabot-alerts-graphql.json", "github-alerts", 1, 5, 0, 5, { 0, 1, 2, 1, 1, 0 }, 0 },
	{ "findings/zap/zap-2.16.1-req-resp.xml", "zap", 1, 13, 0, 0, { 13, 0, 0, 0, 0, 0 }, 4 },
	{ "findings/generic/defectdojo-generic.csv", "generic", 1, 5, 0, 0, { 0, 5, 0, 0, 0, 0 }, 0 },
	{ "sbom/cyclonedx-1.5-kbom.json", "cyclonedx", 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 }, 0 },
	{ "sbom/cyclonedx-1.6-valid-bom.json", "cyclonedx", 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 }, 0 },
	{ "findings/grype/grype-all-fields.json", "grype", 1, 6, 0, 0, { 1, 0, 0, 3, 2, 0 }, 0 },
};

/* How many different rules findings of the log name. */
static int64_t distinct_rules(struct str log)
{
	struct str seen[64], rest;
	size_t n = 0;

	for (size_t at = str_find(log, STR(" rule=["), 0); at < log.n; at = str_find(log, STR(" rule=["), at + 1)) {
		size_t i = 0;

		rest = str_from(log, at + 7);
		rest.n = str_find(rest, STR("] "), 0);
		while (i < n && !str_eq(seen[i], rest))
			i++;
		if (i == n && n < ARRAY_LEN(seen))
			seen[n++] = rest;
	}
	return (int64_t)n;
}

static void check_scan(const struct expected *x, const struct said *s)
{
	if (x->rules)
		assert_int_equal(distinct_rules(buf_str(&s->log)), x->rules);
	assert_int_equal(s->scans, x->scans);
	assert_int_equal(s->findings, x->findings);
	if (x->suppressed >= 0)
		assert_int_equal(s->suppressed, x->suppressed);
	if (x->fingerprints >= 0)
		assert_int_equal(s->fingerprints, x->fingerprints);
	for (int i = 0; i < 6; i++)
		if (x->severity[i] >= 0)
			assert_int_equal(s->severity[i], x->severity[i]);
}

static void real_reports_give_the_counts_that_were_counted_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sample_scans); i++) {
		SAID_AUTO s = { 0 };

		if (!read_file(samples, sample_scans[i].path, sample_scans[i].kind, &s))
			continue;
		check_scan(&sample_scans[i], &s);
	}
}

/* EXPECTED.csv where the facts are no findings: a part of the log, and how often it
 * stands there. */
static const struct { const char *path, *kind, *part; int times; } sample_items[] = {
	{ "sbom/cyclonedx-1.5-kbom.json", "cyclonedx", "components=18 format=[CycloneDX 1.5]", 1 },
	{ "sbom/cyclonedx-1.6-valid-bom.json", "cyclonedx", "components=3 format=[CycloneDX 1.6]", 1 },
	{ "sbom/spdx-2.3-trivy-julia.json", "spdx", "components=5 format=[SPDX 2.3]", 1 },
	{ "tests/junit-failure-always-fail.xml", "junit", "errors=0 failed=1 failures=[io.olamy.AlwaysFailTest ", 1 },
	{ "tests/junit-failure-always-fail.xml", "junit", " skipped=0 suite=[io.olamy.AlwaysFailTest] tests=1", 1 },
	{ "scm/gitlab/rest-merge_requests.json", "gitlab-merge-requests",
	  "note text=[3 merge requests that were not merged", 1 },
	{ "findings/grype/grype-all-fields.json", "grype", " fix=[3.2.10]", 2 },
	{ "vex/openvex-trivy-project.json", "openvex", "status=[not_affected]", 21 },
	{ "vex/openvex-trivy-project.json", "openvex", "status=[not_affected] vulnerability=[CVE-2024-26147]", 1 },
};

static int times_in(struct str log, const char *part)
{
	struct str want = str_c(part);
	int n = 0;

	for (size_t at = str_find(log, want, 0); at < log.n; at = str_find(log, want, at + want.n))
		n++;
	return n;
}

static void real_documents_give_the_facts_that_were_counted_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sample_items); i++) {
		SAID_AUTO s = { 0 };

		if (!read_file(samples, sample_items[i].path, sample_items[i].kind, &s))
			continue;
		assert_int_equal(times_in(buf_str(&s.log), sample_items[i].part), sample_items[i].times);
	}
}

/* proves: R262 reviews and approvals of pull requests come from the Git platform's export */
static void pull_requests_of_gh_tell_who_reviewed_which_commit(void **state)
{
	SAID_AUTO s = { 0 };
	const char *text;

	(void)state;
	assert_true(read_file(made, "github-pulls.json", "github-pulls", &s));
	buf_add_char(&s.log, '\0');
	text = s.log.p;
	assert_int_equal(s.pulls, 2);
	has(text, "reviews{ at=2026-03-02T11:00:00Z commit=[2222222222222222222222222222222222222222] state=approved "
		  "who{ host=[github.com] kind=person login=[carl-m]");
	has(text, "checks{ at=2026-03-02T10:30:00Z name=[build] result=passed started=2026-03-02T10:20:00Z }");
	has(text, "checks{ name=[slow] result=pending started=2026-03-02T10:20:00Z }");
	has(text, "name=[ci/legacy] result=failed }");
	has(text, "login=[ben-k]");
	has(text, "login=[dependabot[bot]]");
	has(text, "kind=bot login=[github-actions[bot]]");
	has(text, "tickets=[example/shop#40]");
	has(text, "note text=[1 pull requests that were not merged were left out]");
	has(text, "checks_known=1 commits=[1111111111111111111111111111111111111111]");
}

static void what_an_export_of_pull_requests_leaves_out_is_unknown(void **state)
{
	const char *rest = said_of("[{\"number\":7,\"merged_at\":\"2026-01-02T03:04:05Z\",\"merge_commit_sha\":"
		"\"6666666666666666666666666666666666666666\",\"user\":{\"login\":\"x\",\"type\":\"Bot\"},"
		"\"html_url\":\"https://github.com/o/r/pull/7\",\"head\":{\"sha\":"
		"\"7777777777777777777777777777777777777777\"},\"labels\":[{\"name\":\"a\"}]}]");

	(void)state;
	has(rest, "checks_known=0 commits_known=0");
	has(rest, "reviews_known=0");
	has(rest, "repository=[o/r]");
	has(rest, "head=[7777777777777777777777777777777777777777]");
	has(rest, "author{ host=[github.com] kind=bot login=[x]");
	rest = said_of("{\"data\":{\"repository\":{\"nameWithOwner\":\"o/r\",\"pullRequests\":{\"nodes\":["
		"{\"number\":8,"
		"\"mergedAt\":\"2026-01-02T03:04:05Z\",\"author\":{\"login\":\"y\"},\"reviews\":{\"totalCount\":3,\"nodes\":["
		"{\"state\":\"APPROVED\",\"author\":{\"login\":\"z\"},\"submittedAt\":\"2026-01-01T00:00:00Z\"}]},"
		"\"commits\":{\"totalCount\":1,\"nodes\":[{\"commit\":{\"oid\":\"8888888888888888888888888888888888888888\","
		"\"authors\":{\"nodes\":[{\"email\":\"y@example.org\",\"name\":\"Y\",\"user\":{\"login\":\"y\"}}]},"
		"\"statusCheckRollup\":{\"contexts\":{\"nodes\":[{\"name\":\"b\",\"conclusion\":\"SUCCESS\","
		"\"status\":\"COMPLETED\"}]}}}}]}}]}}}}");
	has(rest, "commits_known=1");
	has(rest, "checks_known=1");
	has(rest, "reviews_known=0");	/* three were said to be there */
	has(rest, "checks{ name=[b] result=passed }");
	has(rest, "people{ email=[y@example.org] host=[github.com] kind=person login=[y] name=[Y]");
}

/* Null says that none ran; a state alone does not say of what. */
static void a_rollup_without_its_list_tells_no_checks(void **state)
{
	static const char form[] = "{\"data\":{\"repository\":{\"nameWithOwner\":\"o/r\",\"pullRequests\":{\"nodes\":["
		"{\"number\":8,\"mergedAt\":\"2026-01-02T03:04:05Z\",\"commits\":{\"nodes\":[{\"commit\":{"
		"\"statusCheckRollup\":%s}}]}}]}}}}";
	char text[600];

	(void)state;
	snprintf(text, sizeof(text), form, "null");
	has(said_of(text), "checks_known=1");
	snprintf(text, sizeof(text), form, "{\"state\":\"SUCCESS\"}");
	has(said_of(text), "checks_known=0");
	snprintf(text, sizeof(text), form, "{\"contexts\":{\"pageInfo\":{\"hasNextPage\":true},\"nodes\":[]}}");
	has(said_of(text), "checks_known=0");
}

/* The log of a fixture as one text, in s. */
static const char *log_of(const char *path, const char *kind, struct said *s)
{
	if (!read_file(made, path, kind, s))
		fail_msg("%s%s is missing", made, path);
	buf_add_char(&s->log, '\0');
	return s->log.p;
}

static void sarif_is_read_as_the_specification_says(void **state)
{
	static const char *const parts[] = {
		/* tables may follow results; a message from the rule; all partial fingerprints, sorted */
		"finding context=[strcpy(a, b);] fingerprint=[a=1\nb=2] line=7 message=[strcpy has no limit] path=[src/main.c] "
		"rule=[R1] score=98 severity=critical title=[Copies without a limit]",
		"line=1 message=[from an extension] path=[x.c] rule=[X1] severity=high title=[X1]",
		"message=[two\nlines] rule=[R2/sub] severity=none suppressed=1",
		"message=[rejected] rule=[R2] severity=low suppressed=0",
		"message=[under review] rule=[R2] severity=low suppressed=0",
		"message=[accepted] rule=[R2] severity=low suppressed=1",
		"message=[none] rule=[R2] severity=low suppressed=0",
		"finding context=[absolute] message=[absolute] path=[lib/y.c] rule=[R3] severity=medium",
		"coverage=[not counted as findings: 1 pass, 1 review, 1 no longer there; the tool says that it failed] partial=1 results=8",
		"scan.begin branch=[main] commit=[abcdefabcdefabcdefabcdefabcdefabcdefabcd] effective=2026-03-01T10:00:00Z "
		"kind=static repository=[example/shop] scope=[nightly] tool=[Checker] tool_version=[1.2.3]",
		/* no list of results; two runs of one tool are two series */
		"coverage=[the run has no list of results] empty=1 partial=0 results=0",
		"scope=[nightly run 2] tool=[Checker]\nscan.end coverage=[no rule and no result: nothing shows that anything was "
		"looked at] empty=1 partial=0 results=0",
	};
	SAID_AUTO s = { 0 };
	const char *log = log_of("traps.sarif", "sarif", &s);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		has(log, parts[i]);
}

/* "\\n" of the file is a line end. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] == 'n') {
			*to++ = '\n';
			s++;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static void check_fact(struct str line)
{
	OWNED(arena) lines = arena_new();
	char path[100], kind[40], part[600];
	SAID_AUTO s = { 0 };

	assert_int_equal(sscanf(arena_cstr(lines, line), "%99s | %39s | %599[^\n]", path, kind, part), 3);
	unescape(part);
	has(log_of(path, kind, &s), part);
}

static void each_format_gives_its_facts(void **state)
{
	BUF_AUTO b = buf_new(1 << 20);
	struct str rest, line;
	int n = 0;

	(void)state;
	assert_ok(file_read("test/data/reports/facts.txt", &b));
	rest = buf_str(&b);
	while (str_split(&rest, '\n', &line)) {
		if (!line.n || line.p[0] == '#')
			continue;
		check_fact(line);
		n++;
	}
	assert_true(n >= 56);
}

static const char *const with_secrets[] = {
	"gitleaks.json", "gitleaks.sarif", "trivy.json", "gitlab-secret.json", "github-secret-scanning.json",
};

static const char *const values[] = { "not-a-real-secret-7f3a9c", "other-not-a-real-secret",
	"third-not-a-real-secret" };

/* The redacted copy of a fixture, open at its start. */
static FILE *redacted(const char *path, const struct reader_kind **k)
{
	OWNED(arena) a = arena_new();
	FILE *out = temporary();
	char full[300];
	FD_AUTO in = -1;
	uint64_t replaced = 0;
	struct reader r = { .name = path, .a = a, .size = 1, .secret_key = "0123456789abcdef0123456789abcde" };

	snprintf(full, sizeof(full), "%s%s", made, path);
	in = open(full, O_RDONLY | O_CLOEXEC);
	assert_true(in >= 0);
	r.in = in;
	*k = detect_fd(in, path);
	assert_non_null(*k);
	assert_ok(reader_redact(*k, &r, fileno(out), &replaced));
	assert_true(replaced > 0);
	lseek(fileno(out), 0, SEEK_SET);
	return out;
}

/* proves: R171 secrets are known from the results of scans for them, never by value */
static void no_secret_value_leaves_a_reader_or_stays_in_the_evidence(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(with_secrets); i++) {
		SAID_AUTO before = { 0 };
		SAID_AUTO after = { 0 };
		BUF_AUTO copy = buf_new(1 << 20);
		const struct reader_kind *k;
		FILE *f = redacted(with_secrets[i], &k);

		assert_ok(fd_read_all(fileno(f), "copy", &copy));
		buf_add_char(&copy, '\0');
		assert_true(read_file(made, with_secrets[i], k->name, &before));
		assert_ok(read_fd(k, fileno(f), with_secrets[i], &after));
		fclose(f);
		/* The same findings, whichever of the two was read. */
		assert_true(str_eq(buf_str(&before.log), buf_str(&after.log)));
		buf_add_char(&before.log, '\0');
		has(before.log.p, "context=[hmac:");
		has(copy.p, "redacted hmac:");
		for (size_t v = 0; v < ARRAY_LEN(values); v++) {
			has_not(before.log.p, values[v]);
			has_not(copy.p, values[v]);
		}
	}
}

static void redaction_changes_nothing_else(void **state)
{
	static const char text[] = "{\"a\":[1,-2.50e3,true,null,{\"k\":\"v\\u00e9\\n\"}],"
				   "\"s\":{\"deep\":[\"x\",7,\"redacted hmac:00\"]},"
				   "\"t\":\"\",\"u\":{\"s\":\"y\",\"keep\":\"z\"},\"e\":{},\"l\":[]}\n";
	static const struct redact_rule rules[] = { { "s" }, { "t" }, { "**.s" }, { "u" }, { "!u.keep" }, { NULL } };
	static const uint8_t key[32] = { 1 };
	BUF_AUTO copy = buf_new(4096);
	FILE *in = temporary();
	FILE *out = temporary();
	struct redact_spec spec = { "doc", fileno(in), fileno(out), key, rules };
	uint64_t replaced = 0;

	(void)state;
	assert_ok(fd_write_all(fileno(in), "in", str_c(text)));
	assert_ok(redact_json(&spec, &replaced));
	assert_int_equal(replaced, 2);
	lseek(fileno(out), 0, SEEK_SET);
	assert_ok(fd_read_all(fileno(out), "copy", &copy));
	buf_add_char(&copy, '\0');
	has(copy.p, "{\"a\":[1,-2.50e3,true,null,{\"k\":\"v\xC3\xA9\\n\"}],\"s\":{\"deep\":[\"redacted hmac:");
	has(copy.p, "\",7,\"redacted hmac:00\"]},\"t\":\"\",\"u\":{\"s\":\"redacted hmac:");
	has(copy.p, "\",\"keep\":\"z\"},\"e\":{},\"l\":[]}\n");
	has_not(copy.p, "\"x\"");
	has_not(copy.p, "\"y\"");
	fclose(in);
	fclose(out);
}

static const struct { const char *text, *want; } wrong[] = {
	{ "", "doc is empty: it does not say whether anything was looked at" },
	{ " \n", "doc is empty" },
	{ "[]", "doc is empty: it does not say which tool made it" },
	{ "{}", "doc is JSON, but no report of a known kind" },
	{ "<a/>", "doc is XML with the root 'a', but no report of a known kind" },
	{ "hello", "doc is no report of a known kind" },
	{ "{\"version\":\"2.1.0\",\"runs\":[]}", "doc holds no run: it does not say whether any tool looked at anything" },
	{ "{\"version\":\"2.0.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"x\"}},\"results\":[]}]}",
	  "doc:1:2: this is SARIF of version '2.0.0'; only 2.1.0 is read" },
	{ "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"a\"", "doc:1:53: the document ends too early" },
	{ "{\"runs\":[{\"results\":[7]}],\"version\":\"2.1.0\"}", "doc:1:22: a result must be an object" },
	{ "{\"runs\":[{\"results\":7}],\"version\":\"2.1.0\"}", "doc:1:21: 'results' must be a list" },
	{ "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"a\",\n\"ruleId\":\"b\"}]}]}",
	  "doc:2:1: the key 'ruleId' is there twice" },
	{ "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"\\u0000\"}]}]}", "NUL" },
	{ "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"\xFF\"}]}]}",
	"there are bytes that are not UTF-8" },
	{ "{\"error\":{\"summary\":\"\",\"detail\":\"\"},\"message\":\"no network\"}",
	"holds no audit: npm failed with 'no network'" },
	{ "<testsuite><testcase>", "doc:1" },
	{ "<testsuites><!DOCTYPE x>", "doc:1" },
	{ "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"2.0\"}", "CycloneDX of version '2.0'" },
	{ "{\"spdxVersion\":\"SPDX-3.0\"}", "this is 'SPDX-3.0'; SPDX 2.2 and 2.3 are read" },
	{ "{\"@context\":\"https://openvex.dev/ns\",\"statements\":[{\"vulnerability\":\"x\",\"status\":\"maybe\"}]}",
	  "a statement's 'status' must be" },
	{ "Date,Title,Severity\n\"a,b", "doc:2" },
};

static void what_is_wrong_is_said_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		has(said_of(wrong[i].text), wrong[i].want);
}

static void a_report_nested_too_deep_is_refused(void **state)
{
	BUF_AUTO b = buf_new(100000);
	SAID_AUTO s;
	err e;

	(void)state;
	buf_add_c(&b, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"properties\":");
	for (int i = 0; i < 10000; i++)
		buf_add_c(&b, "{\"a\":");
	e = read_text_as("sarif", buf_str(&b), "doc", &s);
	assert_non_null(e);
	has(e->text, "nested deeper than 64 levels");
	err_drop_copy(e);
}

/* One kind given for another, and nothing that fits it. */
static void each_reader_refuses_what_is_of_another_kind(void **state)
{
	static const char *const others[] = { "{\"x\":1}", "[{\"x\":1}]", "<x/>", "x,y\n1,2\n", "7", "{" };

	(void)state;
	for (const struct reader_kind *const *k = reader_kinds; *k; k++) {
		for (size_t i = 0; i < ARRAY_LEN(others); i++) {
			SAID_AUTO s;
			err e = read_text_as((*k)->name, str_c(others[i]), "doc", &s);

			if (!e && s.findings + s.pulls + s.tests + s.sboms + s.vexes + s.rules > 0 &&
			    strcmp((*k)->name, "gitleaks") != 0 && strcmp((*k)->name, "branch-rules") != 0)
				fail_msg("%s takes %s", (*k)->name, others[i]);
			err_drop_copy(e);
		}
	}
}

#define SARIF(run) "{\"version\":\"2.1.0\",\"runs\":[{" run "}]}"

static void no_result_is_a_clean_scan_where_the_tool_says_that_it_looked(void **state)
{
	SAID_AUTO osv;
	SAID_AUTO leaks;

	(void)state;
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\",\"rules\":[{\"id\":\"a\"}]}},"
		    "\"results\":[]")),
	    "scan.end partial=0 results=0");
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\"}},\"artifacts\":[{\"location\":{\"uri\":\"a.c\"}}],"
			  "\"results\":[]")), "scan.end partial=0 results=0");
	has(said_of("{\"matches\":[],\"descriptor\":{\"name\":\"grype\"}}"), "scan.end partial=0 results=0");
	has(said_of("{\"Issues\":null,\"Stats\":{\"files\":0}}"),
	    "coverage=[nothing was looked at: no file] empty=1");
	has(said_of("{\"SchemaVersion\":2,\"ArtifactName\":\"a\"}"), "coverage=[the report names no target");
	assert_ok(read_text_as("osv-scanner", STR(""), "doc", &osv));
	buf_add_char(&osv.log, '\0');
	has(osv.log.p, "coverage=[an empty file: OSV-Scanner found nothing to report]");
	assert_ok(read_text_as(NULL, STR("[]"), "gitleaks.json", &leaks));
	assert_int_equal(leaks.scans, 1);
}

static void a_run_that_shows_nothing_is_told_from_a_clean_one(void **state)
{
	(void)state;
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\"}},\"results\":[]")), "empty=1 partial=0 results=0");
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\",\"rules\":[{\"id\":\"a\"}]}},\"invocations\":"
			  "[{\"executionSuccessful\":false}],\"results\":[]")),
	    "coverage=[the tool says that it failed] failed=1 partial=0");
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\",\"rules\":[{\"id\":\"a\"}]}},\"invocations\":"
			  "[{\"executionSuccessful\":false}],\"results\":[{\"ruleId\":\"a\",\"message\":{\"text\":\"m\"}}]")),
	    "coverage=[the tool says that it failed] partial=1 results=1");
	has(said_of(SARIF("\"tool\":{\"driver\":{\"name\":\"x\",\"rules\":[{\"id\":\"a\"}]}},\"invocations\":"
			  "[{\"executionSuccessful\":true,\"toolConfigurationNotifications\":[{\"level\":\"error\","
			  "\"message\":{\"text\":\"no rule file\"}}]}],\"results\":[]")),
	    "coverage=[the tool tells of errors of its own] partial=1");
	has(said_of("{\"SchemaVersion\":2,\"ArtifactName\":\"a\"}"), "empty=1");
	has(said_of("{\"version\":\"1\",\"results\":[],\"errors\":[],"
		    "\"paths\":{\"scanned\":[]}}"), "empty=1");
	has(said_of("{\"version\":\"1\",\"results\":[],\"errors\":[],"
		    "\"paths\":{\"scanned\":[\"a.py\"]}}"), "partial=0 results=0");
	has(said_of("{\"auditReportVersion\":2,\"vulnerabilities\":{},"
		    "\"metadata\":{\"dependencies\":{\"total\":0}}}"), "empty=1");
	has(said_of("{\"auditReportVersion\":2,\"vulnerabilities\":{},"
		    "\"metadata\":{\"dependencies\":{\"total\":7}}}"),
	    "scan.end partial=0 results=0");
	has(said_of("{\"version\":\"15.0.0\",\"scan\":{\"type\":\"sast\",\"status\":\"failure\","
		    "\"scanner\":{\"id\":\"x\"}},"
		    "\"vulnerabilities\":[]}"), "failed=1");
}

static void the_level_of_a_rule_is_the_one_it_was_configured_to(void **state)
{
	(void)state;
	has(said_of(SARIF("\"invocations\":[{\"executionSuccessful\":true,"
		    "\"ruleConfigurationOverrides\":[{\"descriptor\":"
			  "{\"index\":0},\"configuration\":{\"level\":\"error\"}}]}],\"results\":[{\"ruleId\":\"a\",\"message\":"
			  "{\"text\":\"m\"}}],\"tool\":{\"driver\":{\"name\":\"x\",\"rules\":[{\"id\":\"a\","
			  "\"defaultConfiguration\":{\"level\":\"note\"}}]}}")), "rule=[a] severity=high");
}

static void texts_too_long_keep_what_tells_them_apart(void **state)
{
	BUF_AUTO b = buf_new(100000);
	char filler[3000];
	SAID_AUTO s;

	(void)state;
	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	buf_add_c(&b, "[");
	for (int i = 0; i < 2; i++)
		buf_addf(&b, "%s{\"RuleID\":\"%s%d\",\"Secret\":\"s\",\"File\":\"%s%d\",\"Description\":\"%s\"}",
			 i ? "," : "", filler, i,
			 filler, i, filler);
	buf_add_c(&b, "]");
	assert_ok(read_text_as(NULL, buf_str(&b), "doc", &s));
	assert_int_equal(s.findings, 2);
	buf_add_char(&s.log, '\0');
	has(s.log.p, "x\xE2\x80\xA6]");		/* the title is cut */
	has(s.log.p, "x~");			/* the rule keeps a digest */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_reports_give_the_counts_that_were_counted_by_hand),
		cmocka_unit_test(real_documents_give_the_facts_that_were_counted_by_hand),
		cmocka_unit_test(pull_requests_of_gh_tell_who_reviewed_which_commit),
		cmocka_unit_test(what_an_export_of_pull_requests_leaves_out_is_unknown),
		cmocka_unit_test(a_rollup_without_its_list_tells_no_checks),
		cmocka_unit_test(sarif_is_read_as_the_specification_says),
		cmocka_unit_test(each_format_gives_its_facts),
		cmocka_unit_test(no_secret_value_leaves_a_reader_or_stays_in_the_evidence),
		cmocka_unit_test(redaction_changes_nothing_else),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
		cmocka_unit_test(a_report_nested_too_deep_is_refused),
		cmocka_unit_test(each_reader_refuses_what_is_of_another_kind),
		cmocka_unit_test(no_result_is_a_clean_scan_where_the_tool_says_that_it_looked),
		cmocka_unit_test(a_run_that_shows_nothing_is_told_from_a_clean_one),
		cmocka_unit_test(the_level_of_a_rule_is_the_one_it_was_configured_to),
		cmocka_unit_test(texts_too_long_keep_what_tells_them_apart),
	};

	(void)has_not;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
