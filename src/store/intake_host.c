/* What a code host exported: pull requests in batches, rules of branches. */
#include "store/intake_parts.h"

#include "base/instant.h"

enum { BATCH = 32, BATCH_BYTES = 500 * 1024, BATCH_WORDS = WORDS_MAX / 2, LABEL_BYTES = 100 };

struct intake_pulls {
	struct intake_place repository;
	struct str named;		/* as the export names it */
	struct arena *a;
	struct r_pull pulls[BATCH];
	size_t n, bytes, words;
	int64_t newest;
};

static struct str keep(struct arena *a, struct str s)
{
	return s.p ? arena_str(a, s) : s;
}

static struct many keep_texts(struct arena *a, const struct many *from)
{
	const struct str *v = from->v;
	struct str *out = arena_alloc(a, (from->n + 1) * sizeof(*out));

	for (size_t i = 0; i < from->n; i++)
		out[i] = arena_str(a, v[i]);
	return (struct many){ out, from->n };
}

/* Labels are words, of which a record takes few: each is cut. */
static struct many keep_labels(struct arena *a, const struct many *from)
{
	struct many out = keep_texts(a, from);
	struct str *v = out.v;

	for (size_t i = 0; i < out.n; i++)
		v[i] = str_cut(v[i], LABEL_BYTES);
	return out;
}

/* At most so many bytes of the words of a batch. */
static size_t words_of(const struct r_pull *p)
{
	const struct str *label = p->labels.v;
	size_t n = 16;

	for (size_t i = 0; i < p->labels.n; i++) {
		n += 3;
		for (size_t k = 0; k < label[i].n; k++)
			n += (unsigned char)label[i].p[k] < ' ' ? 6 : 2;
	}
	return n;
}

/* The repository the export is of: named by the caller, by the export, or the
 * only one there is. */
static err find_repository(struct intake *in, struct str named, struct intake_place *out)
{
	struct str name = in->c->repository.n ? in->c->repository : named;
	struct s_repository r = { .name = name };
	DB_ROWS rows = NULL;
	bool more;

	if (name.n)
		return intake_repository(in, &r, out);
	TRY(db_query(store_db(in->store), SQL("SELECT id, no FROM view_repository ORDER BY no"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return err_hint(fail(ERR_INPUT, "the export does not say which repository it is of"),
				"name it: --repository NAME");
	*out = (struct intake_place){ record_hex(in->a, db_blob(rows, 0)), db_int(rows, 1) };
	TRY(db_next(rows, &more));
	if (more)
		return err_hint(fail(ERR_INPUT, "the export does not say which of the repositories it is of"),
				"name it: --repository NAME");
	return NULL;
}

static err account(struct intake *in, const struct s_who *who, struct str *out)
{
	if (!who->login.n && !who->name.n && !who->email.n)
		return NULL;
	return people_account(in->people, who, out);
}

static err keep_reviews(struct intake *in, struct arena *a, const struct many *from, struct many *out)
{
	const struct s_review *v = from->v;
	struct r_review *to = arena_alloc(a, (from->n + 1) * sizeof(*to));

	for (size_t i = 0; i < from->n; i++) {
		to[i] = (struct r_review){ .at = v[i].at, .commit = keep(a, v[i].commit), .state = v[i].state };
		TRY(people_account(in->people, &v[i].who, &to[i].reviewer));
	}
	*out = (struct many){ to, from->n };
	return NULL;
}

static struct many keep_checks(struct arena *a, const struct many *from)
{
	const struct r_check *v = from->v;
	struct r_check *to = arena_alloc(a, (from->n + 1) * sizeof(*to));

	for (size_t i = 0; i < from->n; i++)
		to[i] = (struct r_check){ v[i].at, keep(a, v[i].name), v[i].result };
	return (struct many){ to, from->n };
}

static err keep_people(struct intake *in, struct arena *a, const struct many *from, struct many *out)
{
	const struct s_who *v = from->v;
	struct str *to = arena_alloc(a, (from->n + 1) * sizeof(*to));
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++) {
		bool seen = false;

		TRY(people_account(in->people, &v[i], &to[n]));
		for (size_t k = 0; k < n && !seen; k++)
			seen = str_eq(to[k], to[n]);
		n += !seen;
	}
	*out = (struct many){ to, n };
	return NULL;
}

static err keep_pull(struct intake *in, struct arena *a, const struct s_pull *p, struct r_pull *out)
{
	*out = (struct r_pull){
		.head = keep(a, p->head), .merge = keep(a, p->merge), .checks = keep_checks(a, &p->checks),
		.commits = keep_texts(a, &p->commits), .labels = keep_labels(a, &p->labels),
		.labels_total = (int64_t)p->labels.n,
		.tickets = keep_texts(a, &p->tickets), .commits_total = p->commits_total,
		.merged_at = p->merged_at, .number = p->number, .checks_known = p->checks_known,
		.commits_known = p->commits_known, .reviews_known = p->reviews_known,
	};
	TRY(account(in, &p->author, &out->author));
	TRY(account(in, &p->merged_by, &out->merged_by));
	TRY(keep_reviews(in, a, &p->reviews, &out->reviews));
	return keep_people(in, a, &p->people, &out->people);
}

static err write_batch(struct intake *in)
{
	struct intake_pulls *s = in->pulls;
	struct r_host_pulls f = { .pulls = { s->pulls, s->n }, .repository = s->repository.id };
	struct draft d;
	bool already;

	if (s->n == 0)
		return NULL;
	d = intake_draft(in, &record_host_pulls, &f);
	d.about = s->repository.id;
	if (s->newest != INSTANT_NONE)
		d.effective = s->newest;
	TRY(intake_append(in, &d, &already));
	in->counts.pulls += (int64_t)s->n;
	s->n = s->bytes = s->words = 0;
	s->newest = INSTANT_NONE;
	arena_reset(s->a);
	return NULL;
}

/* Whether the pull request stands as it was last told. */
static err is_current(struct intake *in, const struct r_pull *p, bool *known)
{
	struct digest d = host_pulls_digest(p);
	int64_t n;

	TRY(db_get_int(store_db(in->store), SQL("SELECT count(*) FROM view_pull WHERE repository_no = $1 AND number = $2 "
		"AND digest = $3"), DB_ARGS(DB_I(in->pulls->repository.no), DB_I(p->number), DB_B(digest_str(&d))), 0, &n));
	*known = n > 0;
	return NULL;
}

/* An export may hold pull requests of several repositories: each batch is of one. */
static err turn_to(struct intake *in, struct str repository)
{
	struct intake_pulls *s = in->pulls;

	if (s->repository.id.p && str_eq(repository, s->named))
		return NULL;
	TRY(write_batch(in));
	s->named = repository.p ? arena_str(in->a, repository) : repository;
	return find_repository(in, repository, &s->repository);
}

err intake_host_pull(struct intake *in, const struct s_pull *item)
{
	struct intake_pulls *s = in->pulls;
	bool known;

	if (!s) {
		s = in->pulls = base_alloc(sizeof(*s));
		s->a = arena_new();
		s->newest = INSTANT_NONE;
	}
	TRY(turn_to(in, item->repository));
	TRY(keep_pull(in, s->a, item, &s->pulls[s->n]));
	TRY(is_current(in, &s->pulls[s->n], &known));
	in->counts.pulls_known += known;
	if (known)
		return NULL;
	if (item->merged_at != INSTANT_NONE && item->merged_at > s->newest)
		s->newest = item->merged_at;
	s->words += words_of(&s->pulls[s->n++]);
	s->bytes += 800 + item->commits.n * 70 + item->reviews.n * 180 + item->checks.n * 160 + item->people.n * 40;
	return s->n == BATCH || s->bytes > BATCH_BYTES || s->words > BATCH_WORDS ? write_batch(in) : NULL;
}

void intake_host_free(struct intake *in)
{
	if (!in->pulls)
		return;
	arena_free(in->pulls->a);
	free(in->pulls);
	in->pulls = NULL;
}

err intake_host_end(struct intake *in)
{
	err e = in->pulls ? write_batch(in) : NULL;

	intake_host_free(in);
	return e;
}

static err keep_rules(struct intake *in, const struct many *from, struct many *out)
{
	const struct s_rule *v = from->v;
	struct r_rule *to = ARENA_ARRAY(in->item, struct r_rule, from->n + 1);

	for (size_t i = 0; i < from->n; i++) {
		to[i] = (struct r_rule){ .branch = v[i].branch, .rule = v[i].rule, .value = v[i].value };
		TRY(keep_people(in, in->item, &v[i].accounts, &to[i].accounts));
	}
	*out = (struct many){ to, from->n };
	return NULL;
}

err intake_host_rules(struct intake *in, const struct s_rules *item)
{
	struct r_host_rules f = { .source = item->source };
	struct intake_place repository;
	struct draft d;
	int64_t current;
	bool already;

	TRY(find_repository(in, item->repository, &repository));
	f.repository = repository.id;
	TRY(keep_rules(in, &item->rules, &f.rules));
	d = intake_draft(in, &record_host_rules, &f);
	d.about = repository.id;
	if (item->at != INSTANT_NONE)
		d.effective = item->at;
	in->counts.rules += (int64_t)item->rules.n;
	TRY(db_get_int(store_db(in->store), SQL("SELECT max(idx) FROM view_rule WHERE repository_no = $1 AND source = $2"),
		       DB_ARGS(DB_I(repository.no), DB_T(item->source)), -1, &current));
	return intake_append_new(in, &d, current, &already);
}
