"""MINIFS, the read-only file system of TP-Link's and Mercusys' VxWorks devices.

Layout (big-endian): magic in 16 bytes, u32, u32 files, u32, u32 size of names; names that end
with a zero; per file u32 directory, name, chunk, offset in chunk, size; per chunk u32 offset,
stored size, size; LZMA chunks that several files share. Source: arXiv 2407.05064.
"""

from typing import NamedTuple

from assay.model.tree import Piece
from assay.unpack.format import Extent, Format, Magic, NotThisFormat
from assay.unpack.sink import Sink
from assay.unpack.view import View

FORMAT = Format(
    name="minifs",
    family="filesystem",
    magic=(Magic(rb"MINIFS\x00{10}.{4}\x00....{4}\x00...", common=True),),
    about="Web pages, keys and settings of VxWorks routers and range extenders.",
    references=("https://arxiv.org/abs/2407.05064",),
    limits=("two fields of the header are not interpreted",),
)

_HEADER, _FILE, _CHUNK = 32, 20, 12
_MOST_FILES = 1 << 16


class _Layout(NamedTuple):
    """Where the tables are, and the chunks as (offset in the blob, stored size, size)."""

    names: int
    files: int
    chunks: tuple[tuple[int, int, int], ...]


def measure(view: View, start: int) -> Extent:
    """Return where the last chunk ends; every file must lie inside its chunk."""
    count, _, names = view.unpack(">III", start + 20)
    files = start + _HEADER + names
    table = files + count * _FILE
    if not 0 < count <= _MOST_FILES or not names > 0 or table > view.size:
        raise NotThisFormat("an impossible table of files")
    rows = [view.unpack(">5I", at) for at in range(files, table, _FILE)]
    number = max(row[2] for row in rows) + 1
    if number > count:
        raise NotThisFormat("more chunks than files")
    data = table + number * _CHUNK
    chunks: list[tuple[int, int, int]] = []
    for at in range(table, data, _CHUNK):
        offset, stored, size = view.unpack(">III", at)
        view.window(data + offset, stored)
        chunks.append((data + offset, stored, size))
    for path, name, chunk, offset, size in rows:
        if max(path, name) >= names or offset + size > chunks[chunk][2]:
            raise NotThisFormat("a file lies outside its chunk")
    end = max(offset + stored for offset, stored, _ in chunks)
    return Extent(start, max(end, data), _Layout(start + _HEADER, files, tuple(chunks)))


def unpack(view: View, extent: Extent, sink: Sink) -> None:
    """List every file; its contents are a part of a decompressed chunk."""
    layout: _Layout = extent.detail or measure(view, extent.start).detail
    text = view.read(layout.names, layout.files - layout.names)
    count = view.number(">I", extent.start + 20)
    for at in range(layout.files, layout.files + count * _FILE, _FILE):
        path, name, chunk, offset, size = view.unpack(">5I", at)
        directory = text[path:].split(b"\0", 1)[0]
        full = directory + b"/" + text[name:].split(b"\0", 1)[0]
        where, stored, whole = layout.chunks[chunk]
        if whole > view.limits.output(stored):
            sink.problem("limit", "a chunk yields more than allowed", offset=where, path=full)
            continue
        piece = Piece(
            at=where, size=stored, codec="lzma-alone", length=whole, skip=offset, take=size
        )
        sink.file(full, [piece] if size else [], size=size, offset=at, length=_FILE)
