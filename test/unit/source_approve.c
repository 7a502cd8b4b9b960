/* Nobody approves their own: whoever applied a configuration, and whichever account or
 * person stands behind it. */
#include "unit.h"

#include <unistd.h>

#include "base/file.h"
#include "source/config.h"
#include "source/config_approve.h"
#include "store/join.h"
#include "store/people.h"
#include "store/second.h"

struct home {
	char path[64];
	struct store *s;
	struct arena *a;
};

static int make(void **state)
{
	struct home *h = base_alloc(sizeof(*h));

	h->a = arena_new();
	snprintf(h->path, sizeof(h->path), "/tmp/custody-approve-XXXXXX");
	assert_non_null(mkdtemp(h->path));
	setenv("XDG_STATE_HOME", h->path, 1);
	assert_ok(store_init(&(struct store_init_spec){ .home = arena_printf(h->a, "%s/home", h->path).p }));
	assert_ok(store_open_write(arena_printf(h->a, "%s/home", h->path).p, 1000, &h->s));
	*state = h;
	return 0;
}

static int drop(void **state)
{
	struct home *h = *state;

	store_close(h->s);
	assert_ok(dir_remove(h->path));
	arena_free(h->a);
	free(h);
	return 0;
}

static void apply(struct home *h, const char *text)
{
	struct config_apply_spec spec = { .name = "c", .text = str_c(text) };
	struct config_counts n;
	struct config c;

	assert_ok(config_read(h->a, "c", str_c(text), &c));
	spec.config = &c;
	assert_ok(config_apply(h->s, h->a, &spec, &n));
}

static const char two_people[] =
	"people:\n  - { name: Ada, email: [ada@example.org] }\n  - { name: Grace, email: [grace@example.org] }\n"
	"controls:\n  - { control: A.8.32, applies: \"yes\", reason: r }\n"
	"soa: { approved_by: Ada, approved_at: 2026-01-31 }\n";

static const char other_people[] =
	"people:\n  - { name: Ada, email: [ada@example.org], roles: [security-lead] }\n"
	"  - { name: Grace, email: [grace@example.org] }\ncontrols:\n  - { control: A.8.32, applies: \"no\", reason: r }\n";

static struct str account(struct home *h, const char *login)
{
	struct people *p = store_people(h->s);
	struct s_who who = { .host = STR("local"), .login = str_c(login) };
	struct str id, act;

	assert_ok(store_act(h->s, STR("import"), &act));
	assert_ok(people_account(p, &who, &id));
	assert_ok(store_finish(h->s));
	return id;
}

static struct str person(struct home *h, const char *name)
{
	DIRECTORY_AUTO d = { 0 };
	struct directory_person *p;

	assert_ok(directory_load(store_db(h->s), h->a, &d));
	assert_ok(directory_pick_person(&d, str_c(name), &p));
	return p->id;
}

static void proposer_is(struct home *h, const char *name)
{
	struct str id;

	assert_ok(store_local_account(h->s, &id));
	assert_ok(join_state_link(h->s, id, person(h, name)));
}

static struct str standing(struct home *h)
{
	struct config_standing c;

	assert_ok(config_standing(h->s, h->a, &c));
	return c.state;
}

static void the_same_account_is_refused_and_another_is_not(void **state)
{
	struct config_approve_spec mine = { .how = APPROVED_STATED }, theirs = { .how = APPROVED_STATED };
	struct home *h = *state;
	bool already;

	assert_fails(config_approve(h->s, h->a, &mine, &already), ERR_MISSING);
	apply(h, two_people);
	assert_true(str_is(standing(h), "proposed"));
	assert_fails(config_approve(h->s, h->a, &mine, &already), ERR_DENIED);
	assert_true(str_is(standing(h), "proposed"));
	theirs.by = account(h, "grace@machine");
	assert_fails(config_approve(h->s, h->a, &theirs, &already), ERR_DENIED);	/* neither is known */
	proposer_is(h, "Ada");
	assert_fails(config_approve(h->s, h->a, &theirs, &already), ERR_DENIED);
	assert_ok(join_state_link(h->s, theirs.by, person(h, "Grace")));
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	assert_false(already);
	assert_true(str_is(standing(h), "approved"));
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	assert_true(already);
}

static void two_accounts_of_one_person_are_one(void **state)
{
	struct config_approve_spec theirs = { .how = APPROVED_STATED };
	struct home *h = *state;
	struct str first;
	bool already;

	apply(h, two_people);
	theirs.by = account(h, "ada@other");
	assert_ok(store_local_account(h->s, &first));
	assert_ok(join_state_link(h->s, first, person(h, "Ada")));
	assert_ok(join_state_link(h->s, theirs.by, person(h, "Ada")));
	assert_fails(config_approve(h->s, h->a, &theirs, &already), ERR_DENIED);
	assert_ok(join_state_link(h->s, theirs.by, person(h, "Grace")));
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	assert_true(str_is(standing(h), "approved"));
}

static void alone_is_told_apart_and_a_second_person_may_follow(void **state)
{
	struct config_approve_spec alone = { .how = APPROVED_ALONE, .why = STR("one person") };
	struct config_approve_spec theirs = { .how = APPROVED_STATED };
	struct home *h = *state;
	bool already;

	apply(h, two_people);
	assert_ok(config_approve(h->s, h->a, &alone, &already));
	assert_true(str_is(standing(h), "alone"));
	theirs.by = account(h, "grace@machine");
	proposer_is(h, "Ada");
	assert_ok(join_state_link(h->s, theirs.by, person(h, "Grace")));
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	assert_true(str_is(standing(h), "approved"));
	assert_ok(config_approve(h->s, h->a, &alone, &already));
	assert_true(already);
	assert_true(str_is(standing(h), "approved"));
	apply(h, other_people);
	assert_fails(config_approve(h->s, h->a, &alone, &already), ERR_DENIED);
	assert_true(str_is(standing(h), "proposed"));
	apply(h, two_people);
	assert_true(str_is(standing(h), "approved"));
}

static void an_approval_is_of_one_record_and_ends_with_the_next(void **state)
{
	struct config_approve_spec theirs = { .how = APPROVED_STATED };
	struct home *h = *state;
	bool already;

	apply(h, two_people);
	proposer_is(h, "Ada");
	theirs.by = account(h, "grace@machine");
	assert_ok(join_state_link(h->s, theirs.by, person(h, "Grace")));
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	apply(h, other_people);
	assert_ok(config_approve(h->s, h->a, &theirs, &already));
	assert_true(str_is(standing(h), "approved"));
	apply(h, two_people);
	assert_true(str_is(standing(h), "proposed"));
	apply(h, other_people);
	assert_true(str_is(standing(h), "approved"));
}

static void a_key_is_no_second_person_while_the_first_is_not_known(void **state)
{
	struct second_party proposed = { 0 }, signer = { 0 };
	struct home *h = *state;

	apply(h, two_people);
	assert_ok(store_local_account(h->s, &proposed.account));
	signer.person = person(h, "Ada");
	assert_fails(second_person(h->s, h->a, &proposed, &signer), ERR_DENIED);
	assert_ok(join_state_link(h->s, proposed.account, person(h, "Grace")));
	assert_ok(second_person(h->s, h->a, &proposed, &signer));
	signer.person = person(h, "Grace");
	assert_fails(second_person(h->s, h->a, &proposed, &signer), ERR_DENIED);
}

static int64_t controls_where(struct home *h, const char *applicable)
{
	int64_t n;

	assert_ok(db_get_int(store_db(h->s), SQL("SELECT count(*) FROM view_control WHERE applicable = $1 AND "
						 "reason_given = 1 AND risk_given = 1"),
			     DB_ARGS(DB_T(str_c(applicable))), 0, &n));
	return n;
}

/* proves: R229 each control included or excluded is justified, with the risk it treats */
static void inclusion_and_exclusion_are_recorded_with_reason_and_risk(void **state)
{
	struct home *h = *state;
	struct config c;

	assert_fails(config_read(h->a, "c", STR("controls: [{ control: A.8.28, applies: \"yes\", risk: r }]\n"), &c), ERR_INPUT);
	assert_fails(config_read(h->a, "c", STR("controls: [{ control: A.7.4, applies: \"no\", risk: r }]\n"), &c), ERR_INPUT);
	apply(h, "controls:\n  - { control: A.8.28, applies: \"yes\", reason: we write code, risk: injection }\n"
		 "  - { control: A.7.4, applies: \"no\", reason: no premises, risk: intrusion }\n");
	assert_int_equal(controls_where(h, "yes"), 1);
	assert_int_equal(controls_where(h, "no"), 1);
	apply(h, "controls:\n  - { control: A.7.4, applies: \"no\", reason: no premises, risk: intrusion }\n");
	assert_int_equal(controls_where(h, "yes"), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_same_account_is_refused_and_another_is_not),
		CASE(two_accounts_of_one_person_are_one),
		CASE(alone_is_told_apart_and_a_second_person_may_follow),
		CASE(inclusion_and_exclusion_are_recorded_with_reason_and_risk),
		CASE(an_approval_is_of_one_record_and_ends_with_the_next),
		CASE(a_key_is_no_second_person_while_the_first_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
