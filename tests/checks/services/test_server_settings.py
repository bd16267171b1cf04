"""The checks on settings: SNMP communities, console shells, root logins, SSH, telnet commands."""

from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.services import (
    debug_shell,
    remote_root_login,
    snmp_communities,
    ssh_weaknesses,
    telnet_in_program,
)

ELF = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf" / "weak.mips"


def test_snmp_communities() -> None:
    text = b"# rocommunity no\nrocommunity public default\nrwcommunity s3cret 10.0.0.0/8\n"
    image = image_of({"/etc/snmp/snmpd.conf": text, "/etc/rcS": b"#!/bin/sh\nsnmpd\n"})
    (finding,) = findings_of(snmp_communities, image)
    assert "`public`, `s3cret`" in finding.says
    assert "lets it write" in finding.says
    assert finding.severity == "high"
    assert [one.offset for one in finding.evidence] == [17, 44]


@pytest.mark.parametrize(
    "text", [b"rocommunity public 127.0.0.1\n", b"trapcommunity public\n", b"rouser admin\n"]
)
def test_snmp_near_misses(text: bytes) -> None:
    assert findings_of(snmp_communities, image_of({"/etc/snmpd.conf": text})) == []


def test_snmp_mapped_and_sectioned_communities() -> None:
    image = image_of(
        {
            "/etc/snmpd.conf": b"com2sec\treadonly  default  watch\n",
            "/etc/config/snmpd": b"config com2sec private\n\toption secname rw\n"
            b"\toption source default\n\toption community private\n",
        }
    )
    first, second = findings_of(snmp_communities, image)
    assert "`private`, a well-known name, and lets it write" in first.says
    assert "`watch`" in second.says
    assert second.severity == "low"


@pytest.mark.parametrize(
    "line",
    [
        b"ttyS0::askfirst:/bin/ash --login",
        b"::respawn:-/bin/sh",
        b"ttyS1::respawn:/sbin/getty -L ttyS1 115200 -n -l /bin/sh",
        b"1:2345:respawn:/sbin/agetty --autologin root ttyS0",
    ],
)
def test_console_shells(line: bytes) -> None:
    (finding,) = findings_of(debug_shell, image_of({"/etc/inittab": line + b"\n"}))
    assert finding.severity == "medium"
    assert finding.evidence[0].length == len(line)


@pytest.mark.parametrize(
    "line",
    [
        b"#ttyS0::askfirst:/bin/ash --login",
        b"ttyS0::respawn:/bin/login",
        b"ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100",
        b"::sysinit:/bin/sh /etc/start",
        b"::shutdown:/bin/sh",
        b"::respawn:/sbin/sulogin",
    ],
)
def test_consoles_with_a_login(line: bytes) -> None:
    assert findings_of(debug_shell, image_of({"/etc/inittab": line + b"\n"})) == []


def test_virtual_consoles_weigh_less() -> None:
    (finding,) = findings_of(debug_shell, image_of({"/etc/inittab": b"tty2::askfirst:-/bin/sh\n"}))
    assert finding.severity == "low"


def test_shell_in_place_of_a_login() -> None:
    image = image_of(
        {"/etc/rcS": b"#!/bin/sh\ntelnetd -l /bin/sh &\n", "/usr/sbin/telnetd": b"\x7fELF"}
    )
    (finding,) = findings_of(remote_root_login, image)
    assert finding.severity == "critical"
    assert finding.confidence == "certain"
    safe = image_of({"/etc/rcS": b"#!/bin/sh\ntelnetd -l /bin/login &\n"})
    assert findings_of(remote_root_login, safe) == []


@pytest.mark.parametrize(("options", "count"), [(b"-p 22", 1), (b"-w", 0), (b"-sg", 0), (b"$A", 0)])
def test_dropbear_options(options: bytes, count: int) -> None:
    image = image_of({"/etc/rcS": b"#!/bin/sh\ndropbear " + options + b"\n"})
    assert len(findings_of(remote_root_login, image)) == count


@pytest.mark.parametrize(
    ("option", "count"),
    [(b"option Port 22", 1), (b"option enable '0'", 0), (b"option RootPasswordAuth 'off'", 0)],
)
def test_dropbear_sections(option: bytes, count: int) -> None:
    image = image_of(
        {
            "/etc/rcS": b"#!/bin/sh\ndropbear\n",
            "/etc/config/dropbear": b"config dropbear\n\t" + option + b"\n",
        }
    )
    assert len(findings_of(remote_root_login, image)) == count


def test_root_login_of_openssh() -> None:
    image = image_of({"/etc/ssh/sshd_config": b"PermitRootLogin yes\nPermitRootLogin no\n"})
    assert len(findings_of(remote_root_login, image)) == 1
    keyed = image_of({"/etc/ssh/sshd_config": b"PermitRootLogin no\nPermitRootLogin yes\n"})
    assert findings_of(remote_root_login, keyed) == []


def test_ssh_weaknesses() -> None:
    text = b"Protocol 2,1\nCiphers aes128-ctr,3des-cbc\nMACs -hmac-md5\nPermitEmptyPasswords yes\n"
    found = findings_of(ssh_weaknesses, image_of({"/etc/ssh/sshd_config": text}))
    assert sorted(one.severity for one in found) == ["high", "low", "medium"]
    assert any("3des-cbc" in one.says and "aes" not in one.says.split("(")[0] for one in found)
    assert findings_of(ssh_weaknesses, image_of({"/etc/ssh/sshd_config": b"#Protocol 1\n"})) == []


def test_telnet_command_in_a_program() -> None:
    program = ELF.read_bytes() + b"\0telnetd -l %s &\0"
    (finding,) = findings_of(telnet_in_program, image_of({"/bin/manage": program}))
    assert "`telnetd -l %s &`" in finding.says
    named = ELF.read_bytes() + b"\0telnetd\0killall telnetd\0"
    assert findings_of(telnet_in_program, image_of({"/bin/manage": named})) == []
    busybox = program + b"BusyBox v1.19.4 (2017-01-01)\0"
    assert findings_of(telnet_in_program, image_of({"/bin/busybox": busybox})) == []
