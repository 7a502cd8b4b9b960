#include "git/git.h"

const char *const git_host_words[] = { "none", "github", "gitlab", "bitbucket", "azure", "gitea",
				       NULL };

static const struct {
	struct str part;	/* of the host's name */
	enum git_host host;
} hosts[] = {
	{ STR_INIT("github"), GIT_HOST_GITHUB },
	{ STR_INIT("gitlab"), GIT_HOST_GITLAB },
	{ STR_INIT("bitbucket"), GIT_HOST_BITBUCKET },
	{ STR_INIT("dev.azure.com"), GIT_HOST_AZURE },
	{ STR_INIT("visualstudio.com"), GIT_HOST_AZURE },
	{ STR_INIT("gitea"), GIT_HOST_GITEA },
	{ STR_INIT("forgejo"), GIT_HOST_GITEA },
	{ STR_INIT("codeberg.org"), GIT_HOST_GITEA },
};

/* An address taken apart. `user` is kept only to tell "git@" from a secret. */
struct address {
	struct str scheme, user, host, port, path;
};

static size_t find_char(struct str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}

static struct str lower(struct arena *a, struct str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){ p, s.n };
}

/* Only what these schemes name is a place one can go to; transports that run a
 * program (ext::, fd::), scripts and files are not. */
static bool is_scheme(struct str s)
{
	static const char *const known[] = { "https", "http", "ssh", "git", "git+ssh", "ssh+git", "git+https" };

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(s, known[i]))
			return true;
	return false;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n <= 5;
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A name, an IPv4 address, or an IPv6 one in brackets. */
static bool is_host(struct str s)
{
	bool six = s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
	const char *also = six ? "[]:.%" : ".-_";

	for (size_t i = 0; i < s.n; i++) {
		if (!is_letter_or_digit(s.p[i]) && !memchr(also, s.p[i], strlen(also)))
			return false;
	}
	return s.n > 0 && s.n <= 253 && s.p[0] != '-' && s.p[0] != '.';
}

/* An address with an @ in its path was not told apart from its password, so none
 * of it is shown; nor one with spaces, quotes or control characters. */
static bool is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || memchr("\"'<>@\\^`{|}\177", s.p[i], 13))
			return false;
	return true;
}

static bool is_sound(const struct address *a)
{
	return is_scheme(a->scheme) && is_host(a->host) && is_digits(a->port) && is_path(a->path);
}

/* "user:password@host:port" */
static void authority(struct arena *a, struct str s, struct address *out)
{
	size_t end = 0;

	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] != '@')
			continue;
		out->user = (struct str){ s.p, i - 1 };
		s = str_from(s, i);
		break;
	}
	if (s.n && s.p[0] == '[')
		end = find_char(s, ']');
	if (end < s.n && find_char(str_from(s, end), ':') < s.n - end) {
		end += find_char(str_from(s, end), ':');
		out->port = str_from(s, end + 1);
		s.n = end;
	}
	out->host = lower(a, s);
}

/* scheme://authority/path, or user@host:path; false for a path on this machine. */
static bool address_of(struct arena *a, struct str url, struct address *out)
{
	size_t at = str_find(url, STR("://"), 0), colon;
	struct str rest;

	*out = (struct address){ 0 };
	if (at < url.n) {
		out->scheme = lower(a, (struct str){ url.p, at });
		rest = str_from(url, at + 3);
		out->path = str_from(rest, find_char(rest, '/'));
		rest.n = find_char(rest, '/');
		authority(a, rest, out);
		return out->host.n > 0;
	}
	colon = str_find(url, STR("]:"), 0);	/* git@[2001:db8::1]:path */
	colon = colon < url.n ? colon + 1 : find_char(url, ':');
	if (colon == url.n || colon < 2 || find_char(url, '/') < colon)
		return false;
	out->scheme = STR("ssh");
	authority(a, (struct str){ url.p, colon }, out);
	out->path = str_from(url, colon + 1);
	/* A bare word before the colon is an alias of this machine, or no host at all. */
	return out->host.n > 0 && (out->user.n || str_has(out->host, STR(".")));
}

static enum git_host host_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (str_has(name, hosts[i].part))
			return hosts[i].host;
	return GIT_HOST_NONE;
}

/* Parts of a path that belong to the host's way of addressing, not to the name. */
static bool is_filler(enum git_host host, struct str part, size_t place)
{
	if (part.n == 0)
		return true;
	if (host == GIT_HOST_AZURE)
		return str_is(part, "_git") || (place == 0 && str_is(part, "v3")) ||
		       str_is(part, "DefaultCollection");
	return host == GIT_HOST_BITBUCKET && place == 0 && str_is(part, "scm");
}

static struct str slug_of(struct arena *a, const struct address *at, enum git_host host)
{
	struct str path = at->path, part, out = STR("");
	size_t place = 0;

	path.n = find_char(path, '?');
	path.n = find_char(path, '#');
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	if (str_ends(path, STR(".git")))
		path.n -= 4;
	if (host == GIT_HOST_AZURE && str_ends(at->host, STR(".visualstudio.com")) &&
	    !str_has(at->host, STR("ssh")))
		out = (struct str){ at->host.p, find_char(at->host, '.') };
	while (str_split(&path, '/', &part)) {
		if (is_filler(host, part, place))
			continue;
		place++;
		out = out.n ? arena_printf(a, "%.*s/%.*s", FMT(out), FMT(part)) : part;
	}
	return out;
}

struct git_remote git_remote_of(struct arena *a, struct str name, struct str url)
{
	struct git_remote r = { .name = name, .url = url, .host_name = STR(""), .slug = STR("") };
	struct address at;

	if (!address_of(a, url, &at)) {
		if (!str_starts(url, STR("/")) && find_char(url, ':') < url.n)
			r.url = STR("");
		return r;
	}
	r.url = STR("");
	if (!is_sound(&at))
		return r;
	r.host = host_of(at.host);
	r.host_name = at.host;
	r.slug = slug_of(a, &at, r.host);
	at.path.n = find_char(at.path, '?');
	at.path.n = find_char(at.path, '#');
	r.url = arena_printf(a, "%.*s://%s%.*s%s%.*s%s%.*s", FMT(at.scheme),
			     str_is(at.user, "git") ? "git@" : "", FMT(at.host),
			     at.port.n ? ":" : "", FMT(at.port),
			     str_starts(at.path, STR("/")) ? "" : "/", FMT(at.path));
	return r;
}

const struct git_remote *git_repo_home(const struct git_repo *r)
{
	static const char *const names[] = { "origin", "upstream" };

	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (size_t i = 0; i < r->remotes_n; i++)
			if (str_is(r->remotes[i].name, names[k]) && r->remotes[i].host_name.n)
				return &r->remotes[i];
	for (size_t i = 0; i < r->remotes_n; i++)
		if (r->remotes[i].host_name.n)
			return &r->remotes[i];
	return NULL;
}
