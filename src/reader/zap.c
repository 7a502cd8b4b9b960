/* OWASP ZAP's XML report: each place (instance) of an alert is a finding, so that
 * one page mended closes one. Requests, answers and evidence are not passed on: they
 * hold what was sent. */
#include "reader/report.h"

#include "text/xml.h"

enum { FIELD_BYTES = 4096, PLAIN_BYTES = 1024 };

enum part { PART_RULE, PART_NAME, PART_RISK, PART_TEXT, PART_URI, PART_METHOD, PART_PARAM, PARTS };

static const struct { const char *element; enum part part; } elements[] = {
	{ "pluginid", PART_RULE }, { "alertRef", PART_RULE }, { "alert", PART_NAME }, { "name", PART_NAME },
	{ "riskcode", PART_RISK }, { "desc", PART_TEXT }, { "uri", PART_URI }, { "method", PART_METHOD },
	{ "param", PART_PARAM },
};

struct zap {
	struct report p;
	struct xml_reader *xml;
	unsigned depth;
	int part;			/* of the element that is open, or -1 */
	struct buf text[PARTS];
	char site[300];
	int64_t instances, sites;
	struct s_scan_begin begin;
};

static bool recognise(const struct reader_head *h)
{
	return h->form == HEAD_XML && str_is(h->root, "OWASPZAPReport");
}

static void forget(struct zap *z, enum part from)
{
	for (int i = (int)from; i < PARTS; i++)
		buf_clear(&z->text[i]);
}

/* Tags of the HTML that descriptions are written in go. */
static struct str plain(struct arena *a, struct str html)
{
	char *out = arena_alloc(a, html.n + 1);
	size_t n = 0;
	bool tag = false;

	for (size_t i = 0; i < html.n; i++) {
		if (html.p[i] == '<')
			tag = true;
		if (!tag)
			out[n++] = html.p[i];
		if (html.p[i] == '>')
			tag = false;
	}
	return fact_squeeze(a, (struct str){ out, n });
}

static int severity_of(struct str risk)
{
	static const int risks[] = { SEVERITY_NONE, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };
	uint64_t code;

	return str_to_u64(str_trim(risk), &code) && code < ARRAY_LEN(risks) ? risks[code] : FIELD_UNKNOWN;
}

/* An address without its query, which may hold tokens. */
static struct str place_of(struct str uri)
{
	uri.n = str_find(uri, STR("?"), 0);
	uri.n = str_find(uri, STR("#"), 0);
	return uri;
}

static err put_finding(struct zap *z, struct str uri)
{
	struct s_finding f = report_finding_blank();
	struct arena *tmp = z->p.tmp;

	f.rule = str_trim(buf_str(&z->text[PART_RULE]));
	f.title = fact_squeeze(tmp, buf_str(&z->text[PART_NAME]));
	f.message = str_cut(plain(tmp, buf_str(&z->text[PART_TEXT])), PLAIN_BYTES);
	f.severity = severity_of(buf_str(&z->text[PART_RISK]));
	f.path = place_of(str_trim(uri));
	f.context = arena_printf(tmp, "%.*s %.*s", FMT(str_trim(buf_str(&z->text[PART_METHOD]))),
				 FMT(str_trim(buf_str(&z->text[PART_PARAM]))));
	f.context = str_trim(f.context);
	return report_finding(&z->p, &f);
}

static err start_root(struct zap *z, const struct xml_tag *tag)
{
	struct str version = xml_attr(tag, "version");

	if (!str_is(tag->name, "OWASPZAPReport"))
		return fail(ERR_INPUT, "%s:%u: the root is '%.*s'; expected 'OWASPZAPReport'", z->p.r->name,
			    xml_line(z->xml), FMT(str_cut(tag->name, 64)));
	z->begin = report_scan(SCAN_DYNAMIC, STR("zap"), version.n ? arena_str(z->p.r->a, version) : version);
	return report_begin(&z->p, &z->begin);
}

static err on_start(void *ctx, const struct xml_tag *tag)
{
	struct zap *z = ctx;

	z->part = -1;
	if (z->depth++ == 0)
		return start_root(z, tag);
	if (str_is(tag->name, "site")) {
		z->sites++;
		snprintf(z->site, sizeof(z->site), "%.*s", FMT(str_cut(xml_attr(tag, "name"), sizeof(z->site) - 1)));
	} else if (str_is(tag->name, "alertitem")) {
		forget(z, PART_RULE);
		z->instances = 0;
	} else if (str_is(tag->name, "instance")) {
		forget(z, PART_URI);
	}
	for (size_t i = 0; i < ARRAY_LEN(elements); i++)
		if (str_is(tag->name, elements[i].element))
			z->part = (int)elements[i].part;
	if (z->part >= 0 && z->part < PART_TEXT)	/* <alertRef> is narrower than <pluginid> */
		buf_clear(&z->text[z->part]);
	return NULL;
}

static err on_text(void *ctx, struct str text)
{
	struct zap *z = ctx;

	if (z->part >= 0)
		buf_add(&z->text[z->part], str_cut(text, FIELD_BYTES - z->text[z->part].n));
	return NULL;
}

static err on_end(void *ctx, struct str name)
{
	struct zap *z = ctx;

	z->depth--;
	z->part = -1;
	if (str_is(name, "instance")) {
		z->instances++;
		return put_finding(z, buf_str(&z->text[PART_URI]));
	}
	if (str_is(name, "alertitem") && z->instances == 0)
		return put_finding(z, str_c(z->site));
	return NULL;
}

static err feed(void *ctx, struct str piece)
{
	return xml_reader_feed(((struct zap *)ctx)->xml, piece);
}

static err read_all(struct zap *z)
{
	static const struct xml_calls calls = { on_start, on_text, on_end };
	OWNED(xml_reader) xml = NULL;

	TRY(xml_reader_new(z->p.r->name, &calls, z, &xml));
	z->xml = xml;
	TRY(report_pieces(z->p.r, feed, z));
	TRY(xml_reader_end(xml));
	if (z->sites == 0) {
		z->p.empty = true;
		z->p.coverage = STR("the report names no site: nothing was looked at");
	}
	return report_end(&z->p);
}

static err zap_read(struct reader *r)
{
	struct zap *z = ARENA_NEW(r->a, struct zap);
	err e;

	report_start(&z->p, r);
	for (int i = 0; i < PARTS; i++)
		z->text[i] = buf_new(FIELD_BYTES);
	e = read_all(z);
	for (int i = 0; i < PARTS; i++)
		buf_done(&z->text[i]);
	report_done(&z->p);
	return e;
}

static void prepare(void)
{
	err e = xml_load();	/* the reading says it again where it fails */

	(void)e;
}

const struct reader_kind reader_zap = {
	.name = "zap", .title = "OWASP ZAP XML", .recognise = recognise, .read = zap_read, .prepare = prepare,
};
