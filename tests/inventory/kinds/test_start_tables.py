"""The kinds `inittab`, `inetd`, `unit` and `uci`: their entries, near misses, hostile input."""

import pytest

from assay.inventory.kinds import inetd, inittab, uci, unit


def test_inittab_entries() -> None:
    facts = inittab.examine(b"# note\n::sysinit:/etc/rcS\nttyS0::askfirst:-/bin/sh\n#::once:x\n")
    assert facts is not None
    first, second = facts.entries
    assert (first.action, first.process) == ("sysinit", "/etc/rcS")
    assert (second.terminal, second.process, second.span.offset) == ("ttyS0", "-/bin/sh", 26)


@pytest.mark.parametrize("content", [b"", b"a:b:c:d\n", b"\0\0\0", b":::\n" * 9])
def test_what_is_no_inittab(content: bytes) -> None:
    assert inittab.examine(content) is None


def test_inetd_lines() -> None:
    facts = inetd.examine(
        b"telnet stream tcp nowait root /usr/sbin/telnetd telnetd -i\n"
        b"#ftp stream tcp nowait root /usr/sbin/ftpd ftpd\n"
        b"echo stream tcp nowait root internal\n"
    )
    assert facts is not None
    telnet, echo = facts.entries
    assert (telnet.service, telnet.user, telnet.words) == (
        "telnet",
        "root",
        ("/usr/sbin/telnetd", "-i"),
    )
    assert echo.words == ("internal",)


def test_xinetd_blocks() -> None:
    facts = inetd.examine(
        b"service telnet\n{\n  disable = yes\n  user = root\n  server = /usr/sbin/in.telnetd\n"
        b"  server_args = -h\n}\n"
    )
    assert facts is not None
    (entry,) = facts.entries
    assert entry.disabled
    assert entry.words == ("/usr/sbin/in.telnetd", "-h")


def test_unclosed_xinetd_blocks_end_soon() -> None:
    assert inetd.examine(b"service x {\n" * 40_000) is None


def test_unit_settings() -> None:
    facts = unit.examine(b"[Service]\nExecStart=/usr/sbin/httpd -f\nUser=www\n; User=root\n")
    assert facts is not None
    assert facts.values("ExecStart") == ("/usr/sbin/httpd -f",)
    assert facts.values("User") == ("www",)
    assert unit.examine(b"User=root\n") is None


def test_uci_sections() -> None:
    facts = uci.examine(
        b"config zone 'wan'\n\toption input 'REJECT'\n\tlist network 'wan'\n"
        b'\tlist network wan6\n\toption input "ACCEPT"\nconfig defaults\n\toption input DROP\n'
    )
    assert facts is not None
    zone, defaults = facts.sections
    assert (zone.type, zone.name, zone.value("input")) == ("zone", "wan", "ACCEPT")
    assert zone.values("network") == ("wan", "wan6")
    assert defaults.value("input") == "DROP"
    assert uci.examine(b"key = value\n") is None
