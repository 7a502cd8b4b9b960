/* Exports of human resources and identity providers name the same things in many
 * ways: which column holds what, and what its words mean. The names are those of
 * Google Workspace, Microsoft Entra ID (both generations), Okta and of files that
 * people make themselves. */
#ifndef READER_ROSTER_H
#define READER_ROSTER_H

#include "base/arena.h"

enum roster_column {
	ROSTER_NONE, ROSTER_EMAIL, ROSTER_EMAILS, ROSTER_LOGIN, ROSTER_ALIASES, ROSTER_NAME, ROSTER_GIVEN,
	ROSTER_FAMILY, ROSTER_STATUS, ROSTER_SUSPENDED, ROSTER_MANAGER, ROSTER_DEPARTMENT, ROSTER_STARTS,
	ROSTER_ENDS, ROSTER_KIND, ROSTER_REF,
};

/* By a heading: case, spaces, punctuation and "[Required]" are ignored. */
enum roster_column roster_column_of(struct str heading);

/* PERSON_ACTIVE …; FIELD_UNKNOWN for words nobody knows. */
int roster_status_of(struct str word);

/* PERSON_SERVICE for the words of accounts nobody is behind. */
int roster_kind_of(struct str word);

/* A day from 2024-01-31, an instant, or 31.01.2024; slashes only where the day is
 * larger than 12. INSTANT_NONE where it is none of these; *twofold where it is a
 * date that can be read two ways. */
int64_t roster_day_of(struct str text, bool *twofold);

/* Whether it is an address: one '@' with text around, no space. A guest's name that
 * Entra makes of an address ("…#EXT#@…") is none. */
bool roster_is_email(struct str s);

#endif
