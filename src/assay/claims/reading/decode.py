"""Bytes to text with a way back: the first step of reading a document.

The view that rules read has plain spaces and one kind of apostrophe; each character of it
stands for one character of the text, so an offset in the view is an offset in the text.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from operator import index
from typing import NamedTuple

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_SPACES = dict.fromkeys((160, 5760, 8239, 8287, 12288, *range(8192, 8203)), " ")
# Marks without width, direction marks and soft hyphens would split words and hide quotations.
_HIDDEN = dict.fromkeys(
    (173, 8203, 8206, 8207, 8288, 65279, *range(8234, 8239), *range(8294, 8298)), " "
)
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_VIEW = {
    **_SPACES,
    **_HIDDEN,
    **_CONTROLS,
    0x2015: "—",
    0x2028: "\n",
    0x2029: "\n",
    0x85: "\n",
    0x60: "`",
    0xB4: "'",
    0x2032: "'",
    0x02BC: "'",
}


_CHANGED = re.compile("[" + "".join(re.escape(chr(code)) for code in _VIEW) + "]")


_ODD = bytes((*range(9), *range(14, 27), *range(28, 32), 127))


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
    odd = len(head) - len(head.translate(None, _ODD))
    return odd * 50 > len(head) or b"\0" in head


def view(text: str) -> str:
    """Return *text* with one kind of space and apostrophe, the same length as *text*."""
    if "\r" in text and "\n" not in text:
        text = text.replace("\r", "\n")
    if text.isascii():
        return text.translate(_VIEW) if _has_controls(text) else text
    return _CHANGED.sub(lambda match: _VIEW[ord(match[0])], text)


def byte_map(decoded: Decoded) -> Callable[[int], int]:
    """Return the function from an offset in the text of *decoded* to one in its bytes.

    Only characters that take another number of bytes than the encoding's unit are listed, with
    the bytes gained up to and including each: a text of few such characters is looked up fast.
    """
    if decoded.encoding == "utf-8" and not decoded.skipped and decoded.text.isascii():
        return index
    unit = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4}.get(decoded.encoding, 1)
    wide: list[int] = []
    gained = [decoded.skipped]
    if decoded.encoding == "utf-8" and not decoded.text.isascii():
        _list_wide(_WIDE_IN_UTF8, decoded.text, _gain_in_utf8, wide, gained)
    elif unit == 2:
        _list_wide(_WIDE_IN_UTF16, decoded.text, lambda _: 2, wide, gained)
    return lambda char: char * unit + gained[bisect_left(wide, char)]


def _list_wide(
    pattern: re.Pattern[str],
    text: str,
    gain: Callable[[str], int],
    wide: list[int],
    gained: list[int],
) -> None:
    total = gained[0]
    for match in pattern.finditer(text):
        total += gain(match[0])
        wide.append(match.start())
        gained.append(total)


_WIDE_IN_UTF8 = re.compile(r"[^\x00-\x7f]")
_WIDE_IN_UTF16 = re.compile(r"[\U00010000-\U0010ffff]")


def _gain_in_utf8(char: str) -> int:
    """Return how many bytes more than one *char* takes; an undecodable byte takes one."""
    if "\udc80" <= char <= "\udcff":
        return 0
    return 1 if char < "\u0800" else 2 if char < "\U00010000" else 3


def _lossless(data: bytes, encoding: str, skipped: int) -> Decoded:
    if encoding == "utf-8":
        text = data.decode("utf-8", "surrogateescape")
        damaged = (
            any("\udc80" <= char <= "\udcff" for char in text) if not text.isascii() else False
        )
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


_CONTROL = re.compile("[" + "".join(re.escape(chr(code)) for code in _CONTROLS) + "]")


def _has_controls(text: str) -> bool:
    return _CONTROL.search(text) is not None
