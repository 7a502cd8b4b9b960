#!/usr/bin/env python3
"""What a file exports begins with its own name or its layer's.

    tools/check-names.py build/release
"""
import os
import re
import subprocess
import sys

# A file that keeps a second noun beside its own.
ALSO = {
    "base/err": {"fail"}, "base/file": {"dir", "fd"}, "base/field": {"choice", "table"},
    "base/hex": {"base"}, "base/instant": {"day"}, "cmd/completion": {"help"},
}
# A whole layer's noun: readers of formats; the words of an enum.
LAYER_NOUN = {"source": {"reader"}}


def exported(build):
    """(layer, stem, symbol) of everything the libraries define for others."""
    for name in sorted(os.listdir(build)):
        m = re.fullmatch(r"lib(\w+)\.a", name)
        if not m:
            continue
        done = subprocess.run(["nm", "-A", "--defined-only", "-g", f"{build}/{name}"],
                              capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            where, symbol = line.split(":", 2)[1], line.split()[-1]
            if not symbol.startswith("__"):
                yield m.group(1), where[:-2], symbol


def own(layer, stem, symbol):
    first = symbol.split("_")[0]
    words = stem.split("_")
    mine = {layer, words[0], words[0].rstrip("s"), words[-1], words[-1].rstrip("s")}
    mine |= ALSO.get(f"{layer}/{stem}", set()) | LAYER_NOUN.get(layer, set())
    return first in mine or first.rstrip("0123456789") in mine or (layer == "record" and symbol.endswith("_words"))


def main():
    bad = 0
    for layer, stem, symbol in exported(sys.argv[1]):
        if not own(layer, stem, symbol):
            print(f"src/{layer}/{stem}.c exports {symbol}, which begins with neither its name nor its layer's")
            bad = 1
    return bad


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
