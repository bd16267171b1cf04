"""Containers whose own bytes differ: headers, tables and packing around files compared elsewhere.

What no reader of `skeletons` accounts for stays unexplained, and then nothing is equivalent.
"""

from collections.abc import Iterator

import numpy as np

from assay._kernel.value import Value
from assay.compare.ledger import EQUAL, FIRST_CAUSE, UNEXPLAINED, Ledger, added, level_of
from assay.compare.levels import Level, worst
from assay.compare.records import Pair
from assay.compare.sides import Side
from assay.compare.skeletons import CONTENT, NotAccounted, Skeleton, readers
from assay.model.tree import Container

ELSEWHERE = 255
"""The label of bytes that are accounted for as files."""


class Run(Value):
    """A range of a container that one format claims, or none; without the parts in it."""

    format: str
    padding: bool
    start: int
    end: int
    holes: tuple[tuple[int, int], ...]


def compare_containers(a: Side, b: Side) -> Iterator[Pair]:
    """Yield a pair for every container whose own bytes differ."""
    keys = a.container_keys(), b.container_keys()
    firsts = {keys[0][one.path]: one for one in a.containers if _packs(one)}
    seconds = {keys[1][one.path]: one for one in b.containers if _packs(one)}
    pairs = [(firsts.pop(key), seconds.pop(key)) for key in [*firsts] if key in seconds]
    pairs += _by_shape(firsts, seconds)
    for left, right in pairs:
        if left.blob != right.blob:
            yield _pair(a, left, b, right)
    for left in firsts.values():
        yield _alone(left, None)
    for right in seconds.values():
        yield _alone(None, right)


def _by_shape(
    firsts: dict[str, Container], seconds: dict[str, Container]
) -> list[tuple[Container, Container]]:
    """Pair what is left by depth and format, where that occurs once on each side."""
    found = []
    shapes: list[dict[tuple[int, str], list[str]]] = [{}, {}]
    for side, rest in enumerate((firsts, seconds)):
        for key, one in rest.items():
            name = next(region.format for region in one.regions if region.format)
            shapes[side].setdefault((key.count("//"), name), []).append(key)
    for shape, keys in shapes[0].items():
        others = shapes[1].get(shape, [])
        if len(keys) == len(others) == 1:
            found.append((firsts.pop(keys[0]), seconds.pop(others[0])))
    return found


def _packs(container: Container) -> bool:
    formats = [region.format for region in container.regions if region.format]
    return bool(formats) and formats[0] not in {"", "elf", "directory"}


def _alone(left: Container | None, right: Container | None) -> Pair:
    one = left or right
    if one is None:
        raise ValueError("a pair of nothing")
    return Pair(
        path_a=left.path if left else "", path_b=right.path if right else "",
        blob_a=left.blob if left else "", blob_b=right.blob if right else "", size_a=0, size_b=0,
        kind="container", level="I", reason="the container has no counterpart",
    )  # fmt: skip


def _pair(a: Side, left: Container, b: Side, right: Container) -> Pair:
    first, second = a.content(left.blob), b.content(right.blob)
    ledger = Ledger(len(first), len(second))
    reasons = []
    runs_a, runs_b = runs(a, left), runs(b, right)
    for side, found in ((0, runs_a), (1, runs_b)):
        for run in found:
            for start, end in run.holes:
                ledger.labels[side][start:end] = ELSEWHERE
    if [(one.format, one.padding) for one in runs_a] == [
        (one.format, one.padding) for one in runs_b
    ]:
        for one, two in zip(runs_a, runs_b, strict=True):
            reasons += _runs(ledger, (first, one), (second, two))
    else:
        reasons.append("the containers are laid out in another way")
    sums = tuple(one for one in ledger.sums() if not _elsewhere(one.cause))
    level: Level = worst([level_of(sums), "E1" if sums else "E0"])
    causes = ", ".join(sorted({one.cause for one in sums if one.cause}))
    reason = (
        reasons[0] if reasons else f"packed differently: {causes}" if causes else "packed alike"
    )
    return Pair(
        path_a=left.path, path_b=right.path, blob_a=left.blob, blob_b=right.blob,
        size_a=left.size, size_b=right.size, kind="container",
        level="E1" if level == "E2" else level, reason=reason, sums=added([sums]),
    )  # fmt: skip


def _elsewhere(cause: str) -> bool:
    return cause == f"N{ELSEWHERE - FIRST_CAUSE}"


def runs(side: Side, container: Container) -> list[Run]:
    """Return the ranges of *container* by format, neighbours of one format joined."""
    parts = sorted(
        (node.origin.offset, node.origin.offset + node.origin.length)
        for node in side.nodes
        if node.kind == "part"
        and node.blob is not None
        and node.origin.container == container.blob
        and node.size == node.origin.length
    )
    found: list[Run] = []
    for region in container.regions:
        padding = region.account == "padding" and not region.format
        end = region.offset + region.length
        last = found[-1] if found else None
        if last and last.format == region.format and last.padding == padding:
            found[-1] = Run(last.format, padding, last.start, end, ())
        else:
            found.append(Run(region.format, padding, region.offset, end, ()))
    return [_with_holes(run, parts) for run in found]


def _with_holes(run: Run, parts: list[tuple[int, int]]) -> Run:
    holes = tuple(
        (max(start, run.start), min(end, run.end))
        for start, end in parts
        if start < run.end and run.start < end
    )
    return Run(run.format, run.padding, run.start, run.end, holes)


def _runs(ledger: Ledger, first: tuple[bytes, Run], second: tuple[bytes, Run]) -> list[str]:
    """Account for two runs of one format; return why when that cannot be done."""
    (a, left), (b, right) = first, second
    if a[left.start : left.end] == b[right.start : right.end]:
        ledger.equal(left.start, right.start, left.end - left.start)
        return []
    if left.padding:
        return _padding(ledger, first, second)
    body_a, body_b = _own(a, left), _own(b, right)
    if body_a == body_b:
        for side, run in ((0, left), (1, right)):
            labels = ledger.labels[side][run.start : run.end]
            labels[labels == UNEXPLAINED] = EQUAL
        return []
    return _by_reader(ledger, (body_a, left), (body_b, right))


def _by_reader(ledger: Ledger, first: tuple[bytes, Run], second: tuple[bytes, Run]) -> list[str]:
    """Account for two runs by the skeletons of their format."""
    (body_a, left), (body_b, right) = first, second
    reader = readers().get(left.format)
    if reader is None:
        return [f"Assay does not account for the layout of {left.format or 'unknown bytes'}"]
    try:
        one, two = reader(body_a), reader(body_b)
    except NotAccounted as error:
        return [f"{left.format}: {error}"]
    same = one.unchanged(two, body_a, body_b)
    kept = EQUAL if one.agrees(two) else UNEXPLAINED
    _label(ledger, 0, left, one, (same, kept))
    _label(ledger, 1, right, two, (same, kept))
    if kept == EQUAL:
        return []
    return [f"{left.format}: headers differ in what is not only packing"]


def _padding(ledger: Ledger, first: tuple[bytes, Run], second: tuple[bytes, Run]) -> list[str]:
    for side, (data, run) in enumerate((first, second)):
        if len(set(data[run.start : run.end])) > 1:
            return ["padding that is no padding"]
        ledger.explain(side, run.start, run.end, "N7", "one byte repeated")
    return []


def _own(data: bytes, run: Run) -> bytes:
    """Return the bytes of *run* without its holes."""
    if not run.holes and (run.start, run.end) == (0, len(data)):
        return data
    parts, at = [], run.start
    for start, end in run.holes:
        parts.append(data[at:start])
        at = max(at, end)
    return b"".join([*parts, data[at : run.end]])


def _code(cause: str, same: set[str]) -> int:
    if cause == CONTENT:
        return ELSEWHERE
    return EQUAL if cause in same else FIRST_CAUSE + int(cause[1:])


def _label(
    ledger: Ledger, side: int, run: Run, skeleton: Skeleton, others: tuple[set[str], int]
) -> None:
    same, kept = others
    labels = ledger.labels[side]
    if not run.holes:
        own = labels[run.start : run.end]
        own[:] = kept
        for start, end, cause in skeleton.spans:
            own[start:end] = _code(cause, same)
        return
    keep = np.ones(run.end - run.start, dtype=np.bool_)
    for start, end in run.holes:
        keep[start - run.start : end - run.start] = False
    places = np.flatnonzero(keep) + run.start
    own = np.full(places.size, kept, dtype=np.uint8)
    for start, end, cause in skeleton.spans:
        own[start:end] = _code(cause, same)
    labels[places] = own
