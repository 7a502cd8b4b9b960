#!/bin/sh
# timeout: 240
# The first screen and what its commands show: from a repository nobody prepared,
# through an export of the code host, to facts.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state
run audit --help
[ "$status" = 0 ] || { skip 'the first screen' 'there is no audit'; exit 0; }

fits() { # at most 40 lines of 100 columns
	python3 - "$out" <<-'PY' >>"$work/.why" || wrong 'the screen does not fit'
	import sys, unicodedata
	lines = open(sys.argv[1], encoding='utf-8').read().split('\n')[:-1]
	wide = [l for l in lines if sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in l) > 100]
	print(len(lines), 'lines', *wide)
	sys.exit(len(lines) > 40 or len(wide) > 0)
	PY
}

repo app
git -C app remote add origin https://github.com/acme/app.git
mkdir -p app/.github/workflows app/src/auth
printf '{"lockfileVersion":3}\n' >app/package-lock.json
cat >app/.github/workflows/ci.yml <<'YML'
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make check
YML
commit app 'First'
for n in 1 2 3; do
	echo "$n" >"app/src/auth/login.$n"
	commit app "Change $n (#10$n)"
done
commit app 'Straight to main'

t 'the first run says what is unknown, and that it is no verdict' '
	run audit app
	code 0
	fits
	out_has "git does not hold reviews"
	out_has "no dependency scan in CI, and no report given"
	out_has "1  of 1 external actions"
	out_has "applicability not confirmed"
	out_has "not a verdict"
'
export CUSTODY_HOME=$work/app-custody/home
t 'changes without a pull request are found by its command' '
	run change list --no-pr -o json
	code 0
	is "$(json "[0][\"review\"]")" unknown
	is "$(json "[1][\"title\"]")" First
	is "$(json "[1][\"author\"]")" "Ada Example"
	is "$(json "[1][\"commit\"]")" "$(git -C app rev-list --max-parents=0 HEAD)"
'
t 'the next step is a command that only reads' '
	run next 1
	code 0
	out_has "1  reviews, checks, tickets of 5 changes: 2 minutes"
	out_has "gh pr list -R acme/app --state merged"
	out_has "custody import prs.json"
	out_has "custody next 1 --host gitlab"
	out_hasnt "in place of"
	run next 1 --host gitlab
	code 0
	out_has "projects/acme%2Fapp/merge_requests"
	out_hasnt "--hostname"
	run next 1 --host bitbucket
	out_has "https://api.bitbucket.org/2.0/repositories/acme/app/pullrequests"
	run next 1 --host gitea
	out_has "https://HOST/api/v1/repos/acme/app/pulls"
	run next 99
	code 1
'

python3 - app >prs.json <<'PY'
import json, subprocess, sys
log = subprocess.run(['git', '-C', sys.argv[1], 'log', '--format=%H %ct %s'], capture_output=True, text=True, check=True).stdout
pulls = []
for line in log.splitlines():
    commit, at, title = line.split(' ', 2)
    if '(#' not in title:
        continue
    n = int(title.split('(#')[1].rstrip(')'))
    head = '%040x' % n
    by = {101: {'login': 'ben'}, 102: {'login': 'renovate[bot]', 'is_bot': True}, 103: {'login': 'ada'}}[n]
    import datetime
    when = lambda t: datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    pulls.append({'number': n, 'url': f'https://github.com/acme/app/pull/{n}', 'author': {'login': 'ada'},
                  'mergeCommit': {'oid': commit}, 'headRefOid': head, 'mergedAt': when(int(at)), 'mergedBy': {'login': 'ben'},
                  'reviews': [{'author': by, 'state': 'APPROVED', 'submittedAt': when(int(at) - 60), 'commit': {'oid': head}}],
                  'statusCheckRollup': [{'name': 'ci', 'status': 'COMPLETED', 'conclusion': 'SUCCESS',
                                         'completedAt': when(int(at) - 90)}],
                  'closingIssuesReferences': [], 'labels': []})
json.dump(pulls, sys.stdout)
PY
t 'an export of the host turns unknown reviews into facts; a bot and the author do not count' '
	run import prs.json
	code 0
	run change list -o json
	code 0
	is "$(json "[1][\"review\"]")" missing
	is "$(json "[2][\"review\"]")" missing
	is "$(json "[3][\"review\"]")" shown
	is "$(json "[0][\"review\"]")" unknown
	run change list --unreviewed -o jsonl
	is "$(wc -l <"$out")" 2
	run change show "$(git -C app rev-parse HEAD~2)"
	out_has "only a bot approved it"
	run change show "$(git -C app rev-parse HEAD~1)"
	out_has "only people who worked on it approved it"
'
t 'the second run leads with what changed' '
	unset CUSTODY_HOME
	run audit app
	code 0
	fits
	out_has "SINCE "
	out_has "reviews known 0 → 3"
	is "$(sed -n 2p "$out" | cut -c1-6)" "SINCE "
	[ "$(sed -n "2,/^\$/p" "$out" | wc -l)" -le 5 ] || wrong "more than five lines on what changed"
	export CUSTODY_HOME=$work/app-custody/home
'
t 'the period and the day are chosen by the reader' '
	run change list --from 2025-01-03 --to 2025-01-04 -o jsonl
	is "$(wc -l <"$out")" 2
	run change list --from 2025-01-04 --to 2025-01-03
	code 2
	run coverage --as-of 2025-01-03 -o json
	code 0
'
t 'coverage tells secret, vulnerability and licence scanning apart' '
	run coverage -o json
	code 0
	is "$(json "[0][\"kind\"]")" secret
	is "$(json "[1][\"kind\"]")" vulnerability
	is "$(json "[2][\"kind\"]")" licence
	is "$(json "[1][\"in_ci\"]")" no
'
t 'controls are found in both editions' '
	run control show 8.32
	code 0
	out_has "iso27001:2022/A.8.32  Change management"
	run control map A.14.2 -o jsonl
	is "$(wc -l <"$out")" 6
	run control show A.8.99
	code 1
	run control list -o jsonl
	is "$(wc -l <"$out")" 93
'
# proves: R107
t 'a control shows its state today, the period, the four questions, and when evidence happened and came' '
	run control list --json
	code 0
	is "$(json ".__len__()")" 93
	is "$(json "[0][\"id\"]")" A.5.1
	json "[0][\"state\"]" >/dev/null
	json "[0][\"period\"]" >/dev/null
	run control list --areas
	out_has "over the period"
	run control show 8.28
	code 0
	out_has "today      gap: "
	out_has "period     20"
	out_has "what changed after review"
	out_has "evidence, newest first"
	out_has "secret scan by custody"
	run control show 8.28 --json
	is "$(json "[\"questions\"][3][\"question\"]")" "what changed after review"
	is "$(json "[\"evidence\"][0][\"happened\"][:2]")" 20
	is "$(json "[\"evidence\"][0][\"received\"][:2]")" 20
'
# proves: R193
t 'one search finds the evidence of a control from git, the code host and scanners' '
	run control show 8.28
	out_has "changes of main of app"
	out_has "pull requests of app"
	out_has "secret scan by custody"
'
# proves: R253
t 'how vulnerabilities of libraries are managed is answered with records' '
	run import "$top/test/data/reports/npm-audit-7.json"
	code 0
	run control show 8.8 --json
	is "$(json "[\"maps_to\"][0]")" A.12.6.1
	is "$(json "[\"evidence\"][0][\"what\"]")" "dependency scan by npm audit"
	[ "$(json "[\"evidence\"][0][\"record\"]")" -gt 0 ] || wrong "no record"
	run control map A.12.6.1
	out_has A.8.8
'
# proves: R125 R271
t 'what rests on files somebody handed in is not embedded; months of evidence are counted' '
	echo notes >review.txt
	run evidence add review.txt --control 8.15 --kind review --title "Log review" --date 2025-01-05
	code 0
	run control show 8.15 --from 2025-01-01 --to 2025-12-31 --json
	is "$(json "[\"labels\"]")" "policy statement only, not embedded in delivery, activity, applicability not confirmed, linked to no risk"
	is "$(json "[\"period\"][\"months\"]")" 0
	is "$(json "[\"period\"][\"months_suffice\"]")" false
	run evidence add review.txt --control 8.15 --kind protocol --title "Log review again" --date 2025-08-05
	run control show 8.15 --from 2025-01-01 --to 2025-12-31 --json
	is "$(json "[\"period\"][\"months\"]")" 7
	is "$(json "[\"period\"][\"months_suffice\"]")" true
	run control show 8.15 --from 2025-01-01 --to 2025-03-31
	out_has "about six are asked"
'
t 'what a configuration declares goes before the defaults' '
	cat >custody.yaml <<-YAML
	people:
	  - { name: Ada Example, email: [ada@example.org] }
	controls:
	  - { control: 8.28, owner: Ada Example, frequency: month }
	YAML
	run config apply custody.yaml
	code 0
	run control show 8.28 --json
	is "$(json "[\"frequency\"]")" month
	is "$(json "[\"owner\"]")" "a named person"
	run control show 8.28
	out_has "declared in custody.yaml"
	out_hasnt "usually the engineering-manager"
'
t 'a second audit counts findings that came and went since, and says where nothing changed' '
	unset CUSTODY_HOME
	repo twice
	commit twice one
	mkdir reports
	run audit twice
	cp "$top/test/data/reports/npm-audit-7.json" reports/
	printf "a,b\n" >reports/notes.csv
	printf "hello\n" >reports/README
	run audit twice --reports reports
	code 0
	fits
	out_has "dependency findings "
	out_has " new, 0 gone"
	out_has "1 imported, 2 not taken ("
	out_has "README"
	run audit twice
	fits
	out_has "   nothing changed"
	out_hasnt " new, "
	for n in 1 2 3 4; do echo "$n" >"reports/$n.txt"; done
	run audit twice --reports reports
	err_has "more notes; the same command with --notes shows them all"
	run audit twice --reports reports --notes
	is "$(grep -c "^note: " "$err")" 6
'
t 'an empty repository has a screen' '
	unset CUSTODY_HOME
	repo empty
	run audit empty
	code 0
	fits
	out_has "not a verdict"
'
t 'a home that audit made here is named where none is found' '
	mkdir -p near/app-custody
	"$custody" init -q --home near/app-custody/home
	(cd near; unset CUSTODY_HOME; "$custody" finding list) >"$out" 2>"$err" && wrong "it found a home"
	err_has "export CUSTODY_HOME=app-custody/home"
'
t 'a kind or a system that there is not is an error, and no empty list' '
	run finding list -k dependancy
	code 2
	err_has "dependency"
	run finding list --system nosuch --home near/app-custody/home
	code 2
	err_has "there is no system"
'
