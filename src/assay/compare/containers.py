"""Containers whose own bytes differ: headers, tables and packing around files compared elsewhere.

What no reader of `skeletons` accounts for stays unexplained, and then nothing is equivalent.
"""

from collections.abc import Iterator

from assay._kernel.value import Value
from assay.compare.causes import number
from assay.compare.ledger import EQUAL, FIRST_CAUSE, UNEXPLAINED, added, level_of
from assay.compare.levels import Level, worst
from assay.compare.records import Pair
from assay.compare.sides import Side
from assay.compare.skeletons import CONTENT, Body, NotAccounted, Skeleton, readers
from assay.compare.tally import Painted, Tally, covered
from assay.model.record import Digest
from assay.model.tree import Container
from assay.unpack.padding import filler

ELSEWHERE = 255
"""The label of bytes that are accounted for as files."""
STEP = 1 << 16


class Run(Value):
    """A range of a container that one format claims, or none; without the parts in it."""

    format: str
    padding: bool
    start: int
    end: int
    holes: tuple[tuple[int, int], ...]

    def held(self, size: int) -> int:
        """Return how many bytes of parts it holds, in a container of *size* bytes."""
        return covered(self.holes, self.start, min(self.end, size))

    def bytes_of(self, data: Body) -> Body:
        """Return its bytes in *data* without those of parts."""
        if not self.holes:
            return data[self.start : self.end]
        parts, at = [], self.start
        for start, end in self.holes:
            parts.append(data[at:start])
            at = max(at, end)
        return b"".join([*parts, data[at : self.end]])


_Stored = tuple[Body, Run]
_Labels = tuple[list[Painted], int]


def compare_containers(a: Side, b: Side) -> Iterator[Pair]:
    """Yield a pair for every container whose own bytes differ."""
    parts = _parts(a), _parts(b)
    keys = a.container_keys(), b.container_keys()
    firsts = {keys[0][one.path]: one for one in a.containers if _packs(one)}
    seconds = {keys[1][one.path]: one for one in b.containers if _packs(one)}
    pairs = [(firsts.pop(key), seconds.pop(key)) for key in [*firsts] if key in seconds]
    pairs += _by_shape(firsts, seconds)
    for left, right in pairs:
        if left.blob != right.blob:
            runs = (
                _runs(left, parts[0].get(left.blob, [])),
                _runs(right, parts[1].get(right.blob, [])),
            )
            yield _pair((a.content(left.blob), b.content(right.blob)), (left, right), runs)
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


def _pair(
    bodies: tuple[Body, Body], both: tuple[Container, Container], runs: tuple[list[Run], list[Run]]
) -> Pair:
    (first, second), (left, right) = bodies, both
    tally = Tally()
    for side, found in enumerate(runs):
        tally.add(side, ELSEWHERE, sum(run.held(len(bodies[side])) for run in found))
    reasons = []
    if [(one.format, one.padding) for one in runs[0]] == [
        (one.format, one.padding) for one in runs[1]
    ]:
        for one, two in zip(*runs, strict=True):
            reasons += _account(tally, (first, one), (second, two))
    else:
        reasons.append("the containers are laid out in another way")
        for side, found in enumerate(runs):
            own = sum(len(run.bytes_of(bodies[side])) for run in found)
            tally.add(side, UNEXPLAINED, own)
    sums = tuple(one for one in tally.sums() if not _elsewhere(one.cause))
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


def _parts(side: Side) -> dict[Digest, list[tuple[int, int]]]:
    """Return the ranges of the parts of each container, in order."""
    found: dict[Digest, list[tuple[int, int]]] = {}
    for node in side.nodes:
        if node.kind == "part" and node.blob is not None and node.size == node.origin.length:
            start = node.origin.offset
            found.setdefault(node.origin.container, []).append((start, start + node.size))
    return {container: sorted(ranges) for container, ranges in found.items()}


def _runs(container: Container, parts: list[tuple[int, int]]) -> list[Run]:
    """Return the ranges of *container* by format, neighbours of one format joined."""
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


def _account(tally: Tally, first: _Stored, second: _Stored) -> list[str]:
    """Account for two runs of one format; return why when that cannot be done."""
    (a, left), (b, right) = first, second
    own = left.bytes_of(a), right.bytes_of(b)
    if _same(a[left.start : left.end], b[right.start : right.end]) or (
        not left.padding and _same(*own)
    ):
        for side, body in enumerate(own):
            tally.add(side, EQUAL, len(body))
        return []
    if left.padding:
        return _padding(tally, first, second)
    reason, found = _by_reader(left.format, own)
    for side, body in enumerate(own):
        ranges, rest = found[side]
        tally.paint(side, len(body), ranges, rest)
    return reason


def _same(a: Body, b: Body) -> bool:
    """Say whether both hold the same bytes. Views compare item by item; bytes do it in one go."""
    return len(a) == len(b) and all(
        bytes(a[at : at + STEP]) == bytes(b[at : at + STEP]) for at in range(0, len(a), STEP)
    )


def _by_reader(name: str, own: tuple[Body, Body]) -> tuple[list[str], tuple[_Labels, _Labels]]:
    """Return why two bodies are not accounted for, and the labels of what is, by skeletons."""
    nothing: _Labels = ([], UNEXPLAINED)
    reader = readers().get(name)
    if reader is None:
        layout = name or "unknown bytes"
        return [f"Assay does not account for the layout of {layout}"], (nothing, nothing)
    try:
        one, two = (reader(body) for body in own)
    except NotAccounted as error:
        return [f"{name}: {error}"], (nothing, nothing)
    same = one.unchanged(two, *own)
    kept = EQUAL if one.agrees(two) else UNEXPLAINED
    labels = (_labels(one, same), kept), (_labels(two, same), kept)
    if kept == EQUAL:
        return [], labels
    return [f"{name}: headers differ in what is not only packing"], labels


def _labels(skeleton: Skeleton, same: set[str]) -> list[Painted]:
    return [(start, end, _code(cause, same)) for start, end, cause in skeleton.spans]


def _padding(tally: Tally, first: _Stored, second: _Stored) -> list[str]:
    reasons: list[str] = []
    for side, (data, run) in enumerate((first, second)):
        # One that is no padding leaves what follows it open as well.
        those = memoryview(data)[run.start : run.end]
        if reasons or (those and filler(those) is None):
            reasons = ["padding that is no padding"]
            tally.add(side, UNEXPLAINED, len(run.bytes_of(data)))
        else:
            tally.add(side, FIRST_CAUSE + number("N7"), len(run.bytes_of(data)))
            tally.proofs.setdefault("N7", "one byte repeated")
    return reasons


def _code(cause: str, same: set[str]) -> int:
    if cause == CONTENT:
        return ELSEWHERE
    return EQUAL if cause in same else FIRST_CAUSE + int(cause[1:])
