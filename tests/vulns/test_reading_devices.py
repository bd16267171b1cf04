"""Model, makers and version of the product, read from the files of an image."""

from pathlib import Path

import pytest

from assay.pipeline import evaluate
from assay.vulns.device import devices_of

PAGE = "<html><head><title>{}</title></head>\n<body>Welcome to your NETGEAR router</body></html>\n"


def devices(folder: Path, files: dict[str, str]) -> list[tuple[str, tuple[str, ...], str]]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "latin-1")
    done = evaluate(folder, workers=1, snapshot="none")
    assert done.image is not None
    return [(one.model, one.makers, one.version) for one in devices_of(done.image)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"module_name": "WNR2000v5\n", "firmware_version": "V1.0.0.74\n",
          "www/index.htm": PAGE.format("Router")}, [("WNR2000v5", ("NETGEAR",), "1.0.0.74")]),
        ({"etc/desc.xml": "<manufacturer>D-Link</manufacturer>\n<modelName>DIR-600L</modelName>\n"},
         [("DIR-600L", ("D-Link",), "")]),
        ({"web/LoginRpm.htm": "<p>TP_LINK</p> <b>TL-WR841N</b>\nsoftwareVersion=3.16.9\n"},
         [("TL-WR841N", ("TP-Link",), "3.16.9")]),
        ({"etc/board.sh": "".join(f"model=BX-{n}00\n" for n in range(1, 9)) + "netgear\n"}, []),
        ({"www/lang.js": "title = i18n\nNETGEAR\n"}, []),
        ({"etc/model": "nobody knows\n", "www/a.htm": PAGE.format("x")}, []),
        ({"etc/desc.xml": "<modelName>DIR-600L</modelName>\n"}, []),
    ],
)  # fmt: skip
def test_what_files_state(
    tmp_path: Path, files: dict[str, str], expected: list[tuple[str, tuple[str, ...], str]]
) -> None:
    assert devices(tmp_path / "image", files) == expected


def test_two_versions_are_none(tmp_path: Path) -> None:
    files = {"module_name": "WNR2000v5\n", "a.conf": "fw_version=1.2.3\nsw_version=4.5.6\n",
             "www/index.htm": PAGE.format("Router")}  # fmt: skip
    assert devices(tmp_path / "image", files) == [("WNR2000v5", ("NETGEAR",), "")]
