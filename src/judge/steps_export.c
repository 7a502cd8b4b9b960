/* The commands that export pull requests from code hosts: reading only, as many
 * windows of time as the host's limits ask for. */
#include "judge/steps_parts.h"

enum { GITHUB_SEARCH = 900, WINDOWS = 12, PAGE = 50 };	/* GitHub's search ends at 1,000 */

enum steps_host steps_host_of(struct str host)
{
	static const struct {
		const char *part;
		enum steps_host host;
	} known[] = {
		{ "gitlab", STEPS_GITLAB }, { "bitbucket", STEPS_BITBUCKET }, { "dev.azure.com", STEPS_AZURE },
		{ "visualstudio.com", STEPS_AZURE }, { "gitea", STEPS_GITEA }, { "codeberg", STEPS_GITEA },
		{ "forgejo", STEPS_GITEA },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_has(host, str_c(known[i].part)))
			return known[i].host;
	return STEPS_GITHUB;
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

static struct str slug_of(const struct facts_branch *b)
{
	return b->slug.n ? b->slug : STR("OWNER/NAME");
}

/* Commits are not asked for: GitHub refuses a list with them beyond 49 requests;
 * git knows who wrote them. */
static void export_github(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	int64_t n = b->changes / GITHUB_SEARCH + 1;

	n = n > WINDOWS ? WINDOWS : n;
	for (int64_t i = 0; i < n; i++) {
		struct window w = window_of(s->f, i, n);
		struct str file = file_of(s, b, i, n);

		buf_addf(out, "  gh pr list -R %.*s --state merged --search \"merged:%s..%s\" --limit 1000 \\\n"
			 "     --json number,url,author,mergeCommit,headRefOid,mergedAt,mergedBy,reviews,\\\n"
			 "statusCheckRollup,closingIssuesReferences,labels > %.*s\n", FMT(slug_of(b)), w.from, w.to, FMT(file));
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
	struct str file = file_of(s, b, 0, 1);

	buf_add_c(out, "  P=projects/");
	add_escaped(out, slug_of(b));
	buf_addf(out, "/merge_requests\n"
		 "  glab api --paginate \"$P?state=merged&updated_after=%sT00:00:00Z&per_page=100\" | jq -c '.[]' |\n"
		 "  while read -r mr; do\n"
		 "     glab api \"$P/$(printf '%%s' \"$mr\" | jq .iid)/approvals\" </dev/null |\n"
		 "       jq -c --argjson mr \"$mr\" '$mr + {approved_by}'\n"
		 "  done | jq -s . > %.*s\n  custody import %.*s\n", w.from, FMT(file), FMT(file));
}

static void export_pages(struct stepping *s, const struct facts_branch *b, const char *url, struct buf *out)
{
	struct str file = file_of(s, b, 0, 1);
	int64_t pages = b->changes / PAGE + 1;

	buf_addf(out, "  for page in $(seq %lld); do\n     curl -sn \"%s\" > $page-%.*s\n  done\n"
		 "  custody import *-%.*s\n", (long long)pages, url, FMT(file), FMT(file));
}

/* Its lists of pull requests leave reviews out. */
static void export_gitea_reviews(struct stepping *s, const struct facts_branch *b, struct str host, struct str slug,
				 struct buf *out)
{
	struct str file = file_of(s, b, 0, 1);

	buf_addf(out, "  for n in $(jq '.[]|select(.merged).number' *-%.*s); do\n"
		 "     curl -sn \"https://%.*s/api/v1/repos/%.*s/pulls/$n/reviews\"\n"
		 "  done | jq -s add > reviews.json\n  custody import reviews.json\n", FMT(file), FMT(host), FMT(slug));
}

static void export_azure(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str file = file_of(s, b, 0, 1), name = slug_of(b);

	for (size_t at = str_find(name, STR("/"), 0); at < name.n; at = str_find(name, STR("/"), 0))
		name = str_from(name, at + 1);
	buf_addf(out, "  az repos pr list --repository %.*s --target-branch %.*s --status completed --top 1000 \\\n"
		 "     --output json > %.*s\n  custody import %.*s\n", FMT(name), FMT(b->branch), FMT(file), FMT(file));
}

void steps_export(struct stepping *s, const struct facts_branch *b, struct buf *out)
{
	struct str slug = slug_of(b), host = b->host.n ? b->host : STR("HOST");

	switch (steps_host_for(s, b)) {
	case STEPS_GITHUB:
		export_github(s, b, out);
		return;
	case STEPS_GITLAB:
		export_gitlab(s, b, out);
		return;
	case STEPS_BITBUCKET:
		export_pages(s, b, arena_printf(s->a, "https://api.bitbucket.org/2.0/repositories/%.*s/pullrequests?state=MERGED"
			     "&pagelen=%d&page=$page&fields=%%2Bvalues.participants", FMT(slug), PAGE).p, out);
		return;
	case STEPS_AZURE:
		export_azure(s, b, out);
		return;
	case STEPS_GITEA:
		export_pages(s, b, arena_printf(s->a, "https://%.*s/api/v1/repos/%.*s/pulls?state=closed&limit=%d&page=$page",
						FMT(host), FMT(slug), PAGE).p, out);
		export_gitea_reviews(s, b, host, slug, out);
		return;
	}
}
