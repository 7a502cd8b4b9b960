#include "db/postgres.h"

/* Takes the cells of one row off a result of libpq. */
static err read_result(const struct postgres *p, struct postgres_statement *st, const PGresult *r)
{
	for (int i = 0; i < st->st.rows.columns; i++) {
		const char *value = p->pq->getisnull(r, 0, i) ? NULL : p->pq->getvalue(r, 0, i);

		TRY(postgres_decode(st->columns[i], value, (size_t)p->pq->getlength(r, 0, i),
				    &st->cells[i]));
	}
	return NULL;
}

/* Kept rows: per cell its length (-1 is NULL) and bytes. */
static void keep_row(const struct postgres *p, struct postgres_statement *st, const PGresult *r)
{
	for (int i = 0; i < st->st.rows.columns; i++) {
		int32_t n = p->pq->getisnull(r, 0, i) ? -1 : p->pq->getlength(r, 0, i);

		buf_add(&st->rest, (struct str){ (const char *)&n, sizeof(n) });
		if (n > 0)
			buf_add(&st->rest, (struct str){ p->pq->getvalue(r, 0, i), (size_t)n });
	}
}

static err read_kept(struct postgres_statement *st, bool *more)
{
	if (st->at == st->rest.n) {
		*more = false;
		return st->failed ? fail(st->failed->kind, "%s", st->failed->text) : NULL;
	}
	for (int i = 0; i < st->st.rows.columns; i++) {
		const char *p = st->rest.p + st->at;
		int32_t n;

		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
		st->at += sizeof(n) + (n > 0 ? (size_t)n : 0);
		TRY(postgres_decode(st->columns[i], n < 0 ? NULL : p, n < 0 ? 0 : (size_t)n,
				    &st->cells[i]));
	}
	*more = true;
	return NULL;
}

static void forget_row(const struct postgres *p, struct postgres_statement *st)
{
	p->pq->clear(st->row);
	st->row = NULL;
}

/* Reads the stream to its end; each row is kept or, without `keep`, dropped.
 * The first error is left in `failed`. */
static void finish_stream(struct postgres *p, bool keep)
{
	struct postgres_statement *st = p->streaming;
	PGresult *r;

	while ((r = p->pq->get_result(p->conn))) {
		ExecStatusType status = p->pq->result_status(r);

		if (status == PGRES_SINGLE_TUPLE && keep && !st->failed) {
			size_t before = st->rest.n;

			keep_row(p, st, r);
			if (buf_over(&st->rest)) {
				st->rest.n = before;
				st->failed = err_copy(fail(ERR_LIMIT, "%s:%d: more than 64 MiB of "
					"rows were left when another statement began",
					st->st.file, st->st.line));
			}
		} else if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK &&
			   !st->failed) {
			st->failed = err_copy(postgres_failed(p, r));
		}
		p->pq->clear(r);
	}
	p->streaming = NULL;
}

static err run_result(const struct postgres *p, PGresult *r, struct db_batch *b)
{
	ExecStatusType status = p->pq->result_status(r);
	int64_t n;

	if (status == PGRES_COMMAND_OK) {
		if (str_to_i64(str_c(p->pq->cmd_tuples(r)), &n))
			b->changed += n;
		return NULL;
	}
	if (status == PGRES_PIPELINE_ABORTED)
		return NULL;	/* an earlier run of the queue has the reason */
	if (status == PGRES_TUPLES_OK)
		return fail(ERR_FAILED, "%s:%d: a statement that gives rows was run as one without",
			    b->st->file, b->st->line);
	return err_in(postgres_failed(p, r), "%s:%d", b->st->file, b->st->line);
}

/* The result of one run of the queue and the NULL behind it. */
static err collect_one(const struct postgres *p, struct db_batch *b)
{
	PGresult *r = p->pq->get_result(p->conn);
	err e;

	if (!r)		/* the connection is gone */
		return postgres_failed(p, NULL);
	e = run_result(p, r, b);
	p->pq->clear(r);
	while ((r = p->pq->get_result(p->conn)))
		p->pq->clear(r);
	return e;
}

/* Waits for everything in the queue; the first error goes to its batch too. */
static err drain(struct postgres *p)
{
	err first = NULL;
	PGresult *r;

	if (p->queued == 0)
		return NULL;
	if (!p->pq->pipeline_sync(p->conn))
		first = postgres_failed(p, NULL);
	for (size_t i = 0; i < p->queued; i++) {
		err e = collect_one(p, p->queue[i]);

		if (e && !p->queue[i]->failed)
			p->queue[i]->failed = err_copy(e);
		if (e && !first)
			first = e;
	}
	p->queued = 0;
	r = p->pq->get_result(p->conn);		/* the mark of the sync */
	p->pq->clear(r);
	return first;
}

err postgres_idle(struct postgres *p)
{
	err e = NULL;

	if (p->streaming) {
		p->streaming->kept = true;
		finish_stream(p, true);
	}
	if (p->pipelining) {
		e = drain(p);
		if (!p->pq->exit_pipeline_mode(p->conn) && !e)
			e = postgres_failed(p, NULL);
		p->pipelining = false;
	}
	return e;
}

err postgres_query(struct db *db, struct statement *st, const struct db_value *args)
{
	struct postgres *p = postgres_of(db);
	struct postgres_statement *own = postgres_statement_of(st);
	struct postgres_args a;

	TRY(postgres_idle(p));
	TRY(postgres_encode(p, own, args, &a));
	if (!p->pq->send_query_prepared(p->conn, own->name, st->params, a.values, a.lengths,
					a.formats, 1))
		return postgres_failed(p, NULL);
	ASSERT(p->pq->set_single_row_mode(p->conn) == 1);
	own->kept = false;
	own->at = 0;
	own->rest = buf_new(POSTGRES_KEPT_ROWS);
	p->streaming = own;
	return NULL;
}

/* The stream's last result: empty at a good end. */
static err end_stream(struct postgres *p, PGresult *r)
{
	err e = p->pq->result_status(r) == PGRES_TUPLES_OK ? NULL : postgres_failed(p, r);

	p->pq->clear(r);
	while ((r = p->pq->get_result(p->conn)))
		p->pq->clear(r);
	p->streaming = NULL;
	return e;
}

err postgres_next(struct db_rows *rows, bool *more)
{
	struct postgres *p = postgres_of(rows->db);
	struct postgres_statement *st = postgres_statement_of(rows->st);
	PGresult *r;

	forget_row(p, st);
	if (st->kept)
		return read_kept(st, more);
	if (p->streaming != st) {	/* the stream ended with an error */
		*more = false;
		return NULL;
	}
	r = p->pq->get_result(p->conn);
	if (p->pq->result_status(r) != PGRES_SINGLE_TUPLE) {
		TRY(end_stream(p, r));
		*more = false;
		return NULL;
	}
	st->row = r;
	TRY(read_result(p, st, r));
	*more = true;
	return NULL;
}

struct db_value postgres_cell(const struct db_rows *r, int col)
{
	return postgres_statement_of(r->st)->cells[col];
}

void postgres_end(struct db_rows *rows)
{
	struct postgres *p = postgres_of(rows->db);
	struct postgres_statement *st = postgres_statement_of(rows->st);

	forget_row(p, st);
	if (p->streaming == st)
		finish_stream(p, false);
	buf_done(&st->rest);
	err_drop_copy(st->failed);
	st->failed = NULL;
	st->kept = false;
}

err postgres_batch_add(struct db_batch *b, const struct db_value *args)
{
	struct postgres *p = postgres_of(b->db);
	struct postgres_statement *st = postgres_statement_of(b->st);
	struct postgres_args a;

	TRY(postgres_encode(p, st, args, &a));
	if (p->queued == POSTGRES_PIPELINE)
		TRY(drain(p));
	if (!p->pipelining) {
		TRY(postgres_idle(p));
		if (!p->pq->enter_pipeline_mode(p->conn))
			return postgres_failed(p, NULL);
		p->pipelining = true;
	}
	if (!p->pq->send_query_prepared(p->conn, st->name, st->st.params, a.values, a.lengths,
					a.formats, 1))
		return postgres_failed(p, NULL);
	p->queue[p->queued++] = b;
	return NULL;
}

err postgres_batch_end(struct db_batch *b)
{
	struct postgres *p = postgres_of(b->db);
	err e = postgres_idle(p);

	if (b->failed)
		return fail(b->failed->kind, "%s", b->failed->text);
	return e;
}
