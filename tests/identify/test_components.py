"""The identify stage: packages, kernels and libraries, joined by name and version."""

from pathlib import Path

import pytest
from building import image_of

from assay.identify.components import identify
from assay.identify.matchers.packages import upstream
from assay.inventory.kinds import packages
from assay.model.result import Component

FIXTURES = Path(__file__).parents[1] / "inventory" / "fixtures" / "elf"
STATUS = (
    b"Package: busybox\nVersion: 1.19.4-6\nStatus: install user installed\nArchitecture: mips\n\n"
    b"Package: libopenssl\nVersion: 1.0.2k-1\nStatus: install ok installed\n\n"
    b"Package: gone\nVersion: 1.0\nStatus: deinstall ok config-files\n\n"
    b"Package: own-app\nVersion: 2:3.1+dfsg-4\nLicense: MIT\n"
)


def found(files: dict[str, bytes]) -> dict[tuple[str, str], Component]:
    return {(one.name, one.version): one for one in identify(image_of(files))}


def test_packages() -> None:
    seen = found({"/usr/lib/opkg/status": STATUS})
    assert set(seen) == {("BusyBox", "1.19.4"), ("OpenSSL", "1.0.2k"), ("own-app", "3.1")}
    busybox, own = seen["BusyBox", "1.19.4"], seen["own-app", "3.1"]
    assert busybox.purl == "pkg:opkg/busybox@1.19.4-6"
    assert busybox.cpe == "cpe:2.3:a:busybox:busybox:1.19.4:*:*:*:*:*:*:*"
    assert busybox.occurrences[0].offset == 0
    assert (own.purl, own.cpe, own.licence) == ("pkg:opkg/own-app@2%3A3.1%2Bdfsg-4", "", "MIT")


def test_methods_join_into_one_component() -> None:
    seen = found(
        {
            "/usr/lib/opkg/status": STATUS,
            "/bin/busybox": b"\0BusyBox v1.19.4 (2017-01-01 12:00:00 UTC)\0",
        }
    )
    busybox = seen["BusyBox", "1.19.4"]
    assert busybox.kind == "package"
    assert [one.method for one in busybox.occurrences] == ["package database", "version banner"]


def test_two_versions_are_two_components() -> None:
    seen = found({"/a.js": b"/* jQuery v1.8.3 */", "/b.js": b"/* jQuery v1.11.1 */"})
    assert set(seen) == {("jQuery", "1.8.3"), ("jQuery", "1.11.1")}


def test_kernel_banner_and_modules() -> None:
    banner = b"\0Linux version 3.10.14 (a@b) (gcc version 4.6.3 (x) ) #1 Mon Jan 1 2018\n\0"
    seen = found({"/boot/vmlinux": banner, "/lib/m.ko": (FIXTURES / "module.mips").read_bytes()})
    kernel = seen["Linux kernel", "3.10.14"]
    assert kernel.kind == "kernel"
    assert kernel.confidence == 990
    assert kernel.cpe.startswith("cpe:2.3:o:linux:linux_kernel:3.10.14:")
    assert len(kernel.occurrences) == 2


def test_library_names() -> None:
    content = (FIXTURES / "library.x86-64").read_bytes()
    named = content.replace(b"libsample.so.1\0", b"libz.so.1\0\0\0\0\0\0")
    seen = found({"/lib/libz.so.1.2.8": named, "/lib/libsample.so.1": content})
    assert set(seen) == {("zlib", "1.2.8")}


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.19.4-6", "1.19.4"),
        ("2:3.1+dfsg-4", "3.1"),
        ("1.0.2k-1", "1.0.2k"),
        ("2017.75", "2017.75"),
        ("9.9.5-P1-r3", "9.9.5-P1"),
        ("2015-10-28-1", "2015-10-28"),
    ],
)
def test_upstream_versions(version: str, expected: str) -> None:
    assert upstream(version) == expected


def test_apk_database_and_near_misses() -> None:
    text = b"C:Q1abc=\nP:musl\nV:1.1.24-r3\nA:x86\nL:MIT\n\nP:broken\n"
    facts = packages.examine(text)
    assert facts is not None
    assert [(one.name, one.version, one.licence) for one in facts.packages] == [
        ("musl", "1.1.24-r3", "MIT")
    ]
    for content in (b"", b"\0\1", b"Package:\nVersion: 1\n", b"Package: x\n"):
        assert packages.examine(content) is None


def test_hostile_database_is_bounded() -> None:
    content = b"Package: a\nVersion: 1\n\n" * 20_000
    facts = packages.examine(content)
    assert facts is not None
    assert len(facts.packages) == packages.MOST_PACKAGES
    (component,) = identify(image_of({"/usr/lib/opkg/status": content}))
    assert len(component.occurrences) == 20


def test_the_toolchains_c_library_goes_by_its_loader() -> None:
    status = b"Package: libc\nVersion: 1.1.16-1\n\nPackage: librt\nVersion: 1.1.16-1\n"
    files: dict[str, bytes] = {"/usr/lib/opkg/status": status, "/lib/libc.so": b"\1"}
    assert {one.name for one in identify(image_of(files))} == {"libc", "librt"}
    loader = {"/lib/ld-musl-mips-sf.so.1": "libc.so"}
    (musl,) = identify(image_of({**files, **loader}))
    assert (musl.name, musl.version) == ("musl", "1.1.16")
    both = {**files, **loader, "/lib/ld-uClibc.so.0": b"\1"}
    assert {one.name for one in identify(image_of(both))} == {"libc", "librt"}


def test_a_distributions_kernel_is_the_release_that_it_names() -> None:
    banner = (
        b"\0Linux version 3.10.14-50-armmp (kernel-team@lists.example.org) (gcc-12 (x) 12.2.0) "
        b"#1 SMP Debian 3.10.108-1 (2026-05-01)\n\0"
    )
    module = (FIXTURES / "module.mips").read_bytes()  # built for 3.10.14
    (kernel,) = identify(image_of({"/boot/vmlinuz": banner, "/lib/m.ko": module}))
    assert kernel.version == "3.10.108"
    assert len(kernel.occurrences) == 2
