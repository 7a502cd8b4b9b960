/* Any bytes through the taking out of secret values: JSON that parsed parses after it
 * with as many events, what is left holds no value that is found, and without a value
 * nothing is written. Seeds are in the escape of rule files. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "reader/sweep.h"
#include "scan/rule.h"
#include "text/json_lex.h"

static err count_open(void *ctx, enum json_kind kind)
{
	(void)kind;
	++*(unsigned *)ctx;
	return NULL;
}

static err count_close(void *ctx)
{
	++*(unsigned *)ctx;
	return NULL;
}

static err count_key(void *ctx, struct str key)
{
	(void)key;
	++*(unsigned *)ctx;
	return NULL;
}

static err count_value(void *ctx, enum json_kind kind, struct str text)
{
	(void)kind;
	(void)text;
	++*(unsigned *)ctx;
	return NULL;
}

static const struct json_calls calls = { count_open, count_close, count_key, count_value };

static bool parses(struct str text, unsigned *events)
{
	OWNED(json_lex) lex = json_lex_new("doc", &calls, events);

	*events = 0;
	return !json_lex_feed(lex, text) && !json_lex_end(lex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint8_t key[32] = { 1 };
	static struct sweep *s;
	OWNED(arena) a = arena_new();
	FD_AUTO in = memfd_create("in", MFD_CLOEXEC);
	FD_AUTO out = memfd_create("out", MFD_CLOEXEC);
	struct sweep_spec spec = { "doc", in, out, key };
	struct str text = { n ? (const char *)data : "", n }, plain;
	BUF_AUTO made = buf_new(64 << 20);
	uint64_t replaced;
	unsigned before, after;

	if (!s)
		ASSERT(!sweep_new(&s));
	if (!scan_rule_unescape(a, text, &plain))
		plain = text;
	ASSERT(!fd_write_all(in, "in", plain));
	ASSERT(!sweep_run(s, &spec, &replaced));
	ASSERT((lseek(out, 0, SEEK_END) > 0) == (replaced > 0));
	if (!replaced)
		return 0;
	lseek(out, 0, SEEK_SET);
	ASSERT(!fd_read_all(out, "out", &made));
	if (parses(plain, &before))
		ASSERT(parses(buf_str(&made), &after) && before == after);
	return 0;
}
