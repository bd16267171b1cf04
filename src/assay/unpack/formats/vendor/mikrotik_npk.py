"""MikroTik NPK packages of RouterOS: typed sections, among them a SquashFS and files.

Layout (little-endian): u32 BAD0F11E, u32 size of what follows, then sections of u16 type, u32
size, data. Section types as listed by https://github.com/kost/mikrotik-npk
"""

from typing import NamedTuple

from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="mikrotik-npk",
    family="archive",
    magic=(Magic(rb"\x1e\xf1\xd0\xba.{4}[\x00-\x20]\x00.{3}[\x00-\x0f]"),),
    about="Package of MikroTik RouterOS: description, file system, scripts, signature.",
    references=("https://github.com/kost/mikrotik-npk",),
    limits=("the signature is located, not verified", "dependencies are not interpreted"),
    envelope=True,
)

_HEADER, _SECTION = 8, 6
_MOST = 1024
_NAMES = {
    1: "info", 2: "description", 3: "dependencies", 4: "files", 7: "install-script",
    8: "uninstall-script", 9: "signature", 16: "architecture", 17: "package-conflicts",
    18: "info", 20: "features", 21: "squashfs", 22: "padding", 23: "digest", 24: "channel",
}  # fmt: skip


class _Section(NamedTuple):
    """A section: its type and where its data are."""

    kind: int
    at: int
    size: int


def measure(view: View, start: int) -> Extent:
    """Return where the package ends; its sections must fill it exactly."""
    size = view.number("<I", start + 4)
    end = start + _HEADER + size
    if end > view.size:
        raise NotThisFormat("the package is cut off")
    sections: list[_Section] = []
    at = start + _HEADER
    while at < end and len(sections) < _MOST:
        kind, length = view.unpack("<HI", at)
        sections.append(_Section(kind, at + _SECTION, length))
        at += _SECTION + length
    if at != end or not sections:
        raise NotThisFormat("the sections do not fill the package")
    return Extent(start, end, tuple(sections))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over every section that holds something."""
    sections: tuple[_Section, ...] = extent.detail or measure(view, extent.start).detail
    sink.region(extent.start, _HEADER, "parsed", "header")
    for number, section in enumerate(sections):
        sink.region(section.at - _SECTION, _SECTION, "parsed", "section header")
        if section.size:
            name = _NAMES.get(section.kind, f"type{section.kind}")
            sink.part(f"{number:02d}-{name}", section.at, section.size)
