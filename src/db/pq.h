/* libpq, loaded when the first PostgreSQL database is opened, so that the
 * program starts and runs without it. Each member is the function of libpq that
 * its line names. */
#ifndef DB_PQ_H
#define DB_PQ_H

#include <postgresql/libpq-fe.h>

#include "base/base.h"

#define PQ_FUNCTIONS(X)                                                        \
	X(connect, PQconnectdbParams)                                          \
	X(finish, PQfinish)                                                    \
	X(status, PQstatus)                                                    \
	X(error_message, PQerrorMessage)                                       \
	X(db, PQdb)                                                            \
	X(server_version, PQserverVersion)                                     \
	X(set_notice_receiver, PQsetNoticeReceiver)                            \
	X(escape_identifier, PQescapeIdentifier)                               \
	X(freemem, PQfreemem)                                                  \
	X(exec, PQexec)                                                        \
	X(prepare, PQprepare)                                                  \
	X(describe_prepared, PQdescribePrepared)                               \
	X(exec_prepared, PQexecPrepared)                                       \
	X(send_query_prepared, PQsendQueryPrepared)                            \
	X(set_single_row_mode, PQsetSingleRowMode)                             \
	X(get_result, PQgetResult)                                             \
	X(enter_pipeline_mode, PQenterPipelineMode)                            \
	X(exit_pipeline_mode, PQexitPipelineMode)                              \
	X(pipeline_sync, PQpipelineSync)                                       \
	X(result_status, PQresultStatus)                                       \
	X(result_error_field, PQresultErrorField)                              \
	X(clear, PQclear)                                                      \
	X(cmd_status, PQcmdStatus)                                             \
	X(cmd_tuples, PQcmdTuples)                                             \
	X(ntuples, PQntuples)                                                  \
	X(nfields, PQnfields)                                                  \
	X(nparams, PQnparams)                                                  \
	X(paramtype, PQparamtype)                                              \
	X(ftype, PQftype)                                                      \
	X(getvalue, PQgetvalue)                                                \
	X(getlength, PQgetlength)                                              \
	X(getisnull, PQgetisnull)

struct pq {
#define PQ_MEMBER(name, function) __typeof__(function) *name;
	PQ_FUNCTIONS(PQ_MEMBER)
#undef PQ_MEMBER
};

/* Loaded once and kept. ERR_FAILED when it is not installed or too old. */
MUST_USE err pq_load(const struct pq **out);

#endif
