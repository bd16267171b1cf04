"""Compares two inputs: reads both trees, pairs what is in them, compares each pair, folds.

The order is that of `compare`; each step is a module of its own.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from assay import __version__
from assay._kernel.scratch import scratch_folder
from assay._kernel.tool import tool_digest
from assay.compare.containers import compare_containers
from assay.compare.contents import Contents, compare_all
from assay.compare.ledger import added, whole
from assay.compare.levels import MEANINGS, Level, rank, worst
from assay.compare.matching import match
from assay.compare.metadata import differences
from assay.compare.outcome import Outcome
from assay.compare.reach import seen_by
from assay.compare.records import Change, Comparison, Pair, Sum
from assay.compare.sides import Side, read_sides
from assay.compare.trouble import Trouble, obstacles
from assay.gather.together import Alike
from assay.model.record import replace
from assay.model.result import Option, Tool
from assay.model.tree import Node
from assay.unpack.limits import Limits

SCHEMA = "https://assay.invalid/comparison/1"

Progress = Callable[[str, int, int, int], None]
"""Called with the stage, items finished, items known, and bytes read in this stage."""


def compare(
    first: str | os.PathLike[str],
    second: str | os.PathLike[str],
    *,
    workers: int = 0,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Return how the file, image, tar or directory *second* differs from *first*.

    The result depends on the bytes of both and on this Assay only. Raises
    `assay.errors.UnreadableInput` for what cannot be read at all.
    """
    tell = progress or (lambda *_: None)
    with scratch_folder() as store:
        tell("unpack", 0, 2, 0)
        contents = Path(store, "contents")
        a, b, alike = read_sides(Path(first), Path(second), contents, workers, limits)
        tell("unpack", 2, 2, a.subject.size + b.subject.size)
        options = tuple(
            Option(name=f"limit.{name}", value=str(value))
            for name, value in (limits or Limits()).changed().items()
        )
        work = Work(a, b, alike, workers, limits or Limits(), tell)
        return replace(_compared(work), options=options)  # type: ignore[no-any-return]


class Work(msgspec.Struct):
    """A comparison under way: both sides, what they hold alike, and how to work."""

    a: Side
    b: Side
    alike: Alike
    workers: int
    limits: Limits
    tell: Progress
    outcomes: dict[Contents, Outcome] = msgspec.field(default_factory=dict)

    @property
    def owners(self) -> bool:
        """Whether both sides record owners."""
        return self.a.host == self.b.host


def _compared(work: Work) -> Comparison:
    a, b, alike = work.a, work.b, work.alike
    tool = Tool(name="assay", version=__version__, digest=tool_digest())
    if a.subject.sha256 == b.subject.sha256:
        sums = whole("equal", a.subject.size, b.subject.size)
        return Comparison(
            schema=SCHEMA, tool=tool, a=a.subject, b=b.subject, level="E0",
            reason=MEANINGS["E0"], identical=alike.files + _files(b), pairs=(), sums=sums,
        )  # fmt: skip
    trouble = obstacles(a, b, alike)
    pairs, same = _pairs(work, trouble)
    packing = tuple(compare_containers(a, b))
    every = (*pairs, *packing)
    level, reason = _verdict(every, trouble)
    sums = added([*(pair.sums for pair in every), *same, whole("equal", alike.size, alike.size)])
    return Comparison(
        schema=SCHEMA, tool=tool, a=a.subject, b=b.subject, level=level, reason=reason,
        identical=alike.files + len(same), pairs=tuple(sorted(every, key=_gravity)), sums=sums,
        notes=tuple(trouble.notes),
    )  # fmt: skip


def _files(side: Side) -> int:
    return sum(node.kind == "file" for node in side.nodes)


def _gravity(pair: Pair) -> tuple[int, str, str]:
    return (-rank(pair.level), pair.path, pair.path_a)


def _pairs(work: Work, trouble: Trouble) -> tuple[tuple[Pair, ...], list[tuple[Sum, ...]]]:
    """Return the pairs that are not wholly identical, and the sums of those that are."""
    matches = match(work.a, work.b)
    wanted = (_wanted(work, left, right) for left, right in matches if left and right)
    work.outcomes = compare_all(
        (one for one in wanted if one is not None),
        workers=work.workers, limits=work.limits,
        tell=lambda done, known: work.tell("compare", done, known, 0),
    )  # fmt: skip
    same: list[tuple[Sum, ...]] = []
    pairs: list[Pair] = []
    for left, right in matches:
        if left is None or right is None:
            pairs.append(trouble.softened(_alone(left, right)))
            continue
        pair = _pair(work, left, right)
        if pair is None:
            if right.kind in {"file", "part"}:
                same.append(whole("equal", left.size, right.size))
        else:
            pairs.append(trouble.softened(pair))
    return tuple(pairs), same


def _wanted(work: Work, a: Node, b: Node) -> Contents | None:
    """Return what of two nodes has to be compared, None for nothing."""
    if a.kind not in {"file", "part"} or b.kind not in {"file", "part"}:
        return None
    if a.blob is None or b.blob is None or a.blob == b.blob:
        return None
    first, second = work.a.place(a.blob), work.b.place(b.blob)
    if first is None or second is None:
        return None
    return Contents(b.path, (a.blob, b.blob), first, second)


def _pair(work: Work, a: Node, b: Node) -> Pair | None:
    """Return what differs between two nodes, None when nothing does."""
    stated = list(differences(a, b, owners=work.owners))
    outcome = _contents(work, a, b)
    moved = a.inner != b.inner and a.kind != "part"
    if not stated and outcome is None and not moved:
        return None
    outcome = outcome or Outcome("", "E0", "", whole("equal", a.size, b.size))
    reasons = [outcome.reason] if outcome.reason else []
    levels: list[Level] = [outcome.level, *(level for level, _ in stated)]
    changes = [*outcome.changes, *(change for _, change in stated)]
    if moved:
        levels.append("D")
        changes.append(_moved(a, b))
    reasons += [change.says for _, change in stated] + ([changes[-1].says] if moved else [])
    return Pair(
        path_a=a.path, path_b=b.path, blob_a=a.blob or "", blob_b=b.blob or "", size_a=a.size,
        size_b=b.size, kind=outcome.kind or b.kind, level=worst(levels),
        reason="; ".join(reasons), sums=outcome.sums,
        changes=tuple(seen_by(b, change) for change in changes), hints=outcome.hints,
    )  # fmt: skip


def _moved(a: Node, b: Node) -> Change:
    says = f"{a.inner} is called {b.inner} now."
    return Change(kind="metadata", name=b.inner, says=says, where_a=a.path, where_b=b.path)


def _contents(work: Work, a: Node, b: Node) -> Outcome | None:
    """Return what differs between the contents of two nodes, None when they are the same."""
    if a.kind not in {"file", "part"} or b.kind not in {"file", "part"}:
        return None
    if a.blob == b.blob and (a.blob is not None or a.size == b.size == 0):
        return None
    wanted = _wanted(work, a, b)
    if wanted is None:
        unknown = whole("unexplained", a.size, b.size)
        return Outcome(b.kind, "I", "the content cannot be read", unknown)
    return work.outcomes[wanted]


def _alone(a: Node | None, b: Node | None) -> Pair:
    """Return the pair of a node that has no counterpart."""
    node = b or a
    if node is None:
        raise ValueError("a pair of nothing")
    word = "new" if b is not None else "gone"
    mode = f", permissions {node.mode:04o}" if node.mode >= 0 and node.kind != "symlink" else ""
    leads = f" to {node.target}" if node.target else ""
    says = f"The {node.kind} {node.inner}{leads} is {word} ({node.size} bytes{mode})."
    change = Change(
        kind="added" if b is not None else "removed", name=node.inner, says=says,
        where_a=a.path if a else "", where_b=b.path if b else "",
    )  # fmt: skip
    size = node.size if node.kind in {"file", "part"} else 0
    sizes = (0, size) if b is not None else (size, 0)
    return Pair(
        path_a=a.path if a else "", path_b=b.path if b else "",
        blob_a=(a.blob or "") if a else "", blob_b=(b.blob or "") if b else "",
        size_a=sizes[0], size_b=sizes[1], kind=node.kind, level="D", reason=says,
        sums=whole("differing", *sizes), changes=(seen_by(node, change),),
    )  # fmt: skip


def _verdict(pairs: Iterable[Pair], trouble: Trouble) -> tuple[Level, str]:
    """Return the worst level and a sentence for it."""
    pairs = tuple(pairs)
    level = worst([*(pair.level for pair in pairs), *trouble.levels])
    if trouble.overrule:
        return "I", trouble.overrule
    if level in {"E0", "E1"}:
        return "E1", MEANINGS["E1"]
    counts = "; ".join(_counted(pairs, level))
    if level == "I" and trouble.reasons:
        return level, "; ".join([*trouble.reasons[:3], counts] if counts else trouble.reasons[:3])
    return level, f"{MEANINGS[level]} {counts}".strip()


def _counted(pairs: tuple[Pair, ...], level: Level) -> Iterator[str]:
    those = [pair for pair in pairs if pair.level == level]
    both = [pair for pair in those if pair.path_a and pair.path_b]
    new = sum(not pair.path_a for pair in those)
    gone = sum(not pair.path_b for pair in those)
    if both:
        yield f"{len(both)} {'file' if len(both) == 1 else 'files'}: {TITLE_OF[level]}"
    if new:
        yield f"{new} new"
    if gone:
        yield f"{gone} gone"


TITLE_OF: dict[Level, str] = {
    "E0": "identical", "E1": "packed differently", "E2": "explained",
    "E3": "explained, to be reviewed", "I": "undecided", "D": "different",
}  # fmt: skip
