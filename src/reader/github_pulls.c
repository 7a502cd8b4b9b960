/* Pull requests as GitHub exports them: `gh pr list --json …`, the REST lists, and
 * GraphQL answers. What an export does not hold is unknown, never "none". */
#include "reader/github.h"

#include "base/instant.h"

struct github {
	struct report p;
	struct host_pull pull;
	struct str repository;		/* of a GraphQL answer */
	bool cut;			/* it is one page of several */
	int64_t pulls, open;
};

enum { PAGE = 100 };	/* gh asks for the first 100 of each list and does not say when there are more */

/* Whether the list is all there is: a full page may have been cut. */
static bool whole(const struct json *v, size_t max)
{
	const struct json *list = host_list(v);
	int64_t total;

	if (!list || list->n > max || json_true(json_path(v, "pageInfo.hasNextPage")))
		return false;
	if (json_int(json_get(v, "totalCount"), &total))
		return total <= (int64_t)list->n;
	return list->n < PAGE;
}

static bool recognise_at(const struct reader_head *h, const char *prefix)
{
	static const char *const marks[] = {
		"mergedAt", "merged_at", "mergeCommit", "merge_commit_sha", "headRefOid", "headRefName",
			"statusCheckRollup",
	};
	char path[200];

	snprintf(path, sizeof(path), "%snumber", prefix);
	if (!reader_head_has(h, path))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		snprintf(path, sizeof(path), "%s%s", prefix, marks[i]);
		if (reader_head_has(h, path))
			return true;
	}
	return false;
}

static bool recognise(const struct reader_head *h)
{
	return recognise_at(h, "[].") || recognise_at(h, "") || recognise_at(h, "data.search.nodes[].") ||
	       reader_head_has(h, "data.repository.pullRequests") || recognise_at(h, "pull_request.");
}

static struct str text(const struct json *v)
{
	return json_text(v);
}

/* A commit as text or as an object that holds its id. */
static struct str commit_of(struct arena *a, const struct json *v)
{
	if (v && v->kind == JSON_OBJECT)
		v = HOST_GET(v, "oid", "sha");
	return fact_commit(a, text(v));
}

static const struct { const char *word; int state; } review_states[] = {
	{ "APPROVED", REVIEW_APPROVED }, { "CHANGES_REQUESTED", REVIEW_CHANGES_REQUESTED },
	{ "COMMENTED", REVIEW_COMMENTED }, { "DISMISSED", REVIEW_DISMISSED }, { "PENDING", REVIEW_PENDING },
	{ "REQUEST_CHANGES", REVIEW_CHANGES_REQUESTED },	/* Gitea's */
};

void github_put_review(struct host_pull *h, const struct json *v)
{
	struct s_review review = { .state = REVIEW_COMMENTED };
	struct str state = text(json_get(v, "state"));

	if (str_is_caseless(state, STR("REQUEST_REVIEW")))
		return;		/* Gitea lists who was asked */
	for (size_t i = 0; i < ARRAY_LEN(review_states); i++)
		if (str_is_caseless(state, str_c(review_states[i].word)))
			review.state = review_states[i].state;
	if (json_true(json_get(v, "dismissed")))
		review.state = REVIEW_DISMISSED;
	review.at = host_time(HOST_GET(v, "submittedAt", "submitted_at"));
	review.commit = commit_of(h->a, HOST_GET(v, "commit", "commit_id"));
	review.who = host_who(h->a, h->host, HOST_GET(v, "author", "user"));
	host_pull_review(h, &review);
}

static void put_reviews(struct host_pull *h, const struct json *pull)
{
	const struct json *list = host_list(json_get(pull, "reviews"));

	if (!list)
		return;
	h->pull.reviews_known = whole(json_get(pull, "reviews"), HOST_REVIEWS);
	for (const struct json *m = list->first; m; m = m->next)
		github_put_review(h, m);
}

/* The words of check runs (conclusion) and of commit statuses (state). */
static int result_of(struct str word)
{
	static const struct { const char *word; int result; } words[] = {
		{ "SUCCESS", CHECK_PASSED }, { "NEUTRAL", CHECK_SKIPPED }, { "SKIPPED", CHECK_SKIPPED },
		{ "FAILURE", CHECK_FAILED }, { "ERROR", CHECK_FAILED }, { "TIMED_OUT", CHECK_FAILED },
		{ "CANCELLED", CHECK_FAILED }, { "ACTION_REQUIRED", CHECK_FAILED }, { "STARTUP_FAILURE", CHECK_FAILED },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is_caseless(word, str_c(words[i].word)))
			return words[i].result;
	return CHECK_PENDING;
}

void github_put_check(struct host_pull *h, const struct json *v)
{
	const struct json *conclusion = HOST_GET(v, "conclusion", "state");
	struct str status = text(json_get(v, "status"));
	bool ended = !status.n || str_is_caseless(status, STR("completed"));
	struct r_check check = {
		.at = host_time(HOST_GET(v, "completedAt", "completed_at", "createdAt")),
		.name = text(HOST_GET(v, "name", "context")),
		.result = ended ? result_of(text(conclusion)) : CHECK_PENDING,
		.started = host_time(HOST_GET(v, "startedAt", "started_at")),
	};

	/* A commit status has one time: when it was set. */
	if (!json_get(v, "conclusion") && !json_get(v, "status")) {
		check.at = check.at == INSTANT_NONE ? check.started : check.at;
		check.started = INSTANT_NONE;
	}
	host_pull_check(h, &check);
}

/* Checks of the pull itself (gh) or of its last commit (GraphQL). */
static void put_checks(struct host_pull *h, const struct json *pull)
{
	const struct json *rollup = json_get(pull, "statusCheckRollup"), *list;
	const struct json *commits = host_list(json_get(pull, "commits")), *of_last = NULL;

	for (const struct json *m = commits && !rollup ? commits->first : NULL; m; m = m->next)
		of_last = json_path(m, "commit.statusCheckRollup");
	rollup = rollup ? rollup : of_last;
	list = host_list(rollup);
	if (!list)
		list = host_list(json_get(rollup, "contexts"));
	/* null: none ran; a rollup without its list tells a state, but of what and when? */
	h->pull.checks_known = rollup && (list ? list->n < PAGE && list->n <= HOST_CHECKS &&
					  !json_true(json_path(rollup, "contexts.pageInfo.hasNextPage")) :
					  rollup->kind == JSON_NULL);
	for (const struct json *m = list ? list->first : NULL; m; m = m->next)
		github_put_check(h, m);
}

/* Authors and co-authors; in GraphQL the account stands in "user". */
static void put_authors(struct host_pull *h, const struct json *authors)
{
	const struct json *list = host_list(authors);

	for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
		const struct json *user = HOST_GET(m, "user");
		struct s_who who = host_who(h->a, h->host, m);

		if (user) {
			struct s_who account = host_who(h->a, h->host, user);

			account.email = who.email;
			account.name = account.name.n ? account.name : who.name;
			who = account;
		}
		host_pull_person(h, &who);
	}
}

/* gh: { oid, authors }; GraphQL: { commit: { oid, authors } }; REST of one pull's
 * commits: { sha, author, committer, commit }. */
static void put_commits(struct host_pull *h, const struct json *pull)
{
	const struct json *v = json_get(pull, "commits"), *list = host_list(v);
	int64_t total;

	if (json_int(v, &total) || json_int(json_get(v, "totalCount"), &total))
		h->pull.commits_total = total;
	if (!list)
		return;
	h->pull.commits_known = whole(v, HOST_COMMITS);	/* a cut one does not tell who else worked on it */
	if (h->pull.commits_total < (int64_t)list->n)
		h->pull.commits_total = (int64_t)list->n;
	for (const struct json *m = list->first; m; m = m->next) {
		const struct json *inner = json_get(m, "commit");
		const struct json *c = inner && json_get(inner, "oid") ? inner : m;

		host_pull_commit(h, commit_of(h->a, c));
		put_authors(h, json_get(c, "authors"));
	}
}

/* "owner/name" from its own field or from an address of the pull request. */
static struct str repository_of(const struct github *g, struct arena *a, const struct json *pull)
{
	struct str s = text(HOST_GET(pull, "base.repo.full_name", "baseRepository.nameWithOwner",
				     "repository.nameWithOwner",
				"repository.full_name"));
	struct str url = text(HOST_GET(pull, "html_url", "url"));
	size_t at;

	if (s.n || g->repository.n)
		return s.n ? s : g->repository;
	at = str_find(url, STR("/pull/"), 0);
	if (at == url.n)	/* Gitea's */
		at = str_find(url, STR("/pulls/"), 0);
	if (at == url.n || str_has(url, STR("/api/")) || str_has(url, STR("/repos/")))
		return (struct str){ 0 };
	return arena_str(a, fact_slug((struct str){ url.p, at }));
}

static void put_tickets(struct host_pull *h, const struct json *pull)
{
	const struct json *list = host_list(json_get(pull, "closingIssuesReferences"));

	h->pull.tickets_known = whole(json_get(pull, "closingIssuesReferences"), HOST_TICKETS);
	for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
		struct str number = text(json_get(m, "number")), owner = text(json_path(m, "repository.owner.login"));
		struct str name = text(json_path(m, "repository.name")),
			whole = text(json_path(m, "repository.nameWithOwner"));

		if (!number.n)
			continue;
		if (!whole.n && owner.n && name.n)
			whole = arena_printf(h->a, "%.*s/%.*s", FMT(owner), FMT(name));
		if (str_eq(whole, h->pull.repository))
			whole.n = 0;
		host_pull_ticket(h, arena_printf(h->a, "%.*s#%.*s", FMT(whole), FMT(number)));
	}
}

static void put_labels(struct host_pull *h, const struct json *pull)
{
	const struct json *list = host_list(json_get(pull, "labels"));

	for (const struct json *m = list ? list->first : NULL; m; m = m->next)
		host_pull_label(h, m->kind == JSON_STRING ? m->text : text(json_get(m, "name")));
}

/* The API of github.com has a name of its own. */
static const char *host_of_pull(struct arena *a, struct str url)
{
	struct str host = host_of_url(a, url, "github.com");

	return arena_cstr(a, str_starts(host, STR("api.")) ? str_from(host, 4) : host);
}

static err put_pull(struct github *g, const struct json *v)
{
	struct host_pull *h = &g->pull;

	host_pull_start(h, g->p.tmp);
	h->host = host_of_pull(h->a, text(HOST_GET(v, "html_url", "url")));
	h->pull.number = fact_int(json_get(v, "number"));
	h->pull.merged_at = fact_time(text(HOST_GET(v, "mergedAt", "merged_at")));
	h->pull.merge = commit_of(h->a, HOST_GET(v, "mergeCommit", "merge_commit_sha"));
	h->pull.head = commit_of(h->a, HOST_GET(v, "headRefOid", "head"));
	h->pull.repository = repository_of(g, h->a, v);
	h->pull.author = host_who(h->a, h->host, HOST_GET(v, "author", "user"));
	h->pull.merged_by = host_who(h->a, h->host, HOST_GET(v, "mergedBy", "merged_by"));
	put_commits(h, v);
	put_reviews(h, v);
	put_checks(h, v);
	put_tickets(h, v);
	put_labels(h, v);
	host_pull_keys(h, text(json_get(v, "title")), text(HOST_GET(v, "headRefName", "head.ref")));
	h->pull.newest = host_newest(v);
	g->pulls++;
	return host_pull_write(h, &g->p);
}

/* Changes are what was merged; the rest is counted. */
static err take_pull(void *ctx, const struct json *v)
{
	struct github *g = ctx;
	const struct json *merged = HOST_GET(v, "mergedAt", "merged_at");

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a pull request must be an object");
	if (fact_int(json_get(v, "number")) < 0)
		return report_fault(g->p.r, v, "a pull request has no number");
	if (!merged && !HOST_GET(v, "mergeCommit")) {
		g->open++;
		return NULL;
	}
	return put_pull(g, v);
}

static err take_repository(void *ctx, const struct json *v)
{
	struct github *g = ctx;

	g->repository = arena_str(g->p.r->a, text(v));
	return NULL;
}

static err take_errors(void *ctx, const struct json *v)
{
	struct github *g = ctx;
	struct str said = text(json_get(v, "message"));

	return fail(ERR_INPUT, "%s: GitHub answered with an error: %.*s", g->p.r->name, FMT(str_cut(said, 200)));
}

static err take_page(void *ctx, const struct json *v)
{
	struct github *g = ctx;

	g->cut |= json_true(json_get(v, "hasNextPage"));
	return NULL;
}

static err read_all(struct github *g, char top)
{
	static const struct json_want list[] = { { "[]", take_pull, 0 }, { NULL, NULL, 0 } };
	static const struct json_want answer[] = {
		{ "data.repository.nameWithOwner", take_repository, 0 },
		{ "data.repository.pullRequests.nodes[]", take_pull, 0 },
		{ "data.repository.pullRequests.pageInfo", take_page, 0 }, { "data.search.pageInfo", take_page, 0 },
		{ "data.search.nodes[]", take_pull, 0 }, { "pull_request", take_pull, 0 },
		{ "errors[]", take_errors, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want single[] = { { "", take_pull, 0 }, { NULL, NULL, 0 } };

	if (top == '[')
		return report_json(g->p.r, list, g, NULL);
	TRY(report_json(g->p.r, answer, g, NULL));
	if (g->pulls + g->open == 0 && g->p.r->size < JSON_SUBTREE_MAX && top == 'p')
		return report_json(g->p.r, single, g, NULL);
	return NULL;
}

static err say_open(struct github *g)
{
	if (g->cut)
		TRY(submission_write_note(g->p.r->out, "%s is one page of several: import the other pages too",
					  g->p.r->name));
	if (g->pulls == 0 && g->open == 0)
		return submission_write_note(g->p.r->out, "%s holds no pull request", g->p.r->name);
	if (g->open == 0)
		return NULL;
	return submission_write_note(g->p.r->out, "%lld pull requests that were not merged were left out",
				     (long long)g->open);
}

static err pulls_read(struct reader *r)
{
	struct github *g = ARENA_NEW(r->a, struct github);
	err e;

	report_start(&g->p, r);
	e = report_top(r, '[') == NULL ? read_all(g, '[') : read_all(g, 'p');
	if (!e)
		e = say_open(g);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_github_pulls = {
	.name = "github-pulls", .title = "GitHub pull requests", .recognise = recognise, .read = pulls_read,
};
