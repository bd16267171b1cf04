"""Names contents by how they are stored, so that what a cache knows need not be decoded.

The name is a digest of all that decoding depends on: the stored bytes, codecs, lengths, limits.
What is known under it is the digest of the content; the facts are known under that one.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from assay.gather.jobs import Item
from assay.model.tree import Piece
from assay.unpack.sink import Entry
from assay.unpack.view import NotThisFormat, View

COPIED = frozenset({"raw", "hole"})
"""Codecs that cost no more than a digest of what is stored."""

SHARED = 4 << 20
"""Bytes that the files of a job may share with others: they are digested for the job's own."""


class Recipes:
    """The names of contents in one container blob, for one job of *items*.

    *circumstances* is what a name depends on beside the blob: the version of Assay, the limits.
    Digests are made of at most twice the bytes that the job is to yield, and of what it may share:
    an entry of which more would have to be read has no name.
    """

    def __init__(self, view: View, circumstances: str, items: Iterable[Item]) -> None:
        self._view = view
        self._circumstances = circumstances
        self._room = SHARED + 2 * sum(one.entry.size for one in items if one.entry is not None)
        self._encode = msgspec.msgpack.Encoder().encode
        self._stored: dict[tuple[int, int], bytes] = {}

    def name(self, entry: Entry) -> str:
        """Return the name of the content of *entry*, empty where there is no use in one."""
        if all(piece.codec in COPIED for piece in entry.pieces):
            return ""
        steps = []
        for piece in entry.pieces:
            stored = self._digest(piece)
            if stored is None:
                return ""
            steps.append((stored, piece.codec, piece.length, piece.skip, piece.take))
        recipe = self._encode((entry.size, steps))
        return f"contents/{self._circumstances}/{hashlib.sha256(recipe).hexdigest()}"

    def _digest(self, piece: Piece) -> bytes | None:
        """Return the digest of what *piece* decodes; None for too much, or what is not there."""
        place = (piece.at, piece.size)
        known = self._stored.get(place)
        if known is None:
            self._room -= piece.size
            if self._room < 0:
                return None
            try:
                known = hashlib.sha256(self._view.window(*place)).digest()
            except NotThisFormat:
                return None
            self._stored[place] = known
        return known
