#!/usr/bin/env python3
"""Which requirements of doc/requirements.csv a test proves, by set and area.

    tools/requirements.py [--ids]

A test says so in a comment: `proves: R020 R022`, with words after an id if need
be. It counts only where `make check` runs the file. An id that does not exist,
or a file that nothing runs, is an error.
"""
import collections
import csv
import glob
import os
import re
import signal
import subprocess
import sys

PROVES = re.compile(r"\bproves:([^\n]*(?:\n[ \t]*(?:\*|#|//)(?!/)[^\n]*)*)")


def claims():
    """{id: [file]} of everything under test that says it proves something."""
    said = collections.defaultdict(list)
    for path in sorted(glob.glob("test/**/*", recursive=True)):
        if not os.path.isfile(path) or not path.endswith((".c", ".h", ".sh", ".py", ".js")) \
                or "/node_modules/" in path:
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            for m in PROVES.finditer(f.read()):
                for found in re.findall(r"\bR\d{3}\b", m.group(1).split("*/")[0]):
                    said[found].append(path)
    return said


def table(rows, proven, column):
    counts = collections.OrderedDict()
    for row in sorted(rows, key=lambda r: r[column]):
        n = counts.setdefault(row[column], [0, 0])
        n[row["id"] in proven] += 1
    width = max(len(name) for name in counts)
    print(f"{column:{width}}  proven  unproven")
    for name, (no, yes) in counts.items():
        print(f"{name:{width}}  {yes:6}  {no:8}")
    print(f"{'all':{width}}  {len(proven):6}  {len(rows) - len(proven):8}\n")


def main():
    with open("doc/requirements.csv", newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    known = {row["id"] for row in rows}
    run = set(subprocess.run([sys.executable, "tools/run-tests.py", "--list"], check=True,
                             capture_output=True, text=True).stdout.split())
    bad = 0
    proven = collections.defaultdict(set)
    for name, files in sorted(claims().items()):
        for path in files:
            if name not in known:
                print(f"{path}: {name} is no requirement")
                bad = 1
            elif path not in run:
                print(f"{path}: it says it proves {name}, and make check does not run it")
                bad = 1
            else:
                proven[name].add(path)
    table(rows, proven, "set")
    table(rows, proven, "area")
    if "--ids" in sys.argv[1:]:
        for row in rows:
            where = " ".join(sorted(proven.get(row["id"], ["-"])))
            print(f"{row['id']}  {row['set']:12} {row['area']:15} {where}")
    return bad


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
