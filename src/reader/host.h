/* What readers of code hosts' exports share: who somebody is, lists that come as
 * arrays or as GraphQL connections, and pull requests being put together. */
#ifndef READER_HOST_H
#define READER_HOST_H

#include "reader/report.h"

enum { HOST_COMMITS = 256, HOST_PEOPLE = 256, HOST_REVIEWS = 200, HOST_CHECKS = 200, HOST_LABELS = 64,
       HOST_TICKETS = 64 };

/* The list itself, or the "nodes" of a connection; NULL where it is neither. */
const struct json *host_list(const struct json *v);

/* The first of the dotted keys that has a value other than null, or NULL. */
const struct json *host_get(const struct json *v, const char *const *keys);
#define HOST_GET(v, ...) host_get((v), (const char *const[]){ __VA_ARGS__, NULL })

/* A person of GitHub's or GitLab's: login or username, name, e-mail; a bot by
 * is_bot, type, __typename or its name. All absent where `v` names nobody. */
struct s_who host_who(struct arena *a, const char *host, const struct json *v);

/* The newest instant that the host wrote anywhere in `v`; INSTANT_NONE. Clocks of
 * committers and days that lie ahead (due, start) are not the host's. */
int64_t host_newest(const struct json *v);

/* A time as hosts write it: RFC 3339, or milliseconds since 1970. "0001-01-01" is how
 * some write "not yet". */
int64_t host_time(const struct json *v);

/* "github.com" of "https://github.com/o/r/pull/1", `other` where there is none. */
struct str host_of_url(struct arena *a, struct str url, const char *other);

/* The same of a host whose keys are others: `v` is looked at for marks of a bot alone. */
struct s_who host_who_named(struct arena *a, const char *host, const struct json *v, const struct s_who *named);

/* Nobody by login, name or e-mail. */
bool host_nobody(const struct s_who *who);

/* A pull request being put together; lists are cut at their maxima. */
struct host_pull {
	struct arena *a;
	const char *host;	/* for who is named in it; set by the reader */
	struct s_pull pull;
	struct str commits[HOST_COMMITS], labels[HOST_LABELS], tickets[HOST_TICKETS];
	struct s_who people[HOST_PEOPLE];
	struct s_review reviews[HOST_REVIEWS];
	struct r_check checks[HOST_CHECKS];
};

/* Everything absent or unknown. */
void host_pull_start(struct host_pull *h, struct arena *a);

/* Texts are borrowed. Nothing is added twice; nobody and no commit are left out. */
void host_pull_commit(struct host_pull *h, struct str commit);
void host_pull_person(struct host_pull *h, const struct s_who *who);
void host_pull_review(struct host_pull *h, const struct s_review *review);
void host_pull_check(struct host_pull *h, const struct r_check *check);
void host_pull_label(struct host_pull *h, struct str label);
void host_pull_ticket(struct host_pull *h, struct str ticket);
/* The tickets that a title or the name of a branch holds: "PAY-142" alone and as
 * the beginning of "PAY-142-login". */
void host_pull_keys(struct host_pull *h, struct str title, struct str branch);

/* Writes it. */
MUST_USE err host_pull_write(struct host_pull *h, struct report *p);

#endif
