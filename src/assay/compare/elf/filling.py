"""Data that nothing refers to on its own: what lies between the pieces that code led to.

Objects that a linker put in another order leave runs without a place. They belong to the piece
before or behind them as far as the bytes agree, or to the one run of the same bytes elsewhere.
"""

from assay.compare.elf.half import Half
from assay.compare.elf.zones import Zone
from assay.compare.outcome import common_ends

Piece = tuple[int, int, int]
Gap = tuple[int, int]


def filled(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return *pieces* of two zones and those that the gaps between them yield."""
    found = sorted(pieces)
    for _ in range(ROUNDS):
        more = _grown(a, b, zones, found)
        if not more:
            break
        found = sorted([*found, *more])
    return sorted([*found, *_moved(a, b, zones, found)])


ROUNDS = 3


def _grown(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return runs that continue a piece on both sides: of the same bytes, or of the same size.

    In memory that can be written, runs of one size may hold pointers; whether these correspond
    is for the proof to say.
    """
    pointers = zones[0].writable
    first, second = _gaps(zones[0], pieces, 0), _gaps(zones[1], pieces, 1)
    ends = {start: (start, end) for start, end in second}
    starts = {end: (start, end) for start, end in second}
    by_end = {end: image + end - start for start, end, image in pieces}
    by_start = {start: image for start, _, image in pieces}
    found: list[Piece] = []
    for start, end in first:
        behind = ends.get(by_end.get(start, -1))
        before = starts.get(by_start.get(end, -1))
        head = tail = 0
        if behind is not None:
            size = min(end - start, behind[1] - behind[0])
            head = common_ends(a.bytes_at(start, size), b.bytes_at(behind[0], size))[0]
            found += [(start, start + head, behind[0])] if head else []
        if before is not None:
            size = min(end - start - head, before[1] - before[0])
            size -= head if before == behind else 0
            left, right = a.bytes_at(end - size, size), b.bytes_at(before[1] - size, size)
            same = pointers and not head and end - start == before[1] - before[0]
            tail = size if same else common_ends(b"\0" + left, b"\1" + right)[1]
            found += [(end - tail, end, before[1] - tail)] if tail > 0 else []
    return found


def _moved(a: Half, b: Half, zones: tuple[Zone, Zone], pieces: list[Piece]) -> list[Piece]:
    """Return the gaps whose content is that of one gap of the other side, zeros around left out."""
    runs: tuple[dict[bytes, list[int]], dict[bytes, list[int]]] = ({}, {})
    for side, half in ((0, a), (1, b)):
        for start, end in _gaps(zones[side], pieces, side):
            content = half.bytes_at(start, end - start)
            stripped = content.lstrip(b"\0")
            at = start + len(content) - len(stripped)
            stripped = stripped.rstrip(b"\0")
            if stripped:
                runs[side].setdefault(stripped, []).append(at)
    return [
        (places[0], places[0] + len(content), runs[1][content][0])
        for content, places in runs[0].items()
        if len(places) == 1 and len(runs[1].get(content, ())) == 1
    ]


def _gaps(zone: Zone, pieces: list[Piece], side: int) -> list[Gap]:
    """Return the runs of *zone* that no piece covers on one side."""
    spans = sorted(
        (start, end) if side == 0 else (image, image + end - start) for start, end, image in pieces
    )
    found = []
    at = zone.address
    for start, end in spans:
        if start > at:
            found.append((at, start))
        at = max(at, end)
    if at < zone.end:
        found.append((at, zone.end))
    return found
