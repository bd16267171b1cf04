"""The acts of a function that matter for access, each with what it does and what stands before it.

An act is a call: of a library function that runs, opens, listens or changes rights, or of a
function of the program that leads there. Its key holds no address, so that two versions of a
program can be held side by side.
"""

from collections.abc import Iterator

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.payloads import text_of
from assay.code.access.words import CREDENTIAL_FILES
from assay.code.changes.portrait import Portrait
from assay.code.changes.weights import ACTS, GRAVE, HEAVY, PATHS, RUNNING, WEIGHTS
from assay.code.study import Called

DEPTH = 2
ACCOUNT_FILE = 260
OF_ITS_OWN = 20
"""What an act loses in weight when it is in a function further down."""

Key = tuple[str, str]
"""The name of what is called, and the constant text that it is given (or the callee's label)."""


class Deed(Value):
    """An act at `row` of a function: its key, its weight and what it is in words."""

    row: int
    block: int
    key: Key
    weight: int
    words: str


def deeds(portrait: Portrait, calls: list[Called], labels: dict[int, str]) -> Iterator[Deed]:
    """Yield the acts among *calls* of a studied function; *labels* name the program's functions."""
    for call in calls:
        if call.name in WEIGHTS:
            yield _named(portrait, call)
            continue
        callee = portrait.network.function_at(call.target)
        weight = reached_weight(portrait, callee)
        if weight:
            label = labels.get(callee, call.name)
            words = f"calls {call.name or 'a function of its own'}, which {leads_to(weight)}"
            yield Deed(call.row, call.block, ("own", label), weight - OF_ITS_OWN, words)


def _named(portrait: Portrait, call: Called) -> Deed:
    place = 1 if call.name == "openat" else 0
    text = text_of(portrait.network, call, place)
    weight = WEIGHTS[call.name]
    if text and call.name in PATHS and CREDENTIAL_FILES.search(text):
        weight = ACCOUNT_FILE
    shown = f" `{printable(text)[:80]}`" if text else ""
    return Deed(
        call.row, call.block, (call.name, printable(text or b"")), weight, f"{call.name}{shown}"
    )


def reached_weight(portrait: Portrait, function: int) -> int:
    """Return the weight of the gravest act that *function* leads to; 0 for none."""
    if function < 0:
        return 0
    network = portrait.network
    if function in network.reaching(GRAVE, DEPTH):
        return 200 if function not in network.reaching(RUNNING, DEPTH) else 300
    if function in network.reaching(HEAVY, DEPTH):
        return 150
    return 60 if function in network.reaching(ACTS, 0) else 0


def leads_to(weight: int) -> str:
    """Return what a function of this *weight* leads to, in words."""
    if weight >= 250:
        return "runs a program or takes other rights"
    if weight >= 200:
        return "opens a connection or changes the system"
    return "changes files" if weight >= 150 else "opens files"
