#!/bin/sh
# Documents handed over as evidence: kept once, signed or claimed, and found again.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

echo 'Secure development policy, version 3' >policy.txt
d=$(sha256sum policy.txt | cut -c1-64)

t 'a document is kept once' '
	run evidence add policy.txt --control 8.25 --control A.5.1 --kind policy --title "Secure development policy" --review-by 2027-01-31
	code 0
	out_has "$d kept"
	err_has "its author is claimed"
	run evidence add policy.txt --control 8.25 --kind policy --title "Secure development policy"
	code 0
	out_has "nothing changed"
'
t 'it is found by its control and given back byte for byte' '
	run evidence list --control 8.25 -o json
	is "$(json "[0][\"digest\"]")" $d
	is "$(json "[0][\"controls\"]")" "A.5.1, A.8.25"
	is "$(json "[0][\"review_by\"]")" 2027-01-31
	is "$(json "[0][\"author\"]")" claimed
	run evidence list --control 8.30 -o json
	is "$(cat "$out")" "[]"
	run evidence get $d
	cmp -s "$out" policy.txt || wrong "other bytes came back"
	run evidence get $(echo $d | cut -c1-8) --out back.txt
	cmp -s back.txt policy.txt || wrong "other bytes came back"
	run evidence get $d --out back.txt
	code 6
'
t 'an id of 2013 and an empty file are refused' '
	run evidence add policy.txt --control A.14.2.1 --kind policy --title x
	code 1
	err_has "no control of 2022"
	: >empty
	run evidence add empty --control 8.25 --kind policy --title x
	code 1
	err_has "evidence of nothing"
	run evidence add missing --control 8.25 --kind policy --title x
	code 1
'
command -v ssh-keygen >/dev/null || { skip 'signatures' 'ssh-keygen is not installed'; exit 0; }
ssh-keygen -q -t ed25519 -N '' -f key -C '' && ssh-keygen -q -t ed25519 -N '' -f other -C ''
echo "ada@example.org namespaces=\"file\" $(cat key.pub)" >"$CUSTODY_HOME/allowed_signers"
echo 'Minutes of 2026-01-31' >minutes.txt
ssh-keygen -Y sign -q -n file -f key minutes.txt 2>/dev/null
t 'a signature by a listed key says who signed it' '
	run evidence add minutes.txt --control 8.25 --kind minutes --title Minutes --signature minutes.txt.sig
	code 0
	err_has "signed by ada@example.org"
	run evidence list --kind document -o json
	is "$(json "[1][\"author\"]")" signed
'
t 'a signature over other bytes, by a stranger or for another purpose is refused' '
	echo other >changed.txt
	run evidence add changed.txt --control 8.25 --kind minutes --title x --signature minutes.txt.sig
	code 5
	ssh-keygen -Y sign -q -n file -f other changed.txt 2>/dev/null
	run evidence add changed.txt --control 8.25 --kind minutes --title x --signature changed.txt.sig
	code 7
	err_has "is listed for nobody"
	rm changed.txt.sig
	ssh-keygen -Y sign -q -n git -f key changed.txt 2>/dev/null
	run evidence add changed.txt --control 8.25 --kind minutes --title x --signature changed.txt.sig
	code 5
	run evidence list -o json
	is "$(json ".__len__()")" 4
'
t 'the home stays whole' '
	run verify
	code 0
	run rebuild --check
	out_has identical
'
