"""NRV2B, NRV2D and NRV2E: the byte-oriented LZ77 codes of the UCL library, as UPX stores them.

A bit 1 announces a literal byte; otherwise an offset in an interleaved prefix code and a length
follow, and offset code 2 repeats the last one. Bits come from bytes, or from 16- or 32-bit
little-endian words, fetched when they run out. Parameters: `2b,32`, `2d,8`, `2e,16` …

Written from a description of the codes: M. Oberhumer, UCL 1.03, documentation.
"""

from collections.abc import Callable

from assay.unpack.codecs.failure import DecodeFailure

END = 0xFFFFFFFF
FAR = {"2b": 0xD00, "2d": 0x500, "2e": 0x500}
"""Offsets beyond these make a match one byte longer."""


class _Bits:
    """The stored bytes: single bits, and the whole bytes that lie between the words of bits."""

    __slots__ = ("at", "data", "held", "left", "size")

    def __init__(self, data: bytes, width: int) -> None:
        self.data, self.size = data, width // 8
        self.at = self.held = self.left = 0

    def bit(self) -> int:
        """Return the next bit."""
        if not self.left:
            word = self.data[self.at : self.at + self.size]
            self.held, self.left = int.from_bytes(word, "little"), 8 * self.size
            self.at += self.size
            if len(word) < self.size:
                raise DecodeFailure("the NRV data ends early")
        self.left -= 1
        return self.held >> self.left & 1

    def byte(self) -> int:
        """Return the next whole byte."""
        self.at += 1
        return self.data[self.at - 1]

    def count(self) -> int:
        """Return a number of at least two: bits of it alternate with marks that it goes on."""
        value = 1
        while True:
            value = value * 2 + self.bit()
            if self.bit():
                return value
            if value > END:
                raise DecodeFailure("an NRV length is too large")


def _offset_2b(bits: _Bits) -> int:
    return bits.count()


def _offset_2d(bits: _Bits) -> int:
    value = 1
    while True:
        value = value * 2 + bits.bit()
        if bits.bit():
            return value
        value = (value - 1) * 2 + bits.bit()
        if value > END:
            raise DecodeFailure("an NRV offset is too large")


def _length_short(bits: _Bits, first: int) -> int:
    value = first * 2 + bits.bit()
    return value or bits.count() + 2


def _length_2e(bits: _Bits, first: int) -> int:
    if first:
        return 1 + bits.bit()
    return 3 + bits.bit() if bits.bit() else bits.count() + 3


def _nrv(data: memoryview, parameters: str, most: int) -> bytes:
    """Decode up to *most* bytes; damage raises `DecodeFailure` with what came out before."""
    kind, _, width = parameters.partition(",")
    if kind not in FAR or width not in {"8", "16", "32"}:
        raise DecodeFailure(f"no NRV code {parameters}")
    out = bytearray()
    try:
        _expand(_Bits(bytes(data), int(width)), kind, out, most)
    except IndexError:
        raise DecodeFailure("the NRV data ends early", bytes(out)) from None
    except DecodeFailure as failure:
        raise DecodeFailure(str(failure), bytes(out)) from None
    return bytes(out)


def _expand(bits: _Bits, kind: str, out: bytearray, most: int) -> None:
    offset_code: Callable[[_Bits], int] = _offset_2b if kind == "2b" else _offset_2d
    far, last = FAR[kind], 1
    bit, byte = bits.bit, bits.byte
    while True:
        while bit():
            out.append(byte())
            if len(out) > most:
                raise DecodeFailure("the NRV data yields more than it says")
        code = offset_code(bits)
        if code == 2:
            first = 0 if kind == "2b" else bit()
        else:
            value = (code - 3) * 256 + byte()
            if value == END:
                return
            first = 0 if kind == "2b" else ~value & 1
            last = (value if kind == "2b" else value >> 1) + 1
        if kind == "2b":
            first = bit()
        length = (_length_2e if kind == "2e" else _length_short)(bits, first)
        _repeat(out, last, length + (last > far) + 1, most)


def _repeat(out: bytearray, distance: int, length: int, most: int) -> None:
    """Append *length* bytes that begin *distance* before the end; they may overlap."""
    start = len(out) - distance
    if start < 0 or len(out) + length > most:
        raise DecodeFailure("an NRV match lies outside the data")
    piece = bytes(out[start : start + length])
    out += (piece * (length // len(piece) + 1))[:length]


DECODERS = {"nrv": _nrv}
