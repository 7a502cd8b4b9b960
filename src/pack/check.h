/* The check of a pack in its pieces: what they share. Each piece adds to the
 * result and names faults; an error is only that something cannot be read at all. */
#ifndef PACK_CHECK_H
#define PACK_CHECK_H

#include "base/map.h"
#include "ledger/checkpoint.h"
#include "pack/check_evidence.h"
#include "pack/in.h"
#include "pack/pile.h"
#include "pack/verify.h"
#include "record/header.h"

enum { PACK_PIECE = 256 * 1024, PACK_KEYS_MAX = CHECKPOINT_WITNESSES_MAX, PACK_SMALL = 256 << 20 };

/* What the manifest says of a file that is there. */
struct pack_item {
	struct digest said;
	uint64_t size;
	bool listed, read;
};

/* The same of an evidence, as it waits in c->evidence; its path is not kept. */
struct pack_listed {
	struct pack_evidence is;
	struct pack_item item;
};

/* A time stamp: the checkpoint it stamps, and the root of the log at its size. */
struct pack_stamped {
	struct note note;
	struct str bytes;	/* of the note, absent where it cannot be read */
	struct checkpoint head;
	struct digest root;
	bool has_head, has_root;
};

struct pack_check {
	const struct pack_verify_spec *spec;
	struct pack_checked *r;
	struct pack_faults faults;
	struct pack_in *in;
	struct arena *a;
	struct pack_item *items;	/* as the entries stand */
	struct map *listed_missing;	/* paths of the manifest, but of evidence, that are not there */
	bool has_manifest;
	struct digest manifest;		/* of manifest.json as it is */
	struct str key_line;
	struct note_key key;
	struct note note, checkpoint;	/* of the manifest; of the log */
	struct checkpoint head;
	bool has_key, has_note, has_checkpoint, has_head, complete;
	int64_t note_size;		/* log size the manifest's note names, or -1 */
	struct pile *evidence;		/* struct pack_listed, ascending */
	struct pile *marks;
	struct pack_last {		/* marked: one report may be cited by a million records */
		struct digest d;
		bool any;
	} last_cited, last_shown;
	struct pack_stamped *stamped;	/* as the result's stamps stand */
	uint64_t done, of;		/* bytes read */
	char piece[PACK_PIECE];
};

/* check_files.c */
MUST_USE err pack_check_manifest(struct pack_check *c);
MUST_USE err pack_check_manifest_note(struct pack_check *c);
MUST_USE err pack_check_rest(struct pack_check *c);

/* Reading one file against the manifest: pieces through it, compared at its end.
 * `f` is NULL where the file cannot be read, which is a fault and then its end. */
struct pack_reading {
	struct pack_check *c;
	const struct pack_entry *e;
	const struct pack_item *item;
	struct pack_file *f;
	struct digest_ctx *sum;
	uint64_t n;
};
MUST_USE err pack_reading_begin(struct pack_check *c, const struct pack_entry *e, struct pack_reading *r);
MUST_USE err pack_reading_begin_as(struct pack_check *c, const struct pack_entry *e, const struct pack_item *item,
				   struct pack_reading *r);
MUST_USE err pack_reading_next(struct pack_reading *r, void *out, size_t n, size_t *got);
struct digest pack_reading_end(struct pack_reading *r);
void pack_reading_done(struct pack_reading *r);
#define PACK_READING_AUTO __attribute__((cleanup(pack_reading_done))) struct pack_reading

/* The whole of a file that is there; its maximum is the buffer's. */
MUST_USE err pack_check_bytes(struct pack_check *c, const struct pack_entry *e, struct buf *out);

/* The same through a reader of JSON; *bad, a copy, is what that says of it. */
struct json_events;
MUST_USE err pack_check_events(struct pack_check *c, const struct pack_entry *e, struct json_events *to, err *bad,
			       struct digest *is);

/* check_log.c, check_parts.c */
MUST_USE err pack_check_log(struct pack_check *c);
struct pack_lines;
MUST_USE err pack_lines_open(struct pack_check *c, struct pack_lines **out);
void pack_lines_free(struct pack_lines *l);
OWNER(pack_lines)
/* The line of record `index`, whose header is h, or NULL where it is damaged or
 * not there; `type` is its place in the result's types. */
MUST_USE err pack_lines_record(struct pack_lines *l, int64_t index, const struct header *h, size_t type);
MUST_USE err pack_lines_end(struct pack_lines *l);

/* check_stamps.c: notes before the log is walked, the rest after. */
MUST_USE err pack_check_stamps_before(struct pack_check *c);
MUST_USE err pack_check_stamps_after(struct pack_check *c);

#endif
