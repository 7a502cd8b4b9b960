/* The pages of a pack: everything a template needs, from one look at the views;
 * each page is a JSON document put through its template. */
#ifndef PACK_SITE_H
#define PACK_SITE_H

#include "base/map.h"
#include "judge/steps.h"
#include "pack/writing.h"
#include "show/standing.h"
#include "text/json.h"

enum { PACK_FOLDERS = 11, PACK_PAGE_ROWS = 50, PACK_PAGE_CHANGES = 200, PACK_RECORD_PAGES = 2000 };

struct pack_repository {
	int64_t no;
	struct str name, host, slug;	/* host and slug may be empty */
};

struct pack_site {
	struct pack_writing *w;
	struct arena *a;		/* lives with the site */
	const struct facts *f;
	struct delivery d;
	struct steps steps;
	struct catalogue catalogue;
	struct standings standings;
	struct pack_repository *repositories;
	size_t n_repositories;
	struct map *accounts;		/* 16 bytes of an account's or person's id → struct str, who it is */
	struct map *pages;		/* "17" → 1: records that have a page */
	int64_t *records;		/* the same, in the order they were asked for */
	size_t n_records;
	int64_t gone_parts;		/* erased words */
};

/* One of the eleven folders: "06-vulnerability-management", "06 Vulnerability
 * management". */
extern const char *const pack_folders[PACK_FOLDERS];
struct str pack_folder_title(struct arena *a, const char *folder);

/* A page: begin, add members to `j`, end. */
struct pack_page {
	struct pack_site *s;
	const char *path;
	struct buf text;
	struct json_writer j;
};
void pack_page_begin(struct pack_site *s, struct pack_page *p, const char *path, struct str title);
MUST_USE err pack_page_end(struct pack_page *p, const char *template);
void pack_page_done(struct pack_page *p);
#define PACK_PAGE_AUTO __attribute__((cleanup(pack_page_done))) struct pack_page

/* "records/17.html", and the page will be there; absent where there are too many
 * or no such record. */
struct str pack_site_record(struct pack_site *s, struct arena *a, int64_t idx);

/* Who an account is: its name where its words are there, else its kind and id. */
struct str pack_site_account(const struct pack_site *s, struct str id);
const struct pack_repository *pack_site_repository(const struct pack_site *s, int64_t no);

/* The address of a change or pull request at the code host; absent where the host
 * is not known. */
struct str pack_site_commit_url(struct arena *a, const struct pack_repository *r, struct str commit);
struct str pack_site_pull_url(struct arena *a, const struct pack_repository *r, int64_t pull);

/* "4,871"; a day; an instant for people; absent times are "". */
struct str pack_site_number(struct arena *a, int64_t n);
struct str pack_site_day(struct arena *a, int64_t t);
struct str pack_site_time(struct arena *a, int64_t t);

/* ready, stale, gap, unknown, none; and the word for people. */
extern const char *const pack_state_words[];
const char *pack_state_title(int state);

/* Where a control of 2022 of the catalogue stands. */
const struct standing *pack_site_control(const struct pack_site *s, const struct catalogue_entry *c);

/* How many controls anything speaks to, and where the others' answers lie. */
struct str pack_site_judged(const struct pack_site *s);

/* pages, one file each */
MUST_USE err pack_page_statement(struct pack_site *s);
MUST_USE err pack_page_unknowns(struct pack_site *s);
MUST_USE err pack_page_controls(struct pack_site *s);
MUST_USE err pack_page_each_control(struct pack_site *s);
MUST_USE err pack_page_folders(struct pack_site *s);
MUST_USE err pack_page_findings(struct pack_site *s);
MUST_USE err pack_page_changes(struct pack_site *s);
MUST_USE err pack_page_records(struct pack_site *s);

#endif
