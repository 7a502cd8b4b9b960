#!/bin/sh
# Fuzzes the targets of a folder for so many seconds each; new inputs stay in
# build/fuzz/corpus, what crashed in build/fuzz/crash, ready to be moved to
# test/fuzz/corpus/NAME as a case.
#   tools/fuzz.sh FOLDER SECONDS [NAME]
set -u
folder=$1 seconds=$2 only=${3:-} bad=0 ran=0
for target in "$folder"/fuzz_*; do
	name=${target##*/fuzz_}
	[ -x "$target" ] || continue
	[ -z "$only" ] || [ "$only" = "$name" ] || continue
	ran=$((ran + 1))
	found=build/fuzz/corpus/$name crash=build/fuzz/crash/$name-
	mkdir -p "$found" build/fuzz/crash
	set -- "$found"
	for d in test/fuzz/corpus/$name test/fuzz/seed/$name; do
		[ -d "$d" ] && set -- "$@" "$d"
	done
	log=build/fuzz/$name.log
	if timeout -k 10 $((seconds + 60)) "$target" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -artifact_prefix="$crash" "$@" >"$log" 2>&1; then
		echo "ok      $name  $(grep -o 'Done [0-9]* runs' "$log" | tail -n 1)"
	else
		bad=$((bad + 1))
		tail -n 40 "$log"
		echo "FAILED  $name"
		echo "        again: $target $(ls -t "$crash"* 2>/dev/null | head -n 1)"
	fi
done
[ "$ran" -gt 0 ] || { echo "no fuzz target${only:+ named $only}"; exit 1; }
exit "$((bad > 0))"
