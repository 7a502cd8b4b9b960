/* Objects read without git are those git wrote: of every repository each object comes
 * once, with the bytes its id is the digest of. Damage never does more than lose. */
/* timeout: 300 */
#include "repo.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "odb/odb.h"

/* What one thread was given. */
struct got {
	const struct odb *o;
	uint8_t *times;			/* each number was given or lost */
	uint64_t given, lost, again, deltas, kept, dropped;
	bool foreign;			/* objects may be damaged: ids are not compared */
	struct arena *a;
};

static const char *const type_names[] = { "", "commit", "tree", "blob", "tag" };

static bool is_its_id(const struct odb *o, const struct odb_object *x)
{
	const EVP_MD *md = odb_id_bytes(o) == ODB_ID_SHA1 ? EVP_sha1() : EVP_sha256();
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t id[EVP_MAX_MD_SIZE];
	char head[64];
	int n = snprintf(head, sizeof(head), "%s %zu", type_names[x->type], x->bytes.n) + 1;

	assert_true(EVP_DigestInit_ex(c, md, NULL) && EVP_DigestUpdate(c, head, (size_t)n) &&
		    EVP_DigestUpdate(c, x->bytes.p, x->bytes.n) && EVP_DigestFinal_ex(c, id, NULL));
	EVP_MD_CTX_free(c);
	return memcmp(id, x->id, odb_id_bytes(o)) == 0;
}

/* Pieces lie side by side and say where the bytes stand in the base. */
static bool spans_hold(const struct odb_object *x)
{
	const struct str *base = x->base;
	size_t at = 0;

	for (size_t i = 0; i < x->n_spans; i++) {
		const struct odb_span *s = &x->spans[i];

		if (s->at != at || s->n == 0)
			return false;
		if (s->from != ODB_NEW &&
		    (s->from + s->n > base->n || memcmp(base->p + s->from, x->bytes.p + at, s->n) != 0))
			return false;
		at += s->n;
	}
	return x->n_spans == 0 || at == x->bytes.n;
}

static err object(void *ctx, const struct odb_object *x, void **keep)
{
	struct got *g = ctx;
	struct str *copy = base_alloc(sizeof(*copy));

	g->times[x->no]++;
	g->given++;
	g->again += x->again;
	g->deltas += x->base != NULL;
	if (!g->foreign && !is_its_id(g->o, x))
		fail_msg("object %u has other bytes", x->no);
	if (x->base && !spans_hold(x))
		fail_msg("object %u is not what its pieces say", x->no);
	copy->p = base_alloc(x->bytes.n + 1);
	copy->n = x->bytes.n;
	memcpy((char *)(uintptr_t)copy->p, x->bytes.p, x->bytes.n);
	*keep = copy;
	g->kept++;
	return NULL;
}

static void drop(void *ctx, void *keep)
{
	struct got *g = ctx;
	struct str *copy = keep;

	g->dropped++;
	free((char *)(uintptr_t)copy->p);
	free(copy);
}

static err lost(void *ctx, uint32_t no, enum odb_loss why, uint64_t size)
{
	struct got *g = ctx;

	(void)why;
	(void)size;
	g->times[no]++;
	g->lost++;
	return NULL;
}

enum { THREADS_MAX = 4 };

struct walk {
	size_t threads;
	unsigned types;
	uint64_t live, object;
	bool foreign;
};

static struct got walk(struct odb *o, const struct walk *w, struct odb_walked *walked)
{
	struct got got[THREADS_MAX] = { 0 }, all = { 0 };
	struct odb_sink sinks[THREADS_MAX];
	struct odb_walk_spec spec = { .types = w->types ? w->types : 0x1e,
				      .object_max = w->object ? w->object : 1 << 30,
				      .live_max = w->live, .sinks = sinks, .threads = w->threads };
	uint8_t *times = base_alloc(odb_count(o) + 1);

	for (size_t i = 0; i < w->threads; i++) {
		got[i] = (struct got){ .o = o, .times = times, .foreign = w->foreign };
		sinks[i] = (struct odb_sink){ object, drop, lost, &got[i] };
	}
	assert_ok(odb_walk(o, &spec, walked));
	for (size_t i = 0; i < w->threads; i++) {
		assert_int_equal(got[i].kept, got[i].dropped);
		all.given += got[i].given;
		all.lost += got[i].lost;
		all.again += got[i].again;
		all.deltas += got[i].deltas;
	}
	for (uint32_t i = 0; !w->types && i < odb_count(o); i++)
		assert_int_equal(times[i], 1);
	free(times);
	assert_int_equal(walked->given, all.given);
	assert_int_equal(walked->lost, all.lost);
	assert_int_equal(walked->given + walked->lost + walked->left, odb_count(o));
	return all;
}

/* A history whose files change a little each time: delta chains, trees, two tags. */
#define HISTORY                                                                \
	"mkdir repo && cd repo && git init -q -b main $FORMAT\n"               \
	"for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"    \
	"  seq 1 900 | sed \"s/^$((i * 7))\\$/line $i/\" >many.txt; seq $i 400 >few.txt; : >empty\n" \
	"  mkdir -p d$i; echo $i >d$i/own; git add .; git commit -qm \"commit $i\"\n" \
	"done\n"                                                               \
	"git tag -a -m 'a tag' v1; git tag light\n"

static struct odb *opened(struct repo_box *b, const char *objects, size_t id_bytes)
{
	struct odb_spec spec = { repo_path(b, objects), id_bytes };
	struct odb *o = NULL;

	assert_ok(odb_open(&spec, &o));
	return o;
}

static uint32_t count_by_git(struct repo_box *b, const char *dir)
{
	uint64_t n;

	assert_true(str_to_u64(repo_sh(b, arena_printf(b->a, "cd %s; git cat-file --batch-all-objects "
		"--batch-check | wc -l", dir).p), &n));
	return (uint32_t)n;
}

static void check(const char *then, const char *dir, size_t id_bytes, uint64_t least_deltas)
{
	REPO_BOX b = repo_box_new();
	struct walk ways[] = { { .threads = 1 }, { .threads = 3 }, { .threads = 1, .live = 1 } };
	OWNED(odb) o = NULL;

	repo_sh(&b, then);
	o = opened(&b, arena_printf(b.a, "%s/.git/objects", dir).p, id_bytes);
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct odb_walked walked;
		struct got g = walk(o, &ways[i], &walked);

		assert_int_equal(g.lost, 0);
		assert_int_equal(g.given - g.again, count_by_git(&b, dir));
		assert_true(g.deltas >= least_deltas);
	}
}

static void loose_objects_are_given(void **state)
{
	(void)state;
	check(HISTORY, "repo", ODB_ID_SHA1, 0);
}

static void packed_objects_are_given(void **state)
{
	(void)state;
	check(HISTORY "git gc -q", "repo", ODB_ID_SHA1, 20);
	check(HISTORY "git config pack.writeReverseIndex true; git repack -adfq --depth=50 --window=50", "repo",
	      ODB_ID_SHA1, 20);
	check(HISTORY "git -c repack.useDeltaBaseOffset=false repack -adfq", "repo", ODB_ID_SHA1, 20);
}

static void an_index_of_version_1_is_read(void **state)
{
	(void)state;
	check(HISTORY "git -c pack.indexVersion=1 repack -adfq", "repo", ODB_ID_SHA1, 20);
}

static void sha256_repositories_are_read(void **state)
{
	(void)state;
	check("FORMAT=--object-format=sha256\n" HISTORY, "repo", ODB_ID_SHA256, 0);
	check("FORMAT=--object-format=sha256\n" HISTORY "git gc -q", "repo", ODB_ID_SHA256, 20);
}

static void what_is_kept_twice_is_told_once_as_new(void **state)
{
	(void)state;
	check(HISTORY "git gc -q; cd .git/objects/pack; cp *.pack twin.pack; cp *.idx twin.idx; cd ../../..;"
	      "git init -q ../again; (cd ../again; git unpack-objects -q <../repo/.git/objects/pack/twin.pack);"
	      "cp -r ../again/.git/objects/?? .git/objects/", "repo", ODB_ID_SHA1, 20);
}

static void objects_of_alternates_are_given(void **state)
{
	(void)state;
	check(HISTORY "git gc -q; cd ..; git clone -q --shared repo borrowed; cd borrowed; echo own >own; git add own;"
	      "git commit -qm own", "borrowed", ODB_ID_SHA1, 20);
}

static void other_types_are_left_out_and_counted(void **state)
{
	REPO_BOX b = repo_box_new();
	struct odb_walked walked;
	OWNED(odb) o = NULL;
	struct got g;

	(void)state;
	repo_sh(&b, HISTORY "git gc -q; echo x >loose; git add loose");
	o = opened(&b, "repo/.git/objects", ODB_ID_SHA1);
	g = walk(o, &(struct walk){ .threads = 2, .types = 1u << ODB_TAG }, &walked);
	assert_int_equal(g.given, 1);
	assert_int_equal(walked.left, odb_count(o) - 1);
}

static void what_is_too_large_is_lost_and_said(void **state)
{
	REPO_BOX b = repo_box_new();
	struct odb_walked walked;
	OWNED(odb) o = NULL;
	struct got g;

	(void)state;
	repo_sh(&b, HISTORY "git gc -q");
	o = opened(&b, "repo/.git/objects", ODB_ID_SHA1);
	g = walk(o, &(struct walk){ .threads = 1, .object = 1000 }, &walked);
	assert_true(g.lost >= 40);
	assert_true(g.given > 40);
}

static void one_object_is_read_by_its_id(void **state)
{
	REPO_BOX b = repo_box_new();
	OWNED(odb) o = NULL;

	(void)state;
	repo_sh(&b, HISTORY "git gc -q; echo loose >loose; git add loose");
	o = opened(&b, "repo/.git/objects", ODB_ID_SHA1);
	for (uint32_t no = 0; no < odb_count(o); no++) {
		struct odb_whole whole;
		struct odb_object x = { .no = no, .id = odb_id(o, no) };

		assert_int_equal(odb_find(o, x.id), no);
		assert_ok(odb_read(o, no, 1 << 20, &whole));
		x.type = whole.type;
		x.bytes = (struct str){ whole.bytes, whole.n };
		assert_true(is_its_id(o, &x));
		free(whole.bytes);
	}
	assert_int_equal(odb_find(o, (const uint8_t *)"no such object has this"), -1);
}

/* Flips a byte of a file, and back. */
static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	c = fgetc(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_not_equal(fputc(c ^ 0x55, f), EOF);
	assert_int_equal(fclose(f), 0);
}

static long size_of(const char *path)
{
	FILE *f = fopen(path, "rb");
	long n;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	fclose(f);
	return n;
}

static void no_flipped_byte_does_more_than_lose_objects(void **state)
{
	REPO_BOX b = repo_box_new();
	const char *files[3];
	uint64_t losses = 0;

	(void)state;
	repo_sh(&b, HISTORY "git config pack.writeReverseIndex true; git -c repack.useDeltaBaseOffset=false repack -adfq;"
		"cd .git/objects/pack; mv *.pack p.pack; mv *.idx p.idx; mv *.rev p.rev; chmod 644 *");
	files[0] = repo_path(&b, "repo/.git/objects/pack/p.pack");
	files[1] = repo_path(&b, "repo/.git/objects/pack/p.idx");
	files[2] = repo_path(&b, "repo/.git/objects/pack/p.rev");
	for (size_t f = 0; f < ARRAY_LEN(files); f++) {
		long n = size_of(files[f]);

		for (long at = 0; at < n; at += 1 + n / 400) {
			OWNED(odb) o = NULL;
			struct odb_walked walked;

			flip(files[f], at);
			o = opened(&b, "repo/.git/objects", ODB_ID_SHA1);
			losses += walk(o, &(struct walk){ .threads = 1, .foreign = true }, &walked).lost;
			losses += odb_count(o) == 0;
			flip(files[f], at);
		}
	}
	assert_true(losses > 100);
}

static void files_cut_short_are_said(void **state)
{
	REPO_BOX b = repo_box_new();

	(void)state;
	repo_sh(&b, HISTORY "git gc -q; cd .git/objects/pack; chmod 644 *; mv *.pack p.pack; mv *.idx p.idx; rm -f *.rev");
	for (int i = 9; i >= 0; i--) {
		OWNED(odb) o = NULL;
		struct odb_walked walked;

		repo_sh(&b, arena_printf(b.a, "cd repo/.git/objects/pack; n=$(stat -c %%s p.%s); truncate -s $((n * %d / 10)) p.%s",
			i % 2 ? "pack" : "idx", i, i % 2 ? "pack" : "idx").p);
		o = opened(&b, "repo/.git/objects", ODB_ID_SHA1);
		assert_int_equal(odb_count(o), 0);
		walk(o, &(struct walk){ .threads = 1, .foreign = true }, &walked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loose_objects_are_given),
		cmocka_unit_test(packed_objects_are_given),
		cmocka_unit_test(an_index_of_version_1_is_read),
		cmocka_unit_test(sha256_repositories_are_read),
		cmocka_unit_test(what_is_kept_twice_is_told_once_as_new),
		cmocka_unit_test(objects_of_alternates_are_given),
		cmocka_unit_test(other_types_are_left_out_and_counted),
		cmocka_unit_test(what_is_too_large_is_lost_and_said),
		cmocka_unit_test(one_object_is_read_by_its_id),
		cmocka_unit_test(no_flipped_byte_does_more_than_lose_objects),
		cmocka_unit_test(files_cut_short_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
