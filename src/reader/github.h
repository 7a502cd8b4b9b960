/* What readers of GitHub's pull requests share, whole or in parts. */
#ifndef READER_GITHUB_H
#define READER_GITHUB_H

#include "reader/host.h"

/* A review of gh, REST, GraphQL or Gitea; a check run or a commit status. */
void github_put_review(struct host_pull *h, const struct json *v);
void github_put_check(struct host_pull *h, const struct json *v);

#endif
