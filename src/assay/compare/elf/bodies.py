"""Functions of object files and kernel modules that differ, in words and instructions.

The proof goes by bytes and relocations (`objects`); this only tells what changed. Instructions are
lined up by their bytes without what relocations fill in, those that branch by what they ask.
"""

from collections.abc import Hashable

import numpy as np

from assay._kernel.value import Value
from assay.code.index import CodeIndex
from assay.code.listing import BRANCH, JUMP
from assay.code.render import row_as_text
from assay.compare.alignment import align, opcodes
from assay.compare.elf.describe import MOST_LINES, count_lines, sentences, traits_of_rows
from assay.compare.elf.half import Bytes, Half

MOST_ROWS = 20_000
"""A function of more instructions is named and not shown."""
REMARK = "  "


class Body(Value):
    """A function of one side: its place in a section, whose bytes are `bare` of relocations."""

    half: Half
    name: str
    place: int
    size: int
    bare: Bytes

    @property
    def rows(self) -> list[int]:
        """The rows of its instructions, none where the index does not know it."""
        index = self.half.index
        start = self.start
        if start is None or index.flow is None:
            return []
        ends = np.array((start, start + self.size), dtype=np.int64)
        first, last = np.searchsorted(index.listing.address, ends).tolist()
        return list(range(first, last)) if last - first <= MOST_ROWS else []

    @property
    def start(self) -> int | None:
        """Its address as the index has laid the sections out."""
        return self.half.addresses.get(self.name)


def describe_bodies(a: Body, b: Body) -> tuple[str, tuple[str, ...]]:
    """Return in words how two functions differ, empty for no words, and the lines that do."""
    rows_a, rows_b = a.rows, b.rows
    if not rows_a or not rows_b:
        return "", ()
    before = traits_of_rows(a.half.index, rows_a)
    after = traits_of_rows(b.half.index, rows_b)
    lines = _lines((a, rows_a), (b, rows_b))
    words = list(sentences(before, after))
    return "; ".join(words) if words or not lines else count_lines(lines), lines


def _lines(a: tuple[Body, list[int]], b: tuple[Body, list[int]]) -> tuple[str, ...]:
    texts = [[row_as_text(body.half.index, row) for row in rows] for body, rows in (a, b)]
    first, second = (
        [_key(body, row, text) for row, text in zip(rows, said, strict=True)]
        for (body, rows), said in zip((a, b), texts, strict=True)
    )
    found: list[str] = []
    for start, stop, low, high in opcodes(align(first, second), len(first), len(second)):
        found += [f"-{text}" for text in texts[0][start:stop]]
        found += [f"+{text}" for text in texts[1][low:high]]
    more = len(found) - MOST_LINES
    return (*found[:MOST_LINES], *([f" … {more} more instructions"] if more > 0 else []))


def _key(body: Body, row: int, text: str) -> Hashable:
    """Return what an instruction is told by: wherever it and what it leads to are placed."""
    index: CodeIndex = body.half.index
    listing = index.listing
    op, remark = int(listing.op[row]), text.partition(": ")[2].partition(REMARK)[2]
    if op in (BRANCH, JUMP) and not remark:
        return op, int(listing.cond[row]), int(listing.ra[row]), int(listing.rb[row])
    at = body.place + int(listing.address[row]) - (body.start or 0)
    return body.bare[at : at + int(listing.size[row])].tobytes(), remark
