from collections.abc import Callable
from pathlib import Path

import pytest

from assay.cli import main
from assay.model.result import Evaluation
from assay.seal import bundle
from assay.seal.run import RunRecord
from assay.supply.bundles import with_bundles
from assay.supply.inventories.items import Inventory, InventoryItem

RUN = RunRecord(
    image="x.bin",
    started="2026-01-01T00:00:00Z",
    ended="2026-01-01T00:00:01Z",
    milliseconds=1,
    workers=1,
    peak_kib=1,
    system="Linux",
    machine="x86_64",
    python="3.11",
    processors=1,
)


@pytest.fixture
def sealed(made_evaluation: Callable[..., Evaluation]) -> Evaluation:
    return made_evaluation(
        "squashfs//lib/hi3518.ko", cpe="cpe:2.3:a:quectel:module:1:*:*:*:*:*:*:*"
    )


@pytest.fixture
def camera(tmp_path: Path, sealed: Evaluation) -> Path:
    path = tmp_path / "camera.assay"
    bundle.write(path, sealed, RUN, {})
    return path


def test_a_bundle_that_an_item_names_is_its_cross_check(sealed: Evaluation):
    named = Inventory(items=(InventoryItem(id="cam", vendor="Acme", firmware="a" * 64),))
    inventory, marks = with_bundles(named, [("camera.assay", sealed)])
    assert len(inventory.items) == 1
    assert marks["a" * 64].marks[0].maker.startswith("HiSilicon")


def test_a_bundle_of_its_own_becomes_an_item_once(sealed: Evaluation):
    inventory, _ = with_bundles(Inventory(items=()), [("camera.assay", sealed)] * 2)
    (item,) = inventory.items
    assert (item.id, item.vendor, item.firmware) == ("camera.assay", "", "a" * 64)


def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.assay"
    path.write_bytes(b"nonsense")
    assert main(["network", str(path), "--date", "2026-08-01"]) == 1
    assert "bundle" in capsys.readouterr().err


def test_commands_read_bundles(tmp_path: Path, camera: Path, capsys: pytest.CaptureFixture[str]):
    table = tmp_path / "inventory.csv"
    table.write_text(f"name,vendor,role,firmware sha256\ncam,Acme,camera,{'a' * 64}\n")
    words = ["--date", "2026-08-01", "--no-lists"]
    code = main(
        ["network", str(table), str(camera), "--country", "US", "--role", "exporter",
         "--use", "export", *words]
    )  # fmt: skip
    assert code == 3
    assert "marks of HiSilicon" in capsys.readouterr().out
    camera.rename(tmp_path / "bundle.assay")
    assert main(["screen", str(tmp_path), *words]) == 1
    told = capsys.readouterr().out
    assert "Quectel" in told
    assert "HiSilicon" in told
