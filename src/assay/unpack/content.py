"""From a recipe to bytes: decodes the pieces of an entry, each shared block once."""

from collections import OrderedDict
from collections.abc import Sequence

from assay.model.tree import Piece
from assay.unpack.codecs import decode
from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.view import NotThisFormat, View


class Contents:
    """Reads contents out of one container blob.

    Blocks that several files share (fragments, solid blocks) are kept decoded, at most
    *cached* bytes of them, so that neighbours cost one decoding.
    """

    def __init__(self, view: View, cached: int = 16 << 20) -> None:
        self._view = view
        self._room = cached
        self._used = 0
        self._blocks: OrderedDict[tuple[int, int, str, int], bytes] = OrderedDict()

    def read(self, pieces: Sequence[Piece]) -> bytes:
        """Return the content that *pieces* give.

        Raises `DecodeFailure` on damage; its `partial` holds what was read up to there.
        """
        if len(pieces) == 1:
            return self._piece(pieces[0])
        out = bytearray()
        for piece in pieces:
            try:
                out += self._piece(piece)
            except DecodeFailure as failure:
                raise DecodeFailure(str(failure), bytes(out) + failure.partial) from None
            if len(out) > self._view.limits.file:
                raise DecodeFailure("larger than one file may be", bytes(out))
        return bytes(out)

    def _piece(self, piece: Piece) -> bytes:
        if piece.length > self._view.limits.file:
            raise DecodeFailure("larger than one file may be")
        whole = self._block(piece)
        if piece.skip == 0 and piece.take < 0:
            return whole
        end = len(whole) if piece.take < 0 else piece.skip + piece.take
        if end > len(whole):
            raise DecodeFailure("a block is shorter than its files need", whole[piece.skip :])
        return whole[piece.skip : end]

    def _block(self, piece: Piece) -> bytes:
        if piece.codec == "hole":
            return bytes(piece.length)
        if piece.skip == 0 and piece.take < 0:
            return self._decode(piece)
        key = (piece.at, piece.size, piece.codec, piece.length)
        known = self._blocks.get(key)
        if known is None:
            known = self._decode(piece)
            self._remember(key, known)
        return known

    def _decode(self, piece: Piece) -> bytes:
        try:
            stored = self._view.window(piece.at, piece.size)
        except NotThisFormat as error:
            raise DecodeFailure(str(error)) from None
        out = decode(piece.codec, stored, piece.length)
        if piece.take < 0 and len(out) != piece.length:
            # What follows would move into the gap.
            raise DecodeFailure(f"{len(out)} bytes where {piece.length} belong", out)
        return out

    def _remember(self, key: tuple[int, int, str, int], block: bytes) -> None:
        self._blocks[key] = block
        self._used += len(block)
        while self._used > self._room and len(self._blocks) > 1:
            _, dropped = self._blocks.popitem(last=False)
            self._used -= len(dropped)
