/* A repository's whole history through the scanner, as deltas and whole, beside the
 * walk alone.   scan_rate OBJECTS_FOLDER [THREADS] [whole] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "scan/history.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct sum { uint64_t matches, digest; };

/* Order-free, so that runs of any number of threads can be compared. */
static err found(void *ctx, uint32_t no, const struct scan_view *view, const struct scan_match *m)
{
	struct sum *s = ctx;
	uint64_t h = no;

	(void)view;
	h = (h * 0x9e3779b97f4a7c15u) ^ m->secret.from;
	h = (h * 0x9e3779b97f4a7c15u) ^ m->secret.to;
	h = (h * 0x9e3779b97f4a7c15u) ^ str_hash(m->rule->id);
	s->digest += h * 0x9e3779b97f4a7c15u;
	s->matches++;
	return NULL;
}

int main(int argc, char **argv)
{
	struct odb_spec where = { argc > 1 ? argv[1] : ".git/objects", ODB_ID_SHA1 };
	OWNED(scan_engine) engine = NULL;
	OWNED(odb) objects = NULL;
	struct sum sum = { 0 };
	struct scan_history_sink sink = { found, &sum };
	struct scan_history_spec spec = { .threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, .whole = argc > 3 };
	struct scan_coverage c = { 0 };
	double begin = now(), ready;
	err e = scan_engine_new(&(struct scan_engine_spec){ 0 }, &engine);

	if (!e)
		e = odb_open(&where, &objects);
	ready = now();
	spec.engine = engine;
	spec.objects = objects;
	if (!e)
		e = scan_history(&spec, &sink, &c);
	if (e) {
		fprintf(stderr, "%s\n", e->text);
		return 1;
	}
	printf("%llu blobs, %llu scanned, %llu bytes; %llu matches, %016llx; ready %.2f s, scanned %.2f s, %.2f GB/s\n",
	       (unsigned long long)c.seen, (unsigned long long)c.scanned, (unsigned long long)c.bytes,
	       (unsigned long long)sum.matches, (unsigned long long)sum.digest, ready - begin, now() - ready,
	       (double)c.bytes / 1e9 / (now() - ready));
	return scan_coverage_adds_up(&c) ? 0 : 1;
}
