"""Nothing forks beside a thread that works behind."""

import os
import threading

from assay._kernel import behind
from assay._kernel.workers import Bounds, Pool


def test_settling_waits_for_all_that_was_begun():
    done = []
    for number in range(3):
        behind.begin(lambda number=number: done.append(number))
    behind.settle()
    assert sorted(done) == [0, 1, 2]
    assert threading.active_count() == 1


def test_a_fork_and_a_pool_wait(monkeypatch):
    go = threading.Event()
    done = []
    monkeypatch.setattr(threading.Thread, "join", lambda one, join=threading.Thread.join: (
        go.set(), join(one),
    ))  # fmt: skip
    behind.begin(lambda: (go.wait(), done.append("fork")))
    child = os.fork()
    if child == 0:
        os._exit(len(done))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    go.clear()
    behind.begin(lambda: (go.wait(), done.append("pool")))
    assert Pool(1, lambda _: bytes, b"", Bounds(1 << 30, 1)).shares_memory
    assert done == ["fork", "pool"]
