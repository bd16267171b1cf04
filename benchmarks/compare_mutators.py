"""Changes to programs that must never be called equivalent: in the code, in data, in hiding places.

Each mutator takes a `Target` and a random generator and returns a pair of programs, or None where
it does not apply. Most leave the first one alone; those that need a trap on both sides do not.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from assay.code.listing import BRANCH, CALL, CMPI, CONST, NOP
from assay.compare.elf.half import Half, read_half

Pair = tuple[bytes, bytes]
Mutator = Callable[["Target", random.Random], "Mutation | None"]
X86, A64, ARM, MIPS = 62, 183, 40, 8
PT_LOAD, PT_NOTE, GNU_STACK, GNU_RELRO, PT_INTERP = 1, 4, 0x6474E551, 0x6474E552, 3
PLACES = {64: (32, 40, 54, 56, 58, 60), 32: (28, 32, 42, 44, 46, 48)}


@dataclass
class Mutation:
    """Two programs, and the address of the function that was changed, -1 for none."""

    a: bytes
    b: bytes
    address: int = -1


@dataclass
class Target:
    """A program to be changed, and what the mutators need to know of it."""

    data: bytes
    half: Half = field(init=False)

    def __post_init__(self) -> None:
        self.half = read_half(self.data)

    @property
    def order(self) -> str:
        """The byte order as `struct` writes it."""
        return self.half.elf.order

    @property
    def machine(self) -> int:
        """The processor."""
        return self.half.elf.machine

    def offset(self, address: int) -> int:
        """Return the place in the file of *address*, -1 for none."""
        zone = self.half.zone_at(address)
        return -1 if zone is None or zone.offset < 0 else zone.offset + address - zone.address

    def rows(self, *operations: int) -> list[int]:
        """Return the rows of the listing with one of *operations* inside functions of `.text`."""
        index = self.half.index
        text = self.half.zone(".text")
        if text is None:
            return []
        address = index.listing.address
        good = np.isin(index.listing.op, operations) & (index.owner >= 0)
        good &= (address >= text.address) & (address < text.end)
        return np.flatnonzero(good).tolist()

    def patched(self, offset: int, content: bytes, address: int = -1) -> Mutation | None:
        """Return the program with *content* at *offset*; None when that changes nothing."""
        changed = self.data[:offset] + content + self.data[offset + len(content) :]
        if offset < 0 or changed == self.data:
            return None
        return Mutation(self.data, changed, address)

    def word(self, row: int) -> tuple[int, int, int]:
        """Return offset, size and value (in the program's order) of a row."""
        listing = self.half.index.listing
        at = self.offset(int(listing.address[row]))
        size = int(listing.size[row])
        order = "little" if self.order == "<" else "big"
        return at, size, int.from_bytes(self.data[at : at + size], order)  # type: ignore[arg-type]

    def rewritten(self, row: int, value: int) -> Mutation | None:
        """Return the program with another word at *row*."""
        at, size, _ = self.word(row)
        order = "little" if self.order == "<" else "big"
        content = (value & ((1 << 8 * size) - 1)).to_bytes(size, order)  # type: ignore[arg-type]
        return self.patched(at, content, int(self.half.index.listing.address[row]))


def _pick(rng: random.Random, rows: list[int]) -> int | None:
    return rng.choice(rows) if rows else None


def flip_branch(target: Target, rng: random.Random) -> Mutation | None:
    """Turn a condition into its opposite."""
    listing = target.half.index.listing
    rows = [row for row in target.rows(BRANCH) if int(listing.cond[row]) in (1, 2)]
    row = _pick(rng, rows)
    if row is None:
        return None
    at, size, word = target.word(row)
    if target.machine == X86:
        place = 1 if target.data[at] == 0x0F else 0
        code = target.data[at + place] ^ 1
        return target.patched(at + place, bytes([code]), int(listing.address[row]))
    if target.machine == A64:
        return target.rewritten(row, word ^ (1 if word >> 24 == 0x54 else 1 << 24))
    if target.machine == MIPS:
        return target.rewritten(row, word ^ 1 << 26)
    if size == 2:
        return target.rewritten(row, word ^ (0x100 if word >> 12 == 0xD else 0x800))
    return None


def drop_call(target: Target, rng: random.Random) -> Mutation | None:
    """Replace a call by instructions that do nothing."""
    row = _pick(rng, target.rows(CALL))
    if row is None:
        return None
    at, size, _ = target.word(row)
    nothing = {
        X86: bytes.fromhex("0f1f440000"), A64: bytes.fromhex("1f2003d5"), MIPS: bytes(4),
        ARM: bytes.fromhex("00bf00bf"),
    }[target.machine]  # fmt: skip
    if len(nothing) != size:
        return None
    return target.patched(at, nothing, int(target.half.index.listing.address[row]))


def retarget_call(target: Target, rng: random.Random) -> Mutation | None:
    """Let a call go to another function."""
    index = target.half.index
    rows = target.rows(CALL)
    row = _pick(rng, rows)
    if row is None or index.functions is None:
        return None
    at, size, word = target.word(row)
    address, old = int(index.listing.address[row]), int(index.listing.imm[row])
    starts = [s for s in index.functions.starts.tolist() if s != old and abs(s - address) < 1 << 17]
    new = rng.choice(starts) if starts else 0
    if not new:
        return None
    if target.machine == X86 and target.data[at] == 0xE8:
        return target.patched(at + 1, struct.pack("<i", new - address - 5), address)
    if target.machine == A64:
        return target.rewritten(row, word & 0xFC000000 | (new - address) >> 2 & 0x3FFFFFF)
    if target.machine == MIPS and word >> 16 == 0x0411:
        return target.rewritten(row, word & 0xFFFF0000 | (new - address - 4) >> 2 & 0xFFFF)
    del size
    return None


def change_constant(target: Target, rng: random.Random) -> Mutation | None:
    """Change a small constant that is compared or set."""
    listing = target.half.index.listing
    rows = [
        row for row in target.rows(CMPI, CONST)
        if 1 < int(listing.imm[row]) < 100 and int(listing.ra[row]) != 253
    ]  # fmt: skip
    row = _pick(rng, rows)
    if row is None:
        return None
    at, size, word = target.word(row)
    address, value = int(listing.address[row]), int(listing.imm[row])
    if target.machine == X86:
        for place in (size - 1, size - 4):
            if place > 0 and target.data[at + place] == value:
                return target.patched(at + place, bytes([value ^ 1]), address)
        return None
    if target.machine == A64:
        shift = 5 if word & 0x1F800000 == 0x12800000 else 10
        return target.rewritten(row, word ^ 1 << shift)
    if target.machine == MIPS or size == 2:
        return target.rewritten(row, word ^ 1) if word & 0xFF == value else None
    return None


def edit_string(target: Target, rng: random.Random) -> Mutation | None:
    """Change a character of a string that code refers to."""
    references = target.half.index.references
    if references is None:
        return None
    places = references.target[references.length > 4].tolist()
    rng.shuffle(places)
    for place in places[:20]:
        zone = target.half.zone_at(place)
        if zone is not None and not zone.code and zone.offset >= 0:
            at = target.offset(place) + rng.randrange(3)
            new = ord("Q") if target.data[at] != ord("Q") else ord("x")
            return target.patched(at, bytes([new]))
    return None


def edit_data(target: Target, rng: random.Random) -> Mutation | None:
    """Change a byte of initialised or constant data."""
    zone = target.half.zone(rng.choice([".data", ".rodata"]))
    if zone is None or zone.offset < 0:
        return None
    at = zone.offset + rng.randrange(zone.size)
    return target.patched(at, bytes([target.data[at] ^ rng.randrange(1, 255)]))


def _relocations(target: Target, name: str) -> tuple[int, int, int] | None:
    """Return offset, entry size and count of a table of relocations."""
    for prefix in (".rela", ".rel"):
        zone = target.half.zone(prefix + name)
        if zone is not None:
            step = {(".rela", 64): 24, (".rela", 32): 12, (".rel", 32): 8, (".rel", 64): 16}
            size = step[prefix, target.half.elf.bits]
            return zone.offset, size, zone.size // size
    return None


def swap_import(target: Target, rng: random.Random) -> Mutation | None:
    """Exchange the symbols of two imports."""
    found = _relocations(target, ".plt")
    if found is None or found[2] < 2:
        return None
    at, step, count = found
    one, two = rng.sample(range(count), 2)
    wide = target.half.elf.bits == 64
    place, size = (8, 8) if wide else (4, 4)
    first = target.data[at + step * one + place :][:size]
    second = target.data[at + step * two + place :][:size]
    data = bytearray(target.data)
    data[at + step * one + place : at + step * one + place + size] = second
    data[at + step * two + place : at + step * two + place + size] = first
    return Mutation(target.data, bytes(data)) if bytes(data) != target.data else None


def swap_pointers(target: Target, rng: random.Random) -> Mutation | None:
    """Exchange what two relocated pointers lead to."""
    found = _relocations(target, ".dyn")
    if found is None or found[2] < 8:
        return None
    at, step, count = found
    one, two = rng.sample(range(1, min(count, 200)), 2)
    data = bytearray(target.data)
    if step in (24, 12):
        half = step // 3
        places = [at + step * n + 2 * half for n in (one, two)]
    else:
        half = target.half.elf.bits // 8
        words = [
            int.from_bytes(
                data[at + step * n : at + step * n + half],
                "little" if target.order == "<" else "big",
            )
            for n in (one, two)
        ]
        places = [target.offset(word) for word in words]
    if min(places) < 0:
        return None
    first, second = (bytes(data[p : p + half]) for p in places)
    data[places[0] : places[0] + half], data[places[1] : places[1] + half] = second, first
    return Mutation(target.data, bytes(data)) if bytes(data) != target.data else None


def edit_jump_table(target: Target, rng: random.Random) -> Mutation | None:
    """Let one entry of a jump table lead where another does."""
    tables = [table for table in target.half.index.tables if table.entries > 3]
    if not tables:
        return None
    table = rng.choice(tables)
    at = target.offset(table.address)
    one, two = rng.sample(range(table.entries), 2)
    content = target.data[at + table.size * two : at + table.size * (two + 1)]
    if at < 0:
        return None
    return target.patched(at + table.size * one, content)


def edit_table(target: Target, rng: random.Random) -> Mutation | None:
    """Change a local entry of the MIPS global offset table."""
    zone = target.half.zone(".got")
    functions = target.half.index.functions
    if target.machine != MIPS or zone is None or functions is None:
        return None
    at = zone.offset + 4 * rng.randrange(2, 20)
    new = int(rng.choice(functions.starts.tolist()))
    return target.patched(at, struct.pack(target.order + "I", new))


def move_entry(target: Target, rng: random.Random) -> Mutation | None:
    """Start the program somewhere else."""
    functions = target.half.index.functions
    if functions is None:
        return None
    new = int(rng.choice(functions.starts.tolist()))
    kind = "Q" if target.half.elf.bits == 64 else "I"
    return target.patched(24, struct.pack(target.order + kind, new))


def swap_symbols(target: Target, rng: random.Random) -> Mutation | None:
    """Exchange the addresses of two exported functions."""
    zone = target.half.zone(".dynsym")
    if zone is None:
        return None
    wide = target.half.elf.bits == 64
    step, place, size = (24, 8, 8) if wide else (16, 4, 4)
    defined = [
        n for n in range(1, zone.size // step)
        if target.data[zone.offset + step * n + (4 if wide else 12)] & 15 == 2
        and any(target.data[zone.offset + step * n + place :][:size])
    ]  # fmt: skip
    if len(defined) < 2:
        return None
    one, two = (zone.offset + step * n + place for n in rng.sample(defined, 2))
    data = bytearray(target.data)
    data[one : one + size], data[two : two + size] = data[two : two + size], data[one : one + size]
    return Mutation(target.data, bytes(data)) if bytes(data) != target.data else None


def other_library(target: Target, rng: random.Random) -> Mutation | None:
    """Load another library."""
    zone = target.half.zone(".dynstr")
    at = target.half.data.find(b"libc.so", zone.offset) if zone else -1
    del rng
    return target.patched(at, b"libx") if at > 0 else None


def other_loader(target: Target, rng: random.Random) -> Mutation | None:
    """Name another loader."""
    del rng
    zone = target.half.zone(".interp")
    return target.patched(zone.offset + 2, b"q") if zone else None


def _headers(target: Target) -> list[tuple[int, int, int]]:
    """Return (offset, kind, flags' offset) of the program headers."""
    wide = target.half.elf.bits == 64
    at = struct.unpack_from(target.order + ("Q" if wide else "I"), target.data, 32 if wide else 28)
    step, count = struct.unpack_from(target.order + "HH", target.data, 54 if wide else 42)
    found = []
    for number in range(count):
        place = at[0] + step * number
        (kind,) = struct.unpack_from(target.order + "I", target.data, place)
        found.append((place, kind, place + (4 if wide else 24)))
    return found


def _flag(target: Target, kind: int, flag: int) -> Mutation | None:
    for _, found, place in _headers(target)[::-1]:
        (flags,) = struct.unpack_from(target.order + "I", target.data, place)
        if found == kind and not flags & flag:
            return target.patched(place, struct.pack(target.order + "I", flags | flag))
    return None


def executable_data(target: Target, rng: random.Random) -> Mutation | None:
    """Make a segment of data executable."""
    del rng
    return _flag(target, PT_LOAD, 1)


def writable_code(target: Target, rng: random.Random) -> Mutation | None:
    """Make a segment that is read only writable."""
    del rng
    return _flag(target, PT_LOAD, 2)


def executable_stack(target: Target, rng: random.Random) -> Mutation | None:
    """Ask for an executable stack."""
    del rng
    return _flag(target, GNU_STACK, 1)


def no_relro(target: Target, rng: random.Random) -> Mutation | None:
    """Leave tables of pointers writable."""
    del rng
    for place, kind, _ in _headers(target):
        if kind == GNU_RELRO:
            return target.patched(place, struct.pack(target.order + "I", 0))
    return None


def code_in_padding(target: Target, rng: random.Random) -> Mutation | None:
    """Put instructions between functions."""
    index = target.half.index
    text = target.half.zone(".text")
    address = index.listing.address
    idle = (index.listing.op == NOP) & (index.owner < 0)
    if text is None:
        return None
    idle &= (address >= text.address) & (address < text.end)
    row = _pick(rng, np.flatnonzero(idle).tolist())
    if row is None:
        return None
    at, size, _ = target.word(row)
    code = {X86: b"\xc3\xcd\x80\x0f\x05\x90\x90\x90", A64: b"\x01\x00\x00\xd4", MIPS: b"\x0c\0\0\0",
            ARM: b"\x00\xdf\x00\xdf"}[target.machine]  # fmt: skip
    return target.patched(at, (code * 2)[:size])


def behind_the_end(target: Target, rng: random.Random) -> Mutation | None:
    """Append bytes to the file."""
    return Mutation(target.data, target.data + rng.randbytes(64))


def in_a_gap(target: Target, rng: random.Random) -> Mutation | None:
    """Write into zeros of a loaded page that no section claims."""
    gaps = [zone for zone in target.half.zones if not zone.name and zone.size >= 8]
    gaps = [zone for zone in gaps if not any(target.half.body(zone)[-8:]) and zone.offset > 0]
    if not gaps:
        return None
    zone = rng.choice(gaps)
    return target.patched(zone.offset + zone.size - 8, b"payload!")


def in_slack(target: Target, rng: random.Random) -> Mutation | None:
    """Write into zeros of the file that nothing claims, as far as the file is mapped by pages."""
    run = target.data.find(bytes(64))
    places = []
    while run >= 0 and len(places) < 50:
        places.append(run + 16)
        run = target.data.find(bytes(64), run + 256)
    taken = [(z.offset, z.offset + z.size) for z in target.half.zones if z.offset >= 0 and z.name]
    free = [p for p in places if not any(s - 16 <= p < e for s, e in taken)]
    return target.patched(rng.choice(free), b"\xcd\x80payload") if free else None


def loaded_comment(target: Target, rng: random.Random) -> Mutation | None:
    """Load the comment section on both sides, and change it on one."""
    section = target.half.elf.section(".comment")
    wide = target.half.elf.bits == 64
    free = [place for place, kind, _ in _headers(target) if kind in {PT_NOTE, GNU_STACK}]
    if section is None or not free:
        return None
    address = 0x7000000 + section.offset
    if wide:
        header = struct.pack(
            target.order + "IIQQQQQQ", 1, 5, section.offset, address, address, section.size,
            section.size, 0x1000,
        )  # fmt: skip
    else:
        header = struct.pack(
            target.order + "8I", 1, section.offset, address, address, section.size, section.size,
            5, 0x1000,
        )  # fmt: skip
    data = bytearray(target.data)
    data[free[-1] : free[-1] + len(header)] = header
    other = bytearray(data)
    other[section.offset + rng.randrange(section.size - 1)] ^= 1
    return Mutation(bytes(data), bytes(other))


def _section_header(target: Target, name: str) -> tuple[int, int] | None:
    """Return the offset of a section's header and of its flags."""
    wide = target.half.elf.bits == 64
    section = target.half.elf.section(name)
    (at,) = struct.unpack_from(
        target.order + ("Q" if wide else "I"), target.data, 40 if wide else 32
    )
    if section is None:
        return None
    place = at + (64 if wide else 40) * section.index
    return place, place + 8


def lying_section(target: Target, rng: random.Random) -> Mutation | None:
    """Declare constant data a section that is not loaded on both sides, and change it on one."""
    found = _section_header(target, ".rodata")
    section = target.half.elf.section(".rodata")
    comment = target.half.elf.section(".comment")
    if found is None or section is None or comment is None:
        return None
    data = bytearray(target.data)
    kind = "Q" if target.half.elf.bits == 64 else "I"
    struct.pack_into(target.order + kind, data, found[1], 0)
    names = _section_header(target, ".comment")
    data[found[0] : found[0] + 4] = data[names[0] : names[0] + 4] if names else b""
    other = bytearray(data)
    other[section.offset + rng.randrange(8, section.size)] ^= 1
    return Mutation(bytes(data), bytes(other))


def zeroed_section(target: Target, rng: random.Random) -> Mutation | None:
    """Declare data zeroed memory on both sides, and change it on one."""
    found = _section_header(target, ".data")
    section = target.half.elf.section(".data")
    if found is None or section is None or not section.size:
        return None
    data = bytearray(target.data)
    struct.pack_into(target.order + "I", data, found[0] + 4, 8)
    other = bytearray(data)
    other[section.offset + rng.randrange(section.size)] ^= 0x11
    return Mutation(bytes(data), bytes(other))


def wrong_unwinding(target: Target, rng: random.Random) -> Mutation | None:
    """Let an unwind record describe other code."""
    zone = target.half.zone(".ARM.exidx") or target.half.zone(".eh_frame")
    if zone is None or zone.size < 64:
        return None
    at = zone.offset + 32 + 8 * rng.randrange((zone.size - 40) // 8)
    return target.patched(at, bytes([target.data[at] ^ 0x10]))


def used_build_id(target: Target, rng: random.Random) -> Mutation | None:
    """Call into the build identifier on both sides, and let it hold other bytes on one."""
    note = target.half.zone(".note.gnu.build-id")
    rows = target.rows(CALL)
    if note is None or not rows:
        return None
    row = rng.choice(rows)
    at, size, word = target.word(row)
    address, new = int(target.half.index.listing.address[row]), note.address + 16
    data = bytearray(target.data)
    if target.machine == X86 and data[at] == 0xE8:
        struct.pack_into("<i", data, at + 1, new - address - 5)
    elif target.machine == A64:
        struct.pack_into("<I", data, at, word & 0xFC000000 | (new - address) >> 2 & 0x3FFFFFF)
    else:
        return None
    del size
    other = bytearray(data)
    other[note.offset + 20] ^= 0x55
    return Mutation(bytes(data), bytes(other))


def other_version(target: Target, rng: random.Random) -> Mutation | None:
    """Ask for another version of a symbol."""
    zone = target.half.zone(".gnu.version")
    if zone is None or zone.size < 8:
        return None
    at = zone.offset + 2 * rng.randrange(1, zone.size // 2)
    return target.patched(at, bytes([target.data[at] ^ 1]))


def other_dynamic(target: Target, rng: random.Random) -> Mutation | None:
    """Change a value of the dynamic segment."""
    zone = target.half.zone(".dynamic")
    if zone is None:
        return None
    step = target.half.elf.bits // 4
    at = zone.offset + step * rng.randrange(1, zone.size // step - 4) + step // 2
    return target.patched(at, bytes([target.data[at] ^ 8]))


def broken_hash(target: Target, rng: random.Random) -> Mutation | None:
    """Make an exported symbol impossible to find."""
    zone = target.half.zone(".gnu.hash") or target.half.zone(".hash")
    if zone is None or zone.size < 40:
        return None
    at = zone.offset + zone.size - 4 * rng.randrange(1, 4)
    return target.patched(at, bytes([target.data[at] ^ 0x40]))


def pointer_in_data(target: Target, rng: random.Random) -> Mutation | None:
    """Drop a relocation, so that a pointer stays what the file says."""
    found = _relocations(target, ".dyn")
    if found is None or found[2] < 4:
        return None
    at, step, count = found
    place = at + step * rng.randrange(count) + (8 if target.half.elf.bits == 64 else 4)
    return target.patched(place, bytes(target.half.elf.bits // 8))


SEMANTIC: dict[str, Mutator] = {
    one.__name__: one
    for one in (
        flip_branch, drop_call, retarget_call, change_constant, edit_string, edit_data,
        swap_import, swap_pointers, edit_jump_table, edit_table, move_entry, swap_symbols,
        other_library, other_loader,
    )
}  # fmt: skip
HIDDEN: dict[str, Mutator] = {
    one.__name__: one
    for one in (
        code_in_padding, executable_data, writable_code, executable_stack, no_relro,
        behind_the_end, in_a_gap, in_slack, loaded_comment, lying_section, zeroed_section,
        wrong_unwinding, used_build_id, other_version, other_dynamic, broken_hash,
        pointer_in_data,
    )
}  # fmt: skip
