/* What the words of many tools mean in ours: severities, package URLs, paths,
 * identifiers. Functions of text alone; results live in the arena given. */
#ifndef READER_FACT_H
#define READER_FACT_H

#include "base/arena.h"
#include "text/json.h"

/* SEVERITY_… of any tool's word, case ignored ("MODERATE", "Negligible", "error",
 * "5"): informational words are none; FIELD_UNKNOWN for all others. */
int fact_severity(struct str word);

/* A CVSS score in tenths from "7.5", "7", "10.0"; FIELD_NO_INT where it is no
 * number from 0 to 10. */
int64_t fact_score(struct str number);

/* The band of CVSS 3.1 §5 the score is in; FIELD_UNKNOWN without a score. */
int fact_score_severity(int64_t tenths);

/* The SCAN_… kind a tool makes, by its name ("Gitleaks", "Trivy", …). */
int fact_tool_kind(struct str tool);

/* White space squeezed to single spaces and trimmed; `s` itself where it is so. */
struct str fact_squeeze(struct arena *a, struct str s);

/* The first line, squeezed; of the first paragraph nothing more. */
struct str fact_first_line(struct arena *a, struct str s);

/* A commit in lower case where it is 40 or 64 hexadecimal digits, else absent. */
struct str fact_commit(struct arena *a, struct str s);

/* The time, or INSTANT_NONE where there is none or it names no zone. */
int64_t fact_time(struct str s);

/* %XX decoded; what is then no UTF-8 becomes U+FFFD. */
struct str fact_percent_decode(struct arena *a, struct str s);

/* A path as a repository has it: "file://" and "./" off the front, "a/../" and
 * "//" folded, backslashes turned where there is no slash. */
struct str fact_path(struct arena *a, struct str s);

/* The path of a SARIF-like URI: percent-decoded, then as fact_path(). */
struct str fact_uri_path(struct arena *a, struct str uri);

/* The first identifier of the form CVE-YYYY-N… in `s`, or absent. */
struct str fact_cve(struct str s);

/* The identifier by which others know the vulnerability: the first CVE among the
 * candidates, else the first GHSA-…, else the first. Absent of none. */
struct str fact_alias(const struct str *ids, size_t n);

/* A package URL without version, qualifiers and subpath; *version is the version in
 * it where it is absent so far. */
struct str fact_purl(struct arena *a, struct str purl, struct str *version);

/* "pkg:TYPE/NAME" where `ecosystem` is a tool's word ("npm", "python-pkg", "gobinary",
 * "Maven"); names are kept as they are, but for what the type folds (pypi). */
struct str fact_package(struct arena *a, struct str ecosystem, struct str name);

/* "owner/name" of a repository's address ("https://host/owner/name.git",
 * "git@host:owner/name"); other texts as they are. */
struct str fact_slug(struct str url);

/* The name of an image without tag and digest: what stays when it is built again. */
struct str fact_image(struct str reference);

/* The first element of an array; NULL where it is empty, null, missing or no array. */
const struct json *fact_items(const struct json *v);

/* A text of JSON that may be a string or a number or absent. */
int64_t fact_int(const struct json *v);		/* also from a string; else FIELD_NO_INT */

#endif
