"""What the input has to be for a Word to have a wanted value: arithmetic read backwards.

Where two parts of a number both come from the input, one keeps its present value. The answer is
tried by running the program, so a wrong one costs a run and claims nothing.
"""

from collections.abc import Iterator

from assay.code.emulate.words import EVERY, LENGTH, Choice, Leaf, Word

MOST_VISITS = 600
LONGEST_INPUT = 4096


class _Unsolved(Exception):
    """The value cannot be had, or not this way."""


def force(value: int, wanted: int, mask: int = EVERY) -> Choice | None:
    """Return what makes *value* equal *wanted* in the bits of *mask*, or None."""
    found: Choice = {}
    pending: list[tuple[int, int, int]] = [(value, wanted, mask)]
    try:
        for _ in range(MOST_VISITS):
            if not pending:
                return found or None
            pending += _step(*pending.pop(), found)
    except _Unsolved:
        return None
    return None


def _step(value: int, wanted: int, mask: int, found: Choice) -> list[tuple[int, int, int]]:
    """Return what has to hold of the parts of *value*; leaves are put into *found*."""
    if not mask:
        return []
    if not isinstance(value, Word):
        if (int(value) ^ wanted) & mask:
            raise _Unsolved
        return []
    if value.leaf is not None:
        _ask(found, value, wanted, mask)
        return []
    if value.how == "secret":
        raise _Unsolved
    left, right = value.left, value.right
    if isinstance(left, Word) and isinstance(right, Word):
        return _of_two(value, left, right, wanted, mask)
    if isinstance(left, Word):
        return [(left, *_back(value.how, int(right), wanted, mask))]
    return [(right, *_back_right(value.how, int(left), wanted, mask))]


def _of_two(
    value: Word, left: Word, right: Word, wanted: int, mask: int
) -> list[tuple[int, int, int]]:
    apart = left.possible >= 0 and right.possible >= 0 and not left.possible & right.possible
    if apart and value.how in ("or", "add", "xor"):
        if wanted & mask & ~(left.possible | right.possible):
            raise _Unsolved
        return [
            (left, wanted & left.possible, mask & left.possible),
            (right, wanted & right.possible, mask & right.possible),
        ]
    return [(left, *_back(value.how, int(right), wanted, mask))]


def _ask(found: Choice, value: Word, wanted: int, mask: int) -> None:
    leaf = value.leaf
    if leaf is None:
        raise _Unsolved
    if value.how == "decimal":
        _spell(found, leaf, wanted & mask if mask != EVERY else wanted)
        return
    if leaf[1] == LENGTH:
        length = wanted & min(mask, 0xFFFFFFFF)
        if length > LONGEST_INPUT:
            raise _Unsolved
        put(found, leaf, length, 0xFFFFFFFF)
        return
    if wanted & mask & ~0xFF:
        raise _Unsolved
    put(found, leaf, wanted & mask & 0xFF, mask & 0xFF)


def put(found: Choice, leaf: Leaf, value: int, mask: int) -> None:
    """Ask for *value* in the bits *mask* of *leaf*; raises _Unsolved against another wish."""
    before, known = found.get(leaf, (0, 0))
    if (before ^ value) & known & mask:
        raise _Unsolved
    if mask:
        found[leaf] = before | (value & mask), known | mask


def _spell(found: Choice, leaf: Leaf, number: int) -> None:
    """Ask for the digits of *number* from *leaf* on, and the end of the text behind them."""
    signed = number - (1 << 32) if 1 << 31 <= number < 1 << 32 else number
    if abs(signed) >> 64:
        raise _Unsolved
    digits = str(signed).encode()
    for place, digit in enumerate(digits):
        put(found, (leaf[0], leaf[1] + place), digit, 0xFF)
    put(found, (leaf[0], LENGTH), leaf[1] + len(digits), 0xFFFFFFFF)


def _low(mask: int) -> bool:
    """Say whether *mask* is a run of bits from the lowest on, so that sums can be undone."""
    return not mask & (mask + 1)


def _back(how: str, other: int, wanted: int, mask: int) -> tuple[int, int]:
    """Return what the left part has to be, and in which bits, when the right one is *other*."""
    if how == "and":
        if wanted & mask & ~other & EVERY:
            raise _Unsolved
        return wanted, mask & other
    if how == "or":
        if ~wanted & mask & other:
            raise _Unsolved
        return wanted, mask & ~other & EVERY
    if how == "xor":
        return wanted ^ other, mask
    if how == "shl":
        if wanted & mask & ((1 << other) - 1):
            raise _Unsolved
        return wanted >> other, mask >> other
    if how == "shr":
        return wanted << other, mask << other & EVERY
    return _undo_sum(how, other, wanted, mask)


def _undo_sum(how: str, other: int, wanted: int, mask: int) -> tuple[int, int]:
    if how == "div":
        return wanted * other, EVERY
    if how == "mod":
        if not 0 <= wanted < other:
            raise _Unsolved
        return wanted, EVERY
    # The bits above the highest that matters have no say in a sum; those below have.
    whole = (1 << mask.bit_length()) - 1
    if how == "add":
        return (wanted - other) & whole, whole
    if how == "sub":
        return (wanted + other) & whole, whole
    if how == "mul" and other & 1 and _low(mask):
        return wanted * pow(other, -1, whole + 1) & whole, whole
    if how == "mul" and other and not wanted % other:
        return wanted // other, whole
    raise _Unsolved


def _back_right(how: str, other: int, wanted: int, mask: int) -> tuple[int, int]:
    """Return what the right part has to be when the left one is *other*."""
    if how == "sub":
        whole = (1 << mask.bit_length()) - 1
        return (other - wanted) & whole, whole
    if how in ("shl", "shr", "div", "mod"):
        raise _Unsolved
    return _back(how, other, wanted, mask)


def _sides(left: int, right: int) -> Iterator[tuple[int, int]]:
    """Yield each side with the other, which must not be a secret: that cannot be aimed at."""
    for one, other in ((left, right), (right, left)):
        if not (isinstance(other, Word) and other.secret):
            yield one, other


def make_equal(left: int, right: int) -> Iterator[Choice]:
    """Yield what makes *left* and *right* equal."""
    for one, other in _sides(left, right):
        if isinstance(one, Word):
            found = force(one, int(other))
            if found:
                yield found


def make_different(left: int, right: int) -> Iterator[Choice]:
    """Yield what makes *left* and *right* differ."""
    for one, other in _sides(left, right):
        if isinstance(one, Word):
            for near in (int(other) ^ 1, int(other) + 1):
                found = force(one, near)
                if found:
                    yield found


def make_less(left: int, right: int) -> Iterator[Choice]:
    """Yield what makes *left* smaller than *right*."""
    if any(isinstance(one, Word) and one.secret for one in (left, right)):
        return
    if isinstance(left, Word):
        for wanted in sorted({int(right) - 1, min(0, int(right) - 1)}, reverse=True):
            found = force(left, wanted)
            if found:
                yield found
    elif isinstance(right, Word):
        found = force(right, int(left) + 1)
        if found:
            yield found


def make_not_less(left: int, right: int) -> Iterator[Choice]:
    """Yield what makes *left* at least *right*: just so, and by far.

    The two ends of a range are both tried: a compiler makes one comparison of two.
    """
    if any(isinstance(one, Word) and one.secret for one in (left, right)):
        return
    wishes = [(left, int(right)), (left, int(right) + 8), (right, int(left)), (right, 0)]
    for one, wanted in wishes:
        found = force(one, wanted) if isinstance(one, Word) else None
        if found:
            yield found
