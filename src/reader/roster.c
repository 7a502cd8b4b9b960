#include "reader/roster.h"

#include "base/field.h"
#include "base/instant.h"
#include "record/types.h"

enum { HEADING_MAX = 64 };

static const struct {
	enum roster_column column;
	const char *names;		/* in lower case without punctuation, a space between */
} columns[] = {
	{ ROSTER_EMAIL, " email emailaddress mail primaryemail workemail businessemail corporateemail companyemail "
			"useremail userprincipalname upn emailwork emailprimary usernameemail " },
	{ ROSTER_EMAILS, " emails emailaddresses emailaliases emailalias secondaryemail secondemail othermails "
			 "alternateemail alternateemails alternateemailaddress proxyaddresses worksecondaryemail "
			 "secondaryemails aliasemails " },
	{ ROSTER_LOGIN, " login username userlogin samaccountname onpremisessamaccountname mailnickname githublogin github "
			"githubusername githubuser gitlab gitlablogin gitlabusername gitlabuser bitbucket "
			"bitbucketusername nickname uid accountname gitusername ldapuser networkid " },
	{ ROSTER_ALIASES, " alias aliases othernames logins knownas formername maidenname accounts " },
	{ ROSTER_NAME, " displayname name fullname employeename personname employee completename " },
	{ ROSTER_GIVEN, " firstname givenname forename preferredfirstname legalfirstname " },
	{ ROSTER_FAMILY, " lastname surname familyname sn legallastname " },
	{ ROSTER_STATUS, " status accountenabled enabled active isactive employmentstatus userstatus accountstatus "
			 "state employeestatus " },
	{ ROSTER_SUSPENDED, " suspended issuspended disabled blocked archived blockcredential " },
	{ ROSTER_MANAGER, " manager manageremail managerid managerupn supervisor supervisoremail reportsto linemanager "
			  "managername manageremailaddress linemanageremail reportingmanager manageremployeeid " },
	{ ROSTER_DEPARTMENT, " department dept orgunitpath orgunit organizationalunit team division " },
	{ ROSTER_STARTS, " startdate hiredate employeehiredate joindate dateofjoining dateofhire joiningdate start entrydate " },
	{ ROSTER_ENDS, " enddate terminationdate leavedate lastworkingday lastday employeeleavedatetime contractenddate "
		       "dateofleaving leavingdate end exitdate "
		       "left leftdate lefton leftat dateleft leaveon departed departuredate offboarded offboardingdate "
		       "separationdate employmentenddate lastdate lastworkday terminatedon resignationdate " },
	{ ROSTER_KIND, " type accounttype usertype employeetype kind " },
	{ ROSTER_REF, " id objectid employeeid employeenumber userid personid staffid externalid oktaid " },
};

/* Letters and digits alone, in lower case; "[Required]" and the like are no part. */
static struct str plain(struct str s, char out[HEADING_MAX])
{
	size_t n = 0;
	bool within = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];

		within = c == '[' || (within && c != ']');
		if (within || !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		if (n == HEADING_MAX - 2)
			return (struct str){ 0 };
		out[n++] = c;
	}
	return (struct str){ out, n };
}

/* Whether ` word ` stands in a list of words. */
static bool among(struct str word, const char *list)
{
	char between[HEADING_MAX + 2];
	struct str s = { between, word.n + 2 };

	if (word.n == 0 || word.n > HEADING_MAX - 2)
		return false;
	between[0] = between[word.n + 1] = ' ';
	memcpy(between + 1, word.p, word.n);
	return str_has(str_c(list), s);
}

enum roster_column roster_column_of(struct str heading)
{
	char room[HEADING_MAX];
	struct str word = plain(heading, room);

	/* Okta's export puts "user." and "profile." before names. */
	if (str_starts(word, STR("userprofile")) || str_starts(word, STR("profile")))
		word = str_from(word, str_starts(word, STR("profile")) ? 7 : 11);
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		if (among(word, columns[i].names))
			return columns[i].column;
	return ROSTER_NONE;
}

int roster_status_of(struct str text)
{
	char room[HEADING_MAX];
	struct str word = plain(text, room);

	if (among(word, " active enabled true yes 1 staged provisioned passwordexpired recovery employed current "
			"onleave leave pendinguseraction passwordreset hired "))
		return PERSON_ACTIVE;
	if (among(word, " suspended disabled false no 0 inactive archived lockedout blocked "))
		return PERSON_SUSPENDED;
	if (among(word, " deprovisioned terminated left deleted resigned exited former offboarded retired leaver "))
		return PERSON_LEFT;
	return FIELD_UNKNOWN;
}

int roster_kind_of(struct str text)
{
	char room[HEADING_MAX];

	return among(plain(text, room), " service serviceaccount bot shared sharedmailbox machine technical robot "
					"application functional resource room system ") ? PERSON_SERVICE : PERSON_HUMAN;
}

/* "31.01.2024": two parts of one or two digits, then four; the separators given. */
static bool three_numbers(struct str s, char sep, uint64_t v[3])
{
	struct str piece;

	for (int i = 0; i < 3; i++)
		if (!str_split(&s, sep, &piece) || piece.n == 0 || piece.n > (i == 2 ? 4u : 2u) ||
		    !str_to_u64(piece, &v[i]))
			return false;
	return s.n == 0 && piece.n == 4;
}

static int64_t day_from(uint64_t year, uint64_t month, uint64_t day)
{
	char text[64];
	int64_t out;
	int n = snprintf(text, sizeof(text), "%04u-%02u-%02u", (unsigned)year, (unsigned)month, (unsigned)day);

	return day_get((struct str){ text, (size_t)n }, &out) ? out : INSTANT_NONE;
}

int64_t roster_day_of(struct str text, bool *twofold)
{
	uint64_t v[3];
	int64_t out;

	*twofold = false;
	if (day_get(text, &out))
		return out;
	if (instant_get(text, &out))
		return day_of(out);
	if (text.n >= 19 && day_get(str_cut(text, 10), &out) && (text.p[10] == ' ' || text.p[10] == 'T'))
		return out;
	if (three_numbers(text, '.', v))
		return day_from(v[2], v[1], v[0]);
	if (!three_numbers(text, '/', v))
		return INSTANT_NONE;
	if (v[0] > 12)
		return day_from(v[2], v[1], v[0]);
	if (v[1] > 12)
		return day_from(v[2], v[0], v[1]);
	if (v[0] == v[1])
		return day_from(v[2], v[0], v[1]);
	*twofold = true;
	return INSTANT_NONE;
}

bool roster_is_email(struct str s)
{
	size_t at = str_find(s, STR("@"), 0);

	if (at == 0 || at + 1 >= s.n || s.n > 320 || str_has(s, STR("#EXT#")))
		return false;
	if (str_find(s, STR("@"), at + 1) < s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ')
			return false;
	return true;
}
