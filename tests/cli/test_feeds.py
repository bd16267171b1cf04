"""Evaluation with advisories: recorded, repeatable, matched anew without the image."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.vulns.conftest import hit, nvd

from assay.cli import main
from assay.seal.bundle import read

RECORDS = {
    "old": [nvd("CVE-2021-1001", hit("busybox:busybox"))],
    "new": [
        nvd("CVE-2021-1001", hit("busybox:busybox")),
        nvd("CVE-2022-1002", hit("busybox:busybox"), lastModified="2023-01-01T00:00:00"),
    ],
}


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a BusyBox of version 1.19.4; a store folder of its own is set."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "image"
    (root / "bin").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "etc" / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
    banner = b"\x7fELF" + b"\0" * 60 + b"BusyBox v1.19.4 (2014-05-06 07:08:09 CST)\0"
    (root / "bin" / "busybox").write_bytes(banner)
    return root


@pytest.fixture
def feed(tmp_path: Path) -> Callable[[str], str]:
    def written(name: str) -> str:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in RECORDS[name]))
        return str(path)

    return written


def evaluated(image: Path, tmp_path: Path, *options: str) -> dict:
    out = tmp_path / f"out{len(list(tmp_path.glob('out*')))}"
    main(["evaluate", str(image), "--quiet", "--output", str(out), "--workers", "1", *options])
    return json.loads((out / "evaluation.json").read_bytes()) | {
        "bundle": str(out / "bundle.assay")
    }


def option(evaluation: dict, name: str) -> str:
    return next(one["value"] for one in evaluation["options"] if one["name"] == name)


def result(evaluation: dict, check: str) -> dict:
    return next(one for one in evaluation["results"] if one["check"] == check)


def test_without_a_store(image: Path, tmp_path: Path) -> None:
    found = evaluated(image, tmp_path)
    assert option(found, "advisories") == "none"
    assert found["flaws"] == []
    check = result(found, "components.known-flaws")
    assert check["outcome"] == "inconclusive"
    assert "assay feeds import" in check["gaps"][0]
    assert "assay feeds sync" in check["gaps"][0]


def test_with_a_store(image: Path, tmp_path: Path, feed: Callable[[str], str]) -> None:
    assert main(["feeds", "import", feed("old"), "-q"]) == 0
    found = evaluated(image, tmp_path)
    (flaw,) = found["flaws"]
    assert (flaw["id"], flaw["status"]) == ("CVE-2021-1001", "affected")
    assert flaw["says"].startswith("BusyBox 1.19.4 in bin/busybox is affected by CVE-2021-1001")
    assert len(option(found, "advisories")) == 64
    check = result(found, "components.known-flaws")
    assert check["outcome"] == "found"
    assert "CVE-2021-1001" in check["findings"][0]["says"]
    searched = found["flaw_search"]["searched"]
    assert [(one[0], one[2], one[3]) for one in searched] == [("BusyBox", 1, 1)]


def test_an_old_snapshot_gives_the_old_result(
    image: Path, tmp_path: Path, feed: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["feeds", "import", feed("old"), "-q"])
    before = evaluated(image, tmp_path)
    main(["feeds", "import", feed("new"), "-q"])
    after = evaluated(image, tmp_path)
    assert {flaw["id"] for flaw in after["flaws"]} == {"CVE-2021-1001", "CVE-2022-1002"}
    again = evaluated(image, tmp_path, "--snapshot", option(before, "advisories")[:20])
    assert again | {"bundle": ""} == before | {"bundle": ""}
    capsys.readouterr()
    assert main(["verify", before["bundle"], "--rerun", str(image)]) == 0
    assert "identical, byte for byte" in capsys.readouterr().out


def test_rechecked_without_the_image(
    image: Path, tmp_path: Path, feed: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["feeds", "import", feed("old"), "-q"])
    before = evaluated(image, tmp_path)
    main(["feeds", "import", feed("new"), "-q"])
    fresh = tmp_path / "fresh.assay"
    capsys.readouterr()
    main(["recheck", before["bundle"], "--output", str(fresh)])
    told = capsys.readouterr().out
    assert "2 open (were 1)" in told
    assert "new" in told
    assert "CVE-2022-1002" in told
    sealed = read(fresh).evaluation
    after = evaluated(image, tmp_path)
    assert [flaw.id for flaw in sealed.flaws] == [flaw["id"] for flaw in after["flaws"]]
    assert read(Path(after["bundle"])).evaluation == sealed
    main(["recheck", str(fresh), "--snapshot", option(before, "advisories")])
    assert "gone" in capsys.readouterr().out


def test_a_snapshot_that_is_gone(image: Path, tmp_path: Path, feed: Callable[[str], str]) -> None:
    main(["feeds", "import", feed("old"), "-q"])
    before = evaluated(image, tmp_path)
    name = next((tmp_path / "data" / "assay" / "advisories").glob("2*")).name
    assert main(["feeds", "remove", name]) == 0
    assert main(["verify", before["bundle"], "--rerun", str(image)]) == 2
    assert main(["recheck", before["bundle"]]) in {1, 3}


def test_statements(image: Path, tmp_path: Path, feed: Callable[[str], str]) -> None:
    main(["feeds", "import", feed("old"), "-q"])
    vex = tmp_path / "vex.json"
    vex.write_text(json.dumps({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "Maker",
        "timestamp": "2024-01-01T00:00:00Z", "statements": [{
            "vulnerability": {"name": "CVE-2021-1001"}, "status": "not_affected",
            "products": [{"@id": "pkg:generic/busybox@1.19.4"}],
            "justification": "component_not_present"}]}))  # fmt: skip
    found = evaluated(image, tmp_path, "--vex", str(vex))
    assert found["flaws"][0]["status"] == "not-affected"
    assert found["flaws"][0]["statements"][0]["author"] == "Maker"
    assert result(found, "components.known-flaws")["findings"] == []
    assert main(["verify", found["bundle"], "--rerun", str(image)]) == 0


def test_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feeds", "formats"]) == 0
    assert "CISA" in capsys.readouterr().out


def test_a_file_of_no_known_form_does_not_stop_the_others(
    image: Path, tmp_path: Path, feed: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("no feed")
    assert main(["feeds", "import", str(other), feed("old"), "-q"]) == 3
    told = capsys.readouterr()
    assert "left out: letter.txt" in told.err
    assert "1 advisories" in told.out
    assert len(evaluated(image, tmp_path)["flaws"]) == 1
    assert main(["feeds", "import", str(other), "-q"]) == 2, "nothing could be imported"


def test_a_store_of_another_version(
    image: Path, tmp_path: Path, feed: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["feeds", "import", feed("old"), "-q"])
    place = next((tmp_path / "data" / "assay" / "advisories").glob("2*"))
    (place / "manifest.json").write_text('{"version": 0}')
    capsys.readouterr()
    assert main(["feeds", "status"]) == 3
    assert "of another version of Assay" in capsys.readouterr().err
    check = result(evaluated(image, tmp_path), "components.known-flaws")
    assert check["outcome"] == "inconclusive"
    assert main(["evaluate", str(image), "--snapshot", place.name]) == 2
    told = capsys.readouterr().err
    assert "an older version of Assay" in told
    assert "assay feeds import" in told
