#include "ledger/evidence_check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 8, PIECE = 256 * 1024 };

struct checking {
	struct evidence_store *store;
	struct evidence_job *jobs;
	size_t n;
	atomic_size_t next;
};

static err check_one(struct evidence_store *s, struct evidence_job *job, struct evidence_reader **r, char *piece)
{
	size_t got;

	job->bytes = 0;
	TRY(evidence_reopen(s, &job->digest, r));
	do {
		TRY(evidence_read(*r, piece, PIECE, &got));
		job->bytes += (int64_t)got;
	} while (got == PIECE);
	return NULL;
}

static void *work(void *ctx)
{
	struct checking *c = ctx;
	OWNED(evidence_reader) r = NULL;
	char *piece = base_alloc(PIECE);
	size_t i;

	while ((i = atomic_fetch_add(&c->next, 1)) < c->n)
		c->jobs[i].failed = err_copy(check_one(c->store, &c->jobs[i], &r, piece));
	free(piece);
	return NULL;
}

static size_t threads_for(size_t jobs)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = cores > THREADS_MAX ? THREADS_MAX : cores < 1 ? 1 : (size_t)cores;

	return n < jobs ? n : jobs;
}

void evidence_check(struct evidence_store *s, struct evidence_job *jobs, size_t n)
{
	struct checking c = { .store = s, .jobs = jobs, .n = n };
	pthread_t threads[THREADS_MAX];
	size_t started = 0, want = threads_for(n);
	sigset_t all, before;

	/* Signals are for the thread that began, which works too. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (started + 1 < want && pthread_create(&threads[started], NULL, work, &c) == 0)
		started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	work(&c);
	while (started)
		pthread_join(threads[--started], NULL);
}
