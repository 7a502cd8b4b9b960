#include "show/next.h"

#include "base/term.h"
#include "text/json.h"

static void put_wrapped(struct arena *a, struct str text, struct buf *out)
{
	term_wrap(out, term_safe(a, text), term_width());
	buf_add_char(out, '\n');
}

static void put_step(const struct step *s, size_t number, struct arena *a, struct buf *out)
{
	put_wrapped(a, arena_printf(a, "%zu  %.*s: %lld minute%s", number, FMT(s->title), (long long)s->minutes,
				    s->minutes == 1 ? "" : "s"), out);
	put_wrapped(a, s->why, out);
	if (!str_starts(s->command, STR("  custody ")) && !str_starts(s->command, STR("  git ")))
		buf_add_c(out, "Run it yourself: it only reads, with your own sign-in; custody sees files, never a token.\n");
	buf_add_char(out, '\n');
	buf_addf(out, "%.*s", FMT(term_safe_lines(a, s->command)));
	if (!s->note.n)
		return;
	buf_add_char(out, '\n');
	put_wrapped(a, s->note, out);
}

static void put_json_step(struct json_writer *w, const struct step *s, size_t number)
{
	json_open(w, '{');
	json_add_int(w, "number", (int64_t)number);
	json_add_text(w, "title", s->title);
	json_add_int(w, "minutes", s->minutes);
	json_add_text(w, "why", s->why);
	json_add_text(w, "command", s->command);
	if (s->note.n)
		json_add_text(w, "note", s->note);
	json_close(w, '}');
}

static void put_json(const struct steps *steps, int64_t number, struct buf *out)
{
	struct json_writer w = json_write_pretty(out);

	json_open(&w, '[');
	for (size_t i = 0; i < steps->n; i++)
		if (!number || number == (int64_t)i + 1)
			put_json_step(&w, &steps->v[i], i + 1);
	json_close(&w, ']');
	buf_add_char(out, '\n');
}

static void put_list(const struct steps *steps, struct arena *a, struct buf *out)
{
	if (steps->n == 0)
		buf_add_c(out, "Nothing is left to do that custody knows of.\n");
	for (size_t i = 0; i < steps->n; i++) {
		if (i)
			buf_add_char(out, '\n');
		put_step(&steps->v[i], i + 1, a, out);
	}
}

err show_next(const struct show_next_spec *spec, struct buf *out)
{
	OWNED(arena) a = arena_new();
	struct delivery *d = ARENA_NEW(a, struct delivery);
	struct steps *steps = ARENA_NEW(a, struct steps);

	delivery_decide(spec->facts, a, d);
	steps_make(&(struct steps_spec){ spec->facts, d, spec->host }, a, steps);
	if (spec->number > (int64_t)steps->n)
		return err_hint(fail(ERR_MISSING, "there is no step %lld", (long long)spec->number),
				"custody next lists %zu", steps->n);
	if (spec->format != SHOW_TABLE && spec->format != SHOW_MARKDOWN)
		put_json(steps, spec->number, out);
	else if (spec->number)
		put_step(&steps->v[spec->number - 1], (size_t)spec->number, a, out);
	else
		put_list(steps, a, out);
	return buf_ok(out, "the steps");
}
