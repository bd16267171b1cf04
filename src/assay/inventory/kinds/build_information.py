"""What Go and Rust programs carry about their build: modules and crates with their versions.

Facts of the inventory stage, read by `identify`. Layouts: Go's debug/buildinfo (magic, then inline
texts since 1.18, pointers to texts before), and the section .dep-v0 of cargo-auditable (JSON,
zlib). Both are bounded before anything is decoded.
"""

import zlib
from collections.abc import Iterator

import msgspec

from assay._kernel import lazy_re
from assay.inventory.elf.layout import Headers, read_headers
from assay.inventory.kind import Kind, Span, shown
from assay.inventory.marks import has
from assay.model.record import Record

MOST_MODULES = 2000
MOST_TEXT = 1 << 20
MOST_JSON = 8 << 20
GO_MAGIC = b"\xff Go buildinf:"
GO_HEADER = 32
SENTINEL = 16
_RUST_SECTION = ".dep-v0"
_VERSION = lazy_re.compile(r"[\w.+~-]{1,200}")
_GO_VERSION = lazy_re.compile(r"go(\d[\w.+-]{0,40})")


class BuiltFrom(Record, array_like=True):
    """A module or crate that a program was built from; `system` is the purl type."""

    span: Span
    system: str
    name: str
    version: str


class BuildFacts(Record):
    """The modules of a program; `compiler` is the version of Go, empty for Rust."""

    modules: tuple[BuiltFrom, ...]
    compiler: str = ""
    compiler_span: Span | None = None


KIND = Kind(
    name="build_information",
    version=1,
    facts=BuildFacts,
    about="modules of Go programs and crates of Rust programs, from what the build left in them",
    magic=(b"\x7fELF",),
)


def examine(content: bytes) -> BuildFacts | None:
    """Return the modules that a program says it was built from, or None."""
    has_go = has(content, "go build")
    if not has_go and not has(content, "rust build"):
        return None
    headers = read_headers(content)
    if headers is None:
        return None
    return _go(headers, content.find(GO_MAGIC)) if has_go else _rust(headers)


def _go(headers: Headers, at: int) -> BuildFacts | None:
    content = headers.content
    if at + GO_HEADER > len(content):
        return None
    if content[at + 15] & 2:
        version = _inline(content, at + GO_HEADER)
        modules = None if version is None else _inline(content, version[1])
    else:
        version, modules = _pointed(headers, at, 0), _pointed(headers, at, 1)
    if version is None:
        return None
    compiler = _GO_VERSION.match(shown(content[version[0] : version[1]]))
    if compiler is None:
        return None
    place = Span(offset=version[0], length=len(compiler[0]), text=compiler[0])
    found = () if modules is None else tuple(_go_modules(content, *modules))
    return BuildFacts(modules=found, compiler=compiler[1], compiler_span=place)


def _inline(content: bytes, at: int) -> tuple[int, int] | None:
    """Return where a text with its length (unsigned LEB128) before it begins and ends."""
    size = shift = 0
    for place in range(at, min(at + 5, len(content))):
        size |= (content[place] & 0x7F) << shift
        shift += 7
        if content[place] < 0x80:
            start = place + 1
            return (start, start + size) if start + size <= len(content) else None
    return None


def _pointed(headers: Headers, at: int, number: int) -> tuple[int, int] | None:
    """Return where the text is that a pointer of the old layout leads to."""
    content = headers.content
    width = content[at + 14]
    if width not in {4, 8}:
        return None
    order = "big" if content[at + 15] & 1 else "little"

    def word(place: int | None) -> int | None:
        if place is None or place + width > len(content):
            return None
        return int.from_bytes(content[place : place + width], order)  # type: ignore[arg-type]

    pointer = word(at + 16 + number * width)
    header = None if pointer is None else headers.at_address(pointer)
    address = word(header)
    size = None if header is None else word(header + width)
    start = None if address is None else headers.at_address(address)
    if start is None or size is None or start + size > len(content):
        return None
    return start, start + size


def _go_modules(content: bytes, start: int, end: int) -> Iterator[BuiltFrom]:
    """Yield the modules of the text between its two sentinels of 16 bytes."""
    start, end = start + SENTINEL, min(end - SENTINEL, start + MOST_TEXT)
    count, at = 0, start
    for line in content[start:end].split(b"\n"):
        words = shown(line.replace(b"\t", b" ")).split(" ")
        if len(words) >= 3 and words[0] in {"mod", "dep", "=>"} and count < MOST_MODULES:
            version = words[2].removeprefix("v")
            if _VERSION.fullmatch(version) or words[2] == "(devel)":
                count += 1
                place = Span(offset=at, length=len(line), text=shown(line[:200]))
                known = "" if words[2] == "(devel)" else version
                yield BuiltFrom(span=place, system="golang", name=words[1], version=known)
        at += len(line) + 1


def _rust(headers: Headers) -> BuildFacts | None:
    section = headers.section(_RUST_SECTION)
    if section is None or not section.size:
        return None
    reader = zlib.decompressobj()
    try:
        packed = headers.content[section.offset : section.offset + section.size]
        told = msgspec.json.decode(reader.decompress(packed, MOST_JSON))
    except (zlib.error, msgspec.DecodeError, RecursionError):
        return None
    packages = told.get("packages") if isinstance(told, dict) else None
    if not isinstance(packages, list):
        return None
    place = Span(offset=section.offset, length=section.size, text="section .dep-v0")
    found = tuple(_crates(packages[:MOST_MODULES], place))
    return BuildFacts(modules=found) if found else None


def _crates(packages: list[object], place: Span) -> Iterator[BuiltFrom]:
    for one in packages:
        if not isinstance(one, dict) or one.get("kind") in {"build", "dev"}:
            continue
        name, version = one.get("name"), one.get("version")
        if not isinstance(name, str) or not isinstance(version, str):
            continue
        if _VERSION.fullmatch(name) and _VERSION.fullmatch(version):
            yield BuiltFrom(span=place, system="cargo", name=name, version=version)
