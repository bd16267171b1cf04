"""The NRV codes by hand: a literal, a match that overlaps, the end mark, damage."""

import pytest

from assay.unpack.codecs import DecodeFailure, decode


class Writer:
    """Puts bits and bytes together as the 8-bit variant stores them."""

    def __init__(self):
        self.out, self.at, self.free = bytearray(), 0, 0

    def bit(self, value):
        if not self.free:
            self.at, self.free = len(self.out), 8
            self.out.append(0)
        self.free -= 1
        self.out[self.at] |= value << self.free

    def bits(self, text):
        for value in text:
            self.bit(int(value))

    def count(self, number):
        """Write a number of at least two: its bits below the highest, a mark after each."""
        low = bin(number)[3:]
        for place, value in enumerate(low):
            self.bits(value + ("1" if place == len(low) - 1 else "0"))

    def byte(self, value):
        self.out.append(value)


def sample():
    """Return `abababab` and the end mark in the 2b code."""
    writer = Writer()
    for letter in b"ab":
        writer.bit(1)
        writer.byte(letter)
    writer.bit(0)
    writer.count(3)  # (3 - 3) * 256 + byte + 1 = a distance of 2
    writer.byte(1)
    writer.bits("00")  # a long length
    writer.count(3)  # 3 + 2 + 1 = 6 bytes
    writer.bit(0)
    writer.count((0xFFFFFFFF >> 8) + 3)
    writer.byte(0xFF)
    return bytes(writer.out)


def test_literals_matches_and_the_end():
    assert decode("nrv:2b,8", sample(), 8) == b"abababab"


def test_more_than_is_allowed_is_damage():
    with pytest.raises(DecodeFailure) as caught:
        decode("nrv:2b,8", sample(), 5)
    assert caught.value.partial == b"ab"


@pytest.mark.parametrize("kind", ["2b", "2d", "2e"])
@pytest.mark.parametrize("width", [8, 16, 32])
@pytest.mark.parametrize("data", [b"", b"\xff", b"\x00" * 64, b"\xff" * 64, b"\x5a" * 64])
def test_damage_ends_in_a_failure(kind, width, data):
    with pytest.raises(DecodeFailure):
        decode(f"nrv:{kind},{width}", data, 1 << 16)


def test_unknown_codes_are_refused():
    with pytest.raises(DecodeFailure, match="no NRV code"):
        decode("nrv:2c,8", b"abc", 10)
