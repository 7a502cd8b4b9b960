/* The filter against false alarms: values that only stand where a secret would
 * go. Words come from a file (doc/format-rules.md); shapes such as ${NAME},
 * <your-key>, one byte repeated, or plain English are known here. */
#ifndef SCAN_WORDS_H
#define SCAN_WORDS_H

#include "scan/rule.h"

#define SCAN_WORDS_FILE "src/scan/rules/placeholders.words"

struct scan_words;

/* Reads a word file; everything lives in the arena. ERR_INPUT "name:line: …". */
MUST_USE err scan_words_parse(struct arena *a, const char *name, struct str text,
			      struct scan_words **out);

/* Whether the value is a placeholder at this level. KNOWN: words of the file,
 * published sample tokens, templates, repetition. STRICT: also whatever looks
 * like words, paths or program text; meant for rules that know only a name. */
bool scan_words_placeholder(const struct scan_words *w, struct str value,
			    enum scan_filter level);

/* Shannon entropy of the first 4,096 bytes, in hundredths of a bit per byte. */
unsigned scan_entropy(struct str value);

#endif
