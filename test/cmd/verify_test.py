# timeout: 600
"""One damage of a home at a time: verify ends with 5 and names the file or the
record; what is no damage (a copy, a stray file, a read-only folder) is told apart."""
import json
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

CUSTODY = os.environ.get("CUSTODY", str(Path(__file__).parents[2] / "build/release/custody"))


class Home:
    def __init__(self, root):
        self.root, self.path = root, root / "home"
        self.env = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(root / "state"), "HOME": str(root),
                    "CUSTODY_HOME": str(self.path), "TMPDIR": str(root), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_CONFIG_GLOBAL": "/dev/null"}

    def run(self, *words, ok=None):
        done = subprocess.run([CUSTODY, *map(str, words)], env=self.env, cwd=self.root, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)
        if ok is not None:
            assert done.returncode == ok, done.stdout + done.stderr
        return done

    def sql(self, *statements):
        db = sqlite3.connect(self.path / "custody.db")
        for s in statements:
            assert db.execute(*s if isinstance(s, tuple) else (s,)).rowcount != 0, s
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    def one(self, text):
        db = sqlite3.connect(self.path / "custody.db")
        row = db.execute(text).fetchone()
        db.close()
        return row[0] if row else None

    def size(self):
        return self.one("SELECT size FROM kept_head")

    def evidence(self, digest):
        return self.path / "evidence" / digest[:2] / digest[2:4] / (digest + ".zst")


def copy_tree(a, b):
    shutil.copytree(a, b, symlinks=True)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A home of some 300 records, three checkpoints, documents and an erasure."""
    h = Home(tmp_path_factory.mktemp("made"))
    h.run("init", ok=0)
    people = ["First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY]"]
    people += [f"Ada{i},Example,ada{i}@example.org,Active" for i in range(290)]
    (h.root / "people.csv").write_text("\n".join(people[:100]) + "\n")
    h.run("import", "people.csv", ok=0)
    copy_tree(h.path, h.root / "early")
    (h.root / "people.csv").write_text("\n".join(people) + "\n")
    h.run("import", "people.csv", ok=0)
    for name in ("one", "two", "three"):
        (h.root / name).write_text(f"policy {name}\n")
        h.run("evidence", "add", name, "--control", "8.25", "--kind", "policy", "--title", f"Policy {name}", ok=0)
    for words in (["init", "-q", "repo"], ["init", "-q", "--bare", "far"], ["-C", "repo", "remote", "add", "origin", "../far"]):
        subprocess.run(["git", *words], cwd=h.root, env=h.env, check=True)
    h.run("anchor", "branch", "repo", "--push", "origin", ok=0)
    assert h.one("SELECT count(*) FROM kept_anchor") == 1
    h.digests = [h.one(f"SELECT lower(hex(digest)) FROM kept_evidence WHERE kind = 'document' ORDER BY idx LIMIT 1 OFFSET {i}")
                 for i in range(3)]
    h.run("erase", "--evidence", h.digests[2], "--record", "20", "--why", "a test", "--yes", ok=0)
    assert h.size() > 256 and h.one("SELECT words IS NULL FROM kept_record WHERE idx = 20")
    done = h.run("verify", ok=0)
    assert "intact" in done.stdout and "1 erased by order of record" in done.stdout and not done.stderr
    return h


@pytest.fixture
def home(made, tmp_path):
    """The same home at the same path: what is damaged is put back after."""
    kept = tmp_path / "kept"
    copy_tree(made.path, kept)
    copy_tree(made.root / "state", tmp_path / "state")
    yield made
    subprocess.run(["chmod", "-R", "u+rwX", str(made.path)], check=False)
    shutil.rmtree(made.path)
    shutil.rmtree(made.root / "state")
    copy_tree(kept, made.path)
    copy_tree(tmp_path / "state", made.root / "state")


def refused(home, *names):
    done = home.run("verify", "-q")
    said = done.stdout + done.stderr
    assert done.returncode == 5, said
    for name in names:
        assert name in said, said
    return said


def files_of(made):
    """Every file that belongs to the present log, its keys, settings and evidence."""
    size = made.size()
    names = ["home.json", "keys/signing.key", "keys/home.key", "custody.db"]
    names += [f"tiles/tile/{kind}/000" for kind in ("0", "entries")]
    names += [f"tiles/tile/{kind}/001.p/{size % 256}" for kind in ("0", "entries")] + ["tiles/tile/1/000.p/1"]
    return names + [str(made.evidence(d).relative_to(made.path)) for d in made.digests[:2]]


COUNT = 11


def change(path, how):
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    if how == "flipped":
        data[min(len(data) // 2, 100)] ^= 1
    elif how == "truncated":
        del data[len(data) // 2:]
    path.write_bytes(bytes(data))
    if how == "removed":
        path.unlink()


@pytest.mark.parametrize("how", ["flipped", "truncated", "removed"])
@pytest.mark.parametrize("which", range(COUNT))
def test_a_file_that_is(home, which, how):
    names = files_of(home)
    assert len(names) == COUNT
    if names[which] == "custody.db":
        # A bit in the middle of the file is anybody's; one of its form is not.
        path = home.path / "custody.db"
        if how == "flipped":
            data = bytearray(path.read_bytes())
            data[3] ^= 1
            path.write_bytes(bytes(data))
        else:
            change(path, how)
        for tail in ("-wal", "-shm"):
            (home.path / ("custody.db" + tail)).unlink(missing_ok=True)
        refused(home, "custody.db")
        return
    change(home.path / names[which], how)
    if names[which] == "home.json" and how == "flipped":
        refused(home, "home.json")
    elif names[which].startswith("tiles/tile/entries/000") and how == "flipped":
        refused(home, "entry 0")
    elif names[which].startswith("tiles/tile/") and how == "flipped":
        refused(home)
    elif names[which].startswith("tiles/"):
        refused(home, names[which].removeprefix("tiles/"))
    elif names[which].startswith("evidence/"):
        refused(home, Path(names[which]).stem)
    else:
        refused(home, names[which])


@pytest.mark.parametrize("a, b", [(4, 5), (6, 7), (9, 10)])
def test_two_files_swapped(home, a, b):
    names = files_of(home)
    one, other = home.path / names[a], home.path / names[b]
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    for path, data in ((one, other_bytes), (other, one_bytes)):
        path.chmod(0o600)
        path.write_bytes(data)
    refused(home)


ROWS = {
    "header edited": ["UPDATE kept_record SET header = CAST(replace(header, 'claimed', 'signed') AS BLOB) WHERE idx = 40", "record 40"],
    "header of the first": ["UPDATE kept_record SET header = CAST(replace(header, 'server', 'signed') AS BLOB) WHERE idx = 0", "record 0"],
    "facts edited": ["UPDATE kept_record SET facts = CAST(replace(facts, 'active', 'closed') AS BLOB) WHERE idx = 30", "record 30"],
    "facts gone": ["UPDATE kept_record SET facts = NULL, facts_salt = NULL WHERE idx = 30", "missing: record 30"],
    "salt of facts": ["UPDATE kept_record SET facts_salt = zeroblob(16) WHERE idx = 31", "record 31"],
    "salt cut": ["UPDATE kept_record SET facts_salt = zeroblob(15) WHERE idx = 31", "record 31"],
    "words edited": ["UPDATE kept_record SET words = CAST(replace(words, 'Ada', 'Eva') AS BLOB) WHERE idx = 32", "altered: record 32"],
    "words gone": ["UPDATE kept_record SET words = NULL, words_salt = NULL WHERE idx = 32", "missing: record 32"],
    "salt of words": ["UPDATE kept_record SET words_salt = randomblob(16) WHERE idx = 32", "record 32"],
    "words where none were": ["UPDATE kept_record SET words = x'7b', words_salt = zeroblob(16) WHERE idx = 0", "record 0"],
    "erased words come back": ["UPDATE kept_record SET words = x'7b7d', words_salt = zeroblob(16) WHERE idx = 20", "record 20"],
    "record deleted": ["DELETE FROM kept_record WHERE idx = 50", "record 50"],
    "last record deleted": ["DELETE FROM kept_record WHERE idx = (SELECT max(idx) FROM kept_record)", "is in the log but not"],
    "record added before": ["INSERT INTO kept_record SELECT -1, header, facts, facts_salt, words, words_salt, x'00' FROM kept_record WHERE idx = 3", "record -1"],
    "checkpoint edited": ["UPDATE kept_checkpoint SET root = zeroblob(32) WHERE size = (SELECT min(size) FROM kept_checkpoint)", "the checkpoint of size"],
    "note edited": ["UPDATE kept_checkpoint SET note = replace(note, 'custody', 'costudy') WHERE size = (SELECT min(size) FROM kept_checkpoint)", "the checkpoint of size"],
    "newest checkpoint deleted": ["DELETE FROM kept_checkpoint WHERE size = (SELECT max(size) FROM kept_checkpoint)", "the checkpoint of size"],
    "head rolled back": ["UPDATE kept_head SET (size, root, note, signed_at) = (SELECT size, root, note, signed_at FROM kept_checkpoint ORDER BY size LIMIT 1)", "rolled back"],
    "head signed at another time": ["UPDATE kept_head SET signed_at = signed_at - 86400", "signed at another time"],
    "head deleted": ["DELETE FROM kept_head", "no signed checkpoint"],
    "evidence unlisted": ["DELETE FROM kept_evidence WHERE idx = (SELECT min(idx) FROM kept_evidence WHERE kind = 'document')", "missing from the list"],
    "size of evidence": ["UPDATE kept_evidence SET size = size + 1 WHERE idx = (SELECT min(idx) FROM kept_evidence WHERE kind = 'document')", "bytes, the database says"],
    "anchor deleted": ["DELETE FROM kept_anchor", "the anchor (branch)"],
    "anchor of another checkpoint": ["UPDATE kept_anchor SET size = size - 1", "the anchor (branch)"],
    "text where bytes belong": ["UPDATE kept_record SET words = 'x' WHERE idx = 60", "wrong type"],
    "value of another type": ["UPDATE kept_record SET facts = 7 WHERE idx = 60", "wrong type"],
}


@pytest.mark.parametrize("what", ROWS)
def test_a_row(home, what):
    home.sql(ROWS[what][0])
    refused(home, ROWS[what][1])


def test_two_records_in_each_others_place(home):
    home.sql("UPDATE kept_record SET idx = -5 WHERE idx = 70", "UPDATE kept_record SET idx = 70 WHERE idx = 71",
             "UPDATE kept_record SET idx = 71 WHERE idx = -5")
    refused(home, "record 70", "record 71")


def test_evidence_replaced_by_other_evidence(home):
    one, two = home.evidence(home.digests[0]), home.evidence(home.digests[1])
    one.chmod(0o600)
    one.write_bytes(two.read_bytes())
    refused(home, home.digests[0])


def test_evidence_that_was_ordered_destroyed_and_is_there(home):
    gone = home.evidence(home.digests[2])
    gone.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(home.evidence(home.digests[0]), gone)
    refused(home, home.digests[2])


def test_the_key_of_another_home(home, tmp_path):
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other")
    other.run("init", ok=0)
    for name in ("signing.key", "home.key"):
        before = (home.path / "keys" / name).read_bytes()
        (home.path / "keys" / name).write_bytes((other.path / "keys" / name).read_bytes())
        refused(home, "keys/" + name)
        assert home.run("import", "people.csv").returncode != 0
        (home.path / "keys" / name).write_bytes(before)
    home.run("verify", ok=0)


def test_a_home_rolled_back_to_a_copy(home):
    shutil.rmtree(home.path)
    copy_tree(home.root / "early", home.path)
    said = refused(home, "rolled back")
    assert "were signed here before" in said
    assert home.run("import", "people.csv").returncode == 7


def test_another_log_than_the_one_noted(home):
    note = home.root / "state" / "custody" / json.loads((home.path / "home.json").read_text())["id"]
    size, root = note.read_text().split()
    note.write_text(f"{size} {'A' * 42}A=\n")
    refused(home, "another root")
    assert home.run("import", "people.csv").returncode == 7
    note.write_text(f"{int(size) - 1} {root}\n")
    refused(home, "another root")


def test_home_json_of_another_home(home):
    path = home.path / "home.json"
    settings = json.loads(path.read_text())
    settings["id"] = "0" * 32
    path.write_text(json.dumps(settings))
    refused(home, "home.json")


def test_an_earlier_partial_tile_that_does_not_fit(home):
    newest = max((home.path / "tiles/tile/0/001.p").iterdir(), key=lambda p: int(p.name))
    stale = newest.with_name(str(int(newest.name) - 1))
    stale.unlink(missing_ok=True)
    stale.write_bytes(newest.read_bytes()[:-32])
    home.run("verify", "-q", ok=0)
    change(stale, "flipped")
    refused(home, f"tiles/tile/0/001.p/{stale.name}")


def test_what_belongs_to_nothing_is_told_and_is_no_damage(home):
    for name in ("tiles/tile/0/099", "tiles/notes.txt", "evidence/stray", "evidence/ab/cd/" + "abcd" + "0" * 60 + ".zst"):
        path = home.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        done = home.run("verify", "-q", ok=0)
        assert f"surplus: {name}" in done.stderr and "intact" in done.stdout
        path.unlink()


def test_a_copy_says_so_and_is_checked(home, tmp_path):
    copy = tmp_path / "copy"
    copy_tree(home.path, copy)
    done = home.run("verify", "-q", "--home", copy, ok=0)
    assert "place     a copy" in done.stdout
    copy_tree(home.root / "early", tmp_path / "older")
    done = home.run("verify", "-q", "--home", tmp_path / "older", ok=0)
    assert "the original has been signed up to" in done.stdout
    done = home.run("rebuild", "--check", "-q", "--home", copy, ok=0)
    assert "identical" in done.stdout
    assert home.run("import", "--home", copy, "people.csv").returncode == 7


@pytest.mark.skipif(os.geteuid() == 0, reason="for root no folder is read-only")
@pytest.mark.parametrize("wal", [False, True])
def test_a_read_only_home_can_be_read(home, wal):
    if not wal:
        for tail in ("-wal", "-shm"):
            (home.path / ("custody.db" + tail)).unlink(missing_ok=True)
    subprocess.run(["chmod", "-R", "a-w", str(home.path)], check=True)
    home.run("verify", "-q", ok=0)
    home.run("log", "list", "-n", "3", ok=0)
    home.run("log", "prove", "7", ok=0)
    home.run("finding", "list", ok=0)
    home.run("status", ok=0)
    assert "identical" in home.run("rebuild", "--check", "-q", ok=0).stdout
    assert home.run("import", "people.csv").returncode == 6


def test_erased_and_missing_are_told_apart(home):
    home.sql("UPDATE kept_record SET words = NULL, words_salt = NULL WHERE idx = 33")
    done = home.run("verify", "-q", ok=5)
    line = re.search(r"parts .*", done.stdout).group()
    assert "1 erased by order of record" in line and "1 missing, 0 altered" in line
    assert "missing: record 33: its words are missing, and no record ordered that" in done.stderr


def test_evidence_that_came_again_after_an_order_and_is_missing(home):
    home.run("evidence", "add", home.root / "three", "--control", "8.25", "--kind", "policy", "--title", "again", ok=0)
    again = home.evidence(home.digests[2])
    assert again.exists()
    home.run("verify", "-q", ok=0)
    again.unlink()
    refused(home, home.digests[2])


@pytest.mark.parametrize("what", ["UPDATE view_finding_state SET open = 0", "DELETE FROM view_person WHERE rowid = (SELECT min(rowid) FROM view_person)"])
def test_a_view_that_is_not_what_the_records_give(home, what):
    if "finding" in what:
        (home.root / "r.sarif").write_text(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {
            "name": "t", "rules": [{"id": "R1"}]}}, "results": [{"ruleId": "R1", "message": {"text": "m"}, "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": "a.c"}, "region": {"startLine": 1}}}]}]}]}))
        home.run("import", "r.sarif", ok=0)
    home.sql(what)
    done = home.run("verify", "-q", ok=5)
    assert "NOT what the records give" in done.stdout and "NOT intact" in done.stdout
    done = home.run("pack", home.root / "lie.zip", ok=5)
    assert "custody rebuild" in done.stderr and not (home.root / "lie.zip").exists()
    home.run("rebuild", ok=0)
    home.run("verify", "-q", ok=0)


@pytest.mark.parametrize("which", ["home.json", "keys/signing.key", "custody.db", "evidence", "tile"])
def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(home, which):
    path = {"evidence": home.evidence(home.digests[0]), "tile": next(p for p in (home.path / "tiles/tile/0").rglob("*") if p.is_file())}
    path = path.get(which, home.path / which)
    path.unlink()
    os.mkfifo(path, 0o600)
    done = subprocess.run([CUSTODY, "verify", "-q"], env=home.env, cwd=home.root, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=20, check=False)
    assert done.returncode == 5, done.stdout + done.stderr


def test_a_database_that_was_emptied(home):
    (home.path / "custody.db").write_bytes(b"")
    for name in ("custody.db-wal", "custody.db-shm"):
        (home.path / name).unlink(missing_ok=True)
    assert "is empty" in home.run("verify", ok=5).stderr
