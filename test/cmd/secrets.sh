#!/bin/sh
# No value of a secret is kept, whatever report brings it along and wherever it stands.
# timeout: 300
. "$(dirname "$0")/lib.sh"
export XDG_STATE_HOME=$work/state CUSTODY_HOME=$work/home

# The values are made here, so that no scanner finds one in this file. They go into
# every text a tool might have written, one set of values per report.
cat >plant.py <<'PY'
import json, os, random, string, sys, xml.sax.saxutils as sax
top = sys.argv[1]
letters = string.ascii_letters + string.digits
texts = {"message", "text", "description", "title", "details", "code", "snippet", "lines", "evidence", "body", "summary",
	 "comment", "markdown", "Title", "Description", "Message", "Match", "Commit", "guideline", "overview",
	 "check_name", "name", "tool_name", "fix", "solution", "resolution_comment", "dismissed_comment", "justification",
	 "impact_statement", "status_notes", "detail", "statement", "versionInfo", "downloadLocation", "References"}
rng = random.Random(20260101)
made = []

def chars(n, of=letters):
    return "".join(rng.choice(of) for _ in range(n))

def value(v):
    made.append(v)
    return v

def secrets():
    return [
        "key " + value("AKIA" + chars(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")) + " seen",
        "Authorization: Bearer " + value(chars(18) + "7Qz" + chars(18)),
        "GET / HTTP/1.1\r\nCookie: session=" + value(chars(32)) + "; theme=dark\r\nHost: a.example.org\r\n",
        "password = \"" + value("tR9" + "".join(chars(1) + chars(1, string.digits) for _ in range(7)) + "!x") + "\"",
        "clone https://deploy:" + value("g0" + "".join(chars(1) + chars(1, string.digits) for _ in range(8))) + "@git.shop.nl/app.git today",
        "-----BEGIN RSA PRIVATE " + "KEY-----\n" + value(chars(64)) + "\n" + value(chars(64)) + "\n",
        "token glpat" + "-" + value(chars(20)),
    ]

def plant(v, key=None, at=[0]):
    if plant.host and key not in ("title", "body", "description", "comment", "summary"):
        if not isinstance(v, (dict, list)):
            return v
    if isinstance(v, dict):
        return {k: plant(x, k) for k, x in v.items()}
    if isinstance(v, list):
        return [plant(x, key) for x in v]
    if isinstance(v, str) and key in texts:
        at[0] += 1
        return v + "\n" + plant.set[at[0] % len(plant.set)]
    return v

os.makedirs("planted")
for name in sorted(os.listdir(top + "/test/data/reports")):
    path = top + "/test/data/reports/" + name
    if name.endswith((".made", ".txt")) or name == "npm-audit-failed.json":
        continue
    text = open(path, encoding="utf-8").read()
    plant.set = secrets()
    plant.host = any(x in name for x in ("pulls", "commits", "reviews", "check-runs", "approvals", "merge-requests"))
    if name.endswith((".json", ".sarif")):
        v = plant(json.loads(text))
        # Escaped as some tools do it: every character that may be.
        out = json.dumps(v, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.5:
            out = out.replace("=", "\\u003d").replace("/", "\\/")
    elif name.endswith(".xml"):
        secret = sax.escape("\n".join(plant.set), {'"': "&quot;"})
        out = text.replace("</requestheader>", secret + "</requestheader>").replace("</failure>", secret + "</failure>")
        out = out.replace("<desc>", "<desc>" + secret)
        out = out.replace("</testcase>", "<system-out><![CDATA[" + "\n".join(plant.set) + "]]></system-out></testcase>", 1)
    else:
        continue
    open("planted/" + name, "w", encoding="utf-8").write(out)
# What the fixtures do not hold.
plant.set = secrets()
open("planted/generic-2.csv", "w").write("Date,Title,CweId,Url,Severity,Description,Mitigation,Impact,References,Active,"
    "Verified,FalsePositive,Duplicate\n" + "".join(
        '2026-01-01,T%d,79,,High,"%s",,,,TRUE,TRUE,FALSE,FALSE\n' % (i, s.replace('"', '""')) for i, s in enumerate(plant.set)))
open("values", "w").write("\n".join(v for v in made) + "\n")
PY
python3 plant.py "$top" || exit 1

t 'every kind of report is read with values in its texts, and says what was replaced' '
	for f in planted/*; do
		# What a host exports in pieces is refused without the piece it belongs to.
		case $f in
		*pulls* | *commits* | *reviews* | *check-runs* | *approvals* | *merge-requests*)
			run import -q --repository shop "$f"
			[ $status = 0 ] || continue ;;
		*)
			run import -q "$f"
			code 0 ;;
		esac
		grep -qF -f values "$f" || continue
		out_has "secret values replaced"
		hasnt "$out" "nothing changed"
	done
	cat planted/* | grep -oF -f values | sort -u | wc -l >planted.n
	[ "$(cat planted.n)" -gt 120 ] || wrong "only $(cat planted.n) values were planted"
'
t 'no value is in the home: database, evidence, tiles' '
	mkdir all
	n=0
	for f in $(find home/evidence -type f); do
		n=$((n + 1))
		name=${f##*/}
		run evidence get ${name%%.*}
		# Of a refused file the bytes may lie there, listed nowhere.
		[ $status = 0 ] || { command -v zstd >/dev/null && zstd -q -d -c "$f" >"$out"; } || continue
		cp "$out" all/$n
	done
	[ $n -gt 20 ] || wrong "only $n pieces of evidence"
	cp -r home all/home
	grep -raoF -f values all state | sort | uniq -c >found || :
	[ ! -s found ] || wrong "$(sed "s/:.*//" found | sort | uniq -c | head)"
'
t 'nor in a pack' '
	run pack out
	code 0
	run pack out.zip
	code 0
	python3 -c "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); [z.extract(n, \"zip\") for n in z.namelist()]" out.zip
	! grep -raF -f values out zip || wrong "a value is in the pack"
'
t 'nor in what a job without a home writes' '
	for f in planted/semgrep.json planted/zap.xml planted/traps.sarif planted/gitleaks.json; do
		run import --to sub $f
		code 0
		err_has "secret values replaced"
		! grep -aF -f values sub || wrong "a value is in the submission of $f"
		rm -f sub
	done
'
t 'nor on the screen' '
	for c in "finding list -o json" "log list" "coverage" "evidence list" "next"; do
		run $c
		! grep -aF -f values "$out" "$err" || wrong "$c shows a value"
	done
'
t 'a file without one is kept byte for byte' '
	run import -q "$top/test/data/reports/semgrep.json"
	code 0
	out_hasnt replaced
	run evidence get $(sha256sum "$top/test/data/reports/semgrep.json" | cut -c1-64)
	cmp -s "$out" "$top/test/data/reports/semgrep.json" || wrong "other bytes came back"
'
t 'an error does not show a value of the file it is about' '
	v=$(head -n 1 values)
	for text in "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"x\"}},\"results\":[{\"level\":\"$v\"}],$v" \
		"{\"$v\":$v}" "<$v><a></b>" "$v" "[\"$v\"" "{\"results\":[],\"errors\":[],\"paths\":\"$v\"" \
		"Date,Title,Severity,$v
2026-13-45,x,$v"; do
		printf "%s" "$text" >wrong.x
		for kind in "" "--kind generic"; do
			run import wrong.x $kind
			! grep -qF "$v" "$out" "$err" || wrong "$kind: $(cat "$err")"
		done
	done
'
