#!/bin/sh
# The log as people ask it: lists, one record, a proof, a folder of tiles, and a
# reader that goes away.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
{
	echo 'First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]'
	seq 300 | awk '{ print "Ada" $1 ",E,ada" $1 "@example.org,Active" }'
} >people.csv
"$custody" init -q
"$custody" import -q people.csv >/dev/null
"$custody" verify -q >verified
size=$("$custody" log list -o csv --limit 0 | tail -n +2 | wc -l)
key=$(sed -n 's/^key *//p' verified)

t 'a record that is not there is an error, on standard error' '
	run log show 9999
	code 1
	err_has "there is no record 9999"
	run log prove 9999
	code 1
	run log list --from 302
	code 0
	out_has "person.v1"
'
t 'a reader that goes away ends it quietly, with the status of SIGPIPE' '
	{ sleep 1; "$custody" log list -n 0 2>said; echo $? >ended; } | :
	is "$(cat ended)" 141
	[ ! -s said ] || wrong "$(cat said)"
'
t 'a proof is checked with header and key alone' '
	"$custody" log prove 7 >7.tlog-proof
	"$custody" log show 7 -q | python3 -c "
import json, sys
sys.stdout.write(json.dumps(json.load(sys.stdin)[\"header\"], separators=(\",\", \":\"), sort_keys=True))" >7.json
	run verify 7.tlog-proof --header 7.json --key "$key" --require authentic
	code 0
	out_has "record    7 of $size, person.v1"
	sed s/claimed/signed/ 7.json >8.json
	run verify 7.tlog-proof --header 8.json --key "$key"
	code 5
'
t 'tiles and a checkpoint are a log that anybody checks' '
	cp -r home/tiles copy
	run verify copy
	code 1
	err_has "custody log checkpoint prints it"
	run log checkpoint
	code 0
	cp "$out" copy/checkpoint
	run verify copy --key "$key" --require authentic
	code 0
	out_has "root      $(sed -n 3p copy/checkpoint)"
	chmod u+w copy/tile/entries/000
	sed s/claimed/Claimed/ copy/tile/entries/000 >changed
	cat changed >copy/tile/entries/000
	run verify copy --key "$key"
	code 5
'
t 'the root is written as in the checkpoint, everywhere' '
	root=$("$custody" log checkpoint | sed -n 3p)
	run status
	err_has "$root"
	run verify -q
	out_has "root      $root"
	"$custody" pack p.zip -q >/dev/null 2>&1
	run verify p.zip
	out_has "root      "
	grep -Eq "root      [A-Za-z0-9+/]{43}=" "$out" || wrong "no root in base64"
'
t 'what a killed process left beside a pack goes with the next' '
	: >p.zip.unfinished-999999999-0123abcd
	: >p.zip.unfinished-$$-0123abcd
	: >p.zip.unfinished-mine
	"$custody" pack p.zip -q >/dev/null 2>&1
	[ ! -e p.zip.unfinished-999999999-0123abcd ] || wrong "it is still there"
	[ -e p.zip.unfinished-$$-0123abcd ] || wrong "its process lives"
	[ -e p.zip.unfinished-mine ] || wrong "it is none of ours"
'
