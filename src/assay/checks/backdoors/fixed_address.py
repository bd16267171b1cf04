"""Packet filters and access lists that let one fixed outside address in.

References: iptables(8), hosts_access(5), OpenWrt's firewall documentation.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.checks.check import Check, Scope, at
from assay.checks.network.rules import Rule, script_rules, zones
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.kinds.uci import UciSection
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.fixed-address",
    version=1,
    title="Access for a fixed outside address",
    severity="high",
    about=(
        "A rule that accepts connections from one public address gives whoever holds that "
        "address, now or later, a way in that others do not have and owners do not see."
    ),
    looks_at=(
        "iptables rules in scripts, rule files and programs, OpenWrt firewall sections, hosts.allow"
    ),
    not_a_finding=(
        "Private addresses (unless the rule is for the outside), local, multicast and "
        "documentation addresses, networks wider than /16 (IPv6: /32), answers, forwarded "
        "connections, and rules that a variable fills in."
    ),
    cwe=(912, 1188),
    advice="Leave it to the owner which addresses may manage the device.",
    references=("https://sec-consult.com/vulnerability-lab/advisory/backdoors-in-barracuda/",),
    applies=False,
)
Network = IPv4Network | IPv6Network
WIDEST = {4: 16, 6: 32}
MOST_NAMED = 8
MANAGEMENT = frozenset({"21", "22", "23", "80", "161", "443", "2323", "7547", "8080", "8443"})
_OUTSIDE = frozenset({"wan", "wan6", "internet", "public", "untrusted", "external"})
_COMMAND = lazy_re.compile(r"ip6?tables\b(.*)")
_ADDRESS = lazy_re.compile(r"[0-9A-Fa-f:.]{3,45}(?:/[0-9.]{1,15})?")
# RFC 6890 and the ranges for documentation and benchmarks; of IPv6 only 2000::/3 is given out.
_NOT_OUTSIDE = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001:db8::/32"),
    )
)
_PRIVATE = tuple(
    ip_network(text) for text in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)
_GIVEN_OUT = ip_network("2000::/3")


class Opening(Value):
    """A line that lets an address in: to which ports (empty: all), and where it stands."""

    node: Node
    span: Span
    address: str
    ports: str

    @property
    def says(self) -> str:
        """The address and the ports in words."""
        return f"{self.address} to {f'port {self.ports}' if self.ports else 'every port'}"

    @property
    def manages(self) -> bool:
        """Whether a port of management, or every port, is open."""
        return not self.ports or bool(set(re.split(r"[\s,]+", self.ports)) & MANAGEMENT)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding for each file that lets fixed addresses in."""
    found: dict[str, list[Opening]] = {}
    for one in (*_rules(image, scope), *_sections(image, scope), *_lists(image, scope)):
        found.setdefault(one.node.path, []).append(one)
    for path in sorted(found):
        openings = found[path]
        node = openings[0].node
        named = list(dict.fromkeys(one.says for one in openings))
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        yield CHECK.finding(
            node,
            f"{node.inner} accepts connections from fixed addresses: "
            f"{', '.join(named[:MOST_NAMED])}{more}. Documented use was not looked for.",
            [at(one.node, one.span) for one in openings[:MOST_NAMED]],
            severity="high" if any(one.manages for one in openings) else "medium",
            confidence="firm",
        )


def fixed_network(text: str, *, private: bool = False) -> Network | None:
    """Return the network that *text* names, None for all that is no fixed outside address.

    With *private*, addresses of private networks count: a rule for an outside interface means
    the network of the provider.
    """
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if network.prefixlen < WIDEST[network.version] or _within(network, _NOT_OUTSIDE):
        return None
    if network.version == 6:
        return network if _within(network, (_GIVEN_OUT,)) else None
    return network if private or not _within(network, _PRIVATE) else None


def _within(network: Network, ranges: tuple[Network, ...]) -> bool:
    return any(
        one.version == network.version and one.supernet_of(network)  # type: ignore[arg-type]
        for one in ranges
    )


def _rules(image: Inventory, scope: Scope) -> Iterator[Opening]:
    for rule in (*script_rules(image), *_program_rules(image)):
        scope.saw()
        if rule.table != "filter" or rule.chain.upper() != "INPUT" or "!" in rule.words:
            continue
        if rule.target.upper() != "ACCEPT" or _answers_only(rule):
            continue
        ports = rule.after("--dport", "--dports", "--destination-port")
        for text in rule.after("-s", "--source", "--src").split(","):
            if fixed_network(text) is not None:
                yield Opening(rule.node, rule.span, text, ports)


def _answers_only(rule: Rule) -> bool:
    """Return whether *rule* lets answers through only: of connections, of servers asked before."""
    states = rule.after("--state", "--ctstate").upper()
    return (bool(states) and "NEW" not in states) or bool(rule.after("--sport", "--source-port"))


def _program_rules(image: Inventory) -> Iterator[Rule]:
    """Yield rules that programs hold as text."""
    for node, facts in image.of(PatternFacts):
        if node.kind != "file" or image.facts(node, ScriptFacts) is not None:
            continue
        for hit in facts.hits:
            command = _COMMAND.match(hit.span.text) if hit.id == "commands.iptables" else None
            if command:
                yield Rule(node, hit.span, tuple(command[1].split()))


def _sections(image: Inventory, scope: Scope) -> Iterator[Opening]:
    for node, section in zones(image, "rule"):
        scope.saw()
        if not _is_open(section):
            continue
        outside = section.value("src").lower() in _OUTSIDE
        for value in section.values("src_ip"):
            for text in value.split():
                if fixed_network(text, private=outside) is not None:
                    yield Opening(node, section.span, text, section.value("dest_port"))


def _is_open(section: UciSection) -> bool:
    """Return whether *section* accepts what comes to the device itself."""
    enabled = section.value("enabled") not in {"0", "off", "false"}
    answers = section.value("icmp_type") or section.value("src_port")
    accepts = section.value("target").upper() == "ACCEPT"
    return enabled and accepts and not section.value("dest") and not answers


def _lists(image: Inventory, scope: Scope) -> Iterator[Opening]:
    for node in image.find("*/hosts.allow"):
        facts = image.facts(node, TextFacts)
        for line in () if facts is None else facts.lines():
            service, _, clients = line.text.partition("#")[0].partition(":")
            if not service.strip() or "deny" in clients.lower():
                continue
            scope.saw()
            for text in re.split(r"[\s,]+", clients):
                if fixed_network(text) is not None:
                    yield Opening(node, line, text, "")
