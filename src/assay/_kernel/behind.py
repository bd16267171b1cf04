"""Work that a thread does while the process goes on, and that no fork happens beside.

A copy of a process has the locks of its threads, and not the threads that would release them.
"""

import os
import threading
from collections.abc import Callable

_threads: list[threading.Thread] = []


def begin(work: Callable[[], None]) -> None:
    """Have *work* done in a thread; it must not raise."""
    thread = threading.Thread(target=work)
    _threads.append(thread)
    thread.start()


def settle() -> None:
    """Wait until all that was begun is done."""
    while _threads:
        _threads[-1].join()
        _threads.pop()


os.register_at_fork(before=settle)
