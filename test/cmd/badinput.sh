#!/bin/sh
# Wrong, broken and hostile inputs of import: one sentence that names the file, the
# right exit code, and nothing half-written.
# timeout: 300
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

good=$top/test/data/reports/semgrep.json
run init -q
run import -q "$good"
run status -o json
state() {
	{ "$custody" log list -o json 2>&1; find home/evidence home/tiles -type f | sort; } | sha256sum
}
before=$(state)

# refused CODE TEXT: what the last run said of the file, in one sentence, and that the
# home is as it was.
refused() {
	code "$1"
	is "$(grep -c "^custody: " "$err")" 1
	err_has "$2"
	is "$(state)" "$before"
	is "$(ls home | grep -vc "^\(home.json\|custody.db\|evidence\|keys\|tiles\|lock\|custody.db-.*\|owner.*\|known.*\)")" 0
}
python3 - "$good" <<'PY'
import gzip, json, os, socket, sys
good = open(sys.argv[1], "rb").read()
w = lambda n, b: open(n, "wb").write(b)
w("empty.json", b"")
w("blank.json", b" \n\t\n")
w("nul.json", b"\0" * 4096)
w("inside-nul.json", good.replace(b'"results"', b'"res\0ults"', 1))
w("cut.json", good[: len(good) // 2])
w("deep.json", b"[" * 10000 + b"]" * 10000)
w("deep-inside.sarif", b'{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[],"properties":' + b'{"a":' * 10000 + b"1" + b"}" * 10000 + b"}]}")
w("twice.sarif", b'{"version":"2.1.0","runs":[],"runs":[{"tool":{"driver":{"name":"x"}},"results":[]}]}')
w("latin.json", good.replace(b'"message"', b'"messag\xe9"', 1))
w("utf16.json", good.decode().encode("utf-16"))
w("utf16be.json", b"\xfe\xff" + good.decode().encode("utf-16-be"))
w("utf32.json", good.decode().encode("utf-32"))
w("bom.json", b"\xef\xbb\xbf" + good + b"\n")
w("after.json", good + b"{}")
w("binary.json", bytes(range(256)) * 64)
w("elf.json", open("/proc/self/exe", "rb").read(100000))
w("text.txt", b"nothing of a report in here\n")
w("html.xml", b"<html><body>502 Bad Gateway</body></html>")
w("entity.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&x;"/></testsuite>')
w("laughs.xml", b"<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\">" + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % ((c,) + (c - 1,) * 10) for c in range(98, 112)) +
    b']><testsuite><testcase name="x">&o;</testcase></testsuite>')
w("open.xml", b"<testsuite><testcase name='a'>")
gz = gzip.compress(good)
w("cut.json.gz", gz[: len(gz) // 2])
w("bad.json.gz", gz[:40] + b"\xff" * 20 + gz[60:])
w("two.json.gz", gzip.compress(good[:500]) + gzip.compress(good[500:]))
w("trailing.json.gz", gz + b"not gzip at all")
bomb = gzip.compress(b"[" + b" " * (1 << 20))
w("spaces.json.gz", gzip.compress(b"{" + b" " * (64 << 20)))
open("sparse.json", "wb").truncate(10 << 30)
os.mkfifo("fifo.json")
s = socket.socket(socket.AF_UNIX); s.bind("socket.json")
os.mkdir("folder.json")
os.symlink("nowhere", "dangling.json")
os.symlink("loop.json", "loop.json")
w("secret.json", good); os.chmod("secret.json", 0)
PY

t 'what is empty or holds nothing says so' '
	for f in empty blank; do
		run import $f.json
		refused 1 "$f.json is empty"
	done
'
t 'what is no text, or in another encoding, is refused' '
	for f in nul.json utf16.json utf16be.json utf32.json binary.json elf.json inside-nul.json latin.json text.txt; do
		run import $f
		refused 1 $f
	done
	run import utf16.json
	refused 1 "UTF-16"
'
t 'a byte order mark is no fault' '
	run import bom.json
	code 0
	out_has "2 results"
	before=$(state)
'
t 'broken, doubled and too deep documents are refused with their place' '
	run import cut.json
	refused 1 "cut.json:"
	run import after.json
	refused 1 "after.json:"
	run import --kind sarif twice.sarif
	refused 1 "twice.sarif:1:"
	run import --kind sarif deep.json
	refused 1 "deep.json"
	run import --kind sarif deep-inside.sarif
	refused 1 "deep-inside.sarif:1:"
	err_has 64
'
t 'XML that is broken, names files or grows is refused' '
	for f in html entity laughs open; do
		run import $f.xml
		refused 1 $f.xml
	done
'
t 'a broken compression is refused; several parts are one file' '
	run import cut.json.gz
	refused 1 cut.json.gz
	run import bad.json.gz
	refused 1 bad.json.gz
	run import trailing.json.gz
	refused 1 trailing.json.gz
	run import two.json.gz
	code 0
	before=$(state)
	command -v zstd >/dev/null || return 0
	head -c 500 "$good" | zstd -q >two.zst
	tail -c +501 "$good" | zstd -q >>two.zst
	run import two.zst
	code 0
	before=$(state)
	zstd -q -c "$good" | head -c 100 >cut.zst
	run import cut.zst
	refused 1 cut.zst
'
t 'a bomb ends at its limit, soon and in little memory' '
	begin=$(date +%s)
	run import spaces.json.gz
	refused 1 spaces.json.gz
	head -c 4000000 /dev/zero >zero
	gzip -9 -c zero >bomb.gz
	for i in 1 2 3 4 5 6; do cat bomb.gz bomb.gz bomb.gz >more; mv more bomb.gz; done
	run import --kind sarif bomb.gz
	[ $(($(date +%s) - begin)) -lt 200 ] || wrong "it took $(($(date +%s) - begin)) s"
	[ "$status" = 1 ] || [ "$status" = 8 ] || wrong "exit $status: $(cat "$err")"
	err_has "bomb.gz: packed more than 1000 to 1"
	is "$(state)" "$before"
'
t 'what is no file is refused before it is read' '
	run import folder.json
	refused 1 "is a folder"
	for f in fifo.json /dev/zero socket.json; do
		run import $f
		refused 1 "$f"
	done
	run import missing.json
	refused 1 "there is no file missing.json"
	run import dangling.json
	refused 1 dangling.json
	run import loop.json
	[ "$status" != 0 ] || wrong "taken"
	[ "$(id -u)" = 0 ] || { run import secret.json; [ "$status" != 0 ] || wrong "taken"; }
'
t 'a report of another kind than was said is refused' '
	for k in sarif trivy grype junit cyclonedx people generic; do
		run import --kind $k "$good"
		refused 1 semgrep.json
	done
	run import --kind sariff "$good"
	refused 2 "did you mean sarif"
'
t 'a single record of OSV is told from what osv-scanner writes' '
	echo "{\"id\":\"GHSA-x\",\"schema_version\":\"1.6.0\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":[]}" >osv.json
	run import osv.json
	refused 1 "one record of the OSV database"
	run import --kind osv-scanner osv.json
	refused 1 "one record of the OSV database"
'
t 'of several files the good ones are taken, and quiet does not hide the others' '
	run import -q empty.json "$top/test/data/reports/gosec.json" cut.json
	code 1
	err_has "refused: empty.json"
	err_has "refused: cut.json"
	err_has "2 of 3 files were refused; the others are imported"
	before=$(state)
	run import -q empty.json cut.json
	code 1
	err_has "all 2 files were refused; nothing is imported"
'
t 'bytes of a refused report are not kept: those that were there before are' '
	head -c 400 "$top/test/data/reports/zap.xml" >half.xml
	for f in cut.json deep-inside.sarif half.xml; do
		run import --kind "$(case $f in *.json) echo semgrep ;; *.sarif) echo sarif ;; *) echo zap ;; esac)" $f
		refused 1 $f
		is "$(find home/evidence -name "$(sha256sum <$f | cut -c-64).zst" | wc -l)" 0
	done
	kept=$(sha256sum <"$good" | cut -c-64)
	is "$(find home/evidence -name "$kept.zst" | wc -l)" 1
	run import --kind gosec "$good"
	refused 1 semgrep.json
	is "$(find home/evidence -name "$kept.zst" | wc -l)" 1
'
t 'ten gigabytes of nothing are refused' '
	run import sparse.json
	code 1
	is "$(grep -c "^custody: " "$err")" 1
	is "$(state)" "$before"
'
t 'the home is whole after all of it' '
	run verify
	code 0
	run rebuild --check
	out_has identical
'
