# For test/cmd/*.sh: what must hold, told case by case (TAP). Begin with
#	. "$(dirname "$0")/lib.sh"
# and the script stands in an empty scratch folder ($work) that is gone after.
# $custody is the program under test, $top the checkout.
#
#	t 'an empty report is no clean scan' '
#		run import empty.sarif
#		code 2
#		err_has "holds no run"
#	'
#
# A case passes when its last command and every check in it succeeded.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
custody=${CUSTODY:-$top/build/release/custody}
work=$(mktemp -d "${TMPDIR:-/tmp}/custody-test-XXXXXX")
cases=0 broken=0 bad=
finish() {
	status=$?
	trap - EXIT
	cd / && chmod -R u+rwX "$work" 2>/dev/null
	rm -rf "$work"
	[ "$status" = 0 ] || { echo "the script ended early, with $status" >&2; exit "$status"; }
	echo "1..$cases"
	[ "$broken" = 0 ] || exit 1
	exit 0
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
cd "$work" || exit 1
# Nothing of the person's own git or custody takes part.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
unset CUSTODY_HOME GIT_DIR GIT_WORK_TREE 2>/dev/null

# t TITLE SCRIPT: one case.
t() {
	cases=$((cases + 1)) bad=
	: >"$work/.why"
	eval "$2" || wrong "its last command failed"
	if [ -z "$bad" ]; then
		echo "ok $cases - $1"
	else
		broken=$((broken + 1))
		echo "not ok $cases - $1"
		sed 's/^/# /' "$work/.why"
	fi
}
# skip TITLE WHY: a case that cannot be asked here.
skip() {
	cases=$((cases + 1))
	echo "ok $cases # SKIP $1: $2"
}
wrong() {
	bad=yes
	echo "$*" >>"$work/.why"
}

# run ARGUMENT...: the program; leaves $out, $err (files) and $status.
out=$work/.out err=$work/.err status=
run() {
	ran="custody $*"
	status=0
	"$custody" "$@" >"$out" 2>"$err" </dev/null || status=$?
	return 0
}
# The checks: each says what it wanted and what there was.
code() {
	[ "$status" = "$1" ] && return
	wrong "$ran: exit $status, wanted $1"
	head -n 20 "$out" "$err" >>"$work/.why"
}
has() { # has FILE TEXT
	grep -qF -e "$2" "$1" && return
	wrong "wanted: $2"
	head -n 20 "$1" >>"$work/.why"
}
says() { # says FILE TEXT: the sentence, wherever its lines are broken
	tr -s "[:space:]" " " <"$1" | grep -qF -e "$2" && return
	wrong "wanted: $2"
	head -n 20 "$1" >>"$work/.why"
}
hasnt() { # hasnt FILE TEXT
	grep -qF -e "$2" "$1" || return 0
	wrong "not wanted: $2"
	grep -F -e "$2" "$1" | head -n 5 >>"$work/.why"
}
out_has() { has "$out" "$1"; }
err_has() { has "$err" "$1"; }
out_says() { says "$out" "$1"; }
err_says() { says "$err" "$1"; }
out_hasnt() { hasnt "$out" "$1"; }
err_hasnt() { hasnt "$err" "$1"; }
is() { # is GOT WANTED
	[ "$1" = "$2" ] || wrong "got: $1
wanted: $2"
}
# One field of $out as JSON: json '["a"][0]'
json() {
	python3 -c 'import json, sys; v = json.load(open(sys.argv[1])); v = eval("v" + sys.argv[2], {"v": v}); print(v if isinstance(v, str) else json.dumps(v))' \
		"$out" "$1" 2>>"$work/.why" || wrong "no $1 in the output of $ran"
}
# A repository that is the same every time: repo FOLDER, then commit in it.
repo() {
	git -c init.defaultBranch=main init -q "$1"
	git -C "$1" config user.name 'Ada Example'
	git -C "$1" config user.email ada@example.org
	git -C "$1" config commit.gpgsign false
}
clock=1735689600
commit() { # commit FOLDER MESSAGE: everything, a day after the one before
	clock=$((clock + 86400))
	git -C "$1" add -A
	GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" \
		git -C "$1" commit -q --allow-empty -m "$2"
}
