"""Bytes to text with a way back: the first step of reading a document.

The view that rules read has plain spaces and one kind of apostrophe; each character of it
stands for one character of the text, so an offset in the view is an offset in the text.
"""

import unicodedata
from bisect import bisect_right
from typing import NamedTuple

_STEP = 2048
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_SPACES = {code: " " for code in (0xA0, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B))}
# Marks without width, direction marks and soft hyphens would split words and hide quotations.
_HIDDEN = {code: " " for code in (0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_CONTROLS = {code: " " for code in (*range(9), 11, 12, *range(14, 32), 127)}
_VIEW = {**_SPACES, **_HIDDEN, **_CONTROLS, 0x2015: "—", 0x2028: "\n", 0x2029: "\n", 0x85: "\n", 0x60: "`", 0xB4: "'", 0x2032: "'", 0x02BC: "'"}


class Decoded(NamedTuple):
    """Text with the encoding it was read in and the number of bytes before it."""

    text: str
    encoding: str
    skipped: int
    notes: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """Return *data* as text; never fails: what fits no encoding is read byte by byte."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _lossless(data[len(mark) :], encoding, len(mark))
    encoding = _wide(data)
    if encoding:
        return _lossless(data, encoding, 0)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(data) - 4:
            return _lossless(data, "utf-8", 0)
    if _bad_share(data) < 10:
        return _lossless(data, "utf-8", 0)
    return _single_byte(data)


def is_binary(data: bytes) -> bool:
    """Tell whether *data* is no text in any encoding that is read."""
    head = data[:65536]
    if not head or any(head.startswith(mark) for mark, _ in _BOMS) or _wide(head):
        return False
    odd = sum(head.count(code) for code in (*range(9), *range(14, 27), *range(28, 32), 127))
    return odd * 50 > len(head) or b"\0" in head


def view(text: str) -> str:
    """Return *text* with one kind of space and apostrophe, the same length as *text*."""
    return text if text.isascii() and not _has_controls(text) else text.translate(_VIEW)


def composed(text: str) -> str:
    """Return *text* in composed form, for comparing; its offsets mean nothing."""
    return unicodedata.normalize("NFC", text)


class ByteMap:
    """Where each character of a decoded text stands in the original bytes."""

    def __init__(self, decoded: Decoded) -> None:
        self._text = decoded.text
        self._encoding = decoded.encoding
        self._base = decoded.skipped
        self._plain = decoded.encoding in {"cp1252", "latin-1"} or decoded.text.isascii()
        self._plain = self._plain and not decoded.encoding.startswith("utf-16")
        self._plain = self._plain and not decoded.encoding.startswith("utf-32")
        self._marks: list[int] = []

    def byte(self, char: int) -> int:
        """Return the offset in bytes of the character at *char*."""
        if self._plain:
            return self._base + char
        if not self._marks:
            self._measure()
        place = min(char // _STEP, len(self._marks) - 1)
        return self._marks[place] + self._length(self._text[place * _STEP : char])

    def char(self, byte: int) -> int:
        """Return the index of the character that holds the byte at *byte*."""
        if self._plain:
            return byte - self._base
        if not self._marks:
            self._measure()
        place = bisect_right(self._marks, byte) - 1
        at, index = self._marks[place], place * _STEP
        while at < byte and index < len(self._text):
            at += self._length(self._text[index])
            index += 1
        return index

    def _measure(self) -> None:
        at = self._base
        for start in range(0, len(self._text) + 1, _STEP):
            self._marks.append(at)
            at += self._length(self._text[start : start + _STEP])

    def _length(self, part: str) -> int:
        if part.isascii() and self._encoding == "utf-8":
            return len(part)
        errors = "surrogatepass" if self._encoding.startswith("utf-16") else "surrogateescape"
        return len(part.encode(self._encoding, errors))


def _lossless(data: bytes, encoding: str, skipped: int) -> Decoded:
    if encoding == "utf-8":
        text = data.decode("utf-8", "surrogateescape")
        damaged = any("\udc80" <= char <= "\udcff" for char in text) if not text.isascii() else False
        notes = ("some bytes are not UTF-8",) if damaged else ()
        return Decoded(text, encoding, skipped, notes)
    try:
        return Decoded(data.decode(encoding), encoding, skipped)
    except UnicodeDecodeError:
        note = f"announced as {encoding} but not valid; read byte by byte"
        return Decoded(data.decode("latin-1"), "latin-1", skipped, (note,))


def _single_byte(data: bytes) -> Decoded:
    note = "not UTF-8; read as Windows-1252"
    try:
        return Decoded(data.decode("cp1252"), "cp1252", 0, (note,))
    except UnicodeDecodeError:
        return Decoded(data.decode("latin-1"), "latin-1", 0, ("not UTF-8; read as Latin-1",))


def _wide(data: bytes) -> str:
    """Return the UTF-16 kind that *data* without a mark is in, or an empty text."""
    head = data[:4096]
    if len(head) < 8 or b"\0" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd * 10 > half * 7 and even * 20 < half:
        return "utf-16-le"
    return "utf-16-be" if even * 10 > half * 7 and odd * 20 < half else ""


def _bad_share(data: bytes) -> int:
    """Return how many of a thousand characters are not UTF-8."""
    text = data[:65536].decode("utf-8", "surrogateescape")
    bad = sum(1 for char in text if "\udc80" <= char <= "\udcff")
    wide = sum(1 for char in text if char > "\x7f") - bad
    if bad and wide == 0:
        return 1000
    return bad * 1000 // max(1, len(text))


def _has_controls(text: str) -> bool:
    return any(chr(code) in text for code in _CONTROLS)
