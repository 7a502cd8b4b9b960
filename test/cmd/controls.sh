#!/bin/sh
# timeout: 180
# What a control answers: what applies, by which policy, how far its evidence goes, and
# what may be evidence of it.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

repo app
commit app 'First'
git -C app tag v1.0.0
for n in 1 2 3 4; do
	echo "$n" >"app/file.$n"
	commit app "Change $n (#$n)"
done
git -C app tag v1.1.0
run collect git app
echo 'Secure development policy' >policy.txt
echo 'Certificate of a supplier' >certificate.txt

# proves: R221 records are held for each clause from 4 to 10, and for no other
t 'each clause of the standard holds records' '
	run control list --clauses --json
	is "$(json ".__len__()")" 41
	clauses=$(python3 -c "import json; print(*(c[\"id\"] for c in json.load(open(\".out\"))))")
	is "$(for c in $clauses; do echo "${c%%.*}"; done | sort -un | tr "\n" " ")" "4 5 6 7 8 9 10 "
	for part in "4 5 6" "7 8" "9 10"; do
		set -- evidence add policy.txt --kind minutes --title Minutes --date 2025-01-03
		for c in $clauses; do
			case " $part " in *" ${c%%.*} "*) set -- "$@" --control "clause $c" ;; esac
		done
		run "$@"
		code 0
	done
	for c in 4 4.1 5.2 6.1.2 7.5.3 8 8.2 9.3.3 10.2; do
		run control show "clause $c" --from 2025-01-01 --to 2025-12-31 --json
		code 0
		is "$(json "[\"evidence\"][0][\"what\"]")" minutes
		is "$(json "[\"evidence\"][0][\"happened\"][:10]")" 2025-01-03
	done
	run control show "clause 9.2.1" --from 2025-01-01 --to 2025-12-31
	out_has "minutes "
	run evidence add policy.txt --control 11.1 --kind minutes --title x
	code 1
'
# proves: R218 evidence for the topics of A.12 and A.14 and for risk assessment
t 'who develops hands over evidence for topics of A.12 and A.14, and for the assessment of risks' '
	run evidence add policy.txt --control A.14.2.1 --kind policy --title "Secure development policy"
	code 1
	err_has "custody control map A.14.2.1"
	run control map A.14.2.1 -o jsonl
	out_has A.8.25
	run control map A.12.6.1 -o jsonl
	out_has A.8.8
	run evidence add policy.txt --control 8.25 --kind policy --title "Secure development policy" --date 2025-01-02 --review-by 2031-01-31
	code 0
	run evidence add policy.txt --control 8.8 --kind protocol --title "Patch day" --date 2025-01-05
	code 0
	run evidence add policy.txt --control 6.1.2 --kind risk-assessment --title "Risks" --date 2025-01-05
	code 0
	run control show 6.1.2 --from 2025-01-01 --to 2025-12-31
	out_has "risk-assessment "
'
# proves: R213 what a supplier is certified for is evidence of suppliers alone
t 'a certificate of a supplier is evidence of suppliers, and of nothing else' '
	for c in 8.28 5.1 6.1.2; do
		run evidence add certificate.txt --control $c --control 5.19 --kind supplier-certificate --title "Certificate"
		code 1
		err_has "is no evidence of"
	done
	run evidence add certificate.txt --control 5.19 --control 8.30 --kind supplier-certificate --title "Certificate" --date 2025-01-04
	code 0
	run control show 8.30 --from 2025-01-01 --to 2025-12-31
	out_has supplier-certificate
'
cat >custody.yaml <<'END'
people:
  - { name: Ada Example, email: [ada@example.org] }
  - { name: Grace Example, email: [grace@example.org] }
systems:
  - { name: shop, repositories: [app], data_class: confidential }
  - { name: rest, repositories: [other] }
controls:
  - { control: A.8.25, owner: Ada Example, applies: "yes", reason: we write code, frequency: release }
  - { control: A.8.32, role: release-manager, applies: "yes", reason: we release }
  - { control: A.7.4, applies: "no", reason: no premises }
soa: { approved_by: Ada Example, approved_at: 2025-01-01 }
END
in_scope() { "$custody" control list --in-scope --json | python3 -c 'import json, sys; print(*(c["id"] for c in json.load(sys.stdin)))'; }
# proves: R101 the controls in scope are those of the approved Statement of Applicability
t 'what is in scope is what the approved Statement of Applicability says' '
	is "$(in_scope)" ""
	run config apply custody.yaml
	code 0
	is "$(in_scope)" ""
	run control list --in-scope
	out_has "No approved Statement of Applicability"
	run config approve --alone --why "a company of one"
	code 0
	is "$(in_scope)" ""
'
if command -v ssh-keygen >/dev/null; then
	ssh-keygen -q -t ed25519 -N '' -f grace.key -C grace
	printf 'grace@example.org %s\n' "$(cut -d' ' -f1,2 grace.key.pub)" >"$CUSTODY_HOME/allowed_signers"
	t 'once a second person approved it, it holds, and another statement has another scope' '
		account=$("$custody" people list -o json | python3 -c "
import json, sys
print([r for r in json.load(sys.stdin) if r[\"host\"] == \"local\"][0][\"number\"])")
		run people link "$account" --person "Ada Example"
		ssh-keygen -q -Y sign -n file -f grace.key custody.yaml 2>/dev/null
		run config approve --signature custody.yaml.sig
		code 0
		is "$(in_scope)" "A.8.25 A.8.32"
	'
	# proves: R105 Statement of Applicability, mapping and policy; R259 the policy, that it is followed, the proof
	t 'what applies is answered by the statement, the mapping and the policy; the period and the proof follow' '
		run evidence add certificate.txt --control 8.25 --kind review --title "Threat notes" --date 2025-01-04
		run control show 8.25 --from 2025-01-01 --to 2025-01-31
		out_has "what applies               the approved Statement of Applicability"
		out_has "A.14.2.1 Secure development policy"
		out_has "policy     handed over, dated 2025-01-02, to be reviewed by 2031-01-31"
		out_has "period     2025-01-01 to 2025-01-31: 1 of 2 held"
		out_has "evidence, newest first"
		run control show 8.25 --from 2025-01-01 --to 2025-01-31 --json
		is "$(json "[\"policy\"][:10]")" 2025-01-02
		run control show 8.32
		out_has "policy     none was handed over"
	'
fi
# proves: R058 the classes are the scheme, and each system shows which it carries
t 'which systems carry a class of data is shown' '
	run config schema
	is "$(json "[\"properties\"][\"systems\"][\"items\"][\"properties\"][\"data_class\"][\"enum\"]")" "[\"public\", \"internal\", \"confidential\", \"restricted\", \"unknown\"]"
	run system list --json
	is "$(json "[0][\"system\"]") $(json "[0][\"data_class\"]")" "rest unknown"
	is "$(json "[1][\"system\"]") $(json "[1][\"data_class\"]")" "shop confidential"
	sed "s/confidential/secret/" custody.yaml >other.yaml
	run config check other.yaml
	code 1
'
# proves: R055 results of scans of infrastructure code are in the repository and at the control
t 'a scan of infrastructure code is of its repository and its control' '
	run import "$top/test/data/reports/checkov-list.json" --repository app --branch main --effective 2025-01-05T12:00:00Z
	code 0
	run finding list -k infrastructure --json
	run finding show "$(json "[0][\"number\"]")"
	out_has "place        app@main"
	run control show 8.9 --from 2025-01-01 --to 2025-12-31
	out_has "infrastructure scan by checkov"
	out_has "infrastructure code"
'
# proves: R265 of a dependency that was vulnerable: how it went, and how long it took
t 'how long a vulnerable dependency took to be updated is shown' '
	cp "$top/test/data/reports/npm-audit-7.json" early.json
	python3 -c "
import json
v = json.load(open(\"early.json\"))
del v[\"vulnerabilities\"][\"b\"]
json.dump(v, open(\"late.json\", \"w\"))"
	run import early.json --repository app --branch main --effective 2025-01-05T12:00:00Z
	code 0
	n=$("$custody" finding list -k dependency --json | python3 -c "import json, sys; print(next(f[\"number\"] for f in json.load(sys.stdin) if f[\"where\"] == \"pkg:npm/b\"))")
	run import late.json --repository app --branch main --effective 2025-01-17T08:00:00Z
	code 0
	run finding show "$n"
	out_has "fixed in"
	out_has "first seen   2025-01-05T12:00:00Z"
	grep -q "2025-01-17T08:00:00Z  gone, record [0-9]*, 12 days after it was first seen" "$out" || wrong "$(cat "$out")"
	run import early.json --repository app --branch main --effective 2025-01-20T08:00:00Z
	run finding show "$n"
	out_has "2025-01-20T08:00:00Z  reappeared"
'
python3 - >prs.json <<'PY'
import json, subprocess
log = subprocess.run(['git', '-C', 'app', 'log', '--reverse', '--format=%H %cI'], capture_output=True, text=True, check=True).stdout
v = []
for n, line in enumerate(log.splitlines()):
    commit, at = line.split()
    if n:
        v.append({'number': n, 'url': f'https://github.com/example/shop/pull/{n}', 'author': {'login': 'ada'}, 'mergeCommit': {'oid': commit},
                  'headRefOid': '%040x' % n, 'mergedAt': at, 'mergedBy': {'login': 'cy'},
                  'reviews': [{'author': {'login': 'ben'}, 'state': 'APPROVED', 'submittedAt': '2025-01-01T00:00:00Z', 'commit': {'oid': '%040x' % n}}]})
print(json.dumps(v))
PY
sed 's|release%2F1/protection|main/protection|' "$top/test/data/reports/branch-protection.json" >rules.json
# proves: R115 review, approval of the merge and rules of the branch, for each pull request
t 'each change shows its reviews, who merged it, and the rules of its branch' '
	run import prs.json --repository app
	code 0
	run import rules.json --repository app
	code 0
	run change show "$(git -C app rev-parse HEAD)"
	out_has "review      approved by ben (person), 2025-01-01T00:00:00Z"
	out_has "merged by"
	out_has "rule        main: required_pull_request_reviews.required_approving_review_count = 2, as of"
	out_has "shown    approved commit is the merged one"
	run control show 8.28 --from 2025-01-01 --to 2025-12-31
	out_has "the host asks 2 approvals on main of app"
'
# A.12.1.2 and A.14.2.3, now A.8.32; what went out when, no record tells yet.
t 'how changes are reviewed and approved before they are released is answered with records' '
	run control show 8.32 --from 2025-01-01 --to 2025-12-31 --json
	is "$(json "[\"maps_to\"]")" "[\"A.12.1.2\", \"A.14.2.2\", \"A.14.2.3\", \"A.14.2.4\"]"
	run control show 8.32 --from 2025-01-01 --to 2025-12-31
	out_has "4 of 5 changes reviewed before merge"
	out_has "pull requests of app"
	run change list --json
	is "$(json "[0][\"review\"]")" shown
'
# proves: R255 the security testing before the last major release (A.14.2.8, A.14.2.9, now A.8.29)
t 'what was tested before the last major release is answered' '
	run control show 8.29
	out_has "A.14.2.8"
	out_has "A.14.2.9"
	out_has "v1.0.0 of app, the last major release, 2025-01-02: no scan is known"
	run import "$top/test/data/reports/semgrep.json" --repository app --branch main --effective 2025-01-01T12:00:00Z
	code 0
	run import "$top/test/data/reports/zap.xml" --repository app --branch main --effective 2025-01-03T12:00:00Z
	code 0
	run control show 8.29 --json
	is "$(json "[\"release\"].split(\": \")[0]")" "v1.0.0 of app, the last major release, 2025-01-02"
	is "$(json "[\"release\"].split(\": \")[1].lower()")" "static scan by semgrep on 2025-01-01"
'
# proves: R160 each release has the version before it to go back to, or says that there is none
t 'each release of the pack names the release to go back to' '
	run pack pack --from 2025-01-01 --to 2025-12-31
	code 0
	python3 - <<-PY >>"$work/.why" || wrong "the releases are others"
	import csv, sys
	rows = [(r["tag"], r["way_back"]) for r in csv.DictReader(open("pack/09-release-and-change-records/releases.csv"))]
	print(rows)
	sys.exit(rows != [("v1.1.0", "v1.0.0"), ("v1.0.0", "none: no release before it is known")])
	PY
	run verify pack
	code 0
'
