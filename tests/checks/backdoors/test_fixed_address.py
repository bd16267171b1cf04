"""Rules that let fixed outside addresses in, and what is left alone."""

import pytest
from building import findings_of, image_of

from assay.checks.backdoors import fixed_address
from assay.checks.backdoors.fixed_address import fixed_network


@pytest.mark.parametrize(
    ("text", "private", "fixed"),
    [
        ("8.8.4.4", False, True),
        ("31.13.24.0/24", False, True),
        ("2a00:1450::1/128", False, True),
        ("10.0.0.1", False, False),
        ("10.0.0.1", True, True),
        ("100.64.3.0/24", True, True),
        ("127.0.0.1", True, False),
        ("192.0.2.7", False, False),
        ("239.1.1.1", True, False),
        ("0.0.0.0/0", True, False),
        ("8.0.0.0/8", False, False),
        ("fe80::/10", True, False),
        ("2001:db8::1", True, False),
        ("$ADDRESS", True, False),
        ("1.2.3.4.5", True, False),
    ],
)
def test_which_addresses_are_fixed_and_outside(text, private, fixed):
    assert (fixed_network(text, private=private) is not None) is fixed


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        (b"-A INPUT -s 31.13.24.0/24 -j ACCEPT", "high"),
        (b"-I INPUT -p tcp -s 8.8.4.4 --dport 22 -j ACCEPT", "high"),
        (b"-I INPUT -p udp -s 8.8.4.4 --dport 5060 -j ACCEPT", "medium"),
        (b"-I INPUT -p tcp ! -s 8.8.4.4 --dport 22 -j ACCEPT", ""),
        (b"-A INPUT -s 31.13.24.0/24 -j DROP", ""),
        (b"-A OUTPUT -s 31.13.24.0/24 -j ACCEPT", ""),
        (b"-t nat -A INPUT -s 31.13.24.0/24 -j ACCEPT", ""),
        (b"-A INPUT -s 192.168.1.0/24 -j ACCEPT", ""),
        (b"-A INPUT -s $REMOTE -j ACCEPT", ""),
        (b"-A INPUT -s 8.8.4.4 -m state --state ESTABLISHED -j ACCEPT", ""),
        (b"-A INPUT -s 8.8.4.4 -p udp --sport 53 -j ACCEPT", ""),
    ],
)
def test_rules(rule, severity):
    found = findings_of(fixed_address, image_of({"/etc/fw.sh": b"#!/bin/sh\niptables " + rule}))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_rules_inside_programs_and_rule_files():
    program = b"\x7fELF" + bytes(60) + b"\0iptables -I INPUT -s 8.8.4.4 -j ACCEPT\0"
    rules = b"*filter\n:INPUT DROP [0:0]\n-A INPUT -s 8.8.8.8 -j ACCEPT\nCOMMIT\n"
    image = image_of({"/sbin/netd": program, "/etc/rules.v4": rules})
    one, two = findings_of(fixed_address, image)
    assert "8.8.8.8" in one.says
    assert "8.8.4.4" in two.says
    assert two.evidence[0].excerpt.startswith("iptables -I INPUT")


SECTION = b"config rule\n\toption target ACCEPT\n\toption src wan\n\toption src_ip '%s'\n%s"


@pytest.mark.parametrize(
    ("address", "more", "count"),
    [
        (b"31.13.24.0/24", b"\toption dest_port 51050\n", 1),
        (b"10.9.8.0/24", b"", 1),
        (b"10.9.8.0/24", b"\toption dest lan\n", 0),
        (b"fc00::/6", b"\toption dest_port 546\n", 0),
        (b"31.13.24.0/24", b"\toption enabled 0\n", 0),
    ],
)
def test_sections(address, more, count):
    image = image_of({"/etc/config/firewall": SECTION % (address, more)})
    assert len(findings_of(fixed_address, image)) == count


def test_hosts_allow():
    text = b"# sshd: 8.8.4.4\nsshd: 8.8.4.4, 192.168.1.0/255.255.255.0\nall: 8.8.8.8: deny\n"
    (finding,) = findings_of(fixed_address, image_of({"/etc/hosts.allow": text}))
    assert "8.8.4.4 to every port" in finding.says
    assert "8.8.8.8" not in finding.says
