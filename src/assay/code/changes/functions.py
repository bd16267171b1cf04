"""One changed function of a program, against what it was: new questions, new acts, lost checks."""

from collections import Counter
from collections.abc import Iterator

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.paths import Paths
from assay.code.changes.acts import Deed, Key, deeds
from assay.code.changes.asked import Question, asked_of, questions
from assay.code.changes.behind import gain
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.changes.smaller import lost_checks, new_comparisons, odd_numbers
from assay.code.study import Study

TRIGGER, RARE, DECIDES, KNOWN, PART = 400, 150, 60, 150, 400
ACT, LOST, BLIND = 260, 400, 160
GRAVE, ELSEWHERE = 250, 100
"""Acts of this weight count where another place does them without what stood before."""

LIGHT = 100
"""Acts of less weight are told only where something stood before them that is gone."""
MOST = 12
FREER, FEWER = 200, 2
"""Of acts of this weight it is told when so many branches before them are gone."""


Guard = tuple[str, str]


class Version:
    """A function in one version: what it asks, does, and what stands before its acts."""

    def __init__(self, portrait: Portrait, number: int, labels: dict[int, str]) -> None:
        self.portrait, self.number, self.labels = portrait, number, labels
        self.paths: Paths = portrait.deciders.paths(number)
        self.study: Study = self.paths.reader.found
        self.questions: list[Question] = questions(portrait, self.study)
        self.deeds: list[Deed] = list(deeds(portrait, self.study.calls, labels))

    @property
    def decides(self) -> bool:
        """Whether the function decides on access."""
        return self.number in self.portrait.deciders.candidates

    def guards(self) -> dict[Key, list[frozenset[Guard]]]:
        """Return what stands before each act: constants, and functions that are asked."""
        edges: dict[tuple[int, int], set[Guard]] = {}
        for one in self.questions:
            for edge in one.edges:
                edges.setdefault(edge, set()).add((one.key[0], one.key[1].hex()))
        for key, edge in asked_of(self.study, self.portrait, self.labels):
            edges.setdefault(edge, set()).add(key)
        behind = {edge: self.study.guarded(edge) for edge in edges}
        found: dict[Key, list[frozenset[Guard]]] = {}
        for deed in self.deeds:
            before: set[Guard] = set()
            for edge, blocks in behind.items():
                if deed.block in blocks:
                    before |= edges[edge]
            found.setdefault(deed.key, []).append(frozenset(before))
        return found

    def branches(self) -> dict[Key, int]:
        """Return how many branches every way to each act goes through, the least of its places.

        Comparisons with constants are left out: who is not asked one word is asked the next.
        """
        asking = {edge[0] for one in self.questions for edge in one.edges}
        found: dict[Key, int] = {}
        for deed in self.deeds:
            before = self.paths.dominating(deed.block) - {deed.block} - asking
            count = sum(len(self.study.blocks.get(block, ())) > 1 for block in before)
            found[deed.key] = min(count, found.get(deed.key, count))
        return found


def function_changes(old: Version | None, new: Version, known: "Known") -> Iterator[ProgramChange]:
    """Yield what *new* can do that *old* (None: there was no such function) could not."""
    triggers = list(_triggers(old, new, known))
    yield from triggers[:MOST]
    told = {one.offset for one in triggers}
    yield from [one for one in _acts(old, new, known) if one.offset not in told][:MOST]
    if old is not None and known.alike:
        gone = list(_lost(old, new))[:MOST]
        yield from gone
        yield from _freer(old, new, {one.offset for one in gone} | told)
        yield from new_comparisons(old.portrait, new.portrait, (old.study, new.study))
        yield from lost_checks(old.portrait, new.portrait, (old.number, new.number))
        yield from odd_numbers(known.portrait, new.portrait, new.study)


class Known(Value):
    """What the old program as a whole had: constants and acts.

    `alike` says that both were built in one way, so that what stands before what can be told.
    """

    portrait: Portrait
    acts: frozenset[Key]
    alike: bool

    def weight(self, constant: bytes) -> int:
        """Return what *constant* loses in rank because the old program holds it already.

        A part of a text is what a compiler makes of one comparison with the whole; and where most
        was built anew, what was asked before is only asked elsewhere.
        """
        if not self.portrait.holds(constant):
            return 0
        return KNOWN if self.alike and self.portrait.has_text(constant) else PART


def _triggers(old: Version | None, new: Version, known: Known) -> Iterator[ProgramChange]:
    before = {one.key for one in old.questions} if old is not None else set()
    others = {edge for _, edge in asked_of(new.study, new.portrait, new.labels)}
    for one in new.questions:
        if one.key in before:
            continue
        found = gain(one, new.study, new.paths, new.deeds, others)
        rank = _gained(found.weight) if found.weight else RARE + (BLIND if one.rare else 0)
        loss = known.weight(one.key[1]) if one.key[1] else 0
        near = known.portrait.nearly(one.key[1], sorted(key[1] for key in before))
        loss = 0 if near else loss  # it begins as the other does
        rank += RARE if (one.rare or near) and not loss else 0
        rank += (DECIDES if new.decides else 0) - loss
        words = f"input from {one.source} {one.words}" if one.source else f"input {one.words}"
        words += f", which is nearly `{printable(near)}`" if near else ""
        gains = f"; then {found.words}" if found.words else "; what it gains was not followed"
        yield change(
            new.portrait.index, "trigger", words + gains, rank,
            function=new.number, row=one.row, constant=one.shown,
        )  # fmt: skip


def _gained(weight: int) -> int:
    return TRIGGER + weight - (0 if weight >= LIGHT else LIGHT - 20)


def _acts(old: Version | None, new: Version, known: Known) -> Iterator[ProgramChange]:
    before = Counter(one.key for one in old.deeds) if old is not None else Counter[Key]()
    seen: Counter[Key] = Counter()
    for one in sorted(new.deeds, key=lambda deed: (-deed.weight, deed.row)):
        seen[one.key] += 1
        if seen[one.key] <= before[one.key] or one.weight < LIGHT:
            continue
        # What a function further down does is told where it does it.
        fresh = one.key[0] != "own" and one.key not in known.acts
        again = KNOWN if before[one.key] else _loss(one, known)
        rank = ACT + one.weight - (0 if fresh else again)
        yield change(
            new.portrait.index, "act", one.words, rank,
            function=new.number, row=one.row, constant=one.key[1] if one.key[0] != "own" else "",
        )  # fmt: skip


def _loss(deed: Deed, known: Known) -> int:
    """Return what an act loses in rank that the old program did elsewhere."""
    return ELSEWHERE if known.alike and deed.key[0] != "own" and deed.weight >= GRAVE else KNOWN


def _lost(old: Version, new: Version) -> Iterator[ProgramChange]:
    """Yield the acts that something stood before in the old version and nothing does now."""
    mine, theirs = old.guards(), new.guards()
    for deed in new.deeds:
        was, now = mine.get(deed.key), theirs.get(deed.key)
        if not was or not now:
            continue
        kept = all(any(before <= after for after in now) for before in was)
        if kept and (len(now) <= len(was) or deed.weight < GRAVE):
            continue
        gone = frozenset.intersection(*was) - frozenset.intersection(*now)
        gone = frozenset(one for one in gone if _is_lost(one, old, new))
        if not gone:
            continue
        theirs.pop(deed.key)
        words = f"{deed.words} is no longer behind {_told(gone)}"
        yield change(
            new.portrait.index, "check-gone", words, LOST + deed.weight // 2 + DECIDES,
            function=new.number, row=deed.row,
        )  # fmt: skip


def _freer(old: Version, new: Version, told: set[int]) -> Iterator[ProgramChange]:
    """Yield the grave acts that fewer branches stand before than in the old version."""
    mine, theirs = old.branches(), new.branches()
    for deed in new.deeds:
        was, now = mine.get(deed.key), theirs.pop(deed.key, None)
        if was is None or now is None or deed.weight < FREER or was - now < FEWER:
            continue
        words = f"{deed.words} stands behind fewer conditions than before"
        one = change(
            new.portrait.index, "check-gone", words, LOST + deed.weight // 4,
            function=new.number, row=deed.row,
        )  # fmt: skip
        if one.offset not in told:
            yield one


def _is_lost(guard: Guard, old: Version, new: Version) -> bool:
    """Say whether what *guard* asked is asked no more: compilers move small functions about."""
    kind, what = guard
    if kind == "own":
        number = int(what[1:]) if what[:1] == "#" else -1
        if number not in old.portrait.deciders.candidates:
            return False
        texts = old.portrait.texts[number]
        kept = f"#{number}" in new.labels.values()
        return kept or not any(text in new.portrait.holders for text in texts)
    if kind == "value":
        return not new.portrait.holds(bytes.fromhex(what))
    return True


def _told(gone: frozenset[Guard]) -> str:
    words = {
        "own": "what a function of the program answers",
        "compares": "a comparison",
        "call": "the answer of a library function",
    }
    return " and ".join(sorted({words.get(kind, "a constant") for kind, _ in gone}))
