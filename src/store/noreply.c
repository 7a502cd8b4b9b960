#include "store/noreply.h"

/* "12+login" or "12-login" behind its number, "login" as it is. */
static struct str behind_number(struct str local, char mark)
{
	size_t n = 0;

	while (n < local.n && local.p[n] >= '0' && local.p[n] <= '9')
		n++;
	return n && n < local.n && local.p[n] == mark ? str_from(local, n + 1) : local;
}

struct noreply noreply_of(struct str email)
{
	static const struct str users = STR_INIT("users.noreply."), plain = STR_INIT("noreply.");
	struct noreply r = { 0 };
	struct str local, domain;
	size_t at = email.n;

	while (at > 0 && email.p[at - 1] != '@')
		at--;
	if (at < 2)
		return r;
	local = (struct str){ email.p, at - 1 };
	domain = str_from(email, at);
	if (str_starts(domain, users)) {
		r.host = str_from(domain, users.n);
		r.login = behind_number(local, str_is(r.host, "github.com") ? '+' : '-');
		if (r.login.n == local.n)
			r.login = behind_number(local, '+');
	} else if (str_starts(domain, plain)) {
		r.host = str_from(domain, plain.n);
		r.login = local;
	}
	return r;
}
