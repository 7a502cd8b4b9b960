/* Addresses that take no mail: code hosts write them into commits in place of the
 * real one, with the login in front. */
#ifndef STORE_NOREPLY_H
#define STORE_NOREPLY_H

#include "base/base.h"
#include "base/str.h"

struct noreply {
	struct str login;	/* absent: no such address */
	struct str host;	/* "github.com" */
};

/* github.com: ID+login@users.noreply.github.com, older login@…; gitlab.com and
 * GitLab elsewhere: ID-login@users.noreply.HOST; Gitea: login@noreply.HOST. Views
 * of the address. */
struct noreply noreply_of(struct str email);

#endif
