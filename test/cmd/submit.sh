#!/bin/sh
# A CI job without a home: what it reads goes to a file, and the home takes the file in.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state
unset CI GITHUB_ACTIONS GITLAB_CI 2>/dev/null
home=$work/home
sarif() { # sarif RULE...: one result each
	printf '{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[{"tool":{"driver":{"name":"semgrep","version":"1.0"}},"results":['
	comma=
	for rule; do
		printf '%s{"ruleId":"%s","level":"error","message":{"text":"found"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":3}}}]}' "$comma" "$rule"
		comma=,
	done
	printf ']}]}'
}
repo app
commit app first
sha=$(git -C app rev-parse HEAD)
sarif one two >scan.sarif
recorded() { "$custody" log list --home "$home" -n 0 -o json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'; }
# forged FILE NEW CODE: the frames of a submission changed by python, the closing digest made anew.
forged() {
	python3 - "$1" "$2" "$3" <<'END'
import hashlib, json, struct, sys
data = open(sys.argv[1], "rb").read()
frames, at = [], 0
while at < len(data):
    n = struct.unpack(">I", data[at + 1:at + 5])[0]
    frames.append([data[at:at + 1], data[at + 5:at + 5 + n]])
    at += 5 + n
exec(sys.argv[3])
body = b"".join(l + struct.pack(">I", len(p)) + p for l, p in frames[:-1])
end = json.dumps({"items": sum(l in (b"I", b"R") for l, p in frames), "sha256": hashlib.sha256(body).hexdigest()}).encode()
open(sys.argv[2], "wb").write(body + b"Z" + struct.pack(">I", len(end)) + end)
END
}

t 'a CI job without a home is refused, and told of --to' '
	for variable in CI=true GITHUB_ACTIONS=true GITLAB_CI=true JENKINS_URL=http://ci.example; do
		export "$variable"
		run import scan.sarif --home "$home"
		code 7
		err_has "--to FILE writes a submission"
		run collect git app --home "$home"
		code 7
		err_has "--to FILE"
		run people import scan.sarif --home "$home"
		code 7
		unset "${variable%%=*}"
	done
	[ ! -e "$home" ] || wrong "a home was made"
'
t 'what the job read is what the home takes in' '
	GITHUB_ACTIONS=true GITHUB_SHA=$sha GITHUB_REF_NAME=main GITHUB_REPOSITORY=example/app GITHUB_RUN_ID=77 \
		run import scan.sarif --to scan.submission
	code 0
	err_has "at the home: custody import scan.submission"
	[ ! -e .custody ] || wrong "a home was made"
	is "$(stat -c %a scan.submission)" 600
	"$custody" collect git app --home "$home" >/dev/null 2>&1
	run import scan.submission --home "$home"
	code 0
	out_has "2 results: 2 created"
	run finding list --home "$home" -o json
	out_has "\"one\""
	"$custody" log list --home "$home" -n 0 -o json >log.json
	has log.json uploaded
	hasnt log.json pipeline
	run evidence list --home "$home" -o json
	sha256sum scan.sarif | cut -c1-64 >digest.txt
	out_has "$(cat digest.txt)"
'
t 'the same submission again, and again later, changes nothing' '
	before=$(recorded)
	run import scan.submission --home "$home"
	code 0
	out_has "imported before"
	sarif three >later.sarif
	run import later.sarif --home "$home" --repository app
	code 0
	now=$(recorded)
	run import scan.submission --home "$home"
	code 0
	out_has "imported before"
	is "$(recorded)" "$now"
	[ "$now" -gt "$before" ] || wrong "nothing came between"
'
t 'cut short at any frame, altered in any byte, or longer: refused, and nothing is kept' '
	before=$(recorded)
	size=$(stat -c %s scan.submission)
	for n in 6 40 200 $((size / 2)) $((size - 80)) $((size - 1)); do
		head -c "$n" scan.submission >cut.submission
		run import cut.submission --home "$home"
		code 1
	done
	for n in 80 $((size / 3)) $((size / 2)) $((size - 100)); do
		python3 -c "
import sys
d = bytearray(open(\"scan.submission\", \"rb\").read()); d[$n] ^= 1
open(\"bad.submission\", \"wb\").write(d)"
		run import bad.submission --home "$home"
		code 1
	done
	{ cat scan.submission; printf x; } >long.submission
	run import long.submission --home "$home"
	code 1
	err_has "behind the end"
	cat scan.submission scan.submission >twice.submission
	run import twice.submission --home "$home"
	code 1
	is "$(recorded)" "$before"
	run verify --home "$home"
	code 0
'
t 'one of an older program is read, one of a format not known is refused' '
	forged scan.submission old.submission "
s = json.loads(frames[0][1]); s[\"tool\"] = \"custody 0.0\"; s.pop(\"nonce\"); frames[0][1] = json.dumps(s).encode()"
	run import old.submission --home "$home"
	code 0
	forged scan.submission new.submission "
frames[0][1] = frames[0][1].replace(b\"custody-submission/1\", b\"custody-submission/2\")"
	run import new.submission --home "$home"
	code 1
	err_has "a format this program does not know"
	forged scan.submission new.submission "
frames[2:2] = [[b\"I\", b\"surprise\\0{}\"]]"
	run import new.submission --home "$home"
	code 1
'
t 'evidence out of its place, or not whole, is refused' '
	before=$(recorded)
	forged scan.submission bad.submission "frames.append(frames.pop()); frames[3:3] = [frames[1]]"
	run import bad.submission --home "$home"
	code 1
	forged scan.submission bad.submission "frames[2][1] = frames[2][1][:-1]"
	run import bad.submission --home "$home"
	code 1
	err_has "not whole"
	forged scan.submission bad.submission "frames[2][1] += b\"x\""
	run import bad.submission --home "$home"
	code 1
	is "$(recorded)" "$before"
'
t 'what git holds travels too, and is collected once' '
	run collect git app --to git.submission
	code 0
	commit app second
	run collect git app --to - --name app
	cp "$out" second.submission
	rm -rf other
	run import git.submission --home other
	code 0
	run import second.submission --home other
	code 0
	run change list --home other -o json
	is "$(json "[1][\"title\"]" | cut -c1-5)" first
	run import git.submission --home other
	out_has "imported before"
'
t 'no secret value is in the file' '
	cat >leaks.json <<END
[{"Description":"AWS","StartLine":1,"EndLine":1,"StartColumn":1,"EndColumn":9,"Match":"key = AKIAZZTOPSECRETVALUE","Secret":"AKIAZZTOPSECRETVALUE","File":"a.env","SymlinkFile":"","Commit":"","Entropy":3.5,"Author":"","Email":"","Date":"","Message":"","Tags":[],"RuleID":"aws-access-token","Fingerprint":"a.env:aws-access-token:1"}]
END
	run import leaks.json --kind gitleaks --to leaks.submission
	code 0
	hasnt leaks.submission AKIAZZTOP
	run import leaks.submission --home other
	code 0
	out_has "1 created"
'
t 'a job that left a value in is refused, and nothing of it is kept' '
	filler=$(printf "x%.0s" $(seq 44))
	sed "s/\"text\": *\"[^\"]*\"/\"text\": \"$filler\"/" scan.sarif >filled.sarif
	grep -q "$filler" filled.sarif || wrong "the report has no message"
	run import filled.sarif --to filled.submission
	code 0
	token=AK$(printf IA)Q4ZX7PLM2VTR5WNK
	for letter in B R; do
		forged filled.submission leaky.submission "
for f in frames:
    if f[0] == b\"$letter\": f[1] = f[1].replace(b\"$filler\", b\"$token\".center(44))"
		cmp -s filled.submission leaky.submission && wrong "nothing was put in by $letter"
		run import leaky.submission --home kept
		code 1
		err_has "it holds values of secrets"
		err_has "AWS"
		err_hasnt "$token"
		if grep -rq "$token" kept; then wrong "the value is in the home"; fi
		[ -z "$(find kept/evidence -name "*.zst")" ] || wrong "evidence of it was kept"
	done
	run import filled.submission --home kept
	code 0
'
t 'one whose taking in was interrupted is taken in again, whole' '
	python3 -c "
import sqlite3
db = sqlite3.connect(\"kept/custody.db\")
assert db.execute(\"UPDATE view_submission SET items = NULL WHERE items IS NOT NULL\").rowcount == 1
db.commit()"
	run import filled.submission --home kept
	code 0
	out_hasnt "imported before"
	run import filled.submission --home kept
	out_has "imported before"
	run rebuild --check --home kept
	code 0
	run finding list --home kept --json
	is "$(grep -c "\"number\"" "$out")" 2
'
t 'a file that is there is not overwritten, and a report that cannot be read leaves none' '
	run import scan.sarif --to scan.submission
	code 1
	err_has "not overwritten"
	echo nonsense >bad.txt
	run import bad.txt --to bad.out
	code 1
	[ ! -e bad.out ] || wrong "a file was left"
'
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f bot.key -C bot
	ssh-keygen -q -t ed25519 -N '' -f ada.key -C ada
	printf 'deploy-bot %s\nada@example.org %s\n' "$(cut -d' ' -f1,2 bot.key.pub)" "$(cut -d' ' -f1,2 ada.key.pub)" >"$home/allowed_signers"
	t 'content is of a pipeline only where a key listed for a service signed it' '
		cat >custody.yaml <<END
people:
  - { name: Ada Lovelace, email: [ada@example.org] }
  - { name: Deploy bot, alias: [deploy-bot], kind: service, owner: Ada Lovelace }
END
		run config apply --home "$home"
		code 0
		sarif signed >signed.sarif
		"$custody" import signed.sarif --to signed.submission 2>/dev/null
		ssh-keygen -q -Y sign -n file -f bot.key signed.submission 2>/dev/null
		cp -r "$home" proposed
		run import signed.submission --signature signed.submission.sig --home proposed
		"$custody" log list --home proposed -n 0 -o json >log.json
		hasnt log.json pipeline
		run config approve --alone --why "one person" --home "$home"
		code 0
		run import signed.submission --signature signed.submission.sig --home "$home"
		code 0
		"$custody" log list --home "$home" -n 0 -o json >log.json
		has log.json pipeline
		run evidence list --home "$home" --kind submission -o json
		is "$(json "[0][\"digest\"]")" "$(sha256sum <signed.submission | cut -c1-64)"
		run evidence list --home "$home" --kind signers -o json
		is "$(json "[0][\"digest\"]")" "$(sha256sum <"$home/allowed_signers" | cut -c1-64)"
		run verify --home "$home"
		code 0
	'
	t 'a person is a person, a stranger nobody, and another file is not what was signed' '
		sarif person >person.sarif
		"$custody" import person.sarif --to person.submission 2>/dev/null
		ssh-keygen -q -Y sign -n file -f ada.key person.submission 2>/dev/null
		run import scan.submission --signature person.submission.sig --home "$home"
		out_has "imported before"
		mkdir fresh
		run init --home fresh
		cp "$home/allowed_signers" fresh/allowed_signers
		run import old.submission --signature person.submission.sig --home fresh
		code 5
		run import person.submission --signature person.submission.sig --home fresh
		code 0
		"$custody" log list --home fresh -n 0 -o json >log.json
		hasnt log.json pipeline
		sed -i /ada/d fresh/allowed_signers
		sarif other >person.sarif
		"$custody" import person.sarif --to stranger.submission 2>/dev/null
		ssh-keygen -q -Y sign -n file -f ada.key stranger.submission 2>/dev/null
		run import stranger.submission --signature stranger.submission.sig --home fresh
		code 7
		run import person.sarif --signature stranger.submission.sig --home fresh
		code 2
	'
fi
