"""Unwind tables: each record describes the counterpart of the code that it described.

References: Linux Standard Base Core 5.0, chapter 10.6 (eh_frame); Exception Handling ABI for
the Arm Architecture, section 6 (index table).
"""

import struct
from collections import Counter
from collections.abc import Iterator

import numpy as np

from assay.code.memory import Ints, contained, without
from assay.compare.elf.half import Half
from assay.compare.elf.state import State
from assay.compare.elf.zones import Zone

MOST_RECORDS = 1_000_000
PCREL_SIGNED4 = 0x1B
Record = tuple[int, int, bytes, bytes, int]


def prove_frames(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two `.eh_frame` zones describe corresponding code alike."""
    placed = _records(state.a, left), _records(state.b, right)
    if placed[0] is None or placed[1] is None:
        return False
    first, second = ([record for _, record in one] for one in placed if one is not None)
    pairing = state.pairing
    partners = without(np.arange(len(state.b.code)), pairing.b_of[pairing.same])
    first = _kept(state.a, first, np.flatnonzero(~pairing.same))
    second = _kept(state.b, second, partners)
    return Counter(_moved(state, one) for one in first) == Counter(second)


def _kept(half: Half, records: list[Record], differing: Ints) -> list[Record]:
    """Return *records* without those of chunks that differ: their frames differ with them."""
    if not records or not differing.size:
        return records
    chunks = half.code.owner(np.array([one[0] for one in records], dtype=np.int64))
    keep = ~contained(chunks, differing)
    return [one for one, good in zip(records, keep.tolist(), strict=True) if good]


def _moved(state: State, record: Record) -> Record:
    start, size, common, rest, lsda = record
    return state.map.one(start), size, common, rest, state.map.one(lsda) if lsda else 0


def _records(half: Half, zone: Zone) -> list[tuple[int, Record]] | None:
    """Return the address of each record and what it says, None if one is odd.

    That is (start, size, common record, instructions, handler data).
    """
    body = half.body(zone)
    order = half.elf.order
    commons: dict[int, bytes] = {}
    found: list[tuple[int, Record]] = []
    at = 0
    for _ in range(MOST_RECORDS):
        if at + 4 > len(body):
            break
        (length,) = struct.unpack_from(order + "I", body, at)
        if length == 0:
            at += 4
            continue
        if length >= 0xFFFFFFF0 or at + 4 + length > len(body) or length < 4:
            return None
        (back,) = struct.unpack_from(order + "I", body, at + 4)
        record = body[at + 8 : at + 4 + length]
        if back == 0:
            commons[at] = record
        else:
            entry = _entry(half, zone, at, record, commons.get(at + 4 - back))
            if entry is None:
                return None
            found.append((zone.address + at, entry))
        at += 4 + length
    return found


def _entry(half: Half, zone: Zone, at: int, record: bytes, common: bytes | None) -> Record | None:
    if common is None or len(record) < 8:
        return None
    letters = common[1:].split(b"\0")[0]
    if letters not in {b"zR", b"zPLR"} or common[:1] != b"\x01":
        return None
    offset, size = struct.unpack_from(half.elf.order + "iI", record)
    start = zone.address + at + 8 + offset
    rest, lsda = record[8:], 0
    if letters == b"zPLR":
        if len(rest) < 5 or rest[0] != 4:
            return None
        (pointer,) = struct.unpack_from(half.elf.order + "i", rest, 1)
        lsda = zone.address + at + 17 + pointer if pointer else 0
        rest = rest[:1] + rest[5:]
        # The personality is a pointer relative to its own place: it counts as data.
        common = letters
    # Records are filled up with DW_CFA_nop, which is zero.
    return start & ((1 << half.elf.bits) - 1), size, common, rest.rstrip(b"\0"), lsda


def prove_index(half: Half) -> bool:
    """Say whether `.eh_frame_hdr` lists exactly the records of `.eh_frame`, sorted."""
    header, frames = half.zone(".eh_frame_hdr"), half.zone(".eh_frame")
    if header is None or frames is None:
        return header is frames
    body = half.body(header)
    if len(body) < 12 or body[:4] != b"\x01\x1b\x03\x3b":
        return False
    records = _records(half, frames)
    if records is None:
        return False
    pointer, count = struct.unpack_from(half.elf.order + "iI", body, 4)
    if header.address + 4 + pointer != frames.address or len(body) < 12 + 8 * count:
        return False
    rows = struct.unpack_from(f"{half.elf.order}{2 * count}i", body, 12)
    listed = [(header.address + one, header.address + two) for one, two in _by_two(rows)]
    ordered = sorted(listed) == listed and not any(body[12 + 8 * count :])
    return ordered and listed == sorted((record[0], place) for place, record in records)


def _by_two(words: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    return zip(words[::2], words[1::2], strict=True)


def prove_arm_index(state: State, left: Zone, right: Zone) -> bool:
    """Say whether two `.ARM.exidx` zones describe corresponding functions alike."""
    first, second = _arm_entries(state.a, left), _arm_entries(state.b, right)
    if len(first) != len(second):
        return False
    starts, kinds = np.array(first, dtype=np.int64).reshape(-1, 2).T
    others, other_kinds = np.array(second, dtype=np.int64).reshape(-1, 2).T
    inline = (kinds >> 31 & 1 == 1) | (kinds == 1)
    fine = state.same(starts, others)
    chunks = state.a.code.owner(starts)
    differing = (chunks >= 0) & ~state.pairing.same[np.maximum(chunks, 0)]
    same = np.where(inline, kinds == other_kinds, state.same(kinds, other_kinds))
    return bool(((fine & same) | differing).all())


def _arm_entries(half: Half, zone: Zone) -> list[tuple[int, int]]:
    """Return (function, inline data or address of the table) of each entry."""
    body = half.body(zone)
    count = len(body) // 8
    words = struct.unpack_from(f"{half.elf.order}{2 * count}I", body)
    found = []
    for number in range(count):
        place = zone.address + 8 * number
        first, second = words[2 * number], words[2 * number + 1]
        if second != 1 and not second >> 31:
            second = place + 4 + _signed31(second)
        found.append((place + _signed31(first), second))
    return found


def _signed31(value: int) -> int:
    return ((value & 0x7FFFFFFF) ^ 0x40000000) - 0x40000000
