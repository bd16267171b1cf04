"""Hardening of binaries with rates, and library search paths."""

import struct
from pathlib import Path

from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.hardening import binaries, library_path

SAMPLES = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf"
WEAK = (SAMPLES / "weak.mips").read_bytes()
HARD = (SAMPLES / "hard.arm").read_bytes()
MODULE = (SAMPLES / "module.mips").read_bytes()


def test_one_finding_a_property_with_rates() -> None:
    image = image_of({"/bin/a": WEAK, "/bin/b": WEAK + b"x", "/bin/c": HARD, "/lib/m.ko": MODULE})
    found = findings_of(binaries, image)
    assert [one.says.split(" files")[0] for one in found[:2]] == ["2 of 3", "2 of 3"]
    assert all("(66.6 %)" in one.says for one in found)
    assert {one.severity for one in found} == {"medium", "low", "info"}
    for word in ("executable stack", "fixed address", "RELRO", "stack guard"):
        assert sum(word in one.says for one in found) == 1
    assert found[0].evidence[0].excerpt.startswith("program headers: ")


def test_hardened_programs_give_nothing() -> None:
    scope = Scope()
    assert list(binaries.run(image_of({"/bin/c": HARD, "/lib/m.ko": MODULE}), scope)) == []
    assert scope.examined == 1


def test_exposed_programs_are_named_first() -> None:
    files = {"/bin/a": WEAK, "/bin/zsu": (WEAK + b"x", 0o4755), "/usr/sbin/httpd": WEAK + b"y"}
    files |= {"/etc/rcS": b"#!/bin/sh\nhttpd\n"}
    (first, *_) = findings_of(binaries, image_of(files))
    assert "among them /bin/zsu (set-uid), /usr/sbin/httpd (started at boot, web)" in first.says
    assert first.subject.endswith("/bin/zsu")


def test_equal_contents_count_once() -> None:
    (first, *_) = findings_of(binaries, image_of({"/bin/a": WEAK, "/sbin/a": WEAK}))
    assert first.says.startswith("1 of 1 files")


def test_damaged_headers_are_accepted() -> None:
    content = bytearray(WEAK)
    struct.pack_into(">I", content, 28, 0xFFFFFF00)
    assert isinstance(findings_of(binaries, image_of({"/bin/a": bytes(content)})), list)


def with_path(path: bytes) -> bytes:
    return WEAK.replace(b"/opt/lib\0", path.ljust(8, b"\0") + b"\0")


def test_library_paths() -> None:
    assert findings_of(library_path, image_of({"/bin/a": WEAK})) == []
    (finding,) = findings_of(library_path, image_of({"/bin/a": with_path(b"/tmp/l")}))
    assert finding.severity == "medium"
    (finding,) = findings_of(library_path, image_of({"/bin/a": with_path(b"../lib")}))
    assert finding.severity == "medium"
    (finding,) = findings_of(library_path, image_of({"/bin/a": with_path(b"/home/x")}))
    assert finding.severity == "low"
    assert finding.evidence[0].excerpt == "/home/x"
