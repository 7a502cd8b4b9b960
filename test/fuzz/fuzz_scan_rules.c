/* Fuzz target: any bytes as a rule file and as a word file. A file that parses
 * must also compile or be refused with a sentence. */
#include "fuzz.h"

#include "scan/engine.h"
#include "scan/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { size ? (const char *)data : "", size };
	struct scan_engine_spec spec = { .rules_name = "fuzz", .rules = text };
	OWNED(arena) a = arena_new();
	OWNED(scan_engine) engine = NULL;
	struct scan_rules rules;
	struct scan_words *words;
	err e;

	e = scan_words_parse(a, "fuzz", text, &words);
	ASSERT(!e || e->text[0]);
	if (scan_rules_parse(a, "fuzz", text, &rules))
		return 0;
	ASSERT(rules.n > 0);
	e = size < 2048 ? scan_engine_new(&spec, &engine) : NULL;
	ASSERT(!e || e->text[0]);
	return 0;
}
