r"""Bytes of any content as reversible, printable text: paths and excerpts of hostile images.

Valid UTF-8 that a terminal can show stays as it is; everything else, and the backslash,
becomes `\xNN` or `\uNNNN`, so two different byte strings never read alike.
"""

import re
import unicodedata

from assay._kernel import lazy_re

_PLAIN = lazy_re.compile(rb"[ -\[\]-~]*")
_ESCAPE = lazy_re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|\\)")
# Direction overrides and invisible characters can make a hostile name read like another.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(data: bytes) -> str:
    """Return *data* as printable text; `raw` is the inverse."""
    if _PLAIN.fullmatch(data):
        return data.decode("ascii")
    return "".join(_shown(char) for char in data.decode("utf-8", "surrogateescape"))


def raw(text: str) -> bytes:
    """Return the bytes that `printable` showed as *text*."""
    return _ESCAPE.sub(_unescape, text).encode("utf-8", "surrogateescape")


def _shown(char: str) -> str:
    code = ord(char)
    if char == "\\":
        return "\\\\"
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(char) not in _HIDDEN:
        return char
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _unescape(match: re.Match[str]) -> str:
    body = match.group(1)
    if body == "\\":
        return body
    code = int(body[1:], 16)
    return chr(code + 0xDC00) if body[0] == "x" and code >= 0x80 else chr(code)
