"""A comparison for the terminal: the verdict, then the differences, then the explained causes."""

from collections.abc import Iterator

from assay.compare.causes import CAUSES
from assay.compare.levels import LIMIT, TITLES
from assay.compare.records import Change, Comparison, Pair, Sum
from assay.compare.report.grouping import Group, grouped

WHOLE = "the input as a whole"
MOST_PAIRS = 60
MOST_LINES = 16
MOST_NAMED = 6


def render(comparison: Comparison, *, full: bool = False) -> str:
    """Return the text; *full* leaves nothing out."""
    lines = [f"{comparison.level}  {TITLES[comparison.level]}: {comparison.reason}", ""]
    lines += _differences(comparison, full=full)
    lines += _explained(comparison)
    lines += _account(comparison.sums, comparison.identical)
    if comparison.level.startswith("E"):
        lines += ["", LIMIT]
    lines += ["", *comparison.notes] if comparison.notes else []
    return "\n".join(lines) + "\n"


def _differences(comparison: Comparison, *, full: bool) -> Iterator[str]:
    shown: list[Group] = []
    for levels in ({"D"}, {"I"}, {"E3"}):
        shown += grouped(pair for pair in comparison.pairs if pair.level in levels)
    for group in shown if full else shown[:MOST_PAIRS]:
        yield from _group(group, full=full)
    if not full and len(shown) > MOST_PAIRS:
        more = sum(len(group.pairs) for group in shown[MOST_PAIRS:])
        yield f"… and {more} more files (--full shows all)"
        yield ""


def _group(group: Group, *, full: bool) -> Iterator[str]:
    """Yield the first pair of a group with all it says, of the others only their paths."""
    first = group.pairs[0]
    if not group.says:
        yield from _pair(first, full=full)
        return
    yield f"{first.level}  {group.says}"
    for pair in group.pairs if full else group.pairs[:MOST_NAMED]:
        yield f"    {pair.path or WHOLE}"
    if not full and len(group.pairs) > MOST_NAMED:
        yield f"    … and {len(group.pairs) - MOST_NAMED} more"
    for change in first.changes:
        for line in change.lines if full else change.lines[:MOST_LINES]:
            yield f"      {line}"
    yield ""


def _pair(pair: Pair, *, full: bool) -> Iterator[str]:
    moved = f" (was {pair.path_a})" if pair.path_a and pair.path_a != pair.path_b else ""
    yield f"{pair.level}  {pair.path or WHOLE}{moved if pair.path_b else ''}"
    if not pair.changes or pair.reason not in {change.says for change in pair.changes}:
        yield f"    {pair.reason}"
    for change in pair.changes if full else pair.changes[:8]:
        repeated = pair.reason.rstrip(".").endswith(change.says.rstrip("."))
        yield from told(change, "    ", 0 if full else MOST_LINES, says=not repeated)
    if not full and len(pair.changes) > 8:
        yield f"    … and {len(pair.changes) - 8} more differences"
    for hint in pair.hints:
        yield f"    hint: {hint}"
    yield ""


def told(change: Change, indent: str, most: int, *, says: bool = True) -> Iterator[str]:
    """Yield what a change says, who meets it, and its first *most* lines (0: all of them)."""
    if says:
        yield f"{indent}{change.says}"
    if change.reach:
        yield f"{indent}  reach: {'; '.join(change.reach)}"
    for line in change.lines[: most or None]:
        yield f"{indent}  {line}"
    if most and len(change.lines) > most:
        yield f"{indent}   … {len(change.lines) - most} more lines"


def _explained(comparison: Comparison) -> Iterator[str]:
    causes = [one for one in comparison.sums if one.account == "explained"]
    if not causes:
        return
    yield "Explained:"
    for one in causes:
        cause = CAUSES[one.cause]
        files = sum(any(s.cause == one.cause for s in pair.sums) for pair in comparison.pairs)
        where = "1 file" if files == 1 else f"{files} files"
        yield f"  {one.cause:4} {cause.title}: {_bytes(one)} in {where}. {cause.remove}"
        if one.proof:
            yield f"       proof: {one.proof}"
    yield ""


def _account(sums: tuple[Sum, ...], identical: int) -> Iterator[str]:
    yield f"Bytes of both sides ({identical} files are identical):"
    for name in ("equal", "explained", "differing", "unexplained"):
        those = [one for one in sums if one.account == name]
        a, b = sum(one.bytes_a for one in those), sum(one.bytes_b for one in those)
        yield f"  {name:12} {a:>12} {b:>12}"
    a, b = sum(one.bytes_a for one in sums), sum(one.bytes_b for one in sums)
    yield f"  {'in all':12} {a:>12} {b:>12}"


def _bytes(one: Sum) -> str:
    return (
        f"{one.bytes_a} bytes"
        if one.bytes_a == one.bytes_b
        else f"{one.bytes_a}/{one.bytes_b} bytes"
    )
