#include "pack/picture.h"

#include "base/instant.h"

/* ---- the heat map: 14 cells of 58 × 42 in a row, a block for each theme */

enum { MAP_LEFT = 130, MAP_WIDE = 58, MAP_HIGH = 42, MAP_ROW = 14, MAP_GAP = 12, MAP_WIDTH = 950, THEMES = 4 };

static const char *const signs[] = { "✓", "◔", "✗", "?", "–" };
static const struct {
	const char *id, *name;
} themes[THEMES] = { { "A.5", "Organizational" }, { "A.6", "People" }, { "A.7", "Physical" }, { "A.8",
	"Technological" } };

static bool in_theme(const struct catalogue_entry *c, size_t theme)
{
	return c->level == CATALOGUE_CONTROL && str_is(c->parent, themes[theme].id);
}

static void put_map_themes(struct pack_site *s, struct json_writer *j)
{
	int64_t y = 2;

	json_key(j, "themes");
	json_open(j, '[');
	for (size_t t = 0; t < THEMES; t++) {
		int64_t n = 0;

		for (size_t i = 0; i < s->catalogue.n; i++)
			n += in_theme(&s->catalogue.v[i], t);
		json_open(j, '{');
		json_add_c(j, "theme", themes[t].name);
		json_add_text(j, "theme_count", arena_printf(s->a, "%lld controls", (long long)n));
		json_add_int(j, "theme_y", y);
		json_close(j, '}');
		y += MAP_HIGH * ((n + MAP_ROW - 1) / MAP_ROW) + MAP_GAP;
	}
	json_close(j, ']');
	json_add_int(j, "width", MAP_WIDTH);
	json_add_int(j, "height", y - MAP_GAP);
}

static void put_map_cell(struct pack_site *s, struct json_writer *j, const struct catalogue_entry *c, int64_t x,
	int64_t y)
{
	int state = pack_site_control(s, c)->d->state;

	json_open(j, '{');
	json_add_c(j, "map_state", pack_state_words[state]);
	json_add_c(j, "map_sign", signs[state]);
	json_add_text(j, "map_number", str_from(c->id, 2));
	json_add_text(j, "map_name", arena_printf(s->a, "%.*s %.*s: %s", FMT(c->id), FMT(c->title), pack_state_title(state)));
	json_add_text(j, "map_path", arena_printf(s->a, "controls/%.*s.html", FMT(c->id)));
	json_add_int(j, "x", x);
	json_add_int(j, "y", y);
	json_close(j, '}');
}

static void put_map_cells(struct pack_site *s, struct json_writer *j, int64_t count[AREA_STATES])
{
	int64_t y = 2;

	json_key(j, "cells");
	json_open(j, '[');
	for (size_t t = 0; t < THEMES; t++) {
		int64_t n = 0;

		for (size_t i = 0; i < s->catalogue.n; i++) {
			const struct catalogue_entry *c = &s->catalogue.v[i];

			if (!in_theme(c, t))
				continue;
			put_map_cell(s, j, c, MAP_LEFT + MAP_WIDE * (n % MAP_ROW), y + MAP_HIGH * (n / MAP_ROW));
			count[pack_site_control(s, c)->d->state]++;
			n++;
		}
		y += MAP_HIGH * ((n + MAP_ROW - 1) / MAP_ROW) + MAP_GAP;
	}
	json_close(j, ']');
}

void pack_picture_map(struct pack_site *s, struct json_writer *j)
{
	int64_t count[AREA_STATES] = { 0 };

	json_key(j, "map");
	json_open(j, '{');
	put_map_themes(s, j);
	put_map_cells(s, j, count);
	json_key(j, "key");
	json_open(j, '[');
	for (int i = 0; i < AREA_STATES; i++) {
		json_open(j, '{');
		json_add_c(j, "key_state", pack_state_words[i]);
		json_add_c(j, "key_word", pack_state_title(i));
		json_add_int(j, "key_count", count[i]);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

/* ---- findings over time: stacked, one point a week */

enum { AREAS_LEFT = 48, AREAS_RIGHT = 950, AREAS_TOP = 14, AREAS_BOTTOM = 260, WEEKS_MAX = 260, WEEK = 7, LAYERS = 4 };
static const char *const layers[LAYERS] = { "critical", "high", "medium", "low" };

struct weeks {
	int64_t first, n;			/* day of the first point, number of points */
	int64_t open[WEEKS_MAX][LAYERS];	/* first changes, then sums */
	int64_t most;
	bool any;
};

/* Severities 4 … 1; none counts as low. */
static size_t layer_of(int64_t severity)
{
	return severity >= 4 ? 0 : severity <= 1 ? LAYERS - 1 : (size_t)(4 - severity);
}

static void note(struct weeks *w, int64_t severity, int64_t day, int64_t delta)
{
	int64_t at = day <= w->first ? 0 : (day - w->first + WEEK - 1) / WEEK;

	if (at >= w->n)
		return;
	w->open[at][layer_of(severity)] += delta;
	w->any = true;
}

static void sum_up(struct weeks *w)
{
	for (int64_t i = 0; i < w->n; i++) {
		int64_t all = 0;

		for (size_t l = 0; l < LAYERS; l++) {
			if (i)
				w->open[i][l] += w->open[i - 1][l];
			if (w->open[i][l] < 0)
				w->open[i][l] = 0;
			all += w->open[i][l];
		}
		if (all > w->most)
			w->most = all;
	}
}

static err read_weeks(struct pack_site *s, struct weeks *w)
{
	int64_t end = day_of(standing_evidence_to(s->f)), days = end - day_of(s->w->from);
	DB_ROWS rows = NULL;
	bool more;

	w->n = days / WEEK + 1 < WEEKS_MAX ? days / WEEK + 1 : WEEKS_MAX;
	w->n = w->n < 2 ? 2 : w->n;
	w->first = end - (w->n - 1) * WEEK;
	TRY(db_query(s->w->db, SQL("SELECT x.severity, x.day, CAST(sum(x.delta) AS int64) FROM ("
		"SELECT f.severity AS severity, s.effective / 86400 AS day, 1 AS delta FROM view_finding f "
		"JOIN view_scan s ON s.no = f.first_scan WHERE f.open NOT IN (2, 3) UNION ALL "
		"SELECT f.severity, s.effective / 86400, CASE e.op WHEN 'gone' THEN -1 ELSE 1 END FROM view_finding_event e "
		"JOIN view_finding f ON f.no = e.finding_no JOIN view_scan s ON s.no = e.scan_no "
		"WHERE e.op IN ('gone', 'reappeared') AND f.open NOT IN (2, 3)) x GROUP BY x.severity, x.day ORDER BY x.day, x.severity"),
		DB_NONE, &rows));
	for (;;) {
		TRY(db_next(rows, &more));
		if (!more)
			break;
		note(w, db_int(rows, 0), db_int(rows, 1), db_int(rows, 2));
	}
	sum_up(w);
	return NULL;
}

/* A round number not below the largest, of which a quarter is whole. */
static int64_t ceiling(int64_t most)
{
	static const int64_t steps[] = { 4, 8, 20, 40 };
	int64_t scale = 1;

	for (;; scale *= 10)
		for (size_t i = 0; i < ARRAY_LEN(steps); i++)
			if (steps[i] * scale >= most)
				return steps[i] * scale;
}

/* In tenths, as text: "412.5". */
static struct str tenths(struct arena *a, int64_t v)
{
	return arena_printf(a, "%lld.%lld", (long long)(v / 10), (long long)(v % 10));
}

static struct str x_of(struct arena *a, const struct weeks *w, int64_t week)
{
	return tenths(a, 10 * AREAS_LEFT + 10 * (AREAS_RIGHT - AREAS_LEFT) * week / (w->n - 1));
}

static struct str y_of(struct arena *a, const struct weeks *w, int64_t n)
{
	return tenths(a, 10 * AREAS_BOTTOM - 10 * (AREAS_BOTTOM - AREAS_TOP) * n / ceiling(w->most));
}

static int64_t height(const struct weeks *w, int64_t week, size_t layers_below)
{
	int64_t sum = 0;

	for (size_t l = 0; l < layers_below; l++)
		sum += w->open[week][l];
	return sum;
}

static void put_point(struct pack_site *s, const struct weeks *w, struct buf *d, int64_t week, int64_t n)
{
	struct arena *a = s->w->scratch;

	buf_addf(d, "%c%.*s %.*s", d->n ? 'L' : 'M', FMT(x_of(a, w, week)), FMT(y_of(a, w, n)));
}

/* The outline of one layer: along its upper edge, back along its lower one. */
static struct str outline(struct pack_site *s, const struct weeks *w, size_t layer)
{
	BUF_AUTO d = buf_new(64 * 1024);

	for (int64_t week = 0; week < w->n; week++)
		put_point(s, w, &d, week, height(w, week, layer + 1));
	for (int64_t week = w->n - 1; week >= 0; week--)
		put_point(s, w, &d, week, height(w, week, layer));
	buf_add_char(&d, 'Z');
	return arena_str(s->a, buf_str(&d));
}

static void put_layers(struct pack_site *s, struct json_writer *j, const struct weeks *w)
{
	json_key(j, "layers");
	json_open(j, '[');
	for (size_t l = 0; l < LAYERS; l++) {
		arena_reset(s->w->scratch);
		json_open(j, '{');
		json_add_c(j, "layer", layers[l]);
		json_add_text(j, "d", outline(s, w, l));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "key");
	json_open(j, '[');
	for (size_t l = 0; l < LAYERS; l++) {
		json_open(j, '{');
		json_add_c(j, "layer", layers[l]);
		json_add_c(j, "layer_word", l + 1 == LAYERS ? "low or not said" : layers[l]);
		json_add_int(j, "layer_now", w->open[w->n - 1][l]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_rules(struct pack_site *s, struct json_writer *j, const struct weeks *w)
{
	int64_t top = ceiling(w->most);

	json_key(j, "rules");
	json_open(j, '[');
	for (int64_t i = 0; i <= 4; i++) {
		json_open(j, '{');
		json_key(j, "rule_y");
		json_put_raw(j, y_of(s->a, w, top * i / 4));
		json_add_text(j, "rule_text", pack_site_number(s->a, top * i / 4));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* "Sep", "Jan 2026". */
static struct str month_name(struct arena *a, int64_t day)
{
	static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
		"Oct", "Nov", "Dec" };
	char text[DAY_TEXT];
	size_t month;

	day_put(text, day);
	month = (size_t)((text[5] - '0') * 10 + (text[6] - '0') - 1);
	return month ? str_c(names[month % 12]) : arena_printf(a, "Jan %.4s", text);
}

/* The first day of the month after the one `day` lies in. */
static int64_t next_month(int64_t day)
{
	char text[DAY_TEXT];
	int64_t first;

	day_put(text, day);
	text[8] = '0';
	text[9] = '1';
	if (!day_get(str_c(text), &first))
		return day + 31;
	return day_add_months(first, 1);
}

static void put_marks(struct pack_site *s, struct json_writer *j, const struct weeks *w)
{
	int64_t last = w->first + (w->n - 1) * WEEK, every = (w->n + 119) / 120, n = 0;

	json_key(j, "marks");
	json_open(j, '[');
	for (int64_t day = next_month(w->first); day <= last; day = next_month(day)) {
		if (n++ % every)
			continue;
		json_open(j, '{');
		json_key(j, "mark_x");
		json_put_raw(j, tenths(s->a,
			10 * AREAS_LEFT + 10 * (AREAS_RIGHT - AREAS_LEFT) * (day - w->first) / (last - w->first)));
		json_add_text(j, "mark_text", month_name(s->a, day));
		json_close(j, '}');
	}
	json_close(j, ']');
}

err pack_picture_areas(struct pack_site *s, struct json_writer *j)
{
	struct weeks *w = ARENA_NEW(s->a, struct weeks);
	const int64_t *now;

	TRY(read_weeks(s, w));
	json_key(j, "areas");
	if (!w->any || !w->most) {
		json_put_null(j);
		return NULL;
	}
	now = w->open[w->n - 1];
	json_open(j, '{');
	json_add_text(j, "label", arena_printf(s->a, "Open findings from %.*s to %.*s: %lld critical, %lld high, %lld medium and "
		"%lld low on the last day.", FMT(pack_site_day(s->a, w->first * DAY_SECONDS)),
		FMT(pack_site_day(s->a, standing_evidence_to(s->f))),
		(long long)now[0], (long long)now[1], (long long)now[2], (long long)now[3]));
	json_add_int(j, "left", AREAS_LEFT);
	json_add_int(j, "right", AREAS_RIGHT);
	json_add_int(j, "top", AREAS_TOP);
	json_add_int(j, "bottom", AREAS_BOTTOM);
	put_layers(s, j, w);
	put_rules(s, j, w);
	put_marks(s, j, w);
	json_close(j, '}');
	return NULL;
}

/* ---- the days of an area's evidence, on a line of time */

enum { STRIP_LEFT = 20, STRIP_RIGHT = 700, RUN_WIDE = 7, STRIP_MONTHS = 14 };

static const char *const *names_of(enum area area)
{
	static const char *const names[AREAS][4] = {
		[AREA_LIFE_CYCLE] = { "document:A.8.25", NULL }, [AREA_REQUIREMENTS] = { "document:A.8.26", NULL },
		[AREA_ARCHITECTURE] = { "document:A.8.27", NULL }, [AREA_CODING] = { "scan:secret", NULL },
		[AREA_TESTING] = { "scan:static", "scan:dynamic", "tests", NULL },
		[AREA_VULNERABILITIES] = { "scan:dependency", "scan:container", NULL },
		[AREA_ACCESS] = { "document:A.5.15", "document:A.5.18", NULL }, [AREA_CHANGE] = { "release", NULL },
		[AREA_LOGGING] = { "document:A.8.15", NULL }, [AREA_OUTSOURCED] = { "document:A.8.30", NULL },
	};

	return names[area];
}

static void put_months(struct pack_site *s, struct json_writer *j, int64_t from, int64_t span)
{
	int64_t every = (span / 30 + STRIP_MONTHS - 1) / STRIP_MONTHS, n = 0;

	json_key(j, "months");
	json_open(j, '[');
	for (int64_t day = next_month(from); day <= from + span; day = next_month(day)) {
		if (every > 1 && n++ % every)
			continue;
		json_open(j, '{');
		json_add_int(j, "month_x", STRIP_LEFT + (STRIP_RIGHT - STRIP_LEFT) * (day - from) / span);
		json_add_text(j, "month", month_name(s->a, day));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* Days so near that their dots would lie over each other are one dot. */
static int64_t put_runs(struct pack_site *s, struct json_writer *j, enum area area, int64_t span)
{
	int64_t from = day_of(s->w->from), count = 0;

	json_key(j, "runs");
	json_open(j, '[');
	for (const char *const *name = names_of(area); *name; name++) {
		const struct facts_runs *r = facts_runs_of(s->f, *name);
		const int64_t *v = r ? r->days.v : NULL;
		int64_t last = -STRIP_RIGHT;

		for (size_t i = 0; r && i < r->days.n; i++) {
			int64_t x = STRIP_LEFT + (STRIP_RIGHT - STRIP_LEFT) * (v[i] - from) / span;

			count++;
			if (v[i] < from || v[i] > from + span || x - last < RUN_WIDE)
				continue;
			last = x;
			json_open(j, '{');
			json_add_int(j, "run_x", x);
			json_add_c(j, "run_state", "held");
			json_add_text(j, "run_name", arena_printf(s->a, "%.*s, %s", FMT(pack_site_day(s->a, v[i] * DAY_SECONDS)), *name));
			json_close(j, '}');
		}
	}
	json_close(j, ']');
	return count;
}

static bool has_days(struct pack_site *s, enum area area)
{
	for (const char *const *name = names_of(area); *name; name++)
		if (facts_runs_of(s->f, *name) && facts_runs_of(s->f, *name)->days.n)
			return true;
	return false;
}

void pack_picture_strip(struct pack_site *s, const struct area_decision *d, struct json_writer *j)
{
	int64_t from = day_of(s->w->from), span = day_of(s->w->to) - from;
	int64_t n;

	json_key(j, "strip");
	if (!d || span < 1 || !has_days(s, d->info->area)) {
		json_put_null(j);
		return;
	}
	json_open(j, '{');
	put_months(s, j, from, span);
	n = put_runs(s, j, d->info->area, span);
	json_add_text(j, "label", arena_printf(s->a, "Days on which evidence came, %.*s to %.*s: %lld.",
		FMT(pack_site_day(s->a, s->w->from)), FMT(pack_site_day(s->a, s->w->to)), (long long)n));
	json_close(j, '}');
}

void pack_picture_chain(const struct pack_chain *c, struct json_writer *j)
{
	const struct {
		const char *key, *more;
		const struct str *text;
	} steps[] = {
		{ "source", "source_more", c->source }, { "submission", "submission_more", c->submission },
		{ "record", "record_more", c->record }, { "log", "log_more", c->log },
		{ "checkpoint", "checkpoint_more", c->checkpoint }, { "anchor", "anchor_more", c->anchor },
	};

	json_key(j, "chain");
	json_open(j, '{');
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		json_add_text(j, steps[i].key, steps[i].text[0]);
		json_add_text(j, steps[i].more, steps[i].text[1]);
	}
	json_add_bool(j, "anchor_missing", c->anchor_missing);
	json_close(j, '}');
}
