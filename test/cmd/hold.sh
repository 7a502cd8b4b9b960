#!/bin/sh
# What must not be destroyed is not; what is due is shown; proofs stay valid.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
repo app
commit app first
"$custody" collect git app >/dev/null 2>&1
echo one >one.txt
echo two >two.txt
"$custody" evidence add one.txt --control 8.25 --kind policy --title One >/dev/null 2>&1
"$custody" evidence add two.txt --control 8.25 --kind policy --title Two >/dev/null 2>&1
one=$(sha256sum one.txt | cut -c1-64)

t 'a hold wants a reason and something to hold' '
	run hold add --all
	code 2
	err_has "--why is missing"
	run hold add --why dispute
	code 2
	err_has "hold what?"
	run hold add --from 2026-02-01 --to 2026-01-01 --why x
	code 2
	run hold list
	code 0
'
t 'what is held is not erased, whoever asks' '
	run hold add --evidence "$one" --why "dispute 12"
	code 0
	out_has "hold 1 placed"
	run hold list -o json
	is "$(json "[0][\"why\"]")" "dispute 12"
	run erase --evidence "$one" --why "asked for" --yes
	code 7
	err_has "hold 1 keeps the evidence"
	run evidence get "$one"
	code 0
	run verify
	code 0
'
t 'a hold on a system covers its reports' '
	printf "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"semgrep\"}},\"results\":[]}]}" >scan.sarif
	run import scan.sarif --system app
	code 0
	run hold add --system app --why "incident 3"
	code 0
	run erase --evidence "$(sha256sum scan.sarif | cut -c1-64)" --why "asked for" --yes
	code 7
	err_has "hold 2"
	cat >run.xml <<END
<testsuite name="s" tests="2" failures="1"><testcase classname="c" name="logs in"/><testcase classname="c" name="pays Ada"><failure message="no"/></testcase></testsuite>
END
	printf "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[{\"type\":\"library\",\"name\":\"zlib\",\"version\":\"1.3\"}]}" >bom.json
	printf "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"codeql\"}},\"results\":[{\"ruleId\":\"r\",\"level\":\"error\",\"message\":{\"text\":\"bad\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a.c\"},\"region\":{\"startLine\":3}}}]}]}]}" >more.sarif
	for report in run.xml bom.json more.sarif; do
		run import $report --system app
		code 0
		run erase --evidence "$(sha256sum $report | cut -c1-64)" --why "asked for" --yes
		code 7
		err_has "hold 2"
	done
	"$custody" log list -n 0 -o json >log.json
	for type in tests scan.changes; do
		record=$(python3 -c "import json; print([r for r in json.load(open(\"log.json\")) if r[\"type\"].startswith(\"$type.v\")][0][\"index\"])")
		run erase --record "$record" --why "asked for" --yes
		code 7
		err_has "hold 2"
	done
	sed "s/logs in/logs out/" run.xml >other.xml
	run import other.xml --system other
	code 0
	run erase --evidence "$(sha256sum other.xml | cut -c1-64)" --why "asked for" --yes
	code 0
	run hold add --system nothing --why x
	code 1
	err_has "there is no system"
'
t 'a hold over a time covers what came in it' '
	run hold add --from 2000-01-01 --to 2001-01-01 --why old
	run erase --evidence "$(sha256sum two.txt | cut -c1-64)" --why "asked for" --yes
	code 0
	echo three >three.txt
	"$custody" evidence add three.txt --control 8.25 --kind policy --title Three >/dev/null 2>&1
	run hold add --from 2020-01-01 --why "from then on"
	run erase --evidence "$(sha256sum three.txt | cut -c1-64)" --why "asked for" --yes
	code 7
	run hold release 4 --why "over"
	code 0
	run erase --evidence "$(sha256sum three.txt | cut -c1-64)" --why "asked for" --yes
	code 0
'
t 'a hold that is let go is remembered, and holds no more' '
	run hold release 1
	code 2
	run hold release 1 --why "dispute settled"
	code 0
	run hold release 1 --why "again"
	code 1
	run hold list --all -o json
	is "$(json "[0][\"hold\"]")" 1
	run rebuild --check
	code 0
	out_has identical
'
t 'what is due is shown before it goes, and nothing goes by what is only proposed' '
	run retention
	code 0
	err_has "nothing says how long"
	printf "retention: { evidence: 1 year, words: 2 years }\n" >custody.yaml
	run config apply
	code 0
	run retention
	code 0
	err_has "0 parts are due"
	err_has "one person proposes that"
	run retention --as-of 2099-01-01 -o json
	code 0
	out_has "$one"
	out_has "\"hold\":2"
	run retention --as-of 2099-01-01 --apply
	code 2
	run retention --apply --yes
	code 0
	run verify
	code 0
'
