/* OpenVEX: statements on whether vulnerabilities affect products. Version 0.0.1
 * names vulnerability and products by text, 0.2.0 by objects. */
#include "reader/report.h"

#include "base/instant.h"

enum { STATEMENTS = 500 };

struct openvex {
	struct report p;
	struct arena *texts;		/* of the statements that wait */
	struct r_vex_statement statements[STATEMENTS];
	size_t n;
	struct str id;
	int64_t at, unexplained;
	bool list;
};

static bool recognise(const struct reader_head *h)
{
	return str_has(reader_head_text(h, "@context"), STR("openvex")) ||
	       (reader_head_has(h, "statements[].vulnerability") && reader_head_has(h, "statements[].status"));
}

static err take_id(void *ctx, const struct json *v)
{
	struct openvex *x = ctx;

	x->id = arena_str(x->p.r->a, json_text(v));
	return NULL;
}

static err take_time(void *ctx, const struct json *v)
{
	((struct openvex *)ctx)->at = fact_time(json_text(v));
	return NULL;
}

static err take_list(void *ctx, const struct json *v)
{
	((struct openvex *)ctx)->list = v->kind == JSON_ARRAY;
	return NULL;
}

static err flush(struct openvex *x)
{
	struct s_vex item = { .at = x->at, .name = x->id, .statements = { x->statements, x->n } };

	if (!x->n)
		return NULL;
	TRY(report_item(&x->p, &item_vex, &item));
	x->n = 0;
	arena_reset(x->texts);
	return NULL;
}

static struct str copy(struct openvex *x, struct str s, size_t max)
{
	return s.p ? arena_str(x->texts, str_cut(s, max)) : s;
}

/* The name by which others know the vulnerability: a CVE among the aliases first. */
static struct str vulnerability_of(const struct json *v)
{
	const struct json *aliases = json_get(v, "aliases");
	struct str ids[32] = { v && v->kind == JSON_STRING ? v->text : json_text(json_get(v, "name")) };
	size_t n = 1;

	if (!ids[0].n)
		ids[0] = json_text(json_get(v, "@id"));
	for (const struct json *m = fact_items(aliases); m && n < 32; m = m->next)
		ids[n++] = json_text(m);
	return fact_alias(ids, n);
}

static struct str product_of(const struct json *v)
{
	struct str s = v->kind == JSON_STRING ? v->text : json_text(json_get(v, "@id"));

	return s.n ? s : json_text(json_path(v, "identifiers.purl"));
}

static err add(struct openvex *x, const struct json *v, struct str vulnerability, struct str product)
{
	if (x->n == STATEMENTS)
		TRY(flush(x));
	x->statements[x->n++] = (struct r_vex_statement){
		.justification = copy(x, json_text(json_get(v, "justification")), 128),
		.product = copy(x, product.n ? product : STR("unknown"), 512),
		.status = copy(x, json_text(json_get(v, "status")), 64), .vulnerability = copy(x, vulnerability, 128),
	};
	return NULL;
}

static err check(struct openvex *x, const struct json *v, struct str vulnerability)
{
	static const char *const statuses[] = { "not_affected", "affected", "fixed", "under_investigation" };
	struct str status = json_text(json_get(v, "status"));
	bool known = false;

	if (v->kind != JSON_OBJECT)
		return report_fault(x->p.r, v, "a statement must be an object");
	if (!vulnerability.n)
		return report_fault(x->p.r, v, "a statement names no vulnerability");
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		known |= str_is(status, statuses[i]);
	if (!known)
		return report_fault(x->p.r, v, "a statement's 'status' must be not_affected, affected, fixed or "
				    "under_investigation");
	x->unexplained += str_is(status, "not_affected") && !json_text(json_get(v, "justification")).n &&
			  !json_text(json_get(v, "impact_statement")).n;
	return NULL;
}

static err take_statement(void *ctx, const struct json *v)
{
	struct openvex *x = ctx;
	const struct json *products = json_get(v, "products");
	struct str vulnerability = vulnerability_of(json_get(v, "vulnerability"));

	TRY(check(x, v, vulnerability));
	if (!products || products->kind != JSON_ARRAY || !products->first)
		return add(x, v, vulnerability, (struct str){ 0 });
	for (const struct json *m = products->first; m; m = m->next)
		TRY(add(x, v, vulnerability, product_of(m)));
	return NULL;
}

static err read_all(struct openvex *x)
{
	static const struct json_want outline[] = {
		{ "@id", take_id, 0 }, { "timestamp", take_time, 0 }, { "statements?", take_list, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want wants[] = { { "statements[]", take_statement, 0 }, { NULL, NULL, 0 } };

	TRY(report_json(x->p.r, outline, x, NULL));
	if (!x->list)
		return fail(ERR_INPUT, "%s has no 'statements': it is no OpenVEX document", x->p.r->name);
	TRY(report_json(x->p.r, wants, x, NULL));
	TRY(flush(x));
	if (x->unexplained)
		return submission_write_note(x->p.r->out, "%lld statements say not_affected without saying why",
					     (long long)x->unexplained);
	return NULL;
}

static err openvex_read(struct reader *r)
{
	struct openvex *x = ARENA_NEW(r->a, struct openvex);
	err e;

	report_start(&x->p, r);
	x->texts = arena_new();
	x->at = INSTANT_NONE;
	e = read_all(x);
	arena_free(x->texts);
	report_done(&x->p);
	return e;
}

const struct reader_kind reader_openvex = {
	.name = "openvex", .title = "OpenVEX", .recognise = recognise, .read = openvex_read,
};
