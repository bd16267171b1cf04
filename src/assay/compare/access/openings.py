"""What the files of two versions open: ports, filter rules, web handlers, scheduled jobs."""

from collections.abc import Callable, Iterator

from assay._kernel.value import Value
from assay.checks.backdoors.fetch_and_run import CRONTABS
from assay.checks.network.rules import script_rules
from assay.checks.web.pages import is_handler
from assay.compare.versions.pairing import without_numbers
from assay.compare.versions.records import Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.inventory.image import Inventory
from assay.inventory.kinds.machine_code import CodeFacts
from assay.inventory.kinds.text import TextFacts
from assay.inventory.listening import listening_ports

ALLOWED = ("/etc/hosts.allow", "/etc/hosts.equiv", "*/.rhosts", "/etc/securetty")
ACCEPTING = frozenset({"ACCEPT", "DNAT", "REDIRECT"})
LONGEST = 200


class Opening(Value):
    """One thing that lets somebody in: what it is and where it stands."""

    what: str
    where: str
    severity: str = ""


Found = dict[tuple[str, ...], Opening]


def openings_section(old: Side, new: Side) -> Section:
    """Return the ports, rules, handlers and jobs that only one version has."""
    mine, theirs = _openings(old.image), _openings(new.image)
    came = [_entry(theirs[key], "new") for key in sorted(theirs.keys() - mine.keys())]
    went = [_entry(mine[key], "gone") for key in sorted(mine.keys() - theirs.keys())]
    return Section(
        name="openings",
        title="Ports, filter rules, web handlers, scheduled jobs",
        entries=tuple(came + went),
        same=len(mine.keys() & theirs.keys()),
        note="Ports are those that command lines, settings and constants in code name.",
    )


def _entry(one: Opening, change: Change) -> Entry:
    weight: Weight = "worse" if change == "new" else "better"
    return Entry(
        change=change,
        weight=weight,
        what=one.what,
        where=one.where,
        severity=one.severity if change == "new" else "",
    )


def _openings(image: Inventory) -> Found:
    found: Found = {}
    sources: tuple[Callable[[Inventory], Iterator[tuple[tuple[str, ...], Opening]]], ...] = (
        _ports, _bound, _rules, _allowed, _handlers, _jobs,
    )  # fmt: skip
    for source in sources:
        for key, one in source(image):
            found.setdefault(key, one)
    return found


def _ports(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    for one in listening_ports(image):
        port = f"{one.number}/{one.protocol}" if one.protocol else str(one.number)
        what = f"{one.service.name} listens on port {port}"
        yield ("port", one.service.name, port), Opening(what, one.node.inner, "medium")


def _bound(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    """Yield the ports that programs bind as constants, started at boot or not."""
    for node, facts in image.of(CodeFacts):
        for one in facts.bound:
            what = f"the code of {node.inner} binds port {one.port}"
            yield ("bound", node.inner, str(one.port)), Opening(what, node.inner, "medium")


def _rules(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    for rule in script_rules(image):
        policy = len(rule.words) > 2 and rule.words[0] in ("-P", "--policy")
        accepts = rule.target in ACCEPTING or (policy and rule.words[2] == "ACCEPT")
        if accepts and (policy or rule.chain):
            words = " ".join(rule.words)[:LONGEST]
            what = f"packet filter: {words}"
            yield ("rule", rule.node.inner, words), Opening(what, rule.node.inner, "medium")


def _allowed(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    for node in image.find(*ALLOWED):
        for text in _lines(image.facts(node, TextFacts)):
            yield ("allowed", node.inner, text), Opening(f"lets in `{text}`", node.inner, "medium")


def _handlers(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    for node in image.files():
        if is_handler(image, node):
            key = without_numbers(node.inner)
            yield ("handler", key), Opening(f"web handler {node.inner}", node.inner, "low")


def _jobs(image: Inventory) -> Iterator[tuple[tuple[str, ...], Opening]]:
    for node in image.find(*CRONTABS):
        for text in _lines(image.facts(node, TextFacts)):
            yield (
                ("job", node.inner, text),
                Opening(f"runs by the clock: `{text}`", node.inner, "low"),
            )


def _lines(facts: TextFacts | None) -> Iterator[str]:
    for line in facts.lines() if facts is not None else ():
        text = " ".join(line.text.split())[:LONGEST]
        if text and not text.startswith("#"):
            yield text
