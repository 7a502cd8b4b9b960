#!/bin/sh
# timeout: 900
# A repository made to do harm: nothing of it runs, nothing in it is written,
# nothing it says steers the terminal, and what is broken is said.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
esc=$(printf '\033')

# Every file of a folder: what it is, how large, when it was last touched.
still() {
	(cd "$1" && find . -printf '%p %i %s %T@ %C@ %m %l\n' | LC_ALL=C sort)
}
# A tool that leaves a mark wherever it runs.
printf '#!/bin/sh\ntouch %s/ran\ncat 2>/dev/null\n' "$work" >tool
chmod +x tool
tool=$work/tool
# hostile DIR: each way a repository has of naming a program.
hostile() {
	(
		cd "$1" || exit 1
		for h in post-checkout pre-commit post-index-change reference-transaction fsmonitor-watchman \
			pre-auto-gc post-merge post-rewrite proc-receive update; do
			cp "$tool" ".git/hooks/$h"
		done
		printf '* filter=evil diff=evil merge=evil ident\n' >.git/info/attributes
		for k in core.fsmonitor core.pager core.editor core.sshCommand core.askPass core.gitProxy \
			core.alternateRefsCommand diff.external diff.evil.command diff.evil.textconv filter.evil.clean \
			filter.evil.smudge filter.evil.process merge.evil.driver gpg.program gpg.ssh.program \
			gpg.ssh.defaultKeyCommand gpg.x509.program pager.log pager.rev-list pager.cat-file credential.helper \
			sequence.editor uploadpack.packObjectsHook interactive.diffFilter trailer.x.cmd trailer.x.command \
			mergetool.x.cmd difftool.x.cmd web.browser browser.x.cmd man.x.cmd remote.origin.uploadpack \
			remote.origin.receivepack remote.origin.vcs submodule.x.update protocol.ext.allow; do
			git config "$k" "$tool"
		done
		for c in rev-list cat-file diff-tree for-each-ref rev-parse ls-tree log config worktree; do
			git config "alias.$c" "!$tool"
		done
		git config filter.evil.required true
		git config core.hooksPath .git/hooks
		git config core.worktree "$work"
		git config log.showSignature true
		git config core.logAllRefUpdates always
		git config remote.origin.url "ext::$tool"
		git config remote.origin.promisor true
		git config remote.origin.partialclonefilter blob:none
		git config "url.ext::$tool.insteadOf" https://
		git config includeIf.gitdir:/.path "$work/included"
		git config include.path "$work/included"
	)
}
printf '[core]\n\tfsmonitor = %s\n\tpager = %s\n' "$tool" "$tool" >included

t 'nothing a repository names runs, and nothing in it is touched' '
	repo evil
	printf "%s\n" "* filter=evil diff=evil" >evil/.gitattributes
	printf "[submodule \"x\"]\n\tpath = x\n\turl = ext::%s\n\tupdate = !%s\n" "$tool" "$tool" >evil/.gitmodules
	printf "name: ci\non: push\n" >evil/.gitlab-ci.yml
	commit evil one
	commit evil two
	git -C evil update-index --add --cacheinfo 160000 "$(git -C evil rev-parse HEAD)" x
	commit evil "a submodule"
	hostile evil
	rm -f ran
	still evil >before
	run collect git evil
	code 0
	out_has "3 changes new"
	run audit evil --home "$work/h2" --pack "$work/p2"
	code 0
	still evil >after
	is "$(diff before after)" ""
	[ ! -e ran ] || wrong "a program of the repository ran"
	run log list -n 0 -o json
	hasnt "$out" "ext::"
'
t 'what it says never steers the terminal' '
	repo talk
	git -C talk config user.name "$(printf "\033]0;owned\007Eve\033[2J")"
	commit talk "$(printf "title \033[31mred\033]8;;http://evil.example\007link\r\tback\010")"
	git -C talk checkout -q -b "$(printf "b\302\233ranch")"
	(cd talk && printf x >"$(printf "new\nline\033[1m")" && printf y >"$(printf "\\\\..\\\\up")" && mkdir -p "...")
	commit talk paths
	git -C talk tag "$(printf "v1\302\2332J")"
	for args in "collect git talk" "change list" "change show $(git -C talk rev-parse HEAD)" "audit talk --home $work/h3 --pack $work/p3" "log list -n 0" "status" "coverage" "next"; do
		run $args
		cat "$out" "$err" >said
		grep -q "$(printf "[\001-\010\013-\037]")" said && wrong "$args: a control character came through"
		grep -q "$(printf "\302\233")" said && wrong "$args: a C1 control character came through"
	done
	true
'
t 'replacements and grafts are not believed, and a cycle of them ends' '
	repo cyc
	commit cyc one; commit cyc two; commit cyc three
	two=$(git -C cyc rev-parse HEAD~1) one=$(git -C cyc rev-parse HEAD~2)
	git -C cyc rev-parse HEAD >cyc/.git/info/grafts
	git -C cyc replace "$two" "$one" 2>/dev/null
	echo "$two" >"cyc/.git/refs/replace/$one"
	run collect git cyc
	code 0
	out_has "3 changes new"
'
t 'objects of another folder are read only where git says they belong' '
	repo lender
	commit lender one
	git clone -q --shared lender borrower 2>/dev/null
	run collect git borrower
	code 0
	out_has "1 changes new"
	echo "$work/nowhere" >borrower/.git/objects/info/alternates
	run collect git borrower --name broken
	hasnt "$err" "assert"
	[ "$status" -ne 0 ] || out_has "0 changes new"
'
t 'a message of 100 MB is cut, not kept' '
	repo big
	head -c 104857600 /dev/zero | tr "\0" "a" >msg
	clock=$((clock + 86400))
	GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" git -C big commit -q --allow-empty -F ../msg
	rm -f msg
	commit big after
	run collect git big
	code 0
	out_has "2 changes new"
	[ "$(du -sk home | cut -f1)" -lt 20000 ] || wrong "the home grew to $(du -sk home)"
'
t 'a tree 10,000 folders deep is read or said' '
	python3 - <<"END" >deep.fi
p = "d/" * 10000
m = b"deep"
print("commit refs/heads/main\ncommitter A <a@example.org> 1735689600 +0000\ndata 4\ndeep")
print("M 100644 inline " + "d/" * 1900 + "f\ndata 1\nx\n")
END
	repo deep
	git -C deep fast-import --quiet <deep.fi
	t=$(printf "100644 blob %s\tf\n" "$(printf x | git -C deep hash-object -w --stdin)" | git -C deep mktree)
	python3 - "$work/deep" "$t" <<"END"
import hashlib, os, sys, zlib
repo, tree = sys.argv[1:]
for _ in range(10000):
    body = b"40000 d\0" + bytes.fromhex(tree)
    raw = b"tree %d\0" % len(body) + body
    tree = hashlib.sha1(raw).hexdigest()
    p = f"{repo}/.git/objects/{tree[:2]}"
    os.makedirs(p, exist_ok=True)
    if not os.path.exists(f"{p}/{tree[2:]}"):
        open(f"{p}/{tree[2:]}", "wb").write(zlib.compress(raw))
open("tree", "w").write(tree)
END
	c=$(git -C deep commit-tree "$(cat tree)" -p main -m deeper)
	git -C deep update-ref refs/heads/main "$c"
	run collect git deep
	hasnt "$err" "ASSERT"
	[ "$status" = 0 ] || [ "$status" = 1 ] || wrong "exit $status"
'
t 'broken objects are stepped over and said' '
	repo hurt
	commit hurt one; commit hurt two; commit hurt three
	o=$(git -C hurt rev-parse HEAD~1)
	f=hurt/.git/objects/$(echo "$o" | cut -c1-2)/$(echo "$o" | cut -c3-)
	chmod u+w "$f" && printf "garbage" >"$f"
	run collect git hurt
	[ "$status" = 0 ] || [ "$status" = 1 ] || wrong "exit $status"
	err_has fsck
'
t 'two hundred thousand references do no harm' '
	repo many
	commit many one
	id=$(git -C many rev-parse HEAD)
	{ echo "# pack-refs with: peeled fully-peeled sorted"
	  python3 -c "
import sys
out = sys.stdout.write
for i in range(200000): out(sys.argv[1] + \" refs/heads/x/%07d\\n\" % i)" "$id"; } >many/.git/packed-refs
	run collect git many
	code 0
	out_has "1 changes new"
	git -C many checkout -q --detach
	run collect git many
	code 0
	out_has "0 changes new"
	rm -rf many
'
t 'a repository of another user is read like any other' '
	repo theirs
	commit theirs one
	if [ "$(id -u)" = 0 ]; then chown -R 65534:65534 theirs; fi
	still theirs >before
	run collect git theirs
	code 0
	out_has "1 changes new"
	still theirs >after
	is "$(diff before after)" ""
'
t 'dates that cannot be are placed beside their neighbours and said' '
	repo odd
	at() { GIT_AUTHOR_DATE="@$1 +0000" GIT_COMMITTER_DATE="@$1 +0000" git -C odd commit -q --allow-empty -m "$2"; }
	at 1735689600 one; at 4102444800 future; at 1735776000 two; at 1 epoch; at 1735862400 three
	at 1704067200 backwards; at 1735948800 four
	run collect git odd
	code 0
	out_has "7 changes new"
	err_has "2 changes bear a date that cannot be"
	err_has "1 changes are dated more than a day before what they follow"
	run change list --repository odd -o json --from 2024-12-31 --to 2025-01-10
	is "$(json ".__len__()")" 6
	run audit odd --home "$work/h4" --pack "$work/p4"
	code 0
'
