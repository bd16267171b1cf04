"""Which function of the old version became which of the new: by content, never by address.

First what is the same but for addresses, then names, texts that one function alone refers to,
neighbours in the call graph, and likeness. Bounded: no step compares all with all.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property

import msgspec

from assay.code.access.own import own_functions
from assay.code.changes.portrait import CERTAIN, Portrait
from assay.code.fingerprints import SKETCH

ROUNDS = 3
LIKE = 400
MOST_ALIKE = 30
SIZED = 12
FEW, MUCH = 3, 300
"""So many changed functions are an update unless nearly all are; the share is in permille."""

NEARLY_ALL = 700


class Matched(msgspec.Struct, dict=True):
    """`old_of` leads from functions of the new version to those of the old.

    `same` are the new functions whose counterpart differs in addresses at most.
    """

    old: Portrait
    new: Portrait
    old_of: dict[int, int] = msgspec.field(default_factory=dict)
    new_of: dict[int, int] = msgspec.field(default_factory=dict)
    same: set[int] = msgspec.field(default_factory=set)

    def pair(self, old: int, new: int) -> bool:
        """Note that *old* became *new*; say whether both were still free."""
        if old in self.new_of or new in self.old_of:
            return False
        self.new_of[old], self.old_of[new] = new, old
        return True

    @property
    def changed(self) -> list[int]:
        """The new functions that are not what their counterpart was, or have none."""
        return [one for one in range(self.new.count) if one not in self.same]

    @cached_property
    def _sized(self) -> list[int]:
        """The program's own functions of some size that both versions have."""
        rows = self.new.marks.rows
        own = set(own_functions(self.new.index))
        return [one for one in self.old_of if rows[one] >= SIZED and one in own]

    @property
    def steady(self) -> int:
        """How many of a thousand functions of some size that both versions have are the same."""
        sized = self._sized
        return sum(one in self.same for one in sized) * 1000 // max(1, len(sized))

    @property
    def rebuilt(self) -> bool:
        """Whether so much changed that the new version was built in another way."""
        sized = self._sized
        differ = sum(one not in self.same for one in sized)
        share = MUCH if differ > FEW else NEARLY_ALL
        return differ > 1 and differ * 1000 > share * len(sized)

    @cached_property
    def anew(self) -> bool:
        """Whether most that differs says and calls what it did: only the compiler's work changed.

        An update that changes most functions changes what they say or call.
        """
        differing = [one for one in self._sized if one not in self.same]
        alike = sum(self._says_the_same(one) for one in differing)
        return self.rebuilt and alike * 2 > len(differing)

    def _says_the_same(self, new: int) -> bool:
        old = self.old_of[new]
        mine, theirs = (
            {text for text in side.texts[number] if len(text) >= CERTAIN}
            | {name.encode("latin-1", "replace") for name in side.names_called(number)}
            for side, number in ((self.old, old), (self.new, new))
        )
        return mine == theirs


def match(old: Portrait, new: Portrait) -> Matched:
    """Return which functions of *old* are which of *new*."""
    found = Matched(old, new)
    _by_key(found, old.keys, new.keys)
    found.same = set(found.old_of)
    _by_sole(found, lambda one, number: [one.label(number)])
    _by_sole(found, lambda one, number: one.texts[number])
    for _ in range(ROUNDS):
        if not _by_calls(found):
            break
    _by_likeness(found)
    return found


def _by_key(found: Matched, old: list[tuple[object, ...]], new: list[tuple[object, ...]]) -> None:
    places: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
    for number, key in enumerate(old):
        places[key].append(number)
    for number, key in enumerate(new):
        if places.get(key):
            found.pair(places[key].popleft(), number)


def _open(portrait: Portrait, taken: dict[int, int]) -> list[int]:
    return [one for one in range(portrait.count) if one not in taken]


def _by_sole(found: Matched, signs: Callable[[Portrait, int], Iterable[Hashable]]) -> None:
    """Pair functions that share signs which no other open function on either side has."""
    mine = _sole(found.old, _open(found.old, found.new_of), signs)
    theirs = _sole(found.new, _open(found.new, found.old_of), signs)
    votes: Counter[tuple[int, int]] = Counter(
        (mine[sign], theirs[sign]) for sign in mine.keys() & theirs.keys()
    )
    for (old, new), _ in sorted(votes.items(), key=lambda one: (-one[1], one[0])):
        found.pair(old, new)


def _sole(
    portrait: Portrait, numbers: list[int], signs: Callable[[Portrait, int], Iterable[Hashable]]
) -> dict[Hashable, int]:
    holders: dict[Hashable, int] = {}
    for number in numbers:
        for sign in signs(portrait, number):
            if sign:
                holders[sign] = -1 if sign in holders else number
    return {sign: number for sign, number in holders.items() if number >= 0}


def _by_calls(found: Matched) -> int:
    """Pair the open callees of functions that belong together, where each calls just one."""
    made = 0
    for new, old in sorted(found.old_of.items()):
        mine = {one for _, _, one in found.old.called[old] if one >= 0 and one not in found.new_of}
        theirs = {
            one for _, _, one in found.new.called[new] if one >= 0 and one not in found.old_of
        }
        if len(mine) == len(theirs) == 1:
            made += found.pair(mine.pop(), theirs.pop())
    return made


def _by_likeness(found: Matched) -> None:
    """Pair what is open by the likeness of its code and of the names that it calls."""
    buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in _open(found.old, found.new_of):
        for column in range(SKETCH):
            buckets[column, int(found.old.marks.sketch[number, column])].append(number)
    ranked: list[tuple[int, int, int]] = []
    for number in _open(found.new, found.old_of):
        near: set[int] = set()
        for column in range(SKETCH):
            bucket = buckets.get((column, int(found.new.marks.sketch[number, column])), [])
            near.update(bucket[:MOST_ALIKE])
        for other in sorted(near)[:MOST_ALIKE]:
            alike = _likeness(found, other, number)
            if alike >= LIKE:
                ranked.append((-alike, other, number))
    for _, old, new in sorted(ranked):
        found.pair(old, new)


def _likeness(found: Matched, old: int, new: int) -> int:
    """Return how alike two functions are, in permille: half the code, half what they call."""
    code = found.new.marks.likeness(new, found.old.marks, old)
    mine, theirs = found.old.names_called(old), found.new.names_called(new)
    fewer, more = sorted((mine, theirs), key=len)
    both = sum(min(count, more[name]) for name, count in fewer.items())
    union = mine.total() + theirs.total() - both
    shared = both * 1000 // union if union else code
    return (code + shared) // 2
