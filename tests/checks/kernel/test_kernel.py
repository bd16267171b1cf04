"""The kind `kernel` in use: end of support, and options of a built-in configuration."""

import gzip
from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.kernel import end_of_life, hardening_options
from assay.checks.kernel.versions import support_of

MODULE = (Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "module.mips").read_bytes()


def kernel(version: str, config: bytes | None = None) -> bytes:
    line = f"Linux version {version} (me@host) (gcc version 7.3.0 (GCC) ) #1 Mon Jan 1 2018"
    tail = b"" if config is None else b"IKCFG_ST" + gzip.compress(config, mtime=0) + b"IKCFG_ED"
    return b"\0" * 64 + line.encode() + b"\n\0" + tail


def test_old_banner() -> None:
    (finding,) = findings_of(end_of_life, image_of({"/boot/vmlinux": kernel("3.10.14")}))
    assert "Linux 3.10.14" in finding.says
    assert "ended in 2017-11 (table as of " in finding.says
    assert finding.confidence == "certain"
    assert finding.evidence[0].offset == 64


@pytest.mark.parametrize("version", ["6.1.99", "6.12.1"])
def test_supported_branches(version: str) -> None:
    assert findings_of(end_of_life, image_of({"/boot/vmlinux": kernel(version)})) == []


def test_unknown_branch_is_a_gap() -> None:
    scope = Scope()
    assert list(end_of_life.run(image_of({"/boot/x": kernel("9.3.1")}), scope)) == []
    assert scope.gaps


def test_modules_and_their_folder_tell_the_version_once() -> None:
    files = {"/lib/modules/3.10.14/x.ko": MODULE, "/lib/modules/2.6.30/y.conf": b"x"}
    first, second = findings_of(end_of_life, image_of(files))
    assert "modules were built for Linux 3.10.14" in first.says
    assert "/lib/modules/2.6.30 is for modules" in second.says
    assert second.evidence[0].kind == "attribute"


@pytest.mark.parametrize(
    ("version", "until", "exact"),
    [("2.6.30.9", "2009-12", False), ("4.4.60", "2022-02", True), ("5.19", "2023-01", False)],
)
def test_support_table(version: str, until: str, exact: bool) -> None:  # noqa: FBT001 - a table of cases
    support = support_of(version)
    assert support is not None
    assert (support.until, support.exact) == (until, exact)


def test_text_that_mentions_a_kernel_is_none() -> None:
    image = image_of({"/bin/x": b"\0Linux version %s (x)\0", "/y": b"\0Linux version 2.6 or later"})
    assert findings_of(end_of_life, image) == []


def test_options() -> None:
    config = b"CONFIG_DEVMEM=y\n# CONFIG_STRICT_KERNEL_RWX is not set\nCONFIG_SECCOMP=y\n"
    (finding,) = findings_of(hardening_options, image_of({"/boot/k": kernel("4.14.1", config)}))
    assert "2 option(s)" in finding.says
    assert "CONFIG_DEVMEM=y" in finding.says
    assert "CONFIG_STRICT_KERNEL_RWX=n" in finding.says
    good = b"CONFIG_STACKPROTECTOR=y\n# CONFIG_DEVMEM is not set\n"
    assert findings_of(hardening_options, image_of({"/boot/k": kernel("4.14.1", good)})) == []


def test_no_configuration_is_a_gap() -> None:
    scope = Scope()
    assert list(hardening_options.run(image_of({"/boot/k": kernel("4.14.1")}), scope)) == []
    assert "no configuration" in scope.gaps[0]


def test_damaged_configurations() -> None:
    whole = kernel("4.14.1", b"CONFIG_A=y\n" * 9)
    for content in (
        whole[:-30],
        whole + b"IKCFG_ST\x1f\x8b\x08",
        kernel("4.14.1") + b"IKCFG_ST\x1f\x8b",
    ):
        assert findings_of(hardening_options, image_of({"/boot/k": content})) == []
    bomb = kernel("4.14.1", b"\n" * (64 << 20))
    assert findings_of(hardening_options, image_of({"/boot/k": bomb})) == []
