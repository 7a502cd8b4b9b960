#include "store/document.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/instant.h"
#include "record/types.h"
#include "store/signature.h"

enum { PIECE = 256 * 1024 };
static const uint64_t document_max = (uint64_t)4 << 30;

static err open_file(const char *name, int *out)
{
	FD_AUTO fd = fd_open_read(name, 0);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return fail(ERR_MISSING, "there is no file %s", name);
	if (fd < 0 || fstat(fd, &st))
		return fail_errno("cannot open %s", name);
	if (!S_ISREG(st.st_mode))
		return fail(ERR_INPUT, "%s is no file", name);
	if (st.st_size == 0)
		return fail(ERR_INPUT, "%s is empty: it is evidence of nothing", name);
	*out = fd;
	fd = -1;
	return NULL;
}

static err keep_file(struct store *s, const char *name, struct str kind, struct digest *d)
{
	OWNED(evidence_writer) w = NULL;
	FD_AUTO fd = -1;
	char *piece = base_alloc(PIECE);
	uint64_t size;
	size_t got = 0;
	err e = open_file(name, &fd);

	if (!e)
		e = evidence_begin(store_evidence(s), document_max, &w);
	while (!e) {
		e = fd_read_some(fd, name, piece, PIECE, &got);
		if (e || got == 0)
			break;
		e = evidence_add(w, (struct str){ piece, got });
	}
	free(piece);
	TRY(e);
	TRY(evidence_end(w, d, &size));
	return store_note_evidence(s, d, (int64_t)size, kind);
}

/* Who signed it, by the file of allowed signers, at the time it is dated. */
static err check_signature(struct store *s, struct arena *a, const struct document_spec *spec, int64_t at,
			   struct signature_found *out)
{
	BUF_AUTO message = buf_new(SIGNATURE_MESSAGE_MAX);
	struct signature_spec sig = { .name = spec->file, .signature = spec->signature, .at = at };

	TRY(file_read(spec->file, &message));
	sig.message = buf_str(&message);
	return signature_check(s, a, &sig, out);
}

/* Whether every control has the same file of the same kind already. */
static err kept_before(struct store *s, const struct document_spec *spec, const struct digest *d, bool *already)
{
	*already = true;
	for (size_t i = 0; *already && i < spec->controls.n; i++) {
		int64_t n;

		TRY(db_get_int(store_db(s), SQL("SELECT count(*) FROM view_document WHERE control = $1 AND kind = "
						"$2 AND digest = $3"),
			       DB_ARGS(DB_T(spec->controls.v[i]), DB_T(spec->kind), DB_B(digest_str(d))), 0, &n));
		*already = n > 0;
	}
	return NULL;
}

/* What a supplier was certified for says nothing about whoever buys from it. */
static err check_kind(const struct document_spec *spec)
{
	static const char *const of_suppliers[] = { "A.5.19", "A.5.20", "A.5.21", "A.5.22", "A.5.23", "A.8.30" };

	if (!str_is(spec->kind, DOCUMENT_SUPPLIER_CERTIFICATE))
		return NULL;
	for (size_t i = 0; i < spec->controls.n; i++) {
		bool known = false;

		for (size_t k = 0; k < ARRAY_LEN(of_suppliers); k++)
			known |= str_is(spec->controls.v[i], of_suppliers[k]);
		if (!known)
			return err_hint(fail(ERR_INPUT, "a supplier's certificate is no evidence of %.*s",
					     FMT(spec->controls.v[i])),
					"it is evidence of supplier controls alone: A.5.19 to A.5.23, A.8.30");
	}
	return NULL;
}

static err put_record(struct store *s, struct arena *a, const struct document_spec *spec, struct strs cites,
		      struct document_result *out)
{
	struct r_document f = {
		.controls = { spec->controls.v, spec->controls.n }, .digest = out->digest, .key = out->key,
		.kind = spec->kind, .signer = out->signer, .title = spec->title, .review_by = spec->review_by,
	};
	struct draft d = {
		.type = &record_document, .about = record_new_id(a), .fields = &f, .cites = cites,
		.effective = spec->effective == INSTANT_NONE ? instant_now() : spec->effective,
		.content = CONTENT_UPLOADED, .author = out->key.p ? AUTHOR_SIGNED : AUTHOR_CLAIMED,
	};
	bool already;

	TRY(store_local_account(s, &d.by));
	TRY(store_act(s, STR("evidence add"), &d.in));
	TRY(store_append(s, &d, &out->idx, &already));
	return store_finish(s);
}

err document_add(struct store *s, struct arena *a, const struct document_spec *spec, struct document_result *out)
{
	struct document_result r = { .idx = -1 };
	struct strs cites = { &r.digest, 1 };
	int64_t at = spec->effective == INSTANT_NONE ? instant_now() : spec->effective;
	struct signature_found found;
	struct digest d;

	TRY(check_kind(spec));
	if (spec->signature) {
		TRY(check_signature(s, a, spec, at, &found));
		r.signer = found.signer;
		r.key = found.key;
	}
	TRY(keep_file(s, spec->file, STR("document"), &d));
	r.digest = digest_hex(a, &d);
	if (spec->signature)
		TRY(signature_keep(s, a, &found, &cites));
	TRY(kept_before(s, spec, &d, &r.already));
	if (r.already)
		TRY(store_finish(s));
	else
		TRY(put_record(s, a, spec, cites, &r));
	*out = r;
	return NULL;
}
