"""Packet filter rules of an image: iptables commands, rule files, nftables, OpenWrt's sections.

Shared by the network checks. References: iptables(8), nft(8), OpenWrt's firewall documentation.
"""

import re
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.patterns import PatternFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.inventory.kinds.text import TextFacts, span
from assay.inventory.kinds.uci import UciFacts, UciSection
from assay.model.tree import Node

TOOLS = ("iptables", "ip6tables", "xtables-multi", "xtables-nft-multi", "nft", "fw3", "fw4", "ipfw")
_RULE_FILES = ("*/iptables*.rules", "*/iptables/rules*", "*/rules.v4", "*/sysconfig/iptables")
_TABLE_MARK = lazy_re.compile(r"^\*(?:filter|nat|mangle)\s*$", re.MULTILINE)
_FORWARDING = lazy_re.compile(
    r"^[^#\n]{0,200}(?:/ip_forward\b[^\n]{0,80}|net\.ipv4\.ip_forward\s*=\s*1)", re.MULTILINE
)
_NFT_MARK = lazy_re.compile(r"^\s*(?:table|chain|add rule|add table)\s+\S+.*$", re.MULTILINE)


class Rule(Value):
    """An iptables rule or policy: its words after the program's name, and where it stands."""

    node: Node
    span: Span
    words: tuple[str, ...]

    def after(self, *options: str) -> str:
        """Return the word after the first of *options*, empty where none is given."""
        for place, word in enumerate(self.words[:-1]):
            if word in options:
                return self.words[place + 1]
        return ""

    @property
    def table(self) -> str:
        """The table: filter unless named."""
        return self.after("-t", "--table") or "filter"

    @property
    def chain(self) -> str:
        """The chain that the rule is added to, empty for other commands."""
        return self.after("-A", "-I", "--append", "--insert")

    @property
    def target(self) -> str:
        """The target that the rule jumps to."""
        return self.after("-j", "--jump")


def script_rules(image: Inventory) -> Iterator[Rule]:
    """Yield the rules that shell scripts and rule files hold."""
    for node, facts in image.of(ScriptFacts):
        for command in facts.commands:
            name = command.words[0].rpartition("/")[2]
            if name in {"iptables", "ip6tables"} and len(command.words) > 2:
                yield Rule(node, command.span, command.words[1:])
    for node in image.find(*_RULE_FILES):
        text = image.facts(node, TextFacts)
        if text is None or not _TABLE_MARK.search(text.text):
            continue
        for line in text.lines():
            if line.text.startswith(("-A ", "-I ", "-P ", ":")):
                yield Rule(node, line, _restored(line.text))


def _restored(line: str) -> tuple[str, ...]:
    """Return a line of iptables-restore as words; `:INPUT DROP [0:0]` is a policy."""
    words = tuple(line.split())
    return ("-P", words[0][1:], words[1]) if line.startswith(":") and len(words) > 1 else words


def program_rules(image: Inventory) -> Iterator[tuple[Node, Span]]:
    """Yield programs and other texts that hold iptables commands, with the first of each."""
    for node, facts in image.of(PatternFacts):
        if image.facts(node, ScriptFacts) is not None or node.kind != "file":
            continue
        for hit in facts.hits:
            if hit.id == "commands.iptables":
                yield node, hit.span
                break


def nft_rules(image: Inventory) -> Iterator[tuple[Node, Span]]:
    """Yield nftables files that hold a table with rules."""
    for node in image.find("*/nftables*.conf", "*.nft", "*/nftables.d/*"):
        text = image.facts(node, TextFacts)
        if text is not None:
            for line in text.lines():
                if _NFT_MARK.match(line.text):
                    yield node, line
                    break


def zones(image: Inventory, *types: str) -> Iterator[tuple[Node, UciSection]]:
    """Yield the sections of *types* of OpenWrt firewall files."""
    for node, facts in image.of(UciFacts):
        if node.name == "firewall":
            yield from ((node, section) for section in facts.of_type(*types))


def filter_tools(image: Inventory) -> list[Node]:
    """Return the programs and kernel modules that packet filtering needs."""
    modules = ("ip_tables.ko", "iptable_filter.ko", "nf_tables.ko", "x_tables.ko")
    return [node for node in image.nodes if node.name in TOOLS or node.name in modules]


def moves_packets(image: Inventory) -> tuple[Node, Span] | None:
    """Return what shows that the image is of a router: its forwarding switched on, or None."""
    for node, text in image.of(TextFacts):
        if node.name != "sysctl.conf" and image.facts(node, ScriptFacts) is None:
            continue
        if match := _FORWARDING.search(text.text):
            return node, span(text.text, match.start(), match.end())
    return None


def has_programs(image: Inventory) -> bool:
    """Return whether the image holds any ELF program."""
    return any(facts.role == "program" for _, facts in image.of(ElfFacts))
