/* Feeds a fuzz target every file of the folders named, then the same files with
 * small changes that are the same on every run: so the corpus guards against
 * what once went wrong, and its neighbourhood, without a fuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { INPUT_LIMIT = 4 << 20, CHANGED_LIMIT = 64 << 10, CHANGES = 300, SECONDS = 20 };

static uint8_t original[INPUT_LIMIT];
static char feeding[512];
static unsigned long fed;

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A copy of its own, exactly as long, so that a read beyond the end is seen. */
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	fed++;
}

/* Changes the bytes in place: flips, overwrites, cuts, repeats. */
static size_t change(uint8_t *bytes, size_t size, uint64_t *state)
{
	static const char marks[] = "\0\xff\"{}[],:\\\n<>&%0-9";
	unsigned steps = 1 + (unsigned)(random_next(state) % 4);

	while (size > 1 && steps--) {
		uint64_t r = random_next(state);
		size_t at = (size_t)(r >> 8) % size, length = (size_t)(r >> 40) % (size - at);

		switch (r & 3) {
		case 0:
			bytes[at] ^= (uint8_t)(1u << (r >> 4 & 7));
			break;
		case 1:
			bytes[at] = (uint8_t)marks[(r >> 4) % (sizeof(marks) - 1)];
			break;
		case 2:
			memmove(bytes + at, bytes + at + length, size - at - length);
			size -= length;
			break;
		default:
			memmove(bytes + at, bytes + (size_t)(r >> 20) % (size - length), length);
		}
	}
	return size;
}

static void feed_changed(size_t size)
{
	uint8_t *changed = malloc(CHANGED_LIMIT);
	uint64_t state = 0x9e3779b97f4a7c15u ^ size;
	time_t until = time(NULL) + SECONDS / 10 + 1;

	if (!changed)
		abort();
	for (unsigned n = 0; n < CHANGES && size <= CHANGED_LIMIT && time(NULL) < until; n++) {
		memcpy(changed, original, size);
		feed(changed, change(changed, size, &state));
	}
	free(changed);
}

static int feed_file(const char *folder, const char *name)
{
	FILE *f;
	size_t size;

	snprintf(feeding, sizeof(feeding), "%s/%s", folder, name);
	f = fopen(feeding, "rb");
	if (!f) {
		printf("# %s cannot be read\n", feeding);
		return 1;
	}
	size = fread(original, 1, sizeof(original), f);
	fclose(f);
	feed(original, size);
	feed_changed(size);
	return 0;
}

static int wanted(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void say_where(void)
{
	static const char said[] = "# while feeding (a change of) ";

	(void)!write(STDOUT_FILENO, said, sizeof(said) - 1);
	(void)!write(STDOUT_FILENO, feeding, strlen(feeding));
	(void)!write(STDOUT_FILENO, "\n", 1);
}

/* The sanitizers call it before they end the process. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

int main(int argc, char **argv)
{
	int bad = 0;

	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_where);
	feed((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		struct dirent **entry;
		int n = scandir(argv[i], &entry, wanted, alphasort);

		for (int k = 0; k < n; k++) {
			bad |= feed_file(argv[i], entry[k]->d_name);
			free(entry[k]);
		}
		if (n >= 0)
			free(entry);
	}
	printf("1..1\n%sok 1 - %lu inputs\n", bad ? "not " : "", fed);
	return bad;
}
