"""What a function asks before it goes on: constants, and the answers of functions.

A question holds no address: two versions of a program can be held side by side.
"""

from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.code.access.commands import is_ordinary, is_rare
from assay.code.access.conditions import Condition, conditions, undecided
from assay.code.access.inputs import Inputs, with_typed
from assay.code.access.payloads import text_of
from assay.code.access.words import ACCOUNTS, HASHES, VERIFIERS
from assay.code.changes.portrait import Portrait
from assay.code.families import COMPARISONS
from assay.code.semantics import Value
from assay.code.study import Called, Decision, Study
from assay.code.taint import Taint

INPUT = "input"
TELLING = frozenset(VERIFIERS) | ACCOUNTS | HASHES
"""Library functions whose answer decides on access."""

SHORTEST, LONGEST_WORD = 3, 64
MESSAGE = lazy_re.compile(rb"[\n\r]|%[-0-9.]*[a-z]|^/|[a-z] [a-z]+ [a-z]")
"""Formats, sentences, paths: texts that nobody sends as a word."""


class Anything(Inputs):
    """Inputs that take all that is no constant for input: who compares it knows why."""

    def source(self, value: Value | None) -> str:
        """Return where *value* came from, as far as known."""
        found = super().source(value)
        plain = value is None or value.kind in ("const", "unknown") or value.number is not None
        return found or ("" if plain else INPUT)


class Question(msgspec.Struct, frozen=True):
    """A condition of a function: its identity without addresses, and the edges behind it.

    `decided` False means that the function returns the answer instead of acting on it.
    """

    key: tuple[str, bytes]
    row: int
    edges: tuple[tuple[int, int], ...]
    words: str
    shown: str
    source: str
    rare: bool
    decided: bool = True


def questions(portrait: Portrait, study: Study) -> list[Question]:
    """Return the constants that *study* asks for, each once, in order of their rows."""
    network = portrait.network
    taint = with_typed(network, study, portrait.received.get(study.function, Taint()))
    found: dict[tuple[str, bytes], Question] = {}
    for inputs in (Inputs(study, taint, own=True), Anything(study, taint, own=True)):
        for one in conditions(network, study, inputs, portrait.answers):
            _add(found, one, decided=True)
        for one, _ in undecided(network, study, inputs):
            _add(found, one, decided=False)
    for one in _by_unnamed(portrait, study):
        _add(found, one, decided=one.edge[1] >= 0)
    return sorted(found.values(), key=lambda one: (one.row, one.key))


def _by_unnamed(portrait: Portrait, study: Study) -> Iterator[Condition]:
    """Yield texts given to a function without a name whose zero or other result is acted on.

    In static programs the functions that compare often have no name. Where one is returned and
    not acted on, it counts if the same function is asked elsewhere.
    """
    by_row = {call.row: call for call in study.calls if not call.name}
    decided: dict[int, Decision] = {}
    for decision in study.decisions:
        for value, other in ((decision.left, decision.right), (decision.right, decision.left)):
            if value is not None and value.kind == "result" and other and other.number == 0:
                decided[value.key] = decision  # type: ignore[index]
    comparing = {by_row[row].target for row in decided if row in by_row}
    for row, call in sorted(by_row.items()):
        text = _only_text(portrait, call) if call.target in comparing else b""
        if text:
            known = decided.get(row)
            edge = (known.block, known.equal) if known is not None else (call.block, -1)
            yield Condition(row, edge, "text", INPUT, text, call.arguments[0])


def _only_text(portrait: Portrait, call: Called) -> bytes:
    """Return the constant text that *call* gets besides something else; empty for paths."""
    first, second = (text_of(portrait.network, call, number) or b"" for number in (0, 1))
    text = first or second
    other = call.arguments[1] if first else call.arguments[0]
    plain = other is not None and other.kind != "const" and text[:1] != b"/"
    return text if plain and SHORTEST <= len(text) <= LONGEST_WORD else b""


def _add(found: dict[tuple[str, bytes], Question], one: Condition, *, decided: bool) -> None:
    key = ("made" if one.how == "made" else "value", one.constant.strip(b"\0"))
    empty = key[0] == "value" and not key[1]
    if empty or is_ordinary(one) or (key in found and (found[key].decided or not decided)):
        return
    found[key] = Question(
        key, one.row, (one.edge,) if decided else (), one.words, one.shown, one.source,
        is_rare(one), decided,
    )  # fmt: skip


def asked_of(
    study: Study, portrait: Portrait, labels: dict[int, str]
) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Yield what functions are asked, and each edge that their answer leads over."""
    by_row = {call.row: call for call in study.calls}
    for decision in study.decisions:
        for value, other in ((decision.left, decision.right), (decision.right, decision.left)):
            if value is None or value.kind != "result" or other is None or other.number is None:
                continue
            call = by_row.get(value.key)  # type: ignore[call-overload]
            if call is None:
                continue
            key = _who(call, portrait, labels)
            if key[1] and (key[0] != "call" or key[1] in TELLING):
                yield key, (decision.block, decision.equal)
                yield key, (decision.block, decision.different)


def _who(call: Called, portrait: Portrait, labels: dict[int, str]) -> tuple[str, str]:
    if call.name in COMPARISONS:
        given = [text_of(portrait.network, call, number) for number in (0, 1)]
        return "compares", "" if any(given) else call.name
    number = portrait.network.function_at(call.target)
    if number >= 0:
        return "own", labels.get(number, call.name)
    return "call", call.name
