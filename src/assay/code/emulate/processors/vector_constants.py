"""The constants that ARM's and AArch64's vector instructions encode in twelve bits.

Reference: Arm Architecture Reference Manual for A-profile, `AdvSIMDExpandImm`.
"""

from typing import Final

HALF: Final = (1 << 64) - 1
WORDS: Final = 0x1_0000_0001
HALVES: Final = 0x0001_0001_0001_0001
BYTES: Final = 0x0101_0101_0101_0101


def vector_constant(kind: int, value: int, *, inverted: bool) -> int | None:
    """Return the 64 bits that *value* (eight bits) stands for by *kind* (`cmode`), or None.

    None is for those that fill up with ones and those of floating point.
    """
    if kind < 8 and not kind & 1:
        found = (value << 8 * (kind >> 1)) * WORDS
    elif kind in (8, 10):
        found = (value << 8 * (kind >> 1 & 1)) * HALVES
    elif kind == 14 and not inverted:
        return value * BYTES
    elif kind == 14:
        return sum(0xFF << 8 * place for place in range(8) if value >> place & 1)
    else:
        return None
    return ~found & HALF if inverted else found
