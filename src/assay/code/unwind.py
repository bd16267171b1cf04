"""Function starts from unwind tables: `.eh_frame` and `.ARM.exidx` survive stripping.

References: Linux Standard Base Core 5.0, chapter 10.6 (eh_frame); Exception Handling ABI for
the Arm Architecture, section 6 (index table).
"""

import numpy as np

from assay.code.elf import Elf
from assay.code.highhalf import HIGHEST
from assay.code.memory import Ints, Memory, byte_order, gather, union
from assay.code.program import NO_ADDRESSES, Program

PT_GNU_EH_FRAME = 0x6474E550
PT_ARM_EXIDX = 0x70000001
MAX_ENTRIES = 1_000_000


def function_starts(elf: Elf, program: Program) -> Ints:
    """Return the addresses that the unwind tables of *elf* give as starts of functions.

    Those of `.eh_frame` are noted in *program*: that table is complete where it exists.
    """
    program.fragments = _frames(elf, program.memory)
    return union(_arm_index(elf, program.memory), program.fragments)


def _arm_index(elf: Elf, memory: Memory) -> Ints:
    """Read the index table: pairs of a 31-bit relative function address and its unwinding."""
    place = next((one for one in elf.segments if one.kind == PT_ARM_EXIDX), None)
    if place is None or elf.machine != 40:
        return NO_ADDRESSES
    count = min(place.file_size // 8, MAX_ENTRIES)
    rows = place.address + 8 * np.arange(count, dtype=np.int64)
    words, good = memory.words(rows, 4)
    offset = ((words & 0x7FFFFFFF) ^ 0x40000000) - 0x40000000
    return np.asarray((rows + offset)[good & (words >> 31 == 0)]) & ~1


def _frames(elf: Elf, memory: Memory) -> Ints:
    """Read the start of each frame description, by the sorted table or else one by one."""
    header = next((one for one in elf.segments if one.kind == PT_GNU_EH_FRAME), None)
    if header is not None:
        starts = _sorted_table(memory, header.address)
        if starts.size:
            return starts
    section = elf.section(".eh_frame")
    if section is None or not section.size:
        return NO_ADDRESSES
    return _walk(bytes(elf.body(section)), section.address, elf)


def _sorted_table(memory: Memory, at: int) -> Ints:
    """Read the binary search table of `.eh_frame_hdr` (encoding sdata4, relative to itself)."""
    head = memory.bytes_at(at, 12)
    if len(head) < 12 or head[0] != 1 or head[2] != 0x03 or head[3] != 0x3B:
        return NO_ADDRESSES
    order = byte_order(memory.order)
    count = min(int.from_bytes(head[8:12], order), MAX_ENTRIES)
    area = memory.area(at)
    if area is None:
        return NO_ADDRESSES
    room = (area.end - at - 12) // 8
    rows = at + 12 - area.start + 8 * np.arange(max(0, min(count, room)), dtype=np.int64)
    words = gather(area.data, rows, 4, memory.order)
    return np.asarray(at + ((words ^ 0x80000000) - 0x80000000))


def _walk(block: bytes, address: int, elf: Elf) -> Ints:
    """Read `.eh_frame` record by record: common records give the pointer encoding."""
    order = byte_order(elf.order)
    encodings: dict[int, int] = {}
    found: list[int] = []
    at = 0
    for _ in range(MAX_ENTRIES):
        length = int.from_bytes(block[at : at + 4], order)
        if not length or length >= 0xFFFFFFF0 or at + 4 + length > len(block):
            break
        back = int.from_bytes(block[at + 4 : at + 8], order)
        if back == 0:
            encodings[at] = _encoding(block[at + 8 : at + 4 + length])
        else:
            encoding = encodings.get(at + 4 - back, 0xFF)
            found.extend(_pointer(block, at + 8, address, encoding, elf))
        at += 4 + length
    return np.array([one for one in found if one < HIGHEST], dtype=np.int64)


def _encoding(record: bytes) -> int:
    """Return the pointer encoding that a common record states, 0xFF if none can be read."""
    end = record.find(b"\0", 1)
    if end < 0 or record[1:2] != b"z" or b"R" not in record[1:end]:
        return 0x00
    at = end + 1
    for _ in range(3):  # code alignment, data alignment, return register: LEB128 each
        while at < len(record) and record[at] & 0x80:
            at += 1
        at += 1
    at += 1  # the length of the augmentation data, below 128 in practice
    for letter in record[2:end]:
        if letter == ord("R"):
            return record[at] if at < len(record) else 0xFF
        if letter == ord("L"):
            at += 1
        elif letter == ord("P") and at < len(record):
            at += 1 + {0: 4, 2: 2, 3: 4, 4: 8}.get(record[at] & 7, 4)
    return 0xFF


def _pointer(block: bytes, at: int, address: int, encoding: int, elf: Elf) -> list[int]:
    size = {0: elf.bits // 8, 2: 2, 3: 4, 4: 8}.get(encoding & 7)
    if size is None or encoding & 0x60:
        return []
    order = byte_order(elf.order)
    signed = bool(encoding & 8) or bool(encoding & 0x10)
    value = int.from_bytes(block[at : at + size], order, signed=signed)
    start = value + address + at if encoding & 0x10 else value
    return [start & ((1 << elf.bits) - 1)] if value else []
