/* Reports of a made-up scanner, imported without a reader process: for tests of
 * what the store makes of them. */
#ifndef TEST_UNIT_REPORTS_H
#define TEST_UNIT_REPORTS_H

#include "unit.h"

#include "base/buf.h"
#include "base/instant.h"
#include "store/intake.h"

/* One result of a made-up scanner. */
struct result {
	const char *rule, *path, *context;
	int line;
};

struct report {
	const char *branch;
	char commit[41];
	int64_t at;
	const struct result *v;
	size_t n;
	bool partial;			/* it did not look at everything */
};

static UNUSED err reports_write(const struct report *r, int fd)
{
	OWNED(submission_writer) w = NULL;
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("test"), .tool = STR("test") };
	struct s_scan_begin b;
	struct s_scan_end end;

	table_clear(&item_scan_begin, &b);
	table_clear(&item_scan_end, &end);
	b.kind = SCAN_STATIC;
	b.tool = STR("scanner");
	b.effective = r->at;
	b.branch = str_c(r->branch);
	b.commit = r->commit[0] ? str_c(r->commit) : (struct str){ 0 };
	end.results = (int64_t)r->n;
	end.partial = r->partial;
	TRY(submission_write_start(fd, &start, &w));
	TRY(submission_write_item(w, &item_scan_begin, &b));
	for (size_t i = 0; i < r->n; i++) {
		struct s_finding f;

		table_clear(&item_finding, &f);
		f.rule = str_c(r->v[i].rule);
		f.path = str_c(r->v[i].path);
		f.context = str_c(r->v[i].context);
		f.line = r->v[i].line;
		f.severity = SEVERITY_HIGH;
		f.title = STR("made up");
		TRY(submission_write_item(w, &item_finding, &f));
	}
	TRY(submission_write_item(w, &item_scan_end, &end));
	return submission_write_end(w);
}

/* Imports through a file; the digest stands for the report's bytes. */
static UNUSED err reports_import(const char *home, const struct report *r, struct intake_counts *counts)
{
	OWNED(arena) a = arena_new();
	STORE_AUTO s = NULL;
	OWNED(intake) in = NULL;
	struct intake_context c = { .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .effective = INSTANT_NONE,
				    .repository = STR("app") };
	FILE *file = tmpfile();
	BUF_AUTO bytes = buf_new(1 << 20);
	struct digest d;
	char hex[DIGEST_TEXT];
	err e;

	assert_non_null(file);
	for (size_t i = 0; i < r->n; i++)
		buf_addf(&bytes, "%s|%s|%s|%d\n", r->v[i].rule, r->v[i].path, r->v[i].context, r->v[i].line);
	buf_addf(&bytes, "%s %lld", r->commit, (long long)r->at);
	d = digest_of(buf_str(&bytes));
	digest_put(hex, &d);
	c.report = str_c(hex);
	TRY(store_open_write(home, 60000, &s));
	TRY(evidence_put(store_evidence(s), buf_str(&bytes), &d));
	TRY(store_note_evidence(s, &d, (int64_t)bytes.n, STR("test")));
	e = reports_write(r, fileno(file));
	rewind(file);
	if (!e)
		e = intake_new(s, &c, &in);
	if (!e)
		e = intake_run(in, fileno(file));
	if (!e && counts)
		*counts = *intake_counts(in);
	fclose(file);
	return e;
}

#endif
