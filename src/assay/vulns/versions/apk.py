"""Versions of Alpine packages: `1.2.3a_rc1-r2`. Reference: apk-package(5), version syntax."""

from assay._kernel import lazy_re

Part = tuple[int, int, str]
_SHAPE = lazy_re.compile(
    r"(?P<numbers>\d+(?:\.\d+)*)(?P<letter>[a-z]?)(?P<suffixes>(?:_[a-z]+\d*)*)"
    r"(?:~[0-9a-f]+)?(?:-r(?P<revision>\d+))?"
)
_SUFFIX = lazy_re.compile(r"_([a-z]+)(\d*)")
_BEFORE = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1}
_AFTER = {"cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
END, REVISION, AFTER, LETTER, NUMBER = 0, 1, 2, 3, 4
MOST_DIGITS = 40


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of *version*; what does not fit the syntax ends it."""
    shape = _SHAPE.match(version.lower())
    if shape is None:
        return ((END, 0, ""),)
    first, *others = shape["numbers"].split(".")
    parts: list[Part] = [(NUMBER, int(first[:MOST_DIGITS]), "")]
    parts += [_number(text) for text in others]
    if shape["letter"]:
        parts.append((LETTER, 0, shape["letter"]))
    for word, digits in _SUFFIX.findall(shape["suffixes"]):
        number = int(digits[:MOST_DIGITS] or "0")
        rank = _BEFORE.get(word) or AFTER
        parts.append((rank, _AFTER.get(word, 0), "") if rank == AFTER else (rank, 0, ""))
        parts.append((END, number, ""))
    if shape["revision"]:
        parts.append((REVISION, int(shape["revision"][:MOST_DIGITS]), ""))
    return (*parts, (END, 0, ""))


def _number(text: str) -> Part:
    """Return a number after the first; with a leading zero it is compared as a fraction."""
    if text[0] == "0" and len(text) > 1:
        return (NUMBER, -1, text)
    return (NUMBER, int(text[:MOST_DIGITS]), "")
