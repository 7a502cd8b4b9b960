#include "pack/writing.h"

err pack_write_site(struct pack_writing *w)
{
	return pack_out_file(w->out, "index.html", STR("<!doctype html><title>Evidence package</title>\n"));
}
