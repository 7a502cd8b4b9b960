/* Every blob of a repository inflated once, beside nothing: the bound of a scan of
 * its history.   odb_rate OBJECTS_FOLDER [THREADS] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "odb/odb.h"

struct count {
	uint64_t objects, bytes, fresh, lost;
	char room[64];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static err object(void *ctx, const struct odb_object *o, void **keep)
{
	struct count *c = ctx;

	(void)keep;
	c->objects++;
	c->bytes += o->bytes.n;
	for (size_t i = 0; i < o->n_spans; i++)
		if (o->spans[i].from == ODB_NEW)
			c->fresh += o->spans[i].n;
	if (!o->n_spans)
		c->fresh += o->bytes.n;
	return NULL;
}

static err lost(void *ctx, uint32_t no, enum odb_loss why, uint64_t size)
{
	struct count *c = ctx;

	(void)no;
	(void)why;
	(void)size;
	c->lost++;
	return NULL;
}

int main(int argc, char **argv)
{
	struct odb_spec spec = { argc > 1 ? argv[1] : ".git/objects", ODB_ID_SHA1 };
	size_t threads = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1;
	struct count count[16] = { 0 }, all = { 0 };
	struct odb_sink sinks[16];
	struct odb_walk_spec walk = { .types = 1u << ODB_BLOB, .object_max = 1u << 30, .sinks = sinks,
				      .threads = threads };
	struct odb_walked walked;
	OWNED(odb) o = NULL;
	double begin = now(), opened;
	err e;

	if (threads < 1 || threads > ARRAY_LEN(sinks))
		return 2;
	for (size_t i = 0; i < threads; i++)
		sinks[i] = (struct odb_sink){ object, NULL, lost, &count[i] };
	if (argc > 3)
		walk.types = 0x1e;
	e = odb_open(&spec, &o);
	opened = now();
	if (!e)
		e = odb_walk(o, &walk, &walked);
	if (e) {
		fprintf(stderr, "%s\n", e->text);
		return 1;
	}
	for (size_t i = 0; i < threads; i++) {
		all.objects += count[i].objects;
		all.bytes += count[i].bytes;
		all.fresh += count[i].fresh;
		all.lost += count[i].lost;
	}
	printf("%u objects; %llu given, %llu bytes, %.1f %% new, %llu lost; opened %.2f s, walked %.2f s, %.2f GB/s\n",
	       odb_count(o), (unsigned long long)all.objects, (unsigned long long)all.bytes,
	       100.0 * (double)all.fresh / (double)(all.bytes + 1), (unsigned long long)all.lost, opened - begin,
	       now() - opened, (double)all.bytes / 1e9 / (now() - opened));
	return 0;
}
