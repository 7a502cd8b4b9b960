/* A commit object from any bytes: what comes out is valid UTF-8 and bounded,
 * and taking the signature away leaves an object that is read alike. */
#include "fuzz.h"

#include "git/commit.h"
#include "git/message.h"
#include "git/paths.h"
#include "git/signature.h"

static void check_message(struct arena *a, struct str text)
{
	struct git_message m;

	git_message_parse(a, text, &m);
	ASSERT(str_is_utf8(m.subject) && m.subject.n <= GIT_SUBJECT);
	ASSERT(m.pull == GIT_PULL_NONE || m.pull > 0);
	for (size_t i = 0; i < m.tickets.n; i++)
		ASSERT(str_is_utf8(m.tickets.v[i]) && m.tickets.v[i].n > 0);
	for (size_t i = 0; i < m.coauthors_n; i++)
		ASSERT(str_is_utf8(m.coauthors[i].name) && m.coauthors[i].email.n <= GIT_EMAIL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct str bytes = { (const char *)data, n };
	struct git_commit *c = ARENA_NEW(a, struct git_commit), *again = ARENA_NEW(a, struct git_commit);

	check_message(a, arena_utf8(a, bytes));
	git_signature_key(a, bytes);
	git_paths_is_status(bytes);
	if (git_commit_parse(a, bytes, 40, c))
		return 0;
	ASSERT(str_is_utf8(c->author.name) && str_is_utf8(c->committer.email) && str_is_utf8(c->message));
	ASSERT(c->parents_n <= c->parents_total);
	check_message(a, c->message);
	git_signature_key(a, c->signature);
	if (git_commit_parse(a, git_commit_payload(a, c), 40, again))
		ASSERT(!"the payload of a commit that was read is read");
	ASSERT(again->signature.p == NULL && str_eq(again->message, c->message));
	ASSERT(str_eq(again->author.name, c->author.name) && again->parents_n == c->parents_n);
	return 0;
}
