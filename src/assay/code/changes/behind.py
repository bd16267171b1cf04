"""What a constant sets off in a function: acts, an answer, a mark in memory."""

from assay._kernel.value import Value
from assay.code.access.paths import Edge, Effect, Paths
from assay.code.changes.acts import Deed
from assay.code.changes.asked import Question
from assay.code.study import Study

MOST_OTHERS = 30
"""Edges of other answers that are looked at for one question."""

SETTLED = (0, 1, 0xFFFFFFFF)
"""Numbers that functions return to say yes or no."""


class Gain(Value):
    """What lies behind a question: words, and how much it matters (0 for nothing known)."""

    words: str
    weight: int
    row: int = -1


def gain(
    question: Question, study: Study, paths: Paths, found: list[Deed], others: set[Edge]
) -> Gain:
    """Return the gravest of what only *question* leads to in *study*.

    *others* are the edges of other answers: an act that needs one of them or this one is gained
    by a second way.
    """
    if not question.edges:
        return Gain("its result is what the function returns", 120, question.row)
    blocks = frozenset[int]().union(*(study.guarded(edge) for edge in question.edges))
    inside = [one for one in found if one.block in blocks]
    if inside:
        best = max(inside, key=lambda one: (one.weight, -one.row))
        return Gain(best.words, best.weight, best.row)
    second = _second_way(question, study, found, others - set(question.edges), blocks)
    effect = _effect(question, paths)
    return second if second is not None and second.weight > effect.weight else effect


def _second_way(
    question: Question, study: Study, found: list[Deed], others: set[Edge], blocks: frozenset[int]
) -> Gain | None:
    """Return the gravest act that one of *others* leads to and *question* now as well."""
    best: Gain | None = None
    for other in sorted(others)[:MOST_OTHERS]:
        alone = study.guarded(other)
        either = _behind_any(study, frozenset({other, *question.edges})) - alone - blocks
        for one in found:
            if one.block in either and (best is None or best.weight < one.weight):
                words = f"{one.words}, as the answer of a check does"
                best = Gain(words, one.weight, one.row)
    return best


def _behind_any(study: Study, edges: frozenset[Edge]) -> set[int]:
    """Return the blocks that can be reached only over one of *edges*."""
    seen, waiting = {study.entry}, [study.entry]
    while waiting:
        block = waiting.pop()
        for following in study.blocks.get(block, ()):
            if following not in seen and (block, following) not in edges:
                seen.add(following)
                waiting.append(following)
    return set(study.blocks) - seen


def _effect(question: Question, paths: Paths) -> Gain:
    behind: set[Effect] = set()
    for edge in question.edges:
        behind |= paths.behind(edge).effects
    returned = {one[1] for one in behind if one[0] == "return"}
    otherwise = {one[1] for one in paths.returned_without(frozenset(question.edges))}
    settled = sorted(one for one in returned - otherwise if isinstance(one, int) and one in SETTLED)
    if settled:
        return Gain(f"the function returns {_signed(settled[0])}", 110, question.row)
    stored = sorted(
        one[2] for one in behind if one[0] == "store" and isinstance(one[2], int) and one[2] < 256
    )
    if stored:
        return Gain(f"a variable is set to {stored[0]}", 60, question.row)
    return Gain("", 0, question.row)


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number
