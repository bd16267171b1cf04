"""What the comparison of two contents yields, before it is tied to paths."""

from assay._kernel.value import Value
from assay.compare.ledger import Ledger, level_of, whole
from assay.compare.levels import Level, worst
from assay.compare.records import Change, Sum


class Outcome(Value):
    """Level, one sentence, the account of all bytes, what differs, and hints that prove nothing."""

    kind: str
    level: Level
    reason: str
    sums: tuple[Sum, ...] = ()
    changes: tuple[Change, ...] = ()
    hints: tuple[str, ...] = ()


def different(kind: str, a: bytes, b: bytes, reason: str, changes: tuple[Change, ...]) -> Outcome:
    """Return a difference in contents that are not taken apart further."""
    ledger = Ledger(len(a), len(b))
    head, tail = common_ends(a, b)
    ledger.equal(0, 0, head)
    ledger.equal(len(a) - tail, len(b) - tail, tail)
    ledger.differ(0, 0, len(a))
    ledger.differ(1, 0, len(b))
    return Outcome(kind, "D", reason, ledger.sums(), changes)


def settled(
    kind: str, ledger: Ledger, reason: str, changes: tuple[Change, ...] = (), level: Level = "E0"
) -> Outcome:
    """Return the outcome that *ledger* allows, or *level* where that is worse."""
    sums = ledger.sums()
    return Outcome(kind, worst([level_of(sums), level]), reason, sums, changes)


def unread(kind: str, size_a: int, size_b: int, reason: str) -> Outcome:
    """Return that nothing can be concluded, for *reason*."""
    return Outcome(kind, "I", reason, whole("unexplained", size_a, size_b))


def common_ends(a: bytes, b: bytes) -> tuple[int, int]:
    """Return how many bytes *a* and *b* share at the start and, of the rest, at the end."""
    limit = min(len(a), len(b))
    head = _common(a, b, limit)
    tail = _common(a[head:][::-1], b[head:][::-1], limit - head)
    return head, tail


def _common(a: bytes, b: bytes, limit: int) -> int:
    at, step = 0, 1 << 16
    while at < limit and a[at : at + step] == b[at : at + step]:
        at += step
    if at >= limit:
        return limit
    low, high = at, min(at + step, limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if a[at:middle] == b[at:middle] else (low, middle - 1)
    return low
