#!/bin/sh
# Which configuration is in force: what one person proposes counts once a second approves.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

write() { # write BRANCHES APPLIES: a configuration
	cat >custody.yaml <<END
people:
  - { name: Ada Lovelace, email: [ada@example.org], roles: [security-lead] }
  - { name: Grace Hopper, email: [grace@example.org], roles: [engineering-manager] }
  - { name: Deploy bot, alias: [deploy-bot], kind: service, owner: Ada Lovelace }
repositories:
  - { name: app, release_branches: [$1] }
controls:
  - { control: A.8.32, owner: Ada Lovelace, frequency: change, applies: "$2", reason: we deliver software }
soa: { approved_by: Grace Hopper, approved_at: 2026-01-31 }
END
}
confirmed() { # whether the facts say that A.8.32 is confirmed
	"$custody" audit app --home "$CUSTODY_HOME" --pack "$work/pack.zip" >screen.txt 2>/dev/null
	grep -o "applicability not confirmed[^\"]*" screen.txt | head -n 1
}
state() { "$custody" config show -o json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["value"].split(":")[0])'; }
recorded() { "$custody" log list -n 0 -o json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'; }
repo app
commit app first
git -C app branch release/1
git -C app branch attack

t 'what one person applies is proposed, and pages say so' '
	run collect git app
	run config approve
	code 1
	err_has "no configuration was applied yet"
	write "main, release/1" yes
	run config apply
	code 0
	err_has "proposed until a second person approves"
	is "$(state)" proposed
	is "$(confirmed)" "applicability not confirmed: proposed"
	run collect git app
	code 0
	run change list --branch release/1 -o json
	out_has first
'
t 'nobody approves their own' '
	run config approve --why "I like it"
	code 7
	err_has "nobody approves their own"
	is "$(state)" proposed
'
if command -v ssh-keygen >/dev/null; then
	for who in ada grace; do ssh-keygen -q -t ed25519 -N '' -f $who.key -C $who; done
	printf 'ada@example.org %s\ngrace@example.org %s\n' "$(cut -d' ' -f1,2 ada.key.pub)" "$(cut -d' ' -f1,2 grace.key.pub)" >"$CUSTODY_HOME/allowed_signers"
	signed() { rm -f custody.yaml.sig; ssh-keygen -q -Y sign -n file -f "$1.key" custody.yaml 2>/dev/null; }
	t 'whose account proposed it must be known before a key can be a second person' '
		signed grace
		run config approve --signature custody.yaml.sig
		code 7
		err_has "custody people link"
		account=$("$custody" people list -o json | python3 -c "
import json, sys
print([r for r in json.load(sys.stdin) if r[\"host\"] == \"local\"][0][\"number\"])")
		run people link "$account" --person "Ada Lovelace"
		code 0
	'
	t 'a signature of the same person, or over another file, approves nothing' '
		signed ada
		run config approve --signature custody.yaml.sig
		code 7
		err_has "nobody approves their own"
		cp custody.yaml kept.yaml
		echo "# more" >>custody.yaml
		signed grace
		cp kept.yaml custody.yaml
		run config approve --signature custody.yaml.sig
		code 5
		is "$(state)" proposed
	'
	t 'a second person'\''s signature brings it into force, once' '
		signed grace
		run config approve --signature custody.yaml.sig --why "agreed"
		code 0
		out_has "approved by a second person"
		is "$(state)" approved
		is "$(confirmed)" ""
		before=$(recorded)
		run config approve --signature custody.yaml.sig
		code 0
		out_has "approved already"
		is "$(recorded)" "$before"
		run verify
		code 0
		run evidence list --kind signers -o json
		is "$(json "[0][\"digest\"]")" "$(sha256sum <"$CUSTODY_HOME/allowed_signers" | cut -c1-64)"
	'
	t 'whose key is whose says the home alone, and a revoked key vouches for nothing' '
		write "main, release/1, third" yes
		run config apply
		ssh-keygen -q -t ed25519 -N "" -f own.key -C own
		printf "grace@example.org %s\n" "$(cut -d" " -f1,2 own.key.pub)" >own.signers
		signed own
		run config approve --signature custody.yaml.sig --signers own.signers
		code 2
		run config approve --signature custody.yaml.sig
		code 7
		err_has "listed for nobody"
		signed grace
		cp grace.key.pub "$CUSTODY_HOME/revoked_keys"
		run config approve --signature custody.yaml.sig
		code 7
		err_has "is revoked"
		is "$(state)" proposed
		rm "$CUSTODY_HOME/revoked_keys"
		write "main, release/1" yes
		run config apply
		is "$(state)" approved
	'
	t 'release branches somebody approved stay in force until the next are approved' '
		write "main, attack" yes
		run config apply
		code 0
		err_has "stays in force until then"
		is "$(state)" proposed
		run config show
		out_has "2 release branches count once it is approved"
		run collect git app -o json
		code 0
		run change list -o json --branch attack
		out_hasnt "first"
		run rebuild --check
		code 0
		out_has identical
		signed grace
		run config approve --signature custody.yaml.sig
		code 0
		run config show
		out_hasnt "count once"
		run rebuild --check
		out_has identical
	'
	t 'what does not matter needs no second person; what was approved once is approved again' '
		sed -i "s/frequency: change/frequency: release/" custody.yaml
		run config apply
		code 0
		is "$(state)" approved
		write "main, attack" no
		run config apply
		is "$(state)" proposed
		write "main, attack" yes
		run config apply
		is "$(state)" approved
	'
	t 'what was approved before something else was is proposed again' '
		write "main" no
		run config apply
		signed grace
		run config approve --signature custody.yaml.sig
		code 0
		write "main, attack" yes
		run config apply
		is "$(state)" proposed
		err_has "stays in force until then"
		run rebuild --check
		out_has identical
	'
	t 'one person alone does not replace what two approved' '
		run config approve --alone --why "I am in a hurry"
		code 7
		err_has "a second person approved"
		is "$(state)" proposed
	'
	t 'retention in force stays until the next is approved' '
		printf "retention: { evidence: 5 years }\n" >>custody.yaml
		run config apply
		signed grace
		run config approve --signature custody.yaml.sig
		code 0
		sed -i "s/5 years/1 month/" custody.yaml
		run config apply
		is "$(state)" proposed
		run retention
		err_has "evidence is kept 60 months"
		err_has "another is proposed"
		signed grace
		run config approve --signature custody.yaml.sig
		code 0
		run retention
		err_has "evidence is kept 1 months"
		run rebuild --check
		out_has identical
	'
fi
t 'one person alone is never kept from working, and it is said plainly' '
	export CUSTODY_HOME="$work/one"
	run collect git app
	write main yes
	run config apply
	run config approve --alone
	code 2
	run config approve --alone --why "a company of one"
	code 0
	out_has "one person alone"
	is "$(state)" alone
	is "$(confirmed)" "applicability not confirmed: one person"
	run config apply
	is "$(state)" alone
	run rebuild --check
	out_has identical
'
repo conf
git -C conf remote add origin https://github.com/example/conf.git
commit conf start
write "main, release/1" yes
cp custody.yaml conf/custody.yaml
commit conf "Configuration (#1)"
sha=$(git -C conf rev-parse HEAD)
pulls() { # pulls REVIEWER: an export of the host in which they approved it
	cat <<END
[{"number":1,"author":{"login":"ada"},"commits":[{"oid":"$sha","authors":[{"login":"ada","email":"ada@example.org","name":"Ada Example"}],"messageHeadline":"Configuration","messageBody":"","authoredDate":"2025-01-03T00:00:00Z","committedDate":"2025-01-03T00:00:00Z"}],"mergeCommit":{"oid":"$sha"},"headRefOid":"$sha","mergedAt":"2027-01-05T00:00:00Z","mergedBy":{"login":"$1"},"reviews":[{"author":{"login":"$1"},"authorAssociation":"MEMBER","state":"APPROVED","submittedAt":"2025-01-03T12:00:00Z","commit":{"oid":"$sha"}}],"statusCheckRollup":[],"closingIssuesReferences":[],"labels":[]}]
END
}
people() { "$custody" people list -o json | python3 -c "
import json, sys
print([r for r in json.load(sys.stdin) if r['$1'] == '$2'][0]['number'])"; }
hand() { # hand REVIEWER: the export as a pipeline hands it over
	pulls "$1" >"$1.json"
	rm -f "$1.submission" "$1.submission.sig"
	"$custody" import "$1.json" --repository conf --kind github-pulls --to "$1.submission" >/dev/null 2>&1
	ssh-keygen -q -Y sign -n file -f bot.key "$1.submission" 2>/dev/null
	"$custody" import "$1.submission" --signature "$1.submission.sig" >/dev/null 2>&1
}
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f bot.key -C bot
	t 'an export that somebody wrote approves nothing' '
		export CUSTODY_HOME="$work/reviewed"
		run collect git conf
		sed "s/main, release.1/main/" conf/custody.yaml >first.yaml
		run config apply first.yaml
		code 0
		run config approve --alone --why "to begin with"
		code 0
		printf "deploy-bot %s\n" "$(cut -d" " -f1,2 bot.key.pub)" >"$CUSTODY_HOME/allowed_signers"
		run config apply --from conf
		code 0
		err_has "note: no independent review"
		is "$(state)" proposed
		pulls ada | "$custody" import - --repository conf --kind github-pulls >/dev/null 2>&1
		run config approve --from conf
		code 7
		pulls grace | "$custody" import - --repository conf --kind github-pulls >/dev/null 2>&1
		run config approve --from conf
		code 7
		err_has "anybody could have written"
		is "$(state)" proposed
	'
	t 'from the release branch, a review by a known person that a pipeline tells is the approval' '
		hand ada
		hand grace
		run config approve --from conf
		code 7
		err_has "whose it is is not known"
		run people link "$(people host local)" --person "Ada Lovelace"
		run config approve --from conf
		code 7
		err_has "custody people link"
		run people link "$(people address grace)" --person "Ada Lovelace"
		run config approve --from conf
		code 7
		run people link "$(people address grace)" --person "Grace Hopper"
		code 0
		run config approve --from conf
		code 0
		is "$(state)" approved
		"$custody" log list -n 0 -o json >log.json
		hasnt log.json "\"host\""
		run rebuild --check
		out_has identical
		cp custody.yaml other.yaml
		write main yes
		run config apply
		run config approve --from conf
		code 7
		err_has "is not the configuration that was applied"
		run config apply --from conf
		code 0
		is "$(state)" approved
	'
fi
t 'what the work tree holds is not what the release branch holds' '
	echo "organisation: [" >conf/custody.yaml
	run config apply --from conf
	code 0
	run config apply nowhere.yaml --from conf
	code 1
	err_has "there is no file nowhere.yaml"
'
