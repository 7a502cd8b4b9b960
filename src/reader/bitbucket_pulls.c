/* Pull requests as Bitbucket tells them: Cloud ("values" with a state MERGED, times
 * in RFC 3339, commits cut to twelve digits) and Data Center (times in milliseconds,
 * whole commits). Neither tells on which commit (Cloud) or when (Data Center) an
 * approval was given. */
#include "reader/host.h"

#include "base/instant.h"

struct bitbucket {
	struct report p;
	struct host_pull pull;
	int64_t merged, open;
	bool cut;
};

static bool recognise(const struct reader_head *h)
{
	return (reader_head_has(h, "values[].destination") && reader_head_has(h, "values[].state")) ||
	       reader_head_has(h, "values[].toRef") || (reader_head_has(h, "toRef") && reader_head_has(h, "fromRef")) ||
	       (reader_head_has(h, "destination") && reader_head_has(h, "source") && reader_head_has(h, "state"));
}

static struct str text(const struct json *v)
{
	return json_text(v);
}

/* Cloud: nickname, display_name; Data Center: name, displayName, emailAddress. */
static struct s_who who_of(struct bitbucket *g, const struct json *v)
{
	return host_who_named(g->p.tmp, g->pull.host, v, &(struct s_who){
		.login = text(HOST_GET(v, "nickname", "slug", "name", "account_id")),
		.name = text(HOST_GET(v, "display_name", "displayName")), .email = text(json_get(v, "emailAddress")),
	});
}

static int state_of(const struct json *m)
{
	struct str s = text(HOST_GET(m, "status", "state"));

	if (json_true(json_get(m, "approved")) || str_is_caseless(s, STR("approved")))
		return REVIEW_APPROVED;
	if (str_is_caseless(s, STR("changes_requested")) || str_is_caseless(s, STR("needs_work")))
		return REVIEW_CHANGES_REQUESTED;
	return REVIEW_PENDING;
}

/* Who was asked and has not answered is no review. */
static void put_reviews(struct bitbucket *g, const struct json *v, const char *key, bool *told)
{
	const struct json *list = host_list(json_get(v, key));

	*told |= list != NULL;
	for (const struct json *m = list ? list->first : NULL; m; m = m->next) {
		struct s_review review = { .state = state_of(m) };

		if (review.state == REVIEW_PENDING)
			continue;
		review.at = host_time(HOST_GET(m, "participated_on"));
		review.commit = fact_commit(g->p.tmp, text(json_get(m, "lastReviewedCommit")));
		review.who = who_of(g, HOST_GET(m, "user"));
		host_pull_review(&g->pull, &review);
	}
}

static void put_place(struct bitbucket *g, const struct json *v)
{
	struct str url = text(json_path(v, "links.html.href")), name = text(json_path(v, "toRef.repository.slug"));
	struct str project = text(json_path(v, "toRef.repository.project.key"));
	const struct json *self = host_list(json_path(v, "links.self"));

	if (!url.n && self)
		url = text(json_get(self->first, "href"));
	g->pull.host = arena_cstr(g->p.tmp, host_of_url(g->p.tmp, url, "bitbucket.org"));
	g->pull.pull.repository = text(json_path(v, "destination.repository.full_name"));
	if (name.n && project.n)
		g->pull.pull.repository = arena_printf(g->p.tmp, "%.*s/%.*s", FMT(project), FMT(name));
}

static err put_merged(struct bitbucket *g, const struct json *v)
{
	struct s_pull *p = &g->pull.pull;
	const struct json *author = json_get(v, "author");
	bool told = false;

	host_pull_start(&g->pull, g->p.tmp);
	put_place(g, v);
	p->number = fact_int(json_get(v, "id"));
	p->newest = host_newest(v);
	p->merged_at = host_time(HOST_GET(v, "closed_on", "closedDate"));
	p->head = fact_commit(g->p.tmp, text(HOST_GET(v, "source.commit.hash", "fromRef.latestCommit")));
	p->merge = fact_commit(g->p.tmp, text(HOST_GET(v, "merge_commit.hash", "properties.mergeCommit.id")));
	p->author = who_of(g, json_get(author, "user") ? json_get(author, "user") : author);
	p->merged_by = who_of(g, json_get(v, "closed_by"));
	put_reviews(g, v, "participants", &told);
	put_reviews(g, v, "reviewers", &told);
	/* Cloud's lists leave participants out, and reviewers there do not say what they said. */
	p->reviews_known = told && (host_list(json_get(v, "participants")) || json_get(v, "toRef"));
	host_pull_keys(&g->pull, text(json_get(v, "title")),
		       text(HOST_GET(v, "source.branch.name", "fromRef.displayId")));
	g->merged++;
	return host_pull_write(&g->pull, &g->p);
}

static err take_pull(void *ctx, const struct json *v)
{
	struct bitbucket *g = ctx;

	if (v->kind != JSON_OBJECT)
		return report_fault(g->p.r, v, "a pull request must be an object");
	if (fact_int(json_get(v, "id")) < 0)
		return report_fault(g->p.r, v, "a pull request has no 'id'");
	if (!str_is_caseless(text(json_get(v, "state")), STR("merged"))) {
		g->open++;
		return NULL;
	}
	return put_merged(g, v);
}

static err take_next(void *ctx, const struct json *v)
{
	struct bitbucket *g = ctx;

	g->cut |= v->kind == JSON_STRING || v->kind == JSON_FALSE;
	return NULL;
}

static err read_all(struct bitbucket *g)
{
	static const struct json_want page[] = {
		{ "values[]", take_pull, 0 }, { "next", take_next, 0 }, { "isLastPage", take_next, 0 }, { NULL, NULL, 0 },
	};
	static const struct json_want single[] = { { "", take_pull, 0 }, { NULL, NULL, 0 } };

	TRY(report_json(g->p.r, page, g, NULL));
	if (g->merged + g->open == 0 && !g->cut && g->p.r->size < JSON_SUBTREE_MAX)
		TRY(report_json(g->p.r, single, g, NULL));
	if (g->cut)
		TRY(submission_write_note(g->p.r->out, "%s is one page of several: import the other pages too",
					  g->p.r->name));
	if (g->open)
		return submission_write_note(g->p.r->out, "%lld pull requests that were not merged were left out",
					     (long long)g->open);
	return NULL;
}

static err pulls_read(struct reader *r)
{
	struct bitbucket *g = ARENA_NEW(r->a, struct bitbucket);
	err e;

	report_start(&g->p, r);
	e = read_all(g);
	report_done(&g->p);
	return e;
}

const struct reader_kind reader_bitbucket_pulls = {
	.name = "bitbucket-pulls", .title = "Bitbucket pull requests", .recognise = recognise, .read = pulls_read,
};
