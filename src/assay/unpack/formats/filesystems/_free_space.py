"""Free blocks of a file system: padding where they are zero, unknown where data was left."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from assay.unpack.sink import Sink
from assay.unpack.view import View

_MOST_RUNS = 100_000
_CHUNK = 1 << 22


def free_runs(used: npt.NDArray[np.bool_]) -> Iterable[tuple[int, int]]:
    """Yield (first, count) of every run of blocks that are not in *used*."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], used, [True])).astype(np.int8)))
    for first, last in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        yield first, last - first


def account_for(view: View, sink: Sink, ranges: Iterable[tuple[int, int]]) -> None:
    """State what each free (offset, length) of *ranges* holds."""
    for index, (at, claimed) in enumerate(ranges):
        if index >= _MOST_RUNS:
            sink.problem("limit", "too many runs of free blocks; the rest was not looked at")
            return
        length = min(claimed, view.size - at)
        if length > 0:
            empty = is_uniform(view, at, length)
            note = "free blocks" if empty else "free blocks that hold data"
            sink.region(at, length, "padding" if empty else "unknown", note)


def is_uniform(view: View, at: int, length: int) -> bool:
    """Return whether a range that is not empty is all zero or all erased."""
    first = view.number("B", at)
    if first not in {0, 0xFF}:
        return False
    return all(
        (np.frombuffer(view.window(at + step, min(_CHUNK, length - step)), np.uint8) == first).all()
        for step in range(0, length, _CHUNK)
    )
