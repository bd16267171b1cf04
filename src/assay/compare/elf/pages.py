"""Entries of the MIPS global offset table that hold pages: upper halves of addresses.

Which pages a program needs, and in which order, depends on where its data lie. An entry counts
when whatever loads it is completed, instruction by instruction, to what corresponds.
Reference: System V ABI, MIPS RISC Processor Supplement, chapter 5, Global Offset Table.
"""

import numpy as np

from assay.code.memory import Ints, contained, distinct
from assay.compare.elf.state import State
from assay.compare.elf.zones import Zone

MIPS, PAGE, WORD = 8, 1 << 16, 4
PROOF = "every instruction that uses the page arrives at the counterpart"


def account_pages(state: State, left: Zone, right: Zone) -> None:
    """Explain the page entries of two global offset tables."""
    if state.a.elf.machine != MIPS or left.name != ".got":
        return
    for side, zone in ((0, left), (1, right)):
        for place in _pages(state, side, zone).tolist():
            at = zone.offset + place - zone.address
            state.ledger.explain(side, at, at + WORD, "N12", PROOF)


def _pages(state: State, side: int, zone: Zone) -> Ints:
    """Return the entries of one side that hold pages and are used as such only."""
    refs, half = state.refs[side], state.b if side else state.a
    rows = (state.rows.b if side else state.rows.a)[state.completed]
    touched = refs.touched.has & (refs.touched.value >= zone.address)
    touched &= refs.touched.value < zone.end
    done = np.zeros(touched.size, dtype=np.bool_)
    done[rows] = True
    places = distinct(refs.touched.value[touched & done & refs.part])
    others = refs.touched.value[touched & ~(done & refs.part)]
    places = places[~contained(places, others) & (places % WORD == 0)]
    values = np.array([half.word(place, WORD) or 0 for place in places.tolist()], dtype=np.int64)
    return np.asarray(places[values % PAGE == 0])
