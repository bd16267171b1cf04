"""Remote access behind hidden switches."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import started_on_condition

PROGRAM = b"\x7fELF" + bytes(60)


def image_with(script):
    return image_of({"/etc/init.d/rcS": b"#!/bin/sh\n" + script, "/usr/sbin/telnetd": PROGRAM})


@pytest.mark.parametrize(
    ("script", "severity", "sort"),
    [
        (b"if [ -f /mnt/usb/.lab ]; then\n telnetd &\nfi\n", "medium", "the file /mnt/usb/.lab"),
        (b"[ -e /data/dbg ] && telnetd\n", "medium", "the file /data/dbg"),
        (b"grep -q lab /proc/cmdline && telnetd\n", "medium", "kernel's command line"),
        (b'[ "`nvram get lab_mode`" = "1" ] && telnetd\n', "low", "a stored variable"),
        (
            b"remote() {\n telnetd\n}\nif [ -f /data/dbg ]; then\n remote\nfi\n",
            "medium",
            "the file /data/dbg",
        ),
    ],
)
def test_switches(script, severity, sort):
    (finding,) = findings_of(started_on_condition, image_with(script))
    assert finding.severity == severity
    assert sort in finding.says
    assert len(finding.evidence) == 2


@pytest.mark.parametrize(
    "script",
    [
        b"telnetd\n",
        b"if [ -x /usr/sbin/telnetd ]; then telnetd; fi\n",
        b"[ -f /var/run/telnetd.pid ] || telnetd\n",
        b"if [ ! -f /etc/dropbear/dropbear_rsa_host_key ]; then telnetd; fi\n",
        b'[ "$(uci get system.telnet.enable)" = 1 ] && telnetd\n',
        b'case "$1" in\nstart) telnetd ;;\nesac\n',
        b"if [ -f /data/dbg ]; then httpd; fi\n",
    ],
)
def test_ordinary_starts(script):
    assert not findings_of(started_on_condition, image_with(script))


def test_the_other_branch_is_said():
    script = b"if [ -f /data/shipped ]; then :; else telnetd; fi\n"
    (finding,) = findings_of(started_on_condition, image_with(script))
    assert "(not `[ -f /data/shipped ]`)" in finding.says
