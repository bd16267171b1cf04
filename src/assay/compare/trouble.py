"""What keeps a comparison from being decided: damage, limits, encryption, nothing readable."""

import msgspec

from assay.compare.ledger import whole
from assay.compare.levels import Level
from assay.compare.records import Pair
from assay.compare.sides import Side
from assay.gather.together import Alike
from assay.model.record import replace
from assay.model.tree import Problem

_MOSTLY = 2
MOST_SAID = 3
UNMET = "the other side could not be read"


class Trouble(msgspec.Struct):
    """Reasons for `I`. `overrule` decides alone; `damaged` are paths on one side only.

    `sealed` says that all of one side is unreadable bytes.
    """

    levels: list[Level] = msgspec.field(default_factory=list)
    reasons: list[str] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)
    overrule: str = ""
    sealed: bool = False
    damaged_a: tuple[str, ...] = ()
    damaged_b: tuple[str, ...] = ()

    def softened(self, pair: Pair) -> Pair:
        """Return *pair*, undecided where one side cannot be read, or lies in what is damaged."""
        if pair.level != "D":
            return pair
        if self.overrule and not (pair.path_a and pair.path_b and not self.sealed):
            # What the other side holds is not known: nothing went, nothing came.
            sums = whole("unexplained", pair.size_a, pair.size_b)
            unmet = {"level": "I", "reason": UNMET, "sums": sums, "changes": (), "hints": ()}
            return replace(pair, **unmet)  # type: ignore[no-any-return]
        hurt_a = not pair.path_a and self.damaged_a
        hurt_b = not pair.path_b and self.damaged_b
        inside = _below(pair.path_a, self.damaged_a) or _below(pair.path_b, self.damaged_b)
        if not (inside or hurt_a or hurt_b):
            return pair
        reason = f"one side is damaged here; {pair.reason}"
        return replace(pair, level="I", reason=reason)  # type: ignore[no-any-return]


def _below(path: str, places: tuple[str, ...]) -> bool:
    return bool(path) and any(
        path == place or path.startswith(f"{place}//") or not place for place in places
    )


def obstacles(a: Side, b: Side, alike: Alike) -> Trouble:
    """Return what stands in the way of comparing *a* with *b*."""
    found = Trouble()
    known_a = {(problem.kind, problem.part, problem.says) for problem in a.problems}
    known_b = {(problem.kind, problem.part, problem.says) for problem in b.problems}
    only_a = [one for one in a.problems if (one.kind, one.part, one.says) not in known_b]
    only_b = [one for one in b.problems if (one.kind, one.part, one.says) not in known_a]
    found.damaged_a = _places(only_a)
    found.damaged_b = _places(only_b)
    for name, problems in (("first", a.problems), ("second", b.problems)):
        for one in problems[:20]:
            where = f" at {one.path}" if one.path else ""
            found.notes.append(f"{name} side, {one.kind}{where}: {one.says}")
            found.levels.append("I")
    if found.notes:
        found.reasons.append(f"not everything could be read: {found.notes[0]}")
    if a.host != b.host:
        found.notes.append("One side is a folder of this host: owners were not compared.")
    if not alike.files:
        _unreadable(found, a, b)
    return found


def _places(problems: list[Problem]) -> tuple[str, ...]:
    return tuple(sorted({one.path for one in problems if one.kind in {"damage", "crash", "limit"}}))


def _unreadable(found: Trouble, a: Side, b: Side) -> None:
    """Note when one side holds files and the other nothing that can be taken apart."""
    counts = [sum(node.kind == "file" for node in side.nodes) for side in (a, b)]
    if (counts[0] == 0) != (counts[1] == 0):
        name, side = ("first", a) if counts[0] == 0 else ("second", b)
        found.overrule = f"The {name} side holds no files that can be read: {_looks(side)}."
    elif counts == [0, 0] and _sealed(a) != _sealed(b):
        found.sealed = True
        name = "first" if _sealed(a) else "second"
        found.overrule = f"The {name} side cannot be read: {SEALED}."


SEALED = "it is encrypted or compressed in an unknown way"


def _sealed(side: Side) -> bool:
    """Say whether the bytes of *side* are of high entropy, in no form that is known."""
    top = next((one for one in side.containers if one.path == ""), None)
    regions = top.regions if top else ()
    length = sum(one.length for one in regions if one.account == "encrypted")
    return length * _MOSTLY > side.subject.size


def _looks(side: Side) -> str:
    """Return what the bytes of *side* look like."""
    top = next((one for one in side.containers if one.path == ""), None)
    regions = top.regions if top else ()
    if _sealed(side):
        return SEALED
    if side.problems:
        return "; ".join(list(dict.fromkeys(one.says for one in side.problems))[:MOST_SAID])
    names = sorted({one.format for one in regions if one.format})
    return f"it is {', '.join(names)}" if names else "it is not an image that Assay knows"
