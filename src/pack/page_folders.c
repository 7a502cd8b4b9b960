/* The eleven folders: what lies in each, and its tables. */
#include "pack/list.h"

#include "base/instant.h"
#include "pack/picture.h"

enum { TABLES = 8, CONTROLS = 8 };

struct folder {
	const char *intro;
	const char *controls[CONTROLS];
	const struct pack_list *tables[TABLES];
	const char *lacks;		/* where no area speaks for the folder; or NULL */
	const char *more, *more_path;	/* its long page, or NULL */
};

/* As pack_folders stand. */
static const struct folder folders[PACK_FOLDERS] = {
	{ "The rules that development follows: what was handed over as policy, and what the repositories declare themselves.",
	  { "A.5.1", "A.5.8", "A.8.25", "A.8.26" },
	  { &pack_list_documents_01, &pack_list_rules, &pack_list_tree }, NULL, NULL, NULL },
	{ "Every control with what applies, who owns it and its state; the edition of 2013 mapped onto that of 2022.",
	  { "A.5.1", "A.5.36" }, { &pack_list_areas, &pack_list_controls, &pack_list_mapping, &pack_list_documents },
	  "Which controls apply is the organisation's decision: its Statement of Applicability says so, once it is declared and approved.", NULL, NULL },
	{ "Decisions on architecture and reviews of threats; the systems, and the changes that touch what is security-relevant.",
	  { "A.8.27", "A.5.8" }, { &pack_list_documents_03, &pack_list_systems, &pack_list_security }, NULL, NULL, NULL },
	{ "Who reviewed what before it was merged: each change in 09 with its answer, here the reviews themselves.",
	  { "A.8.28", "A.8.4" }, { &pack_list_reviews, &pack_list_unreviewed, &pack_list_rules }, NULL, NULL, NULL },
	{ "What runs before software is released: scans that CI runs, their results, tests, checks at merge.",
	  { "A.8.29", "A.8.31" },
	  { &pack_list_series, &pack_list_ci, &pack_list_scans, &pack_list_tests, &pack_list_checks }, NULL, NULL, NULL },
	{ "What scanners found, since when it is open, what went away; components and statements on vulnerabilities.",
	  { "A.8.8", "A.5.7" },
	  { &pack_list_findings, &pack_list_proposed, &pack_list_closed, &pack_list_scans_06, &pack_list_sboms, &pack_list_vex }, NULL,
	  "Findings by severity, and each of the weightiest", "findings.html" },
	{ "What was accepted instead of fixed, by whom and until when.",
	  { "A.8.8", "A.5.36" }, { &pack_list_acceptances, &pack_list_suppressed, &pack_list_vex },
	  "A suppression in a tool's own file has no owner and no end that is recorded here.", NULL, NULL },
	{ "Who takes part in delivery, which accounts belong to whom, and whether somebody looked at their rights.",
	  { "A.5.15", "A.5.18", "A.8.2", "A.8.3", "A.8.4" },
	  { &pack_list_access, &pack_list_documents_08, &pack_list_people, &pack_list_accounts }, NULL, NULL, NULL },
	{ "Every change to a release branch in the period, with what is shown, missing and unknown of it; releases.",
	  { "A.8.32", "A.8.19", "A.8.31" }, { &pack_list_changes, &pack_list_releases, &pack_list_branches }, NULL,
	  "What is shown, missing and unknown of all changes, and of each of the latest", "changes.html" },
	{ "What others contribute: agreements, who they are, the components that are taken from them.",
	  { "A.8.30", "A.5.19", "A.5.20", "A.5.21", "A.5.22" }, { &pack_list_documents_10, &pack_list_sboms }, NULL, NULL, NULL },
	{ "Evaluations, packs handed out, what was taken in, who vouches for the log; reviews of logs and audits.",
	  { "A.5.35", "A.8.15", "A.8.16", "A.8.34" },
	  { &pack_list_assessments, &pack_list_documents_11, &pack_list_submissions, &pack_list_types, &pack_list_checkpoints,
	    &pack_list_anchors, &pack_list_erasures, &pack_list_packs }, NULL, NULL, NULL },
};

/* What the areas that lie in this folder say: their states and first reasons. */
static struct str shows(struct pack_site *s, const char *folder)
{
	struct str out = { 0 };

	for (size_t i = 0; i < AREAS; i++) {
		const struct area_decision *d = &s->d.areas[i];
		const struct str *why = d->reasons.v;

		if (strcmp(d->info->folder, folder) != 0)
			continue;
		out = arena_printf(s->a, "%.*s%s%s (%s): %s%s%.*s.", FMT(out), out.n ? " " : "", d->info->name, d->info->control,
				   pack_state_title(d->state), d->reasons.n ? "; " : "", d->reasons.n ? (int)why[0].n : 0,
				   d->reasons.n ? why[0].p : "");
	}
	if (out.n)
		((char *)(uintptr_t)out.p)[0] = (char)(out.p[0] - 'a' + 'A');
	return out;
}

static struct str lacks(struct pack_site *s, const char *folder)
{
	struct str out = { 0 };

	for (size_t i = 0; i < AREAS; i++) {
		const struct area_decision *d = &s->d.areas[i];

		if (strcmp(d->info->folder, folder) != 0 || d->state == AREA_READY || !d->next.n)
			continue;
		out = arena_printf(s->a, "%.*s%sNext for %s: %.*s.", FMT(out), out.n ? " " : "", d->info->name, FMT(d->next));
	}
	return out;
}

static struct str rows_in_all(struct pack_site *s, int64_t n)
{
	return n ? arena_printf(s->a, "%.*s rows in the tables below.", FMT(pack_site_number(s->a, n)))
		 : STR("Nothing is recorded in the period; each table below says where the answer lies.");
}

static void put_controls(struct pack_site *s, struct json_writer *j, const struct folder *f)
{
	json_key(j, "controls");
	json_open(j, '[');
	for (size_t i = 0; i < CONTROLS && f->controls[i]; i++) {
		const struct catalogue_entry *c = catalogue_get(&s->catalogue, "2022", str_c(f->controls[i]));

		if (!c)
			continue;
		json_open(j, '{');
		json_add_text(j, "control", c->id);
		json_add_text(j, "control_title", c->title);
		json_add_text(j, "control_path", arena_printf(s->a, "controls/%.*s.html", FMT(c->id)));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err write_folder(struct pack_site *s, size_t i)
{
	const struct folder *f = &folders[i];
	PACK_PAGE_AUTO p = { 0 };
	struct str said = shows(s, pack_folders[i]), open = lacks(s, pack_folders[i]);
	int64_t n, all = 0;

	pack_page_begin(s, &p, arena_printf(s->a, "%s/index.html", pack_folders[i]).p, pack_folder_title(s->a, pack_folders[i]));
	json_add_c(&p.j, "intro", f->intro);
	put_controls(s, &p.j, f);
	if (f->more) {
		json_add_c(&p.j, "more", f->more);
		json_add_c(&p.j, "more_path", f->more_path);
	}
	if (f->more_path && str_is(str_c(f->more_path), "findings.html"))
		TRY(pack_picture_areas(s, &p.j));
	json_key(&p.j, "tables");
	json_open(&p.j, '[');
	for (size_t k = 0; k < TABLES && f->tables[k]; k++) {
		TRY(pack_list_write(s, pack_folders[i], f->tables[k], &p.j, &n));
		all += n;
	}
	json_close(&p.j, ']');
	json_add_text(&p.j, "shows", arena_printf(s->a, "%.*s%s%.*s", FMT(said), said.n ? " " : "",
		FMT(rows_in_all(s, all))));
	json_add_text(&p.j, "lacks", open.n ? open : f->lacks ? str_c(f->lacks) : STR(""));
	return pack_page_end(&p, "folder");
}

err pack_page_folders(struct pack_site *s)
{
	for (size_t i = 0; i < PACK_FOLDERS; i++)
		TRY(write_folder(s, i));
	return NULL;
}
