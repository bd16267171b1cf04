"""Parts of products that flaws need: there, not there, or not to be told."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.vulns.conftest import component, hit, nvd

from assay.inventory.patterns import expressions
from assay.model.flaws import Setting
from assay.pipeline import evaluate
from assay.vulns.needs import needs
from assay.vulns.presence import missing_part
from assay.vulns.setting import setting_of

BANNER = b"\x7fELF" + b"\0" * 60 + b"BusyBox v1.19.4 (2014-05-06 07:08:09 CST)\0"
ZLIB = b"\x7fELF" + b"\0" * 60 + b" inflate %s Copyright 1995-2002 Mark Adler \0"


def absent(folder: Path, files: dict[str, bytes]) -> tuple[str, ...]:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    done = evaluate(folder, workers=1, snapshot="none")
    assert done.image is not None
    return setting_of(done.image, done.evaluation.components).absent


def test_what_cannot_be_read_is_not_called_absent(tmp_path: Path) -> None:
    found = absent(tmp_path / "a", {"bin/busybox": BANNER})
    assert "BusyBox 1.19.4/?awk" in found
    assert "BusyBox 1.19.4/awk" not in found


def test_a_name_that_every_build_of_the_part_holds(tmp_path: Path) -> None:
    part = "BusyBox 1.19.4/the 6RD option of the DHCP client"
    assert part in absent(tmp_path / "a", {"bin/busybox": BANNER})
    assert part not in absent(tmp_path / "b", {"bin/busybox": BANNER + b"\0ip6rd\0"})


@pytest.mark.parametrize(("version", "expected"), [(b"1.1.4", True), (b"1.2.3", False)])
def test_a_release_from_before_the_part(tmp_path: Path, version: bytes, *, expected: bool) -> None:
    found = absent(tmp_path / "a", {"lib/libz.so": ZLIB.replace(b"%s", version)})
    part = f"zlib {version.decode()}/the reading of gzip headers (inflateGetHeader)"
    assert (part in found) == expected


def test_a_part_that_is_another_program(tmp_path: Path) -> None:
    pppd = b"\x7fELF" + b"\0" * 60 + b"pppd version %s\0pppd 2.4.3 started by %s\0" + b"2.4.3\0"
    part = "the program pppdump"
    with_it = absent(tmp_path / "b", {"sbin/pppd": pppd, "sbin/pppdump": b"x"})
    assert not any(one.endswith(part) for one in with_it)


def test_certain_and_not(write: Callable, search: Callable) -> None:
    busybox = component("BusyBox", "1.19.4", "busybox:busybox")
    record = nvd("CVE-2021-42378", hit("busybox:busybox", versionEndExcluding="1.34"))
    for mark, status in (("awk", "not-affected"), ("?awk", "possibly-affected")):
        setting = Setting(absent=(f"BusyBox 1.19.4/{mark}",))
        (flaw,) = search([write(record)], busybox, setting=setting)
        assert flaw.status == status
        assert "awk" in flaw.says
    assert missing_part(busybox, "CVE-2021-42378", Setting()) == ("", True)


def test_traces_in_another_component(write: Callable, search: Callable) -> None:
    record = nvd("CVE-2021-1000", hit("gnu:glibc", versionEndExcluding="2.40"))
    whole = component("uClibc", "0.9.30", "uclibc:uclibc", kind="full-copy")
    part = component("GNU C Library", "2.36", "gnu:glibc", kind="partial-copy")
    place = msgspec.structs.replace(part.occurrences[0], path=whole.occurrences[0].path)
    hosted = msgspec.structs.replace(part, occurrences=(place,))
    (flaw,) = search([write(record)], whole, hosted)
    assert flaw.status == "possibly-affected"
    assert "its traces lie in files of uClibc 0.9.30 only" in flaw.says
    (alone,) = search([write(record)], part)
    assert "only a part of the component is known to be there" in alone.says


def test_the_table_is_sound() -> None:
    known = set(expressions())
    for need in needs():
        given = (need.applets, need.exports, need.unless, need.only, need.programs, need.since)
        assert sum(map(bool, given)) == 1, need
        assert need.flaws, need
        assert set(need.only) | set(need.unless) <= known
