/* Parts of pull requests that GitHub and Gitea tell apart from them: the answers of
 * /pulls/N/reviews (which name their pull request), of /pulls/N/commits (known by
 * its last commit) and of /commits/SHA/check-runs. */
#include "reader/github.h"

#include "base/instant.h"

struct parts {
	struct report p;
	struct host_pull pull;
	struct arena *a;	/* of the pull request being put together */
	struct str url, last;	/* of the reviews; the commit before */
	size_t n, written;
	bool open, cut;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "[].pull_request_url") || reader_head_has(h, "check_runs") ||
	       (reader_head_has(h, "[].sha") && reader_head_has(h, "[].commit.author") &&
		reader_head_has(h, "[].parents"));
}

/* A list as long as a page of some host may go on: 30, 50 or 100. */
static bool is_whole(size_t n)
{
	return n % 30 != 0 && n % 50 != 0;
}

static void start(struct parts *g, const char *host)
{
	arena_reset(g->a);
	host_pull_start(&g->pull, g->a);
	g->pull.host = host;
	g->n = 0;
	g->open = true;
}

static err flush(struct parts *g)
{
	if (!g->open)
		return NULL;
	g->open = false;
	g->written++;
	return host_pull_write(&g->pull, &g->p);
}

/* "https://api.github.com/repos/OWNER/NAME/pulls/7", "https://HOST/OWNER/NAME/pulls/7" */
static err place_by_url(struct parts *g, const struct json *v, struct str url)
{
	size_t at = str_find(url, STR("/pulls/"), 0), from = str_find(url, STR("/repos/"), 0);
	struct str host = host_of_url(g->a, url, "github.com");
	int64_t number;

	if (at == url.n || !str_to_i64(str_from(url, at + 7), &number) || number <= 0)
		return report_fault(g->p.r, v, "the review does not name its pull request");
	g->pull.host = arena_cstr(g->a, str_starts(host, STR("api.")) ? str_from(host, 4) : host);
	g->pull.pull.number = number;
	g->url = arena_str(g->a, url);
	if (from < at)
		g->pull.pull.repository = arena_str(g->a, (struct str){ url.p + from + 7, at - from - 7 });
	else
		g->pull.pull.repository = arena_str(g->a, fact_slug((struct str){ url.p, at }));
	return NULL;
}

static void newest(struct parts *g, const struct json *v)
{
	int64_t t = host_newest(v);

	if (t > g->pull.pull.newest)
		g->pull.pull.newest = t;
}

/* Texts of the item live until the next one: what is kept is copied. */
static struct str kept(struct parts *g, struct str s)
{
	return s.p ? arena_str(g->a, s) : s;
}

static void keep_who(struct parts *g, struct s_who *who)
{
	who->email = kept(g, who->email);
	who->host = kept(g, who->host);
	who->login = kept(g, who->login);
	who->name = kept(g, who->name);
	who->why = kept(g, who->why);
}

static err take_review(struct parts *g, const struct json *v)
{
	struct str url = json_text(json_get(v, "pull_request_url"));
	size_t before;

	if (!g->open || !str_eq(url, g->url)) {
		TRY(flush(g));
		start(g, "github.com");
		TRY(place_by_url(g, v, url));
	}
	before = g->pull.pull.reviews.n;
	github_put_review(&g->pull, v);
	if (g->pull.pull.reviews.n > before) {
		struct s_review *r = &g->pull.reviews[before];

		r->commit = kept(g, r->commit);
		keep_who(g, &r->who);
	}
	newest(g, v);
	g->n++;
	g->pull.pull.reviews_known = is_whole(g->n) && g->n <= HOST_REVIEWS;
	return NULL;
}

static bool follows(const struct parts *g, const struct json *v)
{
	const struct json *parents = host_list(json_get(v, "parents"));

	for (const struct json *m = parents ? parents->first : NULL; m; m = m->next)
		for (size_t i = 0; i < g->pull.pull.commits.n; i++)
			if (str_eq(json_text(json_get(m, "sha")), g->pull.commits[i]))
				return true;
	return false;
}

static void put_person(struct parts *g, const struct json *v, const char *role)
{
	const struct json *account = json_get(v, role), *named = json_path(v, role[0] == 'a' ? "commit.author" :
									    "commit.committer");
	struct s_who who = host_who(g->a, g->pull.host, account && account->kind == JSON_OBJECT ? account : named);

	keep_who(g, &who);
	host_pull_person(&g->pull, &who);
}

/* A commit that follows none of those before begins another pull request's list. */
static err take_commit(struct parts *g, const struct json *v)
{
	struct str sha = fact_commit(g->a, json_text(json_get(v, "sha")));

	if (!sha.p)
		return report_fault(g->p.r, v, "a commit of a pull request has no 'sha'");
	if (!g->open || !follows(g, v)) {
		TRY(flush(g));
		start(g, "github.com");
		sha = fact_commit(g->a, json_text(json_get(v, "sha")));
	}
	sha = kept(g, sha);
	host_pull_commit(&g->pull, sha);
	put_person(g, v, "author");
	put_person(g, v, "committer");
	g->n++;
	g->pull.pull.head = sha;
	g->pull.pull.commits_total = (int64_t)g->n;
	g->pull.pull.commits_known = is_whole(g->n) && g->n <= HOST_COMMITS;
	return NULL;
}

static err take_item(void *ctx, const struct json *v)
{
	struct parts *g = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a part of a pull request must be an object");
	return json_get(v, "pull_request_url") ? take_review(g, v) : take_commit(g, v);
}

static err take_run(void *ctx, const struct json *v)
{
	struct parts *g = ctx;
	struct str head = fact_commit(g->p.tmp, json_text(json_get(v, "head_sha")));
	size_t before;

	if (!head.p)
		return report_fault(g->p.r, v, "a check run has no 'head_sha'");
	if (!g->open || !str_eq(head, g->pull.pull.head)) {
		TRY(flush(g));		/* which forgets what is in g->p.tmp */
		start(g, "github.com");
		g->pull.pull.head = fact_commit(g->a, json_text(json_get(v, "head_sha")));
		g->pull.pull.head = kept(g, g->pull.pull.head);
	}
	before = g->pull.pull.checks.n;
	github_put_check(&g->pull, v);
	if (g->pull.pull.checks.n > before)
		g->pull.checks[before].name = kept(g, g->pull.checks[before].name);
	newest(g, v);
	g->n++;
	g->pull.pull.checks_known = is_whole(g->n) && g->n <= HOST_CHECKS;
	return NULL;
}

static err read_all(struct parts *g)
{
	static const struct json_want list[] = { { "[]", take_item, 0 }, { NULL, NULL, 0 } };
	static const struct json_want runs[] = { { "check_runs[]", take_run, 0 }, { NULL, NULL, 0 } };

	TRY(report_json(g->p.r, report_top(g->p.r, '[') ? runs : list, g, NULL));
	TRY(flush(g));
	return g->written ? NULL : submission_write_note(g->p.r->out, "%s holds no part of a pull request", g->p.r->name);
}

static err parts_read(struct reader *r)
{
	struct parts *g = ARENA_NEW(r->a, struct parts);
	err e;

	report_start(&g->p, r);
	g->a = arena_new();
	e = read_all(g);
	arena_free(g->a);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_github_parts = {
	.name = "github-pull-parts", .title = "GitHub reviews, commits or checks", .recognise = recognise,
		.read = parts_read,
};
