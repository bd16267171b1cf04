"""The firewall checks: absent, open to the outside, and what they leave alone."""

from pathlib import Path

import pytest
from building import findings_of, image_of

from assay.checks.check import Scope
from assay.checks.network import firewall_absent, firewall_open_wan

FIXTURES = Path(__file__).parents[2] / "inventory" / "fixtures" / "elf"
PROGRAM = (FIXTURES / "weak.mips").read_bytes()
OPEN = b"\toption src wan\n\toption dest_port 22\n\toption target ACCEPT\n"
FORWARDS = b"#!/bin/sh\necho 1 > /proc/sys/net/ipv4/ip_forward\n"


def test_a_router_without_rules() -> None:
    image = image_of({"/etc/rcS": FORWARDS, "/bin/httpd": PROGRAM})
    (finding,) = findings_of(firewall_absent, image)
    assert finding.confidence == "tentative"
    assert finding.evidence[0].kind == "text"


@pytest.mark.parametrize(
    "extra",
    [
        {"/etc/fw.sh": b"#!/bin/sh\niptables -P INPUT DROP\n"},
        {"/etc/config/firewall": b"config zone\n\toption name wan\n"},
        {"/etc/nftables.conf": b"table inet filter {\n}\n"},
        {"/bin/netd": PROGRAM + b"\0iptables -A INPUT -i %s -j DROP\0"},
        {"/usr/sbin/iptables": PROGRAM},
        {"/etc/rules.v4": b"*filter\n:INPUT DROP [0:0]\nCOMMIT\n"},
    ],
)
def test_any_trace_of_a_filter_is_no_absence(extra: dict[str, bytes]) -> None:
    image = image_of({"/etc/rcS": FORWARDS, "/bin/httpd": PROGRAM, **extra})
    assert findings_of(firewall_absent, image) == []


def test_what_does_not_forward_is_left_open() -> None:
    scope = Scope()
    assert list(firewall_absent.run(image_of({"/bin/httpd": PROGRAM}), scope)) == []
    assert scope.gaps


def test_open_zone_and_rule() -> None:
    text = (
        b"config zone\n\toption name 'wan'\n\toption input 'ACCEPT'\n"
        b"config rule\n\toption src wan\n\toption dest_port '22 80'\n\toption target ACCEPT\n"
    )
    zone, rule = findings_of(firewall_open_wan, image_of({"/etc/config/firewall": text}))
    assert "everything" in zone.says
    assert zone.severity == "high"
    assert "22 (SSH), 80 (HTTP)" in rule.says


@pytest.mark.parametrize(
    "text",
    [
        b"config zone\n\toption name lan\n\toption input ACCEPT\n",
        b"config zone\n\toption name wan\n\toption input REJECT\n\toption output ACCEPT\n",
        b"config rule\n\toption src wan\n\toption dest_port 68\n\toption target ACCEPT\n",
        b"config rule\n\toption src wan\n\toption dest_port 22\n\toption target DROP\n",
        b"config rule\n\toption src wan\n\toption src_ip 10.0.0.1\n\toption target ACCEPT\n",
        b"config rule\n\toption src_ip 10.0.0.1\n" + OPEN,
        b"config rule\n\toption enabled 0\n" + OPEN,
    ],
)
def test_sections_that_are_not_open(text: bytes) -> None:
    assert findings_of(firewall_open_wan, image_of({"/etc/config/firewall": text})) == []


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        (b"-A INPUT -i ppp0 -p tcp --dport 23 -j ACCEPT", 1),
        (b'-I INPUT -i "$WAN_IF" -p tcp --dport 80 -j ACCEPT', 1),
        (b"-A INPUT -i eth0 -p tcp --dport 23 -j ACCEPT", 0),
        (b"-A INPUT -i ppp0 -p tcp --dport 23 -j DROP", 0),
        (b"-A INPUT -i ppp0 -s 10.0.0.1 -p tcp --dport 23 -j ACCEPT", 0),
        (b"-A INPUT -i ppp0 -m state --state ESTABLISHED -j ACCEPT", 0),
        (b"-t nat -A INPUT -i ppp0 -p tcp --dport 23 -j ACCEPT", 0),
    ],
)
def test_rules_of_scripts(rule: bytes, count: int) -> None:
    image = image_of({"/etc/fw.sh": b"#!/bin/sh\niptables " + rule + b"\n"})
    assert len(findings_of(firewall_open_wan, image)) == count


def test_restored_rules() -> None:
    text = b"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -i wan -p tcp --dport 443 -j ACCEPT\nCOMMIT\n"
    (finding,) = findings_of(firewall_open_wan, image_of({"/etc/iptables/rules.v4": text}))
    assert "443 (HTTPS)" in finding.says


def test_hostile_rules() -> None:
    content = b"*filter\n" + b":\n-A\n-P INPUT\n-A INPUT -j\n: :\n" * 500
    assert findings_of(firewall_open_wan, image_of({"/etc/rules.v4": content})) == []
