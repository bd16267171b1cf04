"""Branch filters of executable packers, undone: absolute targets become relative again.

A packer replaces the distances of calls by addresses, because these repeat. Which instructions
are meant, and how the marker byte (*mark*) tells changed ones, is as in UPX: 0x46 and 0x49 for
x86, 0x50 and 0x51 for ARM, 0x52 for AArch64, 0xd0 for PowerPC. The last word of ARM code is
never changed.
"""

import re
from collections.abc import Callable

import numpy as np

from assay._kernel import lazy_re

_SHORT = lazy_re.compile(rb"[\xe8\xe9]")
_LONG = lazy_re.compile(rb"[\xe8\xe9]|(?<=\x0f)[\x80-\x8f]")
PPC_MARK_BITS = 4


def restore(data: bytes, number: int, mark: int) -> bytes | None:
    """Return *data* without filter *number* (0: none), or None for a filter that is unknown."""
    if number == 0:
        return data
    undo = _FILTERS.get(number)
    return undo(data, mark) if undo else None


def _x86(expression: re.Pattern[bytes]) -> Callable[[bytes, int], bytes]:
    def undo(data: bytes, mark: int) -> bytes:
        out, at, behind = bytearray(data), 0, 0
        while (match := expression.search(data, at)) and match.start() < len(data) - 5:
            at = match.start() + 1
            # The byte in front of a jump's opcode must not belong to the call before it.
            conditional = data[match.start()] < 0xE8 and match.start() == behind
            if conditional or data[at] != mark:
                continue
            target = int.from_bytes(data[at : at + 4], "big") - (mark << 24)
            out[at : at + 4] = (target - at & 0xFFFFFFFF).to_bytes(4, "little")
            at = behind = at + 4
        return bytes(out)

    return undo


def _words(data: bytes, order: str) -> "np.typing.NDArray[np.uint32]":
    return np.frombuffer(data[: len(data) // 4 * 4], dtype=f"{order}u4").astype(np.uint32)


def _whole(words: "np.typing.NDArray[np.uint32]", data: bytes, order: str) -> bytes:
    return words.astype(f"{order}u4").tobytes() + data[len(words) * 4 :]


def _arm(order: str) -> Callable[[bytes, int], bytes]:
    def undo(data: bytes, mark: int) -> bytes:
        del mark
        words = _words(data, order)
        place = np.arange(words.size, dtype=np.uint32)
        calls = ((words >> 24 & 15) == 11) & (4 * place + 4 < len(data))
        low = (words - place) & 0xFFFFFF
        return _whole(np.where(calls, words & 0xFF000000 | low, words), data, order)

    return undo


def _aarch64(data: bytes, mark: int) -> bytes:
    del mark
    words = _words(data, "<")
    place = np.arange(words.size, dtype=np.uint32)
    calls = ((words & 0x7C000000) == 0x14000000) & (4 * place + 4 < len(data))
    low = (words - place) & 0x3FFFFFF
    return _whole(np.where(calls, words & 0xFC000000 | low, words), data, "<")


def _ppc(data: bytes, mark: int) -> bytes:
    words = _words(data, ">")
    reach = 1 << 26 - PPC_MARK_BITS
    place = 4 * np.arange(words.size, dtype=np.uint32)
    calls = ((words & 0xFC000002) == 0x48000000) & (place < reach)
    calls &= (words >> 26 - PPC_MARK_BITS & 15) == mark
    low = ((words & reach - 4) - place) & 0x3FFFFFC
    return _whole(np.where(calls, words & 0xFC000003 | low, words), data, ">")


_FILTERS: dict[int, Callable[[bytes, int], bytes]] = {
    0x46: _x86(_SHORT),
    0x49: _x86(_LONG),
    0x50: _arm("<"),
    0x51: _arm(">"),
    0x52: _aarch64,
    0xD0: _ppc,
}
