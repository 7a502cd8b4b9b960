/* A file somebody hands over as evidence for controls: kept by its digest, and a
 * record that says what it is. Who wrote it is claimed, unless a signature says so. */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include "store/store.h"

struct document_spec {
	const char *file;
	const char *signature;		/* SSH signature over it (ssh-keygen -Y sign -n file), or NULL */
	struct strs controls;		/* ids of 2022 */
	struct str kind, title;
	int64_t effective;		/* INSTANT_NONE: now */
	int64_t review_by;		/* day, or INSTANT_NONE */
};

struct document_result {
	struct str digest, signer, key;	/* signer, key absent unless signed */
	int64_t idx;			/* of the record */
	bool already;			/* kept as this kind for these controls before */
};

/* The kind that is taken for controls of suppliers alone. */
#define DOCUMENT_SUPPLIER_CERTIFICATE "supplier-certificate"

/* ERR_INTEGRITY where a signature is given and is not good over the file;
 * ERR_DENIED where the key is listed for nobody; ERR_INPUT for an empty file, and
 * for a supplier's certificate as evidence of anything but suppliers. */
MUST_USE err document_add(struct store *s, struct arena *a, const struct document_spec *spec,
			  struct document_result *out);

#endif
