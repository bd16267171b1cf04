import json
from pathlib import Path

import pytest

from assay.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def test_import_then_status_then_screen(home: Path, capsys: pytest.CaptureFixture[str]):
    own = home / "own.csv"
    own.write_text("name,measure\nQuorvex Systems,cn.unreliable-entity-list\n,x\n")
    assert main(["lists", "import", "own", str(own), "--as-of", "2026-08-01"]) == 0
    told = capsys.readouterr()
    assert "own of 2026-08-01: 1 parties" in told.out
    assert "no name" in told.err
    assert main(["lists", "status", "--date", "2026-08-15"]) == 0
    assert "own              fresh" in capsys.readouterr().out
    assert main(["lists", "status", "--date", "2027-08-15", "--json"]) == 3
    rows = {row["list"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert (rows["own"], rows["un.sc"]) == ("stale", "missing")
    assert main(["screen", "Quorvex Systems", "--date", "2026-08-15"]) == 1
    assert "Unreliable Entity List" in capsys.readouterr().out
    assert main(["screen", "Quorvex Systems", "--date", "2026-08-15", "--no-lists"]) == 0


def test_wrong_use(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["lists", "import", "no.such", str(home / "x")]) == 2
    assert "Known lists" in capsys.readouterr().err
    assert main(["lists", "import", "own", str(home / "absent.csv")]) == 2
    assert main(["lists", "sync", "eu.sanctions"]) == 2
    assert "--url" in capsys.readouterr().err
    assert main(["lists", "sync", "un.sc", "us.csl", "--sha256", "0" * 64]) == 2
