/* Reports that are one record each: test results, bills of materials, VEX. */
#include "store/intake_parts.h"

#include "base/instant.h"

enum { NAME_BYTES = 1000 };

static err system_id(struct intake *in, struct str *id)
{
	struct intake_place place;
	struct str name;

	TRY(intake_system_guess(in, &name));
	TRY(intake_system(in, name, &place));
	*id = place.id;
	return NULL;
}

/* Names of tests, which are words, cut so that a record takes them all. */
static struct many names_of(struct intake *in, const struct many *from)
{
	const struct str *v = from->v;
	struct str *out = ARENA_ARRAY(in->item, struct str, from->n + 1);

	for (size_t i = 0; i < from->n; i++)
		out[i] = str_cut(v[i], NAME_BYTES);
	return (struct many){ out, from->n };
}

static err append(struct intake *in, const struct record_type *t, const void *fields, int64_t at)
{
	struct draft d = intake_draft(in, t, fields);
	bool already;

	d.about = record_new_id(in->item);
	if (at != INSTANT_NONE)
		d.effective = at;
	TRY(intake_append(in, &d, &already));
	in->counts.already += already;
	return NULL;
}

err intake_report_tests(struct intake *in, const struct s_tests *item)
{
	struct r_tests f = {
		.commit = in->c->commit, .report = in->c->report, .run = in->c->run, .errors = item->errors,
		.failed = item->failed, .skipped = item->skipped, .tests = item->tests,
		.failures = names_of(in, &item->failures),
	};

	TRY(system_id(in, &f.system));
	in->counts.tests += item->tests;
	in->counts.failed += item->failed + item->errors;
	return append(in, &record_tests, &f, item->at);
}

err intake_report_sbom(struct intake *in, const struct s_sbom *item)
{
	struct r_sbom f = {
		.artefact = in->c->artefact.n ? in->c->artefact : item->artefact, .commit = in->c->commit,
		.format = item->format, .name = item->name, .report = in->c->report,
		.components = item->components, .licences = item->licences,
	};

	TRY(system_id(in, &f.system));
	in->counts.sboms++;
	return append(in, &record_sbom, &f, item->at);
}

err intake_report_vex(struct intake *in, const struct s_vex *item)
{
	struct r_vex f = { .name = item->name, .report = in->c->report, .statements = item->statements };

	in->counts.vex += (int64_t)item->statements.n;
	return append(in, &record_vex, &f, item->at);
}
