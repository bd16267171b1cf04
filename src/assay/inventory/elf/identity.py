"""Names for an ELF file's machine, calling convention and type, and its build id and module facts.

Serves the kind `elf`. Numbers: System V ABI, gABI 4.1, chapter 4 with the registry of machines;
flags of MIPS and ARM from their processor supplements.
"""

import struct
from typing import Literal

from assay.inventory.elf.layout import PT_NOTE, Headers
from assay.inventory.kind import Span, shown

ElfType = Literal["relocatable", "executable", "shared", "core", "other"]

MACHINES = {
    2: "SPARC",
    3: "x86",
    4: "68000",
    8: "MIPS",
    10: "MIPS RS3000",
    18: "SPARC32+",
    20: "PowerPC",
    21: "PowerPC64",
    22: "S/390",
    40: "ARM",
    42: "SuperH",
    43: "SPARC V9",
    50: "IA-64",
    62: "x86-64",
    83: "AVR",
    92: "OpenRISC",
    93: "ARCompact",
    94: "Xtensa",
    106: "Blackfin",
    113: "Nios II",
    140: "TI C6000",
    164: "Hexagon",
    183: "AArch64",
    188: "TILE-Gx",
    189: "MicroBlaze",
    195: "ARCv2",
    243: "RISC-V",
    247: "BPF",
    252: "C-SKY",
    258: "LoongArch",
}
TYPES: dict[int, ElfType] = {1: "relocatable", 2: "executable", 3: "shared", 4: "core"}
MIPS_LEVELS = (
    "MIPS I",
    "MIPS II",
    "MIPS III",
    "MIPS IV",
    "MIPS V",
    "MIPS32",
    "MIPS64",
    "MIPS32r2",
    "MIPS64r2",
    "MIPS32r6",
    "MIPS64r6",
)
MOST_NOTES = 64
MOST_ENTRIES = 200
MOST_TEXT = 400


def machine_name(number: int) -> str:
    """Return the name of machine *number*; unknown ones are named by their number."""
    return MACHINES.get(number, f"machine {number}")


def abi_name(headers: Headers) -> str:
    """Return the calling convention as far as the header's flags state it."""
    flags = headers.flags
    if headers.machine == 8:
        level = flags >> 28
        name = MIPS_LEVELS[level] if level < len(MIPS_LEVELS) else f"level {level}"
        if headers.bits == 64:
            return f"n64, {name}"
        return f"{'n32' if flags & 0x20 else 'o32'}, {name}"
    if headers.machine == 40:
        float_abi = {0x400: ", hard float", 0x200: ", soft float"}.get(flags & 0x600, "")
        return f"EABI{flags >> 24}{float_abi}" if flags >> 24 else "OABI"
    return ""


def build_id(headers: Headers) -> Span | None:
    """Return where the GNU build id is, with its hex digits as text; None without one."""
    for segment in headers.segments:
        if segment.kind == PT_NOTE:
            found = _build_id_in(headers, segment.offset, segment.size)
            if found is not None:
                return found
    section = headers.section(".note.gnu.build-id")
    return None if section is None else _build_id_in(headers, section.offset, section.size)


def _build_id_in(headers: Headers, offset: int, size: int) -> Span | None:
    content, stop = headers.content, offset + size
    for _ in range(MOST_NOTES):
        if offset + 12 > stop:
            return None
        name_size, length, kind = struct.unpack_from(headers.mark + "III", content, offset)
        name_at = offset + 12
        at = name_at + (name_size + 3 & ~3)
        if at + length > stop:
            return None
        if kind == 3 and content[name_at : name_at + name_size] == b"GNU\0":
            length = min(length, 64)
            return Span(offset=at, length=length, text=content[at : at + length].hex())
        offset = at + (length + 3 & ~3)
    return None


def texts_of(headers: Headers, name: str) -> tuple[Span, ...]:
    """Return the zero-terminated texts of the section *name* (`.comment`, `.modinfo`)."""
    section = headers.section(name)
    if section is None:
        return ()
    found = []
    at = section.offset
    for piece in headers.content[at : at + min(section.size, 1 << 16)].split(b"\0"):
        if piece:
            body = piece[:MOST_TEXT]
            found.append(Span(offset=at, length=len(body), text=shown(body)))
        at += len(piece) + 1
        if len(found) == MOST_ENTRIES:
            break
    return tuple(found)
