#!/bin/sh
# timeout: 600
# The pack: written from a home with reports, a collected repository, an erasure, a
# time stamp and a witness; checked as a folder, as one file, with and without keys;
# and changed in every way an outsider could. proves: R162 R163 R164
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state
servers=$top/test/cmd/anchor_servers.py
unset http_proxy HTTP_PROXY https_proxy all_proxy ALL_PROXY 2>/dev/null
pids=
stop_servers() {
	for p in $pids; do kill "$p" 2>/dev/null; done
}
trap 'ended=$?; stop_servers; (exit $ended); finish' EXIT

report() { # report RULE...: a SARIF file with a result for each
	python3 - "$@" <<'END'
import json, sys
print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": [
    {"ruleId": r, "level": "error", "message": {"text": r},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"src/{i}.c"}, "region": {"startLine": i + 1}}}]}
    for i, r in enumerate(sys.argv[1:])]}]}))
END
}
flip() { # flip FILE OFFSET
	python3 - "$1" "$2" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    b = f.read(1)[0]
    f.seek(int(sys.argv[2]))
    f.write(bytes([b ^ 1]))
END
}
last() { tail -n "${2:-1}" "$1" | head -n 1; }
fresh() { # a copy of the pack to change
	rm -rf c
	cp -R p c
}

repo r
echo one >r/a
commit r 'First'
echo two >r/a
commit r 'Second, by the same person'
report one two '=HYPERLINK("http://example.org")' >first.sarif
report one two three >second.sarif

t 'a pack is written, and names what it holds' '
	run import first.sarif --home h
	code 0
	run import second.sarif --home h
	run collect git r --home h
	code 0
	run pack p --home h --organisation "Example & Co" --for "Example Auditors"
	code 0
	out_has "manifest  "
	run pack p.zip --home h
	code 0
'
t 'the folder is intact, with the fingerprint of its key' '
	run verify p
	code 0
	is "$(grep -c "^intact" "$out")" 1
	key=$(cat p/log/key.vkey)
	finger=$(python3 -c "import base64, hashlib, sys
print(hashlib.sha256(base64.b64decode(sys.argv[1].split(\"+\", 2)[2])[1:]).hexdigest())" "$key")
	out_has "$finger"
'
t 'so is the file, and unzip reads it' '
	run verify p.zip
	code 0
	out_has intact
	command -v unzip >/dev/null || return 0
	unzip -tq p.zip >/dev/null || wrong "unzip finds it damaged"
	mkdir u && (cd u && unzip -q ../p.zip)
	run verify u
	code 0
'
t 'less than is required is exit code 5' '
	run verify p --require authentic
	code 5
	err_has "authentic is required"
'
t 'another key than its own is named' '
	run verify p --key "$(echo "$key" | sed "s/^custody/someone/")"
	code 2
	run init --home other
	run pack o --home other
	run verify p --key "$(cat o/log/key.vkey)"
	code 5
	out_has "log/key.vkey: the pack was signed with another key"
'
t 'with its key it is authentic, and from then on without' '
	run verify p --key "$key" --require authentic
	code 0
	is "$(last "$out")" authentic
	run verify p.zip --require authentic
	code 0
	is "$(last "$out")" authentic
	run verify o
	out_has intact
'
t 'a flipped byte in any file is named' '
	fresh
	for f in $(cd c && find . -type f | sed "s|^\./||" | grep -v "controls/A.[567]" | sort); do
		size=$(wc -c <"c/$f")
		flip "c/$f" $((size / 2))
		run verify c
		code 5
		out_has "$f: "
		flip "c/$f" $((size / 2))
	done
	run verify c
	code 0
'
t 'a dropped row, an added, a removed and a cut file are named' '
	fresh
	sed -i 2d c/06-vulnerability-management/findings.csv
	echo new >c/notes.txt
	rm c/style.css
	truncate -s -5 c/parts/000000.jsonl
	run verify c
	code 5
	out_has "06-vulnerability-management/findings.csv: this file changed"
	out_has "notes.txt: this file was added"
	out_has "style.css: this file is missing"
	out_has "parts/000000.jsonl: this file changed"
	is "$(last "$out" | cut -c-10)" "NOT intact"
'
t 'two records in another order are named' '
	fresh
	python3 - c/log/tile/entries/000.p/* <<END
import sys
b = open(sys.argv[1], "rb").read()
v = []
while b:
    n = 2 + int.from_bytes(b[:2], "big")
    v.append(b[:n])
    b = b[n:]
v[4], v[5] = v[5], v[4]
open(sys.argv[1], "wb").write(b"".join(v))
END
	run verify c
	code 5
	out_has "a record was changed, reordered, added or removed"
'
t 'the key of another log in its place is named' '
	fresh
	cp o/log/key.vkey c/log/key.vkey
	run verify c
	code 5
	out_has "log/key.vkey: this file changed"
	out_has "log/checkpoint: it bears no signature by the key"
'
t 'a cut, grown or changed .zip is named' '
	for n in 1 86 200 5000; do
		head -c -$n p.zip >cut.zip
		run verify cut.zip
		code 5
		out_has "the .zip itself"
	done
	{ cat p.zip; echo x; } >cut.zip
	run verify cut.zip
	code 5
	cp p.zip cut.zip
	flip cut.zip 1000
	run verify cut.zip
	code 5
	out_has "the .zip itself: its bytes changed"
'
t 'a table opened by a spreadsheet runs nothing' '
	cat p/06-vulnerability-management/findings.csv p/06-vulnerability-management/no-longer-reported.csv >tables
	has tables "'"'"'=HYPERLINK"
	hasnt tables ",=HYPERLINK"
	has p/index.html "Example &amp; Co"
'
t 'every table is valid JSON with as many rows as its CSV' '
	python3 - <<END || wrong "the tables differ"
import csv, glob, json, sys
n = 0
for f in glob.glob("p/*/*.json") + ["p/index.json"]:
    rows = json.load(open(f))
    lines = list(csv.DictReader(open(f[:-4] + "csv", newline="")))
    assert len(rows) == len(lines), f
    assert not rows or list(rows[0]) == list(lines[0]), f
    n += len(rows)
assert n > 100, n
END
'
t 'the eleven folders are there; the index names area, owner and place, and leads to every control' '
	is "$(cd p && ls -d [01][0-9]-* | tr "\n" " ")" "01-secure-development-policy 02-control-mapping-and-SoA 03-architecture-and-threat-review 04-code-review-records 05-ci-cd-security-gates 06-vulnerability-management 07-risk-acceptance-and-exceptions 08-access-reviews 09-release-and-change-records 10-supplier-and-outsourced-development 11-audit-testing-and-follow-up "
	python3 - <<END || wrong "the index leads nowhere"
import csv, os
areas = list(csv.DictReader(open("p/index.csv", newline="")))
assert len(areas) == 10 and {"area", "owner", "location", "frequency", "last_review"} <= set(areas[0])
assert all(os.path.isfile("p/" + a["location"] + "/index.html") for a in areas)
controls = list(csv.DictReader(open("p/02-control-mapping-and-SoA/controls.csv", newline="")))
page = open("p/controls.html").read()
assert len(controls) == 93
for c in controls:
    assert os.path.isfile("p/" + c["location"] + "/index.html") and "controls/" + c["control"] + ".html" in page, c
END
'
t 'every link of every page leads to a file' '
	python3 - <<END || wrong "a link leads nowhere"
import glob, html, os, re, sys
bad = 0
for f in glob.glob("p/**/*.html", recursive=True):
    if f == "p/verify.html":
        continue
    for href in re.findall(r"(?:href|src)=\"([^\"]*)\"", open(f).read()):
        href = html.unescape(href)
        if href.startswith(("#", "http://", "https://")):
            continue
        if not href or not os.path.isfile(os.path.join(os.path.dirname(f), href)):
            print(f, href, file=sys.stderr)
            bad = 1
sys.exit(bad)
END
'
t 'a folder that is no pack is not touched' '
	mkdir mine && echo mine >mine/letter
	run pack mine --home h
	code 1
	err_has "is no pack"
	is "$(ls mine)" letter
	run pack p --home h
	code 0
	run verify p
	code 0
	is "$(ls -d ./*unfinished* 2>/dev/null)" ""
'
t 'erased words verify as erased, and their names are gone' '
	has p/parts/000000.jsonl ada@example.org
	run erase --account ada@example.org --why "asked by the person" --yes --home h
	code 0
	run pack e.zip --home h
	run verify e.zip
	code 0
	grep -q "parts erased by a record [1-9]" "$out" || wrong "no erased part"
	python3 -c "import sys, zipfile
z = zipfile.ZipFile(\"e.zip\")
sys.exit(any(b\"ada@example.org\" in z.read(n) for n in z.namelist() if not n.startswith(\"evidence/\")))" ||
		wrong "the address is still in the pack"
'
t 'what is withheld is listed with its reason, and nothing of it is anywhere in the pack' '
	run pack x --home h --withhold words --withhold evidence
	code 2
	run pack x --home h --withhold words --withhold evidence --why "Not for this reader."
	code 0
	run verify x
	code 0
	grep -q "parts erased by a record [1-9][0-9]*, withheld [1-9]" "$out" || wrong "nothing withheld"
	grep -q "^evidence  0, .* withheld [1-9]" "$out" || wrong "evidence is there"
	is "$(grep -rlF -e "Second, by the same person" x)" ""
	has x/index.html "Not for this reader."
	echo "{\"withheld\":[]}" >x/withheld.json
	run verify x
	code 5
	out_has "its words are missing: they are neither erased nor withheld"
'
t 'a proof of one record is checked with header and key alone' '
	run log prove 3 --home h
	cp "$out" 3.tlog-proof
	python3 - p/log/tile/entries/000.p/* >3.json <<END
import sys
b = open(sys.argv[1], "rb").read()
for i in range(3):
    b = b[2 + int.from_bytes(b[:2], "big"):]
sys.stdout.buffer.write(b[2:2 + int.from_bytes(b[:2], "big")])
END
	run verify 3.tlog-proof
	code 2
	run verify 3.tlog-proof --header 3.json --key "$key"
	code 0
	out_has "record    3 of "
	is "$(last "$out")" authentic
	sed s/1/2/ 3.json >other.json
	run verify 3.tlog-proof --header other.json --key "$key"
	code 5
'
t 'a folder of tiles is checked with the key' '
	mkdir tl && cp -R h/tiles/tile tl/tile && run pack last --home h && cp last/log/checkpoint tl/
	chmod -R u+w tl
	run verify tl --key "$key"
	code 0
	is "$(last "$out")" authentic
	flip "tl/tile/entries/000.p/$(sed -n 2p tl/checkpoint)" 40
	run verify tl --key "$key"
	code 5
'

command -v openssl >/dev/null || {
	skip 'anchors' 'openssl is not installed'
	exit 0
}
serve() { # serve KIND FOLDER: leaves $url
	rm -f "$2/port"
	python3 "$servers" "$1" "$2" "$2/port" 2>"$2/log" &
	pids="$pids $!"
	tries=0
	while [ ! -s "$2/port" ] && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	url=http://127.0.0.1:$(cat "$2/port")
}
mkdir tsa w
cat >tsa/ext <<'END'
[req]
distinguished_name=dn
prompt=no
[dn]
CN=Unset
[ca]
basicConstraints=critical,CA:TRUE
[tsa]
basicConstraints=CA:FALSE
extendedKeyUsage=critical,timeStamping
END
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa/ca.key -out tsa/ca.pem -days 30 -config tsa/ext \
		-extensions ca -subj /CN=Roots
	openssl req -new -newkey rsa:2048 -nodes -keyout tsa/key.pem -out tsa/csr -config tsa/ext -subj '/CN=Example stamps'
	openssl x509 -req -in tsa/csr -CA tsa/ca.pem -CAkey tsa/ca.key -set_serial 7 -days 30 -out tsa/cert.pem \
		-extfile tsa/ext -extensions tsa
} 2>/dev/null
cat >tsa/conf <<END
[t]
serial=$work/tsa/serial
signer_cert=$work/tsa/cert.pem
signer_key=$work/tsa/key.pem
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
END
echo 01 >tsa/serial
wkey=$(python3 "$servers" vkey w w.example.org/one)
serve tsa tsa && tsa=$url
cp p/log/key.vkey w/log.vkey
serve witness w && witness=$url

t 'a time stamp travels with the pack, and openssl accepts the line that is printed' '
	run anchor tsa "$tsa/" --ca tsa/ca.pem --home h
	code 0
	run pack a.zip --home h
	code 0
	run pack a --home h
	run verify a
	code 0
	err_has "openssl ts -verify -data log/anchors/1.note"
	(cd a && openssl ts -verify -data log/anchors/1.note -in log/anchors/1.tsr -CAfile ../tsa/ca.pem) >"$out" 2>&1 ||
		wrong "openssl refuses it: $(cat "$out")"
	cp a/log/checkpoint a/log/anchors/1.note
	run verify a
	code 5
	out_has "log/anchors/1.tsr: its imprint is not the digest"
'
t 'a witness whose key the reader has makes it witnessed' '
	run anchor witness "$witness" "$wkey" --home h
	code 0
	run pack w.zip --home h
	code 0
	run verify w.zip --key "$wkey" --require witnessed
	code 0
	is "$(last "$out" | cut -c-15)" "witnessed since"
	run verify a.zip --require witnessed
	code 5
'
