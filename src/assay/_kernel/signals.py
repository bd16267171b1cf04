"""Signals that end the program, kept back while something is half done."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Held:
    """Keeps SIGINT and SIGTERM back from the moment it is made until they are released.

    Python runs handlers in the main thread only, so elsewhere there is nothing to keep back.
    """

    def __init__(self) -> None:
        """Begin to keep signals back."""
        self._came: list[int] = []
        self._before: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for one in (signal.SIGINT, signal.SIGTERM):
                self._before[one] = signal.signal(one, self._note)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)

    def release(self) -> None:
        """Put the handlers back, and let what came in between take effect."""
        while self._before:
            one, handler = self._before.popitem()
            signal.signal(one, handler)
        while self._came:
            signal.raise_signal(self._came.pop())
