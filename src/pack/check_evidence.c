/* Evidence against the records that cite it; and what is not there of both, against
 * what was erased or withheld. */
#include "pack/check_evidence.h"

#include "pack/check.h"

/* A mark as it waits: in order of what it is about. */
struct mark {
	uint8_t kind;			/* 'e', 'f', 'w': evidence, facts, words */
	uint8_t about[DIGEST_BYTES];	/* a digest; or the number of a record and zeros */
	uint8_t what, value[8];
};

_Static_assert(sizeof(struct mark) == PACK_MARK, "a mark has no gaps");

static err put(struct pack_check *c, struct mark *m, enum pack_mark what, int64_t value)
{
	m->what = (uint8_t)what;
	pile_put_u64(m->value, (uint64_t)value);
	return pile_put(c->marks, m);
}

err pack_mark_evidence(struct pack_check *c, const struct digest *d, enum pack_mark what, int64_t value)
{
	struct mark m = { .kind = 'e' };
	struct pack_last *last = what == MARK_CITED ? &c->last_cited : what == MARK_SHOWN ? &c->last_shown : NULL;

	if (last && last->any && digest_eq(&last->d, d))
		return NULL;
	if (last)
		*last = (struct pack_last){ *d, true };
	memcpy(m.about, d->b, sizeof(m.about));
	return put(c, &m, what, value);
}

err pack_mark_part(struct pack_check *c, bool words, int64_t index, enum pack_mark what, int64_t value)
{
	struct mark m = { .kind = words ? 'w' : 'f' };

	pile_put_u64(m.about, (uint64_t)index);
	return put(c, &m, what, value);
}

/* Everything that is marked of one thing. */
struct marked {
	struct mark first;
	bool has[MARKS];
	int64_t shown_by;
};

struct marks {
	struct pack_check *c;
	struct mark next;
	bool more;
	struct marked now;
	bool any;			/* there is such a one */
};

static err next_marked(struct marks *m)
{
	m->any = m->more;
	m->now = (struct marked){ .first = m->next, .shown_by = -1 };
	while (m->more && memcmp(&m->next, &m->now.first, offsetof(struct mark, what)) == 0) {
		if (m->next.what == MARK_SHOWN && m->now.shown_by < 0)
			m->now.shown_by = (int64_t)pile_u64(m->next.value);
		m->now.has[m->next.what] = true;
		TRY(pile_next(m->c->marks, &m->next, &m->more));
	}
	return NULL;
}

static bool is_evidence(const struct marks *m)
{
	return m->any && m->now.first.kind == 'e';
}

/* An evidence of which no good bytes are here; `odd`: bytes of its name are. */
static void check_absent_evidence(struct marks *m, bool odd)
{
	const struct marked *w = &m->now;
	struct digest d;
	char path[PACK_EVIDENCE_PATH];

	if (!w->has[MARK_SHOWN])
		return;
	memcpy(d.b, w->first.about, sizeof(d.b));
	pack_evidence_path(path, &d);
	if (w->has[MARK_GONE])
		m->c->r->erased_evidence++;
	else if (w->has[MARK_HELD])
		m->c->r->withheld_evidence++;
	else if (!odd && !w->has[MARK_MISSING])
		pack_fault(&m->c->faults, path, "this evidence is missing: record %lld cites it, and it is neither erased nor withheld",
			   (long long)w->shown_by);
}

static void check_absent_part(struct marks *m)
{
	const struct marked *w = &m->now;
	struct pack_checked *r = m->c->r;
	struct pack_type_count *type;
	char where[128];

	if (!w->has[MARK_ABSENT])
		return;
	type = &r->types[pile_u64(w->first.value)];
	if (w->has[MARK_GONE]) {
		r->erased_parts++;
		type->erased++;
	} else if (w->has[MARK_HELD]) {
		r->withheld_parts++;
		type->withheld++;
	} else {
		snprintf(where, sizeof(where), "record %lld (%.*s)", (long long)pile_u64(w->first.about), FMT(type->type));
		pack_fault(&m->c->faults, where, "its %s are missing: they are neither erased nor withheld",
			   w->first.kind == 'w' ? "words" : "facts");
	}
}

/* Reads one; *good when its bytes are what its name says. */
static err read_evidence(struct pack_check *c, const struct pack_listed *l, bool *good)
{
	PACK_READING_AUTO r = { 0 };
	struct digest is;
	size_t got;

	*good = false;
	if (!l->item.listed && c->r->files)
		pack_fault(&c->faults, l->is.entry.path, "this file was added: the manifest does not list it");
	TRY(pack_reading_begin_as(c, &l->is.entry, &l->item, &r));
	do
		TRY(pack_reading_next(&r, c->piece, sizeof(c->piece), &got));
	while (got == sizeof(c->piece));
	is = pack_reading_end(&r);
	c->r->evidence_bytes += (int64_t)r.n;
	if (!r.f)
		return NULL;
	c->r->evidence++;
	*good = digest_eq(&is, &l->is.name);
	if (!*good)
		pack_fault(&c->faults, r.e->path, "the name of this evidence is not the digest of its bytes");
	return NULL;
}

static err check_one(struct marks *m, struct pack_listed *l)
{
	char path[PACK_EVIDENCE_PATH];
	bool good, marked;

	pack_evidence_path(path, &l->is.name);
	l->is.entry.path = path;
	for (; is_evidence(m) && memcmp(m->now.first.about, &l->is.name, DIGEST_BYTES) < 0;) {
		check_absent_evidence(m, false);
		TRY(next_marked(m));
	}
	TRY(read_evidence(m->c, l, &good));
	marked = is_evidence(m) && memcmp(m->now.first.about, &l->is.name, DIGEST_BYTES) == 0;
	if (good && m->c->complete && !(marked && (m->now.has[MARK_CITED] || m->now.has[MARK_SHOWN])))
		pack_fault(&m->c->faults, path, "no record in the log cites this evidence");
	if (marked && !good)
		check_absent_evidence(m, true);
	return marked ? next_marked(m) : NULL;
}

err pack_check_evidence(struct pack_check *c)
{
	struct marks m = { .c = c };
	struct pack_listed l;
	bool got;

	TRY(pile_start(c->marks));
	TRY(pile_next(c->marks, &m.next, &m.more));
	TRY(next_marked(&m));
	TRY(pile_start(c->evidence));
	for (;;) {
		TRY(pile_next(c->evidence, &l, &got));
		if (!got)
			break;
		TRY(check_one(&m, &l));
	}
	while (m.any) {
		if (is_evidence(&m))
			check_absent_evidence(&m, false);
		else
			check_absent_part(&m);
		TRY(next_marked(&m));
	}
	return NULL;
}
