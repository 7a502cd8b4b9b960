/* What a fuzz target gives: test/fuzz/fuzz_NAME.c, where NAME begins with the
 * highest layer it needs (fuzz_text_json.c). Its corpus is the files of
 * test/fuzz/corpus/NAME. `make fuzz` drives it with libFuzzer; `make check`
 * replays the corpus and small changes of it (replay.c). */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Reads the bytes as its input would be read; whatever they are, it returns 0
 * and leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
