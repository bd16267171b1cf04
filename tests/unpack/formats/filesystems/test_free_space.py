"""What free blocks hold."""

import numpy as np

from assay.unpack.formats.filesystems._free_space import account_for, free_runs
from assay.unpack.limits import Limits
from assay.unpack.sink import Sink
from assay.unpack.view import View


def test_runs_of_free_blocks() -> None:
    used = np.array([False, True, True, False, False, True, False])
    assert list(free_runs(used)) == [(0, 1), (3, 2), (6, 1)]
    assert list(free_runs(np.ones(3, np.bool_))) == []


def test_zero_and_erased_ranges_are_padding_and_others_unknown() -> None:
    view = View(bytes(10) + b"\xff" * 10 + bytes(5) + b"\xff" * 5 + b"data")
    sink = Sink(Limits(), "test")
    account_for(view, sink, [(0, 10), (10, 10), (20, 10), (30, 100), (34, 5)])
    assert [(one.offset, one.length, one.account) for one in sink.regions] == [
        (0, 10, "padding"),
        (10, 10, "padding"),
        (20, 10, "unknown"),
        (30, 4, "unknown"),
    ]
