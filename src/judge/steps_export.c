/* The commands that export pull requests from code hosts: reading only, as many
 * windows of time as the host's limits ask for. */
#include "judge/steps_parts.h"

enum { GITHUB_SEARCH = 900, WINDOWS = 12, PAGE = 50 };	/* GitHub's search ends at 1,000 */

static bool is_known(struct str host, enum steps_host *out)
{
	static const struct {
		const char *part;
		enum steps_host host;
	} known[] = {
		{ "github", STEPS_GITHUB },
		{ "gitlab", STEPS_GITLAB }, { "bitbucket", STEPS_BITBUCKET }, { "dev.azure.com", STEPS_AZURE },
		{ "visualstudio.com", STEPS_AZURE }, { "gitea", STEPS_GITEA }, { "codeberg", STEPS_GITEA },
		{ "forgejo", STEPS_GITEA },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_has(host, str_c(known[i].part))) {
			*out = known[i].host;
			return true;
		}
	return false;
}

enum steps_host steps_host_of(struct str host)
{
	enum steps_host kind = STEPS_GITHUB;

	return is_known(host, &kind) ? kind : STEPS_GITHUB;
}

enum steps_host steps_host_for(const struct stepping *s, const struct facts_branch *b)
{
	return s->spec->host == FIELD_UNKNOWN ? steps_host_of(b->host) : (enum steps_host)s->spec->host;
}

struct window {
	char from[DAY_TEXT], to[DAY_TEXT];
};

static struct window window_of(const struct facts *f, int64_t i, int64_t n)
{
	int64_t from = day_of(f->period.from), days = day_of(f->period.to) - from + 1;
	struct window w;

	day_put(w.from, from + days * i / n);
	day_put(w.to, from + days * (i + 1) / n - 1);
	return w;
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static struct str file_of(struct stepping *s, const struct facts_branch *b, int64_t i, int64_t n)
{
	const char *one = s->f->branches.n > 1 ? arena_cstr(s->a, b->repository) : "prs";
	char *name = arena_cstr(s->a, n > 1 ? arena_printf(s->a, "%s-%lld.json", one, (long long)i + 1) :
				arena_printf(s->a, "%s.json", one));

	for (char *p = name; *p; p++)
		if (!is_plain(*p))
			*p = '-';
	return str_c(name);
}

/* A shell takes each of these as it is, and so does an address. */
static bool is_plain_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]) && !memchr("/_~+", s.p[i], 4))
			return false;
	return s.n > 0 && s.p[0] != '-';
}

struct str steps_slug(const struct facts_branch *b)
{
	return is_plain_text(b->slug) ? b->slug : STR("OWNER/NAME");
}

struct str steps_branch(const struct facts_branch *b)
{
	return is_plain_text(b->branch) ? b->branch : STR("BRANCH");
}

/* The host in the repository's address, where it may be of the kind that is asked
 * for; absent: the kind's own public one. */
static struct str real_host(const struct stepping *s, const struct facts_branch *b)
{
	enum steps_host kind;
	bool other = is_known(b->host, &kind) && kind != steps_host_for(s, b);

	return other || !is_plain_text(b->host) ? (struct str){ 0 } : b->host;
}

struct str steps_at_host(struct stepping *s, const struct facts_branch *b, const char *option, const char *usual)
{
	struct str host = real_host(s, b);

	return host.n && !str_is(host, usual) ? arena_printf(s->a, " %s %.*s", option, FMT(host)) : STR("");
}

struct str steps_export_note(struct stepping *s, const struct facts_branch *b, size_t number)
{
	static const char *const places[] = {
		[STEPS_GITHUB] = "OWNER/NAME", [STEPS_GITLAB] = "OWNER%2FNAME", [STEPS_BITBUCKET] = "OWNER/NAME",
		[STEPS_AZURE] = "ORGANISATION, PROJECT and REPOSITORY", [STEPS_GITEA] = "HOST and OWNER/NAME",
	};
	struct str out = STR("");
	enum steps_host kind;

	if (!is_plain_text(b->slug))
		out = arena_printf(s->a, "This copy names no code host: put in place of %s where the repository lives. ",
				   places[steps_host_for(s, b)]);
	else if (s->spec->host == FIELD_UNKNOWN && !is_known(b->host, &kind))
		out = arena_printf(s->a, "%.*s is no host that is known here, so it is asked as a GitHub Enterprise one. ", FMT(b->host));
	if (s->spec->host == FIELD_UNKNOWN)
		out = arena_printf(s->a, "%.*sAnother host: custody next %zu --host gitlab, bitbucket, azure or gitea", FMT(out), number);
	return str_trim(out);
}

/* Commits are not asked for: GitHub refuses a list with them beyond 49 requests;
 * git knows who wrote them. */
static void export_github(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	int64_t n = b->changes / GITHUB_SEARCH + 1;
	struct str host = real_host(s, b);

	host = host.n && !str_is(host, "github.com") ? arena_printf(s->a, "%.*s/", FMT(host)) : STR("");

	n = n > WINDOWS ? WINDOWS : n;
	for (int64_t i = 0; i < n; i++) {
		struct window w = window_of(s->f, i, n);
		struct str file = file_of(s, b, i, n);

		buf_addf(out, "  gh pr list -R %.*s%.*s --state merged --search \"merged:%s..%s\" --limit 1000 \\\n"
			 "     --json number,url,author,mergeCommit,headRefOid,mergedAt,mergedBy,reviews,\\\n"
			 "statusCheckRollup,closingIssuesReferences,labels > %.*s\n", FMT(host),
			 FMT(steps_slug(b)), w.from, w.to, FMT(file));
		buf_addf(out, "  custody import %.*s\n", FMT(file));
	}
}

static void add_escaped(struct buf *out, struct str slug)
{
	for (size_t i = 0; i < slug.n; i++)
		if (slug.p[i] == '/')
			buf_add_c(out, "%2F");
		else
			buf_add_char(out, slug.p[i]);
}

static void export_gitlab(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct window w = window_of(s->f, 0, 1);
	struct str file = file_of(s, b, 0, 1), host = steps_at_host(s, b, "--hostname", "gitlab.com");

	buf_add_c(out, "  P=projects/");
	add_escaped(out, steps_slug(b));
	buf_addf(out, "/merge_requests\n"
		 "  glab api%.*s --paginate \"$P?state=merged&updated_after=%sT00:00:00Z&per_page=100\" |\n"
		 "  jq -c '.[]' |\n"
		 "  while read -r mr; do\n"
		 "     glab api%.*s \"$P/$(printf '%%s' \"$mr\" | jq .iid)/approvals\" </dev/null |\n"
		 "       jq -c --argjson mr \"$mr\" '$mr + {approved_by}'\n"
		 "  done | jq -s . > %.*s\n  custody import %.*s\n", FMT(host), w.from, FMT(host),
		 FMT(file), FMT(file));
}

static void export_pages(struct stepping *s, const struct facts_branch *b, struct str url, const char *query,
			 struct buf *out)
{
	struct str file = file_of(s, b, 0, 1);
	int64_t pages = b->changes / PAGE + 1;

	buf_addf(out, "  U=%.*s\n  for page in $(seq %lld); do\n"
		 "     curl -sn \"$U?%s\" > $page-%.*s\n  done\n"
		 "  custody import *-%.*s\n", FMT(url), (long long)pages, query, FMT(file), FMT(file));
}

/* Its lists of pull requests leave reviews out. */
static void export_gitea_reviews(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str file = file_of(s, b, 0, 1);

	buf_addf(out, "  for n in $(jq '.[]|select(.merged).number' *-%.*s); do\n"
		 "     curl -sn \"$U/$n/reviews\"\n"
		 "  done | jq -s add > reviews.json\n  custody import reviews.json\n", FMT(file));
}

/* "organisation/project/repository"; a project and its repository may be of one name. */
static void export_azure(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str file = file_of(s, b, 0, 1), rest = b->slug, of = STR("ORGANISATION"), project = STR("PROJECT"),
		   name = STR("REPOSITORY");

	if (is_plain_text(b->slug)) {
		(void)str_split(&rest, '/', &of);
		(void)str_split(&rest, '/', &project);
		name = rest.n ? rest : project;
	}
	buf_addf(out, "  az repos pr list --organization https://dev.azure.com/%.*s --project %.*s \\\n"
		 "     --repository %.*s --target-branch %.*s --status completed --top 1000 \\\n"
		 "     --output json > %.*s\n  custody import %.*s\n", FMT(of), FMT(project), FMT(name), FMT(steps_branch(b)),
		 FMT(file), FMT(file));
}

/* Bitbucket Data Center has other addresses than bitbucket.org. */
static void export_bitbucket(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str host = real_host(s, b), name = steps_slug(b), project = STR("PROJECT");

	if (!host.n || str_is(host, "bitbucket.org")) {
		export_pages(s, b, arena_printf(s->a, "https://api.bitbucket.org/2.0/repositories/%.*s/pullrequests", FMT(name)),
			     "state=MERGED&pagelen=50&page=$page&fields=%2Bvalues.participants", out);
		return;
	}
	(void)str_split(&name, '/', &project);
	export_pages(s, b, arena_printf(s->a, "https://%.*s/rest/api/1.0/projects/%.*s/repos/%.*s/pull-requests", FMT(host),
					FMT(project), FMT(name)), "state=MERGED&limit=50&start=$((page * 50 - 50))", out);
}

static void export_gitea(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str slug = steps_slug(b), host = real_host(s, b);

	if (!host.n)
		host = STR("HOST");
	export_pages(s, b, arena_printf(s->a, "https://%.*s/api/v1/repos/%.*s/pulls", FMT(host), FMT(slug)),
		     "state=closed&limit=50&page=$page", out);
	export_gitea_reviews(s, b, out);
}

void steps_export(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	switch (steps_host_for(s, b)) {
	case STEPS_GITHUB:
		export_github(s, b, out);
		return;
	case STEPS_GITLAB:
		export_gitlab(s, b, out);
		return;
	case STEPS_BITBUCKET:
		export_bitbucket(s, b, out);
		return;
	case STEPS_AZURE:
		export_azure(s, b, out);
		return;
	case STEPS_GITEA:
		export_gitea(s, b, out);
		return;
	}
}
