"""`assay keys` makes, lists, shows and trusts keys."""

import json
from pathlib import Path

import pytest

from assay.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "assay" / "keys"


def test_a_key_is_made_listed_and_shown(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "lab"]) == 0
    made = capsys.readouterr()
    keyid = made.out.split()[0]
    assert len(keyid) == 64
    assert str(home / "lab.key") in made.err
    assert main(["keys", "list"]) == 0
    assert capsys.readouterr().out.split() == [keyid, "own", "lab"]
    assert main(["keys", "show", "lab"]) == 0
    shown = capsys.readouterr()
    assert shown.out == (home / "lab.pub").read_text()
    assert keyid in shown.err


def test_a_second_key_of_the_same_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    main(["keys", "new", "lab"])
    assert main(["keys", "new", "lab"]) == 2
    assert "already" in capsys.readouterr().err


def test_a_public_key_is_trusted_under_a_name(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["keys", "new", "lab"])
    (home / "lab.pub").rename(tmp_path / "sent.pub")
    (home / "lab.key").unlink()
    capsys.readouterr()
    assert main(["keys", "trust", str(tmp_path / "sent.pub"), "--name", "other-lab"]) == 0
    assert main(["keys", "list", "--json"]) == 0
    out = capsys.readouterr().out
    (listed,) = json.loads(out[out.index("[") :])
    assert (listed["name"], listed["own"]) == ("other-lab", False)


def test_an_empty_list_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 0
    found = capsys.readouterr()
    assert (found.out, "assay keys new" in found.err) == ("", True)
    assert main(["keys", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_json_of_every_action(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "lab", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["keys", "show", "lab", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert made == shown | {"own": True}
    assert made["public"] == (home / "lab.pub").read_text()


def test_an_unknown_key_is_a_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "show", "nobody"]) == 2
    assert "no key called nobody" in capsys.readouterr().err


def test_an_action_is_needed() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["keys"])
    assert caught.value.code == 2
