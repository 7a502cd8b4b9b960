/* Exports of human resources and identity providers name the same things in many
 * ways: which column holds what, and what its words mean. The names are those of
 * Google Workspace, Microsoft Entra ID (both generations), Okta and of files that
 * people make themselves. */
#ifndef READER_PEOPLE_COLUMNS_H
#define READER_PEOPLE_COLUMNS_H

#include "base/arena.h"

enum people_column {
	PEOPLE_NONE, PEOPLE_EMAIL, PEOPLE_EMAILS, PEOPLE_LOGIN, PEOPLE_ALIASES, PEOPLE_NAME, PEOPLE_GIVEN,
	PEOPLE_FAMILY, PEOPLE_STATUS, PEOPLE_SUSPENDED, PEOPLE_MANAGER, PEOPLE_DEPARTMENT, PEOPLE_STARTS,
	PEOPLE_ENDS, PEOPLE_KIND, PEOPLE_REF,
};

/* By a heading: case, spaces, punctuation and "[Required]" are ignored. */
enum people_column people_column_of(struct str heading);

/* PERSON_ACTIVE …; FIELD_UNKNOWN for words nobody knows. */
int people_status_of(struct str word);

/* PERSON_SERVICE for the words of accounts nobody is behind. */
int people_kind_of(struct str word);

/* A day from 2024-01-31, an instant, or 31.01.2024; slashes only where the day is
 * larger than 12. INSTANT_NONE where it is none of these; *twofold where it is a
 * date that can be read two ways. */
int64_t people_day_of(struct str text, bool *twofold);

/* Whether it is an address: one '@' with text around, no space. A guest's name that
 * Entra makes of an address ("…#EXT#@…") is none. */
bool people_is_email(struct str s);

#endif
