#!/usr/bin/env python3
"""A source includes its own header first; a header says first what it is for."""
import os
import re
import sys

import csource

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([\"<])([^\">]+)", re.M)


def check_source(path, text, found):
    lines = text.split("\n")
    own = path[len("src/"):-2] + ".h"
    includes = [(csource.line_of(text, m.start()), m.group(1), m.group(2)) for m in INCLUDE.finditer(text)]
    if os.path.exists("src/" + own) and (not includes or includes[0][2] != own):
        found.say(path, includes[0][0] if includes else 1, f'"{own}" is not included first', lines)


def check_header(path, text, found):
    lines = text.split("\n")
    if not re.match(r"/\*.+?\*/", text, re.S):
        found.say(path, 1, "the header does not begin by saying what it is for", lines)
    guard = re.sub(r"[^A-Z0-9]", "_", path[len("src/"):].upper())
    if not re.search(rf"^#ifndef {guard}\n#define {guard}$", text, re.M):
        found.say(path, 1, f"the guard is not {guard}", lines)


def main():
    found = csource.Findings("headers")
    for path in csource.sources("src/*/*.c"):
        check_source(path, csource.read(path), found)
    for path in csource.sources("src/*/*.h"):
        check_header(path, csource.read(path), found)
    return found.end()


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
