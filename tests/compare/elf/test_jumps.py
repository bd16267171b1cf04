"""Jump tables end where the next one, or anything that code names, begins."""

from types import SimpleNamespace

import numpy as np

from assay.code.tables import JumpTable
from assay.compare.elf.jumps import jumps_of, note_places

BASE = 0x1000
ENTRIES = {0x8000: [0, 8, 16], 0x8006: [24, 32, -8, 40]}
WORDS = [number for numbers in ENTRIES.values() for number in numbers]


def words(places, size):
    assert size == 2
    index = (places - 0x8000) // 2
    return np.array(WORDS, dtype=np.int64)[index] & 0xFFFF, np.ones(places.size, np.bool_)


def table(address, count):
    first = (address - 0x8000) // 2
    leads = np.unique(BASE + np.array(WORDS[first : first + count], dtype=np.int64))
    return JumpTable(row=0, address=address, entries=count, size=2, targets=leads)


def half(*tables):
    program = SimpleNamespace(memory=SimpleNamespace(words=words))
    index = SimpleNamespace(tables=list(tables), program=program)
    return SimpleNamespace(
        index=index,
        whole=None,
        elf=SimpleNamespace(machine=8),
        zone_at=lambda address: SimpleNamespace(name=".rodata" if address >= 0x8000 else ""),
    )


def targets(of):
    return [(one.address, leads.tolist()) for one, leads in jumps_of(of)]


def test_a_table_that_was_read_into_the_next_is_cut_there():
    found = targets(half(table(0x8000, 7), table(0x8006, 4)))
    assert found == [
        (0x8000, [BASE, BASE + 8, BASE + 16]),
        (0x8006, [BASE - 8, BASE + 24, BASE + 32, BASE + 40]),
    ]


def test_words_in_no_section_are_no_table():
    assert targets(half(JumpTable(0, 0x48, 3, 4, np.array([BASE], dtype=np.int64)))) == []


def test_a_place_that_code_names_ends_a_table():
    of = half(table(0x8000, 7))
    assert targets(of) == [(0x8000, sorted(BASE + one for one in WORDS))]
    note_places(of, np.array([0x8000, 0x8004], dtype=np.int64))
    assert targets(of) == [(0x8000, [BASE, BASE + 8])]
