"""Forges a pack: forge.py PACK.zip FOLDER writes one file for each way in which a .zip
can say the same to one reader and something else to another, or carry what nobody
looks at. The digest in the end comment is made anew each time, as a forger would."""
import hashlib
import struct
import sys
import zipfile
import zlib
from pathlib import Path

COMMENT = 85


class Entry:
    def __init__(self, name, packed, raw):
        self.name, self.packed, self.size, self.crc = name, packed, len(raw), zlib.crc32(raw)
        self.method, self.flags, self.made, self.version, self.time, self.attributes = 8, 0x808, 0x32d, 45, 0x210000, 0o100644 << 16
        self.sizes, self.extra, self.comment, self.listed_extra = struct.pack("<III", 0, 2**32 - 1, 2**32 - 1), b"", b"", b""
        self.extra = struct.pack("<HHQQ", 1, 16, 0, 0)
        self.descriptor = None
        self.local_name = self.before = None
        self.disk = self.internal = 0

    def local(self):
        name = self.local_name or self.name
        behind = b"PK\x07\x08" + struct.pack("<IQQ", self.crc, len(self.packed), self.size) if self.descriptor is None else self.descriptor
        return (b"PK\x03\x04" + struct.pack("<HHHI", self.version, self.flags, self.method, self.time) + self.sizes +
                struct.pack("<HH", len(name), len(self.extra)) + name + self.extra + self.packed + behind)

    def line(self, at):
        return (b"PK\x01\x02" + struct.pack("<HHHHIIIIHHHHHII", self.made, self.version, self.flags, self.method, self.time, self.crc,
                len(self.packed), self.size, len(self.name), len(self.listed_extra), len(self.comment), self.disk, self.internal,
                self.attributes, at) + self.name + self.listed_extra + self.comment)


class Pack:
    def __init__(self, path):
        self.entries, self.before, self.gap, self.between = [], b"", b"", b""
        self.reverse_list = False
        self.end, self.end64 = {}, None
        self.comment = b"custody-zip/1 sha256="
        with zipfile.ZipFile(path) as z:
            whole = Path(path).read_bytes()
            for i in z.infolist():
                at = i.header_offset + 30 + sum(struct.unpack_from("<HH", whole, i.header_offset + 26))
                self.entries.append(Entry(i.filename.encode(), whole[at:at + i.compress_size], z.read(i)))

    def find(self, name):
        return next(e for e in self.entries if e.name == name)

    def make(self):
        out, lines = self.before, []
        for e in self.entries:
            lines.append(e.line(len(out)))
            out += e.local()
        out += self.gap
        listed = b"".join(lines[::-1] if self.reverse_list else lines)
        e = {"disk": 0, "first": 0, "here": len(lines), "count": len(lines), "size": len(listed), "start": len(out)}
        out += listed + self.between
        if self.end64 is not None:
            w = {**e, **self.end64}
            at = len(out)
            out += b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 0x32d, 45, 0, 0, w["here"], w["count"], w["size"], w["start"])
            out += b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
        e.update(self.end)
        out += b"PK\x05\x06" + struct.pack("<HHHHIIH", e["disk"], e["first"], e["here"], e["count"], e["size"], e["start"], COMMENT)
        return out + self.comment + hashlib.sha256(out).hexdigest().encode()


def deflate(raw):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    return c.compress(raw) + c.flush()


CASES = {}


def case(f):
    CASES[f.__name__.replace("_", "-")] = f
    return f


def on_index(**values):
    """A case that gives fields of index.html other values."""
    def change(p):
        e = p.find(b"index.html")
        for k, v in values.items():
            setattr(e, k, v(e) if callable(v) else v)
    return change


def unicode_path(e):
    other = b"\x01" + struct.pack("<I", zlib.crc32(e.name)) + b"indey.html"
    return struct.pack("<HH", 0x7075, len(other)) + other


FAKE = Entry(b"index.html", deflate(b"<h1>forged</h1>"), b"<h1>forged</h1>")
WIDE = struct.pack("<HHQQ", 1, 16, 0, 0)
CASES.update({
    "unicode-path": on_index(listed_extra=unicode_path),
    "unicode-path-in-local": on_index(extra=lambda e: e.extra + unicode_path(e)),
    "symlink": on_index(attributes=0o120777 << 16),
    "setuid": on_index(attributes=0o104777 << 16),
    "no-attributes": on_index(attributes=0),
    "internal-attributes": on_index(internal=1),
    "date": on_index(time=0x5b756000),
    "hidden-in-local-extra": on_index(extra=lambda e: e.extra + struct.pack("<HH", 0xcafe, 6) + b"hidden"),
    "hidden-in-list-extra": on_index(listed_extra=struct.pack("<HH", 0xcafe, 6) + b"hidden"),
    "local-extra-missing": on_index(extra=b"", sizes=lambda e: struct.pack("<III", e.crc, len(e.packed), e.size)),
    "needless-wide-numbers": on_index(listed_extra=WIDE),
    "entry-comment": on_index(comment=b"hidden"),
    "local-name": on_index(local_name=b"indey.html"),
    "local-sizes-wrong": on_index(sizes=struct.pack("<III", 1, 2, 3)),
    "local-crc-wrong-no-descriptor": on_index(flags=0x800, sizes=struct.pack("<III", 1, 2, 3), descriptor=b"", extra=b""),
    "crc-wrong": on_index(crc=lambda e: e.crc ^ 1),
    "size-wrong": on_index(size=lambda e: e.size + 1),
    "descriptor-missing": on_index(descriptor=b""),
    "descriptor-short": on_index(descriptor=lambda e: b"PK\x07\x08" + struct.pack("<III", e.crc, len(e.packed), e.size)),
    "descriptor-wrong": on_index(descriptor=b"PK\x07\x08" + bytes(20)),
    "bytes-behind-entry": on_index(descriptor=lambda e: b"PK\x07\x08" + struct.pack("<IQQ", e.crc, len(e.packed), e.size) + b"hidden"),
    "bytes-behind-deflated": on_index(packed=lambda e: e.packed + b"hidden"),
    "flag-utf8-missing": on_index(flags=0x008),
    "flag-patched": on_index(flags=0x828),
    "flag-encrypted": on_index(flags=0x809),
    "made-by": on_index(made=20),
    "version": on_index(version=20),
    "disk": on_index(disk=1),
    "name-with-backslash": on_index(name=b"..\\index.html"),
})


@case
def stored(p):
    e = p.find(b"index.html")
    e.packed, e.method = zlib.decompress(e.packed, -15), 0


@case
def leading_bytes(p):
    p.before = b"#!/bin/sh\n"


@case
def gap_before_list(p):
    p.gap = b"hidden"


@case
def gap_behind_list(p):
    p.between = b"hidden"


@case
def reversed_list(p):
    p.reverse_list = True


@case
def reversed_files(p):
    p.entries.reverse()


@case
def two_files_swapped(p):
    p.entries[-1], p.entries[-2] = p.entries[-2], p.entries[-1]


@case
def entry_twice(p):
    p.entries.append(FAKE)


@case
def entry_of_no_list(p):
    p.gap = FAKE.local()


@case
def archive_comment(p):
    p.comment = b"custody-zip/2 sha256="


@case
def needless_end64(p):
    p.end64 = {}


@case
def end_disks(p):
    p.end = {"disk": 1, "first": 1}


@case
def end_count_here(p):
    p.end = {"here": 1}


@case
def end_count_all_ones(p):
    p.end, p.end64 = {"here": 0xffff, "count": 0xffff}, {}


@case
def end64_count_enormous(p):
    p.end, p.end64 = {"here": 0xffff, "count": 0xffff}, {"here": 2**62, "count": 2**62}


@case
def end64_start_enormous(p):
    p.end, p.end64 = {"start": 2**32 - 1}, {"start": 2**63}


@case
def end64_size_enormous(p):
    p.end, p.end64 = {"size": 2**32 - 1}, {"size": 2**64 - 1}


def second_list(p):
    """A second entry for index.html in a local extra field, a second list in a comment."""
    at = 0
    first = p.entries[0]
    first.extra += struct.pack("<HH", 0xcafe, len(FAKE.local())) + FAKE.local()
    at = 30 + len(first.name) + len(WIDE) + 4
    lines, place = [], 0
    for e in p.entries:
        lines.append(FAKE.line(at) if e.name == b"index.html" else e.line(place))
        place += len(e.local())
    hidden = b"".join(lines)
    start = place + sum(len(e.line(0)) for e in p.entries)
    p.entries[-1].comment = hidden[:65000]
    return start, len(hidden)


@case
def classic_record_of_the_hidden_list(p):
    start, size = second_list(p)
    real = sum(len(e.line(0)) for e in p.entries)
    local = sum(len(e.local()) for e in p.entries)
    p.end, p.end64 = {"start": start, "size": size}, {"start": local, "size": real}


@case
def wide_record_of_the_hidden_list(p):
    start, size = second_list(p)
    p.end64 = {"start": start, "size": size}


def forge(pack, folder):
    """Writes every case, and `whole`, which is the pack put together again."""
    folder.mkdir(parents=True, exist_ok=True)
    assert Pack(pack).make() == pack.read_bytes(), "the pack is not as the format says"
    for name, change in CASES.items():
        p = Pack(pack)
        change(p)
        (folder / f"{name}.zip").write_bytes(p.make())


if __name__ == "__main__":
    forge(Path(sys.argv[1]), Path(sys.argv[2]))
