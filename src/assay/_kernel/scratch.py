"""Temporary folders that nothing leaves behind, not even a signal while one is being made."""

import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def scratch_folder() -> Iterator[str]:
    """Yield the path of a new temporary folder, which is removed behind; raises OSError.

    Signals that end the program wait until somebody stands ready to remove the folder.
    """
    held = _Held()
    try:
        folder = tempfile.mkdtemp(prefix="assay-")
        try:
            held.release()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        held.release()


class _Held:
    """Keeps SIGINT and SIGTERM back from the moment it is made until they are released.

    Python runs handlers in the main thread only, so elsewhere there is nothing to keep back.
    """

    def __init__(self) -> None:
        self._came: list[int] = []
        self._before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGINT, signal.SIGTERM):
                self._before[one] = signal.signal(one, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)

    def release(self) -> None:
        """Put the handlers back, and let what came in between take effect."""
        while self._before:
            one, handler = self._before.popitem()
            signal.signal(one, handler)
        while self._came:
            signal.raise_signal(self._came.pop())
