/* The small texts of a repository from any bytes: .mailmap, CODEOWNERS, the
 * address of a remote. */
#include "fuzz.h"

#include "git/people.h"
#include "git/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct str bytes = { (const char *)data, n }, rest = bytes, line;
	OWNED(git_mailmap) m = git_mailmap_new(bytes);
	struct git_owner_rules rules;
	enum git_file_kind kind;
	const char *tool;

	git_owners_parse(a, bytes, &rules);
	for (int i = 0; i < 50 && str_split(&rest, '\n', &line); i++) {
		struct git_remote remote = git_remote_of(a, STR("origin"), line);
		struct git_person p;

		ASSERT(remote.host == GIT_HOST_NONE || remote.host_name.n > 0);
		git_owners_of(&rules, line);
		git_file_kind_of(line, &kind, &tool);
		if (!git_person_parse(a, line, &p))
			continue;
		git_mailmap_apply(m, &p);
		ASSERT(str_is_utf8(p.name) && p.name.n <= GIT_NAME);
		ASSERT(git_identity_of(&p).why);
	}
	return 0;
}
