/* Pull requests as Azure DevOps tells them: `az repos pr list` (a list) and REST
 * ("value"). A vote of 10 or 5 approves, -5 and -10 ask for changes; neither when nor
 * on which commit is told. */
#include "reader/host.h"

#include "base/instant.h"

struct azure {
	struct report p;
	struct host_pull pull;
	int64_t merged, open;
};

static bool recognise(const struct reader_head *h)
{
	return reader_head_has(h, "[].pullRequestId") || reader_head_has(h, "value[].pullRequestId") ||
	       reader_head_has(h, "pullRequestId");
}

static struct str text(const struct json *v)
{
	return json_text(v);
}

/* uniqueName is an address, or DOMAIN\name of a server of one's own. */
static struct s_who who_of(struct azure *g, const struct json *v)
{
	struct str unique = text(json_get(v, "uniqueName"));

	return host_who_named(g->p.tmp, g->pull.host, v, &(struct s_who){
		.login = unique.n ? unique : text(json_get(v, "id")), .name = text(json_get(v, "displayName")),
		.email = str_has(unique, STR("@")) ? unique : (struct str){ 0 },
	});
}

/* Groups vote through their members. */
static void put_votes(struct azure *g, const struct json *v)
{
	const struct json *list = host_list(json_get(v, "reviewers"));

	if (!list)
		return;
	g->pull.pull.reviews_known = list->n <= HOST_REVIEWS;
	for (const struct json *m = list->first; m; m = m->next) {
		struct s_review review = { .at = INSTANT_NONE, .state = REVIEW_APPROVED };
		int64_t vote;

		if (!json_int(json_get(m, "vote"), &vote) || vote == 0 || json_true(json_get(m, "isContainer")))
			continue;
		if (vote < 0)
			review.state = REVIEW_CHANGES_REQUESTED;
		review.who = who_of(g, m);
		host_pull_review(&g->pull, &review);
	}
}

/* "PROJECT/NAME" as in an address of Azure's; the work items are the tickets. */
static void put_rest(struct azure *g, const struct json *v)
{
	struct str name = text(json_path(v, "repository.name")), project = text(json_path(v, "repository.project.name"));
	const struct json *items = host_list(json_get(v, "workItemRefs"));

	if (name.n && project.n)
		g->pull.pull.repository = arena_printf(g->p.tmp, "%.*s/%.*s", FMT(project), FMT(name));
	g->pull.pull.tickets_known = items != NULL;
	for (const struct json *m = items ? items->first : NULL; m; m = m->next)
		if (text(json_get(m, "id")).n)
			host_pull_ticket(&g->pull, arena_printf(g->p.tmp, "AB#%.*s", FMT(text(json_get(m, "id")))));
}

static err put_merged(struct azure *g, const struct json *v)
{
	struct s_pull *p = &g->pull.pull;
	struct str branch = text(json_get(v, "sourceRefName"));

	host_pull_start(&g->pull, g->p.tmp);
	g->pull.host = "dev.azure.com";
	p->number = fact_int(json_get(v, "pullRequestId"));
	p->newest = host_newest(v);
	p->merged_at = host_time(json_get(v, "closedDate"));
	p->head = fact_commit(g->p.tmp, text(json_path(v, "lastMergeSourceCommit.commitId")));
	p->merge = fact_commit(g->p.tmp, text(json_path(v, "lastMergeCommit.commitId")));
	p->author = who_of(g, json_get(v, "createdBy"));
	p->merged_by = who_of(g, json_get(v, "closedBy"));
	put_votes(g, v);
	put_rest(g, v);
	if (str_starts(branch, STR("refs/heads/")))
		branch = str_from(branch, strlen("refs/heads/"));
	host_pull_keys(&g->pull, text(json_get(v, "title")), branch);
	g->merged++;
	return host_pull_write(&g->pull, &g->p);
}

static err take_pull(void *ctx, const struct json *v)
{
	struct azure *g = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a pull request must be an object");
	if (fact_int(json_get(v, "pullRequestId")) < 0)
		return report_fault(g->p.r, v, "a pull request has no 'pullRequestId'");
	if (!str_is_caseless(text(json_get(v, "status")), STR("completed"))) {
		g->open++;
		return NULL;
	}
	return put_merged(g, v);
}

static err read_all(struct azure *g)
{
	static const struct json_want list[] = { { "[]", take_pull, 0 }, { NULL, NULL, 0 } };
	static const struct json_want page[] = { { "value[]", take_pull, 0 }, { NULL, NULL, 0 } };
	static const struct json_want single[] = { { "", take_pull, 0 }, { NULL, NULL, 0 } };
	err other = report_top(g->p.r, '[');

	TRY(report_json(g->p.r, other ? page : list, g, NULL));
	if (other && g->merged + g->open == 0 && g->p.r->size < JSON_SUBTREE_MAX)
		TRY(report_json(g->p.r, single, g, NULL));
	if (g->open)
		return submission_write_note(g->p.r->out, "%lld pull requests that were not completed were left out",
					     (long long)g->open);
	return NULL;
}

static err pulls_read(struct reader *r)
{
	struct azure *g = ARENA_NEW(r->a, struct azure);
	err e;

	report_start(&g->p, r);
	e = read_all(g);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_azure_pulls = {
	.name = "azure-pulls", .title = "Azure DevOps pull requests", .recognise = recognise, .read = pulls_read,
};
