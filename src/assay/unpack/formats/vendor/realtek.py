"""Sections of Realtek router images: `cs6c`, `cr6c`, `r6cr`, `w6cg`, and vendors' own names.

Each section: signature[4], u32 load address, u32 flash offset, u32 length, big-endian, then
the data whose last 16-bit word makes the sum of all words zero. Sections follow one another.
Layout: IMG_HEADER_T of the Realtek SDK boot loader (rtk.h).
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.formats.vendor._integrity import sum_of_words
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="realtek",
    family="container",
    magic=(
        Magic(
            rb"[0-9A-Za-z]{4}[\x80-\x83\xa0-\xa3]...[\x00-\x07].[\x00\x10-\xf0]\x00[\x00-\x07]...",
            common=True,
        ),
        Magic(
            rb"[0-9A-Za-z]{4}[\x00-\x07]..\x00[\x00-\x07].[\x00\x10-\xf0]\x00[\x00-\x07]...",
            common=True,
        ),
    ),
    about="Boot, kernel, file system and web sections of Realtek routers, each with a checksum.",
    references=("https://github.com/ReFirmLabs/binwalk/blob/v2.3.4/src/binwalk/magic/firmware",),
    limits=("compressed web sections are only split off",),
    envelope=True,
)

_HEADER = 16
_SMALLEST = 64
_MOST = 32


class _Section(NamedTuple):
    """One section: its header's offset, its signature, and the end of its data."""

    start: int
    name: str
    end: int


def measure(view: View, start: int) -> Extent:
    """Return where the last of the adjoining sections ends; each must satisfy its checksum."""
    sections = [_section(view, start)]
    while len(sections) < _MOST:
        try:
            sections.append(_section(view, sections[-1].end))
        except NotThisFormat:
            break
    return Extent(start, sections[-1].end, tuple(sections))


def _section(view: View, at: int) -> _Section:
    load, burn, length = view.unpack(">III", at + 4)
    signature = view.read(at, 4)
    if not signature.isalnum():
        raise NotThisFormat("the signature is no text")
    if burn % 0x1000 or (load % 0x1000 and load < 0x80000000):
        raise NotThisFormat("no flash offset")
    end = at + _HEADER + length
    if length < _SMALLEST or length % 2 or end > view.size:
        raise NotThisFormat("the length is impossible")
    if not any(view.read(at + _HEADER, 32)) or view.number(">H", end - 2) == 0:
        raise NotThisFormat("empty data satisfy any checksum")
    if sum_of_words(view, at + _HEADER, end):
        raise NotThisFormat("the checksum does not match")
    return _Section(at, signature.decode("ascii"), end)


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over the data of each section, named by its signature."""
    sections: tuple[_Section, ...] = extent.detail or measure(view, extent.start).detail
    seen: dict[str, int] = {}
    for section in sections:
        count = seen[section.name] = seen.get(section.name, 0) + 1
        name = section.name if count == 1 else f"{section.name}-{count}"
        data = section.start + _HEADER
        sink.region(section.start, _HEADER, "parsed", "header")
        sink.part(name, data, section.end - 2 - data)
        sink.region(section.end - 2, 2, "parsed", "checksum")
