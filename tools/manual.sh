#!/bin/sh
# Prints every manual page, one after the other: the program's, then each command's
# that it names.
#   tools/manual.sh PROGRAM
set -eu
first=$("$1" help --man all)
printf '%s\n' "$first"
for command in $(printf '%s\n' "$first" | sed -n 's/^\.BR custody\\-\([a-z-]*\) (1).*/\1/p'); do
	"$1" help --man "$command"
done
