"""Arithmetic of fixed width that Words pass through: what several instruction sets share."""

from assay.code.emulate.words import Word


def signed(value: int, bits: int) -> int:
    """Return the number that *value* of *bits* bits means with a sign."""
    if isinstance(value, Word):
        top = 1 << bits - 1
        return (value ^ top) - top if value.possible < 0 or value.possible >= top else value
    return value - (1 << bits) if value >> bits - 1 & 1 else value


def extend(value: int, bits: int, wide: int) -> int:
    """Return *value* of *bits* bits, sign-extended to *wide* bits."""
    return signed(value, bits) & (1 << wide) - 1


def arithmetic_right(value: int, amount: int, bits: int) -> int:
    """Return *value* shifted right by *amount* with copies of its sign."""
    return signed(value, bits) >> amount & (1 << bits) - 1


def rotate_right(value: int, amount: int, bits: int) -> int:
    """Return *value* rotated right by *amount*."""
    amount %= bits
    if not amount:
        return value
    return (value >> amount | value << bits - amount) & (1 << bits) - 1


def leading_zeros(value: int, bits: int) -> int:
    """Return how many zero bits *value* begins with; asks whether it is zero."""
    return bits if value == 0 else bits - int(value).bit_length()


def byte_swap(value: int, size: int) -> int:
    """Return the *size* bytes of *value* in the other order."""
    swapped = value >> 8 * (size - 1) & 0xFF
    for place in range(1, size):
        swapped = swapped | (value >> 8 * (size - 1 - place) & 0xFF) << 8 * place
    return swapped


def reverse_bits(value: int, bits: int) -> int:
    """Return *value* with its bits in the other order, as a plain number."""
    return int(f"{int(value):0{bits}b}"[::-1], 2)


def quotient(one: int, other: int) -> int:
    """Return *one* / *other*, rounded towards zero; *other* is not zero."""
    if int(one) >= 0 and int(other) >= 0:
        return one // other
    found = abs(int(one)) // abs(int(other))
    return found if (int(one) < 0) == (int(other) < 0) else -found


def remainder(one: int, other: int) -> int:
    """Return what is left of *one* / *other*, with the sign of *one*; *other* is not zero."""
    if int(one) >= 0 and int(other) >= 0:
        return one % other
    found = abs(int(one)) % abs(int(other))
    return found if int(one) >= 0 else -found
