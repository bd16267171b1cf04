import json
from pathlib import Path

import pytest

from assay.cli import main


def run(*words: str) -> int:
    return main(["screen", *words, "--no-lists"])


def test_a_hit_is_told_with_measure_reason_and_source(capsys: pytest.CaptureFixture[str]):
    code = run("Huawei", "--date", "2019-05-21", "--jurisdiction", "US")
    out = capsys.readouterr().out
    assert code == 1
    assert "BIS Entity List" in out
    assert "a licence is needed" in out
    assert "akingump.com" in out
    assert "Not legal advice" in out


def test_exit_codes(capsys: pytest.CaptureFixture[str]):
    assert run("Nokia", "--date", "2026-08-01") == 0
    assert run("Nokia", "--date", "2030-01-01") == 3
    assert run("Huawei", "--date", "2019-05-15", "--jurisdiction", "US") == 0
    assert run("Nokia", "--date", "tomorrow") == 2
    assert "not a date" in capsys.readouterr().err


def test_role_and_use_change_the_answer(capsys: pytest.CaptureFixture[str]):
    words = ("Huawei", "--date", "2019-06-01", "--jurisdiction", "US")
    assert run(*words, "--role", "exporter") == 1
    assert run(*words, "--role", "operator") == 0
    assert run(*words, "--role", "exporter", "--use", "maintenance") == 0
    assert "permitted because" in capsys.readouterr().out


def test_batch_and_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    batch = tmp_path / "vendors.csv"
    batch.write_text("name,country\nHuawei,CN\n=evil(),\nNokia,FI\n")
    assert run(str(batch), "--date", "2026-08-01", "--format", "json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [row["result"] for row in report["screenings"]] == ["restricted", "clear", "clear"]
    run(str(batch), "--date", "2026-08-01", "--format", "jsonl")
    assert len(capsys.readouterr().out.splitlines()) == 3
    run(str(batch), "--date", "2026-08-01", "--format", "csv")
    assert "'=evil()" in capsys.readouterr().out
    page = tmp_path / "out.html"
    run(str(batch), "--date", "2026-08-01", "--format", "html", "-o", str(page))
    assert capsys.readouterr().out == ""
    assert page.read_text().startswith("<!doctype html>")


def test_what_was_not_read_goes_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    batch = tmp_path / "vendors.csv"
    batch.write_text("name,country\nNokia,Narnia\n")
    run(str(batch), "--date", "2026-08-01")
    assert "Narnia" in capsys.readouterr().err
    run(str(batch), "--date", "2026-08-01", "--quiet")
    assert capsys.readouterr().err == ""


def test_json_is_the_same_every_time(capsys: pytest.CaptureFixture[str]):
    run("ZTE", "--date", "2026-08-01", "--json")
    first = capsys.readouterr().out
    run("ZTE", "--date", "2026-08-01", "--json")
    assert capsys.readouterr().out == first
