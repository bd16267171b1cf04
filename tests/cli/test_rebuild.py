"""`assay rebuild`: exit codes, files, and what it refuses."""

import hashlib
import json

import pytest

from assay._kernel.sandbox import choose
from assay.cli import main
from assay.seal import keys

RECIPE = """\
name = "word"
version = "1"
[[source]]
file = "word.txt"
sha256 = "b1a1be2e0dc0b6e9bd3ba8d3d0b1de2bd9e4ee3f3e3f3f3f3f3f3f3f3f3f3f3f"
unpack = false
[build]
commands = ["cp $SOURCES/word.txt word"]
[[output]]
file = "word"
image = "/etc/word"
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    if choose() is None:
        pytest.skip("this host has no sandbox: neither bubblewrap nor user namespaces")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    source = b"a word\n" * 20
    (tmp_path / "word.txt").write_bytes(source)
    text = RECIPE.replace(RECIPE.split('sha256 = "')[1][:64], hashlib.sha256(source).hexdigest())
    (tmp_path / "word.toml").write_text(text)
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/word").write_bytes(source)
    return tmp_path


def call(place, *more):
    return main(["rebuild", str(place / "word.toml"), "--against", str(place / "root"), *more])


def test_a_file_that_reproduces_passes(place, capsys):
    assert call(place) == 0
    told = capsys.readouterr()
    assert told.out.startswith("E0  1 of 1 file reproduces.")
    assert "word 1, build 2: cp $SOURCES/word.txt word" in told.err


def test_a_file_that_differs_fails(place, capsys):
    (place / "root/etc/word").write_bytes(b"another word\n" * 20)
    assert call(place, "--quiet", "--json") == 1
    told = capsys.readouterr()
    assert json.loads(told.out)["parts"][0]["state"] == "differs"
    assert not told.err


def test_reports_logs_and_a_bundle_are_written(place, capsys):
    keys.new("lab")
    out = place / "out"
    assert call(place, "--quiet", "--output", str(out), "--key", "lab") == 0
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"bundle.assay", "rebuild.html", "rebuild.json", "word-build-2/build.log"} <= names
    assert main(["verify", str(out / "bundle.assay")]) == 0
    assert "1 of 1 file reproduces" in capsys.readouterr().out
    content = bytearray((out / "bundle.assay").read_bytes())
    content[len(content) // 2] ^= 4
    (out / "bundle.assay").write_bytes(content)
    assert main(["verify", str(out / "bundle.assay")]) == 1


def test_wrong_use_is_told(place, capsys):
    assert call(place, "--target", "arm") == 2
    assert call(place, "--minutes", "0") == 2
    assert call(place, "--toolchain", str(place / "none")) == 2
    (place / "word.txt").write_bytes(b"tampered")
    assert call(place, "--quiet") == 2
    assert "not the source that the recipe means" in capsys.readouterr().err


def test_a_bundle_of_a_rebuild_is_not_run_again(place, capsys):
    call(place, "--quiet", "--output", str(place / "out"))
    bundle = str(place / "out/bundle.assay")
    assert main(["verify", bundle, "--rerun", str(place / "root")]) == 2
    assert "assay rebuild" in capsys.readouterr().err
