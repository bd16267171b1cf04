"""The checks on updates: signature, plain HTTP, certificate checks; positives and near misses."""

from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.update import certificate_checks_off, plain_http, unsigned

FIXTURES = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf"
PROGRAM = (FIXTURES / "weak.mips").read_bytes()
WRITER = PROGRAM + b"\0firmware\0mtd -r write %s linux\0"


def test_program_that_flashes_unchecked() -> None:
    (finding,) = findings_of(unsigned, image_of({"/bin/updated": WRITER}))
    assert finding.confidence == "firm"
    assert "`mtd -r write %s linux`" in finding.says
    assert [one.kind for one in finding.evidence] == ["text", "absence"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/bin/updated", PROGRAM + b"\0firmware\0"),
        ("/bin/updated", PROGRAM + b"\0firmware\0sysupgrade failed\0nandwrite [OPTION]\0"),
        ("/usr/sbin/nandwrite", WRITER),
        ("/bin/busybox", WRITER + b"BusyBox v1.30.1\0"),
    ],
)
def test_what_is_no_updater(path: str, content: bytes) -> None:
    scope = Scope()
    assert list(unsigned.run(image_of({path: content}), scope)) == []
    assert scope.examined == 0


def test_a_named_signature_check_leaves_a_gap() -> None:
    scope = Scope()
    image = image_of({"/bin/updated": WRITER + b"openssl dgst -sha256 -verify /etc/k.pem\0"})
    assert list(unsigned.run(image, scope)) == []
    assert any("openssl dgst" in gap for gap in scope.gaps)


def test_scripts_that_flash() -> None:
    plain = b"#!/bin/sh\nmtd -r write /tmp/firmware.bin linux\n"
    (finding,) = findings_of(unsigned, image_of({"/lib/upgrade/common.sh": plain}))
    assert "scripts beside it" in finding.says
    checked = {
        "/lib/upgrade/common.sh": plain,
        "/lib/upgrade/check.sh": b"#!/bin/sh\nusign -V -m $1 -P /etc/keys\n",
    }
    assert findings_of(unsigned, image_of(checked)) == []


def test_flash_over_plain_http() -> None:
    content = WRITER + b"http://update.vendor.net/fw/latest.bin\0"
    (finding,) = findings_of(plain_http, image_of({"/bin/updated": content}))
    assert "http://update.vendor.net/fw/latest.bin" in finding.says


@pytest.mark.parametrize(
    "text",
    [
        b"https://update.vendor.net/fw/latest.bin\0",
        b"http://192.168.1.1/upgrade.cgi\0",
        b"http://www.w3.org/2000/upgrade\0",
        b"http://www.vendor.net/support\0",
    ],
)
def test_addresses_that_are_no_plain_download(text: bytes) -> None:
    assert findings_of(plain_http, image_of({"/bin/updated": WRITER + text})) == []


def test_package_feeds() -> None:
    feed = b"src/gz base http://feeds.vendor.net/base\n"
    (finding,) = findings_of(plain_http, image_of({"/etc/opkg.conf": feed}))
    assert "1 feed(s)" in finding.says
    signed = {"/etc/opkg.conf": b"option check_signature 1\n", "/etc/opkg/feeds.conf": feed}
    assert findings_of(plain_http, image_of(signed)) == []


@pytest.mark.parametrize(
    "line",
    [b"wget --no-check-certificate https://x/y", b"curl -sk https://x/y", b"curl --insecure u"],
)
def test_downloads_without_a_check(line: bytes) -> None:
    (finding,) = findings_of(
        certificate_checks_off, image_of({"/etc/get.sh": b"#!/bin/sh\n" + line + b" -O /tmp/f\n"})
    )
    assert finding.evidence[0].offset == 10
    program = PROGRAM + b"\0" + line.replace(b"https://x/y", b"%s") + b" -o /tmp/f\0"
    image = image_of({"/bin/get": program, "/usr/bin/curl": program})
    assert [
        one.subject.rpartition("//")[2] for one in findings_of(certificate_checks_off, image)
    ] == ["bin/get"]


@pytest.mark.parametrize(
    "line",
    [b"wget https://x/y", b"curl -s --max-time 5 https://x/k", b"echo --no-check-certificate"],
)
def test_downloads_with_a_check(line: bytes) -> None:
    image = image_of({"/etc/get.sh": b"#!/bin/sh\n" + line + b"\n"})
    assert findings_of(certificate_checks_off, image) == []


def test_hostile_text_is_bounded() -> None:
    content = WRITER + b"http://a.bc/upgrade.bin\0" * 5000 + b"wget --no-check-certificate " * 5000
    image = image_of({"/bin/x": content})
    for check in (unsigned, plain_http, certificate_checks_off):
        for finding in findings_of(check, image):
            assert len(finding.evidence) <= 6
            assert len(finding.says) < 1000
