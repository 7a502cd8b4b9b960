#include "scan/history.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct worker {
	const struct scan_history_spec *spec;
	const struct scan_history_sink *sink;
	pthread_mutex_t *lock;		/* of the sink */
	struct scan_state *st;
	uint32_t no;			/* of the blob at hand */
	bool again;
	bool holds;			/* the lock, until the blob is done */
};

static err found(void *ctx, const struct scan_view *view, const struct scan_match *m)
{
	struct worker *w = ctx;

	if (w->again)
		return NULL;
	if (!w->holds)
		pthread_mutex_lock(w->lock);
	w->holds = true;
	return w->sink->found(w->sink->ctx, w->no, view, m);
}

static err object(void *ctx, const struct odb_object *o, void **keep)
{
	struct worker *w = ctx;
	struct scan_trace *trace = NULL;
	struct scan_origin origin = { o->base, o->spans, o->n_spans };
	struct scan_input in = { .trace = w->spec->whole ? NULL : &trace, .origin = o->base ? &origin : NULL };
	struct scan_coverage before = *scan_state_coverage(w->st);
	err e;

	w->no = o->no;
	w->again = o->again;
	e = scan_bytes(w->st, o->bytes, &in, (struct scan_sink){ found, w });
	if (w->holds)
		pthread_mutex_unlock(w->lock);
	w->holds = false;
	if (o->again)
		*scan_state_coverage(w->st) = before;
	*keep = trace;
	return e;
}

static void drop(void *ctx, void *keep)
{
	(void)ctx;
	scan_trace_free(keep);
}

static err lost(void *ctx, uint32_t no, enum odb_loss why, uint64_t size)
{
	struct worker *w = ctx;
	struct scan_coverage *c = scan_state_coverage(w->st);

	if (odb_again(w->spec->objects, no))
		return NULL;
	if (why == ODB_TOO_LARGE) {
		scan_coverage_skip(c, SCAN_SKIP_SIZE, size);
		return NULL;
	}
	c->seen++;
	c->unreadable++;
	return NULL;
}

static size_t threads_of(const struct scan_history_spec *spec)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = spec->threads ? spec->threads : cores > 0 ? (size_t)cores : 1;

	return n < THREADS_MAX ? n : THREADS_MAX;
}

err scan_history(const struct scan_history_spec *spec, const struct scan_history_sink *sink,
		 struct scan_coverage *coverage)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct worker worker[THREADS_MAX] = { 0 };
	struct odb_sink sinks[THREADS_MAX];
	struct odb_walk_spec walk = {
		.types = 1u << ODB_BLOB, .sinks = sinks, .threads = threads_of(spec),
		.object_max = spec->blob_max ? spec->blob_max : SCAN_BLOB_MAX,
	};
	struct odb_walked walked;
	err e = NULL;

	for (size_t i = 0; i < walk.threads && !e; i++) {
		worker[i] = (struct worker){ .spec = spec, .sink = sink, .lock = &lock };
		sinks[i] = (struct odb_sink){ object, drop, lost, &worker[i] };
		e = scan_state_new(spec->engine, &worker[i].st);
	}
	if (!e)
		e = odb_walk(spec->objects, &walk, &walked);
	for (size_t i = 0; i < walk.threads && worker[i].st; i++) {
		scan_coverage_add(coverage, scan_state_coverage(worker[i].st));
		scan_state_free(worker[i].st);
	}
	return e;
}
