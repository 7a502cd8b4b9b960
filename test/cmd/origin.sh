#!/bin/sh
# Each record came with a submission: what somebody does at the command line is one too.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

repo app
echo 'int main(void) { return 0; }' >app/main.c
echo 'Ada Lovelace <ada@example.org>' >app/AUTHORS
commit app one
commit app two
cat >people.csv <<'END'
Name,Email,GitHub
Ada Lovelace,ada@example.org,ada-l
Grace Hopper,grace@example.org,
END
cat >scan.sarif <<'END'
{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint", "rules": [{"id": "R1"}]}},
 "results": [{"ruleId": "R1", "level": "error", "message": {"text": "ada wrote this"},
  "locations": [{"physicalLocation": {"artifactLocation": {"uri": "main.c"}, "region": {"startLine": 1}}}]}]}]}
END
cat >custody.yaml <<'END'
organisation: Example
systems:
  - name: shop
    owner: ada@example.org
    repositories: [app]
people:
  - name: Ada Lovelace
    email: [ada@example.org]
controls:
  - control: A.8.28
    owner: ada@example.org
    frequency: quarter
    applies: yes
    reason: Ada asked for it
    risk: what Grace fears
END
echo minutes >minutes.txt

t 'every command that writes' '
	run init
	code 0
	run collect git app
	code 0
	run import scan.sarif
	code 0
	run people import people.csv
	code 0
	run people join
	code 0
	run config apply custody.yaml
	code 0
	run evidence add minutes.txt --control 8.25 --kind minutes --title Minutes
	code 0
	run audit app --pack audit.zip
	code 0
	run pack out.zip
	code 0
	run erase --person grace@example.org --why "request 12" --yes
	code 0
'
t 'each record came with a submission' '
	python3 "$top/test/cmd/origins.py" home >"$out" 2>&1
	out_has "every record came with a submission"
	for type in account assessment config control document erasure git.changes git.collection home pack person \
		repository scan scan.changes submission system; do
		out_has " $type.v1"
	done
	out_has "acts: init, people join, evidence add, audit, pack, erase"
'
t 'what a person wrote is in no facts' '
	python3 - <<END >"$out"
import sqlite3
for idx, facts in sqlite3.connect("file:home/custody.db?mode=ro", uri=True).execute("SELECT idx, facts FROM kept_record"):
    text = facts.decode().lower()
    for name in ("grace", "lovelace", "hopper", "example.org", "wrote", "asked", "fears"):
        if name in text:
            print("record", idx, "holds", name, text)
END
	is "$(cat "$out")" ""
'
