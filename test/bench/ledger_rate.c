/* Appending and verifying beside their bounds, in one run: bare inserts into a
 * table of the same columns and key; the same hashes made from memory; zstd
 * decoding and SHA-256 of the same evidence.   ledger_rate [RECORDS] */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/evidence_check.h"
#include "ledger/tree.h"
#include "record/types.h"
#include "store/verify.h"

enum { PER_TRANSACTION = 1000, FILES = 64, FILE_BYTES = 4 << 20 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(err e)
{
	if (!e)
		return;
	fprintf(stderr, "%s\n", e->text);
	exit(1);
}

static char dir[] = "/tmp/custody-bench-XXXXXX";

/* The columns and the key of kept_record, nothing else. */
static double bare_inserts(struct arena *a, int64_t records)
{
	DB_AUTO db = NULL;
	char header[620], facts[500], salt[16], key[16];
	double begin;

	must(db_open(arena_printf(a, "sqlite:%s/bare.db", dir).p, DB_WRITE, 1000, &db));
	must(db_script(db, STR("CREATE TABLE t (idx INTEGER PRIMARY KEY, header blob NOT NULL, facts blob, facts_salt blob, "
			       "words blob, words_salt blob, key blob NOT NULL UNIQUE)")));
	memset(header, 'h', sizeof(header));
	memset(facts, 'f', sizeof(facts));
	begin = now();
	for (int64_t i = 0; i < records; i++) {
		if (i % PER_TRANSACTION == 0)
			must(db_begin(db));
		random_bytes(salt, sizeof(salt));
		random_bytes(key, sizeof(key));
		must(db_run(db, SQL("INSERT INTO t VALUES ($1, $2, $3, $4, NULL, NULL, $5)"),
			    DB_ARGS(DB_I(i), DB_B(((struct str){ header, 480 })), DB_B(((struct str){ facts, 500 })),
				    DB_B(((struct str){ salt, 16 })), DB_B(((struct str){ key, 16 }))), NULL));
		if (i % PER_TRANSACTION == PER_TRANSACTION - 1)
			must(db_commit(db));
	}
	if (db_in_transaction(db))
		must(db_commit(db));
	return (double)records / (now() - begin);
}

static void append(struct store *s, struct arena *a, int64_t records, double *sequenced, double *all)
{
	char reason[400];
	struct r_control f = { .applicable = 0, .confirmed = 0, .frequency = STR("quarter") };
	struct draft d = { .type = &record_control, .fields = &f, .content = CONTENT_STATED, .author = AUTHOR_CLAIMED };
	double begin;
	bool already;
	int64_t idx;

	memset(reason, 'r', sizeof(reason));
	f.reason = (struct str){ reason, sizeof(reason) };
	f.reason_given = 1;
	f.owner_given = f.risk_given = 0;
	must(store_local_account(s, &d.by));
	d.in = d.by;
	begin = now();
	for (int64_t i = 0; i < records; i++) {
		f.control = arena_printf(a, "A.%lld", (long long)i % 93);
		d.about = record_new_id(a);
		must(store_append(s, &d, &idx, &already));
		if (i % 10000 == 0)
			arena_reset(a);
		if (i == 0)
			must(store_local_account(s, &d.by));
	}
	*sequenced = (double)records / (now() - begin);
	must(store_finish(s));
	*all = (double)records / (now() - begin);
}

/* One header of the log in memory, hashed as leaf and node; with its parts too. */
static double hashes(struct store *s, struct arena *a, int64_t records, bool parts)
{
	struct str header, part;
	struct tree t = { 0 };
	double begin;
	DB_ROWS rows = NULL;
	bool more;

	must(db_query(store_db(s), SQL("SELECT header, facts, words FROM kept_record WHERE idx = 1000"), DB_NONE, &rows));
	must(db_next(rows, &more));
	header = arena_str(a, db_blob(rows, 0));
	part = arena_printf(a, "0123456789abcdef%.*s", FMT(db_blob(rows, 1)));
	begin = now();
	for (int64_t i = 0; i < records; i++) {
		struct digest d = tree_leaf(header);

		tree_append(&t, &d);
		if (parts)
			d = digest_of(part);
	}
	return (double)records / (now() - begin);
}

/* Text that zstd halves or so, as reports are. */
static void fill(char *out, size_t n, unsigned seed)
{
	static const char words[] = "severity location component version finding message rule line ";

	for (size_t i = 0; i < n; i++) {
		if (i % 16 == 0)
			seed = seed * 1103515245u + 12345u;
		out[i] = i % 16 < 9 ? words[(seed >> 16) % 48 + i % 16] : (char)('0' + (seed >> (i % 16)) % 10);
	}
}

/* Evidence put, then verified, beside one thread's decoding and hashing of the
 * same bytes in memory, whichever takes longer. Bytes per second. */
static void evidence(struct store *s, double *verified, double *bound)
{
	OWNED(arena) a = arena_new();
	struct evidence_job *jobs = ARENA_ARRAY(a, struct evidence_job, FILES);
	size_t packed_room = ZSTD_compressBound(FILE_BYTES), packed;
	char *bytes = arena_alloc(a, FILE_BYTES), *z = arena_alloc(a, packed_room), *out = arena_alloc(a, FILE_BYTES);
	double begin, decode, hash;

	for (unsigned i = 0; i < FILES; i++) {
		fill(bytes, FILE_BYTES, i + 1);
		must(evidence_put(store_evidence(s), (struct str){ bytes, FILE_BYTES }, &jobs[i].digest));
	}
	packed = ZSTD_compress(z, packed_room, bytes, FILE_BYTES, 3);
	begin = now();
	for (unsigned i = 0; i < FILES; i++)
		if (ZSTD_decompress(out, FILE_BYTES, z, packed) != FILE_BYTES)
			exit(1);
	decode = now() - begin;
	begin = now();
	for (unsigned i = 0; i < FILES; i++)
		digest_of((struct str){ bytes, FILE_BYTES });
	hash = now() - begin;
	begin = now();
	evidence_check(store_evidence(s), jobs, FILES);
	*verified = (double)FILES * FILE_BYTES / (now() - begin);
	*bound = (double)FILES * FILE_BYTES / (decode > hash ? decode : hash);
	for (unsigned i = 0; i < FILES; i++)
		must(jobs[i].failed);
}

static double verify(struct store *s, struct arena *a, bool headers_only)
{
	struct verify_spec spec = { .a = a, .headers_only = headers_only };
	struct verify_result r;
	double begin = now();

	must(verify_home(s, &spec, &r));
	if (!verify_intact(&r))
		exit(1);
	return (double)r.records / (now() - begin);
}

static void print(const char *what, double is, double bound)
{
	printf("%-34s %12.0f %12.0f %6.0f%%\n", what, is, bound, 100 * is / bound);
}

int main(int argc, char **argv)
{
	OWNED(arena) a = arena_new();
	OWNED(arena) keep = arena_new();
	STORE_AUTO s = NULL;
	int64_t records = 100000;
	double bare, sequenced, all, hash, hash_all, headers, whole, proved, proved_bound;
	const char *home;

	if (argc > 1 && (!str_to_i64(str_c(argv[1]), &records) || records < 1000))
		return 2;
	if (!mkdtemp(dir) || setenv("XDG_STATE_HOME", dir, 1))
		return 1;
	home = arena_printf(keep, "%s/home", dir).p;
	bare = bare_inserts(keep, records);
	must(store_init(&(struct store_init_spec){ .home = home }));
	must(store_open_write(home, 1000, &s));
	append(s, a, records, &sequenced, &all);
	store_close(s);
	s = NULL;
	must(store_open_read(home, &s));
	hash = hashes(s, keep, records, false);
	headers = verify(s, keep, true);
	hash_all = hashes(s, keep, records, true);
	whole = verify(s, keep, false);
	evidence(s, &proved, &proved_bound);
	printf("%-34s %12s %12s %7s\n", "", "custody", "bound", "ratio");
	print("append, sequenced (records/s)", sequenced, bare);
	print("append, signed (records/s)", all, bare);
	print("verify headers (records/s)", headers, hash);
	print("verify headers and parts", whole, hash_all);
	print("verify evidence (MiB/s)", proved / (1 << 20), proved_bound / (1 << 20));
	must(dir_remove(dir));
	return 0;
}
