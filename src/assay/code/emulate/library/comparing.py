"""Library functions that compare texts and search in them: where a trigger is most often asked.

Each notes in the journal how the input would have to be for the other answer.
"""

from collections.abc import Callable, Iterator
from typing import Final

from assay._kernel.printable import printable
from assay.code.emulate.machine import Machine
from assay.code.emulate.solving import force
from assay.code.emulate.words import LENGTH, Choice, Leaf, Word, leaf_word

Model = Callable[[Machine], int | None]
Bytes = list[int]
MOST: Final = 512
M32: Final = 0xFFFFFFFF


def leaf_of(value: int) -> Leaf | None:
    """Return the byte of the input that *value* came from first, or None."""
    for _ in range(32):
        if not isinstance(value, Word):
            return None
        if value.leaf is not None:
            return value.leaf
        value = value.left if isinstance(value.left, Word) else value.right
    return None


def plain(values: Bytes) -> bytes:
    """Return *values* as bytes."""
    try:
        return bytes(values)
    except ValueError:  # not all are bytes
        return bytes([int(one) & 0xFF for one in values])


def shown(values: Bytes) -> str:
    """Return *values* as printable text in quotes."""
    return f'"{printable(plain(values[:60]))}"'


def has_words(values: Bytes) -> bool:
    """Say whether any of *values* came from the input."""
    return any(isinstance(one, Word) for one in values)


def laid(mine: Bytes, theirs: bytes) -> Choice | None:
    """Return what makes the text *mine* begin with *theirs*, or None."""
    found: Choice = {}
    first = leaf_of(mine[0]) if mine else None
    for place, wanted in enumerate(theirs):
        if place < len(mine):
            if not isinstance(mine[place], Word):
                if int(mine[place]) != wanted:
                    return None
                continue
            part = force(mine[place], wanted)
        elif first is not None:
            part = {(first[0], first[1] + place): (wanted, 0xFF)}
        else:
            part = None
        if part is None:
            return None
        found |= part
    return found


def made_equal(mine: Bytes, theirs: Bytes, *, ends: bool) -> Iterator[Choice]:
    """Yield what makes *mine* begin with *theirs*, and end there where *ends*."""
    if any(isinstance(one, Word) for one in theirs):
        return
    found = laid(mine, plain(theirs))
    if found is None:
        return
    if not ends:
        if found:
            yield found
        return
    size = len(theirs)
    first = leaf_of(mine[0]) if mine else None
    if first is not None:
        yield found | {(first[0], LENGTH): (first[1] + size, M32)}
    end = leaf_of(mine[size]) if size < len(mine) else None
    if end is None and first is not None:
        end = first[0], first[1] + size
    if end is not None:
        yield found | {end: (0, 0xFF)}


def note_texts(m: Machine, left: Bytes, right: Bytes, *, ends: bool, equal: bool) -> None:
    """Write down that *left* and *right* were compared, and how to make that come out otherwise."""
    if not has_words(left) and not has_words(right):
        return

    def otherwise() -> Iterator[Choice]:
        for mine, theirs in ((left, right), (right, left)):
            if not has_words(mine):
                continue
            if not equal:
                yield from made_equal(mine, theirs, ends=ends)
            elif theirs and isinstance(mine[0], Word):
                found = force(mine[0], int(mine[0]) ^ 1)
                if found:
                    yield found

    m.journal.note(otherwise, telling=True)


def _lower(values: Bytes) -> Bytes:
    return [int(one) | 0x20 if 65 <= int(one) <= 90 else int(one) for one in values]


def _compare(m: Machine, name: str, left: Bytes, right: Bytes, *, fold: bool, ends: bool) -> int:
    one, other = (_lower(left), _lower(right)) if fold else (plain(left), plain(right))
    equal = list(one) == list(other)
    note_texts(m, left, right, ends=ends, equal=equal)
    m.event(name, f"{shown(left)}, {shown(right)}: {'equal' if equal else 'different'}")
    if equal:
        return 0
    pairs = ((a, b) for a, b in zip([*one, 0], [*other, 0], strict=False) if a != b)
    a, b = next(pairs, (len(one), len(other)))
    return a - b


def _texts(name: str, *, fold: bool, limit: int | None) -> Model:
    """Return a comparison of two texts; *limit* is the number of the argument that bounds it."""

    def run(m: Machine) -> int:
        left, right = m.space.text(m.argument(0), MOST), m.space.text(m.argument(1), MOST)
        if limit is None:
            return _compare(m, name, left, right, fold=fold, ends=True)
        most = int(m.argument(limit))
        # A bound beyond the shorter text compares its end as well.
        ends = min(len(left), len(right)) < most if not has_words(left) else len(right) < most
        if has_words(right) and not has_words(left):
            ends = len(left) < most
        return _compare(m, name, left[:most], right[:most], fold=fold, ends=ends)

    return run


def _blocks(m: Machine) -> int:
    size = min(int(m.argument(2)), MOST)
    left = m.space.bytes_at(m.argument(0), size)
    right = m.space.bytes_at(m.argument(1), size)
    return _compare(m, "memcmp", left, right, fold=False, ends=False)


def _found(m: Machine, name: str, hay: Bytes, needle: Bytes, *, fold: bool) -> int:
    """Return where *needle* is in *hay*, or -1."""
    one = bytes(_lower(hay)) if fold else plain(hay)
    other = bytes(_lower(needle)) if fold else plain(needle)
    place = one.find(other)
    if has_words(hay) and not has_words(needle):
        telling = len(needle) > 1

        def otherwise() -> Iterator[Choice]:
            if place < 0:
                yield from _planted(hay, plain(needle))
            elif isinstance(hay[place], Word):
                changed = force(hay[place], int(hay[place]) ^ 1)
                if changed:
                    yield changed

        m.journal.note(otherwise, telling=telling)
    m.event(name, f"{shown(hay)}, {shown(needle)}: {'found' if place >= 0 else 'not found'}")
    return place


def _planted(hay: Bytes, needle: bytes) -> Iterator[Choice]:
    """Yield what puts *needle* at the beginning of the input in *hay*, or behind letters of it."""
    words = [place for place, one in enumerate(hay) if isinstance(one, Word)]
    last = len(hay) - len(needle)
    for at in sorted({words[0], max(words[0], last // 2), max(words[0], last)}) if words else ():
        found = laid(hay[at:], needle) if at < len(hay) else None
        if found:
            yield found


def _search(name: str, *, fold: bool) -> Model:
    def run(m: Machine) -> int:
        start = int(m.argument(0))
        hay, needle = m.space.text(start, MOST), m.space.text(m.argument(1), MOST)
        place = _found(m, name, hay, needle, fold=fold)
        return start + place if place >= 0 else 0

    return run


def _memmem(m: Machine) -> int:
    start = int(m.argument(0))
    hay = m.space.bytes_at(start, min(int(m.argument(1)), 4096))
    needle = m.space.bytes_at(m.argument(2), min(int(m.argument(3)), MOST))
    place = _found(m, "memmem", hay, needle, fold=False)
    return start + place if place >= 0 else 0


def _character(name: str, *, last: bool = False, end: bool = False) -> Model:
    """Return a search for one character; *end* answers with the end where there is none."""

    def run(m: Machine) -> int:
        start, wanted = int(m.argument(0)), int(m.argument(1)) & 0xFF
        text = m.space.text(start, 4096)
        if not wanted:
            return start + len(text)
        place = plain(text).rfind(wanted) if last else _found(m, name, text, [wanted], fold=False)
        if place < 0:
            return start + len(text) if end else 0
        return start + place

    return run


def _memchr(m: Machine) -> int:
    start, size = int(m.argument(0)), min(int(m.argument(2)), 4096)
    place = _found(
        m, "memchr", m.space.bytes_at(start, size), [int(m.argument(1)) & 0xFF], fold=False
    )
    return start + place if place >= 0 else 0


def _span(*, inside: bool) -> Model:
    """Return a count of the characters at the beginning that are *inside* a set, or not."""

    def run(m: Machine) -> int:
        text, wanted = plain(m.space.text(m.argument(0), 4096)), plain(m.space.text(m.argument(1)))
        places = (at for at, one in enumerate(text) if (one in wanted) != inside)
        return next(places, len(text))

    return run


def _any_of(m: Machine) -> int:
    start = int(m.argument(0))
    text, wanted = plain(m.space.text(start, 4096)), plain(m.space.text(m.argument(1)))
    place = next((at for at, one in enumerate(text) if one in wanted), -1)
    return start + place if place >= 0 else 0


def _length(m: Machine) -> int:
    """Return the length; where the input ends the text, its length decides on this one."""
    text = m.space.text(m.argument(0), 8192)
    first, last = (leaf_of(text[0]), leaf_of(text[-1])) if text else (None, None)
    if first is None or last is None or last[0] != first[0]:
        return len(text)
    if last[1] - first[1] + 1 != len(text):
        return len(text)
    return leaf_word(last[1] + 1, (first[0], LENGTH), m.journal) - first[1]


def _bounded_length(m: Machine) -> int:
    return len(m.space.text(m.argument(0), min(int(m.argument(1)), 8192)))


MODELS: Final[dict[str, Model]] = {
    "strcmp": _texts("strcmp", fold=False, limit=None),
    "strcoll": _texts("strcoll", fold=False, limit=None),
    "strncmp": _texts("strncmp", fold=False, limit=2),
    "strcasecmp": _texts("strcasecmp", fold=True, limit=None),
    "__strcasecmp": _texts("strcasecmp", fold=True, limit=None),
    "strncasecmp": _texts("strncasecmp", fold=True, limit=2),
    "memcmp": _blocks,
    "bcmp": _blocks,
    "__memcmpeq": _blocks,
    "strstr": _search("strstr", fold=False),
    "strcasestr": _search("strcasestr", fold=True),
    "memmem": _memmem,
    "strchr": _character("strchr"),
    "index": _character("strchr"),
    "strchrnul": _character("strchrnul", end=True),
    "strrchr": _character("strrchr", last=True),
    "rindex": _character("strrchr", last=True),
    "memchr": _memchr,
    "rawmemchr": _character("rawmemchr"),
    "strspn": _span(inside=True),
    "strcspn": _span(inside=False),
    "strpbrk": _any_of,
    "strlen": _length,
    "strnlen": _bounded_length,
}
