#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "ledger/keys.h"
#include "store/anchor.h"
#include "store/erase.h"
#include "store/home.h"
#include "store/people.h"
#include "text/json.h"

struct store {
	struct arena *a;		/* lives with the store */
	struct home home;
	int lock;			/* -1: opened for reading */
	struct db *db;
	struct ledger *ledger;
	struct evidence_store *evidence;
	struct hmac *key;
	struct str key_bytes;
	struct record_log log;
	struct people *people;
	int64_t in_transaction;		/* records since the last commit */
	struct digest *noted;		/* evidence whose row may not be committed yet */
	size_t n_noted, noted_room;
	struct str local;		/* account of this machine's user */
	bool local_new;			/* not written yet */
	struct str act;			/* submission of what the command itself does */
};

struct db *store_db(struct store *s)
{
	return s->db;
}

struct ledger *store_ledger(struct store *s)
{
	return s->ledger;
}

struct evidence_store *store_evidence(struct store *s)
{
	return s->evidence;
}

const char *store_home(const struct store *s)
{
	return s->home.path;
}

const char *store_id(const struct store *s)
{
	return s->home.id.p;
}

const char *store_database(const struct store *s)
{
	return s->home.database;
}

const char *store_path(const struct store *s, struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", s->home.path, name).p;
}

struct people *store_people(struct store *s)
{
	return s->people;
}

struct digest store_subkey(struct store *s, const char *label)
{
	ASSERT(s->key);
	return hmac_derive(s->key_bytes, label);
}

/* Who holds the lock: what its holder wrote into the file. */
static err held_by(int fd, const char *home)
{
	char who[128] = "";
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);

	if (n < 0)
		n = 0;
	who[n] = '\0';
	return err_hint(fail(ERR_CONFLICT, "another custody (%s) is writing to %s", n ? who : "unknown process", home),
			"wait for it, or end it, and try again");
}

static err take_lock(struct store *s, int wait_ms)
{
	const char *path = store_path(s, s->a, "lock");
	int64_t until = instant_ticks_ms() + wait_ms;
	char who[64];
	int n;

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return fail_errno("cannot write in %s", s->home.path);
	while (flock(s->lock, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fail_errno("cannot lock %s", path);
		if (instant_ticks_ms() >= until)
			return held_by(s->lock, s->home.path);
		usleep(20000);
	}
	n = snprintf(who, sizeof(who), "process %ld", (long)getpid());
	if (ftruncate(s->lock, 0) || pwrite(s->lock, who, (size_t)n, 0) != n)
		return fail_errno("cannot write %s", path);
	return NULL;
}

/* Emptied, as against a home that is being made. */
static err must_not_be_empty(const struct store *s, const char *file, bool begun)
{
	struct stat st;

	if (begun && stat(file, &st) == 0 && st.st_size == 0)
		return fail(ERR_INTEGRITY, "%s is empty, and the log of the home %s is not", file, s->home.path);
	return NULL;
}

/* A home that lost its database is no home to begin anew. */
static err open_database(struct store *s, enum db_mode mode, int wait_ms)
{
	static const struct str sqlite = STR_INIT("sqlite:");
	struct str where = str_c(s->home.database);
	bool begun = dir_exists(store_path(s, s->a, "tiles/tile"));
	err e;

	if (mode == DB_WRITE && begun && str_starts(where, sqlite) && !file_exists(where.p + sqlite.n))
		return fail(ERR_INTEGRITY, "the database %s of the home is missing", where.p + sqlite.n);
	if (str_starts(where, sqlite))
		TRY(must_not_be_empty(s, where.p + sqlite.n, begun));
	e = db_open(s->home.database, mode, wait_ms, &s->db);
	if (e && e->kind == ERR_MISSING)
		return fail(ERR_INTEGRITY, "the database of the home is missing: %s", e->text);
	return e;
}

static err open_common(const char *home, enum db_mode mode, int wait_ms, struct store *s)
{
	TRY(home_read(s->a, home, &s->home));
	if (mode == DB_WRITE)
		TRY(take_lock(s, wait_ms));
	TRY(open_database(s, mode, wait_ms));
	if (mode == DB_WRITE)
		TRY(db_migrate(s->db));
	TRY(evidence_store_open(store_path(s, s->a, "evidence"), &s->evidence));
	return ledger_open(s->db, store_path(s, s->a, "tiles"),
			   mode == DB_WRITE ? store_path(s, s->a, "keys") : NULL, &s->ledger);
}

static struct store *store_new(void)
{
	struct store *s = base_alloc(sizeof(*s));

	s->a = arena_new();
	s->lock = -1;
	return s;
}

err store_open_read(const char *home, struct store **out)
{
	STORE_AUTO s = store_new();

	TRY(open_common(home, DB_READ, 5000, s));
	*out = s;
	s = NULL;
	return NULL;
}

static err load_key(struct store *s)
{
	uint8_t *bytes = arena_alloc(s->a, KEYS_SECRET);

	TRY(keys_load_secret(store_path(s, s->a, "keys"), "home.key", bytes));
	s->key_bytes = (struct str){ (const char *)bytes, KEYS_SECRET };
	TRY(err_in(home_check_key(&s->home, s->key_bytes), "keys/home.key"));
	s->key = hmac_new(s->key_bytes);
	return NULL;
}

/* When the newest record was received, signed or not. */
static err last_received(struct store *s, int64_t *out)
{
	OWNED(arena) a = arena_new();
	struct header h;
	DB_ROWS rows = NULL;
	bool more;

	*out = INSTANT_NONE;
	TRY(db_query(s->db, SQL("SELECT header FROM kept_record ORDER BY idx DESC LIMIT 1"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	TRY(header_parse(a, db_blob(rows, 0), &h));
	*out = h.received;
	return NULL;
}

/* `received` never runs backwards: not behind the newest checkpoint, nor behind
 * this process's own earlier records. */
static err set_clock(struct store *s)
{
	struct ledger_head head;
	int64_t now = instant_now(), last;

	TRY(ledger_head(s->ledger, &head));
	if (head.size > 0 && now + 2 < head.signed_at) {
		char then[INSTANT_TEXT], is[INSTANT_TEXT];

		instant_put(then, head.signed_at);
		instant_put(is, now);
		return err_hint(fail(ERR_FAILED, "the clock says %s, but the log was signed at %s", is, then),
				"set the clock right; nothing is written until it is");
	}
	TRY(last_received(s, &last));
	if (now < head.signed_at)
		now = head.signed_at;
	if (now < last)
		now = last;
	if (now > s->log.received)
		s->log.received = now;
	return NULL;
}

/* The log goes on under the key it began with, which its first record names. */
static err check_signer(struct store *s)
{
	OWNED(arena) a = arena_new();
	struct json *doc;
	DB_ROWS rows = NULL;
	bool more;

	TRY(db_query(s->db, SQL("SELECT facts FROM kept_record WHERE idx = 0"), DB_NONE, &rows));
	TRY(db_next(rows, &more));
	if (!more)
		return NULL;
	if (json_parse(a, "record 0", db_blob(rows, 0), &doc))
		return fail(ERR_INTEGRITY, "record 0, which names the log's key, is damaged");
	if (!str_eq(json_text(json_get(doc, "vkey")), ledger_vkey(s->ledger)))
		return fail(ERR_INTEGRITY, "%s/keys/signing.key is not the key that signed this log", s->home.path);
	return NULL;
}

err store_open_write(const char *home, int wait_ms, struct store **out)
{
	STORE_AUTO s = store_new();

	TRY(open_common(home, DB_WRITE, wait_ms, s));
	TRY(load_key(s));
	s->log = (struct record_log){ .db = s->db, .ledger = s->ledger, .key = s->key, .a = arena_new() };
	TRY(check_signer(s));
	TRY(home_check_place(&s->home, s->ledger));
	TRY(anchor_ask_witnesses(&s->home, s->ledger));
	TRY(set_clock(s));
	TRY(ledger_sign(s->ledger, s->log.received));
	TRY(erase_pending(s, NULL, NULL));
	s->people = people_new(s);
	*out = s;
	s = NULL;
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_abandon(s);
	people_free(s->people);
	arena_free(s->log.a);
	free(s->noted);
	ledger_close(s->ledger);
	evidence_store_close(s->evidence);
	db_close(s->db);
	hmac_free(s->key);
	if (s->lock >= 0)
		close(s->lock);
	arena_free(s->a);
	free(s);
}

/* Every transaction of the store begins here, with the clock read anew. */
static err begin(struct store *s)
{
	if (db_in_transaction(s->db))
		return NULL;
	TRY(set_clock(s));
	TRY(db_begin(s->db));
	s->in_transaction = 0;
	return NULL;
}

/* A commit that fails may be found done at the next start: from here on the rows may
 * be there, and the bytes that they speak of stay. */
static err commit(struct store *s)
{
	s->n_noted = 0;
	return db_commit(s->db);
}

err store_append(struct store *s, const struct draft *d, int64_t *idx, bool *already)
{
	TRY(begin(s));
	TRY(record_append(&s->log, d, idx, already));
	if (++s->in_transaction < TRANSACTION_RECORDS)
		return NULL;
	return commit(s);
}

err store_find(struct store *s, const struct draft *d, int64_t *idx)
{
	return record_find(&s->log, d, idx);
}

err store_finish(struct store *s)
{
	if (db_in_transaction(s->db))
		TRY(commit(s));
	TRY(ledger_sign(s->ledger, s->log.received));
	return home_note_place(&s->home, s->ledger);
}

/* Bytes that no row speaks of. Nothing is removed that the database cannot be asked about. */
static void drop_noted(struct store *s)
{
	for (size_t i = 0; i < s->n_noted; i++) {
		const struct digest *d = &s->noted[i];
		int64_t rows;

		if (db_get_int(s->db, SQL("SELECT count(*) FROM kept_evidence WHERE digest = $1 AND erased_by IS NULL"),
			       DB_ARGS(DB_B(digest_str(d))), 1, &rows))
			break;
		if (rows == 0 && evidence_has(s->evidence, d) && evidence_erase(s->evidence, d))
			break;
	}
	s->n_noted = 0;
}

/* Who was met in what is given up is not known. */
void store_abandon(struct store *s)
{
	if (s->db && s->lock >= 0) {
		db_rollback(s->db);
		drop_noted(s);
	}
	if (s->people)
		people_forget(s->people);
	s->local = s->act = (struct str){ 0 };
	s->local_new = false;
}

static void remember_noted(struct store *s, const struct digest *d)
{
	if (s->n_noted == s->noted_room) {
		s->noted_room = s->noted_room ? 2 * s->noted_room : 16;
		s->noted = base_realloc(s->noted, s->noted_room * sizeof(*s->noted));
	}
	s->noted[s->n_noted++] = *d;
}

err store_note_evidence(struct store *s, const struct digest *d, int64_t size, struct str kind)
{
	int64_t at;

	remember_noted(s, d);
	TRY(begin(s));
	TRY(ledger_size(s->ledger, &at));
	/* The same bytes may come again after an order destroyed them. */
	TRY(db_run(s->db, SQL("UPDATE kept_evidence SET erased_by = NULL, idx = $2 WHERE digest = $1 AND erased_by IS NOT NULL"),
		   DB_ARGS(DB_B(digest_str(d)), DB_I(at)), NULL));
	return db_run(s->db, SQL("INSERT INTO kept_evidence (digest, size, kind, idx, erased_by) "
				 "VALUES ($1, $2, $3, $4, NULL) ON CONFLICT DO NOTHING"),
		      DB_ARGS(DB_B(digest_str(d)), DB_I(size), DB_T(kind), DB_I(at)), NULL);
}

static struct s_who local_user(struct store *s)
{
	return (struct s_who){ .host = STR("local"), .login = home_user(s->a), .kind = ACCOUNT_UNKNOWN };
}

err store_local_account(struct store *s, struct str *id)
{
	struct s_who who = local_user(s);

	if (!s->local.p) {
		TRY(people_known(s->people, &who, &s->local));
		s->local_new = !s->local.p;
		if (s->local_new)
			s->local = record_new_id(s->a);
	}
	*id = s->local;
	return NULL;
}

err store_submission(struct store *s, struct draft *d)
{
	struct s_who who = local_user(s);
	int64_t idx;
	bool already;

	TRY(store_local_account(s, &d->by));
	d->type = &record_submission;
	if (!d->about.p)
		d->about = record_new_id(s->a);
	d->in = d->about;
	TRY(store_append(s, d, &idx, &already));
	people_submission(s->people, d->about, d->content, d->author);
	if (!s->local_new)
		return NULL;
	s->local_new = false;
	people_submission(s->people, d->about, CONTENT_STATED, AUTHOR_CLAIMED);
	TRY(people_add(s->people, &who, s->local));
	people_submission(s->people, d->about, d->content, d->author);
	return NULL;
}

err store_act(struct store *s, struct str verb, struct str *id)
{
	struct r_submission f = { .query = verb, .source = STR("custody"), .tool = STR("custody " CUSTODY_VERSION),
				  .items = FIELD_NO_INT, .size = FIELD_NO_INT };
	struct draft d = { .effective = instant_now(), .content = CONTENT_STATED, .author = AUTHOR_CLAIMED,
			   .fields = &f };

	if (!s->act.p) {
		TRY(store_submission(s, &d));
		s->act = d.about;
	}
	people_submission(s->people, s->act, CONTENT_STATED, AUTHOR_CLAIMED);
	*id = s->act;
	return NULL;
}
