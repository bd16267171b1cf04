"""Smaller signs in a changed function: odd numbers it decides on, checks it calls no more."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from assay.code.access.numbers import is_ethertype, is_published
from assay.code.access.payloads import text_of
from assay.code.changes.portrait import Portrait
from assay.code.changes.record import ProgramChange, change
from assay.code.families import COMPARE
from assay.code.study import Called, Study

ASKED, LOST = 460, 460
LEAST, ROUND = 0x1000, 100
LOWEST = 0x10000
"""Addresses of position-independent code that are lower may be numbers as well."""

MOST = 3
VALIDATORS = frozenset(
    {"strspn", "strcspn", "strpbrk", "realpath", "fnmatch", "regexec", "inet_pton", "inet_aton",
     "isalnum", "lstat", "access", "SSL_get_verify_result", "X509_verify_cert",
     "X509_check_host", "EVP_VerifyFinal", "RSA_verify"}
)  # fmt: skip
"""Functions that programs look at input with before they use it."""


def odd_numbers(old: Portrait, new: Portrait, study: Study) -> Iterator[ProgramChange]:
    """Yield the numbers that *study* decides on and the old program has nowhere.

    Round numbers, powers of two and their neighbours are sizes and limits.
    """
    told: set[int] = set()
    for decision in study.decisions:
        for value, other in ((decision.left, decision.right), (decision.right, decision.left)):
            number = other.number if other is not None else None
            if number is None or (value is not None and value.number is not None):
                continue
            number &= 0xFFFFFFFF
            if number in told or not is_odd(number) or _held(old, number):
                continue
            if (
                _is_place(new, number)
                or is_ethertype(number)
                or is_published(number.to_bytes(4, "big"))
            ):
                continue
            told.add(number)
            if len(told) <= MOST:
                yield change(
                    new.index, "number", f"decides on the number {number} ({number:#x})", ASKED,
                    function=study.function, row=decision.row, constant=str(number),
                )  # fmt: skip


def _is_place(portrait: Portrait, number: int) -> bool:
    """Say whether *number* is an address of the program, as far as its numbers tell."""
    place = np.array([number], dtype=np.int64)
    return number >= LOWEST and bool(portrait.index.program.memory.mapped(place)[0])


def is_odd(number: int) -> bool:
    """Say whether *number* is no size, no limit, no error code and no part of a text."""
    letters = all(not byte or 32 <= byte < 127 for byte in number.to_bytes(4, "big"))
    near = any((number + step) & (number + step - 1) == 0 for step in (-1, 0, 1))
    return LEAST <= number < 0xFFFF0000 and not (near or letters) and number % ROUND != 0


def _held(old: Portrait, number: int) -> bool:
    signed = number - (1 << 32)
    return bool({number, signed} & old.numbers) or old.holds(number.to_bytes(4, "big"))


def new_comparisons(
    old: Portrait, new: Portrait, studies: tuple[Study, Study]
) -> Iterator[ProgramChange]:
    """Yield that a function deciding on access compares more often with what it worked out."""
    before, after = (
        [call.row for call in study.calls if call.name in COMPARE and _is_made(side, call)]
        for side, study in zip((old, new), studies, strict=True)
    )
    more = new.index.calls_to(COMPARE).size > old.index.calls_to(COMPARE).size
    if more and len(after) > len(before) and studies[1].function in new.deciders.candidates:
        yield change(
            new.index, "check", "decides on access, and compares with one text more", ASKED,
            function=studies[1].function, row=after[-1],
        )  # fmt: skip


def _is_made(portrait: Portrait, call: Called) -> bool:
    """Say whether none of the texts that *call* compares is a constant."""
    return not any(text_of(portrait.network, call, number) for number in (0, 1))


def lost_checks(old: Portrait, new: Portrait, numbers: tuple[int, int]) -> Iterator[ProgramChange]:
    """Yield the looks at input that a function (its old and new *numbers*) no longer takes."""
    before, after = (
        Counter(name for _, name, _ in side.called[number] if name in VALIDATORS)
        for side, number in zip((old, new), numbers, strict=True)
    )
    for name in sorted(before.keys() - after.keys()):
        if name in new.names and before[name] < 2:
            moved = any(
                one == name for up in new.called[numbers[1]] if up[2] >= 0
                for _, one, _ in new.called[up[2]]
            )  # fmt: skip
            if moved:
                continue
        yield change(new.index, "check-gone", f"no longer calls {name}", LOST, function=numbers[1])
