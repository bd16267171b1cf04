"""The verdict of a comparison: five levels and a fold by the worst.

E0 to E3 say that what differs is explained; D names a difference that matters; I says why
nothing can be concluded.
"""

from collections.abc import Iterable
from typing import Final, Literal

Level = Literal["E0", "E1", "E2", "E3", "I", "D"]

LEVELS: Final[tuple[Level, ...]] = ("E0", "E1", "E2", "E3", "I", "D")
TITLES: Final[dict[Level, str]] = {
    "E0": "identical",
    "E1": "same content",
    "E2": "equivalent",
    "E3": "equivalent, for a person to review",
    "I": "inconclusive",
    "D": "different",
}
MEANINGS: Final[dict[Level, str]] = {
    "E0": "Both sides are the same bytes.",
    "E1": "Every file is the same; only the packing differs.",
    "E2": "Every differing byte has a named cause that was proven.",
    "E3": "Every differing byte is explained, but some causes need a person to judge them.",
    "I": "What was seen does not decide it.",
    "D": "The two sides do different things, or may.",
}
LIMIT: Final = (
    "Equivalence shows that both sides are what one source and one toolchain build to. It does "
    "not show that the source is harmless, that the toolchain is honest, or that a device runs "
    "this image."
)
_ORDER: Final = {level: place for place, level in enumerate(LEVELS)}
_EXITS: Final[dict[Level, int]] = {"E0": 0, "E1": 0, "E2": 0, "E3": 4, "I": 3, "D": 1}


def worst(levels: Iterable[Level]) -> Level:
    """Return the worst of *levels*, E0 when there is none; one difference decides."""
    return max(levels, key=_ORDER.__getitem__, default="E0")


def rank(level: Level) -> int:
    """Return the place of *level* from E0 (0) to D (5)."""
    return _ORDER[level]


def exit_code(level: Level) -> int:
    """Return 0 for E0 to E2, 1 for D, 3 for I, 4 for E3."""
    return _EXITS[level]
