#!/usr/bin/env python3
"""Sizes a reader can hold: functions, files, lines; no goto, no #if."""
import os
import re
import sys

import csource

FUNCTION_LINES, COMPLEXITY, PARAMETERS = 60, 12, 5
SOURCE_LINES, HEADER_LINES, TEST_LINES, COLUMNS, WITH_SENTENCE = 500, 120, 800, 120, 140
CONDITIONALS = ("src/base/sandbox.c",)
# A row of a table, or SQL.
LONG_LINE = re.compile(r"""^\s*(\{|"|T\(|\w+\(STR\(|.*\bSQL\(|\.\w+ = ")|https?://|^/\* link: """)
# A sentence for people stays in one piece, so that it can be searched for.
SENTENCE = re.compile(r'"[^"]{30,}')
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else)\b[ \t]*(.*)$", re.M)


def check_functions(path, text, lines, found):
    for f in csource.functions(text):
        if f.length > FUNCTION_LINES:
            found.say(path, f.line, f"{f.name} has {f.length} lines, {FUNCTION_LINES} at most", lines)
        if f.complexity > COMPLEXITY:
            found.say(path, f.line, f"{f.name} has complexity {f.complexity}, {COMPLEXITY} at most", lines)
        if len(f.parameters) > PARAMETERS:
            found.say(path, f.line, f"{f.name} takes {len(f.parameters)} parameters, {PARAMETERS} at most", lines)


def check_conditionals(path, code, lines, found):
    first = True
    for m in DIRECTIVE.finditer(code):
        word, condition = m.groups()
        guard = first and path.endswith(".h") and word == "ifndef"
        first = False
        if not guard:
            found.say(path, csource.line_of(code, m.start()), f"#{word} {condition}".strip()
                      + ": one operating system, no conditional code", lines)


def check_file(path, found):
    text = csource.read(path)
    lines = text.split("\n")
    code = csource.code_of(text)
    limit = TEST_LINES if path.startswith("test/") else HEADER_LINES if path.endswith(".h") else SOURCE_LINES
    if len(lines) - 1 > limit:
        found.say(path, 1, f"{len(lines) - 1} lines, {limit} at most", lines)
    for n, line in enumerate(lines, 1):
        width = len(line.expandtabs(8))
        most = WITH_SENTENCE if SENTENCE.search(line) else COLUMNS
        if width > most and not LONG_LINE.search(line):
            found.say(path, n, f"{width} columns, {most} at most", lines)
        if line != line.rstrip():
            found.say(path, n, "blank at the end of the line", lines)
    for m in re.finditer(r"\bgoto\b", code):
        found.say(path, csource.line_of(code, m.start()), "goto", lines)
    for m in re.finditer(r"\btypedef\s+(struct|union)\b", code):
        found.say(path, csource.line_of(code, m.start()), f"typedef of a {m.group(1)}", lines)
    if path not in CONDITIONALS and path.startswith("src/"):
        check_conditionals(path, code, lines, found)
    check_functions(path, text, lines, found)


def main():
    found = csource.Findings("size")
    for path in csource.sources("src/*/*.c", "src/*/*.h", "test/unit/*.[ch]", "test/fault/*.[ch]", "test/fuzz/*.[ch]"):
        check_file(path, found)
    return found.end()


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
