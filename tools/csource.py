"""C as the checks read it: code without comments, string literals, functions."""
import glob
import re

LEX = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])*')""",
                 re.S)


def sources(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(pattern))


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_of(text):
    """The same text, as long, without comments and what literals hold."""
    def gone(m):
        if m.lastgroup == "comment":
            return blank(m.group())
        quote = m.group()[0]
        return quote + "_" * (len(m.group()) - 2) + quote
    return LEX.sub(gone, text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def literals(text):
    """(line, text) of every string literal, neighbours joined; escapes stay but for \\n and \\\"."""
    last_end, joined, start = None, "", 0
    for m in LEX.finditer(text):
        if m.lastgroup != "string":
            continue
        line_start = text.rfind("\n", 0, m.start()) + 1
        if text[line_start:m.start()].lstrip().startswith("#"):
            continue
        value = m.group()[1:-1].replace("\\n", "\n").replace('\\"', '"')
        between = code_of(text[last_end:m.start()]) if last_end is not None else None
        if between is not None and not between.strip():
            joined += value
        else:
            if last_end is not None:
                yield line_of(text, start), joined
            joined, start = value, m.start()
        last_end = m.end()
    if last_end is not None:
        yield line_of(text, start), joined


def without_directives(code):
    """Preprocessor lines and what they continue onto become blank."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: blank(m.group()), code, flags=re.M)


class Function:
    def __init__(self, name, parameters, line, end, body):
        self.name, self.parameters = name, parameters
        self.line, self.end, self.body = line, end, body
        self.length = end - line + 1
        # Labels that share what follows are one case.
        body = re.sub(r"(\bcase\b[^:?{};]*:\s*)+(?=case\b)", "", body)
        self.complexity = 1 + len(re.findall(r"\b(?:if|for|while|case)\b|&&|\|\||\?", body))


def split_parameters(text):
    text = text.strip()
    if text in ("", "void"):
        return []
    depth, parts, part = 0, [], ""
    for c in text:
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return parts + [part]


def closing(code, at):
    """Where the bracket opened at `at` closes."""
    pair = {"(": ")", "{": "}", "[": "]"}[code[at]]
    opened, depth = code[at], 0
    for i in range(at, len(code)):
        depth += (code[i] == opened) - (code[i] == pair)
        if depth == 0:
            return i
    return len(code) - 1


HEAD = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions(text):
    """Every function defined at the outer level."""
    code = without_directives(code_of(text))
    at, begin = 0, 0
    while at < len(code):
        c = code[at]
        if c == ";":
            begin = at + 1
        elif c == "{":
            end = closing(code, at)
            head = code[begin:at]
            m = None if "=" in head.split("(")[0] else HEAD.search(head)
            while m and m.group(1) in ("__attribute__", "_Static_assert"):
                m = HEAD.search(head, closing(head, m.end() - 1))
            if m and head.rstrip().endswith(")"):
                stop = closing(head, m.end() - 1)
                first = begin + len(head) - len(head.lstrip())
                yield Function(m.group(1), split_parameters(head[m.end():stop]), line_of(code, first),
                               line_of(code, end), code[at:end])
                begin = end + 1
            elif not re.search(r"\b(struct|union|enum)\b|=", head):
                begin = end + 1
            at = end
        at += 1


class Findings:
    """Collects what a check has to say; a line with `allow: why` is counted, not reported."""

    def __init__(self, name):
        self.name, self.bad, self.allowed = name, 0, 0

    def say(self, path, line, what, lines=None):
        if lines and 0 < line <= len(lines) and re.search(r"/\* allow: \S", lines[line - 1]):
            self.allowed += 1
            return
        self.bad += 1
        print(f"{path}:{line}: {what}")

    def end(self):
        if self.allowed:
            print(f"{self.name}: {self.allowed} allowed by a comment")
        return 1 if self.bad else 0
