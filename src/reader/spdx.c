/* SPDX 2.2 and 2.3 in JSON: an SBOM item. */
#include "reader/report.h"

#include "base/instant.h"

struct spdx {
	struct report p;
	struct s_sbom sum;
	bool packages;
};

static bool recognise(const struct reader_head *h)
{
	return str_starts(reader_head_text(h, "spdxVersion"), STR("SPDX-")) || reader_head_has(h, "SPDXID") ||
	       str_has(reader_head_text(h, "@context"), STR("spdx.org/rdf/3"));
}

static err take_version(void *ctx, const struct json *v)
{
	struct spdx *s = ctx;
	struct str version = json_text(v);

	if (!str_starts(version, STR("SPDX-2.")))
		return fail(ERR_INPUT, "%s:%u:%u: this is '%.*s'; SPDX 2.2 and 2.3 are read", s->p.r->name, v->line,
			    v->column,
			    FMT(str_cut(version, 32)));
	s->sum.format = arena_printf(s->p.r->a, "SPDX %.*s", FMT(str_cut(str_from(version, 5), 16)));
	return NULL;
}

static err take_name(void *ctx, const struct json *v)
{
	struct spdx *s = ctx;

	s->sum.name = arena_str(s->p.r->a, json_text(v));
	return NULL;
}

static err take_created(void *ctx, const struct json *v)
{
	((struct spdx *)ctx)->sum.at = fact_time(json_text(v));
	return NULL;
}

static err take_list(void *ctx, const struct json *v)
{
	((struct spdx *)ctx)->packages = v->kind == JSON_ARRAY;
	return NULL;
}

static bool states(const struct json *v)
{
	struct str s = json_text(v);

	return s.n && !str_is(s, "NOASSERTION") && !str_is(s, "NONE");
}

static err take_package(void *ctx, const struct json *v)
{
	struct spdx *s = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(s->p.r, v, "a package must be an object");
	s->sum.components++;
	s->sum.licences += states(json_get(v, "licenseConcluded")) || states(json_get(v, "licenseDeclared"));
	return NULL;
}

static err read_all(struct spdx *s)
{
	static const struct json_want wants[] = {
		{ "spdxVersion", take_version, 0 }, { "name", take_name, 0 },
		{ "creationInfo.created", take_created, 0 },
		{ "packages?", take_list, 0 }, { "packages[]", take_package, 0 }, { NULL, NULL, 0 },
	};

	TRY(report_json(s->p.r, wants, s, NULL));
	if (!s->sum.format.n)
		return fail(ERR_INPUT, "%s has no 'spdxVersion': SPDX 2.2 and 2.3 in JSON are read", s->p.r->name);
	TRY(report_item(&s->p, &item_sbom, &s->sum));
	if (!s->packages || !s->sum.components)
		return submission_write_note(s->p.r->out, "%s names no package: it does not count as a bill of materials",
					     s->p.r->name);
	return NULL;
}

static err spdx_read(struct reader *r)
{
	struct spdx s = { .sum = { .at = INSTANT_NONE } };
	err e;

	report_start(&s.p, r);
	e = read_all(&s);
	report_done(&s.p);
	return e;
}

const struct reader_kind reader_spdx = {
	.name = "spdx", .title = "SPDX 2.3 JSON", .recognise = recognise, .read = spdx_read,
};
