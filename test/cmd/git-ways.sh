#!/bin/sh
# timeout: 300
# How a commit of another branch came to the release branch, and what a clone that
# holds a part says of itself. Runs on both databases (CUSTODY_TEST_POSTGRES).
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
home() { # home N: a new one
	CUSTODY_HOME=$work/home$1
	if [ -n "${CUSTODY_TEST_POSTGRES:-}" ]; then
		"$custody" init -q --database "$CUSTODY_TEST_POSTGRES schema=ways$$_$1" >/dev/null 2>&1
	else
		"$custody" init -q >/dev/null 2>&1
	fi
}
change() { # change FOLDER FILE MESSAGE
	echo "$3" >"$1/$2"
	commit "$1" "$3"
}
at() { # at NAME: its whole commit
	git -C r rev-parse "$1"
}

home 1
repo r
for i in 1 2 3 4; do change r "f$i" "m$i"; done
git -C r checkout -q -b elsewhere
change r e "on a branch that was given up"
git -C r checkout -q -b merged main
change r a "on the merged branch"
git -C r cherry-pick -x elsewhere >/dev/null
git -C r checkout -q -b picked main
change r b "on the picked branch"
git -C r checkout -q -b squashed main
change r c "squashed, one"
change r c2 "squashed, two"
git -C r checkout -q -b rebased main
change r d "rebased, one (#8)"
git -C r checkout -q main
clock=$((clock + 86400))
GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" git -C r merge -q --no-ff -m "Merge branch merged" merged
git -C r cherry-pick -x picked >/dev/null
git -C r merge -q --squash squashed >/dev/null
commit r "Both of the squashed (#7)"
git -C r cherry-pick rebased >/dev/null
run collect git r
export_of() { # export_of NUMBER BRANCH MERGE-COMMIT: as gh pr list tells it
	printf '[{"number":%s,"url":"https://github.com/acme/r/pull/%s","author":{"login":"ada"},"mergeCommit":{"oid":"%s"},' "$1" "$1" "$3"
	printf '"headRefOid":"%s","mergedAt":"2025-01-20T00:00:00Z","mergedBy":{"login":"eve"},"reviews":[],' "$(at "$2")"
	printf '"statusCheckRollup":[],"closingIssuesReferences":[],"labels":[],"commits":['
	git -C r rev-list --reverse "main~4..$2" | sed 's/.*/{"oid":"&","authors":[{"login":"ada","email":"ada@example.org","name":"Ada Example"}]}/' | paste -sd,
	printf ']}]\n'
}

t 'a commit that a merge brought in is found by its own id' '
	run change show "$(at merged)"
	code 0
	out_has "change $(at main~3)"
	out_has "$(at merged), by merge"
	run change show "$(at main~3)"
	out_hasnt "by merge"
'
t 'a commit that was picked is found by the id its copy names' '
	run change show "$(at picked)"
	code 0
	out_has "change $(at main~2)"
	out_has "$(at picked), by cherry-pick"
	run change show "$(at elsewhere)"
	out_has "change $(at main~3)"
	out_has "$(at elsewhere), by cherry-pick"
'
t 'commits that were squashed or rebased are found through the pull request' '
	run change show "$(at squashed~1)"
	code 1
	err_has "no change of a release branch begins with"
	export_of 7 squashed "$(at main~1)" >7.json
	export_of 8 rebased "$(at main)" >8.json
	run import 7.json --repository r
	code 0
	run import 8.json --repository r
	code 0
	run change show "$(at squashed~1)"
	code 0
	out_has "change $(at main~1)"
	out_has "$(at squashed~1), by pull request #7"
	run change show "$(at rebased)" -o json
	code 0
	json "[\"commit\"]" >/dev/null
	is "$(json "[\"commit\"]")" "$(at main)"
	is "$(json "[\"holds_by\"]")" "pull request #8"
'
t 'a rebuild finds the same' '
	run rebuild --check
	code 0
	out_has identical
'
last() { # number of the newest record
	run log list -n 0 -o json
	json "[-1][\"index\"]"
}
t 'a tree that declares nothing is no record at every look' '
	run collect git r
	one=$(last)
	run collect git r
	code 0
	is "$(last)" $((one + 1))
	run log show "$(last)"
	out_has submission
'
t 'a shallow clone says so, in the list and on the first screen' '
	git clone -q --depth 3 "file://$work/r" shallow
	home 2
	run collect git shallow
	code 0
	run change list --from 2024-12-01 --to 2027-01-01
	code 0
	out_has "This clone is shallow: 3 changes are here; for the older ones: git fetch --unshallow"
	run change list --from 2024-12-01 --to 2027-01-01 -o csv
	out_hasnt shallow:
	run audit shallow
	out_has "unknown   This clone is shallow: 3 changes are here; for the older ones: git fetch --unshallow"
	out_has " git fetch --unshallow"
	git -C shallow fetch -q --unshallow
	run collect git shallow
	run change list --from 2024-12-01 --to 2027-01-01
	out_hasnt "This clone is"
'
t 'a clone without trees is judged by what it holds, and says what to fetch' '
	git -C r config uploadpack.allowFilter true
	git clone -q --bare --filter=tree:0 "file://$work/r" treeless
	home 3
	run audit treeless
	code 0
	out_has "unknown   This clone is partial: 8 changes lack objects: git fetch --refetch --no-filter"
	out_has "scan      nothing: no file of the tree is here"
	out_has "no secret scan ran"
	run next 1
	out_has "  git fetch --refetch --no-filter"
	run change list --from 2024-12-01 --to 2027-01-01
	out_has "This clone is partial: 8 changes lack objects"
'
