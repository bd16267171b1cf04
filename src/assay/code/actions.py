"""Privileged acts that a studied function performs: commands, shells, listeners."""

from collections.abc import Set as AbstractSet

import msgspec

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code.families import EXECUTE, SHELL
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Study
from assay.code.taint import GUESS, Taint

ACTS = frozenset(SHELL) | frozenset(EXECUTE)
_SHELL_START = lazy_re.compile(
    rb"(^|[/\s;|&])(a?sh|bash|ksh|telnetd|utelnetd|nc|netcat|dropbear|sshd|rshd|socat)(\s|$|;|&)"
)


class Act(msgspec.Struct, frozen=True):
    """A privileged call at `row`: its name, what it runs as far as known, and how sure."""

    row: int
    name: str
    command: str
    confidence: str


def acts_in(
    network: Network,
    study: Study,
    taint: Taint,
    blocks: AbstractSet[int],
    depth: int,
    *,
    routine: bool = False,
) -> list[Act]:
    """Return the acts in *blocks* of *study* and, up to *depth* calls down, behind them.

    What a function further down always runs by itself is its own business, and left out unless
    *routine*.
    """
    found: list[Act] = []
    for call in study.calls:
        if call.block not in blocks:
            continue
        act = _act(network, taint, call)
        if act is not None:
            found.append(act)
        elif depth and network.function_at(call.target) in network.reaching(ACTS, depth - 1):
            below = _below(network, taint, call, depth - 1, routine=routine)
            found.extend(act for act in below if routine or act.confidence == "firm")
    return found


def _below(network: Network, taint: Taint, call: Called, depth: int, *, routine: bool) -> list[Act]:
    """Return the acts of the function that *call* calls, with what it is handed."""
    callee = network.function_at(call.target)
    study = network.study(callee)
    theirs = Taint()
    for number, value in enumerate(call.arguments):
        source = taint.source(value)
        if source:
            theirs.add(Value("argument", number, 0), GUESS, source)
    theirs.spread(study)
    return acts_in(network, study, theirs, set(study.blocks), depth, routine=routine)


def _act(network: Network, taint: Taint, call: Called) -> Act | None:
    number = SHELL.get(call.name)
    if number is not None:
        return _command(network, taint, call, call.arguments[number])
    number = EXECUTE.get(call.name)
    if number is None:
        return None
    path = _text(network, call.arguments[number])
    if path is None or not _SHELL_START.search(path):
        return None  # the program that a request names: how a web server runs its own pages
    return Act(call.row, call.name, printable(path), "firm")


def _command(network: Network, taint: Taint, call: Called, given: Value | None) -> Act:
    if taint.source(given):
        return Act(call.row, call.name, "what was received", "firm")
    text = _text(network, given)
    if text is None:
        return Act(call.row, call.name, "", "tentative")
    confidence = "firm" if _SHELL_START.search(text) else "tentative"
    return Act(call.row, call.name, printable(text), confidence)


def _text(network: Network, value: Value | None) -> bytes | None:
    return network.index.string(value.number) if value is not None and value.number else None
