"""Which of many texts are rare, odd or secretive: the rules for one text, over all at once."""

from ctypes import c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from assay._native import kernel
from assay.code.access.oddities import is_odd_text, is_secretive
from assay.code.access.rarity import is_rare_text
from assay.code.access.referred import ReferredTexts
from assay.code.native import address_of

RARE, ODD, SECRETIVE = 1, 2, 4
ASKED = 8
"""What the kernel says of a text with bytes above ASCII, which may be words of some language."""


def drawn_texts(texts: ReferredTexts) -> npt.NDArray[np.uint8]:
    """Return the bits RARE, ODD and SECRETIVE of each of *texts*."""
    search = _search()
    if search is None:
        every = map(texts.text, range(len(texts)))
        return np.fromiter(map(_bits, every), dtype=np.uint8, count=len(texts))
    found = np.empty(len(texts), dtype=np.uint8)
    begin, starts, ends, room = map(address_of, (texts.data, texts.starts, texts.ends, found))
    search(begin, texts.data.size, starts, ends, len(texts), room)
    for number in (found == ASKED).nonzero()[0].tolist():
        found[number] = _bits(texts.text(number))
    return found


def _bits(text: bytes) -> int:
    return RARE * is_rare_text(text) | ODD * is_odd_text(text) | SECRETIVE * is_secretive(text)


@cache
def _search() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    return kernel("texts_drawn", c_void_p, c_int64, c_void_p, c_void_p, c_int64, c_void_p)
