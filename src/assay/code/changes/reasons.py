"""In what a changed function differs from what it was, in words: texts, constants, calls, branches.

Without data flow, so that nothing changed goes unmentioned. Where most of a program was built in
another way, only what no compiler makes of itself counts. Used by `places`.
"""

import re
from collections import Counter
from collections.abc import Iterator

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.numbers import is_ethertype, is_published
from assay.code.access.rarity import is_rare_text
from assay.code.access.words import ACCOUNTS, AUTH_TEXT, HASHES, VERIFIERS
from assay.code.changes.asked import MESSAGE
from assay.code.changes.matching import Matched
from assay.code.changes.portrait import Portrait
from assay.code.changes.shapes import words_of
from assay.code.changes.smaller import VALIDATORS, is_odd
from assay.code.changes.traits import Traits
from assay.code.changes.weights import WEIGHTS
from assay.code.changes.whole import SENSITIVE
from assay.code.families import COMPARE, CONTAINS, READ, RECEIVE

CHECKING = COMPARE | CONTAINS | VALIDATORS | frozenset(VERIFIERS) | ACCOUNTS | HASHES
"""Library functions that look at what they are given."""

TELLING = CHECKING | frozenset(WEIGHTS) | frozenset(RECEIVE) | frozenset(READ) | {"getenv"}
CHECKING_NAME = lazy_re.compile(
    r"auth|passw|login|verif|valid|check|permi|allow|restrict|secur|sign(ed|ature)|cred",
    re.IGNORECASE,
)
"""Names of functions that look at what they are given, where a program has kept its names."""

NEW, TEXT, WORD, NUMBER, RARE, BRANCHES, LESS = 180, 190, 330, 300, 360, 200, 340
CALL, CHECK, ACT, OWN, GONE, CHECK_GONE = 180, 340, 230, 240, 220, 430
OTHERWISE = 100
SPOKEN = 380
"""A text about access that is gone: what it told may be gone as well."""

OF_KNOWN, OF_VERSION = 60, 20
SMALL = range(-2, 17)
NUMBERED = lazy_re.compile(
    rb"[0-9a-fA-F]*[0-9][0-9a-fA-F]*|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
"""What differs between the texts of two versions that name only the version and the day."""

IS_NEW, LEAST_ROWS = "is new", 4
OTHER_ARITHMETIC, FEW_ROWS = "does the same in another way, or other arithmetic", 3
VERSIONED = lazy_re.compile(rb"[0-9]\.[0-9]| .*[0-9]")
"""Texts that may name a version or a day: a word with a number alone may be a secret."""

SHOWN = 3
LONGEST = 60
MOST_TEXTS, MOST_SEARCHED = 40, 6_000
MOST_AROUND = 120


class Reason(Value):
    """One difference: how much it bears on access (0 to 1000), in words, and where it is."""

    weight: int
    words: str
    row: int = -1
    constant: str = ""


class Held:
    """Two versions held against each other; `labels` name the functions of each alike."""

    def __init__(self, matched: Matched) -> None:
        self.matched = matched
        self.mine, self.theirs = Traits(matched.old), Traits(matched.new)
        self._searched = 0

    def reasons(self, number: int) -> list[Reason]:
        """Return how function *number* of the new version differs, the weightiest first."""
        old = self.matched.old_of.get(number)
        if self.matched.anew:
            found = [*self._texts(number, old), *self._called_anyhow(number, old)]
        elif old is None:
            found = [*self._if_of_size(number), *self._all_of(number, None)]
        elif self.mine.words(old) == self.theirs.words(number):
            found = list(self._all_of(number, old)) or list(self._arithmetic(number, old))
        else:
            found = [*self._all_of(number, old), *self._branches(number, old)]
            found = found or [Reason(OTHERWISE, OTHER_ARITHMETIC)]
        return sorted(found, key=lambda one: (-one.weight, one.row, one.words))

    def _arithmetic(self, number: int, old: int) -> Iterator[Reason]:
        """Yield that a few instructions became others; other registers change many."""
        sides = ((self.matched.old, old), (self.matched.new, number))
        before, after = (words_of(side.index, one) for side, one in sides)
        if before.shape == after.shape:
            differ = (before != after).any(axis=1)
            if 0 < int(differ.sum()) <= FEW_ROWS and (before[differ, 0] == after[differ, 0]).any():
                yield Reason(OTHERWISE, OTHER_ARITHMETIC)

    def _if_of_size(self, number: int) -> Iterator[Reason]:
        """Yield that a function is new; stubs of the linker come and go."""
        if int(self.matched.new.marks.rows[number]) >= LEAST_ROWS:
            yield Reason(NEW, IS_NEW)

    def _all_of(self, number: int, old: int | None) -> Iterator[Reason]:
        yield from self._texts(number, old)
        yield from self._numbers(number, old)
        yield from self._called(number, old)

    def _texts(self, number: int, old: int | None) -> Iterator[Reason]:
        """Yield the texts that it refers to now, and did not, and those that are gone."""
        before = self.matched.old.texts[old] if old is not None else {}
        after = self.matched.new.texts[number]
        fresh = [one for one in after.items() if one[0] not in before]
        forms = {_without_numbers(text) for text in before}
        for text, row in fresh[:MOST_TEXTS]:
            known = text in self.matched.old.holders or self._stands_in(self.matched.old, text)
            # The end of a text is referred to by chance, or because a linker joined two.
            part = known and not self._stands_in(self.matched.new, b"\0" + text)
            if part or (known and self.matched.anew):
                continue
            shown = printable(text)[:LONGEST]
            weight = _weight_of(text) - (OF_KNOWN if known else 0)
            if VERSIONED.search(text) and _without_numbers(text) in forms:
                yield Reason(OF_VERSION, f"names another version or day, `{shown}`", row, shown)
            else:
                yield Reason(weight, f"refers to the text `{shown}`", row, shown)
        for text in [one for one in before if one not in after][:MOST_TEXTS]:
            told = AUTH_TEXT.search(text.lower()) is not None
            if told and text not in self.matched.new.holders:
                shown = printable(text)[:LONGEST]
                yield Reason(SPOKEN, f"no longer refers to the text `{shown}`", -1, shown)

    def _stands_in(self, side: Portrait, text: bytes) -> bool:
        """Say whether *text* stands anywhere in the data of a version; asked so many times only."""
        self._searched += 1
        return self._searched <= MOST_SEARCHED and side.wholly(text)

    def _numbers(self, number: int, old: int | None) -> Iterator[Reason]:
        """Yield the constants that it uses now, and did not, and those that it uses no more."""
        before = self.mine.numbers(old)[0] if old is not None else Counter[int]()
        after, rows = self.theirs.numbers(number)
        asked = self.theirs.asked(number)
        fresh = [
            one for one in sorted(after.keys() - before.keys()) if old is not None or one in asked
        ]
        everywhere = self.matched.old.numbers
        for one in fresh:
            drawn = one in asked and _is_odd(one)
            known = one in everywhere
            weight = RARE if drawn and not known else NUMBER - (OF_KNOWN if known else 0)
            weight -= (0 if one in asked else OF_KNOWN) + (OF_KNOWN if one in SMALL else 0)
            verb = "compares with" if one in asked else "uses"
            yield Reason(weight, f"{verb} the number {_shown(one)}", rows[one], _shown(one))
        gone = sorted(before.keys() - after.keys())
        if gone and not fresh:
            was = ", ".join(_shown(one) for one in gone[:SHOWN])
            yield Reason(LESS, f"no longer uses the number {was}")

    def _called(self, number: int, old: int | None) -> Iterator[Reason]:
        """Yield the calls that it makes more often than it did, or less."""
        before = Counter(self._mine(old)) if old is not None else Counter[str]()
        calls = self._theirs(number)
        after = Counter(name for name, _ in calls)
        rows = dict(reversed(calls))
        for name in sorted((after - before).keys()):
            again = " once more" if before[name] == after[name] - 1 and before[name] else ""
            yield Reason(self._weight(name), f"calls {self._told(name)}{again}", rows.get(name, -1))
        if old is None:
            return
        for name in sorted((before - after).keys()):
            checking = name in CHECKING or self._decides(name)
            less = " as often" if after[name] else ""
            weight = (CHECK_GONE if checking else GONE) - (80 if less else 0)
            yield Reason(weight, f"no longer calls {self._told(name)}{less}")

    def _called_anyhow(self, number: int, old: int | None) -> Iterator[Reason]:
        """Yield the telling calls that neither it nor what is around it made, or that are gone."""
        mine, theirs = self.matched.old, self.matched.new
        near = {old} if old is not None else set[int]()
        near |= {
            self.matched.old_of[one]
            for one in theirs.network.callers.get(number, ())
            if one in self.matched.old_of
        }
        before = {name for one in _around(mine, near) for name in mine.names_called(one)}
        rows = {name: row for row, name, _ in reversed(theirs.called[number])}
        for name in sorted(rows.keys() & TELLING - before):
            yield Reason(self._weight(name), f"calls {name}", rows[name])
        if old is None:
            return
        after = {name for one in _around(theirs, {number}) for name in theirs.names_called(one)}
        for name in sorted(mine.names_called(old).keys() & CHECKING - after):
            if name not in theirs.names:
                yield Reason(CHECK_GONE, f"no longer calls {name}")

    def _branches(self, number: int, old: int) -> Iterator[Reason]:
        more = self.theirs.branches(number) - self.mine.branches(old)
        if more:
            sort = "branch" if abs(more) == 1 else "branches"
            words = f"has {abs(more)} {sort} {'more' if more > 0 else 'fewer'}"
            yield Reason(BRANCHES if more > 0 else LESS, words)

    def _mine(self, number: int) -> list[str]:
        """Return what function *number* of the old version calls, by name or label."""
        called = self.matched.old.called[number]
        return [name or f"#{target}" for _, name, target in called if name or target >= 0]

    def _theirs(self, number: int) -> list[tuple[str, int]]:
        """Return what function *number* calls, as the old version would say it, with the rows."""
        found = []
        for row, name, target in self.matched.new.called[number]:
            old = self.matched.old_of.get(target) if target >= 0 else None
            if old is not None:
                # A name that one version lacks is no news.
                found.append((self.matched.old.label(old) or f"#{old}", row))
            elif name or target >= 0:
                found.append((name or f"+{target}", row))
        return found

    def _decides(self, label: str) -> bool:
        """Say whether a callee of the old version decides on access, by its work or its name."""
        if label[:1] not in "#+":
            return CHECKING_NAME.search(label) is not None
        return label[:1] == "#" and int(label[1:]) in self.matched.old.deciders.candidates

    def _weight(self, name: str) -> int:
        if name in CHECKING or (name[:1] not in "#+" and CHECKING_NAME.search(name)):
            return CHECK
        if name in WEIGHTS:
            return ACT + WEIGHTS[name] // 2
        if name[:1] in "#+":
            return OWN
        return CALL + (60 if name in TELLING else 0)

    def _told(self, name: str) -> str:
        """Return a callee in words: its name, or where it is."""
        if name[:1] not in "#+":
            return name
        number = int(name[1:])
        if name[0] == "#":
            number = self.matched.new_of.get(number, -1)
        functions = self.matched.new.index.functions
        if number < 0 or functions is None:
            return "a function that is gone"
        return f"the function at {int(functions.starts[number]):#x}"


def _weight_of(text: bytes) -> int:
    """Return how much a new text matters: rare words most, sentences and formats least."""
    telling = SENSITIVE.search(text) is not None
    if telling or (is_rare_text(text) and MESSAGE.search(text) is None):
        return RARE
    return WORD if not any(mark in text for mark in b" \n%") else TEXT


def _is_odd(number: int) -> bool:
    """Say whether nobody's protocol or record explains *number*, of 16 bits or of 32."""
    whole = number & (0xFFFF if -0x8000 <= number < 0 else 0xFFFFFFFF)
    published = is_ethertype(whole) or is_published(whole.to_bytes(4, "big"))
    return is_odd(whole) and not published


def _without_numbers(text: bytes) -> bytes:
    return NUMBERED.sub(b"#", text.lower())


def _around(portrait: Portrait, numbers: set[int]) -> set[int]:
    """Return *numbers*, what calls them, what they call and what that calls, a bounded number."""
    found = set(numbers)
    for one in sorted(numbers):
        found.update(portrait.network.callers.get(one, ())[:MOST_AROUND])
    waiting = sorted(numbers)
    for _ in range(2):
        onward = []
        for each in waiting:
            for _, _, one in portrait.called[each][:MOST_AROUND]:
                if one >= 0 and one not in found and len(found) < MOST_AROUND:
                    found.add(one)
                    onward.append(one)
        waiting = onward
    return found


def _shown(number: int) -> str:
    if -10 <= number < 0x100:
        letter = f" (`{chr(number)}`)" if 33 <= number < 127 else ""
        return f"{number}{letter}"
    return f"{number:#x}"
