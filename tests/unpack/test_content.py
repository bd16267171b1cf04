import zlib

import pytest

from assay.model.tree import Piece
from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.content import Contents
from assay.unpack.limits import Limits
from assay.unpack.view import View

BLOCK = zlib.compress(b"0123456789")
DATA = BLOCK + b"rawbytes"


def read(*pieces, limits=None):
    return Contents(View(DATA, limits)).read(pieces)


def packed(**changes):
    return Piece(**{"at": 0, "size": len(BLOCK), "codec": "zlib", "length": 10, **changes})


RAW = Piece(at=len(BLOCK), size=8, codec="raw", length=8)
HOLE = Piece(at=0, size=0, codec="hole", length=5)


def test_pieces_follow_one_another():
    assert read(packed(), HOLE, RAW) == b"0123456789" + bytes(5) + b"rawbytes"
    assert read() == b""


def test_a_shared_block_gives_each_file_its_part():
    assert read(packed(length=64, skip=2, take=3), packed(length=64, skip=8, take=2)) == b"23489"


def test_a_block_that_is_too_short_is_damage_and_moves_nothing():
    with pytest.raises(DecodeFailure) as caught:
        read(RAW, packed(length=12), RAW)
    assert caught.value.partial == b"rawbytes0123456789"
    with pytest.raises(DecodeFailure):
        read(packed(length=64, skip=8, take=5))


@pytest.mark.parametrize(
    "piece",
    [
        Piece(at=3, size=9, codec="zlib", length=4),
        Piece(at=0, size=9999, codec="raw", length=9999),
        Piece(at=0, size=4, codec="nonsense", length=4),
    ],
)
def test_damage_is_a_decode_failure(piece):
    with pytest.raises(DecodeFailure):
        read(piece)


def test_a_file_beyond_the_limit_is_refused():
    with pytest.raises(DecodeFailure, match="larger"):
        read(HOLE, HOLE, HOLE, limits=Limits(file=12))
