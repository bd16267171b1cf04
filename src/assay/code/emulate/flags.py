"""Condition flags kept as what they were computed from, so that a branch asks about the numbers.

Used by the instruction sets that have flags. Borrow and carry are told apart: ARM's carry after
a subtraction is the opposite of x86's.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from assay.code.emulate.arithmetic import signed

Kind = Literal["sub", "add", "logic"]


class Flags(NamedTuple):
    """The last operation that set the flags: its kind, its operands or its result, its width.

    `carry` is the carry of a `logic` operation.
    """

    kind: Kind
    left: int
    right: int
    bits: int
    carry: int = 0


def no_flags() -> Flags:
    """Return the flags at the beginning."""
    return Flags("logic", 1, 0, 32)


def result(flags: Flags) -> int:
    """Return the result that the flags belong to."""
    mask = (1 << flags.bits) - 1
    if flags.kind == "sub":
        return flags.left - flags.right & mask
    if flags.kind == "add":
        return flags.left + flags.right & mask
    return flags.left


def is_zero(flags: Flags) -> bool:
    """Say whether the result is zero."""
    if flags.kind == "sub":
        return flags.left == flags.right
    return result(flags) == 0


def is_negative(flags: Flags) -> bool:
    """Say whether the result has its highest bit set."""
    return signed(result(flags), flags.bits) < 0


def carries(flags: Flags) -> bool:
    """Say whether the operation carried or, for a subtraction, borrowed."""
    if flags.kind == "sub":
        return flags.left < flags.right
    if flags.kind == "add":
        return flags.left + flags.right > (1 << flags.bits) - 1
    return bool(flags.carry)


def is_less(flags: Flags) -> bool:
    """Say whether the exact result, with signs, is below zero."""
    left, right = (signed(one, flags.bits) for one in (flags.left, flags.right))
    if flags.kind == "sub":
        return left < right
    if flags.kind == "add":
        return left + right < 0
    return left < 0


def overflows(flags: Flags) -> bool:
    """Say whether the exact result does not fit."""
    left, right = (signed(int(one), flags.bits) for one in (flags.left, flags.right))
    if flags.kind == "logic":
        return False
    exact = left - right if flags.kind == "sub" else left + right
    return not -(1 << flags.bits - 1) <= exact < 1 << flags.bits - 1


def arm_carry(flags: Flags) -> bool:
    """Return the carry as ARM keeps it."""
    return not carries(flags) if flags.kind == "sub" else carries(flags)


def _is_higher(flags: Flags, *, carried: bool) -> bool:
    """Say whether the left number is greater, without signs.

    For other operations than subtractions: that the result is not zero and it *carried*, or not.
    """
    if flags.kind == "sub":
        return flags.left > flags.right
    return carries(flags) == carried and not is_zero(flags)


def _is_greater(flags: Flags) -> bool:
    if flags.kind == "sub":
        return signed(flags.left, flags.bits) > signed(flags.right, flags.bits)
    return not is_zero(flags) and not is_less(flags)


def _is_even(flags: Flags) -> bool:
    """Say whether the lowest byte of the result has an even number of bits."""
    return (int(result(flags)) & 0xFF).bit_count() % 2 == 0


Condition = Callable[[Flags], bool]
ALWAYS: Final = 14
_ARM: Final[tuple[Condition, ...]] = (
    is_zero,
    arm_carry,
    is_negative,
    overflows,
    lambda flags: _is_higher(flags, carried=True),
    lambda flags: not is_less(flags),
    _is_greater,
)
_X86: Final[tuple[Condition, ...]] = (
    overflows,
    carries,
    is_zero,
    lambda flags: not _is_higher(flags, carried=False),
    is_negative,
    _is_even,
    is_less,
    lambda flags: not _is_greater(flags),
)


def arm_condition(flags: Flags, condition: int) -> bool:
    """Say whether the ARM *condition* (0 to 15) holds; odd ones are the opposites."""
    if condition >= ALWAYS:
        return True
    return _ARM[condition >> 1](flags) != bool(condition & 1)


def x86_condition(flags: Flags, condition: int) -> bool:
    """Say whether the x86 *condition* (0 to 15) holds; odd ones are the opposites."""
    return _X86[condition >> 1](flags) != bool(condition & 1)
