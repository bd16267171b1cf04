"""One of the two programs: its bytes, zones, code index, and its code cut into chunks.

A chunk begins at a function, or at a range of code, and reaches to the next: every byte of code
is in exactly one.
"""

from bisect import bisect_right
from copy import copy
from functools import cached_property
from heapq import heappop, heappush

import msgspec
import numpy as np
import numpy.typing as npt

from assay.code.elf import Elf, read_elf
from assay.code.index import CodeIndex, build
from assay.code.listing import (
    ALWAYS,
    JUMP,
    JUMPM,
    JUMPR,
    LOAD,
    NOP,
    REGISTERS,
    RET,
    STOP,
    TABLE,
)
from assay.code.loader import load
from assay.code.memory import Ints, contained, distinct, member
from assay.compare.elf.arm_spans import arm_spans
from assay.compare.elf.zones import Zone, zones_by_segments, zones_of

ARM, WORD, LONGEST_POOL = 40, 4, 8
_ENDS = member(JUMP, JUMPR, JUMPM, RET, STOP, TABLE)
Bytes = npt.NDArray[np.uint8]


class Half(msgspec.Struct, dict=True):
    """A program to compare. `index` reads its machine code when it is first asked for.

    `whole` is the same program with all rows of its code, where this is a part of it.
    """

    data: bytes
    elf: Elf
    zones: list[Zone]
    problems: list[str] = msgspec.field(default_factory=list)
    whole: "Half | None" = None

    @cached_property
    def index(self) -> CodeIndex:
        """The machine-code index."""
        program = load(read_elf(self.data))
        if program.machine == ARM:
            program.spans = arm_spans(program)
        return build(program)

    @cached_property
    def code(self) -> "Code":
        """The bytes of all code zones, in chunks."""
        return Code(self)

    @cached_property
    def addresses(self) -> dict[str, int]:
        """The lowest address that has each name."""
        names = self.index.program.names
        return {names[at]: at for at in sorted(names, reverse=True)}

    def zone(self, name: str) -> Zone | None:
        """Return the zone called *name*, or None."""
        return next((one for one in self.zones if one.name == name), None)

    def zone_at(self, address: int) -> Zone | None:
        """Return the zone that holds *address*, or None."""
        starts, zones = self._zones_by_start
        place = bisect_right(starts, address) - 1
        return zones[place] if place >= 0 else None

    @cached_property
    def _zones_by_start(self) -> tuple[list[int], list[Zone | None]]:
        """Where another zone, or none, begins to be the first that holds an address; and which."""
        starts = sorted({place for zone in self.zones for place in (zone.address, zone.end)})
        order = sorted(range(len(self.zones)), key=lambda number: -self.zones[number].address)
        first: list[Zone | None] = []
        open_: list[int] = []
        for start in starts:
            while order and self.zones[order[-1]].address <= start:
                heappush(open_, order.pop())
            while open_ and self.zones[open_[0]].end <= start:
                heappop(open_)
            first.append(self.zones[open_[0]] if open_ else None)
        return starts, first

    def body(self, zone: Zone) -> bytes:
        """Return the bytes of *zone* as they are in the file; empty for zeroed memory."""
        return b"" if zone.offset < 0 else self.data[zone.offset : zone.offset + zone.size]

    def bytes_at(self, address: int, size: int) -> bytes:
        """Return what the file has for *size* bytes at *address*, as far as one zone reaches."""
        zone = self.zone_at(address)
        if zone is None or zone.offset < 0 or size <= 0:
            return b""
        at = zone.offset + address - zone.address
        return self.data[at : min(at + size, zone.offset + zone.size)]

    def word(self, address: int, size: int) -> int | None:
        """Return the unsigned word that the file has for *address*, None where it has none."""
        zone = self.zone_at(address)
        if zone is None or zone.offset < 0 or address + size > zone.end:
            return None
        at = zone.offset + address - zone.address
        order = "little" if self.elf.order == "<" else "big"
        return int.from_bytes(self.data[at : at + size], order)  # type: ignore[arg-type]

    def name(self, address: int) -> str:
        """Return the name of the function or object at *address*, or `0x…`."""
        return self.index.name(address) or f"{address:#x}"


def read_half(data: bytes) -> Half:
    """Return the program in *data*; raises `NotAnElf`."""
    elf = read_elf(data)
    return Half(data, elf, zones_of(elf))


def by_segments(half: Half) -> Half:
    """Return *half* with zones told by its segments and by where the index finds code."""
    found = Half(half.data, half.elf, zones_by_segments(half.elf, half.index.program.code))
    found.__dict__["index"] = half.index
    return found


def part_of(half: Half, chunks: npt.NDArray[np.bool_]) -> Half:
    """Return *half* with the rows of the chosen *chunks* alone; its bytes and chunks are all."""
    found = Half(half.data, half.elf, half.zones, half.problems, half)
    found.__dict__["index"] = half.index
    found.__dict__["code"] = half.code.part(chunks)
    return found


class Code:
    """The bytes of all code ranges end to end, their chunks and their rows.

    `pos` is the place of each row in `bytes`; `chunk` its chunk. Chunk k is the addresses from
    `starts[k]` up to `ends[k]`, padding behind it included. While `loose`, chunks do not count:
    every transfer is taken as one that leaves its chunk. What does not depend on chunks is kept:
    `loose_mask` and `words` (see `fields`); `numbered` are the numbers of rows of the listing.
    """

    loose = False
    loose_mask: Bytes | None = None
    words: Ints | None = None
    numbered: Ints | None = None

    def __init__(self, half: Half) -> None:
        index = half.index
        spans = sorted((zone.address, zone.end) for zone in half.zones if zone.code)
        self.spans = spans
        bodies = [half.body(zone) for zone in half.zones if zone.code]
        self.bytes: Bytes = np.frombuffer(b"".join(bodies), dtype=np.uint8)
        self._first = np.array([start for start, _ in spans], dtype=np.int64)
        sizes = np.array([end - start for start, end in spans], dtype=np.int64)
        self._base = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        self._last = self._first + sizes
        self._spans: tuple[list[int], list[int]] = self._first.tolist(), self._base.tolist()
        functions = index.functions.starts if index.functions is not None else self._first
        inside = self.inside(functions)
        rows = index.listing.address if index.flow is not None else functions[:0]
        self.rows: Ints = np.flatnonzero(self.inside(rows)).astype(np.int64)
        pools = self._pools(half)
        self.rows = self.rows[~contained(rows[self.rows] & -WORD, pools)]
        self.address: Ints = rows[self.rows]
        self.pos: Ints = self.place(self.address)
        starts = functions[inside]
        for _ in range(LONGEST_POOL):
            starts = np.where(contained(starts & -WORD, pools), (starts & -WORD) + WORD, starts)
        starts = starts[self.inside(starts)]
        self.cut(distinct(np.concatenate([self._first, starts])))

    def _pools(self, half: Half) -> Ints:
        """Return the words of ARM code that instructions load and that control does not reach.

        A decoder takes them for instructions now and then.
        """
        listing = half.index.listing
        if half.elf.machine != ARM or not self.rows.size:
            return np.zeros(0, dtype=np.int64)
        loads = (listing.op == LOAD) & (listing.ra >= REGISTERS) & (listing.width == WORD)
        words = distinct(listing.imm[loads] & -WORD)
        words = words[self.inside(words)]
        # Control falls into a run of such words from a row directly before it, if at all.
        first = np.ones(words.size, dtype=np.bool_)
        first[1:] = np.diff(words) != WORD
        after = listing.address + listing.size
        falls = ~((_ENDS[listing.op] & (listing.cond == ALWAYS)) | (listing.op == NOP))
        falls &= ~contained(listing.address & -WORD, words)
        entered = contained(words, after[falls])[first]
        run = np.cumsum(first) - 1
        return words[~entered[run]] if words.size else words

    def part(self, chunks: npt.NDArray[np.bool_]) -> "Code":
        """Return the same code with the rows of the chosen *chunks* alone."""
        found = copy(self)
        found.loose_mask = found.words = found.numbered = None
        kept = chunks[self.chunk]
        for name in ("rows", "address", "pos", "chunk"):
            setattr(found, name, getattr(self, name)[kept])
        return found

    def cut(self, starts: Ints) -> None:
        """Cut the code into chunks that begin at *starts*, which hold those of all ranges."""
        self.starts: Ints = starts
        span = np.searchsorted(self._first, self.starts, side="right") - 1
        following = np.append(self.starts[1:], self._last[-1:])
        self.ends: Ints = np.minimum(following, self._last[span])
        # Rows ascend: as many belong to a chunk as lie between its start and the next.
        bounds = np.append(np.searchsorted(self.address, self.starts), self.address.size)
        chunks = np.arange(-1, self.starts.size, dtype=np.int64)
        self.chunk: Ints = np.repeat(chunks, np.diff(bounds, prepend=0))

    def numbers(self, rows: Ints) -> Ints:
        """Return which rows of the code those *rows* of the listing are, -1 for none."""
        if not self.rows.size:
            return np.full(rows.shape, -1, dtype=np.int64)
        if self.numbered is None:
            self.numbered = np.full(int(self.rows[-1]) + 1, -1, dtype=np.int64)
            self.numbered[self.rows] = np.arange(self.rows.size)
        good = (rows >= 0) & (rows < self.numbered.size)
        return np.asarray(np.where(good, self.numbered[np.where(good, rows, 0)], -1))

    def inside(self, addresses: Ints) -> npt.NDArray[np.bool_]:
        """Return which of *addresses* are code."""
        if not self._first.size:
            return np.zeros(addresses.shape, dtype=np.bool_)
        span = np.searchsorted(self._first, addresses, side="right") - 1
        return np.asarray((span >= 0) & (addresses < self._last[np.maximum(span, 0)]))

    def place(self, addresses: Ints) -> Ints:
        """Return where in `bytes` each of *addresses*, which are code, lies."""
        span = np.searchsorted(self._first, addresses, side="right") - 1
        return np.asarray(self._base[span] + addresses - self._first[span])

    def place_of(self, address: int) -> int:
        """Return what `place` says of one address."""
        first, base = self._spans
        span = bisect_right(first, address) - 1
        return base[span] + address - first[span]

    def owner(self, addresses: Ints) -> Ints:
        """Return the chunk of each address, -1 for what is no code."""
        place = np.searchsorted(self.starts, addresses, side="right") - 1
        good = (place >= 0) & (addresses < self.ends[np.maximum(place, 0)])
        return np.where(good, place, -1)

    def __len__(self) -> int:
        return int(self.starts.size)
