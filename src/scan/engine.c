#include "scan/engine.h"

#include "base/embed.h"
#include "scan/code.h"

enum { BEYOND = 8 };	/* bytes behind a pattern's end that assertions may see */

static size_t or_bound(size_t width, size_t otherwise)
{
	return width < SCAN_WINDOW_MAX ? width : otherwise;
}

/* The windows follow from the widths vectorscan found. */
static void set_windows(struct scan_engine *e, const struct scan_expression *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scan_code *c = &e->code[v[i].id];
		bool around = v[i].literal || c->rule->trigger;	/* the pattern is searched around it */
		size_t reach = around ? v[i].width + c->rule->before
			: or_bound(v[i].width, c->rule->before + c->rule->after) + 1;
		size_t seen_again = around ? v[i].width + 1 : reach;

		c->before = c->before > reach ? c->before : reach;
		c->after = around ? c->rule->after : BEYOND;
		e->overlap = e->overlap > seen_again ? e->overlap : seen_again;
	}
}

static err at_rule(err e, const char *name, const struct scan_rule *r)
{
	return err_in(e, "%s:%u: rule '%.*s'", name, r->line, FMT(r->id));
}

/* Whether all bytes are searched for an expression of the rule, not for its keywords. */
static const char *expression_of(const struct scan_rule *r)
{
	return r->trigger ? r->trigger : r->by_keyword ? NULL : r->pattern;
}

static struct scan_expression *expressions_of(struct scan_engine *e, size_t *n)
{
	struct scan_expression *v;

	*n = 0;
	for (size_t i = 0; i < e->rules.n; i++)
		*n += expression_of(&e->rules.v[i]) ? 1 : e->rules.v[i].keywords.n;
	v = ARENA_ARRAY(e->arena, struct scan_expression, *n);
	*n = 0;
	for (size_t i = 0; i < e->rules.n; i++) {
		const struct scan_rule *r = &e->rules.v[i];
		const char *text = expression_of(r);

		if (text)
			v[(*n)++] = (struct scan_expression){ .text = str_c(text), .id = (unsigned)i };
		for (size_t k = 0; !text && k < r->keywords.n; k++)
			v[(*n)++] = (struct scan_expression){ .text = r->keywords.v[k], .literal = true,
							      .id = (unsigned)i };
	}
	return v;
}

static err compile_vector(struct scan_engine *e, const char *name)
{
	size_t n, bad;
	struct scan_expression *v = expressions_of(e, &n);
	err failed = scan_vector_new(v, n, &bad, &e->vector);

	if (failed && failed->kind == ERR_INPUT)
		return at_rule(failed, name, &e->rules.v[v[bad].id]);
	TRY(failed);
	for (size_t i = 0; i < n; i++)
		if (e->rules.v[v[i].id].trigger && v[i].width >= SCAN_WINDOW_MAX)
			return at_rule(fail(ERR_INPUT, "a trigger needs a bound to its length"), name,
				       &e->rules.v[v[i].id]);
	set_windows(e, v, n);
	return NULL;
}

/* Leaves the rules for this use; what one of them needs is for the same use. */
static err choose(struct scan_rules *rules, bool reports, const char *name)
{
	enum scan_use other = reports ? SCAN_USE_TREE : SCAN_USE_REPORTS;
	size_t n = 0;

	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].use != other)
			rules->v[n++] = rules->v[i];
	rules->n = n;
	for (size_t i = 0; i < n; i++)
		if (rules->v[i].needs.p && scan_rules_find(rules, rules->v[i].needs) == n)
			return fail(ERR_INPUT, "%s:%u: rule '%.*s' needs one of another use", name,
				    rules->v[i].line, FMT(rules->v[i].id));
	return n ? NULL : fail(ERR_INPUT, "%s: no rule for this use", name);
}

static err compile(struct scan_engine *e, const struct scan_engine_spec *spec)
{
	const char *name = spec->rules.p ? spec->rules_name : SCAN_RULES_FILE;
	struct str words = spec->words.p ? spec->words : embed_get(SCAN_WORDS_FILE);

	TRY(scan_words_parse(e->arena, SCAN_WORDS_FILE, words, &e->words));
	TRY(scan_rules_parse(e->arena, name,
			     spec->rules.p ? spec->rules : embed_get(SCAN_RULES_FILE), &e->rules));
	TRY(choose(&e->rules, spec->reports, name));
	e->code = ARENA_ARRAY(e->arena, struct scan_code, e->rules.n);
	for (size_t i = 0; i < e->rules.n; i++) {
		const struct scan_rule *r = &e->rules.v[i];

		e->code[i].rule = r;
		e->code[i].needs = r->needs.p ? scan_rules_find(&e->rules, r->needs) : e->rules.n;
		TRY(at_rule(scan_confirm_new(r, &e->code[i].confirm), name, r));
	}
	return compile_vector(e, name);
}

err scan_engine_new(const struct scan_engine_spec *spec, struct scan_engine **out)
{
	struct scan_engine *e = base_alloc(sizeof(*e));
	err failed;

	e->arena = arena_new();
	failed = compile(e, spec);
	if (failed)
		scan_engine_free(e);
	else
		*out = e;
	return failed;
}

void scan_engine_free(struct scan_engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; e->code && i < e->rules.n; i++)
		scan_confirm_free(e->code[i].confirm);
	scan_vector_free(e->vector);
	arena_free(e->arena);
	free(e);
}

const struct scan_rules *scan_engine_rules(const struct scan_engine *e)
{
	return &e->rules;
}
