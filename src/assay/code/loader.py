"""From ELF headers to a Program: map it, name it, relocate it, say where its code lies.

The section table is believed only where it agrees with the load segments, because a device
never reads it; a file without one is read through its segments alone.
"""

import numpy as np

from assay.code.elf import (
    ET_EXEC,
    ET_REL,
    PF_W,
    PF_X,
    PT_DYNAMIC,
    PT_GNU_RELRO,
    PT_INTERP,
    PT_LOAD,
    PT_NOTE,
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHF_WRITE,
    SHT_NOBITS,
    SHT_NOTE,
    Elf,
)
from assay.code.encodings import leave_out
from assay.code.highhalf import HIGHEST, fold, without_damage
from assay.code.kernelnames import name_kernel
from assay.code.memory import Area, Ints, Memory, among, distinct, merge, where, within
from assay.code.naming import name_symbols
from assay.code.objects import lay_out
from assay.code.program import Program
from assay.code.relocations import (
    KINDS,
    Kinds,
    apply,
    dynamic_entries,
    mips_table,
    packed_relative,
)
from assay.code.symbols import (
    DT_FINI,
    DT_FINI_ARRAY,
    DT_FINI_ARRAYSZ,
    DT_INIT,
    DT_INIT_ARRAY,
    DT_INIT_ARRAYSZ,
    DT_JMPREL,
    DT_PLTRELSZ,
    DT_REL,
    DT_RELA,
    DT_RELASZ,
    DT_RELSZ,
    DT_STRSZ,
    DT_STRTAB,
    DT_SYMTAB,
    SymbolTable,
    dynamic_symbols,
    read_dynamic,
    static_symbols,
)
from assay.code.unwind import PT_GNU_EH_FRAME, function_starts

ARM, MIPS = 40, 8
IFUNC = 10
MOST_AT_LOAD = 200
LARGEST_ZEROED = 1 << 28
HEADERS = {32: (52, 32), 64: (64, 56)}
"""The sizes of the file's header and of one of a segment, in bytes."""

UNWINDING = (".eh_frame", ".gcc_except_table", ".ARM.ex", ".interp")
FINAL_SIZE = {MIPS: 0x50, ARM: 0x8}
"""How long the `.fini` section of a machine usually is, in bytes."""


def load(elf: Elf) -> Program:
    """Return the program of *elf*, relocated and named."""
    if elf.kind == ET_REL:
        return lay_out(elf)
    folded = fold(elf)
    found, elf = elf, without_damage(folded)
    memory = Memory(_areas(elf), elf.order, elf.bits)
    program = Program(
        elf.machine,
        elf.bits,
        elf.order,
        elf.flags,
        elf.entry,
        memory,
        _code_ranges(elf, memory),
        problems=elf.problems,
    )
    memory.zeroed = [
        (one.address + one.file_size, one.address + min(one.memory_size, LARGEST_ZEROED))
        for one in elf.segments
        if one.kind == PT_LOAD and one.memory_size > one.file_size
    ]
    program.fixed = elf.kind == ET_EXEC
    program.folded = folded is not found
    program.interpreter = any(one.kind == PT_INTERP for one in elf.segments)
    program.dynamic = read_dynamic(elf)
    program.described = _described(elf, program)
    if program.code == merge([(one.start, one.end) for one in memory.areas if one.code]):
        program.loose = True
        program.code = [_narrowed(program, span) for span in program.code]
        program.code = merge(program.code + _stub_ranges(program, elf))
    dynamic, static = dynamic_symbols(elf, program.dynamic), static_symbols(elf)
    program.stripped = static is None
    leave_out(program, elf, (dynamic, static))
    addresses = _import_addresses(program, dynamic)
    for one in (dynamic, static):
        if one is not None:
            name_symbols(program, one)
            program.resolvers += tuple(one.value[(one.kind == IFUNC) & ~one.undefined].tolist())
    name_kernel(program, found)
    _relocate(program, elf, addresses)
    _freeze(program, elf)
    _certain_starts(program, elf)
    program.hints = compiler_hints(elf)
    _recognise(program)
    return program


def compiler_hints(elf: Elf) -> list[str]:
    """Return the compiler versions that the comment section names, each once."""
    section = elf.section(".comment")
    if section is None:
        return []
    parts = bytes(elf.body(section)[:4096]).split(b"\0")
    return list(dict.fromkeys(part.decode("latin-1") for part in parts if part))[:6]


def _recognise(program: Program) -> None:
    """Name packing that hides the code."""
    packed = any(bytes(area.data[:4096]).find(b"UPX!") >= 0 for area in program.memory.areas)
    if packed and not program.dynamic.tags:
        program.problems.append("packed by UPX: the index covers only the unpacker")


def _areas(elf: Elf) -> list[Area]:
    loads = [one for one in elf.segments if one.kind == PT_LOAD and one.file_size]
    areas: list[Area] = []
    for one in sorted(loads, key=lambda part: part.address):
        data = elf.data[one.offset : one.offset + one.file_size]
        if areas and one.address < areas[-1].end:
            elf.problems.append(f"load segments overlap at {one.address:#x}")
            cut = min(areas[-1].end - one.address, int(data.size))
            data = data[cut:]
            one_start, offset = one.address + cut, one.offset + cut
        else:
            one_start, offset = one.address, one.offset
        if data.size:
            fixed = not one.flags & PF_W
            areas.append(Area(one_start, data, offset, bool(one.flags & PF_X), fixed))
    return areas or _section_areas(elf)


def _section_areas(elf: Elf) -> list[Area]:
    """Map a file without load segments by its sections."""
    areas: list[Area] = []
    for one in sorted(elf.sections, key=lambda part: part.address):
        if not one.flags & SHF_ALLOC or one.kind == SHT_NOBITS or not one.size:
            continue
        if areas and one.address < areas[-1].end:
            continue
        fixed = not one.flags & SHF_WRITE
        code = bool(one.flags & SHF_EXECINSTR)
        areas.append(Area(one.address, elf.body(one), one.offset, code, fixed))
    return areas


def _code_ranges(elf: Elf, memory: Memory) -> list[tuple[int, int]]:
    """Return the disjoint ranges of instructions: code sections, or else code segments."""
    segments = [(one.start, one.end) for one in memory.areas if one.code]
    wanted = SHF_ALLOC | SHF_EXECINSTR
    sections = [
        one
        for one in elf.sections
        if one.flags & wanted == wanted and one.kind != SHT_NOBITS and one.size
    ]
    believed = merge([(one.address, one.address + one.size) for one in sections])
    if believed and all(_inside(span, segments) for span in believed):
        if not elf.entry or _inside((elf.entry & ~1, elf.entry), believed):
            return believed
        elf.problems.append("the entry point lies outside every code section")
    if believed:
        elf.problems.append("the section table disagrees with the segments and is not used")
    return merge(segments)


def _described(elf: Elf, program: Program) -> list[tuple[int, int]]:
    """Return the ranges of headers, notes, unwinding, tags and symbol names, by all that tells."""
    head = HEADERS[elf.bits][0] + len(elf.segments) * HEADERS[elf.bits][1]
    heads = [
        (one.address, one.address + head)
        for one in elf.segments
        if one.kind == PT_LOAD and not one.offset
    ]
    names = program.dynamic.get(DT_STRTAB)
    named = [
        (one.address, one.address + one.size)
        for one in elf.sections
        if one.address and (one.kind == SHT_NOTE or one.name.startswith(UNWINDING))
    ]
    segments = [
        (one.address, one.address + one.memory_size)
        for one in elf.segments
        if one.kind in (PT_DYNAMIC, PT_NOTE, PT_INTERP, PT_GNU_EH_FRAME)
    ]
    spans = [*heads, *named, *segments, (names, names + program.dynamic.get(DT_STRSZ))]
    return merge([(start, min(end, HIGHEST)) for start, end in spans if start < HIGHEST])


def _narrowed(program: Program, span: tuple[int, int]) -> tuple[int, int]:
    """Return the part of an executable segment that holds code, as far as it can be told.

    Linkers place `.init` first and `.fini` last, with constants and tables around them; the
    dynamic segment names both.
    """
    tags = program.dynamic
    start, end = span
    tables = [
        tags.get(at) + max(tags.get(size), 16)
        for at, size in (
            (DT_SYMTAB, DT_STRSZ),
            (DT_STRTAB, DT_STRSZ),
            (DT_REL, DT_RELSZ),
            (DT_RELA, DT_RELASZ),
            (DT_JMPREL, DT_PLTRELSZ),
        )
    ]
    first, last = tags.get(DT_INIT) & ~1, tags.get(DT_FINI) & ~1
    before = min([at for at in (first, program.entry & ~1) if start <= at < end], default=end)
    start = max([at for at in tables if start < at <= before], default=start)
    if start < last < end:
        end = min(end, last + FINAL_SIZE.get(program.machine, 0x20))
    return start, end


def _stub_ranges(program: Program, elf: Elf) -> list[tuple[int, int]]:
    """Return where import stubs lie outside the known code: what unbound jump slots hold."""
    kinds = KINDS.get(program.machine, Kinds((), ()))
    found = []
    for entries in dynamic_entries(elf, program.dynamic):
        slots = entries.place[among(entries.kind, kinds.symbolic[-1:])]
        words, good = program.memory.words(slots, program.memory.pointer_size())
        for start in distinct(words[good & ~within(words, program.code)]).tolist():
            area = program.memory.area(start)
            if area is not None and area.code:
                found.append((start, min(area.end, start + 16 * (int(slots.size) + 2))))
    return found


def _inside(span: tuple[int, int], ranges: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in ranges)


def _import_addresses(program: Program, symbols: SymbolTable | None) -> Ints:
    """Give every undefined symbol an address of its own; return the address of each symbol."""
    if symbols is None or not len(symbols):
        return np.zeros(0, dtype=np.int64)
    program.extern_base = _free_base(program)
    values = symbols.value
    undefined = where(symbols.undefined & (symbols.rows["name"] != 0))
    stubs = values[undefined]
    values[undefined] = program.extern_base + 16 * np.arange(undefined.size)
    program.externs.update(zip(values[undefined].tolist(), symbols.names(undefined), strict=True))
    # A MIPS or ARM import may name its own call stub: a call to it is the import's.
    own = where(stubs != 0)
    program.fixups.update(zip(stubs[own].tolist(), values[undefined[own]].tolist(), strict=True))
    return values


def _free_base(program: Program) -> int:
    if program.bits == 64:
        return 0x7FFF_0000_0000
    taken = [(area.start, area.end) for area in program.memory.areas]
    for base in (0xF000_0000, 0x7000_0000, 0x3000_0000, 0xD000_0000):
        if not any(start < base + 0x1000_0000 and base < end for start, end in taken):
            return base
    return 0x1_0000_0000


def _relocate(program: Program, elf: Elf, symbols: Ints) -> None:
    kinds = KINDS.get(program.machine)
    if kinds is None:
        return
    held = []
    for entries in dynamic_entries(elf, program.dynamic):
        held.append(apply(program.memory, entries, kinds, symbols))
        _freeze_slots(program, entries.place, entries.kind, kinds)
        resolved = entries.place[among(entries.kind, kinds.resolver)][:MOST_AT_LOAD]
        values, good = program.memory.words(resolved, program.memory.pointer_size())
        program.resolvers += tuple(values[good].tolist())
    places = packed_relative(elf, program.dynamic)
    values, good = program.memory.words(places, program.memory.pointer_size())
    held.append(values[good])
    if program.machine == MIPS:
        held.append(mips_table(program.memory, program.dynamic, symbols))
    program.pointers = distinct(np.concatenate(held)) if held else program.pointers


def _freeze_slots(program: Program, places: Ints, kind: Ints, kinds: Kinds) -> None:
    """Hold the slots that the loader fills with symbols to be constant: they are in practice."""
    slots = places[among(kind, kinds.symbolic[1:])]
    if slots.size and int(slots.max()) - int(slots.min()) < 1 << 22:
        size = program.memory.pointer_size()
        program.memory.frozen.append((int(slots.min()), int(slots.max()) + size))


def _freeze(program: Program, elf: Elf) -> None:
    for one in elf.segments:
        if one.kind == PT_GNU_RELRO:
            program.memory.frozen.append((one.address, one.address + one.memory_size))
    for name in (".got", ".got.plt", ".plt", ".got2", ".data.rel.ro"):
        section = elf.section(name)
        if section is not None and section.address:
            program.memory.frozen.append((section.address, section.address + section.size))


def _certain_starts(program: Program, elf: Elf) -> None:
    found = [program.starts, function_starts(elf, program)]
    tags = program.dynamic
    single = [program.entry, tags.get(DT_INIT), tags.get(DT_FINI)]
    size = program.memory.pointer_size()
    for at, length in (
        (tags.get(DT_INIT_ARRAY), tags.get(DT_INIT_ARRAYSZ)),
        (tags.get(DT_FINI_ARRAY), tags.get(DT_FINI_ARRAYSZ)),
    ):
        if not 0 < at < HIGHEST:
            continue
        places = at + size * np.arange(min(length // size, 65536), dtype=np.int64)
        values, good = program.memory.words(places, size)
        single.extend(values[good].tolist())
        if at == tags.get(DT_INIT_ARRAY):
            program.constructors = tuple(values[good].tolist()[:MOST_AT_LOAD])
    if program.machine == ARM:
        program.thumb |= frozenset(value & ~1 for value in single if value & 1)
        single = [value & ~1 for value in single]
        program.constructors = tuple(value & ~1 for value in program.constructors)
        program.resolvers = tuple(value & ~1 for value in program.resolvers)
    found.append(np.array([value for value in single if 0 < value < HIGHEST], dtype=np.int64))
    starts = distinct(np.concatenate(found))
    program.starts = starts[within(starts, program.code)]
