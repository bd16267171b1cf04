"""Two versions of a program: which functions changed, and what the program can do by that.

The careful passes read changed functions only, those first that hold what the old program had
nowhere; how many they read is bounded, and what was left out is said.
"""

from collections.abc import Iterator

from assay._kernel.printable import printable
from assay.code.changes.acts import Key
from assay.code.changes.altered import altered_bytes
from assay.code.changes.functions import Known, Version, function_changes
from assay.code.changes.matching import Matched, match
from assay.code.changes.places import places
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange
from assay.code.changes.stored import changed_bytes
from assay.code.changes.weights import ACTS
from assay.code.changes.whole import whole_changes
from assay.code.families import COMPARE, CONTAINS
from assay.code.index import CodeIndex
from assay.model.record import Record

MOST_READ = 60
MOST = 40


class Changes(Record):
    """What changed, gravest first; how many functions changed, and how many of them were read.

    `steady` are the permille of functions that are the same; `limited` says that more functions
    deserved reading than were read. `places` are the changed places, those to read first in front,
    of `listed` in all; `anew` says that the program was built in another way.
    """

    found: tuple[ProgramChange, ...]
    changed: int
    read: int
    steady: int
    limited: bool = False
    places: tuple[ProgramChange, ...] = ()
    listed: int = 0
    anew: bool = False


def changes(old: CodeIndex, new: CodeIndex) -> Changes:
    """Return what the program *new* can do that its old version could not."""
    before, after = Portrait(old), Portrait(new)
    if not before.count or not after.count:
        return Changes(found=(), changed=0, read=0, steady=0)
    matched = match(before, after)
    chosen = _chosen(matched)
    found = list(whole_changes(before, after, matched.changed))
    found += changed_bytes(matched)
    found += altered_bytes(matched, found)
    found += _of_functions(matched, chosen[:MOST_READ])
    listed, number = places(matched, found)
    for index in (old, new):
        index.release()
    ordered = sorted(_distinct(found), key=lambda one: (-one.rank, one.function, one.offset))
    read = min(len(chosen), MOST_READ)
    return Changes(
        found=tuple(ordered[:MOST]),
        changed=len(matched.changed),
        read=read,
        steady=matched.steady,
        limited=read < len(chosen),
        places=tuple(listed),
        listed=number,
        anew=matched.anew,
    )


def _chosen(matched: Matched) -> list[int]:
    """Return the changed functions that may matter, the most telling first."""
    old, new = matched.old, matched.new
    ranked = []
    for number in matched.changed:
        names = {name for _, name, _ in new.called[number]}
        other = matched.old_of.get(number)
        had = old.texts[other].keys() if other is not None else set[bytes]()
        telling = sum(text not in had and text not in old.holders for text in new.texts[number])
        acts = bool(names & ACTS)
        asks = bool(names & (COMPARE | CONTAINS)) or number in new.deciders.candidates
        leads = number in new.network.reaching(ACTS, 2)
        if telling or acts or asks or leads:
            ranked.append((-telling, not (acts and asks), not acts, not asks, number))
    return [one[-1] for one in sorted(ranked)]


def _of_functions(matched: Matched, chosen: list[int]) -> Iterator[ProgramChange]:
    mine = {number: f"#{number}" for number in range(matched.old.count)}
    theirs = {
        number: f"#{matched.old_of[number]}" if number in matched.old_of else f"+{number}"
        for number in range(matched.new.count)
    }
    known = Known(matched.old, _acts_of(matched.old), alike=not matched.rebuilt)
    for number in chosen:
        other = matched.old_of.get(number)
        old = Version(matched.old, other, mine) if other is not None else None
        yield from function_changes(old, Version(matched.new, number, theirs), known)


def _acts_of(portrait: Portrait) -> frozenset[Key]:
    """Return the keys of all acts of a program whose text is a constant, or that have none."""
    index = portrait.index
    chosen = index.calls_to(ACTS)
    if not chosen.size:
        return frozenset()
    values, known = index.arguments(chosen, 0)
    found = set()
    for call, value, sure in zip(chosen.tolist(), values.tolist(), known.tolist(), strict=True):
        text = index.string(value) if sure and value > 0 else None
        found.add((index.callee_names[call], printable(text or b"")))
    return frozenset(found)


def _distinct(found: list[ProgramChange]) -> Iterator[ProgramChange]:
    """Yield the gravest record of each place and what it says."""
    seen: set[tuple[int, int, str]] = set()
    for one in sorted(found, key=lambda each: (-each.rank, each.sort)):
        key = (one.function, one.offset, one.constant)
        if key not in seen:
            seen.add(key)
            yield one
