#!/bin/sh
# Prints a C file that holds the named files byte for byte (base/embed.h).
set -eu
echo '#include "base/embed.h"'
n=0
for f; do
	n=$((n + 1))
	printf '__asm__(".section .rodata\\n.balign 16\\nembed_%d:\\n.incbin \\"%s\\"\\nembed_%d_end:\\n.byte 0\\n.previous\\n");\n' "$n" "$f" "$n"
	printf 'extern const char embed_%d[] __asm__("embed_%d"), embed_%d_end[] __asm__("embed_%d_end");\n' "$n" "$n" "$n" "$n"
done
echo 'const struct embedded embedded_files[] = {'
n=0
for f; do
	n=$((n + 1))
	printf '\t{ "%s", embed_%d, embed_%d_end },\n' "$f" "$n" "$n"
done
printf '\t{ NULL, NULL, NULL },\n};\n'
