/* The index by control, and one page for each control of the catalogue. */
#include "pack/site.h"

#include "base/instant.h"
#include "pack/list.h"
#include "pack/picture.h"

enum { EVIDENCE = 30 };

static struct str last_of(struct pack_site *s, const struct area_runs *r)
{
	return standing_evidenced(r) ? pack_site_day(s->a, r->last) : STR("");
}

static void put_areas(struct pack_site *s, struct json_writer *j)
{
	json_key(j, "areas");
	json_open(j, '[');
	for (size_t i = 0; i < AREAS; i++) {
		const struct area_decision *d = &s->d.areas[i];
		struct str last = last_of(s, &d->runs);

		json_open(j, '{');
		json_add_c(j, "area", d->info->name);
		json_add_text(j, "area_path", arena_printf(s->a, "%s/index.html", d->info->folder));
		json_add_text(j, "area_owner", d->answers[ASK_OWNER].answered ? d->answers[ASK_OWNER].by : STR(""));
		json_add_c(j, "area_location", d->info->folder);
		json_add_text(j, "area_frequency", d->frequency);
		json_add_text(j, "area_review", last.n ? last : STR("never"));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_control(struct pack_site *s, struct json_writer *j, const struct catalogue_entry *c)
{
	const struct standing *x = pack_site_control(s, c);
	struct str owner = standing_owner(x);

	json_open(j, '{');
	json_add_text(j, "control", c->id);
	json_add_text(j, "control_title", c->title);
	json_add_text(j, "control_path", arena_printf(s->a, "controls/%.*s.html", FMT(c->id)));
	json_add_text(j, "control_owner", owner.n ? owner : STR(""));
	json_add_text(j, "control_frequency", x->d->frequency);
	json_add_text(j, "control_review", last_of(s, &x->d->runs));
	json_add_c(j, "now_state", pack_state_words[x->d->state]);
	json_add_c(j, "now_word", pack_state_title(x->d->state));
	json_add_text(j, "period_word", standing_runs(s->a, &x->d->runs));
	json_close(j, '}');
}

static void put_themes(struct pack_site *s, struct json_writer *j)
{
	json_key(j, "themes");
	json_open(j, '[');
	for (size_t t = 0; t < s->catalogue.n; t++) {
		const struct catalogue_entry *theme = &s->catalogue.v[t];

		if (theme->level != CATALOGUE_THEME)
			continue;
		json_open(j, '{');
		json_add_text(j, "theme_name", theme->title);
		json_key(j, "controls");
		json_open(j, '[');
		for (size_t i = 0; i < s->catalogue.n; i++)
			if (s->catalogue.v[i].level == CATALOGUE_CONTROL && str_eq(s->catalogue.v[i].parent, theme->id))
				put_control(s, j, &s->catalogue.v[i]);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

err pack_page_controls(struct pack_site *s)
{
	BUF_AUTO unused = buf_new(4 << 20);
	struct json_writer table = json_write(&unused);
	PACK_PAGE_AUTO p = { 0 };

	table.ordered = false;
	TRY(pack_list_write(s, "", &pack_list_areas, &table, NULL));
	pack_page_begin(s, &p, "controls.html", STR("Control index"));
	json_add_c(&p.j, "edition", "ISO/IEC 27001:2022 Annex A");
	json_add_bool(&p.j, "confirmed", s->d.soa);
	json_add_text(&p.j, "map_note", pack_site_judged(s));
	pack_picture_map(s, &p.j);
	put_areas(s, &p.j);
	put_themes(s, &p.j);
	return pack_page_end(&p, "controls");
}

/* ---- one control */

static void put_labels(struct json_writer *j, const struct area_decision *d)
{
	json_key(j, "labels");
	json_open(j, '[');
	for (int i = 0; i < AREA_LABELS; i++) {
		if (!(d->labels & 1 << i))
			continue;
		json_open(j, '{');
		json_add_c(j, "label", delivery_label_words[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* "What applies?" */
static struct str question_of(struct pack_site *s, int i)
{
	char *text = arena_cstr(s->a, arena_printf(s->a, "%s?", delivery_question_words[i]));

	text[0] = (char)(text[0] - 'a' + 'A');
	return str_c(text);
}

static void put_questions(struct pack_site *s, struct json_writer *j, const struct area_decision *d)
{
	json_key(j, "questions");
	json_open(j, '[');
	for (int i = 0; i < AREA_QUESTIONS; i++) {
		json_open(j, '{');
		json_add_text(j, "question", question_of(s, i));
		json_add_text(j, "answer", d->answers[i].answered ? d->answers[i].by : STR(""));
		json_add_text(j, "answer_from", d->answers[i].answered ? STR("from the records of this package") : d->answers[i].by);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* A scan that failed shows nothing; one that looked at a part leaves the rest open. */
static const char *result_class(struct str result)
{
	if (str_is(result, "failed"))
		return "missing";
	return str_is(result, "partial") || str_is(result, "unknown") || str_is(result, "empty") ? "open" : "shown";
}

static void put_evidence(struct pack_site *s, struct json_writer *j, const struct db_rows *row)
{
	json_open(j, '{');
	json_add_text(j, "item", db_text(row, 0));
	json_add_text(j, "item_path", pack_site_record(s, s->a, db_int(row, 1)));
	json_add_c(j, "item_url", "");
	json_add_text(j, "happened", pack_site_day(s->a, db_int(row, 2)));
	json_add_text(j, "received", pack_site_day(s->a, db_int(row, 3)));
	json_add_text(j, "came", db_text(row, 4));
	json_add_text(j, "known", db_text(row, 5));
	json_add_c(j, "result_state", result_class(db_text(row, 6)));
	json_add_text(j, "result", db_text(row, 6));
	json_close(j, '}');
}

static err put_all_evidence(struct pack_site *s, const struct catalogue_entry *c, struct json_writer *j)
{
	DB_ROWS rows = NULL;
	int64_t n = 0;
	bool more;

	TRY(standing_evidence(s->w->db, c, s->w->from, standing_evidence_to(s->f), &rows));
	json_key(j, "evidence");
	json_open(j, '[');
	for (;; n++) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		if (n < EVIDENCE)
			put_evidence(s, j, rows);
	}
	json_close(j, ']');
	json_add_text(j, "evidence_more", n > EVIDENCE ? arena_printf(s->a, "and %lld more in %s", (long long)(n - EVIDENCE),
		pack_site_control(s, c)->d->info->folder) : STR(""));
	return NULL;
}

static void put_runs(struct pack_site *s, struct json_writer *j, const struct area_runs *r)
{
	bool any = standing_evidenced(r);

	json_add_text(j, "period_result", standing_runs(s->a, r));
	json_add_text(j, "period_first", any ? pack_site_day(s->a, r->first) : STR("none"));
	json_add_text(j, "period_last", any ? pack_site_day(s->a, r->last) : STR(""));
	json_add_int(j, "expected", r->expected);
	json_add_int(j, "held", r->held);
	json_add_int(j, "late", r->late);
	json_add_int(j, "missed", r->missed);
}

static err write_control(struct pack_site *s, const struct catalogue_entry *c)
{
	const struct standing *x = pack_site_control(s, c);
	PACK_PAGE_AUTO p = { 0 };
	struct str earlier = { 0 };

	for (size_t i = 0; i < c->maps_to.n; i++)
		earlier = arena_printf(s->a, "%.*s%s%.*s", FMT(earlier), i ? ", " : "", FMT(c->maps_to.v[i]));
	pack_page_begin(s, &p, arena_printf(s->a, "controls/%.*s.html", FMT(c->id)).p,
			arena_printf(s->a, "%.*s %.*s", FMT(c->id), FMT(c->title)));
	json_add_text(&p.j, "control", c->id);
	json_add_text(&p.j, "control_title", c->title);
	json_add_c(&p.j, "edition", "ISO/IEC 27001:2022 Annex A");
	json_add_text(&p.j, "earlier", earlier.n ? earlier : STR(""));
	put_labels(&p.j, x->d);
	put_questions(s, &p.j, x->d);
	json_add_c(&p.j, "now_state", pack_state_words[x->d->state]);
	json_add_c(&p.j, "now_word", pack_state_title(x->d->state));
	json_add_text(&p.j, "now_because", standing_because(x).n ? standing_because(x) : STR(""));
	json_add_text(&p.j, "next", x->d->next.n ? x->d->next : STR(""));
	put_runs(s, &p.j, &x->d->runs);
	pack_picture_strip(s, c->area ? x->d : NULL, &p.j);
	TRY(put_all_evidence(s, c, &p.j));
	return pack_page_end(&p, "control");
}

err pack_page_each_control(struct pack_site *s)
{
	for (size_t i = 0; i < s->catalogue.n; i++)
		if (s->catalogue.v[i].level == CATALOGUE_CONTROL)
			TRY(write_control(s, &s->catalogue.v[i]));
	return NULL;
}
