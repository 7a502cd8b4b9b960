#!/bin/sh
# timeout: 240
# One number is one number: the first screen, the lists, the pages of a pack, its
# tables and JSON say the same of one home.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state
repo app
mkdir app/src
for n in 1 2 3 4 5 6 7; do
	echo "$n" >"app/src/file.$n"
	commit app "Change $n (#$n)"
done
echo 'aws_secret_access_key = "'"wJalrXUtnFEMIK7MDENGbPxRfiCYzz9Q8v7uT1a2"'"' >app/src/settings.ini
commit app 'Settings'
mkdir reports
cp "$top"/test/data/reports/* reports 2>/dev/null
run audit app --reports reports
cp "$out" screen
export CUSTODY_HOME=$work/app-custody/home
run pack pack
rows() { python3 -c 'import csv, sys; print(sum(1 for r in csv.DictReader(open(sys.argv[1])) if eval(sys.argv[2], dict(r))))' "$1" "${2:-True}"; }
length() { # rows of a list as JSON
	"$custody" "$@" --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
}

t 'changes: the screen, the list, its CSV, the pack and its page' '
	code 0
	n=$(length change list)
	[ "$n" -gt 0 ] || wrong "no change"
	has screen "changes since"
	is "$(sed -n "s/^  change, author, date, content *\([0-9,]*\).*/\1/p" screen)" "$n"
	is "$("$custody" change list --csv | tail -n +2 | wc -l)" "$n"
	is "$(rows pack/09-release-and-change-records/changes.csv)" "$n"
	has pack/09-release-and-change-records/changes.html "$n changes to main"
	has pack/index.html "<strong>$n</strong>changes in the period"
'
t 'open findings: the list, its kinds, coverage and the pack' '
	n=$(length finding list)
	[ "$n" -gt 0 ] || wrong "no finding"
	is "$(rows pack/06-vulnerability-management/findings.csv "state == \"open\"")" "$n"
	run coverage --json
	is "$(json "[0][\"open\"]")" "$(length finding list -k secret)"
	is "$(python3 -c "import json; print(sum(r[\"open\"] or 0 for r in json.load(open(\".out\")) if not r[\"kind\"].startswith(\"pinned\")))")" "$n"
	is "$(sed -n "s/^ *\([0-9]*\)  secrets* in the tree.*/\1/p" screen)" "$(length finding list -k secret)"
'
t 'the picture of findings ends with what the table beside it counts' '
	page=pack/06-vulnerability-management/findings.html
	python3 - $page "$n" <<-PY >>"$work/.why" || wrong "the picture, the table and the list differ"
	import re, sys
	text = open(sys.argv[1], encoding="utf-8").read()
	said = [int(x) for x in re.search(r"(\d+) critical, (\d+) high, (\d+) medium and (\d+) low on the last day", text).groups()]
	rows = [int(x.replace(",", "")) for x in re.findall(r"<th scope=.row.><span class=.swatch [a-z]+.></span>[^<]*</th><td class=.n.>([\d,]+)</td>", text)]
	print(said, rows, sys.argv[2])
	sys.exit(said != rows or sum(rows) != int(sys.argv[2]))
	PY
'
t 'severe findings: FIX FIRST counts what its command lists' '
	for kind in dependency container static dynamic infrastructure; do
		case $kind in
		dependency) where="dependencies" ;; container) where="images" ;; static) where="the code" ;;
		dynamic) where="running sites" ;; infrastructure) where="infrastructure code" ;;
		esac
		said=$(sed -n "s/^ *\([0-9]*\)  findings* in $where:.*/\1/p" screen)
		[ -z "$said" ] || is "$kind $said" "$kind $(length finding list -k $kind --severity high)"
	done
'
t 'states of controls: the screen, the list, the pack' '
	run control list --areas --json
	for state in audit-ready gap unknown; do
		n=$(python3 -c "import json; print(sum(c[\"state\"] == \"$state\" for c in json.load(open(\".out\"))))")
		has screen "$n $state"
		is "$(rows pack/index.csv "state == \"$state\"")" "$n"
	done
	run control list --json
	n=$(python3 -c "import json; print(sum(c[\"state\"] == \"unknown\" for c in json.load(open(\".out\"))))")
	is "$(rows pack/02-control-mapping-and-SoA/controls.csv "state == \"unknown\"")" "$n"
	has pack/controls.html "unknown</span> <strong>$n</strong>"
	run control show 8.28 --json
	is "$(json "[\"state\"]")" "$("$custody" control list --json | python3 -c "import json, sys; print([c[\"state\"] for c in json.load(sys.stdin) if c[\"id\"] == \"A.8.28\"][0])")"
'
# proves: R194
t 'one index names area, owner, place, frequency and last review of each control area' '
	is "$(head -n 1 pack/index.csv | tr -d "\r" | cut -d, -f1-6)" "area,control,owner,location,frequency,last_review"
	is "$(rows pack/index.csv "location and frequency")" 10
	for folder in $(python3 -c "import csv; print(*(r[\"location\"] for r in csv.DictReader(open(\"pack/index.csv\"))))"); do
		[ -f "pack/$folder/index.html" ] || wrong "$folder is not there"
	done
	is "$(rows pack/index.csv "control == \"A.8.8\" and last_review")" "$(rows pack/index.csv "control == \"A.8.8\" and int(held) + int(late) > 0")"
'
t 'accounts and people: the list and the pack' '
	is "$(rows pack/08-access-reviews/accounts.csv)" "$(length people list)"
	is "$(rows pack/08-access-reviews/people.csv)" "$(length people list --persons)"
'
t 'the period is one, wherever it is said' '
	from=$("$custody" control show 8.28 --json | python3 -c "import json, sys; p = json.load(sys.stdin)[\"period\"]; print(p[\"from\"][:10], \"to\", p[\"to\"][:10])")
	has pack/index.html "$from"
	has screen "12 MONTHS TO ${from##* }"
	run control show 8.28
	out_has "$from"
'
