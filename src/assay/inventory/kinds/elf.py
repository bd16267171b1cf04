"""ELF files: programs, libraries, kernel modules; what they need, offer and are hardened with.

Facts of the inventory stage; the layout code is in `inventory/elf/`. Reference: System V ABI,
gABI 4.1. Machine code itself is read by `assay.code`.
"""

from bisect import bisect_left
from typing import Literal

from assay._kernel.latest import latest
from assay.inventory.elf.dynamic import (
    DT_NEEDED,
    DT_RPATH,
    DT_RUNPATH,
    DT_SONAME,
    Dynamic,
    read_dynamic,
)
from assay.inventory.elf.identity import (
    TYPES,
    ElfType,
    abi_name,
    build_id,
    machine_name,
    texts_of,
)
from assay.inventory.elf.layout import (
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_INTERP,
    SHT_NOBITS,
    SHT_SYMTAB,
    Headers,
    read_headers,
)
from assay.inventory.elf.symbols import read_symbols
from assay.inventory.kind import Kind, Span, shown
from assay.inventory.marks import has
from assay.model.record import Record

Role = Literal["program", "library", "module", "object", "core"]
Stack = Literal["not-executable", "executable", "unstated"]
Relro = Literal["none", "partial", "full"]
Answer = Literal["yes", "no", "unknown"]

GUARDS = (
    "__stack_chk_fail",
    "__stack_chk_fail_local",
    "__stack_chk_guard",
    "__stack_smash_handler",
)
PF_X = 1
_SEGMENTS = {
    1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 6: "PHDR", 7: "TLS",
    PT_GNU_STACK: "GNU_STACK", PT_GNU_RELRO: "GNU_RELRO", 0x6474E550: "GNU_EH_FRAME",
}  # fmt: skip
_RIGHTS = ("", "X", "W", "WX", "R", "RX", "RW", "RWX")
"""By the flags of a segment: PF_X is 1, PF_W 2, PF_R 4."""


class ElfSection(Record, array_like=True):
    """A named section: its range in the file (size 0 where it occupies none) and its flags."""

    name: str
    offset: int
    size: int
    flags: int


class ElfFacts(Record):
    """What an ELF file states about itself.

    `headers` spans the program headers. `import_offsets[n]` is the file offset of the name
    `imports[n]`; the same for exports; both are sorted by name. `module` are the entries of
    `.modinfo`. `stack` is what `PT_GNU_STACK` asks for; without one it is `unstated`, which
    gives an executable stack on most machines. `resolvers` says that functions are chosen by
    code when the file is loaded (STT_GNU_IFUNC).
    """

    bits: int
    order: Literal["big", "little"]
    machine: str
    abi: str
    osabi: int
    flags: int
    type: ElfType
    role: Role
    entry: int
    headers: Span
    interpreter: Span | None = None
    needed: tuple[Span, ...] = ()
    soname: Span | None = None
    rpath: Span | None = None
    runpath: Span | None = None
    imports: tuple[str, ...] = ()
    import_offsets: tuple[int, ...] = ()
    exports: tuple[str, ...] = ()
    export_offsets: tuple[int, ...] = ()
    symbols_cut: bool = False
    sections: tuple[ElfSection, ...] = ()
    build_id: Span | None = None
    comment: tuple[Span, ...] = ()
    module: tuple[Span, ...] = ()
    stack: Stack = "unstated"
    pie: bool = False
    relro: Relro = "none"
    canary: Answer = "unknown"
    stripped: bool = False
    dynamic: bool = False
    resolvers: bool = False
    problems: tuple[str, ...] = ()

    def imports_name(self, name: str) -> bool:
        """Return whether the file imports *name*."""
        place = bisect_left(self.imports, name)
        return place < len(self.imports) and self.imports[place] == name

    def import_span(self, name: str) -> Span | None:
        """Return where the imported *name* stands in the file, or None."""
        return _span_of(name, self.imports, self.import_offsets)

    def export_span(self, name: str) -> Span | None:
        """Return where the exported *name* stands in the file, or None."""
        return _span_of(name, self.exports, self.export_offsets)

    @property
    def fortified(self) -> tuple[str, ...]:
        """The imported functions that check the size of their target (`__strcpy_chk`)."""
        return tuple(
            name
            for name in self.imports
            if name.startswith("__") and name.endswith("_chk") and name != "__stack_chk"
        )

    @property
    def is_kernel_module(self) -> bool:
        """Whether the file is a module of the Linux kernel."""
        return self.role == "module"


KIND = Kind(
    name="elf",
    version=1,
    facts=ElfFacts,
    about="ELF files: machine, libraries, symbols, sections, hardening, module information",
    magic=(b"\x7fELF",),
)


@latest
def examine(content: bytes) -> ElfFacts | None:
    """Return the facts about an ELF file, or None when its header is unreadable.

    The last answer is kept: other kinds build on these facts and ask again for the same bytes.
    """
    headers = read_headers(content)
    if headers is None:
        return None
    dynamic = read_dynamic(headers)
    imports, exports = read_symbols(headers)
    module = texts_of(headers, ".modinfo")
    interpreter = _interpreter(headers)
    soname = _first(headers, dynamic, DT_SONAME)
    role = _role(headers, interpreter, soname, dynamic, is_module=bool(module))
    return ElfFacts(
        bits=headers.bits,
        order="little" if headers.mark == "<" else "big",
        machine=machine_name(headers.machine),
        abi=abi_name(headers),
        osabi=headers.osabi,
        flags=headers.flags,
        type=TYPES.get(headers.kind, "other"),
        role=role,
        entry=headers.entry,
        headers=_header_span(headers),
        interpreter=interpreter,
        needed=() if dynamic is None else dynamic.strings(headers, DT_NEEDED),
        soname=soname,
        rpath=_first(headers, dynamic, DT_RPATH),
        runpath=_first(headers, dynamic, DT_RUNPATH),
        imports=imports.names,
        import_offsets=imports.offsets,
        exports=exports.names,
        export_offsets=exports.offsets,
        symbols_cut=imports.cut or exports.cut,
        sections=_sections(headers),
        build_id=build_id(headers),
        comment=texts_of(headers, ".comment"),
        module=module,
        stack=_stack(headers),
        pie=role == "program" and headers.kind == 3,
        relro=_relro(headers, dynamic),
        canary=_canary(content, dynamic, imports.names, exports.names),
        stripped=not any(section.kind == SHT_SYMTAB for section in headers.sections),
        dynamic=dynamic is not None,
        resolvers=exports.resolvers,
        problems=tuple(headers.problems[:10]),
    )


def _span_of(name: str, names: tuple[str, ...], offsets: tuple[int, ...]) -> Span | None:
    place = bisect_left(names, name)
    if place == len(names) or names[place] != name:
        return None
    return Span(offset=offsets[place], length=len(name), text=shown(name.encode("latin-1")))


def _first(headers: Headers, dynamic: Dynamic | None, tag: int) -> Span | None:
    return None if dynamic is None else dynamic.first_string(headers, tag)


def _interpreter(headers: Headers) -> Span | None:
    segment = headers.segment(PT_INTERP)
    if segment is None or not 1 < segment.size <= 4096:
        return None
    body = headers.content[segment.offset : segment.offset + segment.size].split(b"\0")[0]
    return Span(offset=segment.offset, length=len(body), text=shown(body))


def _role(
    headers: Headers,
    interpreter: Span | None,
    soname: Span | None,
    dynamic: Dynamic | None,
    *,
    is_module: bool,
) -> Role:
    if headers.kind == 4:
        return "core"
    if headers.kind == 1:
        return "module" if is_module else "object"
    if headers.kind == 2 or (dynamic is not None and dynamic.says_pie):
        return "program"
    # The C library and the loader name an interpreter too, but they have a SONAME.
    return "program" if interpreter is not None and soname is None else "library"


def _header_span(headers: Headers) -> Span:
    if not headers.segments:
        return Span(offset=0, length=min(64, len(headers.content)), text="no program headers")
    parts = [
        f"{_SEGMENTS.get(one.kind) or hex(one.kind)} {_RIGHTS[one.flags & 7]}"
        for one in headers.segments[:24]
    ]
    return Span(
        offset=headers.segments_at,
        length=headers.segments_size,
        text="program headers: " + ", ".join(parts),
    )


def _sections(headers: Headers) -> tuple[ElfSection, ...]:
    return tuple(
        ElfSection(
            name=one.name,
            offset=one.offset,
            size=0 if one.kind == SHT_NOBITS else one.size,
            flags=one.flags & 0xFFFFFFFF,
        )
        for one in headers.sections[:200]
        if one.name
    )


def _stack(headers: Headers) -> Stack:
    segment = headers.segment(PT_GNU_STACK)
    if segment is None:
        return "unstated"
    return "executable" if segment.flags & PF_X else "not-executable"


def _relro(headers: Headers, dynamic: Dynamic | None) -> Relro:
    if headers.segment(PT_GNU_RELRO) is None:
        return "none"
    return "full" if dynamic is not None and dynamic.binds_now else "partial"


def _canary(
    content: bytes, dynamic: Dynamic | None, imports: tuple[str, ...], exports: tuple[str, ...]
) -> Answer:
    if any(name in imports or name in exports for name in GUARDS):
        return "yes"
    if has(content, "stack guard"):
        return "yes"
    # In a static file without symbols the guard leaves no name behind.
    return "no" if dynamic is not None and imports else "unknown"
