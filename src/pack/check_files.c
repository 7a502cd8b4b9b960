/* Files against the manifest. */
#include "pack/check.h"

#include "base/hex.h"
#include "text/json_events.h"

enum { MISSING_MAX = 1000000 };	/* named; that each is named once is remembered for so many */

static struct pack_item *item_of(struct pack_check *c, const struct pack_entry *e)
{
	size_t n;

	return &c->items[e - pack_in_entries(c->in, &n)];
}

static void changed(struct pack_reading *r, const struct digest *is)
{
	const struct pack_item *i = r->item;
	char said[DIGEST_TEXT], has[DIGEST_TEXT];

	digest_put(said, &i->said);
	digest_put(has, is);
	if (i->size != r->n)
		pack_fault(&r->c->faults, r->e->path, "this file changed: the manifest gives %llu bytes, it has %s%llu",
			   (unsigned long long)i->size, r->n > i->size ? "at least " : "", (unsigned long long)r->n);
	else if (!digest_eq(&i->said, is))
		pack_fault(&r->c->faults, r->e->path, "this file changed: the manifest gives the digest %s, it has %s", said, has);
}

/* It cannot be unpacked or opened: a fault, and its end. */
static err unreadable(struct pack_reading *r, err e)
{
	if (!e || e->kind != ERR_INTEGRITY)
		return e;
	pack_fault(&r->c->faults, r->e->path, "it cannot be read: %s", e->text);
	pack_file_free(r->f);
	r->f = NULL;
	return NULL;
}

err pack_reading_begin_as(struct pack_check *c, const struct pack_entry *e, const struct pack_item *item,
			  struct pack_reading *r)
{
	*r = (struct pack_reading){ .c = c, .e = e, .item = item, .sum = digest_ctx_new() };
	return unreadable(r, pack_file_open(c->in, e, &r->f));
}

err pack_reading_begin(struct pack_check *c, const struct pack_entry *e, struct pack_reading *r)
{
	item_of(c, e)->read = true;
	return pack_reading_begin_as(c, e, item_of(c, e), r);
}

err pack_reading_next(struct pack_reading *r, void *out, size_t n, size_t *got)
{
	*got = 0;
	if (!r->f || (r->item->listed && r->n > r->item->size))
		return NULL;
	TRY(unreadable(r, pack_file_read(r->f, out, n, got)));
	if (!r->f)
		*got = 0;
	digest_add(r->sum, (struct str){ out, *got });
	r->n += *got;
	r->c->done += *got;
	if (r->c->spec->progress)
		r->c->spec->progress(r->c->spec->ctx, r->c->done, r->c->of);
	return NULL;
}

struct digest pack_reading_end(struct pack_reading *r)
{
	struct digest is = digest_end(r->sum);

	if (r->f && r->item->listed)
		changed(r, &is);
	return is;
}

void pack_reading_done(struct pack_reading *r)
{
	pack_file_free(r->f);
	digest_ctx_free(r->sum);
	*r = (struct pack_reading){ 0 };
}

err pack_check_bytes(struct pack_check *c, const struct pack_entry *e, struct buf *out)
{
	PACK_READING_AUTO r = { 0 };
	size_t got;

	TRY(pack_reading_begin(c, e, &r));
	do {
		TRY(pack_reading_next(&r, c->piece, sizeof(c->piece), &got));
		buf_add(out, (struct str){ c->piece, got });
	} while (got == sizeof(c->piece));
	if (buf_over(out))
		pack_fault(&c->faults, e->path, "this file is larger than any of its kind");
	pack_reading_end(&r);
	return NULL;
}

err pack_check_events(struct pack_check *c, const struct pack_entry *e, struct json_events *to, err *bad,
		      struct digest *is)
{
	PACK_READING_AUTO r = { 0 };
	err said = NULL;
	size_t got;

	TRY(pack_reading_begin(c, e, &r));
	do {
		TRY(pack_reading_next(&r, c->piece, sizeof(c->piece), &got));
		if (!said)
			said = err_copy(json_events_feed(to, (struct str){ c->piece, got }));
	} while (got == sizeof(c->piece));
	if (!said)
		said = err_copy(json_events_end(to));
	*is = pack_reading_end(&r);
	*bad = said;
	if (!said || said->kind == ERR_INPUT || said->kind == ERR_LIMIT)
		return NULL;
	*bad = NULL;
	return said;	/* not of the file: what was read could not be kept */
}

/* The manifest while it is read; written again on the way, because only what is
 * equal then is canonical. */
struct manifest {
	struct pack_check *c;
	struct arena *a;
	struct digest_ctx *again;
	struct str last;		/* path */
	const struct pack_entry *entries;
	size_t n, at;			/* entries; the first not behind the last path */
	struct pack_evidence next;	/* likewise of the evidence */
	bool more, any, known;		/* there is such a one */
};

static void manifest_fault(struct manifest *m, struct str path, const char *what)
{
	pack_fault(&m->c->faults, "manifest.json", "%.*s %s", FMT(str_cut(path, 200)), what);
}

static void write_again(struct manifest *m, struct str path, struct str digest, int64_t size)
{
	BUF_AUTO text = buf_new(16384);
	struct json_writer w = json_write(&text);

	digest_add(m->again, m->any ? STR(",") : STR("{\"files\":["));
	m->any = true;
	json_open(&w, '{');
	json_add_text(&w, "path", path);
	json_add_text(&w, "sha256", digest);
	json_add_int(&w, "size", size);
	json_close(&w, '}');
	digest_add(m->again, buf_str(&text));
}

/* Entries before this path are in no manifest; this one is, or is missing. */
static void match(struct manifest *m, const char *path, const struct pack_item *said)
{
	while (m->at < m->n && strcmp(m->entries[m->at].path, path) < 0)
		m->at++;
	if (m->at < m->n && strcmp(m->entries[m->at].path, path) == 0) {
		m->c->items[m->at] = *said;
		m->c->r->files++;
		m->c->r->bytes += (int64_t)said->size;
		return;
	}
	if (map_count(m->c->listed_missing) < MISSING_MAX)
		map_put_int(m->c->listed_missing, arena_str(m->c->a, str_c(path)), 1);
	pack_fault(&m->c->faults, path, "this file is missing: the manifest lists it");
}

static err keep_evidence(struct manifest *m, const struct pack_item *item)
{
	struct pack_listed l;

	memset(&l, 0, sizeof(l));
	l.is = m->next;
	l.is.entry.path = NULL;
	l.item = *item;
	TRY(pile_put(m->c->evidence, &l));
	return pack_in_evidence(m->c->in, &m->c->faults, &m->next, &m->more);
}

/* The same of evidence; those that are not in the manifest are kept as such. */
static err match_evidence(struct manifest *m, const char *path, const struct digest *name, const struct pack_item *said)
{
	const struct pack_item unlisted = { 0 };

	while (m->more && (!name || memcmp(&m->next.name, name, sizeof(*name)) < 0))
		TRY(keep_evidence(m, &unlisted));
	if (!name)
		return NULL;
	if (m->more && digest_eq(&m->next.name, name)) {
		m->c->r->files++;
		m->c->r->bytes += (int64_t)said->size;
		return keep_evidence(m, said);
	}
	pack_fault(&m->c->faults, path, "this file is missing: the manifest lists it");
	return pack_mark_evidence(m->c, name, MARK_MISSING, 0);
}

static const char evidence[] = "evidence/";

static err take_file(void *ctx, const struct json *v)
{
	struct manifest *m = ctx;
	struct str path = json_text(json_get(v, "path")), digest = json_text(json_get(v, "sha256"));
	struct pack_item said = { .listed = true };
	struct digest name;
	int64_t size = -1;

	if (!path.p || !pack_path_ok(path) || !digest_get(digest, &said.said) || !json_int(json_get(v, "size"),
		    &size) ||
	    size < 0 || v->n != 3) {
		manifest_fault(m, path.p ? path : STR("a line"), "is damaged in it");
		return NULL;
	}
	said.size = (uint64_t)size;
	write_again(m, path, digest, size);
	if (m->last.p && str_cmp(m->last, path) >= 0) {
		manifest_fault(m, path, "is out of order or listed twice in it");
		return NULL;
	}
	arena_reset(m->a);
	m->last = arena_str(m->a, path);
	if (str_starts(path, str_c(evidence)) && digest_get(str_from(path, sizeof(evidence) - 1), &name))
		return match_evidence(m, m->last.p, &name, &said);
	match(m, m->last.p, &said);
	return NULL;
}

static err take_format(void *ctx, const struct json *v)
{
	struct manifest *m = ctx;

	m->known = str_is(json_text(v), "custody-pack/1");
	return NULL;
}

static err parse_manifest(struct manifest *m, const struct pack_entry *e)
{
	static const struct json_want wants[] = { { "files[]", take_file, 0 }, { "pack", take_format, 0 }, { 0 } };
	OWNED(json_events) events = json_events_new("manifest.json", wants, m);
	struct digest again;
	err bad;

	TRY(pack_check_events(m->c, e, events, &bad, &m->c->manifest));
	digest_add(m->again, m->any
		? STR("],\"pack\":\"custody-pack/1\"}") : STR("{\"files\":[],\"pack\":\"custody-pack/1\"}"));
	again = digest_end(m->again);
	if (bad)
		pack_fault(&m->c->faults, "manifest.json", "it cannot be understood: %s", bad->text);
	else if (!m->known)
		pack_fault(&m->c->faults, "manifest.json", "it describes a format that is not known here");
	else if (!digest_eq(&again, &m->c->manifest))
		pack_fault(&m->c->faults, "manifest.json", "it is not in canonical form");
	err_drop_copy(bad);
	return NULL;
}

err pack_check_manifest(struct pack_check *c)
{
	OWNED(arena) a = arena_new();
	OWNED(digest_ctx) again = digest_ctx_new();
	const struct pack_entry *e = pack_in_find(c->in, "manifest.json");
	struct manifest m = { .c = c, .a = a, .again = again };

	m.entries = pack_in_entries(c->in, &m.n);
	TRY(pack_in_evidence(c->in, &c->faults, &m.next, &m.more));
	c->has_manifest = e != NULL;
	if (e)
		TRY(parse_manifest(&m, e));
	else
		pack_fault(&c->faults, "manifest.json", "this file is missing; nothing says which files belong to the pack");
	TRY(match_evidence(&m, NULL, NULL, NULL));
	for (size_t i = 0; i < m.n && c->r->files; i++)
		if (!c->items[i].listed && strcmp(m.entries[i].path, "manifest.json") != 0 &&
		    strcmp(m.entries[i].path, "manifest.note") != 0)
			pack_fault(&c->faults, m.entries[i].path, "this file was added: the manifest does not list it");
	return NULL;
}

enum { NOTE_LINES = 4 };

static bool read_note(const struct note *note, struct str line[NOTE_LINES])
{
	struct str rest = str_cut(note->text, note->text.n - 1);
	size_t n = 0;

	while (n < NOTE_LINES && str_split(&rest, '\n', &line[n]))
		n++;
	return n == NOTE_LINES && !rest.p && str_is(line[0], "custody pack manifest v1");
}

/* The four lines of the manifest's note. */
err pack_check_manifest_note(struct pack_check *c)
{
	struct str line[NOTE_LINES] = { 0 };
	char digest[DIGEST_TEXT];
	uint64_t size;

	c->note_size = -1;
	if (!c->has_note)
		return NULL;
	if (!read_note(&c->note, line)) {
		pack_fault(&c->faults, "manifest.note", "it is not the note of a manifest");
		return NULL;
	}
	if (c->note.n != 1)
		pack_fault(&c->faults, "manifest.note", "it bears %zu signatures; a pack's has one", c->note.n);
	digest_put(digest, &c->manifest);
	if (c->has_manifest && !str_is(line[3], digest))
		pack_fault(&c->faults, "manifest.json", "it changed: manifest.note gives the digest %.*s, it has %s",
			   FMT(str_cut(line[3], 100)), digest);
	if (str_to_u64(line[2], &size) && size <= INT64_MAX)
		c->note_size = (int64_t)size;
	if (c->has_head && (!str_eq(line[1], c->head.origin) || c->note_size != (int64_t)c->head.head.size))
		pack_fault(&c->faults, "manifest.note", "it names another log or another size than log/checkpoint");
	return NULL;
}

static err check_file(struct pack_check *c, const struct pack_entry *e)
{
	PACK_READING_AUTO r = { 0 };
	size_t got;

	TRY(pack_reading_begin(c, e, &r));
	do
		TRY(pack_reading_next(&r, c->piece, sizeof(c->piece), &got));
	while (got == sizeof(c->piece));
	pack_reading_end(&r);
	return NULL;
}

err pack_check_rest(struct pack_check *c)
{
	size_t n;
	const struct pack_entry *v = pack_in_entries(c->in, &n);

	for (size_t i = 0; i < n; i++) {
		if (!c->items[i].read && c->items[i].listed)
			TRY(check_file(c, &v[i]));
		if (str_starts(str_c(v[i].path), str_c(evidence)))
			pack_fault(&c->faults, v[i].path, "the name of this evidence is not the digest of its bytes");
	}
	return pack_check_evidence(c);
}
