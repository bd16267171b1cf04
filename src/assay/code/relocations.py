"""Relocations applied as the device's loader would: pointers in data become addresses.

Only those that fill whole words matter to the index. Type numbers: the processor supplements
of the System V ABI (MIPS, ARM, AArch64, PowerPC, i386, AMD64, RISC-V).
"""

import msgspec
import numpy as np

from assay._kernel.value import Value
from assay.code.elf import Elf
from assay.code.memory import Ints, Memory, among, gather, overlapping
from assay.code.symbols import (
    DT_JMPREL,
    DT_MIPS_GOTSYM,
    DT_MIPS_LOCAL_GOTNO,
    DT_PLTGOT,
    DT_PLTREL,
    DT_PLTRELSZ,
    DT_REL,
    DT_RELA,
    DT_RELASZ,
    DT_RELR,
    DT_RELRSZ,
    DT_RELSZ,
    Dynamic,
    file_offset,
)

MAX_RELOCATIONS = 4_000_000


class Kinds(Value):
    """The relocation types of one machine: by load base, by symbol, through a resolver."""

    relative: tuple[int, ...]
    symbolic: tuple[int, ...]
    resolver: tuple[int, ...] = ()


KINDS = {
    3: Kinds((8,), (1, 6, 7), (42,)),
    8: Kinds((3,), (3, 127)),
    20: Kinds((22,), (1, 20, 21), (248,)),
    40: Kinds((23,), (2, 21, 22), (160,)),
    62: Kinds((8,), (1, 6, 7), (37,)),
    183: Kinds((1027,), (257, 1025, 1026), (1032,)),
    243: Kinds((3,), (1, 2, 5), (58,)),
}


def _layout(order: str, bits: int, *, rela: bool) -> "np.dtype[np.void]":
    """Return the fields of one entry."""
    size = bits // 8
    fields = [("place", f"{order}u{size}"), ("info", f"{order}u{size}")]
    return np.dtype(fields + [("addend", f"{order}i{size}")] * rela)


_LAYOUTS = {
    (order, bits, rela): _layout(order, bits, rela=rela)
    for order in "<>"
    for bits in (32, 64)
    for rela in (False, True)
}


class Entries(msgspec.Struct):
    """Relocation entries as columns; `has_addend` tells RELA from REL."""

    place: Ints
    kind: Ints
    symbol: Ints
    addend: Ints
    has_addend: bool


def parse(block: np.typing.NDArray[np.uint8], elf: Elf, *, rela: bool) -> Entries:
    """Return *block* read as REL or RELA entries of *elf*."""
    layout = _LAYOUTS[elf.order, elf.bits, rela]
    count = min(block.size // layout.itemsize, MAX_RELOCATIONS)
    rows = np.frombuffer(block[: count * layout.itemsize].tobytes(), layout)
    info = rows["info"].astype(np.int64)
    shift, mask = (8, 0xFF) if elf.bits == 32 else (32, 0xFFFFFFFF)
    symbol = (info >> shift) & 0xFFFFFFFF
    addend = rows["addend"].astype(np.int64) if rela else np.zeros(count, dtype=np.int64)
    return Entries(rows["place"].astype(np.int64), info & mask, symbol, addend, rela)


def dynamic_entries(elf: Elf, dynamic: Dynamic) -> list[Entries]:
    """Return all relocations that the dynamic segment names."""
    plt_rela = dynamic.get(DT_PLTREL) == DT_RELA
    wanted = [
        (DT_REL, DT_RELSZ, False),
        (DT_RELA, DT_RELASZ, True),
        (DT_JMPREL, DT_PLTRELSZ, plt_rela),
    ]
    found = []
    for tag, size, rela in wanted:
        at = file_offset(elf, dynamic.get(tag))
        length = min(dynamic.get(size), int(elf.data.size))
        if at >= 0 and length:
            found.append(parse(elf.data[at : at + length], elf, rela=rela))
    return found


def address_of(entries: Entries, symbols: Ints) -> Ints:
    """Return the address of the symbol of each entry, 0 where *symbols* has none."""
    known = (entries.symbol >= 0) & (entries.symbol < symbols.size)
    targets = np.zeros(entries.symbol.shape, dtype=np.int64)
    targets[known] = symbols[entries.symbol[known]]
    return targets


def apply(memory: Memory, entries: Entries, kinds: Kinds, symbols: Ints) -> Ints:
    """Write the relocated words into *memory*; return the addresses they now hold.

    *symbols* gives the address of each symbol, 0 where it has none.
    """
    size = memory.pointer_size()
    targets = address_of(entries, symbols)
    relative = among(entries.kind, kinds.relative + kinds.resolver) & (entries.symbol == 0)
    symbolic = among(entries.kind, kinds.symbolic) & (entries.symbol != 0) & (targets != 0)
    base, _ = memory.words(entries.place, size)
    # In REL entries and MIPS tables the addend lies in the word; jump slots hold a stub there.
    lazy = among(entries.kind, (7, 21, 22, 127, 1026, 5)) & symbolic
    addend = entries.addend if entries.has_addend else np.where(lazy, 0, base)
    values = np.where(symbolic, targets + addend, addend)
    chosen = relative | symbolic
    write(memory, entries.place[chosen], values[chosen], size)
    return np.asarray(values[chosen])


def write(memory: Memory, places: Ints, values: Ints, size: int) -> None:
    """Store *values* as words of *size* bytes at the addresses *places* that are mapped."""
    if not places.size or memory.store(places, values, size):
        return
    for area in memory.blocks:
        spot, value = places - area.start, values
        # Places before the area are far behind it as unsigned numbers.
        inside = spot.view(np.uint64) <= max(area.data.size - size, 0)
        if area.data.size < size or not inside.any():
            continue
        if not area.data.flags.writeable:
            area.data = area.data.copy()
            memory.moved += 1
        if not inside.all():
            spot, value = spot[inside], value[inside]
        # Words may be unaligned, and entries of a hostile file may overlap: the last one counts.
        overlapping(area.data, size, memory.order)[spot] = value.astype(f"u{size}")


def packed_relative(elf: Elf, dynamic: Dynamic) -> Ints:
    """Return the places of compact relative relocations (DT_RELR)."""
    at = file_offset(elf, dynamic.get(DT_RELR))
    size = elf.bits // 8
    if at < 0:
        return np.zeros(0, dtype=np.int64)
    length = min(dynamic.get(DT_RELRSZ), int(elf.data.size) - at)
    words = gather(
        elf.data[at : at + length], np.arange(0, length - size + 1, size), size, elf.order
    )
    places: list[int] = []
    where = 0
    for word in words.tolist()[: MAX_RELOCATIONS // 64]:
        if not word & 1:
            places.append(word)
            where = word + size
            continue
        places.extend(where + size * bit for bit in range(elf.bits - 1) if word >> (bit + 1) & 1)
        where += size * (elf.bits - 1)
    return np.array(places, dtype=np.int64)


def mips_table(memory: Memory, dynamic: Dynamic, symbols: Ints) -> Ints:
    """Fill the MIPS global offset table; return the addresses of the local part.

    Slots up to DT_MIPS_LOCAL_GOTNO hold local addresses; the rest are the symbols from
    DT_MIPS_GOTSYM on, in order.
    """
    table, local = dynamic.get(DT_PLTGOT), dynamic.get(DT_MIPS_LOCAL_GOTNO)
    first = dynamic.get(DT_MIPS_GOTSYM)
    if not table or local > MAX_RELOCATIONS or first > symbols.size:
        return np.zeros(0, dtype=np.int64)
    size = memory.pointer_size()
    named = symbols[first:]
    slots = table + size * (local + np.arange(named.size, dtype=np.int64))
    known = named != 0
    write(memory, slots[known], named[known], size)
    values, good = memory.words(table + size * np.arange(2, local, dtype=np.int64), size)
    memory.frozen.append((table, table + size * (local + named.size)))
    # Entries for whole 64-KiB pages are halves of addresses, not pointers.
    return np.asarray(values[good & (values & 0xFFFF != 0)])
