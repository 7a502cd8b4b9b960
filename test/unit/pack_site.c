#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/file.h"
#include "text/mustache.h"

static const char *const pages[] = {
	"statement", "controls", "folder", "control", "findings", "changes", "record", "unknowns",
};

static const struct embedded *site_file(const char *name)
{
	const struct embedded *f = embedded_files;

	while (f->name && strcmp(f->name, name) != 0)
		f++;
	return f->name ? f : NULL;
}

static bool template_find(void *ctx, struct str name, struct str *text)
{
	char path[128];
	const struct embedded *f;

	(void)ctx;
	snprintf(path, sizeof(path), "src/pack/site/%.*s.mustache", FMT(name));
	f = site_file(path);
	if (f)
		*text = (struct str){ f->bytes, (size_t)(f->end - f->bytes) };
	return f != NULL;
}

static void page_render(struct arena *a, const char *page, struct buf *out)
{
	char path[128];
	BUF_AUTO example = buf_new(1 << 20);
	struct mustache_spec spec = { .name = page, .partials = { template_find, NULL } };
	struct json *data;

	snprintf(path, sizeof(path), "test/data/pages/%s.json", page);
	assert_ok(file_read(path, &example));
	assert_ok(json_parse(a, path, buf_str(&example), &data));
	assert_true(template_find(NULL, str_c(page), &spec.text));
	assert_ok(mustache_render(&spec, data, out));
}

static bool holds(struct str s, const char *what)
{
	return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static void each_example_page_becomes_a_whole_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		OWNED(arena) a = arena_new();
		BUF_AUTO out = buf_new(4 << 20);
		struct str html;

		page_render(a, pages[i], &out);
		html = buf_str(&out);
		assert_int_equal(strncmp(html.p, "<!doctype html>\n", 16), 0);
		assert_true(holds(html, "</footer>\n</main>\n</div>\n</body>\n</html>\n"));
		assert_true(holds(html, "Example organisation"));
		assert_false(holds(html, "{{"));
		assert_false(holds(html, "<script"));
	}
}

static void the_map_shows_every_control(void **state)
{
	OWNED(arena) a = arena_new();
	BUF_AUTO out = buf_new(4 << 20);
	size_t cells = 0;
	struct str html;

	(void)state;
	page_render(a, "statement", &out);
	html = buf_str(&out);
	for (size_t i = 0; i + 12 < html.n; i++)
		cells += memcmp(html.p + i, "width=\"54\" ", 11) == 0;
	assert_int_equal(cells, 93);
}

static void a_pack_can_bring_its_own_check_and_formats(void **state)
{
	(void)state;
	assert_non_null(site_file("src/pack/site/verify.html"));
	assert_non_null(site_file("src/pack/site/style.css"));
	assert_non_null(site_file("src/pack/site/FORMATS.md"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_example_page_becomes_a_whole_document),
		cmocka_unit_test(the_map_shows_every_control),
		cmocka_unit_test(a_pack_can_bring_its_own_check_and_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
