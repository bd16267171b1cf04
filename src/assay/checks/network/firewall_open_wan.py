"""Packet filters that let the outside in. Reference: ETSI EN 303 645, 5.6-1; CWE-1188."""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.check import Check, Scope, at
from assay.checks.network.rules import Rule, program_rules, script_rules, zones
from assay.inventory.image import Inventory
from assay.inventory.kinds.uci import UciSection
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="network.firewall-open-wan",
    version=1,
    title="Packet filter open to the outside",
    severity="high",
    about="Management services that answer to the outside are attacked within minutes.",
    looks_at="OpenWrt firewall sections, iptables commands in scripts and rule files",
    not_a_finding="DHCP renewals, ICMP, established connections, rules with a source address, and "
    "rules that programs put together at run time.",
    cwe=(1188,),
    advice="Refuse what comes in on the outside interface; open ports one by one and from known "
    "addresses.",
    applies=False,
)
MANAGEMENT = {
    "21": "FTP",
    "22": "SSH",
    "23": "telnet",
    "80": "HTTP",
    "161": "SNMP",
    "443": "HTTPS",
    "445": "SMB",
    "2323": "telnet",
    "5555": "debugging",
    "7547": "TR-069",
    "8080": "HTTP",
    "8443": "HTTPS",
}
_OUTSIDE = lazy_re.compile(r"(?i)[\"'${]*(?:wan\w*|ppp\d*\+?|.*_?wan(?:_?if(?:name|ace)?)?)[}\"']*")
_OUTSIDE_ZONES = frozenset({"wan", "wan6", "internet", "public", "untrusted", "external"})


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each zone, rule and policy that accepts from the outside."""
    for node, section in zones(image, "zone"):
        scope.saw()
        yield from _open_zone(node, section)
    for node, section in zones(image, "rule"):
        scope.saw()
        yield from _open_rule(node, section)
    rules = list(script_rules(image))
    scope.saw(len(rules))
    for rule in rules:
        yield from _open_port(rule)
    programs = [node.path for node, _ in program_rules(image)]
    if programs:
        more = f" and {len(programs) - 1} more" if len(programs) > 1 else ""
        scope.gap(f"{programs[0]}{more} set filter rules at run time; they were not read")


def _open_zone(node: Node, section: UciSection) -> Iterator[Finding]:
    names = {section.value("name").lower(), *section.values("network")}
    option = section.option("input")
    if names & _OUTSIDE_ZONES and option is not None and option.value.upper() == "ACCEPT":
        yield CHECK.finding(
            node,
            f"{node.inner} accepts everything that comes in from the zone "
            f"{section.value('name') or 'wan'}.",
            [at(node, section.span), at(node, option.span)],
        )


def _open_rule(node: Node, section: UciSection) -> Iterator[Finding]:
    source = section.value("src").lower()
    limited = section.value("src_ip") or section.value("dest") or section.value("icmp_type")
    if source not in _OUTSIDE_ZONES or limited or section.value("enabled") in {"0", "off"}:
        return
    if section.value("target").upper() != "ACCEPT":
        return
    port = section.option("dest_port")
    open_ports = [] if port is None else [one for one in _ports(port.value) if one in MANAGEMENT]
    if port is not None and open_ports:
        named = ", ".join(f"{one} ({MANAGEMENT[one]})" for one in open_ports)
        yield CHECK.finding(
            node,
            f"{node.inner} accepts connections from the zone {source} to port {named}.",
            [at(node, section.span), at(node, port.span)],
            severity="medium",
        )


def _open_port(rule: Rule) -> Iterator[Finding]:
    words = rule.words
    if rule.table != "filter" or rule.chain.upper() != "INPUT" or rule.target != "ACCEPT":
        return
    inside = rule.after("-i", "--in-interface")
    if not inside or "!" in words or not _OUTSIDE.fullmatch(inside) or rule.after("-s", "--source"):
        return
    ports = _ports(rule.after("--dport", "--dports", "--destination-port"))
    open_ports = [one for one in ports if one in MANAGEMENT]
    if open_ports:
        named = ", ".join(f"{one} ({MANAGEMENT[one]})" for one in open_ports)
        yield CHECK.finding(
            rule.node,
            f"{rule.node.inner} accepts connections from {inside} to port {named}.",
            [at(rule.node, rule.span)],
            severity="medium",
            confidence="firm",
        )


def _ports(text: str) -> list[str]:
    return [word for word in re.split(r"[ ,]+", text) if word.isdigit()]
