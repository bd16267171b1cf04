"""Strings of object files: paired in their order, and explained or not.

A string that became another is told; where a time, a folder or a revision is all that differs,
it is explained, and relocations may lead from the one to the other.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay._kernel.printable import printable
from assay.code.elf import Section
from assay.code.memory import Ints
from assay.compare.alignment import align
from assay.compare.elf.strings import causes_of, mark, sentence
from assay.compare.records import Change

if TYPE_CHECKING:
    from assay.compare.elf.objects import Objects

Both = tuple[Section, Section]
Text = tuple[int, bytes]
Loose = tuple[Section, Text]
Alone = tuple[list[Section], list[Section]]
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {9, 10, 13}
LONGEST, SHORTEST, MOST_TRIED, MOST_PLACES = 4096, 4, 10_000, 1000


def account_for_strings(work: "Objects", pairs: list[Both], alone: Alone) -> None:
    """Account for all sections of strings; note what became of strings that differ.

    *alone* are those without a counterpart on either side: a string that became longer may lie
    in a section of another name.
    """
    rest: tuple[list[Loose], list[Loose]] = ([], [])
    for both in pairs:
        _section(work, both, rest)
    for side, sections in enumerate(alone):
        for section in sections:
            body = bytes((work.a, work.b)[side].elf.body(section))
            rest[side].extend((section, text) for text in _strings(body))
    if len(rest[0]) * len(rest[1]) <= MOST_TRIED:
        rest = _became(work, rest)
    for side, word in enumerate(("gone", "new")):
        for section, (at, text) in rest[side]:
            start = section.offset + at
            work.ledger.differ(side, start, start + len(text) + 1)
            says = f"The string “{printable(text[:80])}” is {word}."
            work.add(Change(kind="data", name=section.name, says=says))


def _section(work: "Objects", both: Both, rest: tuple[list[Loose], list[Loose]]) -> None:
    """Pair the strings of two sections; what has no counterpart goes to *rest*."""
    first, second = (_strings(body) for body in work.bodies(both))
    if len(first) == len(second):
        pairs = list(enumerate(range(len(first))))
    else:
        pairs = align([text for _, text in first], [text for _, text in second])
    for i, j in pairs:
        _pair(work, both, first[i], second[j])
    met = {i for i, _ in pairs}, {j for _, j in pairs}
    for side, texts in enumerate((first, second)):
        left = (text for number, text in enumerate(texts) if number not in met[side])
        rest[side].extend((both[side], text) for text in left)


def _became(
    work: "Objects", rest: tuple[list[Loose], list[Loose]]
) -> tuple[list[Loose], list[Loose]]:
    """Pair strings that are the same or explained; return those that are neither."""
    gone = []
    others = list(rest[1])
    for section, text in rest[0]:
        for place, (other, words) in enumerate(others):
            short = max(len(text[1]), len(words[1])) <= LONGEST
            if text[1] == words[1] or (short and causes_of(text[1], words[1])):
                _pair(work, (section, other), text, words)
                del others[place]
                break
        else:
            gone.append((section, text))
    return gone, others


def _strings(body: bytes) -> list[Text]:
    """Return the strings of a section that are not empty, with their places."""
    found, at = [], 0
    for text in body.split(b"\0"):
        if text:
            found.append((at, text))
        at += len(text) + 1
    return found


def _pair(work: "Objects", both: Both, first: Text, second: Text) -> None:
    places = both[0].offset + first[0], both[1].offset + second[0]
    if first[1] == second[1]:
        work.ledger.equal(*places, len(first[1]) + 1)
        return
    if explained(work, (places[0], first[1]), (places[1], second[1])):
        work.placement.stands[both[0].index, first[0]] = both[1].index, second[0]


def explained(work: "Objects", first: Text, second: Text) -> bool:
    """Account for two strings at places of the files; say whether all that differs is explained."""
    changed = causes_of(first[1], second[1])
    says = sentence(first[1], second[1], changed)
    work.add(Change(kind="data", name="string", says=says), decides=not changed)
    if changed:
        mark(work.ledger, first, second, changed)
        return True
    for side, (place, text) in enumerate((first, second)):
        work.ledger.differ(side, place, place + len(text))
    return False


def account_for_text(work: "Objects", both: Both, places: Ints) -> Iterator[int]:
    """Account for strings at *places*, where two sections differ; yield places of other bytes."""
    bodies = work.bodies(both)
    done, tried = -1, 0
    for place in places.tolist():
        if place < done:
            continue
        tried += 1
        first, second = (_around(body, place) if tried <= MOST_PLACES else None for body in bodies)
        if first is None or second is None or first[0] != second[0]:
            done = place + 1
            yield place
            continue
        done = first[0] + max(len(first[1]), len(second[1]))
        starts = both[0].offset + first[0], both[1].offset + second[0]
        explained(work, (starts[0], first[1]), (starts[1], second[1]))


def _around(body: bytes, at: int) -> Text | None:
    """Return the string around a place, None where there is none."""
    start = at
    while start > 0 and at - start < LONGEST and body[start - 1] in _PRINTABLE:
        start -= 1
    end = body.find(b"\0", at, at + LONGEST)
    if end - start < SHORTEST or end < 0 or not set(body[start:end]) <= _PRINTABLE:
        return None
    return start, body[start:end]
