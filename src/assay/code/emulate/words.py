"""Numbers that remember how they came from the input, and a journal of what is asked of them.

A `Word` is an int; arithmetic on it yields Words, a comparison is written down with the way to
make it come out otherwise. So an interpreter that computes with ints follows the input by itself.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from assay._kernel.value import Value

LENGTH: Final = -1
"""The offset that stands for the length of a message."""

MOST_DECISIONS = 400
EVERY: Final = (1 << 128) - 1

Leaf = tuple[str, int]
"""A byte of the input: the message and the offset in it, or LENGTH."""

Choice = dict[Leaf, tuple[int, int]]
"""What to ask of the input: for each leaf a value and a mask of the bits that matter."""


class Decision(Value):
    """Something that depended on the input, at address `place`; `otherwise` yields the changes.

    `frame` are the addresses of the calls that are open, outermost first. `telling` says that
    the input was asked to equal something, not only to be longer or smaller.
    """

    place: int
    frame: tuple[int, ...]
    telling: bool
    otherwise: Callable[[], Iterator[Choice]]


class Journal(msgspec.Struct):
    """The decisions of one run, in order; `place` and `frame` are kept by the machine."""

    place: int = 0
    frame: list[int] = msgspec.field(default_factory=list)
    decisions: list[Decision] = msgspec.field(default_factory=list)

    def note(self, otherwise: Callable[[], Iterator[Choice]], *, telling: bool) -> None:
        """Write down a decision that *otherwise* tells how to turn."""
        if len(self.decisions) < MOST_DECISIONS:
            self.decisions.append(Decision(self.place, tuple(self.frame), telling, otherwise))


_OPERATIONS: Final[dict[str, Callable[[int, int], int]]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "shl": operator.lshift,
    "shr": operator.rshift,
    "div": operator.floordiv,
    "mod": operator.mod,
}


class Word(int):
    """A number made from the input by `how` from `left` and `right`.

    `possible` are the bits that can be set at all, -1 when it may be negative. `secret` says that
    what nobody outside can know went into it.
    """

    how: str
    left: int = 0
    right: int = 0
    leaf: Leaf | None = None
    possible: int = -1
    secret: bool = False
    journal: Journal

    def __add__(self, other: int, /) -> int:
        return combine("add", self, other)

    __radd__ = __add__

    def __sub__(self, other: int, /) -> int:
        return combine("sub", self, other)

    def __rsub__(self, other: int, /) -> int:
        return combine("sub", other, self)

    def __mul__(self, other: int, /) -> int:
        return combine("mul", self, other)

    __rmul__ = __mul__

    def __and__(self, other: int, /) -> int:
        return combine("and", self, other)

    __rand__ = __and__

    def __or__(self, other: int, /) -> int:
        return combine("or", self, other)

    __ror__ = __or__

    def __xor__(self, other: int, /) -> int:
        return combine("xor", self, other)

    __rxor__ = __xor__

    def __lshift__(self, other: int, /) -> int:
        return combine("shl", self, int(other))

    def __rlshift__(self, other: int, /) -> int:
        return int(other) << int(self)

    def __rshift__(self, other: int, /) -> int:
        return combine("shr", self, int(other))

    def __rrshift__(self, other: int, /) -> int:
        return int(other) >> int(self)

    def __floordiv__(self, other: int, /) -> int:
        return combine("div", self, int(other))

    def __mod__(self, other: int, /) -> int:
        return combine("mod", self, int(other))

    def __invert__(self) -> int:
        return combine("xor", self, -1)

    def __neg__(self) -> int:
        return combine("sub", 0, self)

    def __bool__(self) -> bool:
        return not _equal(self, 0)

    def __eq__(self, other: object, /) -> bool:
        return isinstance(other, int) and _equal(self, other)

    def __ne__(self, other: object, /) -> bool:
        return not (isinstance(other, int) and _equal(self, other))

    def __lt__(self, other: int, /) -> bool:
        return _less(self, other)

    def __ge__(self, other: int, /) -> bool:
        return not _less(self, other)

    def __gt__(self, other: int, /) -> bool:
        return _less(other, self)

    def __le__(self, other: int, /) -> bool:
        return not _less(other, self)

    __hash__ = int.__hash__


def word(
    value: int, how: str, parts: tuple[int, int], journal: Journal, possible: int = -1
) -> Word:
    """Return the Word *value*, made by *how* of its two *parts*."""
    left, right = parts
    made = _blank(value)
    made.how, made.left, made.right, made.journal = how, left, right, journal
    if possible != -1:
        made.possible = possible
    if (isinstance(left, Word) and left.secret) or (isinstance(right, Word) and right.secret):
        made.secret = True
    return made


def _blank(value: int) -> Word:
    """Return a Word of which nothing is known yet; what is not set is as the class says."""
    return Word.__new__(Word, value)


def leaf_word(value: int, leaf: Leaf, journal: Journal, how: str = "in") -> Word:
    """Return the Word for *leaf* of the input; *how* `decimal` for the number spelt from there."""
    made = _blank(value)
    made.how, made.leaf, made.journal = how, leaf, journal
    if how == "in" and leaf[1] >= 0:
        made.possible = 0xFF
    return made


def secret_word(value: int, journal: Journal) -> Word:
    """Return *value* as something that nobody outside can know: a stored password, a random."""
    made = _blank(value)
    made.how, made.journal, made.secret = "secret", journal, True
    if value < 256:
        made.possible = 0xFF
    return made


def combine(how: str, left: int, right: int) -> int:
    """Return what *how* makes of *left* and *right*, one of which is a Word."""
    value = _OPERATIONS[how](int(left), int(right))
    for one, other in ((left, right), (right, left)) if how == "and" else ():
        if isinstance(one, Word) and _keeps(one, other):
            return one
    possible = _possible(how, left, right)
    source = left if isinstance(left, Word) else right
    if not possible or not isinstance(source, Word):
        return value
    return word(value, how, (left, right), source.journal, possible)


def _keeps(one: Word, mask: int) -> bool:
    """Say whether *mask* takes nothing away from *one*."""
    return not isinstance(mask, Word) and one.possible >= 0 and not one.possible & ~int(mask)


def _bits(value: int) -> int:
    return value.possible if isinstance(value, Word) else int(value)


def _possible(how: str, left: int, right: int) -> int:
    """Return the bits that the result can have, -1 for any."""
    one, other = _bits(left), _bits(right)
    if how == "and":
        return one & other
    if one < 0 or other < 0 or how in ("sub", "mod", "div"):
        return -1
    if how in ("or", "xor") or (how == "add" and not one & other):
        return one | other
    if how in ("shl", "shr"):
        return one << int(right) if how == "shl" else one >> int(right)
    if how == "mul":
        return (1 << one.bit_length() + other.bit_length()) - 1
    return (1 << max(one.bit_length(), other.bit_length()) + 1) - 1


def _equal(left: int, right: int) -> bool:
    from assay.code.emulate.solving import make_different, make_equal  # noqa: PLC0415 - a cycle

    same = int(left) == int(right)
    journal = left.journal if isinstance(left, Word) else getattr(right, "journal", None)
    if journal is not None:
        change = make_different if same else make_equal
        journal.note(lambda: change(left, right), telling=True)
    return same


def _less(left: int, right: int) -> bool:
    from assay.code.emulate.solving import make_less, make_not_less  # noqa: PLC0415 - as above

    less = int(left) < int(right)
    journal = left.journal if isinstance(left, Word) else getattr(right, "journal", None)
    if journal is not None:
        change = make_not_less if less else make_less
        journal.note(lambda: change(left, right), telling=False)
    return less
