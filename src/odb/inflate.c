#include "odb/inflate.h"

#include <libdeflate.h>
#include <stdlib.h>

struct odb_inflater {
	struct libdeflate_decompressor *d;
};

struct odb_inflater *odb_inflater_new(void)
{
	struct odb_inflater *i = base_alloc(sizeof(*i));

	i->d = libdeflate_alloc_decompressor();
	ASSERT(i->d);
	return i;
}

void odb_inflater_free(struct odb_inflater *i)
{
	if (!i)
		return;
	libdeflate_free_decompressor(i->d);
	free(i);
}

bool odb_inflate(struct odb_inflater *i, struct str in, char *out, size_t n)
{
	char none[1];
	size_t used, got = 0;

	/* Bytes behind the stream belong to the next object. */
	return libdeflate_zlib_decompress_ex(i->d, in.p, in.n, n ? out : none, n, &used, &got) ==
	       LIBDEFLATE_SUCCESS && got == n;
}
