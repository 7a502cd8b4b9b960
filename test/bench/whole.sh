#!/bin/sh
# What must be fast, each beside its peer or bound in the same run on one machine.
#   make bench                                                  100,000 results, a minute
#   make bench BENCH_RESULTS=1000000 BENCH_EVIDENCE_MB=10240                  full size
#   make bench BENCH_REPO=DIR           that repository, not 100,000 commits made here
# Wall clock, so the machine must be quiet. Memory: the sum of all processes at its
# highest, and the highest of one process. A row is PASS, short, or - where this size
# says nothing. doc/testing.md tells what each size needs.
set -eu
n=${BENCH_RESULTS:-100000}
mb=${BENCH_EVIDENCE_MB:-256}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/custody-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME="$dir/state" CUSTODY_HOME="$dir/home"
short=0

calc() { awk "BEGIN { print $1 }"; }
# run COMMAND…: sets t (seconds), all and one (MiB), cpu (seconds computed, by all)
run() {
	python3 "$here/run.py" "$@" >"$dir/.took" 2>"$dir/.said" || { cat "$dir/.said" >&2; exit 1; }
	read -r t all one cpu <"$dir/.took"
}
# row WHAT IS TARGET PASSES [MEMORY-LIMIT]: PASSES is an awk condition, or - for none
row() {
	verdict=-
	if [ "$4" != - ]; then
		verdict=PASS
		[ "$(calc "($4) ? 1 : 0")" = 1 ] || verdict=short
		[ -z "${5:-}" ] || [ "$all" -le "$5" ] || verdict=short
	fi
	[ "$verdict" != short ] || short=$((short + 1))
	printf '%-46s %14s %20s %6s %6s  %s\n' "$1" "$2" "$3" "${all:--}" "${one:--}" "$verdict"
}
rate() { calc "int($1 / $2)"; }

"$here/../../build/release/test/bench/ledger_rate" "${BENCH_RECORDS:-100000}" >"$dir/rates"
printf '%-46s %14s %20s %6s %6s  %s\n' "" custody "target or peer" "MiB" "of one" ""
all=- one=-
ledger() {	# WHAT LINE-OF-ledger_rate LEAST-PERCENT
	percent=$(sed -n "s/^$2 .* \([0-9]*\)%\$/\1/p" "$dir/rates")
	set -- "$1" "$(sed -n "s/^$2  *\([0-9]*\)  *\([0-9]*\) .*/\1 \2/p" "$dir/rates")" "$3"
	row "$1" "${2% *}" ">= $3 % of ${2#* }" "$percent >= $3"
}
ledger "append, sequenced, records/s" "append, sequenced (records.s)" 60
ledger "verify, headers/s" "verify headers (records.s)" 70
ledger "verify, evidence, MiB/s" "verify evidence (MiB.s)" 70

python3 "$here/make-sarif.py" "$n" >"$dir/first.sarif"
python3 "$here/make-sarif.py" "$n" --change 1 >"$dir/second.sarif"
"$CUSTODY" init -q
full=-
[ "$n" -lt 1000000 ] || full=256
limit() { [ "$full" = - ] || echo "$full"; }
run "$CUSTODY" import -q "$dir/first.sarif"
row "SARIF of $n results, results/s" "$(rate "$n" "$t")" ">= 50000, 256 MiB" "$n / $t >= 50000" "$(limit)"
run "$CUSTODY" import -q "$dir/second.sarif"
row "the next report, 1 % changed, results/s" "$(rate "$n" "$t")" ">= 100000, 256 MiB" "$n / $t >= 100000" "$(limit)"
run "$CUSTODY" import -q "$dir/second.sarif"
mine=$t mine_all=$all mine_one=$one
run sha256sum "$dir/second.sarif"
all=$mine_all one=$mine_one
row "the same file again, s" "$mine" "<= 2 x sha256sum $t" "$mine <= 2 * $t"
best=9
for i in 1 2 3 4 5; do
	run "$CUSTODY" finding list
	[ "$(calc "($t < $best) ? 1 : 0")" = 0 ] || best=$t
done
plain=-
[ "$n" -lt 1000000 ] || plain="$best <= 0.03"
row "finding list, 50 rows, s (best of 5)" "$best" "<= 0.030 at 1 M" "$plain"
best=9
for i in 1 2 3 4 5; do
	run "$CUSTODY" --version
	[ "$(calc "($t < $best) ? 1 : 0")" = 0 ] || best=$t
done
row "start, s (best of 5)" "$best" "<= 0.010" "$best <= 0.010"
run "$CUSTODY" rebuild --check -q
row "rebuild, changes/s" "$(rate "$n" "$t")" ">= 50000" "$n / $t >= 50000"

repo=${BENCH_REPO:-}
if [ -z "$repo" ]; then
	repo=$dir/history.git
	git -c init.defaultBranch=main init -q --bare "$repo"
	python3 "$here/make-history.py" "${BENCH_COMMITS:-100000}" | git -C "$repo" fast-import --quiet
fi
run git -C "$repo" -c 'safe.directory=*' log --first-parent -m --name-only --format=%H
peer=$t peer_cpu=$cpu
run "$CUSTODY" collect git -q "$repo"
row "collect git, s" "$t" "<= 2 x git log $peer" "$t <= 2 * $peer"
row "collect git, s computed by all processes" "$cpu" "<= 3.5 x git log $peer_cpu" "$cpu <= 3.5 * $peer_cpu"
run "$CUSTODY" collect git -q "$repo"
row "collect git where nothing is new, s" "$t" "<= 0.2 x git log $peer" "$t <= 0.2 * $peer"

rm -f "$dir"/*.sarif
i=0
while [ $((i * 64)) -lt "$mb" ]; do
	head -c 67108864 /dev/urandom >"$dir/evidence.bin"
	"$CUSTODY" evidence add "$dir/evidence.bin" --control 8.28 --kind review --title "part $i" -q >/dev/null
	i=$((i + 1))
done
rm -f "$dir/evidence.bin"
run "$CUSTODY" pack "$dir/out.zip" -q
row "pack of $((i * 64)) MiB of evidence and $n findings, s" "$t" "64 MiB" "$all <= 64"
run "$CUSTODY" verify "$dir/out.zip" -q
row "verify that pack, s" "$t" "64 MiB" "$all <= 64"
rm -rf "$dir/out.zip"

files=${BENCH_EVIDENCE_FILES:-5000}
"$here/../../build/release/test/bench/fill_home" "$dir/many" "$files" 200
for out in many.zip many.pack; do
	run "$CUSTODY" pack "$dir/$out" -q --home "$dir/many"
	row "$out of $files pieces of evidence, s" "$t" "64 MiB" "$all <= 64"
	run "$CUSTODY" verify "$dir/$out" -q
	row "verify $out, s" "$t" "64 MiB" "$all <= 64"
done
[ "$short" = 0 ] || echo "$short of these are short of their target"
