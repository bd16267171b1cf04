"""Kernels in C for the loops that numpy cannot run whole, compiled when Assay is installed.

Every kernel does what a Python function beside its caller does, to the last bit; where there is
no library, or `ASSAY_NATIVE=0` is set, that function is used. A library that was not compiled
from the C files as they are is not used.
"""

import ctypes
import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LIBRARY = FOLDER / "kernels.so"
SWITCH = "ASSAY_NATIVE"


@lru_cache(maxsize=1)
def library() -> Any:  # noqa: ANN401 - ctypes makes its functions when they are asked for
    """Return the compiled kernels as a `ctypes.CDLL`, or None."""
    if os.environ.get(SWITCH) == "0":
        return None
    try:
        found = ctypes.CDLL(os.fspath(LIBRARY))
        stamp = ctypes.c_char_p.in_dll(found, "assay_sources").value
    except (OSError, ValueError):
        return None
    return found if stamp == source_digest(FOLDER).encode() else None


def source_digest(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of the C files in *folder*."""
    total = hashlib.sha256()
    for name in sorted(one for one in os.listdir(folder) if one.endswith((".c", ".h"))):  # noqa: PTH208 - at every start
        with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - half a hundred
            total.update(name.encode() + b"\0" + file.read() + b"\0")
    return total.hexdigest()


def kernel(name: str, *arguments: Any) -> Any:  # noqa: ANN401 - types of ctypes
    """Return the kernel *name*, which takes *arguments* (ctypes types) and returns an int64.

    None without a library: the caller then does the work in Python.
    """
    found = library()
    if found is None:
        return None
    function = getattr(found, name)
    function.argtypes, function.restype = arguments, ctypes.c_int64
    return function
