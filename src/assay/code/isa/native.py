"""What the native decoders are handed: addresses of arrays, and the areas of memory as a table."""

from collections.abc import Callable
from ctypes import addressof, c_char
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.code.memory import Ints
from assay.code.program import Program

Kernel = Callable[..., int]
_START: Any = c_char * 0


def address_of(array: npt.NDArray[Any]) -> int:
    """Return the address of the first byte of *array*, which must be kept while it is used."""
    if array.flags.writeable and array.flags.c_contiguous:
        return addressof(_START.from_buffer(array))
    return array.ctypes.data


def area_table(program: Program) -> Ints | None:
    """Return (start, address of the bytes, size) of each area; None where bytes are not in line."""
    rows = []
    for area in program.memory.areas:
        if area.data.strides != (1,):
            return None
        rows.append((area.start, address_of(area.data), area.data.size))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def mapped_size(program: Program) -> int:
    """Return how many bytes are mapped: code that is larger lies partly outside."""
    return sum([int(area.data.size) for area in program.memory.areas])
