#!/usr/bin/env python3
"""Which lines of src the tests ran, by layer; files below half are named.

    tools/cover.py build/cover
"""
import collections
import glob
import json
import os
import subprocess
import sys


def lines_of(build):
    """{source: {line: ran}} over every object that was compiled."""
    ran = collections.defaultdict(dict)
    notes = glob.glob(f"{build}/src/**/*.gcno", recursive=True)
    for note in notes:
        done = subprocess.run(["gcov", "--json-format", "--stdout", note], capture_output=True, check=False)
        for text in done.stdout.decode(errors="replace").splitlines():
            if not text.startswith("{"):
                continue
            for file in json.loads(text)["files"]:
                if file["file"].startswith("src/"):
                    for line in file["lines"]:
                        seen = ran[file["file"]]
                        seen[line["line_number"]] = seen.get(line["line_number"], 0) or line["count"] > 0
    return ran


def share(lines):
    return sum(map(bool, lines)), len(lines)


def main():
    ran = lines_of(sys.argv[1])
    layers = collections.defaultdict(list)
    low = []
    for source, lines in sorted(ran.items()):
        layers[source.split("/")[1]] += lines.values()
        covered, total = share(lines.values())
        if covered * 2 < total:
            low.append((covered * 100 // total, total, source))
    for layer, lines in list(layers.items()) + [("all", [x for lines in layers.values() for x in lines])]:
        covered, total = share(lines)
        print(f"{layer:10} {total:6} lines  {covered * 100 / max(total, 1):5.1f} %")
    never = set(glob.glob("src/*/*.c")) - set(ran)
    for source in sorted(never):
        print(f"never built into a test: {source}")
    for percent, total, source in sorted(low):
        print(f"{percent:3} % of {total:4} lines  {source}")
    return 0


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
