"""`assay compare --output` and `assay verify` of what it writes."""

import json

import pytest

from assay.cli import main
from assay.seal import keys


@pytest.fixture
def sides(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    keys.new("lab")
    (tmp_path / "a.conf").write_bytes(b"port 80\n" * 9)
    (tmp_path / "b.conf").write_bytes(b"port 23\n" * 9)
    return str(tmp_path / "a.conf"), str(tmp_path / "b.conf"), str(tmp_path / "out")


def written(sides, *more):
    a, b, out = sides
    assert main(["compare", a, b, "--output", out, "--quiet", *more]) == 1
    return f"{out}/bundle.assay"


def test_a_signed_attestation_is_verified_and_made_anew(sides, capsys):
    path = written(sides, "--key", "lab")
    assert main(["verify", path]) == 0
    out = capsys.readouterr().out
    assert "intact, signed by a key that you trust" in out
    assert "a.conf, 72 bytes" in out
    assert "level      D, different" in out
    assert main(["verify", path, "--rerun", sides[0], "--against", sides[1]]) == 0
    assert "identical, byte for byte" in capsys.readouterr().out


def test_an_unsigned_one_vouches_for_nothing_but_a_rerun_does(sides, capsys):
    path = written(sides)
    assert main(["verify", path]) == 3
    assert main(["verify", path, "--rerun", sides[0], "--against", sides[1]]) == 0
    assert main(["verify", path, "--rerun", sides[1], "--against", sides[0], "--json"]) == 3
    known = json.loads(capsys.readouterr().out.rpartition("\n{")[2].join(["{", ""]))
    assert known["rerun"]["causes"] == ["image"]


def test_a_changed_byte_breaks_it(sides, tmp_path, capsys):
    path = written(sides, "--key", "lab")
    content = bytearray((tmp_path / "out" / "bundle.assay").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "out" / "bundle.assay").write_bytes(content)
    assert main(["verify", path]) == 1
    assert "not intact" in capsys.readouterr().out


def test_one_side_is_not_enough(sides, capsys):
    path = written(sides)
    assert main(["verify", path, "--rerun", sides[0]]) == 2
    assert "two sides" in capsys.readouterr().err


def test_an_unknown_key_is_told_before_anything_is_compared(sides, tmp_path):
    a, b, out = sides
    assert main(["compare", a, b, "--output", out, "--key", "nobody", "--quiet"]) == 2
    assert not (tmp_path / "out").exists()
