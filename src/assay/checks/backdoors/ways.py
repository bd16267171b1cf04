"""Findings from the ways in that the code of programs shows: what all checks of shapes share."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.checks.backdoors.documented import explained
from assay.checks.backdoors.ordinary import ordinary
from assay.checks.backdoors.privilege import privilege
from assay.checks.check import Check, Scope, attribute
from assay.code import Access
from assay.inventory.image import Inventory
from assay.inventory.kinds.machine_code import CodeFacts
from assay.inventory.listening import ETHERTYPES
from assay.model.result import Confidence, Evidence, Finding, Severity
from assay.model.tree import Node

CONSTANTS = frozenset({"changed-standard"})
"""Shapes for which the code need not be read."""

MOST = 5
"""The most findings of one check about one program."""

ASKED = "is compared with `"
_ERROR = lazy_re.compile(r"the function returns -?[1-9]")
UNKNOWN_TEXT = "a text that the program makes itself"
MOST_NAMED = 6
LONGEST_EVIDENCE = 400
LONGEST_LINE, LONGEST_EFFECT = 160, 160
NOTED = 450
"""The rank from which on what a person has to look at counts more than little."""
NOTE = "Whether it is documented, and who knows of it, was not looked for."


def ways(check: Check, image: Inventory, scope: Scope, shape: str) -> Iterator[Finding]:
    """Yield one finding of *check* for each way in of *shape*, the gravest of a program first."""
    for node, facts in looked_at(image, scope, constants=shape in CONSTANTS):
        for group in _alike([way for way in facts.accesses if way.shape == shape])[:MOST]:
            yield _finding(check, image, node, group)


def looked_at(
    image: Inventory, scope: Scope, *, constants: bool = False
) -> Iterator[tuple[Node, CodeFacts]]:
    """Yield the files whose code was read, and note in *scope* what could not be read.

    With *constants* those as well of which only constants in the data count.
    """
    for node, facts in image.of(CodeFacts):
        if not facts.concern and not constants:
            continue
        scope.saw()
        if not facts.read and not constants:
            scope.gap(f"{node.inner} is too large to be read whole")
            continue
        for problem in facts.problems:
            scope.gap(f"{node.inner}: {problem}")
        yield node, facts


def _alike(ways: list[Access]) -> list[list[Access]]:
    """Return *ways* in groups of one function and one effect, in the order of their first."""
    groups: dict[tuple[int, str, str, str], list[Access]] = {}
    for way in ways:
        asked = way.trigger if not way.trigger.startswith(ASKED) or way.function < 0 else ""
        key = (
            way.function if way.function >= 0 else way.compare_offset,
            way.payload,
            asked,
            way.confidence,
        )
        groups.setdefault(key, []).append(way)
    return list(groups.values())


def _finding(check: Check, image: Inventory, node: Node, group: list[Access]) -> Finding:
    way = group[0]
    trigger = way.trigger
    if len(group) > 1:
        others = dict.fromkeys(one.constant for one in group[1:MOST_NAMED])
        trigger += "".join(f", `{one}`" for one in others if one and one != way.constant)
    firm = way.confidence != "tentative" and not _is_unknown(way) and not _is_refusal(node, way)
    ports = ", ".join(str(port) for port in way.ports if port not in ETHERTYPES)
    place = f"the function at {way.function:#x}" if way.function >= 0 else "the file"
    named = f" ({way.function_name})" if way.function_name else ""
    says = _of_data(node, way) or (
        f"In {node.inner}, {place}{named}: input from {way.source}"
        f"{f' (port {ports})' if ports else ''} {trigger}; then {way.payload}. "
        f"{_confirmed(way)}Right: {privilege(image, node)}. {NOTE}"
    )
    severity: Severity = "medium" if way.rank >= NOTED else "low"
    if firm:
        severity = check.severity
    plain = "" if firm else ordinary(way)
    if plain:
        says += f" Most likely an ordinary one: {plain}."
        severity = "low"
    design = explained(node.name, way.shape, f"{way.payload} {way.trigger}")
    if design is not None:
        says += f" By design {design.reason} ({design.reference})."
        # No design asks for a constant in the input: then the reason is told and nothing lowered.
        # Of entries of tables the design names the entry itself.
        asks = way.constant and way.shape != "hidden-entry"
        severity = severity if asks else "low"
    return check.finding(
        node,
        says,
        [evidence for one in group[:MOST_NAMED] for evidence in evidence_of(node, one)],
        severity=severity,
        confidence=_confidence(group, firm=firm),
    )


def _is_unknown(way: Access) -> bool:
    """Return whether what is asked for is a text of which nothing is known.

    It may be decoded, or be an account that another part of the program fetched.
    """
    return UNKNOWN_TEXT in way.trigger and not way.constant and way.confirmed is None


def _is_refusal(node: Node, way: Access) -> bool:
    """Return whether a module of PAM returns an error: of its codes only 0 says yes (pam(3))."""
    return node.name.startswith("pam_") and _ERROR.search(way.payload) is not None


def _confidence(group: list[Access], *, firm: bool) -> Confidence:
    """Return how sure it is that the trigger leads to the payload."""
    if any(way.confirmed is not None for way in group):
        return "certain"
    return "firm" if firm else "tentative"


def _confirmed(way: Access) -> str:
    """Return what emulation showed of *way*, as a sentence and a space; empty when nothing."""
    shown = way.confirmed
    if shown is None:
        return ""
    return (
        f"Confirmed by emulation: the function at {shown.entry:#x}, run in isolation, comes to "
        f"{shown.effect[:LONGEST_EFFECT]} with {shown.trigger[:LONGEST_EFFECT]}, and does not "
        f"with one of these bytes changed ({len(shown.neighbours)} tried). "
    )


def _of_data(node: Node, way: Access) -> str:
    """Return the statement about what lies in the file's data; empty for code."""
    if way.function >= 0:
        return ""
    return (
        f"In {node.inner}, at offset {way.compare_offset:#x}: {way.trigger}; {way.payload}. {NOTE}"
    )


def evidence_of(node: Node, way: Access) -> Iterator[Evidence]:
    """Yield the places of *way* in the file *node*: what is compared, and what is gained."""
    for offset, code in ((way.compare_offset, way.compare_code), (way.sink_offset, way.sink_code)):
        if offset < 0:
            if code:
                yield attribute(node, "\n".join(code))
            continue
        yield Evidence(
            kind="disassembly" if code else "bytes",
            blob=node.blob or node.origin.container,
            path=node.path,
            offset=offset,
            length=4,
            excerpt="\n".join(code)[:LONGEST_EVIDENCE],
        )
    if way.confirmed is not None:
        for one in way.confirmed.inputs[:MOST_NAMED]:
            yield attribute(node, f"input {one.name}, {one.size} bytes: {one.says}")
        for part in _pieces(way.confirmed.trace):
            yield attribute(node, part)
        yield attribute(node, "not reached: " + "; ".join(way.confirmed.neighbours))


def _pieces(trace: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of *trace* in pieces that an excerpt holds."""
    piece = "trace"
    for line in trace:
        if len(piece) + len(line) + 1 > LONGEST_EVIDENCE:
            yield piece
            piece = "trace, continued"
        piece += "\n" + line[:LONGEST_LINE]
    yield piece
