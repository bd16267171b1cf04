"""Requests that reach commands and files with no check of who asks that could be seen.

In programs that take requests (servers, pages of a web interface): a command or a path that is
made of what was received, or a fixed command behind a word of the request, where no comparison
with a stored secret guards the place.
"""

from collections.abc import Iterator

from assay.code.access.deciding import Deciders
from assay.code.access.inputs import Inputs
from assay.code.access.payloads import writes
from assay.code.access.record import Access, access
from assay.code.access.words import OPENERS
from assay.code.families import EXECUTE, SHELL
from assay.code.sources import Network
from assay.code.study import Called, Study
from assay.code.taint import Taint

SHAPE = "unchecked-request"
FILES = frozenset(OPENERS) | frozenset(
    {"unlink", "remove", "rename", "chmod", "openat", "fopen64", "freopen", "rmdir", "symlink"}
)
ACTS = frozenset(SHELL) | frozenset(EXECUTE)
MOST = 6


def unchecked_requests(
    network: Network, deciders: Deciders, received: dict[int, Taint]
) -> Iterator[Access]:
    """Yield the commands and paths that are made of what was received, unguarded."""
    count = 0
    for function in sorted(received):
        study, taint = network.study(function), received[function]
        gaining = [(call, _made_of_input(network, taint, call)) for call in study.calls]
        guarded = _guarded(deciders, study, taint) if any(one for _, one in gaining) else set()
        for call, gains in gaining:
            if gains and call.block not in guarded:
                count += 1
                yield _access(network, function, call, gains, source=_source(taint, call))
            if count >= MOST:
                return


def _guarded(deciders: Deciders, study: Study, taint: Taint) -> set[int]:
    """Return the blocks that only passing a check of a secret leads to."""
    inputs = Inputs(study, taint, own=False)
    found: set[int] = set()
    for check in deciders.checks(study, inputs):
        if check.passes:
            found |= study.guarded(check.passes)
    return found


def _made_of_input(network: Network, taint: Taint, call: Called) -> str:
    """Return what *call* does with what was received, empty when nothing of that kind."""
    if call.name in ACTS:
        if any(taint.source(one) for one in call.arguments[:4]):
            return f"{call.name} runs what is made of it"
        return ""
    source = taint.source(call.arguments[0]) if call.name in FILES else ""
    # A server of files opens what it is asked for; to write is another matter.
    changes = call.name not in OPENERS or writes(network, call)
    if source and (changes or not network.serves):
        return f"{call.name} takes a path that is made of it"
    return ""


def _source(taint: Taint, call: Called) -> str:
    found = (taint.source(one) for one in call.arguments[:4])
    return next((one for one in found if one), "a request")


def _access(network: Network, function: int, call: Called, gains: str, *, source: str) -> Access:
    command = call.name in ACTS
    return access(
        network.index,
        SHAPE,
        function=function,
        rows=(call.row, call.row),
        source=source,
        trigger="reaches this place, and no check of a stored secret that guards it was seen",
        payload=gains,
        rank=450 if command else 380,
        confidence="tentative",
        ports=network.ports,
    )
