#!/bin/sh
# Signatures of commits are checked against the home's own list of signers, as
# git reads such a list; what the repository lists vouches for nothing.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home
if ! command -v ssh-keygen >/dev/null; then
	skip 'signatures' 'there is no ssh-keygen'
	exit 0
fi
for k in ada eve old gone; do ssh-keygen -q -t ed25519 -N '' -C "$k" -f "$work/$k"; done
ssh-keygen -q -t rsa -b 3072 -N '' -C rsa -f "$work/rsa"
signed() { # signed KEY MESSAGE: a commit signed with that key
	clock=$((clock + 86400))
	GIT_AUTHOR_DATE="@$clock +0000" GIT_COMMITTER_DATE="@$clock +0000" git -C r -c gpg.format=ssh \
		-c "user.signingkey=$work/$1" commit -q -S --allow-empty -m "$2"
}
repo r
git -C r config user.email Ada@Example.org
echo licence >r/LICENSE
commit r unsigned
signed ada "by the author"
signed eve "by somebody else"
signed old "too late"
signed gone "revoked"
signed rsa "an RSA key"
GIT_COMMITTER_NAME=Eve GIT_COMMITTER_EMAIL=eve@example.org signed eve "committed by Eve"
signed ada "changed after"
# The same signature over other bytes.
git -C r cat-file commit HEAD | sed 's/changed after/changed  after/' >forged
git -C r update-ref HEAD "$(git -C r hash-object -t commit -w ../forged)"
ssh-keygen -q -t ed25519 -N '' -C x -f stranger
signed ../stranger "a stranger" 2>/dev/null || signed stranger "a stranger"
key() { cut -d' ' -f1,2 "$work/$1.pub"; }
lists() {
	{
		echo "# who signs"
		echo "ada@example.org namespaces=\"git\" $(key ada)"
		echo "eve@example.org $(key eve)"
		echo "ada@example.org valid-before=\"20240101\" $(key old)"
		echo "*@example.org $(key gone)"
		echo "ada@example.org namespaces=\"file\" $(key eve)"
		echo "*@example.org,!eve@example.org $(key rsa)"
	} >home/allowed_signers
	echo "$(key gone) lost" >home/revoked_keys
}
says() { # says TITLE WORDS: what `change show` tells of the signature
	run change show "$(git -C r log --format=%H --grep="^$1\$" -1)"
	code 0
	out_has "$2"
}

t 'without a list nothing is checked, and that is said' '
	run collect git r
	code 0
	says "by the author" "ssh, not checked; key SHA256:"
	says unsigned "signature   none"
'
t 'with a list each signature is checked, those known before too' '
	lists
	run collect git r
	code 0
	says "by the author" "good, by the key listed for the author"
	out_has "signed)"
	says "by somebody else" "good, but the key is listed for somebody else"
	says "too late" "not listed for that time"
	says "revoked" "listed as revoked"
	says "an RSA key" "good, by the key listed for the author"
	says "committed by Eve" "listed for the committer, who is not the author"
	says "changed  after" "NOT over this commit"
	says "a stranger" "listed for nobody"
	says unsigned "signature   none"
'
t 'the same list is not asked again; another is' '
	run log list -n 0 -o json; before=$(json ".__len__()")
	run collect git r
	out_has "0 changes new"
	run log list -n 0 -o json
	is "$(($(json ".__len__()") - before))" 1
	echo "eve@example.org $(key old)" >>home/allowed_signers
	run collect git r
	says "too late" "listed for somebody else"
	run rebuild --check
	code 0
	out_has identical
'
t 'the audit counts them, and a list in the repository vouches for nothing' '
	cp home/allowed_signers r/allowed_signers
	echo "ada@example.org $(cut -d" " -f1,2 stranger.pub)" >>r/allowed_signers
	commit r "a list of our own"
	run audit r --home "$work/home" --pack "$work/p"
	code 0
	out_has "3 by a listed key, 4 doubtful"
	says "a stranger" "listed for nobody"
'
t 'a list that cannot be read is said with its line' '
	echo "nonsense" >>home/allowed_signers
	run collect git r
	code 1
	err_has "line 9"
'
