/* Paths, vulnerability identifiers and package URLs. */
#include "reader/fact.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct str fact_percent_decode(struct arena *a, struct str s)
{
	char *out;
	size_t n = 0;

	if (!str_has(s, STR("%")))
		return s;
	out = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		bool coded = s.p[i] == '%' && i + 2 < s.n && digit(s.p[i + 1]) >= 0 && digit(s.p[i + 2]) >= 0;

		out[n++] = coded ? (char)(digit(s.p[i + 1]) * 16 + digit(s.p[i + 2])) : s.p[i];
		i += coded ? 2 : 0;
	}
	return arena_utf8(a, (struct str){ out, n });
}

/* Whether the last part of the path so far can be taken back by "..". */
static bool can_go_up(const char *out, size_t n, size_t floor)
{
	return n > floor && !(n - floor >= 2 && memcmp(out + n - 2, "..", 2) == 0);
}

/* Folds ".", ".." and empty parts of `s` into out; a leading slash stays. */
static struct str fold(char *out, struct str s)
{
	size_t n = 0, floor;
	struct str part;

	if (s.n && s.p[0] == '/')
		out[n++] = '/';
	floor = n;
	while (str_split(&s, '/', &part)) {
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..") && can_go_up(out, n, floor)) {
			while (n > floor && out[n - 1] != '/')
				n--;
			n -= n > floor;
			continue;
		}
		if (n > floor)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	return (struct str){ out, n };
}

static bool plain(struct str s)
{
	return !str_has(s, STR("//")) && !str_has(s, STR("./")) && !str_has(s, STR("\\")) &&
	       !str_ends(s, STR("/.")) && !str_ends(s, STR("/.."));
}

struct str fact_path(struct arena *a, struct str s)
{
	char *copy;

	s = str_trim(s);
	if (str_starts(s, STR("file://")))
		s = str_from(s, str_starts(s, STR("file://localhost/")) ? 16 : 7);
	else if (str_has(s, STR("://")))
		return s;
	if (plain(s))
		return s;
	copy = arena_cstr(a, s);
	if (!str_has(s, STR("/")))
		for (size_t i = 0; i < s.n; i++)
			copy[i] = copy[i] == '\\' ? '/' : copy[i];
	return fold(arena_alloc(a, s.n + 2), (struct str){ copy, s.n });
}

struct str fact_uri_path(struct arena *a, struct str uri)
{
	return fact_path(a, fact_percent_decode(a, uri));
}

struct str fact_slug(struct str url)
{
	size_t at = str_find(url, STR("://"), 0);

	if (at < url.n)
		at = str_find(url, STR("/"), at + 3);
	else if (str_starts(url, STR("git@")))
		at = str_find(url, STR(":"), 0);
	if (at < url.n)
		url = str_from(url, at + 1);
	while (str_ends(url, STR("/")))
		url.n--;
	if (str_ends(url, STR(".git")))
		url.n -= 4;
	return url;
}

struct str fact_image(struct str reference)
{
	size_t at = str_find(reference, STR("@"), 0), colon;

	reference.n = at;
	if (str_ends(reference, STR(".tar")) || str_ends(reference, STR(".tar.gz")))
		return reference;
	for (colon = reference.n; colon > 0 && reference.p[colon - 1] != ':'; colon--)
		if (reference.p[colon - 1] == '/')
			return reference;
	if (colon > 0)
		reference.n = colon - 1;
	return reference;
}

static size_t digits(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
		n++;
	return n;
}

struct str fact_cve(struct str s)
{
	size_t at = 0;

	while ((at = str_find(s, STR("CVE-"), at)) < s.n) {
		size_t tail;

		at += 4;
		if (digits(s, at) != 4 || at + 4 >= s.n || s.p[at + 4] != '-')
			continue;
		tail = digits(s, at + 5);
		if (tail >= 4)
			return (struct str){ s.p + at - 4, 4 + 5 + tail };
	}
	return (struct str){ 0 };
}

struct str fact_alias(const struct str *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str cve = ids[i].p ? fact_cve(ids[i]) : (struct str){ 0 };

		if (cve.p)
			return cve;
	}
	for (size_t i = 0; i < n; i++)
		if (ids[i].p && str_starts(ids[i], STR("GHSA-")))
			return ids[i];
	for (size_t i = 0; i < n; i++)
		if (ids[i].n)
			return ids[i];
	return (struct str){ 0 };
}

struct str fact_purl(struct arena *a, struct str purl, struct str *version)
{
	size_t end = purl.n, at;

	for (size_t i = 0; i < purl.n; i++) {
		if (purl.p[i] == '?' || purl.p[i] == '#') {
			end = i;
			break;
		}
	}
	at = end;
	while (at > 0 && purl.p[at - 1] != '@' && purl.p[at - 1] != '/')
		at--;
	if (at == 0 || purl.p[at - 1] != '@')
		return (struct str){ purl.p, end };
	if (!version->p)
		*version = fact_percent_decode(a, (struct str){ purl.p + at, end - at });
	return (struct str){ purl.p, at - 1 };
}

/* Words of Trivy, Grype, OSV, GitHub and GitLab for the types of package URLs. */
static const struct { const char *word, *type; } ecosystems[] = {
	{ "npm", "npm" }, { "node-pkg", "npm" }, { "yarn", "npm" }, { "pnpm", "npm" }, { "javascript", "npm" },
	{ "nodejs", "npm" }, { "pip", "pypi" }, { "pypi", "pypi" }, { "python-pkg", "pypi" }, { "python", "pypi" },
	{ "poetry", "pypi" }, { "pipenv", "pypi" }, { "uv", "pypi" }, { "conda", "conda" },
	{ "go", "golang" }, { "gomod", "golang" }, { "gobinary", "golang" }, { "golang", "golang" },
	{ "go-module", "golang" }, { "maven", "maven" }, { "jar", "maven" }, { "pom", "maven" },
	{ "gradle", "maven" }, { "java-archive", "maven" }, { "java", "maven" }, { "rubygems", "gem" },
	{ "gem", "gem" }, { "gemspec", "gem" }, { "bundler", "gem" }, { "cargo", "cargo" }, { "crates.io", "cargo" },
	{ "rust", "cargo" }, { "rust-crate", "cargo" }, { "rustbinary", "cargo" }, { "nuget", "nuget" },
	{ "dotnet-core", "nuget" }, { "dotnet", "nuget" }, { "packages-lock", "nuget" }, { "composer", "composer" },
	{ "packagist", "composer" }, { "php-composer", "composer" }, { "hex", "hex" }, { "mix-lock", "hex" },
	{ "pub", "pub" }, { "swift", "swift" }, { "cocoapods", "cocoapods" }, { "julia", "julia" },
	{ "conan", "conan" }, { "actions", "githubactions" }, { "github actions", "githubactions" },
	{ "alpine", "apk/alpine" }, { "apk", "apk/alpine" }, { "wolfi", "apk/wolfi" }, { "debian", "deb/debian" },
	{ "deb", "deb/debian" }, { "ubuntu", "deb/ubuntu" }, { "redhat", "rpm/redhat" }, { "rpm", "rpm/redhat" },
	{ "centos", "rpm/centos" }, { "fedora", "rpm/fedora" }, { "amazon", "rpm/amazon" }, { "rocky", "rpm/rocky" },
	{ "alma", "rpm/almalinux" }, { "oracle", "rpm/oracle" }, { "photon", "rpm/photon" },
	{ "suse", "rpm/suse" }, { "opensuse", "rpm/opensuse" },
};

/* The type of a package URL for a tool's word; "Debian:12" counts up to the colon. */
static const char *type_of(struct str ecosystem)
{
	struct str word = { ecosystem.p, str_find(ecosystem, STR(":"), 0) };

	for (size_t i = 0; word.n && i < ARRAY_LEN(ecosystems); i++)
		if (str_is_caseless(word, str_c(ecosystems[i].word)))
			return ecosystems[i].type;
	return "generic";
}

/* PEP 503: lower case, and '-' for '_' and '.'. */
static struct str python_name(struct arena *a, struct str name)
{
	char *folded = arena_cstr(a, name);

	for (size_t i = 0; i < name.n; i++) {
		if (folded[i] == '_' || folded[i] == '.')
			folded[i] = '-';
		else if (folded[i] >= 'A' && folded[i] <= 'Z')
			folded[i] = (char)(folded[i] + 32);
	}
	return (struct str){ folded, name.n };
}

struct str fact_package(struct arena *a, struct str ecosystem, struct str name)
{
	const char *type = type_of(ecosystem);
	size_t colon = str_find(name, STR(":"), 0);

	if (!name.n)
		return (struct str){ 0 };
	if (strcmp(type, "maven") == 0 && colon < name.n)
		return arena_printf(a, "pkg:maven/%.*s/%.*s", (int)colon, name.p, FMT(str_from(name, colon + 1)));
	if (strcmp(type, "pypi") == 0)
		name = python_name(a, name);
	if (name.p[0] == '@')
		return arena_printf(a, "pkg:%s/%%40%.*s", type, FMT(str_from(name, 1)));
	return arena_printf(a, "pkg:%s/%.*s", type, FMT(name));
}
