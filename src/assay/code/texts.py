"""Printable, NUL-terminated strings at given addresses of a program."""

from itertools import accumulate, pairwise

import msgspec
import numpy as np

from assay.code import native
from assay.code.memory import Area, Bytes, Ints, filled, range_bounds, where, within
from assay.code.native import address_of
from assay.code.program import Program

LONGEST = 1 << 16
PAGE = 256
"""Bytes for which kernels keep where no text goes on."""

LARGEST = 1 << 31
_PRINTABLE = np.zeros(256, dtype=np.bool_)
_PRINTABLE[0x20:0x7F] = True
_PRINTABLE[[7, 8, 9, 10, 11, 12, 13, 27]] = True
_STOPPING = (~_PRINTABLE).tobytes()
"""What `bytes.translate` makes of each byte: 1 where no text goes on."""


class Texts(msgspec.Struct):
    """Answers where strings are. The ends of all strings of an area are found once."""

    program: Program
    stops: dict[int, Ints] = msgspec.field(default_factory=dict)
    held: dict[int, bytes] = msgspec.field(default_factory=dict)

    def for_kernels(self) -> native.Strings | None:
        """Return what the kernels know of the strings, None where there are none."""
        return strings_of(self.program)

    def lengths(self, addresses: Ints) -> Ints:
        """Return the length of the string at each address; 0 where there is none.

        A single character counts only behind a NUL, or as the tail of another string in memory
        that is never written: elsewhere it is more often a number.
        """
        lengths = np.zeros(addresses.size, dtype=np.int64)
        known = self.for_kernels()
        if known is not None:
            native.run("texts_lengths", known, native.ints(addresses), addresses.size, lengths)
            return lengths
        for area in self.program.memory.areas:
            inside = where((addresses >= area.start) & (addresses < area.end))
            if not inside.size:
                continue
            if area.start not in self.stops:
                self.stops[area.start] = self._stops(area)
            stops = self.stops[area.start]
            if not stops.size:
                continue
            at = addresses[inside] - area.start
            place = stops.searchsorted(at)
            stop = stops[np.minimum(place, stops.size - 1)]
            size = stop - at
            good = (place < stops.size) & (area.data[stop] == 0) & (size < LONGEST)
            before = area.data[np.maximum(at - 1, 0)]
            single = (before == 0) | (area.fixed & _PRINTABLE[before])
            good &= (size > 1) | ((size == 1) & single)
            lengths[inside] = np.where(good, size, 0)
        if not self.program.loose:
            lengths[within(addresses, self.program.code)] = 0
        return lengths

    def length(self, address: int) -> int:
        """Return the length of the string at *address*, 0 where there is none."""
        area = self.program.memory.area(address)
        if area is None:
            return 0  # most of what is asked for one by one is no address at all
        known = self.for_kernels()
        if known is not None:
            return native.run("text_at", known, address)
        if area.start not in self.stops:
            self.stops[area.start] = self._stops(area)
        stops, at = self.stops[area.start], address - area.start
        place = int(stops.searchsorted(at))
        stop = int(stops[place]) if place < stops.size else at
        before = area.data[max(at - 1, 0)]
        if area.data[stop] or not 0 < stop - at < LONGEST:
            return 0
        if stop - at == 1 and before and not (area.fixed and _PRINTABLE[before]):
            return 0
        code = () if self.program.loose else self.program.code
        return 0 if any(start <= address < end for start, end in code) else stop - at

    def _stops(self, area: Area) -> Ints:
        """Return where in *area* no text goes on; code counts as one such place.

        Constants may lie among instructions where sections do not tell them apart.
        """
        found, at = [], 0
        for low, high in walls(self.program, area):
            found += [at + _stopping(area.data[at:low]), np.array([low])]
            at = high
        found.append(at + _stopping(area.data[at:]))
        return np.concatenate(found) if len(found) > 1 else found[0]

    def text(self, address: int, limit: int = 4096) -> bytes:
        """Return the string at *address* without its NUL, at most *limit* bytes."""
        area = self.program.memory.area(address)
        if area is None:
            return b""
        if area.start not in self.held:
            self.held[area.start] = area.data.tobytes()
        held, at = self.held[area.start], address - area.start
        end = held.find(b"\0", at, at + limit)
        return held[at : end if end >= 0 else at + limit]


def walls(program: Program, area: Area) -> list[tuple[int, int]]:
    """Return where code lies in *area* that no text reaches into, ascending."""
    found, at = [], 0
    for start, end in () if program.loose else program.code:
        low, high = start - area.start, min(end, area.end) - area.start
        if 0 <= low < high and low >= at:
            found.append((low, high))
            at = high
    return found


def strings_of(program: Program) -> native.Strings | None:
    """Return what the kernels are told of the strings of *program*, None where there are none."""
    if not native.kernels():
        return None
    if program.strings is None:
        program.strings = _strings_of(program)
    return program.strings


def _strings_of(program: Program) -> native.Strings | None:
    found = program.memory.parts()
    starts, ends = range_bounds(program.code)
    # Text does not reach into code: where its ranges are disjoint that is what begins each.
    code = program.code
    if found is None or not all(one[1] <= other[0] for one, other in pairwise(code)):
        return None
    if any(low >= high for low, high in code):
        return None
    columns, held = found
    pages = [0, *accumulate([one.size // PAGE + 1 for one in held])]
    if not held or columns[0, 0] < 0 or pages[-1] >= LARGEST // PAGE:
        return None
    flags = bytearray([one.fixed for one in program.memory.areas if one.data.size])
    fixed = np.frombuffer(flags, dtype=np.uint8)
    first, stops = np.array(pages, dtype=np.int64), filled(pages[-1], -1, np.int32)
    at, step = address_of(columns), columns.strides[0]
    record = native.Strings(
        len(held), at, at + step, at + 2 * step,
        address_of(fixed), address_of(first), address_of(stops),
        starts.size, address_of(starts), address_of(ends), program.loose,
    )  # fmt: skip
    return native.keeping(record, [columns, fixed, first, stops, starts, ends, held])


def _stopping(data: Bytes) -> Ints:
    """Return the places of the bytes of *data* at which no text goes on."""
    return where(np.frombuffer(data.tobytes().translate(_STOPPING), dtype=np.bool_))
