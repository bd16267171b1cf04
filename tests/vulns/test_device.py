"""The product that an image is for, and the flaws recorded for that product."""

from collections.abc import Callable

import pytest
from tests.vulns.conftest import BLOB, cve, hit, nvd

from assay.model.flaws import Device, Proof, Setting
from assay.vulns.matching.devices import model_of

ID = "CVE-2021-1000"
PLACE = Proof(path="root//web/login.htm", blob=BLOB, offset=7, length=9, excerpt="TL-WR841N")


def device(version: str = "", model: str = "TL-WR841N", maker: str = "TP-Link") -> Setting:
    return Setting(
        devices=(Device(model=model, makers=(maker,), version=version, proofs=(PLACE,)),)
    )


@pytest.mark.parametrize(
    ("text", "model", "revision"),
    [
        ("tl-wr841n_firmware", "tlwr841n", ""),
        ("TL-WR841N", "tlwr841n", ""),
        ("tl-wr841nd_(11.0)_firmware", "tlwr841nd", "11"),
        ("archer_c50_v3_firmware", "archerc50", "3"),
        ("WNR2000v5", "wnr2000", "5"),
        ("dir-600m_c1_firmware", "dir600m", "c1"),
        ("DIR-600L", "dir600l", ""),
    ],
)
def test_models(text: str, model: str, revision: str) -> None:
    assert model_of(text) == (model, revision)


@pytest.mark.parametrize(
    ("record", "version", "expected"),
    [
        (hit("o:tp-link:tl-wr841n_firmware:3.16.9"), "3.16.9", "affected"),
        (hit("o:tp-link:tl-wr841n_firmware:3.16.9"), "", "possibly-affected"),
        (hit("o:tp-link:tl-wr841n_firmware:3.16.9"), "3.17.0", "none"),
        (hit("o:tp-link:tl-wr841n_firmware", versionEndExcluding="4"), "3.16.9", "affected"),
        (hit("o:tp-link:tl-wr841n_firmware", versionEndExcluding="3"), "3.16.9", "none"),
        (hit("o:tp-link:tl-wr841n_firmware"), "3.16.9", "possibly-affected"),
        (hit("o:tp-link:tl-wr841n_firmware:-"), "3.16.9", "possibly-affected"),
        (hit("o:tp-link:tl-wr841nd_firmware"), "", "none"),
        (hit("o:tp-link:tl-wr841n_v9_firmware"), "", "possibly-affected"),
        (hit("o:othermaker:tl-wr841n_firmware"), "", "none"),
        (hit("h:tp-link:tl-wr841n"), "", "possibly-affected"),
    ],
)
def test_firmware_of_the_very_product(
    write: Callable, search: Callable, record: dict, version: str, expected: str
) -> None:
    found = search([write(nvd(ID, record))], setting=device(version))
    assert [one.status for one in found] == ([] if expected == "none" else [expected])


def test_with_the_hardware_that_it_runs_on(write: Callable, search: Callable) -> None:
    firmware = hit("o:netgear:wnr2000_firmware", versionEndExcluding="1.0.0.80")
    for hardware, expected in (
        ("h:netgear:wnr2000", "affected"),
        ("h:netgear:wnr2000:v5", "possibly-affected"),
    ):
        beside = hit(hardware) | {"vulnerable": False}
        logic = [{"operator": "AND", "nodes": [{"cpeMatch": [firmware]}, {"cpeMatch": [beside]}]}]
        given = device("1.0.0.74", "WNR2000v5", "NETGEAR")
        (flaw,) = search([write(nvd(ID, configurations=logic))], setting=given)
        assert flaw.status == expected


def test_names_without_a_cpe(write: Callable, search: Callable) -> None:
    stated = {
        "vendor": "TP-Link", "product": "TL-WR841N V9",
        "versions": [{"version": "3.16.9", "status": "affected"}],
    }  # fmt: skip
    (flaw,) = search([write(cve(ID, [stated]))], setting=device("3.16.9"))
    assert flaw.status == "affected"
    assert "hardware revision 9" in " ".join(flaw.doubts)


def test_another_revision_is_another_product(write: Callable, search: Callable) -> None:
    record = nvd(ID, hit("o:netgear:wnr2000_v4_firmware"))
    assert search([write(record)], setting=device("", "WNR2000v5", "NETGEAR")) == []


def test_the_sentence_and_its_proof(write: Callable, search: Callable) -> None:
    record = nvd(ID, hit("o:tp-link:tl-wr841n_firmware", versionEndIncluding="3.16.9"))
    (flaw,) = search([write(record)], setting=device())
    assert flaw.says == (
        f"TL-WR841N firmware of unknown version, named in root//web/login.htm, may be affected by "
        f"{ID} (affected according to NVD: up to 3.16.9); but the version of the firmware is not "
        "known."
    )
    assert flaw.proofs == (PLACE,)


def test_hostile_names_are_no_patterns(write: Callable, search: Callable) -> None:
    record = nvd(ID, hit("o:tp-link:tl-wr841n_firmware"))
    assert search([write(record)], setting=device("", "%_%_%_%")) == []
