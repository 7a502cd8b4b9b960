#!/bin/sh
# Whole commands beside their bound or peer, in one run on one machine.
#   BENCH_RESULTS=1000000 BENCH_REPO=/path/to/clone make bench
# Times are wall clock; the ratio is what counts, and only on a quiet machine.
set -eu
n=${BENCH_RESULTS:-100000}
here=$(dirname "$0")
dir=$(mktemp -d "${TMPDIR:-/tmp}/custody-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME="$dir/state" CUSTODY_HOME="$dir/home"
now() { date +%s.%N; }
took() { echo "$1 $2" | awk '{ printf "%.3f", $2 - $1 }'; }
row() { printf '%-46s %12s %12s %8s\n' "$1" "$2" "$3" "$4"; }
rate() { echo "$1 $2" | awk '{ printf "%.0f/s", $1 / $2 }'; }
ratio() { echo "$1 $2" | awk '{ printf "%.2f", $1 / $2 }'; }

"$here/../../build/release/test/bench/ledger_rate" "${BENCH_RECORDS:-100000}"
row "" custody bound ratio
python3 "$here/make-sarif.py" "$n" > "$dir/first.sarif"
python3 "$here/make-sarif.py" "$n" --change 1 > "$dir/second.sarif"
"$CUSTODY" init -q

a=$(now); "$CUSTODY" import -q "$dir/first.sarif" >/dev/null; b=$(now)
row "SARIF of $n results, first time" "$(rate "$n" "$(took "$a" "$b")")" "50000/s" ""
a=$(now); "$CUSTODY" import -q "$dir/second.sarif" >/dev/null; b=$(now)
row "the next report, 1 % changed" "$(rate "$n" "$(took "$a" "$b")")" "100000/s" ""
a=$(now); "$CUSTODY" import -q "$dir/second.sarif" >/dev/null; b=$(now); t=$(took "$a" "$b")
a=$(now); sha256sum "$dir/second.sarif" >/dev/null; b=$(now); s=$(took "$a" "$b")
row "the same file again, beside sha256sum" "$t s" "$s s" "$(ratio "$t" "$s")"
a=$(now); "$CUSTODY" finding list >/dev/null; b=$(now)
row "finding list, 50 rows" "$(took "$a" "$b") s" "0.030 s" "$(ratio "$(took "$a" "$b")" 0.030)"
a=$(now); "$CUSTODY" --version >/dev/null; b=$(now)
row "start" "$(took "$a" "$b") s" "0.010 s" "$(ratio "$(took "$a" "$b")" 0.010)"
a=$(now); "$CUSTODY" rebuild --check -q >/dev/null; b=$(now)
row "rebuild, changes" "$(rate "$n" "$(took "$a" "$b")")" "50000/s" ""

if [ -n "${BENCH_REPO:-}" ]; then
	a=$(now); git -C "$BENCH_REPO" -c 'safe.directory=*' log --first-parent -m --name-only --format=%H >/dev/null; b=$(now); s=$(took "$a" "$b")
	a=$(now); "$CUSTODY" collect git -q "$BENCH_REPO" >/dev/null; b=$(now); t=$(took "$a" "$b")
	row "collect, beside git log --first-parent -m" "$t s" "$s s" "$(ratio "$t" "$s")"
fi
