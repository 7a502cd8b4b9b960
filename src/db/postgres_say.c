#include "db/postgres.h"

struct state {
	const char *prefix;	/* of the SQLSTATE */
	enum err_kind kind;
	const char *text;	/* NULL: the server's own sentence */
};

/* The longer prefix stands first. */
static const struct state states[] = {
	{ "53100", ERR_IO, "the server's disk is full" },
	{ "53", ERR_IO, NULL },
	{ "55P03", ERR_CONFLICT, "another process holds what this one needs" },
	{ "40", ERR_CONFLICT, "another process changed the same rows" },
	{ "57P", ERR_IO, "the server is being stopped" },
	{ "57014", ERR_IO, "the server's administrator stopped the statement" },
	{ "58", ERR_IO, NULL },
	{ "25006", ERR_DENIED, "the connection is for reading only" },
	{ "28", ERR_DENIED, NULL },
	{ "42501", ERR_DENIED, NULL },
	{ "3D000", ERR_MISSING, NULL },
	{ "54", ERR_LIMIT, NULL },
	{ "XX001", ERR_INTEGRITY, "the server found its data damaged" },
	{ "XX002", ERR_INTEGRITY, "the server found an index damaged" },
};

static err lost(const struct postgres *p)
{
	return err_hint(fail(ERR_IO, "the connection to %s was lost", p->db.place),
			"what was not committed is not there; see that the server runs, then "
			"try again");
}

err postgres_failed(const struct postgres *p, const PGresult *r)
{
	const char *state = r ? p->pq->result_error_field(r, PG_DIAG_SQLSTATE) : NULL;
	const char *said = r ? p->pq->result_error_field(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	if (p->pq->status(p->conn) != CONNECTION_OK)
		return lost(p);
	if (!said)
		said = "the server gave no reason";
	for (size_t i = 0; state && i < ARRAY_LEN(states); i++)
		if (str_starts(str_c(state), str_c(states[i].prefix)))
			return fail(states[i].kind, "%s: %s", p->db.place,
				    states[i].text ? states[i].text : said);
	return fail(ERR_FAILED, "%s: %s", p->db.place, said);
}

err postgres_exec(struct postgres *p, const char *text, PGresult **out)
{
	PGresult *r = p->pq->exec(p->conn, text);
	ExecStatusType status = p->pq->result_status(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
		err e = postgres_failed(p, r);

		p->pq->clear(r);
		return e;
	}
	if (out)
		*out = r;
	else
		p->pq->clear(r);
	return NULL;
}
