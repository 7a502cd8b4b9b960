#!/bin/sh
# Options: what must be given is marked wherever options are told; names are the same.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state

t 'what must be given stands in the usage, and is marked' '
	run people own --help
	code 0
	out_has "custody people own --person TEXT [options] ACCOUNT"
	out_has "(required)"
	run people link --help
	out_has "custody people link --person TEXT [options] ACCOUNT"
	run help --man people
	out_has "the person who answers for it (required)"
	run help --completion bash
	out_has "--person"
'
repo app
commit app first
t 'a pack never lies beside keys, wherever the home is' '
	CUSTODY_HOME=$work/kept run audit app
	code 0
	out_has "writes to app-custody and the home"
	[ -f app-custody/pack.zip ] || wrong "no pack"
	CUSTODY_HOME=$work/kept run audit app
	code 0
	is "$(find kept -name "*.zip")" ""
	is "$(find app-custody -name "*.pem" -o -name keys)" ""
'
t 'the repository and its folder are called as --name says' '
	run audit app --name shop
	code 0
	[ -f shop-custody/pack.zip ] || wrong "no pack"
	run system of shop --home shop-custody/home
	code 0
	run audit app app --name shop
	code 2
'
t 'that something is sent is said only where nothing is' '
	run audit app
	out_has "sends nothing"
	git init -q --bare vouch.git
	git -C vouch.git symbolic-ref HEAD refs/heads/main
	run anchor branch app --always --home app-custody/home
	code 0
	commit app second
	run audit app
	code 0
	out_has "sends a checkpoint to 1 anchor"
	out_hasnt "sends nothing"
'
