#!/bin/sh
# timeout: 300
# What reaches a terminal: lines that fit, progress that vanishes, and nothing from
# outside that could steer it. And audit leaves what it reads as it was.
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

# tty COMMAND...: the program on a pseudo terminal of 80 columns; $out is what came
# through it, standard output and standard error together.
tty() {
	ran="custody $*"
	status=0
	python3 - "$out" "$custody" "$@" <<-'PY' || status=$?
	import os, pty, sys, fcntl, struct, termios
	out, argv = sys.argv[1], sys.argv[2:]
	pid, fd = pty.fork()
	if pid == 0:
	    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 80, 0, 0))
	    os.environ.pop('CI', None)
	    if os.environ.pop('PLAIN', None) is None:
	        os.environ.pop('NO_COLOR', None)
	    else:
	        os.environ['NO_COLOR'] = '1'
	    os.environ['TERM'] = 'xterm'
	    os.execv(argv[0], argv)
	seen = b''
	while True:
	    try:
	        got = os.read(fd, 65536)
	    except OSError:
	        break
	    if not got:
	        break
	    seen += got
	open(out, 'wb').write(seen)
	sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	PY
	: >"$err"
}
# calm: no control character and no line beyond 100 columns in what was said.
calm() {
	python3 - "$ran" "${1:-}" "$out" "$err" <<-'PY' >>"$work/.why" || wrong "$ran: not calm"
	import sys, unicodedata
	bad = 0
	for f in sys.argv[3:]:
	    for line in open(f, 'rb').read().split(b'\n'):
	        text = line.decode('utf-8', 'surrogateescape')
	        steers = [c for c in text if (ord(c) < 32 and c != '\t') or 0x7f <= ord(c) < 0xa0 or 0xdc80 <= ord(c) <= 0xdcff
	                  or ord(c) in (0x200e, 0x200f, 0x61c) or 0x2028 <= ord(c) <= 0x202e or 0x2066 <= ord(c) <= 0x2069]
	        wide = sum(2 if unicodedata.east_asian_width(c) in 'WF' else 0 if unicodedata.combining(c) else 1 for c in text)
	        long = wide > 100 and sys.argv[2] == 'fits' and f == sys.argv[3] and ' ' in text[24:]
	        if steers or long:
	            bad = 1
	            print(sys.argv[1], 'steers' if steers else 'long', repr(text))
	sys.exit(bad)
	PY
}

e=$(printf '\033') c1=$(printf '\302\233') raw=$(printf '\233')
evil="$e]0;owned$(printf '\007')$e[2J${c1}31m"
repo talk
git -C talk config user.name "Eve$evil"
git -C talk remote add origin "https://github.com/acme/talk$e[31m"
mkdir -p "talk/src$evil" talk/.github/workflows
printf 'on: push\njobs:\n  "a%s":\n    steps:\n      - uses: "evil/act%s@v1"\n' "$evil" "$evil" >talk/.github/workflows/ci.yml
printf 'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"\nAKIAQYLPMN5HHHFPZAM2\n' >"talk/src$evil/k${raw}ey.txt"
commit talk "title $evil"
git -C talk checkout -q -b "b${c1}ranch"
commit talk "second $evil (#7)"
git -C talk tag "v1${c1}2J"
python3 - >evil.sarif <<'PY'
import json
e = '\x1b]0;owned\x07\x1b[2J\u009b31m\u202e\x7f' + 'long ' * 60
print(json.dumps({'version': '2.1.0', 'runs': [{'tool': {'driver': {'name': 'tool' + e, 'version': '1' + e,
  'rules': [{'id': 'R1' + e, 'name': e, 'shortDescription': {'text': 'title' + e}}]}},
  'results': [{'ruleId': 'R1' + e, 'level': 'error', 'message': {'text': 'message' + e},
   'locations': [{'physicalLocation': {'artifactLocation': {'uri': 'a/b' + '%1B%5B2J' + 'c' * 200},
   'region': {'startLine': 3}}}]}]}]}))
PY
printf '{"name": "\033[2J%s\n' "$c1" >"broken$e[2J.json"
printf 'people:\n  - { name: "Ada\\e[2J\\x9b", email: [ada@example.org], role: "\\e[31mking" }\nsystems: [ "\\e]0;x\\a" ]\n' >custody.yaml

t 'no list and no page says anything that steers a terminal, and lines fit' '
	run collect git talk; calm fits
	run import evil.sarif; calm fits
	run import "broken$e[2J.json"; calm
	[ "$status" -ne 0 ] || wrong "a broken report was taken"
	run import "there is no$e[2J"; calm
	run config check custody.yaml; calm
	[ "$status" -ne 0 ] || wrong "a configuration that cannot be was taken"
	run "nou$e[2Jn"; calm
	run finding "ver$e[2Jb"; calm
	run finding list "--o$e[2J"; calm
	run audit talk --pack "$work/p.zip" --reports "$work" --notes; calm
	out_has "not a verdict"
	for args in "finding list" "finding list --all" "finding show 1" "finding show 2" "change list" "change list --no-pr" \
		"change show $(git -C talk rev-parse HEAD)" "control list" "control list --areas" "control show 8.28" \
		"control show 8.8" "control map A.14.2" "coverage" "evidence list" "system list" "people list" "people accounts" \
		"people join" "log list -n 0" "status" "verify" "next" "next 1" "retention list" "hold list" "anchor list" \
		"rebuild --check" "init --starter" "verify p.zip" "help"; do
		run $args
		calm fits
	done
	for args in "finding list" "finding show 1" "change list" "people list" "log list -n 0" next "control show 8.28"; do
		run $args -o json
		calm
	done
	for args in "finding list" "change list" "people list"; do
		run $args -o markdown
		calm
	done
	run log list -n 0
	[ "$(wc -l <"$out")" -gt 5 ] || wrong "nothing was asked"
'
t 'progress is a line on a terminal that is erased, and nothing elsewhere' '
	for args in "import evil.sarif --run 1" "collect git talk" "verify" "rebuild" "pack p2.zip" "verify p2.zip"; do
		run $args
		code 0
		hasnt "$err" "$e"
		hasnt "$out" "$e"
		tty $args -q
		code 0
		hasnt "$out" "$e"
	done
	mkdir many
	git clone -q talk many/one 2>/dev/null
	git clone -q talk many/two 2>/dev/null
	tty audit many --home "$work/h2" --pack "$work/p3.zip"
	code 0
	out_has "1 of 2, "
	out_has "2 of 2, "
	out_has "$e[K"
	python3 - "$out" <<-"PY" >>"$work/.why" || wrong "progress stands on the screen"
	import sys
	text = open(sys.argv[1], encoding="utf-8").read()
	for line in text.split("\n"):
	    left = line.rsplit("\x1b[K", 1)[-1] if "\x1b[K" in line else ""
	    if "collect: " in left or "scan: " in left:
	        print(repr(line)); sys.exit(1)
	sys.exit("\x1b[1m" not in text)
	PY
	PLAIN=1 tty audit many --home "$work/h2" --pack "$work/p3.zip" -q
	hasnt "$out" "$e"
	run audit many --home "$work/h2" --pack "$work/p3.zip"
	hasnt "$out" "$e"
	hasnt "$err" "$e"
'
t 'a terminal of 80 columns gets lines of 80' '
	tty verify
	python3 - "$out" <<-"PY" >>"$work/.why" || wrong "a line is wider than the terminal"
	import sys
	wide = [l for l in open(sys.argv[1], encoding="utf-8").read().replace("\r", "").split("\n")
	        if len(l) > 80 and " " in l[10:] and "\x1b" not in l]
	print(*wide, sep="\n")
	sys.exit(len(wide) > 0)
	PY
	out_has "          "
'
still() {
	(cd "$1" && find . -printf '%p %i %s %T@ %C@ %m %n %l\n' | LC_ALL=C sort)
}
t 'audit writes nothing into what it reads, and needs no right to' '
	repo quiet
	printf "x\n" >quiet/a
	commit quiet one
	touch -d "2020-01-01" quiet/a
	git -C quiet status >/dev/null
	touch -d "2021-01-01" quiet/a
	mkdir quiet/reports
	cp "$top/test/data/reports/npm-audit-7.json" quiet/reports/
	still quiet >before
	run audit quiet --reports quiet/reports --home "$work/h5" --pack "$work/p5"
	code 0
	run collect git quiet --home "$work/h5"
	code 0
	still quiet >after
	is "$(diff before after)" ""
	chmod -R a-w quiet
	still quiet >before
	run audit quiet --reports quiet/reports --home "$work/h6" --pack "$work/p6"
	code 0
	still quiet >after
	is "$(diff before after)" ""
	(cd quiet && "$custody" audit --home "$work/h7" --pack "$work/p7") >"$out" 2>"$err" || wrong "audit of . in a read-only folder"
	still quiet >after
	is "$(diff before after)" ""
'
