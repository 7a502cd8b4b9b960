#include "store/verify.h"

#include <stdarg.h>
#include <stdlib.h>

#include "store/verify_parts.h"
#include "store/vouch.h"

enum { FAULTS_SHOWN = 100 };

void verify_fault(struct verifying *v, enum verify_fault kind, int64_t *count, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	++*count;
	if (v->told++ >= FAULTS_SHOWN || !v->spec->fault)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	v->spec->fault(v->spec->ctx, kind, str_c(text));
}

void verify_keep(int64_t **list, size_t *n, size_t *room, int64_t value)
{
	if (*n == *room) {
		*room = *room ? *room * 2 : 64;
		*list = base_realloc(*list, *room * sizeof(**list));
	}
	(*list)[(*n)++] = value;
}

static err verify_all(struct verifying *v)
{
	struct verify_result *r = v->r;

	TRY(ledger_head(store_ledger(v->s), &v->head));
	r->size = v->head.size;
	r->root = v->head.root;
	r->signed_at = v->head.signed_at;
	if (v->head.size == 0)
		return fail(ERR_INTEGRITY, "the log holds no signed checkpoint");
	TRY(verify_checkpoints(v));
	TRY(verify_place(v));
	TRY(verify_records(v));
	TRY(verify_anchors(v));
	TRY(verify_folders(v));
	if (!v->spec->headers_only)
		TRY(verify_evidence(v));
	return vouch_sentence(store_db(v->s), v->spec->a, &r->vouch);
}

err verify_home(struct store *s, const struct verify_spec *spec, struct verify_result *out)
{
	struct verifying v = {
		.s = s, .spec = spec, .r = out, .a = arena_new(), .ordered = map_new(), .cited = map_new()
	};
	err e;

	*out = (struct verify_result){ 0 };
	/* The note outside is read before the snapshot is taken: whoever signs meanwhile
	 * writes it last, so that the snapshot never holds less than was noted. */
	e = home_read(spec->a, store_home(s), &v.home);
	if (!e)
		e = home_noted_read(&v.home);
	if (!e)
		e = db_snapshot(store_db(s));
	if (!e)
		e = verify_all(&v);
	db_snapshot_end(store_db(s));
	map_free(v.ordered);
	map_free(v.cited);
	free(v.cites);
	free(v.absent);
	free(v.anchors);
	arena_free(v.a);
	return e;
}

bool verify_intact(const struct verify_result *r)
{
	return !r->missing_parts && !r->altered_parts && !r->missing_evidence && !r->altered_evidence &&
	       !r->broken_anchors && !r->other_faults;
}
