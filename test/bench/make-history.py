#!/usr/bin/env python3
"""Prints a history of N commits for git fast-import, the same every time.

make-history.py N: four commits make two steps of main: a branch of two that is
merged, and one made on main. 4,000 files in 200 folders, two touched by each."""
import random
import sys

FOLDERS, FILES, PEOPLE = 200, 20, 40
START = 1262304000


def person(rng, at):
    n = rng.randrange(PEOPLE)
    return f"Person {n} <person{n}@example.org> {at} +0000"


class History:
    def __init__(self, out):
        self.out, self.rng, self.mark = out, random.Random(27001), 0

    def data(self, text):
        raw = text.encode()
        self.out.write(b"data %d\n%s\n" % (len(raw), raw))

    def commit(self, branch, message, parent, merged=None):
        self.mark += 1
        at = START + 4000 * self.mark
        who = person(self.rng, at)
        self.out.write(f"commit refs/heads/{branch}\nmark :{self.mark}\nauthor {who}\ncommitter {who}\n".encode())
        self.data(message)
        if parent:
            self.out.write(f"from :{parent}\n".encode())
        if merged:
            self.out.write(f"merge :{merged}\n".encode())
        for _ in range(0 if merged else 2):
            self.file()
        if merged:
            self.out.write(b"".join(self.brought))
        return self.mark

    def file(self):
        path = f"src/part{self.rng.randrange(FOLDERS)}/module/file{self.rng.randrange(FILES)}.c"
        raw = f"/* {self.mark} */\nint value = {self.rng.random()};\n".encode()
        entry = b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(raw), raw)
        self.out.write(entry)
        self.brought.append(entry)

    def write(self, commits):
        main = None
        while self.mark < commits:
            n = self.mark
            self.brought = []
            first = self.commit("topic", f"PAY-{n}: the first half\n\nWhy it is so, in a line or two of text.\n", main)
            second = self.commit("topic", "the second half\n\nSigned-off-by: Person 1 <person1@example.org>\n", first)
            if main:
                main = self.commit("main", f"Merge pull request #{n} from topic\n\nPAY-{n}\n", main, second)
            else:
                main = second
            main = self.commit("main", f"a change made directly (#{n + 1})\n", main)
        self.out.write(b"reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n\n")


def main():
    History(sys.stdout.buffer).write(int(sys.argv[1]))


main()
