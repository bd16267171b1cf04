"""Versions of RPM packages. Reference: rpmvercmp, as the RPM manual describes it."""

from assay._kernel import lazy_re

Part = tuple[int, int, str]
_PIECE = lazy_re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
TILDE, END, CARET, LETTERS, NUMBER = -1, 0, 1, 2, 3
MOST_DIGITS = 40


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of `[epoch:]version[-release]`."""
    epoch, colon, rest = version.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", version
    number, _, release = rest.partition("-")
    return (int(epoch[:MOST_DIGITS]), _key(number), _key(release))


def _key(text: str) -> tuple[Part, ...]:
    return (*(_part(piece) for piece in _PIECE.findall(text)), (END, 0, ""))


def _part(piece: str) -> Part:
    if piece == "~":
        return (TILDE, 0, "")
    if piece == "^":
        return (CARET, 0, "")
    if piece[0].isdigit():
        return (NUMBER, int(piece[:MOST_DIGITS]), "")
    return (LETTERS, 0, piece)
