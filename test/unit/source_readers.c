#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "source/fact.h"
#include "source/reader.h"

/* What a reading said, one line per item, and counts of it. */
struct said {
	struct buf log;
	int64_t scans, findings, partial, suppressed, fingerprints, contexts, severity[6];
	int64_t notes, tests, sboms, vexes, pulls, rules;
	int kind;			/* of the last scan */
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
	s->contexts += f->context.n > 0;
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

	if (t == &item_scan_begin) {
		s->scans++;
		s->kind = ((const struct s_scan_begin *)item)->kind;
	}
	if (t == &item_finding)
		count_finding(s, item);
	if (t == &item_scan_end)
		s->partial += ((const struct s_scan_end *)item)->partial == 1;
	s->notes += t == &item_note;
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
	static const struct submission_calls calls = { on_start, on_item, NULL, NULL };
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
};

static const struct expected sample_scans[] = {
	{ "findings/sarif/gitleaks-7.sarif", "sarif", 1, 8, 0, 0, { 0, 0, 0, 8, 0, 0 } },
	{ "findings/sarif/semgrep-oss-1.69.0.sarif", "sarif", 1, 77, 0, 77, { -1, -1, -1, -1, -1, -1 } },
	{ "findings/sarif/spec-appendix-k4-all-features.sarif", "sarif", 1, 1, 1, 0, { 0, 0, 0, 1, 0, 0 } },
	{ "findings/sarif/trivy-alpine-310.sarif", "sarif", 1, 4, 0, 0, { 0, 0, 4, 0, 0, 0 } },
	{ "findings/gitleaks/gitleaks-8-many.json", "gitleaks", 1, 4, 0, 0, { 0, 0, 0, 4, 0, 0 } },
	{ "findings/trivy/trivy-scheme2-many.json", "trivy", 1, 5, 0, 0, { 0, 0, 3, 1, 1, 0 } },
	{ "findings/trivy/trivy-gomod-with-vex.json", "trivy", 1, 4, 0, 0, { 0, 0, 0, 0, 0, 4 } },
	{ "findings/npm/npm-audit-v7.json", "npm-audit", 1, 6, 0, 0, { 0, 2, 4, 0, 0, 0 } },
	{ "findings/gitlab/gl-sast-report-3.0.0.json", "gitlab", 1, 8, 0, 0, { -1, -1, -1, -1, -1, 0 } },
	{ "findings/github/dependabot-alerts-graphql.json", "github-alerts", 1, 5, 0, 5, { 0, 1, 2, 1, 1, 0 } },
	{ "findings/zap/zap-2.16.1-req-resp.xml", "zap", 1, 13, 0, 0, { 13, 0, 0, 0, 0, 0 } },
	{ "findings/generic/defectdojo-generic.csv", "generic", 1, 5, 0, 0, { 0, 5, 0, 0, 0, 0 } },
	{ "sbom/cyclonedx-1.5-kbom.json", "cyclonedx", 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 } },
	{ "sbom/cyclonedx-1.6-valid-bom.json", "cyclonedx", 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 } },
	{ "findings/grype/grype-all-fields.json", "grype", 1, 6, 0, 0, { 1, 0, 0, 3, 2, 0 } },
};

static void check_scan(const struct expected *x, const struct said *s)
{
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
		if (getenv("SHOW"))
			print_message("%lld scans %lld findings %lld suppressed %lld fingerprints %lld %lld %lld %lld %lld %lld\n",
				(long long)s.scans, (long long)s.findings, (long long)s.suppressed, (long long)s.fingerprints,
				(long long)s.severity[0], (long long)s.severity[1], (long long)s.severity[2],
				(long long)s.severity[3], (long long)s.severity[4], (long long)s.severity[5]);
		check_scan(&sample_scans[i], &s);
	}
}

/* EXPECTED.csv where the facts are no findings. */
static const struct { const char *path, *kind, *part; } sample_items[] = {
	{ "sbom/cyclonedx-1.5-kbom.json", "cyclonedx", "components=18 format=[CycloneDX 1.5]" },
	{ "sbom/cyclonedx-1.6-valid-bom.json", "cyclonedx", "components=3 format=[CycloneDX 1.6]" },
	{ "sbom/spdx-2.3-trivy-julia.json", "spdx", "components=5 format=[SPDX 2.3]" },
	{ "tests/junit-failure-always-fail.xml", "junit", "errors=0 failed=1 failures=[io.olamy.AlwaysFailTest " },
	{ "tests/junit-failure-always-fail.xml", "junit", " skipped=0 suite=[io.olamy.AlwaysFailTest] tests=1" },
	{ "scm/gitlab/rest-merge_requests.json", "gitlab-merge-requests", "note text=[3 merge requests that were not merged" },
	{ "vex/openvex-trivy-project.json", "openvex", "status=[not_affected] vulnerability=[CVE-2024-26147]" },
};

static void real_documents_give_the_facts_that_were_counted_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sample_items); i++) {
		SAID_AUTO s = { 0 };

		if (!read_file(samples, sample_items[i].path, sample_items[i].kind, &s))
			continue;
		buf_add_char(&s.log, '\0');
		has(s.log.p, sample_items[i].part);
	}
}

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
	has(text, "checks{ at=2026-03-02T10:30:00Z name=[build] result=passed }");
	has(text, "checks{ name=[slow] result=pending }");
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
	rest = said_of("{\"data\":{\"repository\":{\"nameWithOwner\":\"o/r\",\"pullRequests\":{\"nodes\":[{\"number\":8,"
		"\"mergedAt\":\"2026-01-02T03:04:05Z\",\"author\":{\"login\":\"y\"},\"reviews\":{\"totalCount\":3,\"nodes\":["
		"{\"state\":\"APPROVED\",\"author\":{\"login\":\"z\"},\"submittedAt\":\"2026-01-01T00:00:00Z\"}]},"
		"\"commits\":{\"totalCount\":1,\"nodes\":[{\"commit\":{\"oid\":\"8888888888888888888888888888888888888888\","
		"\"authors\":{\"nodes\":[{\"email\":\"y@example.org\",\"name\":\"Y\",\"user\":{\"login\":\"y\"}}]},"
		"\"statusCheckRollup\":{\"contexts\":{\"nodes\":[{\"name\":\"b\",\"conclusion\":\"SUCCESS\","
		"\"status\":\"COMPLETED\"}]}}}}]}}]}}}}");
	has(rest, "commits_known=1");
	has(rest, "reviews_known=0");	/* three were said to be there */
	has(rest, "checks{ name=[b] result=passed }");
	has(rest, "people{ email=[y@example.org] host=[github.com] kind=person login=[y] name=[Y]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_reports_give_the_counts_that_were_counted_by_hand),
		cmocka_unit_test(real_documents_give_the_facts_that_were_counted_by_hand),
		cmocka_unit_test(pull_requests_of_gh_tell_who_reviewed_which_commit),
		cmocka_unit_test(what_an_export_of_pull_requests_leaves_out_is_unknown),
	};

	(void)has_not;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
