"""`assay claims`: extract, review, merge, link, report, train."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from assay.cli import main

TEXT = (
    "Acme makes routers. Researcher Ann Lee said on Monday that the Acme R700 contains a backdoor. "
    "Acme denied the allegation.\n"
)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "article.txt").write_text(TEXT)
    return tmp_path


def _claims(*words: str) -> int:
    return main(["claims", *words])


def test_extract_then_report(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _claims("extract", "article.txt", "--published", "2024-03-05") == 0
    assert "2 statements" in capsys.readouterr().out
    assert _claims("report", "--subject", "Acme", "--output", "report.html") == 0
    page = (work / "report.html").read_text("utf-8")
    assert "Ann Lee" in page
    assert "2024-03-04" in page


def test_json_is_one_extraction_per_line(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _claims("extract", "article.txt", "--json", "--dry-run", "--quiet") == 0
    plain = json.loads(capsys.readouterr().out)
    assert len(plain["statements"]) == 2
    assert not (work / "claims-register").exists()


def test_unreadable_documents_are_named_and_the_rest_is_read(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (work / "binary").write_bytes(bytes(range(256)))
    assert _claims("extract", "binary", "missing", "article.txt") == 0
    assert "binary" in capsys.readouterr().err
    assert _claims("extract", "missing") == 2


def test_review_and_merge(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _claims("extract", "article.txt", "--register", "r.sqlite", "--quiet")
    capsys.readouterr()
    assert _claims("review", "--register", "r.sqlite") == 0
    first = capsys.readouterr().out.split()[0]
    decided = ("--register", "r.sqlite", "--who", "Ann", "--date", "2024-05-01")
    assert _claims("review", first, "--accept", *decided) == 0
    assert _claims("review", first, "--set", "act=assert", "--why", "read again", *decided) == 0
    assert _claims("review", first, *decided) == 2
    assert _claims("report", "--register", "r.sqlite", "--json") == 0
    claims = [
        row["claim"]["id"] for row in json.loads(capsys.readouterr().out.split("\n")[-2])["claims"]
    ]
    assert _claims("merge", claims[0], claims[1], "--why", "same", *decided) == 0
    assert (work / "r.sqlite").is_file()


def test_report_needs_a_register(work: Path) -> None:
    assert _claims("report", "--register", str(work / "none")) == 2


def test_link_compares_measures(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "m.txt").write_text(
        "Huawei makes gear. The US added Huawei and its 70 affiliates to the Entity List in May.\n"
    )
    _claims("extract", "m.txt", "--published", "2019-05-30", "--quiet")
    assert _claims("link", "--measures", "--parties", "--date", "2024-01-01") == 0
    assert "told '70', recorded '68'" in capsys.readouterr().out
    assert _claims("link") == 2


@pytest.mark.usefixtures("work")
def test_every_format_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    _claims("extract", "article.txt", "--quiet")
    for form in ("html", "json", "csv", "cyclonedx", "claimreview"):
        capsys.readouterr()
        assert _claims("report", "--format", form) == 0
        assert len(capsys.readouterr().out) > 100


def test_a_claim_is_linked_to_the_bundle_of_an_image(
    work: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = corpus / "images" / "huawei-hg532e-v100r001c01b020.bin"
    if not image.is_file():
        pytest.skip("the image is not in the corpus")
    (work / "claim.txt").write_text(
        "Huawei makes gear. Huawei makes gateways. “No Huawei product has any security flaw,” "
        "Ann Lee, a spokeswoman for the firm, told reporters.\n",
        "utf-8",
    )
    main(["evaluate", str(image), "--output", "result", "--quiet", "--workers", "1"])
    _claims("extract", "claim.txt", "--quiet")
    capsys.readouterr()
    product = ("--vendor", "Huawei", "--product", "HG532e", "--version", "V100R001C01B020")
    assert _claims("link", "result/bundle.assay", *product) == 0
    out = capsys.readouterr().out
    assert "contradicts" in out
    assert "found in Huawei HG532e V100R001C01B020" in out
    assert "one counter-example suffices" in out


@pytest.mark.usefixtures("work")
def test_training_writes_a_model_that_extract_takes() -> None:
    gold = Path(__file__).parent.parent / "claims" / "gold"
    assert _claims("train", str(gold), "--output", "model.json") == 0
    assert _claims("extract", "article.txt", "--model", "model.json") == 0
    assert _claims("extract", "article.txt", "--model", "article.txt") == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no pseudo-terminals on this system")
def test_review_in_a_terminal_survives_an_interruption(work: Path) -> None:
    _claims("extract", "article.txt", "--quiet")
    shown = _typed(work, [b"r\n", b"a quotation of a film\n", b"a\n", b"\x03"])
    assert "2 decisions by Ann on 2024-05-01 kept" in shown
    rows = (work / "claims-register" / "decisions.jsonl").read_text().splitlines()
    decisions = {one["action"]: one for one in map(json.loads, rows)}
    assert set(decisions) == {"accept", "reject"}
    assert decisions["reject"]["why"] == "a quotation of a film"
    assert decisions["reject"]["who"] == "Ann"


_IN_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from assay.cli import main
sys.exit(main(["claims", "review", "--who", "Ann", "--date", "2024-05-01"]))
"""


def _typed(folder: Path, keys: list[bytes]) -> str:
    """Run the review in a pseudo-terminal, type *keys* one at each question, return the screen."""
    main_end, terminal = os.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", _IN_TERMINAL],
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    for key in keys:
        shown += _until(main_end, b"> ")
        os.write(main_end, key)
    shown += _until(main_end, b"wait", again=keys[-1])
    assert child.wait(timeout=60) == 0
    os.close(main_end)
    return shown.decode()


def _until(end: int, mark: bytes, again: bytes = b"") -> bytes:
    """Read up to *mark*; a key that came just before Python waited for one is typed *again*."""
    shown = b""
    for _ in range(6):
        while select.select([end], [], [], 10)[0]:
            shown += os.read(end, 1)
            if shown.rstrip(b"\r\n").endswith(mark):
                return shown
        os.write(end, again)
    raise AssertionError(shown.decode())
