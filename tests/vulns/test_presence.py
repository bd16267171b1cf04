"""Parts of products that flaws need: there, not there, or not to be told."""

import struct
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


APPLETS = b"\0".join(
    b"ash cat chmod cp df echo grep kill ls mkdir mount mv ping ps pwd rm sh sleep".split()
)


def library(content: bytes) -> bytes:
    """Return a shared library that holds *content* (ELF32, little-endian, MIPS, one segment)."""
    size = 84 + len(content)
    header = struct.pack(
        "<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 3, 8, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0
    )
    return header + struct.pack("<8I", 1, 0, 0, 0, size, size, 5, 4096) + content


def test_a_library_with_the_banner_has_no_applets_of_its_own(tmp_path: Path) -> None:
    program = BANNER + APPLETS + b"\0"
    beside = absent(tmp_path / "a", {"bin/busybox": program, "lib/libbb.so": library(BANNER[64:])})
    assert "BusyBox 1.19.4/awk" in beside
    other = absent(tmp_path / "b", {"bin/busybox": program, "sbin/busybox": BANNER})
    assert "BusyBox 1.19.4/awk" not in other, "a second program may have it"
    both = {"bin/busybox": program, "lib/libbb.so": library(BANNER[64:] + APPLETS + b"\0awk\0")}
    assert "BusyBox 1.19.4/awk" not in absent(tmp_path / "c", both)


def test_a_shell_whose_name_ends_another_word(tmp_path: Path) -> None:
    part = "BusyBox 1.19.4/the code of the shell ash"
    table = APPLETS.replace(b"ash\0", b"", 1) + b"\0flash\0"
    assert part in absent(tmp_path / "a", {"bin/busybox": BANNER + table})
    with_it = BANNER + table + b"Iignoreeof\0"
    assert part not in absent(tmp_path / "b", {"bin/busybox": with_it})


def test_a_label_of_the_protocol(tmp_path: Path) -> None:
    program = b"\x7fELF" + b"\0" * 60 + b"\0hostapd v2.4\0"
    label, part = b"\0SAE KCK and PMK\0", "hostapd 2.4/the key exchange SAE"
    assert part in absent(
        tmp_path / "a", {"sbin/hostapd": program, "bin/other": b"\x7fELF" + label}
    )
    assert part not in absent(tmp_path / "b", {"sbin/hostapd": program + label})
    halves = {"sbin/hostapd": program, "lib/libwpa.so": library(label)}
    assert part not in absent(tmp_path / "c", halves)


@pytest.mark.parametrize(("version", "expected"), [("2.45", True), ("2.60", False)])
def test_a_server_that_came_later(tmp_path: Path, version: str, *, expected: bool) -> None:
    program = b"\x7fELF" + b"\0" * 60 + f"\0dnsmasq-{version}\0".encode()
    found = absent(tmp_path / "a", {"sbin/dnsmasq": program})
    part = f"dnsmasq {version}/the code for DHCPv6 and router advertisements"
    assert (part in found) == expected


def test_one_part_certainly_missing_outweighs_another_in_doubt() -> None:
    busybox = component("BusyBox", "1.9.1", "busybox:busybox")
    unread = "BusyBox 1.9.1/?the DHCP client (udhcpc)"
    missing = "BusyBox 1.9.1/the 6RD option of the DHCP client"
    assert not missing_part(busybox, "CVE-2016-2148", Setting(absent=(unread,)))[1]
    assert missing_part(busybox, "CVE-2016-2148", Setting(absent=(unread, missing)))[1]


def test_a_part_that_is_another_program(tmp_path: Path) -> None:
    pppd = b"\x7fELF" + b"\0" * 60 + b"pppd version %s\0pppd 2.4.3 started by %s\0" + b"2.4.3\0"
    part = "the program pppdump"
    assert any(one.endswith(part) for one in absent(tmp_path / "a", {"sbin/pppd": pppd}))
    with_it = absent(tmp_path / "b", {"sbin/pppd": pppd, "sbin/pppdump": b"x"})
    assert not any(one.endswith(part) for one in with_it)
    assert "ppp 2.4.3/the plugin passprompt" in with_it


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
