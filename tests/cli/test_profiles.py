"""`assay profiles` lists the standards and shows each requirement with what decides it."""

import json
from pathlib import Path

import pytest

from assay.cli import main
from assay.judge.profile import load, names


def test_every_profile_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in names())
    assert "78 requirements, 36 mandatory" in out


def test_a_profile_is_shown_with_each_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "etsi-en-303-645"]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [line.split()[0] for line in lines if line.split()[1:2] in (["must"], ["should"])]
    assert shown == [item.id for item in load("etsi-en-303-645").requirements]
    assert any("can fail it: accounts.default-password" in line for line in lines)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["id"] for item in listed] == list(names())
    assert main(["profiles", "uk-psti", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["digest"] == load("uk-psti").digest
    assert [item["id"] for item in shown["profile"]["requirement"]] == ["1", "2", "3"]


def test_a_test_that_does_not_exist_is_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'id = "own"\ntitle = "Own"\nedition = "1"\nstatus = ""\nurl = ""\nnotes = ""\n'
        '[sources]\nhere = "us"\n[features]\n[[requirement]]\nid = "1"\nsays = "Do it."\n'
        'mandatory = true\nmode = "static"\nverified = false\nsource = "here"\n'
        'both = ["no.such-test"]\n'
    )
    assert main(["profiles", str(file)]) == 0
    out = capsys.readouterr().out
    assert "No such test here: no.such-test" in out
    assert "id not verified" in out


def test_an_unknown_profile_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles", "nonsense"]) == 2
    assert "no profile called nonsense" in capsys.readouterr().err
