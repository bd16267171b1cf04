"""The checks on servers that start at boot: telnet, FTP, TFTP, r-commands, UPnP, the list."""

from types import ModuleType

import pytest
from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.services import ftp, inventory, rsh, telnet_at_boot, tftp, upnp

SERVER = b"\x7fELF" + bytes(60)
CASES = [
    (telnet_at_boot, "telnetd"),
    (ftp, "vsftpd"),
    (tftp, "in.tftpd"),
    (rsh, "in.rlogind"),
    (upnp, "miniupnpd"),
]


@pytest.mark.parametrize(("check", "name"), CASES)
def test_finds_a_server_at_boot(check: ModuleType, name: str) -> None:
    image = image_of(
        {
            "/etc/init.d/S50x": f"#!/bin/sh\n/usr/sbin/{name} -f &\n".encode(),
            f"/usr/sbin/{name}": SERVER,
        }
    )
    (finding,) = findings_of(check, image)
    assert f"starts `/usr/sbin/{name} -f` at boot" in finding.says
    assert finding.confidence == "certain"
    assert finding.severity == check.CHECK.severity
    (evidence,) = finding.evidence
    assert (evidence.offset, evidence.excerpt) == (10, f"/usr/sbin/{name} -f")


@pytest.mark.parametrize(("check", "name"), CASES)
def test_leaves_what_is_not_started(check: ModuleType, name: str) -> None:
    image = image_of(
        {
            "/etc/init.d/S50x": f"#!/bin/sh\n# {name}\nkillall {name}\nhttpd\n".encode(),
            f"/etc/init.d/{name}": f"#!/bin/sh\n/usr/sbin/{name}\n".encode(),
        }
    )
    assert findings_of(check, image) == []


@pytest.mark.parametrize(("check", "name"), CASES)
def test_an_idle_server_leaves_a_gap(check: ModuleType, name: str) -> None:
    image = image_of({"/etc/rcS": b"#!/bin/sh\nhttpd\n", f"/usr/sbin/{name}": SERVER})
    scope = Scope()
    assert not list(check.run(image, scope))
    assert any(name in gap for gap in scope.gaps)


def test_a_condition_lowers_the_severity() -> None:
    image = image_of({"/etc/rcS": b"#!/bin/sh\nif [ -f /x ]; then\n telnetd\nfi\n"})
    (finding,) = findings_of(telnet_at_boot, image)
    assert finding.severity == "medium"
    assert finding.confidence == "tentative"
    assert "on a condition" in finding.says
    assert "no program of that name" in finding.says


def test_several_lines_are_one_finding() -> None:
    image = image_of({"/etc/rcS": b"#!/bin/sh\ntelnetd -p 23\ntelnetd -p 2323\n"})
    (finding,) = findings_of(telnet_at_boot, image)
    assert len(finding.evidence) == 2


def test_no_start_file_is_a_gap() -> None:
    scope = Scope()
    assert not list(telnet_at_boot.run(image_of({"/bin/x": SERVER}), scope))
    assert scope.gaps


def test_hostile_scripts_stay_bounded() -> None:
    content = b"#!/bin/sh\n" + b"$(telnetd " * 3000 + b"if case { (" * 500
    found = findings_of(telnet_at_boot, image_of({"/etc/rcS": content}))
    assert len(found) <= 1
    assert all(len(one.evidence) <= 8 and len(one.says) < 2000 for one in found)


def test_anonymous_upload() -> None:
    settings = b"anonymous_enable=YES\nwrite_enable=YES\nanon_upload_enable=YES\n"
    (finding,) = findings_of(ftp, image_of({"/etc/vsftpd.conf": settings}))
    assert "anonymous" in finding.says
    closed = settings.replace(b"anonymous_enable=YES", b"anonymous_enable=NO")
    assert findings_of(ftp, image_of({"/etc/vsftpd.conf": closed})) == []


def test_lists_what_runs() -> None:
    table = b"::sysinit:/etc/rcS\n::respawn:/usr/sbin/webd\nttyS0::respawn:-/bin/sh\n"
    image = image_of({"/etc/inittab": table, "/etc/rcS": b"#!/bin/sh\ntelnetd\nlogserver &\n"})
    (finding,) = findings_of(inventory, image)
    assert "telnetd (telnet), webd (web)" in finding.says
    assert "Others: logserver" in finding.says
    assert finding.severity == "info"
