"""ELF files: where they end, so that what is appended is seen, and programs between raw code."""

import struct

from assay.unpack.format import Extent, Format, Magic
from assay.unpack.sink import Sink
from assay.unpack.view import NotThisFormat, View

KERNEL_BANNER = b"Linux version "
EXECUTABLE, DYNAMIC, INTERPRETER = 2, 2, 3
LEAST_BARE = 1 << 18
"""Programs without a loader from this size on may carry payloads: kernels, router systems."""
SIGNATURE_MARK = b"~Module signature appended~\n"

FORMAT = Format(
    name="elf",
    family="executable",
    magic=(Magic(rb"\x7fELF[\x01\x02][\x01\x02]\x01"),),
    about="Programs, libraries, modules and kernels; the end is that of the last table or segment.",
    references=("https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html",),
    priority=30,
)


def measure(view: View, start: int) -> Extent:
    """Return where the file ends; its header and tables must be consistent."""
    wide, order = view.number("B", start + 4) == 2, "<>"[view.number("B", start + 5) - 1]
    kind, machine, version = view.unpack(order + "HHI", start + 16)
    if version != 1 or kind not in {1, 2, 3, 4} or machine == 0:
        raise NotThisFormat("implausible ELF header")
    layout = order + ("32xQQ4xHHHHH" if wide else "28xII4xHHHHH")
    segments, sections, own, segment, segment_count, section, section_count = view.unpack(
        layout, start
    )
    if own != (64 if wide else 52):
        raise NotThisFormat("ELF header size")
    end = start + own
    if segment_count:
        end = max(end, start + segments + segment * segment_count)
        end = max(
            end, _segments_end(view, start, start + segments, segment_count, order, wide=wide)
        )
    if section_count:
        end = max(end, start + sections + section * section_count)
        end = max(
            end, _sections_end(view, start, start + sections, section_count, order, wide=wide)
        )
    if end > view.size:
        raise NotThisFormat("the ELF file is cut off")
    end = _with_signature(view, end)
    large = end - start > LEAST_BARE
    types = _segment_types(view, start + segments, segment_count, order, segment)
    bare = kind == EXECUTABLE and not types & {DYNAMIC, INTERPRETER}
    kernel = large and _contains(view, start, end, KERNEL_BANNER)
    return Extent(start, end, porous=kernel or (large and bare))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """Hand over a program found in the middle of other data as a file of its own."""
    del view
    if extent.start:
        sink.part("program", extent.start, extent.end - extent.start)


def _segment_types(view: View, table: int, count: int, order: str, size: int) -> set[int]:
    return {view.number(order + "I", table + number * size) for number in range(count)}


def _with_signature(view: View, end: int) -> int:
    """Return the end of a kernel module's appended signature, if that is all that follows.

    Layout: include/linux/module_signature.h; 12 bytes whose last four are the length.
    """
    trailer = len(SIGNATURE_MARK) + 12
    if view.size - end < trailer or bytes(view.data[-len(SIGNATURE_MARK) :]) != SIGNATURE_MARK:
        return end
    length = view.number(">I", view.size - len(SIGNATURE_MARK) - 4)
    return view.size if end + length + trailer == view.size else end


def _segments_end(view: View, start: int, table: int, count: int, order: str, *, wide: bool) -> int:
    layout, size = (order + "8xQ16xQ16x", 56) if wide else (order + "4xI8xI12x", 32)
    ends = struct.iter_unpack(layout, view.window(table, count * size))
    return max((start + offset + length for offset, length in ends), default=0)


def _sections_end(view: View, start: int, table: int, count: int, order: str, *, wide: bool) -> int:
    layout, size = (order + "4xI16xQQ24x", 64) if wide else (order + "4xI8xII16x", 40)
    rows = struct.iter_unpack(layout, view.window(table, count * size))
    nobits = 8
    return max((start + at + length for kind, at, length in rows if kind != nobits), default=0)


def _contains(view: View, start: int, end: int, needle: bytes) -> bool:
    step = 1 << 20
    for at in range(start, end, step):
        if needle in bytes(view.data[at : min(end, at + step + len(needle))]):
            return True
    return False
