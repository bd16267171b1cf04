"""Disks that are stored in clusters or grains: joins neighbours into runs, bounds the whole."""

from collections.abc import Iterable

from assay.model.tree import Piece
from assay.unpack.sink import Sink


def hand_over_disk(pieces: Iterable[Piece], start: int, sink: Sink) -> None:
    """Give the disk that *pieces* form to *sink*, without the empty space at its end.

    A disk larger than one file may be is recorded as a limit.
    """
    runs: list[Piece] = []
    size = 0
    for piece in pieces:
        size += piece.length
        if size > sink.limits.file and piece.codec != "hole":
            sink.problem("limit", "the disk is larger than a file may be; not read", offset=start)
            return
        _append(runs, piece)
    if runs and runs[-1].codec == "hole":
        runs.pop()
    if runs:
        sink.assembled("disk", runs, size=sum(piece.length for piece in runs))


def _append(runs: list[Piece], piece: Piece) -> None:
    """Add *piece*; raw neighbours and holes that follow one another become one."""
    last = runs[-1] if runs else None
    if last is None or not _continues(last, piece):
        runs.append(piece)
        return
    runs[-1] = Piece(
        at=last.at,
        size=last.size + piece.size,
        codec=last.codec,
        length=last.length + piece.length,
    )


def _continues(last: Piece, piece: Piece) -> bool:
    if last.codec != piece.codec:
        return False
    return piece.codec == "hole" or (piece.codec == "raw" and piece.at == last.at + last.size)
