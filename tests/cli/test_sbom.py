"""`assay sbom` writes each form, lists files, and compares with a vendor's bill."""

import json
from pathlib import Path

import pytest

from assay.cli import main

STATUS = b"Package: busybox\nVersion: 1.19.4-6\nStatus: install ok installed\n"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Return a root file system with two components."""
    root = tmp_path / "root"
    (root / "usr/lib/opkg").mkdir(parents=True)
    (root / "usr/lib/opkg/status").write_bytes(STATUS)
    (root / "usr/sbin").mkdir()
    (root / "usr/sbin/lighttpd").write_bytes(b"\0\1\2lighttpd/1.4.35\0")
    return root


def run(*words: object) -> int:
    return main(["sbom", *map(str, words), "--no-cache", "--quiet", "--workers", "1"])


def test_forms(image: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(image) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["components"]] == ["BusyBox", "lighttpd"]
    assert run(image, "--format", "spdx-2.3") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
    out = tmp_path / "bill.json"
    time = "2026-03-01T00:00:00Z"
    assert run(image, "--format", "spdx-3.0.1", "--created", time, "--files", "--output", out) == 0
    told = json.loads(out.read_text())
    assert told["@graph"][0]["created"] == time
    names = {one["name"] for one in told["@graph"] if one["type"] == "software_File"}
    assert names == {"usr/lib/opkg/status", "usr/sbin/lighttpd"}


def test_files_of_cyclonedx(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(image, "--files") == 0
    told = json.loads(capsys.readouterr().out)
    files = [one for one in told["components"] if one["type"] == "file"]
    assert [len(one["hashes"][0]["content"]) for one in files] == [64, 64]


@pytest.mark.parametrize("words", [["--created", "yesterday"], ["--files", "--format", "spdx-2.3"]])
def test_wrong_use(image: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(image, *words) == 2
    assert "assay:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "case",
    [
        ({"busybox": "1.19.4", "lighttpd": "1.4.35"}, 0, "2 agrees"),
        ({"busybox": "1.19.4", "lighttpd": "1.4.36"}, 1, "contradicted    lighttpd 1.4.36"),
        ({"busybox": "1.19.4"}, 1, "undeclared      lighttpd 1.4.35"),
        ({"busybox": "1.19.4", "lighttpd": "1.4.35", "zlib": "1"}, 3, "not seen        zlib 1"),
    ],
)
def test_compare(
    image: Path,
    case: tuple[dict[str, str], int, str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    declared, code, shown = case
    parts = [{"type": "library", "name": n, "version": v} for n, v in declared.items()]
    path = tmp_path / "vendor.json"
    path.write_text(json.dumps({"bomFormat": "CycloneDX", "components": parts}))
    assert run(image, "--compare", path) == code
    assert shown in capsys.readouterr().out
    assert run(image, "--compare", path, "--json") == code
    told = json.loads(capsys.readouterr().out)
    assert {one["relation"] for one in told} <= {"agrees", "contradicted", "undeclared", "not seen"}
