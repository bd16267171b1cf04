"""Versions of Debian packages, which opkg orders in the same way. Reference: deb-version(7)."""

from assay._kernel import lazy_re

_PIECE = lazy_re.compile(r"([^0-9]*)([0-9]*)")
MOST_DIGITS = 40


def key(version: str) -> tuple[object, ...]:
    """Return the sortable key of `[epoch:]upstream[-revision]`."""
    epoch, colon, rest = version.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", version
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return (int(epoch[:MOST_DIGITS]), _key(upstream), _key(revision))


def _key(text: str) -> tuple[int, ...]:
    """Return the order of one part: a tilde sorts below the end, the end below letters."""
    found: list[int] = []
    for letters, digits in _PIECE.findall(text or "0"):  # no revision is the revision 0
        if letters or digits:
            found += [_order(char) for char in letters]
            found += [0, int(digits[:MOST_DIGITS] or "0")]
    return (*found, 0)  # what goes on after a number begins with a letter, which is never 0


def _order(char: str) -> int:
    if char == "~":
        return -1
    return ord(char) if char.isascii() and char.isalpha() else ord(char) + 256
