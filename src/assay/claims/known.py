"""What is known of a token's text, worked out once: texts repeat, within and across documents."""

from collections.abc import Callable
from sys import intern
from typing import Generic, TypeVar

T = TypeVar("T")
_MOST, _LONGEST = 50_000, 40
"""A hostile text has no end of different words: so many are kept, and none longer."""


class Known(dict[str, T], Generic[T]):
    """The values of a pure function of a text; `known[text]` works out what is missing."""

    def __init__(self, work_out: Callable[[str], T]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, text: str) -> T:
        """Return the value for *text*, kept for the next time."""
        value = self._work_out(text)
        if len(text) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            # One object for a text wherever it is a key: less memory to look through.
            self[intern(text)] = value
        return value
