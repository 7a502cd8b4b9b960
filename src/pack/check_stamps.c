/* The time stamps of a pack: each a checkpoint of this log and a reply over it. */
#include "pack/check.h"

#include "base/instant.h"
#include "pack/stamp.h"

enum { NOTE_MAX = 1 << 20, STAMPS_MAX = 100000 };

/* The file of a stamp, or a fault that its other half stands alone. */
static const struct pack_entry *half(struct pack_check *c, struct str path)
{
	const struct pack_entry *e = pack_in_find(c->in, path.p);

	if (!e && !map_has(c->listed_missing, path))
		pack_fault(&c->faults, path.p, "this file is missing: a time stamp and the note it stamps belong together");
	return e;
}

static err read_note(struct pack_check *c, const struct pack_stamp *s, struct pack_stamped *out)
{
	BUF_AUTO bytes = buf_new(NOTE_MAX);
	const struct pack_entry *e = half(c, s->note);
	err bad;

	if (!e)
		return NULL;
	TRY(pack_check_bytes(c, e, &bytes));
	out->bytes = arena_str(c->a, buf_str(&bytes));
	bad = note_parse(c->a, out->bytes, &out->note);
	if (!bad)
		bad = checkpoint_get(out->note.text, &out->head);
	out->has_head = !bad;
	if (bad)
		pack_fault(&c->faults, s->note.p, "it cannot be understood: %s", bad->text);
	return NULL;
}

err pack_check_stamps_before(struct pack_check *c)
{
	size_t n;
	const struct pack_entry *v = pack_in_entries(c->in, &n);
	struct str path, stem, last = { 0 };
	struct pack_checked *r = c->r;

	r->stamps = ARENA_ARRAY(c->spec->a, struct pack_stamp, 1);
	for (size_t i = 0, room = 1; i < n && r->n_stamps < STAMPS_MAX; i++) {
		path = str_c(v[i].path);
		if (!str_starts(path, STR("log/anchors/")) || !(str_ends(path, STR(".note")) || str_ends(path,
			STR(".tsr"))))
			continue;
		stem = str_cut(path, path.n - (str_ends(path, STR(".note")) ? 5 : 4));
		if (last.p && str_eq(stem, last))
			continue;
		last = stem;
		if (r->n_stamps == room) {
			struct pack_stamp *more = ARENA_ARRAY(c->spec->a, struct pack_stamp, 2 * room);

			memcpy(more, r->stamps, room * sizeof(*more));
			r->stamps = more;
			room *= 2;
		}
		r->stamps[r->n_stamps++] = (struct pack_stamp){
			.note = arena_printf(c->spec->a, "%.*s.note", FMT(stem)),
			.tsr = arena_printf(c->spec->a, "%.*s.tsr", FMT(stem)), .at = INSTANT_NONE };
	}
	c->stamped = ARENA_ARRAY(c->a, struct pack_stamped, r->n_stamps + 1);
	for (size_t i = 0; i < r->n_stamps; i++)
		TRY(read_note(c, &r->stamps[i], &c->stamped[i]));
	return NULL;
}

static void check_note(struct pack_check *c, const struct pack_stamp *s, const struct pack_stamped *m)
{
	struct note_seen seen = { 0 };

	if (c->has_key && (note_verify(&m->note, &c->key, 1, &seen) || !seen.good))
		pack_fault(&c->faults, s->note.p, "it is not signed by the key of the log");
	if (c->has_head && (!str_eq(m->head.origin, c->head.origin) || m->head.head.size > c->head.head.size))
		pack_fault(&c->faults, s->note.p, "it is a checkpoint of another or a longer log");
	else if (c->complete && m->has_root && !digest_eq(&m->root, &m->head.head.root))
		pack_fault(&c->faults, s->note.p, "its root is not that of the first %llu records of this log",
			   (unsigned long long)m->head.head.size);
}

static err check_reply(struct pack_check *c, struct pack_stamp *s, const struct pack_stamped *m)
{
	BUF_AUTO bytes = buf_new(NOTE_MAX);
	const struct pack_entry *e = half(c, s->tsr);
	struct pack_stamp_says says;
	err bad;

	if (!e)
		return NULL;
	TRY(pack_check_bytes(c, e, &bytes));
	if (!m->bytes.p)
		return NULL;
	bad = pack_stamp_read(buf_str(&bytes), m->bytes, &says);
	if (bad) {
		pack_fault(&c->faults, s->tsr.p, "it cannot be understood: %s", bad->text);
		return NULL;
	}
	s->at = says.at;
	if (!says.fits)
		pack_fault(&c->faults, s->tsr.p, "its imprint is not the digest of %s", s->note.p);
	return NULL;
}

err pack_check_stamps_after(struct pack_check *c)
{
	for (size_t i = 0; i < c->r->n_stamps; i++) {
		struct pack_stamped *m = &c->stamped[i];

		if (m->has_head) {
			check_note(c, &c->r->stamps[i], m);
			c->r->stamps[i].size = (int64_t)m->head.head.size;
		}
		TRY(check_reply(c, &c->r->stamps[i], m));
	}
	return NULL;
}
