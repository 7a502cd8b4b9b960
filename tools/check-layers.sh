#!/bin/sh
# A file includes only its own layer and those before it.
#   tools/check-layers.sh LAYER...   (lowest first)
# A test of a layer, test/unit/LAYER_name.c, is bound like the layer.
set -eu
awk -v layers="$*" '
	BEGIN {
		n = split(layers, name, " ")
		for (i = 1; i <= n; i++) level[name[i]] = i
	}
	FNR == 1 {
		split(FILENAME, part, "/")
		layer = part[2]
		if (part[1] == "test") { layer = part[3]; sub(/[_.].*/, "", layer) }
		if (!(layer in level)) {
			printf "%s: \"%s\" is no layer of the Makefile\n", FILENAME, layer
			bad++
		}
	}
	/^[ \t]*#[ \t]*include[ \t]*"/ {
		split($0, quote, "\""); inner = quote[2]
		if (inner !~ /\//) next
		to = inner; sub(/\/.*/, "", to)
		if (!(to in level) || !(layer in level)) next
		if (level[to] > level[layer]) {
			printf "%s:%d: %s is above %s\n", FILENAME, FNR, inner, layer
			bad++
		}
	}
	END { exit bad > 0 }
' src/*/*.[ch] test/unit/*_*.c
