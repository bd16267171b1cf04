"""Which paths the kinds want: globs, most of which are told by how a path ends.

Serves the examiner, which asks about each file of an image for each kind.
"""

import re
from fnmatch import translate
from functools import cached_property


class Globs:
    """Globs over paths, asked as `fnmatch` would be, sooner."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        plain = tuple(glob for glob in globs if not set(glob) & set("?[") and glob.strip("*"))
        ends = tuple(glob for glob in plain if glob.startswith("*") and glob.count("*") == 1)
        others = [glob for glob in globs if glob not in ends]
        self._ends = tuple(glob[1:] for glob in ends)
        self._held = tuple({max(re.split(r"[*?]|\[.*", glob), key=len) for glob in others})
        self._others = others

    def match(self, path: str) -> bool:
        """Return whether one of the globs matches the whole of *path*."""
        if path.endswith(self._ends):
            return True
        likely = any(text in path for text in self._held)
        return likely and self._expression.match(path) is not None

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{translate(glob)})" for glob in self._others))
