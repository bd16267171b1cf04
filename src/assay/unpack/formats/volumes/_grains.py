"""Disks that are stored in pieces: joins the pieces of neighbouring clusters into runs."""

from collections.abc import Iterable

from assay.model.tree import Piece
from assay.unpack.sink import Sink


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return *pieces* with raw neighbours and holes that follow one another made one."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if last is not None and _continues(last, piece):
            out[-1] = Piece(
                at=last.at,
                size=last.size + piece.size,
                codec=last.codec,
                length=last.length + piece.length,
            )
        else:
            out.append(piece)
    return out


def _continues(last: Piece, piece: Piece) -> bool:
    if last.codec != piece.codec:
        return False
    return piece.codec == "hole" or (piece.codec == "raw" and piece.at == last.at + last.size)


def hand_over_disk(pieces: Iterable[Piece], start: int, sink: Sink) -> None:
    """Give the disk that *pieces* form to *sink*, without the empty space at its end.

    A disk larger than one file may be is recorded as a limit.
    """
    runs = joined(pieces)
    while runs and runs[-1].codec == "hole":
        runs.pop()
    size = sum(piece.length for piece in runs)
    if size > sink.limits.file:
        sink.problem("limit", f"the disk has {size} bytes; not read", offset=start)
        return
    if size:
        sink.assembled("disk", runs, size=size)
