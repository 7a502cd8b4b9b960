#!/usr/bin/env python3
"""The words of the house: nothing says more than evidence can show.

Looks at string literals of src, at templates, at README, DESIGN and doc. In C a
line may carry `/* allow: why */`; in text the marker is `<!-- allow: why -->`.
"""
import os
import re
import sys

import csource

NOT = [
    (r"\bproves? (?:compliance|conformity)", "can be checked; proves no compliance"),
    (r"\bcertified (?:by|to|against)|\bcertifies\b", "nothing is certified here"),
    (r"\b(?:is|are|be|fully|now|not|non)[ -]compliant\b|\bcompliant with\b", "nothing is called compliant"),
    (r"\bcompliance (?:score|status|level|percentage|rate)\b", "an evaluation has states, not a score of compliance"),
    (r"(?<!no )(?<!not a )(?<!not an auditor's )\bverdict", "evaluation, not verdict"),
    (r"\btamper-?proof\b|\bunforgeable\b|\bunhackable\b", "tamper-evident: a change is seen"),
    (r"\bguarantee", "says what can be checked, promises nothing"),
    (r"\bimmutable\b(?!=)", "erasure exists; a change is seen"),
    (r"\b(?:gate|release) polic(?:y|ies)\b|\bpolicy (?:rule|violation|engine|check)s?\b",
     "gate rules; a policy is a document people approve"),
    (r"\bwhitelist|\bblacklist|\bsanity check", "plain words"),
    (r"\bOops\b|\bInvalid input\b|\bUnknown error\b|\bSomething went wrong\b", "say what happened and what to do"),
]
RULES = [(re.compile(pattern, re.I), why) for pattern, why in NOT]
ALLOWED = re.compile(r"<!-- allow: \S")


def look(path, line, text, found, lines):
    for rule, why in RULES:
        m = rule.search(text)
        if m:
            found.say(path, line + text.count("\n", 0, m.start()), f'"{m.group()}": {why}', lines)


def main():
    found = csource.Findings("words")
    for path in csource.sources("src/*/*.c", "src/*/*.h"):
        text = csource.read(path)
        lines = text.split("\n")
        for line, literal in csource.literals(text):
            look(path, line, literal, found, lines)
    for path in csource.sources("src/pack/site/*", "src/show/template/*", "*.md", "doc/*.md"):
        text = csource.read(path)
        for n, line in enumerate(text.split("\n"), 1):
            if ALLOWED.search(line):
                found.allowed += 1
            else:
                look(path, n, line, found, None)
    return found.end()


if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.exit(main())
