"""Machine code in one neutral form: a table of small operations, one row per instruction.

Every decoder in `isa` yields a Listing; everything behind it is the same for all processors.
A row that the analyses have no use for is OTHER, with the register that it overwrites in `rd`.
"""

from itertools import pairwise
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code import native
from assay.code.memory import Ints, Mask, filled, member, where

Small = npt.NDArray[np.uint8]

NONE: Final = 255
"""No register."""
ZERO: Final = 254
"""The constant zero as an operand."""
PARTIAL: Final = 253
"""In `ra` of a CONST: the upper part of an address (lui, adrp, auipc), not a value as such."""

MEMORY: Final = 248
"""In `rb` of a PUSH: what is pushed lies in memory[ra + imm]."""
FLAGS: Final = 249
"""The condition flags, as a register that an instruction may overwrite besides others."""
REGISTERS: Final = 250
"""Register numbers lie below; the rest are the marks above."""

RELATIVE: Final = 1
"""In `width` of a CONST or ADDI: computed from the instruction's own address."""

OTHER: Final = 0
CONST: Final = 1  # rd = imm
ADDI: Final = 2  # rd = ra + imm
ADD: Final = 3  # rd = ra + rb
ORI: Final = 4  # rd = ra | imm
INSERT: Final = 5  # rd = ra with the 16 bits at 16 * rb replaced by imm
LOAD: Final = 6  # rd = memory[ra + imm], `width` bytes
STORE: Final = 7  # memory[ra + imm] = rb
LOADX: Final = 8  # rd = memory[ra + rb]
CALL: Final = 9  # to imm
CALLR: Final = 10  # to ra
CALLM: Final = 11  # to memory[ra + imm]
JUMP: Final = 12  # to imm
JUMPR: Final = 13  # to ra
JUMPM: Final = 14  # to memory[ra + imm]
BRANCH: Final = 15  # to imm if `cond`; compares ra with rb, or the flags when ra is NONE
CMPI: Final = 16  # flags = ra compared with imm
CMP: Final = 17  # flags = ra compared with rb
RET: Final = 18
STOP: Final = 19  # trap: control does not go on
BAD: Final = 20  # not an instruction
CMPM: Final = 21  # flags = memory[ra + imm] compared with a constant (rb NONE) or rb
STOREI: Final = 22  # memory[ra + imm] = constant
TABLE: Final = 23  # jump through a table that follows or that ra + rb selects
SUB: Final = 24  # rd = ra - rb
NOP: Final = 25  # nothing: padding between functions
PUSH: Final = 26  # stack pointer -= width; memory[it] = rb, or imm when rb is NONE
POP: Final = 27  # rd = memory[stack pointer]; stack pointer += width
EXTEND: Final = 28  # rd = the low `width` bytes of ra, the rest zero
CMPS: Final = 29  # flags = memory[ra] compared with memory[rb]: rd times `width` bytes, while equal

_CONTROL: Final = member(CALL, CALLR, CALLM, JUMP, JUMPR, JUMPM, BRANCH, RET, STOP, TABLE)

ALWAYS: Final = 0
EQ: Final = 1
NE: Final = 2
SOMETIMES: Final = 3

_WORDS: Final = (
    "other const addi add ori insert load store loadx call callr callm jump jumpr jumpm branch"
    " cmpi cmp ret stop bad cmpm storei table sub nop push pop extend cmps"
)
NAMES: Final = tuple(_WORDS.split())
COLUMNS: Final = ("address", "size", "op", "rd", "ra", "rb", "imm", "width", "cond")


_NO_EXTRA: Final = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint8))


class Listing(msgspec.Struct):
    """The instructions of all code ranges, in ascending order of address.

    `extra_index`/`extra_register` name further registers that an instruction overwrites (load
    multiple, write-back). `second` is the constant of CMPM and STOREI rows. `breaks` are the
    rows at which a code range begins: control does not fall into them from the row before.
    `openings` are rows that only the beginning of a function has (the MIPS `$gp` set-up).
    """

    address: Ints
    size: Small
    op: Small
    rd: Small
    ra: Small
    rb: Small
    imm: Ints
    width: Small
    cond: Small
    extra_index: Ints
    extra_register: Small
    breaks: Ints
    second: npt.NDArray[np.int32]
    openings: Ints = msgspec.field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rows: npt.NDArray[np.int32] | None = None
    control: tuple[Ints, Small] | None = None
    native: "native.Rows | None" = None

    def __len__(self) -> int:
        return int(self.address.size)

    def overwrite(self, rows: Ints, registers: Ints) -> None:
        """Note that each of *rows* also overwrites the register beside it; NONE is skipped."""
        real = registers != NONE
        self.extra_index = np.concatenate([self.extra_index, rows[real]])
        self.extra_register = np.concatenate(
            [self.extra_register, registers[real].astype(np.uint8)]
        )

    def sort_overwrites(self) -> None:
        """Put what rows overwrite besides `rd` in order of row."""
        order = self.extra_index.argsort(kind="stable")
        self.extra_index, self.extra_register = self.extra_index[order], self.extra_register[order]

    def overwrite_flags(self, rows: Ints) -> None:
        """Note that *rows* set the flags in a way that is not followed."""
        self.overwrite(rows, np.full(rows.size, FLAGS))

    def transfers(self, chosen: Mask) -> Ints:
        """Return the rows of the operations *chosen*, a table of calls, jumps and branches.

        Most steps ask for some of them, and they are a small part of all rows.
        """
        if self.control is None:
            if native.kernels() and self.op.dtype == np.uint8:
                rows = native.chosen_rows(self.op, None, _CONTROL)
            else:
                rows = where(_CONTROL.take(self.op))
            self.control = rows, self.op[rows]
        rows, op = self.control
        if native.kernels():
            return native.chosen_rows(op, rows, chosen)
        return rows[chosen.take(op)]

    def has(self, *ops: int) -> bool:
        """Say whether there are rows of one of the operations *ops*: calls, jumps and branches."""
        held = (self.control or (None, self.op))[1].tobytes()
        return any(one in held for one in ops)

    def find(self, addresses: Ints) -> tuple[Ints, Mask]:
        """Return the rows of *addresses* and which of them are the start of a row."""
        if not len(self):
            return np.zeros(addresses.shape, np.int64), np.zeros(addresses.shape, np.bool_)
        record = native.placed(self, addresses.size)
        if record is not None:
            return native.find(record, addresses)
        span = int(self.address[-1] - self.address[0]) + 1
        few = self.rows is None and addresses.size < len(self) // native.SEVERAL
        if few or span > native.WIDEST:
            rows = np.minimum(self.address.searchsorted(addresses), len(self) - 1)
            found = self.address[rows] == addresses
            return np.where(found, rows, 0), found
        if self.rows is None:
            # Row 0 stands for what is not there; the comparison below tells.
            table = np.zeros(span, dtype=np.int32)
            table[self.address - self.address[0]] = np.arange(len(self), dtype=np.int32)
            self.rows = table
        rows = self.rows.take(addresses - self.address[0], mode="clip")
        found = self.address[rows] == addresses
        rows = rows.astype(np.int64)
        rows *= found
        return rows, found

    def row(self, address: int) -> int:
        """Return the row that begins at *address*, or -1."""
        place = int(self.address.searchsorted(address))
        return place if place < len(self) and int(self.address[place]) == address else -1


def blank(address: Ints, size: Small | int) -> Listing:
    """Return a listing of OTHER rows at *address*, for a decoder to fill."""
    count = int(address.size)
    sizes = filled(count, size, np.uint8) if isinstance(size, int) else size
    none = filled(count, NONE, np.uint8)
    op, cond, width = np.zeros((3, count), dtype=np.uint8)
    return Listing(
        address,
        sizes,
        op,
        none,
        none.copy(),
        none.copy(),
        np.zeros(count, dtype=np.int64),
        width,
        cond,
        *_NO_EXTRA,
        np.zeros(1 if count else 0, dtype=np.int64),
        np.zeros(count, dtype=np.int32),
    )


def join(parts: list[Listing]) -> Listing:
    """Return *parts*, which must not overlap, as one listing."""
    parts = sorted((part for part in parts if len(part)), key=lambda part: int(part.address[0]))
    if not parts:
        return blank(np.zeros(0, dtype=np.int64), 4)
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    moved = list(zip(parts, starts, strict=False))

    def column(name: str) -> Any:  # noqa: ANN401 - arrays of several types
        return np.concatenate([getattr(part, name) for part in parts])

    def shifted(name: str) -> Any:  # noqa: ANN401 - an array, as above
        return np.concatenate([getattr(part, name) + start for part, start in moved])

    columns = {name: column(name) for name in (*COLUMNS, "extra_register", "second")}
    shifts: dict[str, Any] = {name: shifted(name) for name in ("extra_index", "breaks", "openings")}
    return Listing(**columns, **shifts)


def merge(parts: list[Listing]) -> Listing:
    """Return *parts*, whose ranges may alternate, as one listing in order of address."""
    pieces: list[Listing] = []
    for part in parts:
        bounds = [*part.breaks.tolist(), len(part)]
        order = part.extra_index.argsort(kind="stable")
        index, register = part.extra_index[order], part.extra_register[order]
        for first, last in pairwise(bounds):
            low, high = index.searchsorted((first, last))
            pieces.append(_piece(part, slice(first, last), index[low:high], register[low:high]))
    return join(pieces)


def _piece(part: Listing, rows: slice, index: Ints, register: Small) -> Listing:
    """Return one range of *part*; *index* and *register* are its further overwrites."""
    inside = (part.openings >= rows.start) & (part.openings < rows.stop)
    return Listing(
        **{name: getattr(part, name)[rows] for name in COLUMNS},
        extra_index=index - rows.start,
        extra_register=register,
        breaks=np.zeros(1, dtype=np.int64),
        second=part.second[rows],
        openings=part.openings[inside] - rows.start,
    )
