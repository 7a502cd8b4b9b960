/* What stands around the results of a SARIF run: tool, rules, files, places. Read
 * in a pass of its own, because these tables may follow the results. */
#ifndef READER_SARIF_RUN_H
#define READER_SARIF_RUN_H

#include "reader/report.h"

enum { SARIF_RUNS = 1000, SARIF_RULES = 200000, SARIF_FILES = 2000000 };

struct sarif_rule {
	struct str id, name, title, level, score;
	const struct json *messages;	/* id → { text }, or NULL */
};

struct sarif_component {		/* the driver is the first, extensions follow */
	struct str name;
	struct sarif_rule *rules;
	size_t n, room;
	struct map *by_id;		/* number of the rule */
};

struct sarif_base { struct str id, uri, parent; };
struct sarif_override { struct str id, level; int64_t index, extension; };	/* of a rule's level */
struct sarif_file { struct str uri, base; };

struct sarif_run {
	struct str name, semantic_version, version, automation, guid;
	struct str commit, branch, repository, image;
	struct sarif_component *components;
	size_t n_components;
	struct sarif_file *files;
	size_t n_files, room_files;
	struct sarif_base *bases;
	size_t n_bases;
	struct sarif_override *overrides;
	size_t n_overrides, room_overrides;
	int64_t ended, started;
	enum json_kind results;		/* JSON_ARRAY, else the run has none */
	bool failed;			/* a tool invocation did not succeed */
	int64_t faults;			/* errors that the tool tells of its own run */
	bool elsewhere;			/* results are in other files */
	int kind;			/* SCAN_… */
};

struct sarif {
	struct reader *r;
	struct json_events *events;
	struct sarif_run *runs;
	size_t n_runs, room_runs;
	struct str version;
	bool runs_there;
};

/* Fills `s` from r->in. ERR_INPUT: another version, no runs. */
MUST_USE err sarif_run_read(struct sarif *s, struct reader *r);
void sarif_run_done(struct sarif *s);
#define SARIF_AUTO __attribute__((cleanup(sarif_run_done))) struct sarif

/* The rule a result names, or NULL. */
const struct sarif_rule *sarif_run_rule(const struct sarif_run *run, const struct json *result);

/* The path of an artifactLocation: relative bases joined, absolute ones (where the
 * tool happened to run) left out. Absent where it names nothing. */
struct str sarif_run_path(const struct sarif_run *run, struct arena *a, const struct json *location);

/* Whether any run is one of a tool for secrets. */
bool sarif_run_secrets(const struct sarif *s);

#endif
