"""Opens one blob: finds the containers in it, reads them, and accounts for its every byte."""

from collections.abc import Iterator

from assay.model.record import Record
from assay.model.tree import Piece, Problem, Region
from assay.unpack.format import Extent, FormatModule
from assay.unpack.looks import regions_by_looks
from assay.unpack.scan import scanner
from assay.unpack.sink import Entry, Sink
from assay.unpack.view import NotThisFormat, View

LEAST_UNNAMED = 64
LARGEST_HEADER = 64 << 10
LARGE = 1 << 20
"""Bytes of a container that are worth a search of their own for its end."""

Found = tuple[FormatModule, Extent]
_Known = dict[tuple[int, int], Extent | None]


class Chunk(Record):
    """A container found in a blob: its range, its regions and what it holds."""

    format: str
    start: int
    end: int
    regions: tuple[Region, ...]
    entries: tuple[Entry, ...]


class Opened(Record):
    """All that is in one blob. The lengths of `regions` add up to `size`.

    `claimed` is how many bytes lie in containers. `gaps` are the byte ranges of a mostly
    claimed blob that no container claimed and that are more than padding.
    """

    size: int
    chunks: tuple[Chunk, ...]
    regions: tuple[Region, ...]
    problems: tuple[Problem, ...]
    claimed: int = 0
    gaps: tuple[Entry, ...] = ()

    @property
    def is_container(self) -> bool:
        """Whether most of the blob is containers: then its parts are examined, not itself."""
        return self.claimed * 2 > self.size


def open_blob(view: View) -> Opened:
    """Return what *view* holds; with no container in it, it is judged by its looks."""
    found, complete = _found(view)
    problems: list[Problem] = []
    if not complete:
        problems.append(
            Problem(kind="limit", part="scan", says="too many candidates; the rest was not tried")
        )
    chunks = tuple(_read(view, module, extent, problems) for module, extent in found)
    regions = tuple(_account(view, chunks))
    claimed = sum(extent.end - extent.start for _, extent in found if not extent.porous)
    gaps = _gaps(regions) if claimed * 2 > view.size else ()
    return Opened(
        size=view.size,
        chunks=chunks,
        regions=regions,
        problems=tuple(problems),
        claimed=claimed,
        gaps=gaps,
    )


def _gaps(regions: tuple[Region, ...]) -> tuple[Entry, ...]:
    wanted = (
        region
        for region in regions
        if not region.format and region.account != "padding" and region.length >= LEAST_UNNAMED
    )
    return tuple(_unnamed(region, "unclaimed") for region in wanted)


def _unnamed(region: Region, word: str) -> Entry:
    piece = Piece(at=region.offset, size=region.length, codec="raw", length=region.length)
    return Entry(
        path=f"{word}@{region.offset:#x}",
        kind="part",
        offset=region.offset,
        length=region.length,
        size=region.length,
        pieces=(piece,),
    )


def _found(view: View) -> tuple[list[Found], bool]:
    """Return the containers in order, and whether everything was searched.

    A large one at the very start is measured before what lies inside it is searched in vain.
    """
    search, known = scanner().search(view), _Known()
    if view.size > LARGE:
        hits, complete = search(0, scanner().margin)
        start = [hit for hit in hits if hit[0] == 0]
        first = next(_accepted(view, start, known), None) if complete else None
        if first and not first[1].porous and first[1].end > LARGE:
            hits, complete = search(first[1].end, view.size)
            return [first, *_accepted(view, hits, known, first[1].end)], complete
    hits, complete = search(0, view.size)
    return list(_accepted(view, hits, known)), complete


def _accepted(
    view: View, hits: list[tuple[int, int]], known: _Known, end: int = 0
) -> Iterator[Found]:
    """Yield the containers in order; what lies inside an accepted one is not searched again.

    Those before *end* were accepted already. *known* keeps what was measured.
    """
    modules = scanner().modules
    for place, number in hits:
        module = modules[number]
        if place < end or (place and not module.FORMAT.anywhere):
            continue
        if (place, number) not in known:
            known[place, number] = _measured(view, module, place)
        extent = known[place, number]
        if extent is not None:
            end = place + 1 if extent.porous else extent.end
            yield module, extent


def _measured(view: View, module: FormatModule, place: int) -> Extent | None:
    try:
        extent = module.measure(view, place)
    except NotThisFormat:
        return None
    return extent if place <= extent.start < extent.end <= view.size else None


def _read(view: View, module: FormatModule, extent: Extent, problems: list[Problem]) -> Chunk:
    sink = Sink(view.limits, module.FORMAT.name)
    try:
        module.unpack(view, extent, sink)
    except NotThisFormat as error:
        sink.problem("damage", str(error), offset=extent.start)
    problems += sink.problems
    entries = [entry for entry in sink.entries if _inside(entry, view)]
    envelope = module.FORMAT.envelope
    if envelope:
        regions = _envelope(view, extent, sink, entries)
    else:
        regions = _merge(_paint(extent, module.FORMAT.name, sink.regions))
    return Chunk(
        format=module.FORMAT.name,
        start=extent.start,
        end=extent.end,
        regions=tuple(regions),
        entries=tuple(entries),
    )


def _inside(entry: Entry, view: View) -> bool:
    """Drop a part that is the whole blob again: it would be opened for ever."""
    whole = entry.kind == "part" and entry.offset == 0 and entry.length >= view.size
    return not (whole and all(piece.codec == "raw" for piece in entry.pieces))


def _paint(extent: Extent, name: str, stated: list[Region]) -> list[Region]:
    """Return the extent as parsed, with what the format stated about ranges on top."""
    out: list[Region] = []
    at = extent.start
    for region in sorted(stated, key=lambda region: region.offset):
        first = max(at, region.offset)
        after = min(extent.end, region.offset + region.length)
        if after <= first:
            continue
        if first > at:
            out.append(Region(offset=at, length=first - at, account="parsed", format=name))
        out.append(
            Region(
                offset=first, length=after - first, account=region.account, format=name,
                note=region.note,
            )
        )  # fmt: skip
        at = after
    if at < extent.end:
        out.append(Region(offset=at, length=extent.end - at, account="parsed", format=name))
    return out


def _envelope(view: View, extent: Extent, sink: Sink, entries: list[Entry]) -> list[Region]:
    """Return the regions of a wrapper: its header, its parts, and what lies between them.

    What lies between and is not padding becomes an unnamed part, so that it is opened too.
    """
    name = sink.name
    known = [*sink.regions, *(_as_region(entry, name) for entry in entries if _is_range(entry))]
    known.sort(key=lambda region: region.offset)
    if known and known[0].offset > extent.start and not sink.regions:
        header = min(known[0].offset - extent.start, LARGEST_HEADER)
        known.insert(0, Region(offset=extent.start, length=header, account="parsed", format=name))
    out: list[Region] = []
    at = extent.start
    for region in [*known, Region(offset=extent.end, length=0, account="unknown")]:
        first = max(at, min(region.offset, extent.end))
        if first > at:
            out += _between(view, at, first, entries)
            at = first
        after = min(extent.end, region.offset + region.length)
        if after > at:
            out.append(
                Region(
                    offset=at, length=after - at, account=region.account, format=name,
                    note=region.note,
                )
            )  # fmt: skip
            at = after
    return out


def _is_range(entry: Entry) -> bool:
    return entry.length > 0 and (entry.kind == "part" or bool(entry.pieces))


def _as_region(entry: Entry, name: str) -> Region:
    return Region(
        offset=entry.offset, length=entry.length, account="parsed", format=name, note=entry.path
    )


def _between(view: View, start: int, end: int, entries: list[Entry]) -> Iterator[Region]:
    for region in regions_by_looks(view, start, end):
        if region.account != "padding" and region.length >= LEAST_UNNAMED:
            entries.append(_unnamed(region, "unnamed"))
        yield region


def _account(view: View, chunks: tuple[Chunk, ...]) -> Iterator[Region]:
    """Yield regions that cover the blob exactly: chunks, and the looks of what is between."""
    at = 0
    for chunk in sorted(chunks, key=lambda chunk: (chunk.start, -chunk.end)):
        if chunk.start > at:
            yield from regions_by_looks(view, at, chunk.start)
            at = chunk.start
        for region in chunk.regions:
            after = region.offset + region.length
            if after > at:
                first = max(at, region.offset)
                yield Region(
                    offset=first, length=after - first, account=region.account,
                    format=region.format, note=region.note,
                )  # fmt: skip
                at = after
    if at < view.size:
        yield from regions_by_looks(view, at, view.size)


def _merge(regions: list[Region]) -> list[Region]:
    """Join neighbours that say the same."""
    out: list[Region] = []
    for region in regions:
        last = out[-1] if out else None
        same = last and (last.account, last.format, last.note) == (
            region.account, region.format, region.note,
        )  # fmt: skip
        if last and same and last.offset + last.length == region.offset:
            out[-1] = Region(
                offset=last.offset, length=last.length + region.length, account=last.account,
                format=last.format, note=last.note,
            )  # fmt: skip
        else:
            out.append(region)
    return out
