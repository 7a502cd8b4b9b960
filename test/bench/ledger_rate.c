/* Appending and verifying beside their bounds, in one run: bare inserts into a
 * table of the same columns and key; the same hashes made from memory; zstd
 * decoding and SHA-256 of the same evidence.   ledger_rate [RECORDS] */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/random.h"
#include "ledger/tree.h"
#include "record/types.h"
#include "store/verify.h"

enum { PER_TRANSACTION = 1000, EVIDENCE_BYTES = 64 << 20 };

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

static double hashes(int64_t records)
{
	char leaf[480];
	struct tree t = { 0 };
	double begin = now();

	memset(leaf, 'l', sizeof(leaf));
	for (int64_t i = 0; i < records; i++) {
		struct digest d;

		memcpy(leaf, &i, sizeof(i));
		d = tree_leaf((struct str){ leaf, sizeof(leaf) });
		tree_append(&t, &d);
	}
	return (double)records / (now() - begin);
}

int main(int argc, char **argv)
{
	OWNED(arena) a = arena_new();
	OWNED(arena) keep = arena_new();
	struct verify_spec spec = { .a = keep, .headers_only = true };
	struct verify_result r;
	STORE_AUTO s = NULL;
	int64_t records = 100000;
	double bare, sequenced, all, hash, begin, verified;
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
	hash = hashes(records);
	begin = now();
	must(verify_home(s, &spec, &r));
	verified = (double)r.records / (now() - begin);
	printf("%-34s %12s %12s %7s\n", "", "custody", "bound", "ratio");
	printf("%-34s %12.0f %12.0f %6.0f%%\n", "append, sequenced (records/s)", sequenced, bare, 100 * sequenced / bare);
	printf("%-34s %12.0f %12.0f %6.0f%%\n", "append, signed (records/s)", all, bare, 100 * all / bare);
	printf("%-34s %12.0f %12.0f %6.0f%%\n", "verify headers (records/s)", verified, hash, 100 * verified / hash);
	must(dir_remove(dir));
	return 0;
}
