"""Object files and kernel modules: section by section, with every relocation followed.

What a section will hold once it is placed is what it holds now and its relocations: two sections
are the same when their other bytes are, and each relocation leads to the counterpart of what it
led to. Code and data have to keep their places.
"""

from collections import Counter

import msgspec
import numpy as np

from assay.code.elf import SHF_ALLOC, SHT_NOBITS, Section
from assay.code.symbols import SHT_REL, SHT_RELA, SHT_SYMTAB
from assay.compare.counts import who_differs
from assay.compare.elf import linkage
from assay.compare.elf.bodies import Body, describe_bodies
from assay.compare.elf.fixups import Fixup, fixups, mask_of, sections_of
from assay.compare.elf.half import Bytes, Half
from assay.compare.elf.outside import cause_of_section, header_ranges
from assay.compare.elf.placement import (
    RESERVED,
    Names,
    Placement,
    is_strings,
    pair_sections,
)
from assay.compare.elf.texts import account_for_strings, account_for_text
from assay.compare.elf.unloaded import account_for_signatures, account_for_zeros
from assay.compare.ledger import FIRST_CAUSE, UNEXPLAINED, Ledger, level_of
from assay.compare.levels import worst
from assay.compare.outcome import Outcome
from assay.compare.records import Change

KIND = "program"
GROUP, SECTION_SYMBOL, FILE_SYMBOL = 17, 3, 4
FOLLOWS = "every relocation leads to the counterpart of what it led to"
DERIVED = "names and places follow from the sections"
MOST_CHANGES, MOST_FUNCTIONS, MOST_LOOKED, MOST_DESCRIBED = 100, 20, 1000, 60

Both = tuple[Section, Section]


class Objects(msgspec.Struct):
    """A comparison of two object files under way.

    `reason` is the first change that nothing explains. `wrong` are sections with other
    relocations, `used` those that relocations lead to; `told` is what was noted of functions.
    """

    a: Half
    b: Half
    ledger: Ledger
    placement: Placement
    changes: list[Change] = msgspec.field(default_factory=list)
    reason: str = ""
    wrong: set[int] = msgspec.field(default_factory=set)
    used: set[int] = msgspec.field(default_factory=set)
    told: set[tuple[str, str]] = msgspec.field(default_factory=set)
    looked: int = 0
    described: int = 0

    def add(self, change: Change, *, decides: bool = True) -> None:
        """Note a change; past MOST_CHANGES only their number matters, and that is in sums."""
        if decides and not self.reason:
            self.reason = change.says.rstrip(".")
        if len(self.changes) < MOST_CHANGES:
            self.changes.append(change)

    def differs(self, both: Both, says: str, name: str = "") -> None:
        """Note that two sections differ."""
        self.add(Change(kind="data", name=name or both[0].name, says=f"{says}."))

    def bodies(self, both: Both) -> tuple[bytes, bytes]:
        """Return the bytes of two sections."""
        return bytes(self.a.elf.body(both[0])), bytes(self.b.elf.body(both[1]))

    def explain(self, both: Both, cause: str, proof: str) -> None:
        """Account for what differs of two sections by *cause*, for the rest as the same."""
        size = min(both[0].size, both[1].size)
        self.ledger.settle(self.a.data, self.b.data, both[0].offset, both[1].offset, size)
        for side, section in enumerate(both):
            self.ledger.explain(side, section.offset, section.offset + section.size, cause, proof)


def compare_objects(a: Half, b: Half) -> Outcome:
    """Return how two files differ that a linker or a kernel has yet to place."""
    pairs, gone, new = pair_sections(a, b)
    work = Objects(a, b, Ledger(len(a.data), len(b.data)), Placement(a, b, pairs))
    if (a.data[:16], a.elf.kind, a.elf.flags) != (b.data[:16], b.elf.kind, b.elf.flags):
        work.add(Change(kind="program", name="header", says="The ELF headers differ."))
    account_for_strings(
        work,
        [both for both in pairs if _holds_strings(both[0])],
        ([one for one in gone if _holds_strings(one)], [one for one in new if _holds_strings(one)]),
    )
    _relocated(work)
    for side, sections, word in ((0, gone, "gone"), (1, new, "new")):
        for section in sections:
            _alone(work, side, section, word)
    for both in pairs:
        _section(work, both)
    work.ledger.settle(a.data, b.data, 0, 0, 16)
    for side, half in ((0, a), (1, b)):
        for start, end in header_ranges(half.elf, half.data):
            work.ledger.explain(side, start, end, "N12", "headers follow from sizes and places")
    account_for_signatures(a, b, work.ledger)
    account_for_zeros(work.ledger, (a, b))
    sums = work.ledger.sums()
    level = worst([level_of(sums), "D" if work.reason else "E0"])
    changes = sorted(work.changes, key=lambda one: one.kind != "function")
    return Outcome(KIND, level, _reason(work, level), sums, tuple(changes))


def _reason(work: Objects, level: str) -> str:
    if level == "D":
        names = list(dict.fromkeys(one.name for one in work.changes if one.kind == "function"))
        named = who_differs(names) if names else ""
        return named or work.reason or "bytes differ"
    if level == "I":
        return "bytes outside all sections differ"
    return "every section is the same, and every relocation leads to the same"


def _holds_strings(section: Section) -> bool:
    return is_strings(section) and bool(section.flags & SHF_ALLOC)


def _alone(work: Objects, side: int, section: Section, word: str) -> None:
    """Account for a section that only one side has; strings are looked for in others."""
    end = section.offset + section.size
    if _holds_strings(section):
        _gaps(work, side, section)
        return
    cause = None if section.flags & SHF_ALLOC else _cause(work, side, section)
    if section.kind != SHT_NOBITS:
        if cause is not None:
            work.ledger.explain(side, section.offset, end, *cause)
            return
        work.ledger.differ(side, section.offset, end)
    says = f"The section {section.name} is {word}."
    work.add(Change(kind="program", name=section.name, says=says))


def _cause(work: Objects, side: int, section: Section) -> tuple[str, str] | None:
    """Return what explains differences in a section that is not loaded, None for nothing."""
    if section.kind in {SHT_REL, SHT_RELA}:
        sections = (work.a, work.b)[side].elf.sections
        target = sections[section.info] if section.info < len(sections) else section
        return None if target.flags & SHF_ALLOC or target is section else cause_of_section(target)
    if section.kind == SHT_SYMTAB or section.name == ".strtab":
        return None
    return cause_of_section(section)


def _relocated(work: Objects) -> None:
    """Compare the bytes and the relocations of all loaded sections; note where they differ."""
    tables = sections_of(work.a.elf), sections_of(work.b.elf)
    identifiers: list[Both] = []
    for both in work.placement.pairs:
        if not both[0].flags & SHF_ALLOC or both[0].kind == SHT_NOBITS:
            continue
        found = [
            fixups(half.elf, section, tables[side].get(section.index, []))
            for side, (half, section) in enumerate(zip((work.a, work.b), both, strict=True))
        ]
        symbols = work.placement.names[0].section
        work.used |= {symbols[one.symbol] for one in found[0] if one.symbol < len(symbols)}
        if is_strings(both[0]) and not any(found):
            continue
        if _are_build_ids(work, both) and not any(found):
            identifiers.append(both)
            continue
        _bytes(work, both, (found[0], found[1]))
    for both in identifiers:
        # What no relocation leads to is explained with what is left of the sections.
        if both[0].index in work.used:
            _bytes(work, both, ([], []))


def _are_build_ids(work: Objects, both: Both) -> bool:
    """Say whether two sections are build identifiers and nothing else."""
    notes = [linkage.is_build_id(one, work.a.elf.order) for one in work.bodies(both)]
    return all(notes) and all(one.name == ".note.gnu.build-id" for one in both)


def _bytes(work: Objects, both: Both, found: tuple[list[Fixup], list[Fixup]]) -> None:
    """Account for two sections whose relocations are *found*."""
    first, second = work.bodies(both)
    if len(first) != len(second):
        _resized(work, both, found)
        return
    mask = mask_of(len(first), work.a.elf.order, found[0])
    other = mask_of(len(second), work.b.elf.order, found[1])
    places = [(one.place, one.kind) for one in found[0]]
    if places != [(one.place, one.kind) for one in found[1]] or (mask != other).any():
        work.wrong.add(both[0].index)
        work.differs(both, f"The relocations of {both[0].name} are at other places")
        return
    one, two = np.frombuffer(first, np.uint8), np.frombuffer(second, np.uint8)
    bare = one & ~mask, two & ~mask
    pairs = zip(*found, strict=True)
    wrong = [left.place for left, right in pairs if not work.placement.same(left, right)]
    for place in wrong:
        work.wrong.add(both[0].index)
        for side, section in enumerate(both):
            start = section.offset + place
            work.ledger.differ(side, start, min(start + 4, section.offset + section.size))
        _changed(work, both, place, bare, "refers to something else")
    for side, section in enumerate(both):
        differing = ((one ^ two) & mask) != 0
        work.ledger.explain_chosen(side, section.offset, differing, "N12", FOLLOWS)
    for place in account_for_text(work, both, np.flatnonzero((one ^ two) & ~mask)):
        for side, section in enumerate(both):
            work.ledger.differ(side, section.offset + place, section.offset + place + 1)
        _changed(work, both, place, bare, "differs")


def _changed(work: Objects, both: Both, place: int, bare: tuple[Bytes, Bytes], what: str) -> None:
    """Note what of two sections of one size differs at *place*: a function, or data."""
    if work.looked >= MOST_LOOKED:
        return
    work.looked += 1
    name = work.placement.names[0].owner(both[0].index, place)
    where = f"{place:#x} of {both[0].name}" if name else f"{place:#x}"
    name = name or both[0].name
    if (name, what) in work.told:
        return
    work.told.add((name, what))
    says = f"{name} {what} from {where} on."
    place_a = place_b = f"{place:#x}"
    if name == both[0].name:
        work.add(Change(kind="data", name=name, says=says, where_a=place_a, where_b=place_b))
    else:
        _function(work, both, name, bare, says)


def _function(work: Objects, both: Both, name: str, bare: tuple[Bytes, Bytes], says: str) -> None:
    """Note that the function *name* differs: how, where that can be told, else what *says*."""
    work.described += 1
    if work.described > MOST_DESCRIBED:
        work.add(Change(kind="function", name=name, says=says))
        return
    sides = [
        _functions(names, section).get(name)
        for names, section in zip(work.placement.names, both, strict=True)
    ]
    first, second = sides
    lines: tuple[str, ...] = ()
    if first is not None and second is not None:
        words, lines = describe_bodies(
            Body(work.a, name, *first, bare[0]), Body(work.b, name, *second, bare[1])
        )
        says = f"{name}: {words}." if words else says
    where_a, where_b = (f"{one[0]:#x}" if one else "" for one in sides)
    change = Change(
        kind="function", name=name, says=says, where_a=where_a, where_b=where_b, lines=lines
    )
    work.add(change)


def _resized(work: Objects, both: Both, found: tuple[list[Fixup], list[Fixup]]) -> None:
    """Note the functions of a section that grew or shrank: those of other sizes, else of bytes."""
    work.wrong.add(both[0].index)
    sides = [
        _functions(names, section)
        for names, section in zip(work.placement.names, both, strict=True)
    ]
    first, second = work.bodies(both)
    bare = [
        np.frombuffer(body, np.uint8) & ~mask_of(len(body), work.a.elf.order, those)
        for body, those in zip((first, second), found, strict=True)
    ]
    sized, changed = [], []
    for name in sorted(sides[0].keys() & sides[1].keys()):
        (at, size), (place, length) = sides[0][name], sides[1][name]
        if size != length:
            sized.append(name)
        elif bare[0][at : at + size].tobytes() != bare[1][place : place + size].tobytes():
            changed.append(name)
    for name in (sized or changed)[:MOST_FUNCTIONS]:
        says = f"The function {name} of {both[0].name} differs."
        _function(work, both, name, (bare[0], bare[1]), says)
    for word, names in (
        ("gone", sides[0].keys() - sides[1].keys()), ("new", sides[1].keys() - sides[0].keys()),
    ):  # fmt: skip
        for name in sorted(names)[:MOST_FUNCTIONS]:
            work.add(Change(kind="function", name=name, says=f"The function {name} is {word}."))
    work.differs(both, f"The section {both[0].name} has {both[1].size} bytes, not {both[0].size}")


def _functions(names: Names, section: Section) -> dict[str, tuple[int, int]]:
    """Return place and size of the functions of a section by name."""
    if names.table is None:
        return {}
    rows = names.table.rows
    chosen = (rows["section"] == section.index) & (names.table.kind == 2)
    return {
        names.name[one]: (names.value[one], int(rows["size"][one]))
        for one in chosen.nonzero()[0].tolist()
    }


def _section(work: Objects, both: Both) -> None:
    """Account for what is left of two sections."""
    left, right = both
    stated = [(one.kind, one.flags, one.align, one.entry_size, one.address) for one in both]
    linked = work.placement.numbers.get(left.link, left.link) == right.link
    sized = left.kind != SHT_NOBITS or left.size == right.size
    if stated[0] != stated[1] or not linked or not sized:
        work.differs(both, f"The section {left.name} is stated in another way")
    if left.kind == SHT_NOBITS:
        return
    first, second = work.bodies(both)
    if first == second and left.index not in work.wrong:
        work.ledger.equal(left.offset, right.offset, left.size)
        return
    cause = _derived(work, both)
    if cause is not None:
        work.explain(both, *cause)
        return
    for side, section in enumerate(both):
        if is_strings(section):
            _gaps(work, side, section)
    size = min(left.size, right.size)
    open_ = work.ledger.settle(work.a.data, work.b.data, left.offset, right.offset, size)
    if (open_ or left.size != right.size) and not left.flags & SHF_ALLOC:
        work.differs(both, f"The section {left.name} differs")
    for side, section in enumerate(both):
        work.ledger.differ(side, section.offset, section.offset + section.size)


def _gaps(work: Objects, side: int, section: Section) -> None:
    """Account for the zeros between the strings of a section."""
    labels = work.ledger.labels[side][section.offset : section.offset + section.size]
    body = np.frombuffer(bytes((work.a, work.b)[side].elf.body(section)), np.uint8)
    labels[(labels == UNEXPLAINED) & (body == 0)] = FIRST_CAUSE + 13


def _derived(work: Objects, both: Both) -> tuple[str, str] | None:
    """Return what explains all that differs of two sections, None for nothing."""
    left, right = both
    if left.flags & SHF_ALLOC:
        named = _are_build_ids(work, both) and left.index not in work.used
        return ("N1", "a well-formed note that nothing uses") if named else None
    if left.kind in {SHT_REL, SHT_RELA}:
        good = work.placement.numbers.get(left.info) == right.info
        target = work.a.elf.sections[left.info] if left.info < len(work.a.elf.sections) else left
        if not target.flags & SHF_ALLOC:
            return _cause(work, 0, left)
        return ("N12", FOLLOWS) if good and left.info not in work.wrong else None
    if left.kind == SHT_SYMTAB or left.name == ".strtab":
        return ("N14", DERIVED) if _same_symbols(work) else None
    if left.kind == GROUP:
        return ("N12", DERIVED) if _group(work, 0, left) == _group(work, 1, right) else None
    return cause_of_section(left)


def _group(work: Objects, side: int, section: Section) -> list[int]:
    half = (work.a, work.b)[side]
    body = bytes(half.elf.body(section))
    order = "<" if half.elf.order == "<" else ">"
    words: list[int] = np.frombuffer(body[: len(body) // 4 * 4], f"{order}u4").tolist()
    numbers = work.placement.numbers
    if not words:
        return []
    return words[:1] + [numbers.get(one, -1) if side == 0 else one for one in words[1:]]


def _same_symbols(work: Objects) -> bool:
    first, second = (_meanings(work, side) for side in (0, 1))
    return first == second


def _meanings(work: Objects, side: int) -> Counter[tuple[object, ...]]:
    """Return what the symbols of a side say; local names and places of strings do not count."""
    names = work.placement.names[side]
    if names.table is None:
        return Counter()
    sections = (work.a, work.b)[side].elf.sections
    numbers = work.placement.numbers
    rows = names.table.rows
    found: Counter[tuple[object, ...]] = Counter()
    for number, (info, other, size) in enumerate(
        zip(rows["info"].tolist(), rows["other"].tolist(), rows["size"].tolist(), strict=True)
    ):
        section, value = names.section[number], names.value[number]
        if info & 15 in {SECTION_SYMBOL, FILE_SYMBOL}:
            continue
        local = not info >> 4 and section
        if 0 < section < min(len(sections), RESERVED):
            value = 0 if is_strings(sections[section]) else value
            section = numbers.get(section, -1) if side == 0 else section
        found["" if local else names.name[number], info, other, section, value, size] += 1
    return found
