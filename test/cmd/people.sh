#!/bin/sh
# Who is who: exports of people, joining, owners of bots, erasure.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

as() { # as NAME EMAIL MESSAGE: a commit
	clock=$((clock + 86400))
	GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$2 GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$2 \
		GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" \
		git -C app commit -q --allow-empty -m "$3"
}
repo app
as 'A. Lovelace' ADA@example.org one
as Ada '12+ada-l@users.noreply.github.com' two
as 'Ada Lovelace' ada@home.example three
as 'dependabot[bot]' '49699333+dependabot[bot]@users.noreply.github.com' four
as Bob bob@else.example five
as Robert BOB@else.example six
as Claude noreply@anthropic.com seven
cat >people.csv <<'END'
First Name [Required],Last Name [Required],Email Address [Required],Password [Required],Status [READ ONLY],Manager Email,GitHub
Ada,Lovelace,ada@example.org,****,Active,grace@example.org,ada-l
Grace,Hopper,grace@example.org,****,Active,,
=3+1,Cell,cell@example.org,****,Suspended,nobody@example.org,
END
records() { "$custody" log list -n 0 -o json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'; }

t 'people come from an export, once' '
	run collect git app
	code 0
	run people import people.csv
	code 0
	out_has "3 people created, 0 changed, 0 unchanged"
	err_has "nobody@example.org"
	run people import people.csv
	code 0
	out_has "nothing changed"
	sed "s/,Active,grace/,Suspended,grace/" people.csv >later.csv
	run import later.csv
	code 0
	out_has "0 created, 1 changed, 2 unchanged"
'
t 'who is on the newest export no longer is recorded so, and keeps the status' '
	grep -v "^Grace" later.csv >without.csv
	run people import without.csv
	code 0
	err_has "1 person is listed no longer"
	run people show grace@example.org
	out_has "listed      no longer"
	out_has "status      active"
	sed "s/Grace,Hopper/Grace,Murray Hopper/" people.csv >again.csv
	run people import again.csv
	code 0
	run people show grace@example.org
	out_hasnt "no longer"
	head -n 2 people.csv >part.csv
	run people import part.csv
	err_has "2 of 3 persons of the export before are not in this one: it is taken for a part"
	printf "Name,Mail,Department\nAda Lovelace,ada@example.org,\n" >other.csv
	run people import other.csv
	err_hasnt "listed no longer"
	run rebuild --check
	code 0
'
t 'a cell that a spreadsheet would run is a name, and is made harmless on its way out' '
	run people list --persons -o json
	out_has "\"=3+1 Cell\""
	run people list --persons -o csv
	out_has "'"'"'=3+1 Cell"
'
t 'accounts are joined by address and login; what stays open is listed with the likeliest match' '
	run people join
	code 0
	out_has "2 accounts joined to persons"
	out_has "likeliest: Ada Lovelace <ada@example.org> (the same name)"
	before=$(records)
	run people join
	out_has "0 accounts joined to persons, 2 were"
	is "$(records)" "$before"
	run people list --unmatched -o csv
	out_has "bob@else.example"
	out_hasnt "ADA@example.org"
'
t 'a person states what no rule can tell' '
	run people link ada@home.example --person ada@example.org
	code 0
	run people show ada@example.org
	out_has "joined by stated"
	run people join
	run people show ada@example.org
	out_has "joined by stated"
'
t 'a bot has an owner, who is a person' '
	run people list --kind bot
	out_has "no owner"
	run people own "49699333+dependabot[bot]@users.noreply.github.com" --person grace@example.org
	code 0
	run people list --kind bot
	out_has "owned"
	run people own "49699333+dependabot[bot]@users.noreply.github.com" --person noreply@anthropic.com
	code 1
	err_has "a tool cannot answer"
	run people own bob@else.example --person grace@example.org
	code 1
'
t 'an assistant that writes code is a tool, and nobody else'"'"'s account' '
	run people list --kind tool -o csv
	out_has "whoever commits answers for it"
	run people link noreply@anthropic.com --person ada@example.org
	code 1
'
t 'somebody who is not known is told with the nearest name' '
	run people show "Ada Lovelac"
	code 1
	err_has "did you mean Ada Lovelace?"
'
t 'an export without a column for addresses is refused with its columns' '
	printf "name,phone\nAda,1\n" >odd.csv
	run people import odd.csv
	code 1
	err_has "there are: name, phone"
'
t 'erasure asks, and without a terminal fails instead of doing nothing quietly' '
	run erase --person ada@example.org --why "request 12"
	code 1
	err_has "no terminal to ask at"
	run people show ada@example.org
	code 0
'
t 'the reason of an erasure holds no name' '
	run erase --person ada@example.org --why "Ada Lovelace asked" --yes
	code 1
	err_has "holds a name"
'
t 'erasure names the files that hold the person too' '
	run erase --person ada@example.org --why "request 12"
	out_has "what they are called was read from it: people people.csv"
'
t 'a person is erased and every proof stays valid' '
	grep -aq Lovelace home/custody.db || wrong "the name was never there"
	files=$("$custody" evidence list --kind people -o json |
		python3 -c "import json, sys; print(\" \".join(\"--evidence \" + e[\"digest\"] for e in json.load(sys.stdin)))")
	run erase --person ada@example.org --why "request 12" --yes $files
	code 0
	out_has "every proof stays valid"
	cat home/custody.db* | grep -aqi lovelace && wrong "the name is still in the database"
	run verify
	code 0
	out_has "intact"
	out_has "erased by order of record"
	run rebuild --check
	code 0
	out_has identical
	run people list --persons
	out_has erased
	run erase --person ada@example.org --why again --yes
	code 1
'
t 'what an interruption left undone is done at the next start' '
	echo minutes >minutes.txt
	run evidence add minutes.txt --control 8.25 --kind minutes --title Minutes
	d=$(sha256sum minutes.txt | cut -c1-64)
	f=home/evidence/$(echo $d | cut -c1-2)/$(echo $d | cut -c3-4)/$d.zst
	mv "$f" kept && mkdir "$f"
	run erase --evidence $d --why "kept too long" --yes
	[ "$status" != 0 ] || wrong "it succeeded over a folder"
	err_has "the next start goes on with it"
	rmdir "$f" && mv kept "$f"
	run evidence add minutes.txt --control 5.1 --kind minutes --title Other -q
	[ -e "$f" ] || wrong "the file that came again is gone"
	run verify
	code 0
'
t 'facts cannot be erased' '
	run erase --record 0 --why x --yes
	code 7
	err_has "facts are not erased"
'
t 'each record came with a submission' '
	python3 "$top/test/cmd/origins.py" home >"$out" 2>&1
	out_has "every record came with a submission"
'
