#!/bin/sh
# timeout: 300
# Exports of pull requests, from the file to `change show`: who reviewed what, when and
# on which commit; what a partial export leaves out; where an export is filed.
# proves: R022
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

# A clone without a remote: 40 changes, #1 … #40, but the 20th, which went straight to
# main, and some whose messages say something more.
repo app
for n in $(seq 40); do
	echo "$n" >"app/file.$n"
	case $n in
	20) commit app 'Straight to main' ;;
	5) commit app 'Check totals (#5)

Closes #5' ;;
	6) commit app 'Check totals (#6)

Co-authored-by: Ben Example <12+ben@users.noreply.github.com>' ;;
	*) commit app "Change $n (#$n)" ;;
	esac
done
cat >make.py <<'PY'
import datetime, json, subprocess, sys
log = subprocess.run(['git', '-C', 'app', 'log', '--reverse', '--format=%H %ct'], capture_output=True, text=True, check=True).stdout
changes = {n + 1: (l.split()[0], int(l.split()[1])) for n, l in enumerate(log.splitlines())}
when = lambda t: datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
head = lambda n: '%040x' % n
def review(n, who='ben', state='APPROVED', before=60, commit=None, **more):
    return {'author': {'login': who}, 'state': state, 'submittedAt': when(changes[n][1] - before), 'commit': {'oid': commit or head(n)}, **more}
def check(n, name='ci', conclusion='SUCCESS', start=120, end=90):
    return {'__typename': 'CheckRun', 'name': name, 'status': 'COMPLETED' if end is not None else 'IN_PROGRESS', 'conclusion': conclusion if end is not None else '',
            'startedAt': when(changes[n][1] - start), 'completedAt': when(changes[n][1] - end) if end is not None else '0001-01-01T00:00:00Z'}
def pull(n, **more):
    commit, at = changes[n]
    return {'number': n, 'url': f'https://github.com/acme/app/pull/{n}', 'author': {'login': 'ada'}, 'mergeCommit': {'oid': commit},
            'headRefOid': head(n), 'mergedAt': when(at), 'mergedBy': {'login': 'ben'}, 'reviews': [review(n)],
            'statusCheckRollup': [check(n)], 'closingIssuesReferences': [{'number': 900, 'repository': {'name': 'app', 'owner': {'login': 'acme'}}}], **more}
cases = {
    1: {},
    2: {'reviews': [review(2, 'renovate[bot]')]},
    3: {'reviews': [review(3, 'ada')]},
    4: {'reviews': [review(4, before=-60)]},
    5: {'closingIssuesReferences': []},
    6: {},                                                          # ben wrote with her
    7: {'reviews': [review(7, commit='%040x' % 999)]},
    8: {'reviews': [review(8, before=90), review(8, state='CHANGES_REQUESTED', before=30)]},
    9: {'reviews': [review(9, state='DISMISSED')]},
    10: {'reviews': [], 'mergedBy': {'login': 'ada'}},
    11: {'statusCheckRollup': [check(11, conclusion='FAILURE')]},
    12: {'statusCheckRollup': [check(12, start=60, end=-60)]},      # was still running
    13: {'statusCheckRollup': [check(13, start=-600, end=-900)]},   # run again after the merge
    14: {'reviews': [review(14, 'cy', state='COMMENTED'), review(14, state='CHANGES_REQUESTED', before=90), review(14, before=30)]},
    15: {'commits': [{'oid': head(15), 'authors': [{'login': 'ben', 'name': 'Ben', 'email': 'ben@example.org'}]}]},
    16: {'mergeCommit': {'oid': '%040x' % 4711}},                   # merged as another commit
    17: {'closingIssuesReferences': [], 'title': 'APP-17 Round down'},
    18: {'closingIssuesReferences': []},
    19: {'statusCheckRollup': []},
}
pulls = {n: pull(n, **cases.get(n, {})) for n in changes if n != 20}
def write(name, which, without=()):
    json.dump([{k: v for k, v in pulls[n].items() if k not in without} for n in which], open(name, 'w'))
everything = [n for n in pulls]
write('all.json', everything)
write('but-30.json', [n for n in everything if n != 30 and n != 22])
write('bare.json', everything, ('reviews', 'statusCheckRollup', 'closingIssuesReferences'))
json.dump([{**review(1, 'cy'), 'user': {'login': 'cy'}, 'submitted_at': when(changes[1][1] - 60), 'commit_id': head(1),
            'pull_request_url': 'https://api.github.com/repos/acme/app/pulls/1'}], open('reviews.json', 'w'))
json.dump({'total_count': 1, 'check_runs': [{'name': 'ci', 'head_sha': head(1), 'status': 'completed', 'conclusion': 'success',
           'started_at': when(changes[1][1] - 90), 'completed_at': when(changes[1][1] - 80)}]}, open('runs.json', 'w'))
PY
python3 make.py
at() { git -C app rev-parse "HEAD~$((40 - $1))"; }
shows() { # shows N TEXT…: each stands in what is shown of change N
	run change show "$(at "$1")"
	code 0
	shift
	for text; do out_has "$text"; done
}
run collect git app

t 'an export is filed where its commits are, and says what it told' '
	run import all.json
	code 0
	err_has "filed under app because 38 of its 39 merge commits are there"
	out_has "39 read: 39 new or changed, 0 known before"
	out_has "38 changes; 1 are of no change that is collected"
	run collect git app
	code 0
	run change list -o json --limit 1
	is "$(json "[0][\"repository\"]")" app
'
t 'an approval counts when a person from outside gave it in time on the commit that was merged' '
	shows 1 "shown    reviewer outside those who worked on it" "shown    review before merge" \
		"shown    approved commit is the merged one" "shown    checks passed at merge" "shown    linked ticket"
	shows 2 "missing  reviewer outside those who worked on it: only a bot approved it" "approved by renovate[bot] (bot)"
	shows 3 "only people who worked on it approved it"
	shows 4 "shown    reviewer outside" "missing  review before merge: approved after the merge"
	shows 6 "only people who worked on it approved it"
	shows 7 "shown    review before merge" "missing  approved commit is the merged one"
	shows 15 "only people who worked on it approved it"
'
t 'a vote that was taken back does not count, one that was given again does' '
	shows 8 "missing  review before merge: its approval was dismissed, or changes were asked for after it"
	shows 9 "missing  review before merge: its approval was dismissed" "dismissed by ben"
	shows 14 "shown    approved commit is the merged one"
'
t 'who merged alone is named' '
	shows 10 "missing  review before merge: nobody approved it; who opened it merged it alone"
'
t 'checks are asked of the moment of the merge' '
	shows 11 "missing  checks passed at merge: a check had failed"
	shows 12 "missing  checks passed at merge: a check had failed or was not finished"
	shows 13 "unknown  checks passed at merge: a check ran again after the merge"
	shows 19 "missing  checks passed at merge: no check ran"
'
t 'a ticket is another one than the pull request itself' '
	shows 5 "missing  linked ticket"
	shows 17 "shown    linked ticket" "APP-17, linked at the code host"
	shows 18 "missing  linked ticket"
'
t 'a pull request that was merged as another commit proves nothing' '
	shows 16 "#16, which was merged as another commit" "unknown  review before merge" "unknown  checks passed at merge"
'
t 'without a pull request is said only where those around are all there' '
	shows 20 "unknown  review before merge: git does not hold reviews, and no export is known to hold"
	# the one around it that was merged as another commit is why: another home without it
	export CUSTODY_HOME=$work/second
	python3 -c "
import json
v = json.load(open(\"all.json\"))
c = \"$(at 16)\"
for p in v:
    if p[\"number\"] == 16:
        p[\"mergeCommit\"][\"oid\"] = c
json.dump(v, open(\"good.json\", \"w\"))"
	run collect git app
	run import good.json
	code 0
	shows 20 "missing  review before merge: no pull request: those around it name theirs" \
		"none: those around it name theirs, and the exports hold every one of them"
'
t 'a partial export leaves what it left out unknown, and lists it' '
	export CUSTODY_HOME=$work/third
	run collect git app
	run import but-30.json
	code 0
	out_has "2 that changes name: #30 #22"
	out_has "gh pr view 30 -R acme/app"
	shows 30 "unknown  review before merge: no export of the host holds its pull request" "#30, in no export"
	shows 20 "unknown  review before merge"
	run import but-30.json --complete-since 2025-01-01
	code 0
	shows 20 "missing  review before merge: no pull request of an export declared complete" "an export declared complete"
	shows 30 "unknown  review before merge"
	run import but-30.json --complete-since 2025-01-01
	out_has "imported before; nothing changed"
'
t 'what an export does not tell stays unknown, and other files fill it in any order' '
	export CUSTODY_HOME=$work/fourth
	run collect git app
	run import runs.json
	code 0
	run import bare.json
	code 0
	out_has "all reviews of 39 pull requests"
	out_has "linked tickets of 39 pull requests"
	shows 1 "unknown  review before merge: the export of the host does not tell all reviews" "unknown  linked ticket" \
		"unknown  checks passed at merge: the export of the host does not tell all checks up to the merge"
	run import runs.json --effective 2026-01-01T00:00:00Z
	code 0
	shows 1 "shown    checks passed at merge"
	run import reviews.json
	code 0
	shows 1 "shown    approved commit is the merged one"
	run rebuild --check
	code 0
'
t 'an older export takes nothing back' '
	run import all.json
	code 0
	run import bare.json
	code 0
	shows 1 "shown    linked ticket" "shown    checks passed at merge" "review      approved by cy" "review      approved by ben"
	run verify
	code 0
'
t 'an audit joins accounts before it concludes' '
	unset CUSTODY_HOME
	git -C app config user.email 12+ada@users.noreply.github.com
	echo more >app/more
	commit app "More (#41)"
	mkdir reports
	python3 - "$(git -C app rev-parse HEAD)" >reports/prs.json <<-PY
	import json, sys
	v = json.load(open("all.json"))[:1]
	at, head = "2025-02-11T00:00:00Z", "%040x" % 41
	v[0].update(number=41, mergeCommit={"oid": sys.argv[1]}, headRefOid=head, mergedAt=at, author={"login": "someone"},
	            reviews=[{"author": {"login": "ada"}, "state": "APPROVED", "submittedAt": "2025-02-10T00:00:00Z", "commit": {"oid": head}}])
	json.dump(v, sys.stdout)
	PY
	run audit app --reports reports
	code 0
	export CUSTODY_HOME=$work/app-custody/home
	run change show "$(git -C app rev-parse HEAD)"
	out_has "approved by ada (person)"
	out_has "only people who worked on it approved it"
'

# A merge, a rebase of two commits, a fast-forward of two commits.
unset CUSTODY_HOME
repo ways
echo 0 >ways/a && commit ways 'First'
git -C ways checkout -q -b topic
echo 1 >ways/b
git -C ways config user.email 13+ben@users.noreply.github.com
commit ways 'Work of ben'
git -C ways config user.email ada@example.org
git -C ways checkout -q main
clock=$((clock + 86400))
GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" \
	git -C ways merge -q --no-ff -m 'Merge pull request #1 from acme/topic' topic
for n in 1 2 3 4; do
	echo "$n" >"ways/c$n"
	commit ways "Step $n"
done
python3 - >ways.json <<'PY'
import json, subprocess
log = subprocess.run(['git', '-C', 'ways', 'log', '--first-parent', '--reverse', '--format=%H %cI'], capture_output=True, text=True, check=True).stdout
first, merge, r1, r2, f1, f2 = [l.split() for l in log.splitlines()]
def pull(n, at, by, head, **more):
    return {'number': n, 'url': f'https://github.com/acme/ways/pull/{n}', 'author': {'login': 'eve'}, 'mergeCommit': {'oid': at[0]}, 'headRefOid': head,
            'mergedAt': at[1], 'reviews': [{'author': {'login': by}, 'state': 'APPROVED', 'submittedAt': first[1], 'commit': {'oid': head}}], **more}
of = lambda *ids: [{'oid': i, 'authors': [{'login': 'eve'}]} for i in ids]
print(json.dumps([pull(1, merge, 'ben', '%040x' % 1), pull(2, r2, 'ben', '%040x' % 3, commits=of('%040x' % 2, '%040x' % 3)),
                  pull(3, f2, 'ben', f2[0], commits=of(f1[0], f2[0]))]))
PY
export CUSTODY_HOME=$work/ways-home
t 'merges, rebases and fast-forwards are told from what came in beside them' '
	run collect git ways
	run import ways.json
	code 0
	run change show "$(git -C ways rev-parse HEAD~4)"
	out_has "#1"
	out_has "only people who worked on it approved it"
	run change show "$(git -C ways rev-parse HEAD~3)"
	out_has "it may be part of the one above it"
	out_has "unknown  review before merge: it may have come in with the pull request above it"
	run change show "$(git -C ways rev-parse HEAD~2)"
	out_has "#2"
	out_has "shown    approved commit is the merged one"
	run change show "$(git -C ways rev-parse HEAD~1)"
	out_has "#3"
	out_has "shown    approved commit is the merged one"
	run change show "$(git -C ways rev-parse HEAD)"
	out_has "#3"
	run change show "$(git -C ways rev-parse HEAD~5)"
	out_has "unknown  review before merge"
'

# 600 files, the last of which needs a security review; and its clone without trees.
unset CUSTODY_HOME
repo wide
mkdir wide/a wide/z
for n in $(seq 600); do echo "$n" >"wide/a/$n"; done
echo 1 >wide/z/login.c
commit wide 'Everything'
git -C wide config uploadpack.allowFilter true
git clone -q --bare --filter=tree:0 "file://$work/wide" treeless
export CUSTODY_HOME=$work/wide-home
t 'every path is looked at, and what was not looked at is not said to need nothing' '
	run collect git wide
	code 0
	run change show "$(git -C wide rev-parse HEAD)"
	out_has "authentication"
	out_has "unknown  security review: git does not hold reviews"
	CUSTODY_HOME=$work/treeless-home
	run collect git treeless
	run change show "$(git -C wide rev-parse HEAD)"
	out_has "unknown  security review: what it touches is not here"
'

t 'an approval by somebody who had left does not count' '
	export CUSTODY_HOME=$work/left-home
	run collect git app
	run import all.json
	printf "name,email,login,left,shoe size\\nBen Example,ben@example.org,ben,2020-01-31,43\\n" >people.csv
	run people import people.csv
	code 0
	err_has "columns used: name, email, login, left; ignored: shoe size"
	run people join
	shows 0 "missing  reviewer outside those who worked on it: only somebody who had left before approved it" \
		"whose last day was 2020-01-31"
'

unset CUSTODY_HOME
repo bare
echo 1 >bare/a && commit bare 'First

Closes #77'
echo 2 >bare/a && commit bare 'Second'
export CUSTODY_HOME=$work/bare-home
t 'a bare number in a message is an issue or the pull request' '
	run collect git bare
	run change show "$(git -C bare rev-parse HEAD~1)"
	out_has "unknown  linked ticket: the message names a number: issue or pull request"
	out_has "#77, named in the message: issue or pull request"
	run change list --no-pr -o csv
	out_has "Second"
	out_hasnt "First"
'
