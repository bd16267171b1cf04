"""What a reader sees as one thing: the same change in many files, new files of one folder.

Both reports show groups in this order: programs, scripts, configuration, then what matters less.
"""

from collections.abc import Iterable

from assay._kernel.value import Value
from assay.compare.records import Pair

FEW = 3
"""Files that are not worth a group of their own."""
_ORDER = ("program", "certificate", "script", "configuration", "bytecode", "web page", "data")
_MANY = {
    "file": "files", "directory": "folders", "symlink": "links", "part": "parts",
    "device": "devices", "fifo": "pipes", "container": "containers",
}  # fmt: skip
_ADDED = {"added": "new", "removed": "gone"}


class Group(Value):
    """Pairs that differ in the same way: one alone, or several with a sentence for all."""

    says: str
    pairs: tuple[Pair, ...]


def grouped(pairs: Iterable[Pair]) -> list[Group]:
    """Return *pairs*, all of one level, in groups in the order in which they are worth reading."""
    together: dict[tuple[str, ...], list[Pair]] = {}
    for pair in pairs:
        together.setdefault(_key(pair), []).append(pair)
    found: list[Group] = []
    for key, those in together.items():
        least = FEW if key[0] == "lines" else FEW + 1
        if key[0] == "alone" or len(those) < least:
            found += [Group("", (pair,)) for pair in those]
        else:
            found.append(Group(_sentence(key, those), tuple(those)))
    return sorted(found, key=_place)


def _key(pair: Pair) -> tuple[str, ...]:
    """Return what pairs of one group have alike."""
    kinds = {change.kind for change in pair.changes}
    if len(pair.changes) == 1 and kinds <= set(_ADDED):
        (change,) = pair.changes
        folder = change.name.rpartition("/")[0]
        return ("folder", _ADDED[change.kind], folder, pair.kind)
    if pair.changes and kinds == {"metadata"}:
        return ("stated", *(one.says.replace(one.name, "It") for one in pair.changes))
    if not pair.changes:
        return ("reason", pair.kind, pair.reason)
    lines = [line for change in pair.changes for line in change.lines]
    if lines and pair.kind != "program":
        return ("lines", pair.kind, *lines)
    return ("alone", pair.path_a, pair.path_b)


def _sentence(key: tuple[str, ...], pairs: list[Pair]) -> str:
    count = len(pairs)
    if key[0] == "folder":
        kind = _MANY.get(key[3], key[3])
        return f"{count} {kind} are {key[1]} in {key[2] or '/'}"
    if key[0] == "reason":
        return f"{count} {_MANY.get(key[1], 'files')}: {key[2]}"
    if key[0] == "stated":
        return f"{count} files: {' '.join(key[1:])}"
    return f"{count} files changed in the same way"


def _place(group: Group) -> tuple[int, int, str, str]:
    pair = group.pairs[0]
    alone = all(change.kind == "metadata" for change in pair.changes)
    place = _ORDER.index(pair.kind) if pair.kind in _ORDER else len(_ORDER)
    named = any(change.kind == "function" for change in pair.changes)
    return (alone, 2 * place + (not named), pair.path, pair.path_a)
