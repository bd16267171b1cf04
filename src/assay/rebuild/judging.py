"""Judges what was built: the two builds against each other, and against what the image holds.

What was built is the first side, so that a difference reads as what the image has instead. It
counts as one only where the recipe gives the same file twice and was built with the
tools that it names; otherwise it is undecided.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from assay._kernel.value import Value
from assay.compare import compare
from assay.compare.causes import number
from assay.compare.levels import rank
from assay.compare.reach import seen_by
from assay.compare.records import Change, Comparison, Pair
from assay.model.record import Digest, replace
from assay.model.tree import Node
from assay.rebuild.building import Built
from assay.rebuild.environments import Variation
from assay.rebuild.naming import named, names, renamed
from assay.rebuild.recipe import Output, Recipe, Variable
from assay.rebuild.records import Made, Part, State, ToolFound
from assay.rebuild.shipped import Shipped
from assay.rebuild.verdict import STATES

MOST_CHANGES = 40
SHORTEST = 5
"""The fewest characters that are looked for: shorter ones stand in files by chance."""


class Works(Value):
    """A recipe that was built twice, and the tools that built it."""

    recipe: Recipe
    first: Built
    second: Built
    tools: tuple[ToolFound, ...]
    varied: tuple[Variation, ...]
    scratch: Path
    workers: int


def made(works: Works) -> Iterator[Made]:
    """Yield how each output of the first build compares with that of the second."""
    for output in works.recipe.outputs:
        first, second = (built.outputs.get(output.file) for built in (works.first, works.second))
        if first is None or second is None:
            yield Made(
                output=output, first=_digest(first), second=_digest(second), level="I",
                reason="it was not built twice",
            )  # fmt: skip
            continue
        found = _compared(works, first, second)
        yield Made(
            output=output, first=found.a.sha256, second=found.b.sha256, level=found.level,
            reason=_reason(found), causes=_causes(found),
            holds=tuple(_held(works, first, second)) if found.level != "E0" else (),
        )  # fmt: skip


def _held(works: Works, first: Path, second: Path) -> Iterator[Variable]:
    """Yield what was varied and stands in *first* and *second* as it was in the two builds."""
    one, two = first.read_bytes(), second.read_bytes()
    for variation in works.varied:
        ours, theirs = variation.first.encode(), variation.second.encode()
        if min(len(ours), len(theirs)) < SHORTEST:
            continue
        if ours in one and theirs in two and ours not in two and theirs not in one:
            yield variation.name


def parts(works: Works, shipped: Shipped, outputs: tuple[Made, ...]) -> Iterator[Part]:
    """Yield what became of each file of the image that the recipe names."""
    for one in outputs:
        nodes = shipped.at(one.output.image)
        known = names(works.first.outputs.get(one.output.symbols or ""))
        if not nodes:
            yield _without(works.recipe, one.output, "absent", "the image has no such file")
        for node in nodes:
            part = _part(works, shipped, one, node)
            seen = tuple(seen_by(node, change) for change in part.changes)
            yield _named(replace(part, changes=seen), known)


def _without(
    recipe: Recipe, output: Output, state: State, reason: str, node: Node | None = None
) -> Part:
    return Part(
        recipe=recipe.title, file=output.file, path=node.path if node else output.image,
        shipped=(node.blob or "") if node else "", built="", state=state, level="I", reason=reason,
    )  # fmt: skip


def _part(works: Works, shipped: Shipped, one: Made, node: Node) -> Part:
    output = one.output
    built = [path for run in (works.first, works.second) if (path := run.outputs.get(output.file))]
    if not built:
        says = "it was not built: the build failed, or does not make this file"
        return _without(works.recipe, output, "not-built", says, node)
    theirs = shipped.content(node, works.scratch / "shipped")
    if theirs is None:
        return _without(works.recipe, output, "undecided", "its content cannot be read", node)
    found = _nearest(works, theirs, built)
    return _judged(works, one, node, found)


def _nearest(works: Works, theirs: Path, built: list[Path]) -> Comparison:
    """Return the comparison with the build that comes nearest to what the image holds."""
    found = _compared(works, built[0], theirs)
    if found.level == "E0" or len(built) == 1 or _digest(built[0]) == _digest(built[1]):
        return found
    other = _compared(works, built[1], theirs)
    return other if rank(other.level) < rank(found.level) else found


def _judged(works: Works, one: Made, node: Node, found: Comparison) -> Part:
    level, reason = found.level, _reason(found)
    doubts = list(_doubts(works, one)) if level == "D" else []
    if doubts:
        level, reason = "I", "; ".join([*doubts, reason])
    pair = found.pairs[0] if found.pairs else None
    return Part(
        recipe=works.recipe.title, file=one.output.file, path=node.path,
        shipped=found.b.sha256, built=found.a.sha256, state=STATES[level], level=level,
        reason=reason, causes=_causes(found), sums=found.sums,
        changes=_changes(found.pairs), hints=pair.hints if pair else (),
    )  # fmt: skip


def _changes(pairs: tuple[Pair, ...]) -> tuple[Change, ...]:
    return tuple(change for pair in pairs for change in pair.changes)[:MOST_CHANGES]


def _named(part: Part, known: dict[str, str]) -> Part:
    """Return *part* with the functions that differ under the names that *known* has for them."""
    changes = tuple(named(change, known) for change in part.changes)
    ours = {one.where_a: one.name for one in changes if one.name == known.get(one.where_a)}
    return replace(part, changes=changes, reason=renamed(part.reason, ours))  # type: ignore[no-any-return]


def _causes(found: Comparison) -> tuple[str, ...]:
    return tuple(sorted({one.cause for one in found.sums if one.cause}, key=number))


def _doubts(works: Works, one: Made) -> Iterator[str]:
    """Yield why a difference from the image need not be one of the source."""
    if one.level not in {"E0", "E1", "E2", "E3"}:
        yield "the recipe itself does not give the same file twice"
    wrong = [tool.tool for tool in works.tools if not tool.as_expected]
    if wrong:
        names = ", ".join(f"{tool.name} (wanted: {tool.expect})" for tool in wrong)
        yield f"it was built with other tools than the recipe names: {names}"


def _reason(found: Comparison) -> str:
    """Return the reason of the only pair, or of the whole where there is none."""
    return "; ".join(pair.reason for pair in found.pairs if pair.reason) or found.reason


def _compared(works: Works, first: Path, second: Path) -> Comparison:
    return compare(first, second, workers=works.workers)


def _digest(path: Path | None) -> Digest:
    if path is None:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
