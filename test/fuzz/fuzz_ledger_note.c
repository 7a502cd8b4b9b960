/* Signed notes, checkpoints and key lines from any bytes: what is read must be
 * written again to the same bytes. */
#include "fuzz.h"

#include "base/arena.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"

static void check_checkpoint(struct str text)
{
	BUF_AUTO again = buf_new(NOTE_BYTES_MAX);
	struct checkpoint c;

	if (checkpoint_get(text, &c))
		return;
	checkpoint_put(&again, &c);
	ASSERT(str_eq(buf_str(&again), text));
}

static void check_key(struct str line)
{
	struct note_key k, back;
	BUF_AUTO again = buf_new(1024);

	if (note_key_parse(line, &k))
		return;
	note_key_put(&again, &k);
	ASSERT(!note_key_parse(buf_str(&again), &back));
	ASSERT(back.id == k.id && str_eq(back.name, k.name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	OWNED(arena) a = arena_new();
	struct str bytes = { (const char *)data, n };
	struct note_key log;
	struct note_seen seen;
	struct note note;

	ASSERT(!note_key_parse(STR("example.com/log/testdata+33d7b496+"
				   "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"), &log));
	check_key(bytes);
	check_checkpoint(bytes);
	if (note_parse(a, bytes, &note))
		return 0;
	ASSERT(note.n > 0 && note.text.n > 0 && note.text.p[note.text.n - 1] == '\n');
	check_checkpoint(note.text);
	if (!note_verify(&note, &log, 1, &seen) && seen.good)
		ASSERT(str_starts(note.text, STR("example.com/log/testdata\n")));
	return 0;
}
