#!/bin/sh
# timeout: 400
# A commit on the lines of several release branches is one change, whatever
# becomes of the branches. Runs on both databases (CUSTODY_TEST_POSTGRES).
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
homes=0
fresh() { # a new home, and the repository r: main with five commits, feature two from the fourth
	homes=$((homes + 1))
	CUSTODY_HOME=$work/home$homes
	if [ -n "${CUSTODY_TEST_POSTGRES:-}" ]; then
		"$custody" init -q --database "$CUSTODY_TEST_POSTGRES schema=git$$_$homes" >/dev/null 2>&1
	else
		"$custody" init -q >/dev/null 2>&1
	fi
	rm -rf r
	repo r
	for i in 1 2 3 4 5; do commit r "m$i"; done
	git -C r checkout -q -b feature HEAD~1
	commit r f1
	commit r f2
}
count() { # count [ARGUMENT]...: changes listed
	run change list -o json --from 2024-12-01 --to 2027-01-01 "$@"
	json '.__len__()'
}
twice() { # what a rebuild finds is what stands
	run rebuild --check
	code 0
	out_has identical
}

last() { # number of the newest record
	run log list -n 0 -o json
	json "[-1][\"index\"]"
}

t 'a commit on two branches is one change; each branch lists what it holds' '
	fresh
	run collect git r
	code 0
	out_has "6 changes new"
	git -C r checkout -q main
	run collect git r
	out_has "1 changes new, 4 known before"
	is "$(count)" 7
	is "$(count --branch main)" 5
	is "$(count --branch feature)" 6
	run collect git r --branch main --branch feature
	out_has "0 changes new"
	is "$(count)" 7
	twice
'
t 'a scan of a commit both branches hold belongs to the branch it names' '
	printf "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"t\"}},\"results\":[]}]}" >e.sarif
	run import e.sarif --repository r --branch feature --commit "$(git -C r rev-parse main~1)"
	code 0
	run log show "$(last)" -o json
	out_has "r@feature"
	run import e.sarif --repository r --branch feature --commit "$(git -C r rev-parse main)"
	code 0
	run log show "$(last)" -o json
	out_has "r@main"
'
t 'a detached HEAD belongs to the branch that contains it' '
	fresh
	git -C r checkout -q main
	run collect git r
	git -C r checkout -q --detach main~2
	run collect git r
	code 0
	out_has "0 changes new"
	err_has "the branch looked at is main, which contains it"
	is "$(count)" 5
	git -C r checkout -q --detach
	git -C r commit -q --allow-empty -m lonely
	run collect git r
	code 0
	err_has "no branch contains it: its changes stand under the name detached"
	is "$(count)" 6
	is "$(count --branch detached)" 4
	git -C r checkout -q main
	run collect git r
	is "$(count)" 6
	twice
'
t 'a renamed branch goes on; its changes are not counted again' '
	fresh
	git -C r checkout -q main
	run collect git r
	git -C r branch -m main trunk
	commit r six
	run collect git r
	code 0
	out_has "1 changes new"
	err_has "main goes on as trunk"
	is "$(count)" 6
	is "$(count --branch trunk)" 6
	run log list -n 0 -o json
	has "$out" git.collection
	twice
'
t 'a deleted branch ends; what another holds counts with that one, the rest stays' '
	fresh
	run collect git r
	git -C r checkout -q -b next HEAD~1
	commit r n1
	run collect git r
	is "$(count)" 7
	git -C r branch -q -D feature
	run collect git r
	code 0
	err_has "the branch feature is gone"
	is "$(count)" 7
	is "$(count --branch next)" 6
	is "$(count --branch feature)" 6
	run collect git r
	err_hasnt "is gone"
	twice
'
t 'a branch that was merged forward and deleted leaves nothing behind' '
	fresh
	run collect git r
	git -C r checkout -q -b next
	commit r n1
	git -C r branch -q -D feature
	run collect git r
	code 0
	err_has "feature goes on as next"
	is "$(count)" 7
	twice
'
t 'a clone that fetches one branch alone ends and renames none' '
	fresh
	git -C r checkout -q main
	run collect git r
	git clone -q --single-branch --branch feature r one
	git -C one remote set-url origin https://example.org/acme/r.git
	git -C r remote add origin https://example.org/acme/r.git
	run collect git one --name r
	code 0
	err_hasnt "is gone"
	err_hasnt "goes on as"
	is "$(count)" 7
	twice
'
t 'a branch that moves back loses what another still holds to that one' '
	fresh
	run collect git r
	git -C r branch keep feature
	run collect git r --branch keep
	git -C r reset -q --hard HEAD~1
	run collect git r
	code 0
	is "$(count)" 6
	is "$(count --branch keep)" 6
	is "$(count --branch feature)" 5
	git -C r branch -q -D keep
	run collect git r
	is "$(count)" 6
	twice
'
t 'a branch that is not here is said, and the others are read' '
	fresh
	run collect git r --branch main --branch release/9
	code 0
	err_has "this clone has no branch release/9"
	is "$(count)" 5
	run collect git r --branch release/9
	code 1
	err_has "no branch release/9"
'
t 'a tag, a path or an expression of the same name is not taken for the branch' '
	fresh
	git -C r tag main feature
	mkdir -p r/main
	run collect git r --branch main
	code 0
	is "$(count --branch main)" 5
'
