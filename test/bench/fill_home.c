/* A home full of evidence that nothing makes smaller: documents, each with bytes of
 * its own.
 *   fill_home HOME COUNT BYTES      BYTES of each evidence */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/instant.h"
#include "record/types.h"
#include "store/store.h"

enum { PIECE = 1 << 20, TOGETHER = 1000 };

static uint64_t state = 88172645463325252u;

static void some_bytes(char *out, size_t n)
{
	for (size_t i = 0; i < n; i += sizeof(state)) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(out + i, &state, n - i < sizeof(state) ? n - i : sizeof(state));
	}
}

static err add_evidence(struct store *s, int64_t bytes, struct digest *d)
{
	static char piece[PIECE];
	OWNED(evidence_writer) w = NULL;
	uint64_t size;

	TRY(evidence_begin(store_evidence(s), (uint64_t)bytes, &w));
	for (int64_t left = bytes; left > 0; left -= PIECE) {
		size_t n = left < PIECE ? (size_t)left : PIECE;

		some_bytes(piece, n);
		TRY(evidence_add(w, (struct str){ piece, n }));
	}
	TRY(evidence_end(w, d, &size));
	return store_note_evidence(s, d, (int64_t)size, STR("binary"));
}

static err add_document(struct store *s, int i, int64_t bytes)
{
	OWNED(arena) a = arena_new();
	struct str control = STR("A.8.28"), cite;
	struct r_document f = { .controls = { &control, 1 }, .kind = STR("minutes"), .review_by = INSTANT_NONE,
				.title = arena_printf(a, "Minutes %d", i) };
	struct draft d = { .type = &record_document, .about = record_new_id(a), .effective = 1700000000 + i,
			   .content = CONTENT_UPLOADED, .author = AUTHOR_CLAIMED, .fields = &f };
	struct digest cited;
	char hex[DIGEST_TEXT];
	int64_t index;
	bool already;

	d.in = d.about;
	TRY(store_local_account(s, &d.by));
	TRY(add_evidence(s, bytes, &cited));
	digest_put(hex, &cited);
	cite = str_c(hex);
	d.cites = (struct strs){ &cite, 1 };
	return store_append(s, &d, &index, &already);
}

static err fill(const char *home, int count, int64_t bytes)
{
	STORE_AUTO s = NULL;

	TRY(store_init(&(struct store_init_spec){ .home = home }));
	TRY(store_open_write(home, 1000, &s));
	for (int i = 0; i < count; i++) {
		TRY(add_document(s, i, bytes));
		if (i % TOGETHER == TOGETHER - 1)
			TRY(store_finish(s));
	}
	return store_finish(s);
}

int main(int argc, char **argv)
{
	int64_t count, bytes;
	err e;

	if (argc != 4 || !str_to_i64(str_c(argv[2]), &count) || !str_to_i64(str_c(argv[3]), &bytes) || count > 100000000) {
		fprintf(stderr, "fill_home HOME COUNT BYTES\n");
		return 2;
	}
	e = fill(argv[1], (int)count, bytes);
	if (e)
		fprintf(stderr, "%s\n", e->text);
	return e ? 1 : 0;
}
