"""Texts inside two contents that are not taken apart: which came and which went.

A hint for a reader; nothing is concluded from it.
"""

from assay._kernel import lazy_re
from assay._kernel.printable import printable

LEAST, SHOWN, LONGEST = 6, 12, 120
LARGEST = 64 << 20
_TEXT = lazy_re.compile(rb"[\x20-\x7e\t]{%d,}" % LEAST)


def changed_texts(a: bytes, b: bytes) -> tuple[str, ...]:
    """Return the texts that only one side has, as lines of a diff; the longest first."""
    if max(len(a), len(b)) > LARGEST:
        return ()
    first, second = set(_TEXT.findall(a)), set(_TEXT.findall(b))
    lines = _lines("-", first - second) + _lines("+", second - first)
    return tuple(lines)


def _lines(sign: str, texts: set[bytes]) -> list[str]:
    words = [one for one in texts if _is_language(one)]
    chosen = sorted(words, key=lambda one: (-len(one), one))[:SHOWN]
    lines = [f"{sign}{printable(one[:LONGEST])}" for one in sorted(chosen)]
    more = len(words) - len(chosen)
    return [*lines, f" … {more} more texts {'went' if sign == '-' else 'came'}"] if more else lines


def _is_language(text: bytes) -> bool:
    """Say whether most of a text is letters, digits and spaces: random bytes are not."""
    plain = sum(chr(byte).isalnum() or byte in b" ._-/:%" for byte in text[:LONGEST])
    return plain * 10 >= min(len(text), LONGEST) * 9
