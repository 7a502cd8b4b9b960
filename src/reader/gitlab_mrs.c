/* Merge requests as GitLab exports them: the REST list (an approval list beside each
 * as `approved_by` or `approvals`, commits as `commits`), and GraphQL answers. */
#include "reader/host.h"

#include "base/instant.h"

struct gitlab {
	struct report p;
	struct host_pull pull;
	char host[128];
	int64_t merged, open, parts;
	bool cut;		/* one page of several */
};

static bool recognise(const struct reader_head *h)
{
	return (reader_head_has(h, "[].iid") && (reader_head_has(h, "[].merged_at") ||
						 reader_head_has(h, "[].approved_by") ||
						  reader_head_has(h, "[].merge_status"))) ||
	       (reader_head_has(h, "iid") && reader_head_has(h, "merged_at")) ||
	       (reader_head_has(h, "approved_by") && reader_head_has(h, "iid")) ||
	       reader_head_has(h, "data.project.mergeRequests");
}

static struct str text(const struct json *v)
{
	return json_text(v);
}

/* Host and project of "https://HOST/GROUP/PROJECT/-/merge_requests/1". */
static void put_place(struct gitlab *g, const struct json *v)
{
	struct str url = text(HOST_GET(v, "web_url", "webUrl"));
	size_t scheme = str_find(url, STR("://"), 0), slash, end = str_find(url, STR("/-/merge_requests/"), 0);

	snprintf(g->host, sizeof(g->host), "gitlab.com");
	if (scheme == url.n)
		return;
	slash = str_find(url, STR("/"), scheme + 3);
	snprintf(g->host, sizeof(g->host), "%.*s", (int)(slash - scheme - 3), url.p + scheme + 3);
	if (end == url.n)
		end = str_find(url, STR("/merge_requests/"), 0);
	if (end < url.n && slash < end)
		g->pull.pull.repository = (struct str){ url.p + slash + 1, end - slash - 1 };
}

/* Approvals do not say on which commit; older versions not even when. */
static void put_approvals(struct gitlab *g, const struct json *v)
{
	const struct json *list = host_list(HOST_GET(v, "approved_by", "approvals.approved_by", "approvedBy"));

	if (!list)
		return;
	g->pull.pull.reviews_known = list->n <= HOST_REVIEWS;
	for (const struct json *m = list->first; m; m = m->next) {
		const struct json *user = json_get(m, "user");
		struct s_review review = { .state = REVIEW_APPROVED };

		review.at = fact_time(text(HOST_GET(m, "approved_at", "approvedAt", "created_at")));
		review.who = host_who(g->p.tmp, g->host, user ? user : m);
		host_pull_review(&g->pull, &review);
	}
}

static void put_commits(struct gitlab *g, const struct json *v)
{
	const struct json *list = host_list(json_get(v, "commits"));

	if (!list)
		return;
	g->pull.pull.commits_known = list->n <= HOST_COMMITS;
	g->pull.pull.commits_total = (int64_t)list->n;
	for (const struct json *m = list->first; m; m = m->next) {
		struct s_who who = { .kind = ACCOUNT_UNKNOWN };

		host_pull_commit(&g->pull, text(HOST_GET(m, "id", "sha")));
		who = host_who(g->p.tmp, g->host, json_get(m, "author"));
		if (!who.email.n)
			who.email = text(HOST_GET(m, "author_email", "authorEmail"));
		if (!who.name.n)
			who.name = text(HOST_GET(m, "author_name", "authorName"));
		host_pull_person(&g->pull, &who);
	}
}

static int result_of(struct str status)
{
	if (str_is_caseless(status, STR("success")))
		return CHECK_PASSED;
	if (str_is_caseless(status, STR("failed")) || str_is_caseless(status, STR("canceled")))
		return CHECK_FAILED;
	return str_is_caseless(status, STR("skipped")) ? CHECK_SKIPPED : CHECK_PENDING;
}

static void put_pipeline(struct gitlab *g, const struct json *v)
{
	const struct json *pipeline = HOST_GET(v, "head_pipeline", "headPipeline", "pipeline");

	if (!pipeline)
		return;
	g->pull.pull.checks_known = 1;
	host_pull_check(&g->pull, &(struct r_check){
		.at = host_time(HOST_GET(pipeline, "finished_at", "finishedAt", "updated_at")), .name = STR("pipeline"),
		.result = result_of(text(json_get(pipeline, "status"))),
		.started = host_time(HOST_GET(pipeline, "started_at", "startedAt")),
	});
}

static void put_lists(struct gitlab *g, const struct json *v)
{
	const struct json *labels = host_list(json_get(v, "labels"));
	const struct json *issues = host_list(HOST_GET(v, "closes_issues", "closesIssues"));

	g->pull.pull.tickets_known = issues != NULL;
	for (const struct json *m = labels ? labels->first : NULL; m; m = m->next)
		host_pull_label(&g->pull, m->kind == JSON_STRING ? m->text : text(HOST_GET(m, "title", "name")));
	for (const struct json *m = issues ? issues->first : NULL; m; m = m->next) {
		struct str iid = text(json_get(m, "iid")), full = text(HOST_GET(m, "references.full", "reference"));

		if (full.n || iid.n)
			host_pull_ticket(&g->pull, full.n ? full : arena_printf(g->p.tmp, "#%.*s", FMT(iid)));
	}
}

static err put_merged(struct gitlab *g, const struct json *v)
{
	struct s_pull *p = &g->pull.pull;
	struct str merge = text(HOST_GET(v, "merge_commit_sha", "mergeCommitSha", "squash_commit_sha",
					 "squashCommitSha"));

	host_pull_start(&g->pull, g->p.tmp);
	put_place(g, v);
	p->number = fact_int(json_get(v, "iid"));
	p->merged_at = fact_time(text(HOST_GET(v, "merged_at", "mergedAt")));
	p->head = fact_commit(g->p.tmp, text(HOST_GET(v, "sha", "diffHeadSha")));
	p->merge = fact_commit(g->p.tmp, merge);
	if (!p->merge.p)	/* a fast-forward makes no commit of its own */
		p->merge = p->head;
	p->author = host_who(g->p.tmp, g->host, json_get(v, "author"));
	p->merged_by = host_who(g->p.tmp, g->host, HOST_GET(v, "merge_user", "merged_by", "mergeUser"));
	p->newest = host_newest(v);
	put_commits(g, v);
	put_approvals(g, v);
	put_pipeline(g, v);
	put_lists(g, v);
	host_pull_keys(&g->pull, text(json_get(v, "title")), text(HOST_GET(v, "source_branch", "sourceBranch")));
	g->merged++;
	return host_pull_write(&g->pull, &g->p);
}

/* The answer of …/merge_requests/N/approvals: of one that another file tells. */
static err put_part(struct gitlab *g, const struct json *v)
{
	const struct json *first = host_list(json_get(v, "approved_by"));
	struct str url = text(json_path(first ? first->first : NULL, "user.web_url"));

	host_pull_start(&g->pull, g->p.tmp);
	snprintf(g->host, sizeof(g->host), "%.*s", FMT(host_of_url(g->p.tmp, url, "gitlab.com")));
	g->pull.pull.number = fact_int(json_get(v, "iid"));
	g->pull.pull.newest = host_newest(v);
	put_approvals(g, v);
	g->parts++;
	return host_pull_write(&g->pull, &g->p);
}

static err take_page(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;

	g->cut |= json_true(json_get(v, "hasNextPage"));
	return NULL;
}

static err take_request(void *ctx, const struct json *v)
{
	struct gitlab *g = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a merge request must be an object");
	if (fact_int(json_get(v, "iid")) < 0)
		return report_fault(g->p.r, v, "a merge request has no 'iid'");
	if (json_get(v, "approved_by") && !json_get(v, "author"))
		return put_part(g, v);
	if (!HOST_GET(v, "merged_at", "mergedAt") && !str_is_caseless(text(json_get(v, "state")), STR("merged"))) {
		g->open++;
		return NULL;
	}
	return put_merged(g, v);
}

static err read_all(struct gitlab *g)
{
	static const struct json_want list[] = { { "[]", take_request, 0 }, { NULL, NULL, 0 } };
	static const struct json_want answer[] = {
		{ "data.project.mergeRequests.nodes[]", take_request, 0 },
		{ "data.project.mergeRequests.pageInfo", take_page, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want single[] = { { "", take_request, 0 }, { NULL, NULL, 0 } };
	err other = report_top(g->p.r, '[');

	TRY(report_json(g->p.r, other ? answer : list, g, NULL));
	if (other && g->merged + g->open == 0 && !g->cut)
		TRY(report_json(g->p.r, single, g, NULL));
	if (g->cut)
		TRY(submission_write_note(g->p.r->out, "%s is one page of several: import the other pages too",
					  g->p.r->name));
	if (g->merged + g->open + g->parts == 0)
		return submission_write_note(g->p.r->out, "%s holds no merge request", g->p.r->name);
	if (g->open)
		return submission_write_note(g->p.r->out, "%lld merge requests that were not merged were left out",
					     (long long)g->open);
	return NULL;
}

static err requests_read(struct reader *r)
{
	struct gitlab *g = ARENA_NEW(r->a, struct gitlab);
	err e;

	report_start(&g->p, r);
	e = read_all(g);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_gitlab_mrs = {
	.name = "gitlab-merge-requests", .title = "GitLab merge requests", .recognise = recognise,
		.read = requests_read,
};
