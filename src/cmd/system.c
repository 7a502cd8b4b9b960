/* `custody system`: what is built, released and judged together. */
#include "cmd/nouns.h"

#include <unistd.h>

#include "show/systems.h"
#include "store/places.h"
#include "store/store.h"

static err run_list(struct cmd_run *run, const void *options)
{
	STORE_AUTO s = NULL;

	(void)options;
	TRY(store_open_read(run->home, &s));
	return show_systems_list(store_db(s), run->format, STDOUT_FILENO);
}

struct of_options {
	struct str place;
};
static const struct field of_fields[] = {
	FIELD(of_options, place, FIELD_TEXT, FIELD_OPERAND | FIELD_REQUIRED, 1024, "repository, or repository:path"),
	{ 0 },
};
static const struct table of_table = TABLE(of_options, "system of", of_fields);

static err run_of(struct cmd_run *run, const void *options)
{
	const struct of_options *o = options;
	size_t colon = str_find(o->place, STR(":"), 0);
	struct place_query q = { .repository = { o->place.p, colon }, .path = STR("") };
	STORE_AUTO s = NULL;
	struct place p;

	if (colon < o->place.n)
		q.path = str_from(o->place, colon + 1);
	TRY(store_open_read(run->home, &s));
	TRY(place_find(store_db(s), run->a, &q, &p));
	if (p.system_no < 0)
		return err_hint(fail(ERR_MISSING, "%.*s falls to no system", FMT(o->place)),
				"declare it under systems in custody.yaml; until then it is judged as facing the "
					"internet");
	return cmd_print(arena_printf(run->a, "%.*s%s\n", FMT(p.system), p.declared ? "" : " (undeclared)"));
}

static const struct cmd_verb verbs[] = {
	{ "list", "systems, declared or not, and what falls to none",
	  "An undeclared system is judged as facing the internet and holding the highest class of data.",
	  "  custody system list", NULL, run_list },
	{ "of", "the system a repository or a path in it falls to", NULL,
	 "  custody system of shop:services/pay/main.c", &of_table, run_of },
	{ 0 },
};
const struct cmd_noun cmd_system = { "system", "what is built, released and judged together", verbs, false };
