#include "scan/confirm.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	GROUPS = 17,
	WORK = 500000,		/* match limit of PCRE2, per attempt */
	STACK_LEAST = 32 << 10, STACK_MOST = 1 << 20,
	WIDENINGS = 4,		/* each doubles the window of a cut match */
};

struct scan_confirm {
	pcre2_code *code;
	unsigned group;
};

struct scan_confirm_scratch {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

err scan_confirm_new(const struct scan_rule *r, struct scan_confirm **out)
{
	static const uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
		PCRE2_NEVER_BACKSLASH_C | PCRE2_MULTILINE;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;
	PCRE2_SIZE at;
	uint32_t groups;
	int number;

	ASSERT(context);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	code = pcre2_compile((PCRE2_SPTR)r->pattern, PCRE2_ZERO_TERMINATED, options, &number,
			     &at, context);
	pcre2_compile_context_free(context);
	if (!code) {
		unsigned char text[256];

		pcre2_get_error_message(number, text, sizeof(text));
		return fail(ERR_INPUT, "the pattern does not compile: %s at its byte %zu",
			    (const char *)text, (size_t)at + 1);
	}
	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (groups >= GROUPS || (r->group != SCAN_GROUP_FIRST && r->group > groups)) {
		pcre2_code_free(code);
		return fail(ERR_INPUT, "the pattern has %u groups; the secret must be one of at "
			    "most %d", groups, GROUPS - 1);
	}
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);	/* without it: slower, the same */
	*out = base_alloc(sizeof(**out));
	**out = (struct scan_confirm){ code, r->group };
	return NULL;
}

void scan_confirm_free(struct scan_confirm *c)
{
	if (!c)
		return;
	pcre2_code_free(c->code);
	free(c);
}

struct scan_confirm_scratch *scan_confirm_scratch_new(void)
{
	struct scan_confirm_scratch *s = base_alloc(sizeof(*s));

	s->data = pcre2_match_data_create(GROUPS, NULL);
	s->context = pcre2_match_context_create(NULL);
	ASSERT(s->data && s->context);
	pcre2_set_match_limit(s->context, WORK);
	s->stack = pcre2_jit_stack_create(STACK_LEAST, STACK_MOST, NULL);
	if (s->stack)
		pcre2_jit_stack_assign(s->context, NULL, s->stack);
	return s;
}

void scan_confirm_scratch_free(struct scan_confirm_scratch *s)
{
	if (!s)
		return;
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->context);
	if (s->stack)
		pcre2_jit_stack_free(s->stack);
	free(s);
}

static struct scan_span group_at(const PCRE2_SIZE *offsets, size_t group, size_t base)
{
	return (struct scan_span){ base + offsets[2 * group], base + offsets[2 * group + 1] };
}

static void take(const struct scan_confirm *c, const struct scan_confirm_scratch *s,
		 size_t groups, size_t base, struct scan_match *out)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(s->data);
	size_t wanted = c->group == SCAN_GROUP_FIRST ? 1 : c->group;

	while (c->group == SCAN_GROUP_FIRST && wanted < groups &&
	       offsets[2 * wanted] == PCRE2_UNSET)
		wanted++;
	if (wanted >= groups || offsets[2 * wanted] == PCRE2_UNSET)
		wanted = 0;
	out->whole = group_at(offsets, 0, base);
	out->secret = group_at(offsets, wanted, base);
}

enum scan_confirmed scan_confirm_next(const struct scan_confirm *c,
				      struct scan_confirm_scratch *s, struct str bytes,
				      struct scan_span window, struct scan_match *out)
{
	size_t base = window.from > SCAN_BEHIND ? window.from - SCAN_BEHIND : 0;
	size_t size = window.to - base;

	for (int i = 0; ; i++) {
		uint32_t options = base + size < bytes.n ? PCRE2_NOTEOL : 0;
		int groups = pcre2_match(c->code, (PCRE2_SPTR)bytes.p + base, size,
					 window.from - base, options, s->data, s->context);

		if (groups == PCRE2_ERROR_NOMATCH)
			return SCAN_NO_MATCH;
		if (groups <= 0)
			return SCAN_STOPPED;
		take(c, s, (size_t)groups, base, out);
		if (out->whole.to < base + size || !options || i == WIDENINGS)
			return out->whole.from < window.to ? SCAN_MATCH : SCAN_NO_MATCH;
		size = size * 2 < bytes.n - base ? size * 2 : bytes.n - base;
	}
}
