#!/usr/bin/env python3
"""Functions this program does not call, and who may print."""
import os
import re
import sys

import csource

BANNED = {
    "strcpy strcat strncpy strncat sprintf vsprintf gets": "loses or forgets a length",
    "system popen": "starts a shell",
    "tmpnam tempnam mktemp": "names a file that another may make first",
    "strtok": "keeps hidden state",
    "atoi atol atof": "cannot say that it failed",
    "assert": "goes away in a release; ASSERT stays",
    "setjmp longjmp": "jumps over clean-up",
    "localtime gmtime ctime asctime setlocale": "depends on the machine it runs on",
    "rand srand random srandom": "is no source of randomness; crypto/random.h is",
    "alloca": "has no limit",
}
WHY = {name: why for names, why in BANNED.items() for name in names.split()}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(WHY) + r")\s*\(")
# Only main prints, and the table of commands for it; the terminal and the reports of broken assertions are where printing is done.
PRINT = re.compile(r"(?<![\w.>])(printf|vprintf|puts|putchar|perror)\s*\(|\b(?:stdout|stderr)\b")
MAY_PRINT = re.compile(r"src/(main/|cmd/cmd\.c|base/(base|term)\.c)")


def check_file(path, found):
    text = csource.read(path)
    lines = text.split("\n")
    code = csource.without_directives(csource.code_of(text))
    for m in CALL.finditer(code):
        found.say(path, csource.line_of(code, m.start()), f"{m.group(1)}: {WHY[m.group(1)]}", lines)
    if not MAY_PRINT.match(path):
        for m in PRINT.finditer(code):
            found.say(path, csource.line_of(code, m.start()), f"{m.group().rstrip(' (')}: only main prints", lines)


def main():
    found = csource.Findings("banned")
    for path in csource.sources("src/*/*.c", "src/*/*.h"):
        check_file(path, found)
    return found.end()


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
