#include "git/vouch.h"

#include "base/file.h"
#include "crypto/signers.h"

enum { LIST_MAX = 4 << 20 };

struct git_vouch {
	struct arena *a;
	struct signers listed;
	bool any;
};

void git_vouch_free(struct git_vouch *v)
{
	if (!v)
		return;
	arena_free(v->a);
	free(v);
}

static err read_list(const char *path, struct arena *a, struct str *text)
{
	BUF_AUTO bytes = buf_new(LIST_MAX);

	TRY(file_read(path, &bytes));
	*text = arena_str(a, buf_str(&bytes));
	return NULL;
}

err git_vouch_new(const char *signers, const char *revoked, struct git_vouch **out)
{
	OWNED(git_vouch) v = base_alloc(sizeof(*v));
	struct str text;

	v->a = arena_new();
	if (signers) {
		TRY(read_list(signers, v->a, &text));
		TRY(err_in(signers_parse(v->a, text, &v->listed), "%s", signers));
		v->any = true;
	}
	if (revoked) {
		TRY(read_list(revoked, v->a, &text));
		TRY(err_in(signers_revoke(v->a, text, &v->listed), "%s", revoked));
	}
	*out = v;
	v = NULL;
	return NULL;
}

/* Addresses are compared without case, as mail is delivered. */
static bool covers(struct arena *a, const struct signer *s, struct str email)
{
	struct signer lower = *s;
	char *names = arena_cstr(a, s->principals), *mail = arena_cstr(a, email);

	for (char *p = names; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	for (char *p = mail; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	lower.principals = (struct str){ names, s->principals.n };
	return email.n && signers_covers(&lower, (struct str){ mail, email.n });
}

static struct str first_of(struct str principals)
{
	struct str one = { 0 };

	while (str_split(&principals, ',', &one))
		if (one.n && one.p[0] != '!' && !memchr(one.p, '*', one.n) && !memchr(one.p, '?', one.n))
			return one;
	return (struct str){ 0 };
}

/* A key may be listed on several lines: one for the author wins. */
static enum git_standing whose_key(const struct git_vouch *v, struct arena *a, const struct git_change *c,
				  const struct sshsig *sig, struct str *whose)
{
	enum git_standing best = GIT_VOUCH_OUTDATED;

	for (size_t i = 0; i < v->listed.n; i++) {
		const struct signers one = { .v = &v->listed.v[i], .n = 1 };
		const struct signer *s = signers_find(&one, sig, c->committer.at);

		if (!s)
			continue;
		if (covers(a, s, c->author.email)) {
			*whose = c->author.email;
			return GIT_VOUCH_AUTHOR;
		}
		if (covers(a, s, c->committer.email)) {
			*whose = c->committer.email;
			best = GIT_VOUCH_COMMITTER;
		} else if (best == GIT_VOUCH_OUTDATED) {
			*whose = first_of(s->principals);
			best = GIT_VOUCH_OTHER;
		}
	}
	return best;
}

enum git_standing git_vouch_of(const struct git_vouch *v, struct arena *a, const struct git_change *c,
			      struct str *whose)
{
	struct sshsig sig;

	*whose = (struct str){ 0 };
	if (!v->any || c->signature != GIT_SIGNED_SSH || !c->payload.p)
		return GIT_VOUCH_UNCHECKED;
	if (sshsig_parse(a, c->armour, &sig))
		return GIT_VOUCH_BAD;
	switch (signers_vouch(&v->listed, &sig, c->payload, "git")) {
	case SIGNERS_LISTED:
		break;
	case SIGNERS_UNLISTED:
		return GIT_VOUCH_UNLISTED;
	case SIGNERS_REVOKED:
		return GIT_VOUCH_REVOKED;
	case SIGNERS_BAD:
		return GIT_VOUCH_BAD;
	case SIGNERS_UNCHECKED:
		return GIT_VOUCH_UNCHECKED;
	}
	return whose_key(v, a, c, &sig, whose);
}
