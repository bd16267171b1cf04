"""ELF files whose loaded bytes are the same: what no segment loads, section by section."""

import numpy as np

from assay.code.elf import SHF_ALLOC, SHT_NOBITS, Section
from assay.compare.elf import linkage
from assay.compare.elf.fields import fields_of, supported
from assay.compare.elf.half import Half
from assay.compare.elf.outside import cause_of_section, header_ranges
from assay.compare.elf.references import references_of
from assay.compare.ledger import FIRST_CAUSE, UNEXPLAINED, Ledger, level_of
from assay.compare.levels import Level, worst
from assay.compare.outcome import Outcome
from assay.compare.records import Change

KIND = "program"
SIGNED = b"~Module signature appended~\n"


def compare_unloaded(a: Half, b: Half) -> Outcome:
    """Return how two files differ that load the same."""
    ledger = Ledger(len(a.data), len(b.data))
    changes: list[Change] = []
    others = {section.name: section for section in b.elf.sections if _real(section)}
    for section in a.elf.sections:
        other = others.pop(section.name, None) if _real(section) else None
        if other is not None:
            _section(a, b, (section, other), ledger, changes)
        elif _real(section):
            _alone(ledger, 0, section, changes, "gone")
    for section in others.values():
        _alone(ledger, 1, section, changes, "new")
    if (a.data[:16], a.elf.kind, a.elf.flags) != (b.data[:16], b.elf.kind, b.elf.flags):
        changes.append(Change(kind="program", name="header", says="The ELF headers differ."))
    for side, half in ((0, a), (1, b)):
        for start, end in header_ranges(half.elf, half.data):
            ledger.explain(side, start, end, "N12", "headers follow from sizes and places")
    _same_places(a, b, ledger)
    account_for_signatures(a, b, ledger)
    account_for_zeros(ledger, (a, b))
    sums = ledger.sums()
    level: Level = level_of(sums)
    if changes:
        level = worst([level, "D"])
    causes = sorted({one.cause for one in sums if one.cause})
    reason = changes[0].says.rstrip(".") if changes else _reason(level, causes)
    return Outcome(KIND, level, reason, sums, tuple(changes))


def _reason(level: Level, causes: list[str]) -> str:
    if level == "I":
        return "bytes outside all sections differ"
    return "what is loaded is the same" + (f"; {', '.join(causes)}" if causes else "")


def _real(section: Section) -> bool:
    return bool(section.size) and section.kind not in {0, SHT_NOBITS}


def _section(
    a: Half, b: Half, both: tuple[Section, Section], ledger: Ledger, changes: list[Change]
) -> None:
    left, right = both
    first, second = bytes(a.elf.body(left)), bytes(b.elf.body(right))
    if first == second and left.flags == right.flags:
        ledger.equal(left.offset, right.offset, left.size)
        return
    cause = _cause(a, b, both)
    ledger.settle(a.data, b.data, left.offset, right.offset, min(left.size, right.size))
    for side, section in ((0, left), (1, right)):
        end = section.offset + section.size
        if cause is not None and left.flags == right.flags:
            ledger.explain(side, section.offset, end, *cause)
        else:
            ledger.differ(side, section.offset, end)
    if cause is None or left.flags != right.flags:
        changes.append(_change(a, b, both))


def _cause(a: Half, b: Half, both: tuple[Section, Section]) -> tuple[str, str] | None:
    left, right = both
    if left.name == ".note.gnu.build-id":
        order = a.elf.order
        good = linkage.is_build_id(bytes(a.elf.body(left)), order)
        good = good and linkage.is_build_id(bytes(b.elf.body(right)), order)
        good = good and not _uses_note(a, left)
        return ("N1", "a well-formed note that nothing uses") if good else None
    if left.flags & SHF_ALLOC and left.name not in {".comment", ".shstrtab"}:
        return None
    return cause_of_section(left)


def _uses_note(half: Half, section: Section) -> bool:
    """Say whether an instruction refers to the note in *section*."""
    if half.index.flow is None or not supported(half.elf.machine) or not half.zones:
        return True
    refs = references_of(half, fields_of(half))
    return refs.lead_into(section.address, section.address + section.size)


def _change(a: Half, b: Half, both: tuple[Section, Section]) -> Change:
    left, right = both
    first, second = bytes(a.elf.body(left)), bytes(b.elf.body(right))
    size = min(len(first), len(second))
    one, two = np.frombuffer(first[:size], np.uint8), np.frombuffer(second[:size], np.uint8)
    differing = np.flatnonzero(one != two)
    at = int(differing[0]) if differing.size else size
    says = f"The section {left.name} differs from {at:#x} on"
    if left.flags != right.flags:
        says = f"The section {left.name} has the flags {right.flags:#x}, not {left.flags:#x}"
    return Change(
        kind="data", name=left.name, says=f"{says}.", where_a=f"{at:#x}", where_b=f"{at:#x}"
    )


def _alone(ledger: Ledger, side: int, section: Section, changes: list[Change], word: str) -> None:
    """Account for a section that only one side has."""
    cause = cause_of_section(section)
    end = section.offset + section.size
    if cause is not None and not section.flags & SHF_ALLOC:
        ledger.explain(side, section.offset, end, *cause)
        return
    ledger.differ(side, section.offset, end)
    says = f"The section {section.name} is {word}."
    changes.append(Change(kind="program", name=section.name, says=says))


def _same_places(a: Half, b: Half, ledger: Ledger) -> None:
    """Label what lies in no section but is the same at the same place."""
    size = min(len(a.data), len(b.data))
    ledger.settle(a.data, b.data, 0, 0, size)


def account_for_signatures(a: Half, b: Half, ledger: Ledger) -> None:
    """Account for signatures that are appended to kernel modules."""
    for side, half in ((0, a), (1, b)):
        if not half.data.endswith(SIGNED) or len(half.data) < len(SIGNED) + 12:
            continue
        size = int.from_bytes(half.data[-len(SIGNED) - 4 : -len(SIGNED)], "big")
        start = len(half.data) - len(SIGNED) - 12 - size
        if start > 0:
            ledger.explain(side, start, len(half.data), "N10", "an appended signature")


def account_for_zeros(ledger: Ledger, halves: tuple[Half, Half]) -> None:
    """Account for zeros that nothing else did, as padding."""
    for side, half in enumerate(halves):
        labels = ledger.labels[side]
        body = np.frombuffer(half.data, np.uint8)
        labels[(labels == UNEXPLAINED) & (body == 0)] = FIRST_CAUSE + 13
