"""An order of release numbers that needs no knowledge of the project that made them.

Numbers count as numbers; a letter behind a number comes later (1.0.2k after 1.0.2), a word that
announces a release comes before it (2.0rc1 before 2.0). Zeros at the end say nothing: 2.0 is 2.
"""

from functools import lru_cache

from assay._kernel import lazy_re

_PART = lazy_re.compile(r"\d+|[A-Za-z]+|~")
_BEFORE = {"rc", "pre", "beta", "alpha", "dev", "devel", "test", "a", "b"}
_LONGEST = 64
_MOST_DIGITS = 12

Key = tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=4096)
def version_key(version: str) -> Key:
    """Return a key by which *version* sorts among the releases of its project."""
    found: list[tuple[int, int, str]] = []
    for part in _PART.findall(version[:_LONGEST]):
        if part.isdigit():
            found.append((2, int(part[:_MOST_DIGITS]), ""))
        elif part == "~" or (part.lower() in _BEFORE and len(part) > 1):
            _cut_zeros(found)
            found.append((-1, 0, part.lower()))
        else:
            found.append((1, 0, part.lower()))
    _cut_zeros(found)
    return (*found, (0, 0, ""))


def _cut_zeros(parts: list[tuple[int, int, str]]) -> None:
    while len(parts) > 1 and parts[-1] == (2, 0, ""):
        parts.pop()
