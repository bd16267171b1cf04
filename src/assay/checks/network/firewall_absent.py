"""No packet filter in a device that forwards packets. Reference: ETSI EN 303 645, 5.6-1."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, absence, at
from assay.checks.network.rules import (
    filter_tools,
    has_programs,
    moves_packets,
    nft_rules,
    program_rules,
    script_rules,
    zones,
)
from assay.inventory.image import Inventory
from assay.model.result import Finding

CHECK = Check(
    id="network.firewall-absent",
    version=1,
    title="No packet filter",
    severity="medium",
    about="A device between networks that filters nothing exposes every service to both sides.",
    looks_at="filter rules in scripts, rule files, OpenWrt sections and programs, and the tools "
    "that set them",
    not_a_finding="Devices that do not forward packets; whether the rules suffice is another test.",
    cwe=(1188,),
    advice="Drop by default what comes from the outside.",
    applies=False,
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield a finding when packets are forwarded and nothing sets filter rules."""
    rules = sum(1 for _ in script_rules(image)) + sum(1 for _ in nft_rules(image))
    sections = sum(1 for _ in zones(image, "zone", "rule"))
    scope.saw(rules + sections)
    if rules or sections:
        return
    programs = list(program_rules(image))
    if programs:
        scope.saw(len(programs))
        scope.gap(f"filter rules are set by programs ({programs[0][0].path}); they were not read")
        return
    forwarding = moves_packets(image)
    if forwarding is None or not has_programs(image):
        scope.gap("nothing shows whether the device forwards packets")
        return
    node, span = forwarding
    tools = filter_tools(image)
    if tools:
        scope.gap(f"{tools[0].path} is present, but what calls it was not found")
        return
    scope.saw()
    yield CHECK.finding(
        node,
        f"{node.inner} switches packet forwarding on, and no filter rule, rule file or filtering "
        "tool was found in the image.",
        [at(node, span), absence(node, "iptables and nftables commands, rule files and modules")],
        confidence="tentative",
    )
