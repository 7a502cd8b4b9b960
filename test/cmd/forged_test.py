# timeout: 300
"""A pack whose .zip is not byte for byte what the program writes is refused, even where
every file in it is whole: another program might read something else in it."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import forge  # noqa: E402

CUSTODY = os.environ.get("CUSTODY", str(Path(__file__).parents[2] / "build/release/custody"))


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("forged")
    (root / "people.csv").write_text("name,email\nAda Example,ada@example.org\n")
    run(root, "init", ok=0)
    run(root, "import", "people.csv", ok=0)
    run(root, "pack", "p.zip", ok=0)
    forge.forge(root / "p.zip", root / "forged")
    return root


def run(root, *words, ok=None):
    env = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(root / "state"), "HOME": str(root), "CUSTODY_HOME": str(root / "home"),
           "TMPDIR": str(root)}
    done = subprocess.run([CUSTODY, *words], env=env, cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if ok is not None:
        assert done.returncode == ok, done.stdout + done.stderr
    return done


def test_the_pack_itself_is_intact(place):
    run(place, "verify", "p.zip", ok=0)


@pytest.mark.parametrize("name", forge.CASES)
def test_it_is_refused_and_named(place, name):
    done = run(place, "verify", f"forged/{name}.zip", ok=5)
    assert ".zip" in done.stdout.replace(f"{name}.zip", ""), done.stdout
