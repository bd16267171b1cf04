import json
from pathlib import Path

import pytest

from assay.cli import main

INVENTORY = (
    "name,vendor,role,country\na,Huawei,5G RAN,GB\nb,Huawei,5G core,GB\nc,Nokia,5G core,GB\n"
)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.csv"
    path.write_text(INVENTORY)
    return path


def run(*words: str) -> int:
    return main(["network", *words, "--no-lists"])


def test_verdicts_plan_and_gaps(inventory: Path, capsys: pytest.CaptureFixture[str]):
    code = run(str(inventory), "--country", "GB", "--date", "2026-08-01")
    out = capsys.readouterr().out
    assert code == 1
    assert "by 2023-12-31 (overdue) GB" in out
    assert "by 2027-12-31 (in 517 days) GB" in out
    assert "not seen:" in out
    assert "50.0 % affected" in out


def test_every_form(inventory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = (str(inventory), "--country", "GB", "--date", "2026-08-01")
    run(*words, "--json")
    report = json.loads(capsys.readouterr().out)
    assert [one["result"] for one in report["items"]] == ["deadline", "restricted", "clear"]
    run(*words, "--format", "csv")
    assert capsys.readouterr().out.startswith("row,id,result")
    run(*words, "--format", "jsonl")
    assert len(capsys.readouterr().out.splitlines()) == 3
    page = tmp_path / "network.html"
    run(*words, "--format", "html", "--output", str(page))
    assert "<svg" in page.read_text()


def test_exit_codes(tmp_path: Path, inventory: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "clear.csv"
    path.write_text("vendor,role\nNokia,5G core\n")
    assert run(str(path), "--country", "GB", "--date", "2026-08-01") == 0
    assert run(str(path), "--country", "GB", "--date", "2030-01-01") == 3
    path.write_text("")
    assert run(str(path), "--date", "2026-08-01") == 3
    assert run(str(inventory), "--country", "Narnia") == 2
    assert run(str(tmp_path / "absent.csv")) == 2
    assert "Narnia" in capsys.readouterr().err
