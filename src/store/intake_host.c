/* What a code host exported: pull requests in batches, rules of branches. */
#include "store/intake_parts.h"

#include "base/instant.h"

enum { BATCH = 32, BATCH_BYTES = 500 * 1024, BATCH_WORDS = WORDS_MAX / 2, LABEL_BYTES = 100, SAME = 1000 };

struct intake_pulls {
	struct intake_place repository;
	struct str named;		/* as the export names it */
	struct arena *a;
	struct r_pull pulls[BATCH];
	int64_t same[SAME];
	size_t n, same_n, bytes, words;
	int64_t told;			/* when the export was made, at the earliest */
	struct intake_survey *survey;
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
		to[i] = (struct r_check){ v[i].at, keep(a, v[i].name), v[i].result, v[i].started };
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
		.merged_at = p->merged_at, .newest = p->newest, .number = p->number, .checks_known = p->checks_known,
		.commits_known = p->commits_known, .reviews_known = p->reviews_known, .tickets_known = p->tickets_known,
	};
	TRY(account(in, &p->author, &out->author));
	TRY(account(in, &p->merged_by, &out->merged_by));
	TRY(keep_reviews(in, a, &p->reviews, &out->reviews));
	return keep_people(in, a, &p->people, &out->people);
}

static err write_record(struct intake *in, const struct r_host_pulls *f)
{
	struct intake_pulls *s = in->pulls;
	struct draft d = intake_draft(in, &record_host_pulls, f);
	bool already;

	d.about = s->repository.id;
	d.effective = s->told;
	return intake_append(in, &d, &already);
}

static err write_batch(struct intake *in)
{
	struct intake_pulls *s = in->pulls;
	struct r_host_pulls f = { .complete_since = INSTANT_NONE, .named = s->named, .pulls = { s->pulls, s->n },
				  .repository = s->repository.id, .same = { s->same, s->same_n } };

	if (s->n + s->same_n == 0)
		return NULL;
	TRY(write_record(in, &f));
	in->counts.pulls += (int64_t)s->n;
	s->n = s->same_n = s->bytes = s->words = 0;
	arena_reset(s->a);
	return NULL;
}

/* Somebody's word that the export is whole, where it says more than was said. */
static err write_cover(struct intake *in)
{
	struct intake_pulls *s = in->pulls;
	struct r_host_pulls f = { .complete_since = in->c->complete_since, .named = s->named,
				  .repository = s->repository.id };
	int64_t said;

	if (!in->c->complete || !s->repository.id.p)
		return NULL;
	TRY(db_get_int(store_db(in->store), SQL("SELECT count(*) FROM view_pull_cover WHERE repository_no = $1 AND since <= $2 "
		"AND until >= $3"), DB_ARGS(DB_I(s->repository.no), DB_I(f.complete_since), DB_I(s->told)), 0, &said));
	return said ? NULL : write_record(in, &f);
}

enum standing { SAYS_MORE, SAYS_THE_SAME, WAS_SAID };

/* What an uploaded file said is new again where nobody could have written it. */
static bool is_proven(const struct intake *in)
{
	return in->c->content == CONTENT_COLLECTED || in->c->content == CONTENT_PIPELINE;
}

/* How a telling stands to what was told: new, or the newest telling told again
 * later, or told by an export that is no older. */
static err stands(struct intake *in, const struct r_pull *p, enum standing *out)
{
	struct intake_pulls *s = in->pulls;
	struct str telling = host_pulls_telling(in->item, p);
	struct digest d = digest_of(telling);
	DB_ROWS rows = NULL;
	bool more;

	*out = SAYS_MORE;
	TRY(db_query(store_db(in->store), SQL("SELECT t.told_at, p.digest, t.proven FROM view_pull_told t LEFT JOIN view_pull p "
		"ON p.repository_no = t.repository_no AND p.number = t.number "
		"WHERE t.repository_no = $1 AND t.number = $2 AND t.digest = $3"),
		DB_ARGS(DB_I(s->repository.no), DB_I(p->number), DB_B(digest_str(&d))), &rows));
	TRY(db_next(rows, &more));
	if (!more || (db_int(rows, 2) == 0 && is_proven(in)))
		return NULL;
	if (db_int(rows, 0) >= s->told)
		*out = WAS_SAID;
	else if (str_eq(db_blob(rows, 1), digest_str(&d)))
		*out = SAYS_THE_SAME;
	return NULL;
}

/* An export may hold pull requests of several repositories: each batch is of one. */
static err turn_to(struct intake *in, struct str repository)
{
	struct intake_pulls *s = in->pulls;

	if (s->repository.id.p && str_eq(repository, s->named))
		return NULL;
	TRY(write_batch(in));
	if (s->repository.id.p)
		TRY(write_cover(in));
	s->named = repository.p ? arena_str(in->a, repository) : repository;
	return intake_survey_place(in, s->survey, s->named, &s->repository);
}

/* The newest instant in the export, or the caller's word where that is later; a clock
 * that is ahead moves nothing into the future. Without either the beginning of time. */
static int64_t told_at(const struct intake *in, const struct s_pull *first)
{
	int64_t t = intake_survey_newest(in->pulls->survey), now = instant_now();

	if (t == INSTANT_NONE)
		t = first->newest != INSTANT_NONE ? first->newest : first->merged_at;
	if (in->c->effective != INSTANT_NONE && in->c->effective > t)
		t = in->c->effective;
	if (t == INSTANT_NONE)
		t = 0;
	return t > now ? now : t;
}

static err begin(struct intake *in, const struct s_pull *first)
{
	struct intake_pulls *s = in->pulls = base_alloc(sizeof(*s));

	s->a = arena_new();
	TRY(intake_survey_new(in, &s->survey));
	s->told = told_at(in, first);
	return NULL;
}

static err put_same(struct intake *in, int64_t number)
{
	struct intake_pulls *s = in->pulls;

	s->same[s->same_n++] = number;
	return s->same_n == SAME ? write_batch(in) : NULL;
}

static void count(struct intake *in, const struct s_pull *p)
{
	struct intake_pull_counts *n = &in->counts.told;

	n->reviews += (int64_t)p->reviews.n;
	if (p->merged_at == INSTANT_NONE && !p->merge.p)
		return;		/* a part alone: reviews, commits or checks of one */
	n->read++;
	n->no_checks += p->checks_known != 1;
	n->no_reviews += p->reviews_known != 1;
	n->no_tickets += p->tickets_known != 1;
}

err intake_host_pull(struct intake *in, const struct s_pull *item)
{
	struct intake_pulls *s;
	enum standing stand;

	if (!in->pulls)
		TRY(begin(in, item));
	s = in->pulls;
	TRY(turn_to(in, item->repository));
	count(in, item);
	TRY(keep_pull(in, s->a, item, &s->pulls[s->n]));
	TRY(stands(in, &s->pulls[s->n], &stand));
	in->counts.pulls_known += stand != SAYS_MORE;
	if (stand == WAS_SAID)
		return NULL;
	if (stand == SAYS_THE_SAME)
		return put_same(in, item->number);
	s->words += words_of(&s->pulls[s->n++]);
	s->bytes += 800 + item->commits.n * 70 + item->reviews.n * 180 + item->checks.n * 200 + item->people.n * 40;
	return s->n == BATCH || s->bytes > BATCH_BYTES || s->words > BATCH_WORDS ? write_batch(in) : NULL;
}

void intake_host_free(struct intake *in)
{
	if (!in->pulls)
		return;
	arena_free(in->pulls->a);
	intake_survey_free(in->pulls->survey);
	free(in->pulls);
	in->pulls = NULL;
}

err intake_host_end(struct intake *in)
{
	err e = in->pulls ? write_batch(in) : NULL;

	if (!e && in->pulls)
		e = write_cover(in);
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

	TRY(intake_survey_place(in, NULL, item->repository, &repository));
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
