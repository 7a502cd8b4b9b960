#!/bin/sh
# Splits manual pages that follow each other on standard input into files of a
# folder: each begins with its line `.TH NAME SECTION`.
set -eu
awk -v dir="$1" '
	$1 == ".TH" {
		if (file) close(file)
		name = tolower($2); gsub(/"/, "", name)
		section = $3; gsub(/"/, "", section)
		if (name !~ /^[a-z0-9.-]+$/ || section !~ /^[1-8]$/) { print "not a page: " $0 > "/dev/stderr"; bad = 1; exit }
		file = dir "/" name "." section
		pages++
	}
	file { print > file }
	END { if (bad || !pages) exit 1 }
' || { echo "custody help --man all wrote no manual page" >&2; exit 1; }
