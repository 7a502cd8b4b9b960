#!/bin/sh
# timeout: 240
# Anchors: a time-stamp authority, a witness and a branch, against servers that
# know nothing of custody's code, and with openssl as an outside judge.
. "$(dirname "$0")/lib.sh"
servers=$top/test/cmd/anchor_servers.py
unset http_proxy HTTP_PROXY https_proxy all_proxy ALL_PROXY SSL_CERT_FILE 2>/dev/null
export XDG_STATE_HOME=$work/state
command -v openssl >/dev/null && command -v python3 >/dev/null || {
	skip 'anchors' 'openssl or python3 is not installed'
	exit 0
}

# --- servers
pids=
stop_servers() {
	for p in $pids; do kill "$p" 2>/dev/null; done
}
trap 'ended=$?; stop_servers; (exit $ended); finish' EXIT
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
	openssl req -x509 -newkey rsa:2048 -nodes -keyout tsa/other.key -out tsa/other.pem -days 30 -config tsa/ext \
		-extensions ca -subj '/CN=Other roots'
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
vkey=$(python3 "$servers" vkey w w.example.org/one)
serve tsa tsa && tsa=$url
serve witness w && witness=$url

evidence_of() { # evidence_of KIND: the newest file of that kind, unpacked
	python3 - "$1" <<'END'
import sqlite3, sys
for (d,) in sqlite3.connect("h/custody.db").execute("SELECT digest FROM kept_evidence WHERE kind = ? ORDER BY idx DESC LIMIT 1",
                                                    (sys.argv[1],)):
    d = d.hex()
    print(f"h/evidence/{d[:2]}/{d[2:4]}/{d}.zst")
END
}
sql() {
	python3 -c 'import sqlite3, sys
c = sqlite3.connect("h/custody.db")
for r in c.execute(sys.argv[1]): print(*r, sep="|")
c.commit()' "$1"
}
more() { # one more record
	python3 - "$1" >more.sarif <<'END'
import json, sys
print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "results": [
    {"ruleId": sys.argv[1], "level": "error", "message": {"text": "m"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.c"}, "region": {"startLine": 1}}}]}]}]}))
END
	"$custody" import more.sarif --home h >"$out" 2>"$err" || wrong "import failed: $(cat "$err")"
}

t 'a home without anchors says that only its own clock vouches' '
	run init --home h
	code 0
	run status --home h
	err_has "clock alone"
	run anchor list --home h
	code 0
'
t 'nobody to ask is said' '
	more a
	run anchor refresh --home h
	code 1
	err_has "knows nobody to ask"
'
t 'a stamp whose roots are not known here is refused and nothing kept' '
	run anchor tsa "$tsa/" --home h
	code 5
	err_has "not trusted"
	err_has "--ca FILE"
	is "$(sql "SELECT count(*) FROM kept_anchor")" 0
	run anchor tsa "$tsa/" --ca tsa/other.pem --home h
	code 5
'
t 'a time stamp is fetched, kept and recorded' '
	run anchor tsa "http://user:s3cret@${tsa#http://}/x?token=s3cret" --ca tsa/ca.pem --home h
	code 0
	out_has "vouches for"
	hasnt "$out" s3cret
	is "$(sql "SELECT count(*) FROM kept_anchor WHERE kind = '"'tsa'"'")" 1
	run log list --type anchor --home h
	out_has anchor.v1
	run verify --home h
	code 0
	run rebuild --check --home h
	code 0
'
t 'the password reached the server and no record' '
	has tsa/requests "Basic dXNlcjpzM2NyZXQ="
	has tsa/requests "application/timestamp-query custody/"
	grep -rlF s3cret h --include=custody.db* --include=*.zst && wrong "the password is in the home"
	has h/anchors.json s3cret
	is "$(stat -c %a h/anchors.json)" 600
	run anchor list --home h
	hasnt "$err" s3cret
	hasnt "$out" s3cret
'
t 'openssl takes the stamp that was kept' '
	python3 -c "import sqlite3; open(\"note\", \"w\").write(sqlite3.connect(\"h/custody.db\").execute(\"SELECT c.note FROM kept_checkpoint c JOIN kept_anchor k ON k.size = c.size\").fetchone()[0])"
	python3 -c "import sqlite3; open(\"reply\", \"wb\").write(sqlite3.connect(\"h/custody.db\").execute(\"SELECT body FROM kept_anchor\").fetchone()[0])"
	openssl ts -verify -in reply -data note -CAfile tsa/ca.pem >.v 2>&1 || wrong "$(cat .v)"
	[ -s "$(evidence_of timestamp)" ] || wrong "no evidence"
	[ -s "$(evidence_of timestamp-roots)" ] || wrong "no roots"
'
t 'the same checkpoint is stamped once, anchors alone make nothing new to anchor' '
	run anchor refresh --home h
	code 0
	out_has "anchored already"
	is "$(sql "SELECT count(*) FROM kept_anchor")" 1
'
t 'status names who vouches' '
	run status --home h
	err_says "a time stamp of http"
	err_says "CN=Example stamps"
	err_has "existed on"
'
t 'a reply to another request is refused' '
	more b
	echo replay >tsa/mode
	run anchor refresh --home h
	code 5
	is "$(sql "SELECT count(*) FROM kept_anchor")" 1
	rm tsa/mode
	run anchor refresh --home h
	code 0
	is "$(sql "SELECT count(*) FROM kept_anchor")" 2
'
t 'a server that is gone is said without waiting long' '
	more c
	run anchor tsa http://127.0.0.1:9/ --home h
	code 6
	err_has "nobody answers there"
	echo 404 >tsa/mode
	run anchor tsa "$tsa" --home h
	code 6
	err_has "status 404"
	rm tsa/mode
'
t 'an address of another kind is refused' '
	run anchor tsa file:///etc/passwd --home h
	code 2
	run anchor witness "$witness" nonsense --home h
	code 1
	err_has "verifier key"
'
t 'a witness that does not know the log is said' '
	python3 -c "import json, sqlite3; print(json.loads(sqlite3.connect(\"h/custody.db\").execute(\"SELECT facts FROM kept_record WHERE idx = 0\").fetchone()[0])[\"vkey\"])" >w/log.vkey
	echo unknown >w/mode
	run anchor witness "$witness" "$vkey" --home h
	code 1
	err_has "does not know this log"
	rm w/mode
'
t 'a forged signature of a witness is not kept' '
	echo forged >w/mode
	run anchor witness "$witness" "$vkey" --home h
	code 5
	is "$(sql "SELECT count(*) FROM kept_anchor WHERE kind = '"'witness'"'")" 0
	rm w/mode w/seen
'
t 'a witness signs, and signs what goes on from there' '
	run anchor witness "$witness" "$vkey" --home h
	code 0
	out_has "w.example.org/one"
	more d
	run anchor refresh --home h
	code 0
	more e
	run anchor refresh --home h
	code 0
	is "$(sql "SELECT count(*) FROM view_anchor WHERE kind = '"'witness'"' AND source = '"'w.example.org/one'"'")" 3
	is "$(sql "SELECT count(*) FROM kept_anchor WHERE kind = '"'witness'"'")" 6
	is "$(sql "SELECT count(*) FROM kept_anchor k JOIN kept_head h ON h.size = k.size")" 1
	run anchor list --home h
	code 0
	out_has yes
	hasnt "$out" NO
	run status --home h
	err_says "the witness w.example.org/one signed a checkpoint of all"
	run verify --home h
	code 0
'
t 'a pack carries the stamps and the line of the witness' '
	run pack p --home h
	code 0
	[ -s p/log/anchors/1.tsr ] || wrong "no time stamp in the pack"
	run verify p
	code 0
	out_has intact
	run verify p --key "$vkey" --key "$(cat w/log.vkey)"
	code 0
	out_has "witnessed since"
	openssl ts -verify -in p/log/anchors/1.tsr -data p/log/anchors/1.note -CAfile tsa/ca.pem >.v 2>&1 || wrong "$(cat .v)"
'
t 'an anchor that was changed is seen' '
	sql "UPDATE kept_anchor SET anchored_at = anchored_at - 86400 WHERE seq = (SELECT max(seq) FROM kept_anchor WHERE kind = '"'witness'"')"
	run anchor list --home h
	code 5
	out_has NO
	run status --home h
	err_has "does not match the checkpoint it is kept for"
	sql "UPDATE kept_anchor SET anchored_at = anchored_at + 86400 WHERE seq = (SELECT max(seq) FROM kept_anchor WHERE kind = '"'witness'"')"
	run anchor list --home h
	code 0
'
t 'an anchor that was asked for always is taken after a command' '
	run anchor witness "$witness" "$vkey" --always --home h
	code 0
	has h/anchors.json always
	more always
	has "$err" "w.example.org/one"
	hasnt "$out" w.example.org
	run anchor refresh --home h
	out_has "anchored already"
'
t 'a witness that hangs holds nobody up for more than a second' '
	run anchor witness "$witness" "$vkey" --no-always --home h
	code 0
	echo hang >w/mode
	begin=$(date +%s)
	more hanging
	[ $(($(date +%s) - begin)) -le 4 ] || wrong "it took $(($(date +%s) - begin)) seconds"
	rm w/mode
	run anchor witness "$witness" "$vkey" --home h
	code 0
'
t 'a home that was rolled back is told by its witness and turns read-only' '
	mkdir old && cp -a h old/
	more f
	run anchor refresh --home h
	code 0
	rm -rf h && mv old/h h && rm -rf state
	run import more.sarif --home h
	code 7
	err_has "has seen"
	err_has "custody init --home NEW --after"
	run status --home h
	code 0
	run verify --home h
	code 0
'
t 'a new shard goes on from it' '
	run init --home h2 --after h
	code 0
	run log list --home h2
	code 0
'
t 'a witness that does not answer stops nobody' '
	stop_servers
	sleep 0.3
	more g
	run status --home h
	code 0
'
t 'a witness is forgotten' '
	run anchor forget nobody --home h
	code 1
	run anchor forget w.example.org/one --home h
	code 0
	hasnt h/anchors.json w.example.org
'

# --- branches
repo r
echo a >r/a
commit r first
t 'a checkpoint becomes a commit without touching the work tree' '
	printf "#!/bin/sh\ntouch %s/hook-ran\n" "$work" >r/.git/hooks/reference-transaction
	printf "#!/bin/sh\ntouch %s/hook-ran\n" "$work" >r/.git/hooks/pre-push
	chmod +x r/.git/hooks/reference-transaction r/.git/hooks/pre-push
	echo changed >r/a
	before=$(git -C r -c core.hooksPath=/dev/null status --porcelain; cat r/.git/HEAD; sha256sum r/.git/index)
	run anchor branch r --home h
	code 0
	out_has "until it is pushed"
	is "$(git -C r -c core.hooksPath=/dev/null status --porcelain; cat r/.git/HEAD; sha256sum r/.git/index)" "$before"
	[ ! -e hook-ran ] || wrong "a hook ran"
	is "$(git -C r ls-tree --name-only custody-checkpoints)" checkpoint
	run status --home h
	err_hasnt pushed
'
t 'the branch holds the very note that was signed' '
	git -C r show custody-checkpoints:checkpoint >from-git
	sql "SELECT note FROM kept_head" >from-db
	head -n 3 from-git >a1; head -n 3 from-db >a2
	cmp a1 a2 || wrong "they differ"
'
t 'pushing makes it an anchor, later checkpoints are its children' '
	git init -q --bare remote.git
	git -C r remote add origin "file://$work/remote.git"
	run anchor branch r --push origin --home h
	code 0
	out_has "remote.git branch custody-checkpoints"
	hasnt "$out" "$work"
	[ ! -e hook-ran ] || wrong "a hook ran"
	is "$(git -C remote.git rev-parse custody-checkpoints)" "$(git -C r rev-parse custody-checkpoints)"
	more h
	run anchor branch r --push origin --home h
	code 0
	is "$(git -C remote.git rev-list --count custody-checkpoints)" 2
	run status --home h
	err_says "was pushed to remote.git branch custody-checkpoints"
	run verify --home h
	code 0
'
t 'a branch that is somebody else'"'"'s work is left alone' '
	run anchor branch r --branch main --home h
	code 1
	err_has "checked out"
	git -C r -c core.hooksPath=/dev/null branch work
	run anchor branch r --branch work --home h
	code 1
	err_has "holds other things"
	run anchor branch r --branch "a..b" --home h
	code 2
	run anchor branch . --home h
	code 1
'
t 'an address with a password stands in no error of a push' '
	git -C r remote add bad http://user:s3cret@127.0.0.1:9/x.git
	more i
	run anchor branch r --push bad --home h
	code 6
	err_hasnt s3cret
	err_has "could not push"
'
t 'each record came with a submission' '
	python3 "$top/test/cmd/origins.py" h >"$out" 2>&1
	out_has "every record came with a submission"
'
