/* Both ends of reading custody.yaml: the file is looked into by a process without
 * rights; what comes back is the table's JSON, read here by the same table. */
#include "source/config_ask.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

enum { ANSWER_MAX = 8 << 20, NAMES_MAX = 4 << 20 };

static const struct json_pick everything = { 0, 0 };

/* --- the role's side */

/* The text, then, behind a NUL, a name a line. */
static void known_names(struct arena *a, struct str lines, struct strs *out)
{
	struct str rest = lines, line;
	size_t n = 0;

	while (rest.n && str_split(&rest, '\n', &line))
		n++;
	*out = (struct strs){ ARENA_ARRAY(a, struct str, n + 1), 0 };
	while (lines.n && str_split(&lines, '\n', &line) && out->n < n)
		((struct str *)out->v)[out->n++] = line;
}

err config_role(struct reader *r)
{
	BUF_AUTO in = buf_new(CONFIG_BYTES + NAMES_MAX + 1), out = buf_new(ANSWER_MAX);
	struct json_writer w = json_write(&out);
	struct strs known;
	struct str text, names;
	struct config c;
	size_t end;

	TRY(fd_read_all(r->in, r->name, &in));
	text = buf_str(&in);
	end = str_find(text, (struct str){ "", 1 }, 0);
	names = end < text.n ? str_from(text, end + 1) : STR("");
	text.n = end;
	known_names(r->a, names, &known);
	TRY(config_read_known(r->a, r->name, text, &known, &c));
	json_put_table(&w, &config_table, everything, &c);
	TRY(buf_ok(&out, r->name));
	return fd_write_all(STDOUT_FILENO, "the answer", buf_str(&out));
}

/* --- the side that has rights */

static err input_of(const char *name, struct str text, const struct strs *known, int *out)
{
	BUF_AUTO names = buf_new(NAMES_MAX);
	FD_AUTO fd = memfd_create("custody.yaml", MFD_CLOEXEC);

	if (fd < 0)
		return fail_errno("cannot hand over %s", name);
	buf_add_char(&names, '\0');
	for (size_t i = 0; i < known->n; i++) {
		if (str_has(known->v[i], STR("\n")) || names.n + known->v[i].n + 1 > NAMES_MAX)
			continue;
		buf_add(&names, known->v[i]);
		buf_add_char(&names, '\n');
	}
	TRY(fd_write_all(fd, "the configuration", text));
	TRY(fd_write_all(fd, "the names", buf_str(&names)));
	if (lseek(fd, 0, SEEK_SET) != 0)
		return fail_errno("cannot hand over %s", name);
	*out = fd;
	fd = -1;
	return NULL;
}

err config_ask(const struct config_ask_spec *spec, struct arena *a, struct config *out)
{
	BUF_AUTO answer = buf_new(ANSWER_MAX);
	FD_AUTO in = -1;
	struct json *doc;

	if (spec->text.n > CONFIG_BYTES)
		return fail(ERR_LIMIT, "%s is larger than %d bytes", spec->name, CONFIG_BYTES);
	if (memchr(spec->text.p ? spec->text.p : "", '\0', spec->text.n))
		return fail(ERR_INPUT, "%s is no text: it holds the character NUL", spec->name);
	TRY(input_of(spec->name, spec->text, &spec->known, &in));
	TRY(source_config(in, spec->name, &answer));
	TRY(json_parse(a, spec->name, arena_str(a, buf_str(&answer)), &doc));
	return json_to_table(a, spec->name, doc, &config_table, everything, out);
}
