/* Exports of people: headings of many makers, words for the same thing, and cells
 * that a spreadsheet would run. */
#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "reader/roster.h"
#include "reader/reader.h"

static void headings_of_many_makers_are_known(void **state)
{
	static const struct {
		const char *heading;
		enum roster_column column;
	} cases[] = {
		{ "Email Address [Required]", ROSTER_EMAIL }, { "userPrincipalName", ROSTER_EMAIL }, { "mail", ROSTER_EMAIL },
		{ "user.email", ROSTER_EMAIL }, { "E-Mail", ROSTER_EMAIL }, { "First Name [Required]", ROSTER_GIVEN },
		{ "surname", ROSTER_FAMILY }, { "displayName", ROSTER_NAME }, { "Status [READ ONLY]", ROSTER_STATUS },
		{ "accountEnabled", ROSTER_STATUS }, { "objectId", ROSTER_REF }, { "id", ROSTER_REF },
		{ "Org Unit Path [Required]", ROSTER_DEPARTMENT }, { "Manager Email", ROSTER_MANAGER },
		{ "profile.login", ROSTER_LOGIN }, { "GitHub Username", ROSTER_LOGIN }, { "Hire Date", ROSTER_STARTS },
		{ "employeeLeaveDateTime", ROSTER_ENDS }, { "proxyAddresses", ROSTER_EMAILS },
		{ "Password [Required]", ROSTER_NONE }, { "Recovery Email", ROSTER_NONE }, { "", ROSTER_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (roster_column_of(str_c(cases[i].heading)) != cases[i].column)
			fail_msg("%s is taken for %d", cases[i].heading, (int)roster_column_of(str_c(cases[i].heading)));
}

static void a_date_that_reads_two_ways_is_no_date(void **state)
{
	bool twofold;
	int64_t day;

	(void)state;
	assert_true(day_get(STR("2024-04-13"), &day));
	assert_int_equal(roster_day_of(STR("2024-04-13"), &twofold), day);
	assert_int_equal(roster_day_of(STR("13.4.2024"), &twofold), day);
	assert_int_equal(roster_day_of(STR("13/04/2024"), &twofold), day);
	assert_int_equal(roster_day_of(STR("4/13/2024"), &twofold), day);
	assert_int_equal(roster_day_of(STR("2024-04-13T23:00:00Z"), &twofold), day);
	assert_false(twofold);
	assert_int_equal(roster_day_of(STR("03/04/2024"), &twofold), INSTANT_NONE);
	assert_true(twofold);
	assert_int_equal(roster_day_of(STR("31.02.2024"), &twofold), INSTANT_NONE);
	assert_int_equal(roster_day_of(STR("soon"), &twofold), INSTANT_NONE);
	assert_false(twofold);
}

static void an_address_is_one(void **state)
{
	(void)state;
	assert_true(roster_is_email(STR("ada@example.org")));
	assert_false(roster_is_email(STR("ada")));
	assert_false(roster_is_email(STR("@example.org")));
	assert_false(roster_is_email(STR("ada@")));
	assert_false(roster_is_email(STR("a@b@c")));
	assert_false(roster_is_email(STR("ada_example.org#EXT#@tenant.example")));
}

/* What was read, one line each. */
struct seen {
	struct buf text;
	int64_t notes;
};

static err take_start(void *ctx, const struct s_start *start)
{
	(void)ctx;
	(void)start;
	return NULL;
}

static void put(struct buf *b, const struct many *list)
{
	const struct str *v = list->v;

	for (size_t i = 0; i < list->n; i++)
		buf_addf(b, " %.*s", FMT(v[i]));
}

static err take_item(void *ctx, const struct table *t, const void *item)
{
	const struct s_person *p = item;
	struct seen *s = ctx;

	if (t == &item_note) {
		s->notes++;
		return NULL;
	}
	assert_ptr_equal(t, &item_person);
	buf_addf(&s->text, "%lld %.*s:", (long long)p->line, FMT(p->name));
	put(&s->text, &p->email);
	buf_add_c(&s->text, " |");
	put(&s->text, &p->alias);
	buf_addf(&s->text, " | %.*s | %d %d\n", FMT(p->manager.p ? p->manager : STR("-")), p->kind, p->status);
	return NULL;
}

static err take_evidence(void *ctx, const struct s_evidence *e, struct str bytes)
{
	(void)ctx;
	(void)e;
	(void)bytes;
	return NULL;
}

static err read_text(const char *text, struct seen *s)
{
	static const struct submission_calls calls = {
		.start = take_start, .item = take_item, .evidence = take_evidence,
	};
	char in_name[] = "/tmp/custody-test-XXXXXX", out_name[] = "/tmp/custody-test-XXXXXX";
	struct s_start start = { .format = STR("custody-submission/1"), .source = STR("people"), .tool = STR("t") };
	OWNED(submission_writer) out = NULL;
	OWNED(arena) a = arena_new();
	FD_AUTO in = mkstemp(in_name);
	FD_AUTO to = mkstemp(out_name);
	struct reader r = { .in = in, .name = "people.csv", .a = a };

	unlink(in_name);
	unlink(out_name);
	*s = (struct seen){ .text = buf_new(65536) };
	TRY(fd_write_all(in, "text", str_c(text)));
	TRY(submission_write_start(to, &start, &out));
	r.out = out;
	TRY(reader_run(&reader_people, &r));
	TRY(submission_write_end(out));
	lseek(to, 0, SEEK_SET);
	return submission_read(to, &calls, s);
}

static void says(const char *text, const char *want)
{
	struct seen s;

	assert_ok(read_text(text, &s));
	if (!str_is(buf_str(&s.text), want))
		fail_msg("read: %.*s", FMT(buf_str(&s.text)));
	buf_done(&s.text);
}

static void google_entra_okta_and_our_own_are_read(void **state)
{
	(void)state;
	says("First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]\n"
	     "Ada,Lovelace,ada@example.org,Suspended\n", "2 Ada Lovelace: ada@example.org | | - | 0 1\n");
	says("userPrincipalName,displayName,mail,objectId,userType,accountEnabled\n"
	     "ada_x#EXT#@t.example,Ada,ada@example.org,9,Guest,True\n",
	     "2 Ada: ada@example.org | ada_x#EXT#@t.example | - | 0 0\n");
	says("login,firstName,lastName,status,manager\nada@example.org,Ada,L,DEPROVISIONED,Grace\n",
	     "2 Ada L: ada@example.org | | Grace | 0 2\n");
	says("Name;E-Mail;GitHub;Type\nBuild;ci@example.org;build-ci;service\n",
	     "2 Build: ci@example.org | build-ci | - | 1 -1\n");
}

static void cells_that_a_spreadsheet_would_run_stay_as_they_are(void **state)
{
	(void)state;
	says("name,email,alias\n\"=3+1\",a@example.org,\"@SUM(A1)\"\n\"-2\",b@example.org,\n",
	     "2 =3+1: a@example.org | @SUM(A1) | - | 0 -1\n3 -2: b@example.org | | - | 0 -1\n");
}

static void a_line_that_names_nobody_is_told(void **state)
{
	struct seen s;

	(void)state;
	assert_ok(read_text("name,email\nAda,ada@example.org\nNobody,\n", &s));
	assert_int_equal(s.notes, 2);	/* beside the columns */
	buf_done(&s.text);
	assert_fails(read_text("name,email\n", &s), ERR_INPUT);
	buf_done(&s.text);
	assert_fails(read_text("name,phone\nAda,1\n", &s), ERR_INPUT);
	buf_done(&s.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_of_many_makers_are_known),
		cmocka_unit_test(a_date_that_reads_two_ways_is_no_date),
		cmocka_unit_test(an_address_is_one), cmocka_unit_test(google_entra_okta_and_our_own_are_read),
		cmocka_unit_test(cells_that_a_spreadsheet_would_run_stay_as_they_are),
		cmocka_unit_test(a_line_that_names_nobody_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
