"""Semantic versions. Reference: semver.org 2.0.0, section 11; others are read as `generic`."""

from assay._kernel import lazy_re
from assay.vulns.versions import upstream

_SHAPE = lazy_re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?")
_GENERIC = upstream.reader(upstream.RULES["generic"])
_NUMBER, _WORD, _RELEASE = 0, 1, 2
MOST_DIGITS = 40


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of *version*."""
    shape = _SHAPE.fullmatch(version)
    if shape is None:
        return _GENERIC(version)
    numbers: list[upstream.Part] = [
        (upstream.NUMBER, int(text[:MOST_DIGITS]), "") for text in shape.groups()[:3] if text
    ]
    while len(numbers) > 1 and numbers[-1][1] == 0:
        numbers.pop()
    if not shape[4]:
        return (*numbers, upstream.END)
    before = tuple(_identifier(text) for text in shape[4].split("."))
    return (*numbers, (-1, 0, ""), *before)


def _identifier(text: str) -> upstream.Part:
    """Return a mark of a pre-release: numbers sort below words, by value."""
    if text.isascii() and text.isdigit():
        return (1, int(text[:MOST_DIGITS]), "")
    return (2, 0, text)
