#include "reader/reader.h"

#include <sys/stat.h>
#include <unistd.h>

#include "text/json_events.h"

/* In the order they are asked: those with a mark of their own first. */
const struct reader_kind *const reader_kinds[] = {
	&reader_sarif, &reader_gitleaks, &reader_trivy, &reader_github_pulls,
	&reader_semgrep, &reader_grype, &reader_cyclonedx, &reader_npm_audit,
	&reader_junit, &reader_osv, &reader_openvex, &reader_spdx,
	&reader_gosec, &reader_checkov, &reader_gitlab,
	&reader_github_alerts, &reader_github_rules, &reader_gitlab_mrs, &reader_github_parts,
	&reader_bitbucket_pulls, &reader_azure_pulls, &reader_zap, &reader_generic,
	&reader_people,
	NULL,
};

/* Lower case, and '-' for '_': "OSV_Scanner.json" names osv-scanner. */
static struct str plain_name(struct arena *a, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	char *out = arena_cstr(a, str_c(slash ? slash + 1 : path ? path : ""));
	size_t n = strlen(out);

	for (size_t i = 0; i < n; i++)
		out[i] = out[i] == '_' ? '-' : out[i] >= 'A' && out[i] <= 'Z' ? (char)(out[i] + 32) : out[i];
	return (struct str){ out, n };
}

/* The kind whose name stands in the file's, the longest of several. */
static const struct reader_kind *by_hint(struct arena *a, const char *filename_hint)
{
	struct str hint = plain_name(a, filename_hint);
	const struct reader_kind *found = NULL;
	size_t longest = 0;

	for (const struct reader_kind *const *k = reader_kinds; *k; k++) {
		struct str name = str_c((*k)->name);

		if (name.n > longest && str_has(hint, name)) {
			longest = name.n;
			found = *k;
		}
	}
	return found;
}

/* What the content tells counts; the name where it tells too little: nothing in the
 * list, or an object without what is the tool's own. */
static const struct reader_kind *by_content(struct arena *a, const struct reader_head *h, const char *hint)
{
	const struct reader_kind *named = by_hint(a, hint);

	for (const struct reader_kind *const *k = reader_kinds; *k; k++)
		if ((*k)->recognise(h))
			return *k;
	if (named && (h->form == HEAD_JSON || (h->form == HEAD_NOTHING && named->empty_is_clean)))
		return named;
	return NULL;
}

const struct reader_kind *reader_detect(struct str head, const char *filename_hint)
{
	OWNED(arena) a = arena_new();
	struct reader_head h;
	const struct reader_kind *found = NULL;

	reader_head_read(&h, a, head);
	if (h.form != HEAD_NOTHING || str_trim(head).n == 0)
		found = by_content(a, &h, filename_hint);
	reader_head_done(&h);
	return found;
}

static err with_kinds(err e)
{
	BUF_AUTO list = buf_new(900);

	for (const struct reader_kind *const *k = reader_kinds; *k; k++)
		buf_addf(&list, "%s%s", k == reader_kinds ? "" : ", ", (*k)->name);
	return err_hint(e, "say what it is with --kind; these kinds are read: %.*s", FMT(buf_str(&list)));
}

/* What is wrong with JSON that is here as a whole. */
static err json_fault(struct str text, const char *name)
{
	static const struct json_want nothing[] = { { NULL, NULL, 0 } };
	OWNED(json_events) e = json_events_new(name, nothing, NULL);

	if (text.n >= READER_HEAD)
		return NULL;
	TRY(json_events_feed(e, text));
	return json_events_end(e);
}

static bool is_osv_record(const struct reader_head *h)
{
	return h->form == HEAD_JSON && reader_head_has(h, "id") && reader_head_has(h, "modified") &&
	       (reader_head_has(h, "affected") || reader_head_has(h, "schema_version"));
}

static bool is_utf16(struct str head)
{
	return str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff"));
}

static err what_it_is(const struct reader_head *h, struct str head, const char *name)
{
	if (str_trim(head).n == 0)
		return fail(ERR_INPUT, "%s is empty: it does not say whether anything was looked at", name);
	if (is_utf16(head))
		return fail(ERR_INPUT, "%s is UTF-16 text; let the tool write UTF-8 (PowerShell: | Out-File -Encoding utf8)",
			    name);
	if (h->empty_array)
		return fail(ERR_INPUT, "%s is empty: it does not say which tool made it", name);
	if (is_osv_record(h))
		return fail(ERR_INPUT, "%s is one record of the OSV database, not what osv-scanner found", name);
	if (h->form == HEAD_JSON)
		TRY(json_fault(head, name));
	if (h->form == HEAD_JSON)
		return fail(ERR_INPUT, "%s is JSON, but no report of a known kind", name);
	if (h->form == HEAD_XML && str_is(h->root, "bom"))
		return fail(ERR_INPUT, "%s is CycloneDX in XML; let the tool write it as JSON", name);
	if (h->form == HEAD_XML)
		return fail(ERR_INPUT, "%s is XML with the root '%.*s', but no report of a known kind", name,
			    FMT(str_cut(h->root, 64)));
	return fail(ERR_INPUT, "%s is no report of a known kind", name);
}

err reader_unknown(struct str head, const char *name)
{
	OWNED(arena) a = arena_new();
	struct reader_head h;
	err e;

	reader_head_read(&h, a, head);
	e = with_kinds(what_it_is(&h, head, name));
	reader_head_done(&h);
	return e;
}

err reader_find(const char *kind, const struct reader_kind **out)
{
	const char *names[64] = { NULL };
	const char *near;
	size_t n = 0;

	for (const struct reader_kind *const *k = reader_kinds; *k; k++) {
		if (strcmp((*k)->name, kind) == 0) {
			*out = *k;
			return NULL;
		}
		ASSERT(n + 1 < ARRAY_LEN(names));
		names[n++] = (*k)->name;
	}
	near = choice_nearest(names, str_c(kind));
	if (near)
		return with_kinds(fail(ERR_USAGE, "'%s' is no kind of report; did you mean %s?", kind, near));
	return with_kinds(fail(ERR_USAGE, "'%s' is no kind of report", kind));
}

err reader_redact(const struct reader_kind *k, struct reader *r, int out, uint64_t *replaced)
{
	struct redact_spec spec = { r->name, r->in, out, r->secret_key, k->redact };
	bool yes = k->redact != NULL && (r->size > 0 || !k->empty_is_clean);

	if (yes && k->redact_when)
		TRY(k->redact_when(r, &yes));
	*replaced = 0;
	return yes ? redact_json(&spec, replaced) : NULL;
}

err reader_run(const struct reader_kind *k, struct reader *r)
{
	struct stat st;

	if (fstat(r->in, &st) == 0 && S_ISREG(st.st_mode))
		r->size = st.st_size;
	if (r->size == 0 && !k->empty_is_clean)
		return fail(ERR_INPUT, "%s is empty: it does not say whether anything was looked at", r->name);
	if (lseek(r->in, 0, SEEK_SET) < 0)
		return fail_errno("cannot go to the start of %s", r->name);
	return k->read(r);
}
