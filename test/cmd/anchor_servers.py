#!/usr/bin/env python3
"""Servers for anchor.sh on 127.0.0.1: a time-stamp authority, a witness.

    anchor_servers.py tsa FOLDER PORTFILE        (FOLDER holds conf, see anchor.sh)
    anchor_servers.py witness FOLDER PORTFILE    (FOLDER holds key.pem, name, log.pub)

Both know nothing of custody's code: stamps are made by the openssl command, and
the witness checks proofs as c2sp.org/tlog-witness and RFC 9162 write them. A file
`mode` in the folder makes a server answer otherwise.
"""
import base64
import hashlib
import http.server
import os
import struct
import subprocess
import sys
import time


def sh(*argv, data=None):
    return subprocess.run(argv, input=data, capture_output=True, check=True).stdout


def put(path, data):
    with open(path, "wb") as f:
        f.write(data)


def get(path, otherwise=None):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return otherwise


def key_id(name, kind, raw):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]


def raw_public(pem, private):
    """The 32 bytes of an Ed25519 key."""
    return sh("openssl", "pkey", *(["-pubout"] if private else ["-pubin"]), "-in", pem, "-outform", "DER")[-32:]


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def consistent(size1, root1, size2, root2, path):
    """RFC 9162 2.1.4.2."""
    if size1 == size2:
        return not path and root1 == root2
    if size1 > size2 or not path:
        return False
    path = list(path)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == root1 and sr == root2


class Tsa(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = (get(f"{folder}/mode") or b"").decode().strip()
        with open(f"{folder}/requests", "a") as f:
            f.write(f"{self.headers['Content-Type']} {self.headers['User-Agent']} {self.headers.get('Authorization')}\n")
        if mode.isdigit():
            return answer(self, int(mode), "text/plain", b"")
        if mode == "replay":
            return answer(self, 200, "application/timestamp-reply", get(f"{folder}/reply"))
        put(f"{folder}/query", body)
        sh("openssl", "ts", "-reply", "-queryfile", f"{folder}/query", "-config", f"{folder}/conf", "-section", "t",
           "-out", f"{folder}/reply")
        return answer(self, 200, "application/timestamp-reply", get(f"{folder}/reply"))

    def log_message(self, *_):
        pass


class Witness(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        mode = (get(f"{folder}/mode") or b"").decode().strip()
        with open(f"{folder}/requests", "a") as f:
            f.write(body.split("\n")[0] + "\n")
        if mode == "hang":
            time.sleep(20)
        head, note = body.split("\n\n", 1)
        lines = head.split("\n")
        old, path = int(lines[0][4:]), [base64.b64decode(x) for x in lines[1:]]
        text, signatures = note.split("\n\n", 1)
        text += "\n"
        origin, size, root = text.split("\n")[:3]
        size, root = int(size), base64.b64decode(root)
        if self.path != "/add-checkpoint" or mode == "unknown":
            return answer(self, 404, "text/plain", b"")
        if not self.signed(origin, text, signatures):
            return answer(self, 403, "text/plain", b"")
        seen = (get(f"{folder}/seen") or b"0 ").decode().split(" ")
        if old != int(seen[0]):
            return answer(self, 409, "text/x.tlog.size", b"%d\n" % int(seen[0]))
        if old and not consistent(old, base64.b64decode(seen[1]), size, root, path):
            return answer(self, 422, "text/plain", b"")
        line = self.cosign(text if mode != "forged" else "another text\n")
        put(f"{folder}/seen", b"%d %s" % (size, base64.b64encode(root)))
        return answer(self, 200, "text/plain", line)

    def signed(self, origin, text, signatures):
        """Whether the log's own key, known from before, signed it."""
        name, _, key = get(f"{folder}/log.vkey").decode().strip().split("+", 2)
        raw = base64.b64decode(key)[1:]
        put(f"{folder}/log.der", bytes.fromhex("302a300506032b6570032100") + raw)
        put(f"{folder}/text", text.encode())
        for line in signatures.strip("\n").split("\n"):
            _, who, blob = line.split(" ")
            blob = base64.b64decode(blob)
            if who != name or who != origin or blob[:4] != key_id(name, 1, raw):
                continue
            put(f"{folder}/sig", blob[4:])
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey",
                                   f"{folder}/log.der", "-in", f"{folder}/text", "-sigfile", f"{folder}/sig"],
                                  capture_output=True, check=False).returncode == 0
        return False

    def cosign(self, text):
        now = int(time.time())
        put(f"{folder}/message", f"cosignature/v1\ntime {now}\n{text}".encode())
        signature = sh("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", f"{folder}/key.pem", "-in", f"{folder}/message")
        name, raw = get(f"{folder}/name").decode().strip(), raw_public(f"{folder}/key.pem", True)
        blob = key_id(name, 4, raw) + struct.pack(">Q", now) + signature
        return f"\u2014 {name} {base64.b64encode(blob).decode()}\n".encode()

    def log_message(self, *_):
        pass


def answer(handler, status, kind, body):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def main():
    global folder
    what, folder, portfile = sys.argv[1:4]
    if what == "vkey":      # vkey FOLDER NAME: makes a witness's key, prints its verifier key line
        sh("openssl", "genpkey", "-algorithm", "ed25519", "-out", f"{folder}/key.pem")
        put(f"{folder}/name", portfile.encode())
        raw = raw_public(f"{folder}/key.pem", True)
        print(f"{portfile}+{key_id(portfile, 4, raw).hex()}+{base64.b64encode(bytes([4]) + raw).decode()}")
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), {"tsa": Tsa, "witness": Witness}[what])
    put(portfile + ".new", b"%d" % server.server_port)
    os.rename(portfile + ".new", portfile)
    server.serve_forever()


if __name__ == "__main__":
    main()
