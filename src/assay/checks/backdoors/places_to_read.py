"""The places of a program that a person should read first. Reference: CWE-912."""

from collections.abc import Iterator
from itertools import islice

from assay.checks.backdoors.ways import evidence_of, looked_at
from assay.checks.check import Check, Scope
from assay.code import Access
from assay.code.access.record import LEAD
from assay.inventory.image import Inventory
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="backdoors.places-to-read",
    version=2,
    title="Places of a program to read first",
    severity="info",
    cwe=(912,),
    about=(
        "Functions that ask for an unlikely constant, or decide on access, near something to be "
        "gained, the likeliest first, as far as no other finding names them. No statement about "
        "the program: it says where a person who looks for undocumented access begins."
    ),
    looks_at="the machine code of programs that take input or decide on access",
    not_a_finding=(
        "Functions of libraries that are linked into a program, and libraries that offer many "
        "functions: what those compare with is their users' business."
    ),
    advice="Read the places; `assay show --disassemble` prints them.",
)


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding for each program with such places."""
    for node, facts in looked_at(image, scope):
        places = [one for one in facts.accesses if one.shape == LEAD]
        if places:
            yield _finding(node, places)


def _finding(node: Node, places: list[Access]) -> Finding:
    says = "; ".join(_words(one) for one in places)
    return CHECK.finding(
        node,
        f"In {node.inner}, read first: {says}.",
        [evidence for one in places for evidence in islice(evidence_of(node, one), 1)],
        confidence="tentative",
    )


def _words(one: Access) -> str:
    named = f" ({one.function_name})" if one.function_name else ""
    return f"the function at {one.function:#x}{named}, where input {one.trigger}, {one.payload}"
