"""Bare images (kernels, RTOS firmware): processor and load address told from the bytes.

The processor is the one whose return instructions are most frequent. The load address is the
one that makes most words of data, and most constants of code, point to the start of a string;
each pair of a pointer and a string of equal page offset votes for one base.
"""

import numpy as np

from assay._kernel.value import Value
from assay.code.index import CodeIndex, build
from assay.code.kallsyms import read_kallsyms
from assay.code.kernelnames import Placed, give_names, place
from assay.code.memory import Area, Bytes, Ints, Memory, as_words, distinct, where
from assay.code.program import Program
from assay.code.rawnames import name_functions

PAGE = 0x1000
LONGEST = 1 << 26
FEWEST_RETURNS = 24
FEWEST_VOTES = 12
MOST_PAIRS = 8_000_000
_RETURNS = (
    (8, 32, ">", 0x03E00008),
    (8, 32, "<", 0x03E00008),
    (40, 32, "<", 0xE12FFF1E),
    (40, 32, ">", 0xE12FFF1E),
    (20, 32, ">", 0x4E800020),
    (183, 64, "<", 0xD65F03C0),
)


class Guess(Value):
    """A processor as ELF numbers it, and how many return instructions speak for it."""

    machine: int
    bits: int
    order: str
    returns: int


def guess_processor(data: bytes | memoryview) -> Guess | None:
    """Return the processor that *data* is code of, or None."""
    raw = np.frombuffer(data, dtype=np.uint8)[:LONGEST]
    best: Guess | None = None
    for machine, bits, order, word in _RETURNS:
        count = int((as_words(raw, 4, order) == word).sum())
        if count >= FEWEST_RETURNS and (best is None or count > best.returns):
            best = Guess(machine, bits, order, count)
    return best


def index_raw(data: bytes | memoryview, base: int | None = None) -> CodeIndex | None:
    """Return the index of the bare image *data*, or None when it is no known code.

    *base* is the load address; without it, it is worked out, and 0 is taken if that fails.
    """
    guess = guess_processor(data)
    if guess is None:
        return None
    raw = np.frombuffer(data, dtype=np.uint8)[:LONGEST]
    first = build(_program(raw, guess, base or 0))
    kernel = _kernel(first, raw, guess.bits)
    if base is None:
        base = kernel.base if kernel and kernel.base is not None else _vote(first, raw)
        if base is None:
            first.problems.append("the load address could not be worked out")
    again = first
    if kernel or base:
        program = _program(raw, guess, base or 0)
        program.problems = first.problems
        if kernel is not None:
            give_names(program, kernel, base or 0)
        again = build(program)
    name_functions(again)
    return again


def _kernel(found: CodeIndex, raw: Bytes, bits: int) -> Placed | None:
    """Return the functions that the symbol table of a Linux kernel names."""
    symbols = read_kallsyms(raw, bits)
    if symbols is None or found.functions is None:
        return None
    start = found.program.memory.areas[0].start
    return place(symbols, found.functions.starts - start, int(raw.size))


def _program(raw: Bytes, guess: Guess, base: int) -> Program:
    end = base + int(raw.size)
    area = Area(base, raw, 0, code=True, fixed=True)
    memory = Memory([area], guess.order, guess.bits)
    program = Program(
        guess.machine, guess.bits, guess.order, 0, 0, memory, _code(raw, guess, base, end)
    )
    program.fixed, program.loose, program.kind = True, True, "raw"
    program.stripped = True
    return program


def _code(raw: Bytes, guess: Guess, base: int, end: int) -> list[tuple[int, int]]:
    """Return the range from the first to the last return instruction, to whole pages."""
    word = next(row[3] for row in _RETURNS if row[:3] == (guess.machine, guess.bits, guess.order))
    places = where(as_words(raw, 4, guess.order) == word) * 4
    pages = np.bincount(places // PAGE, minlength=raw.size // PAGE + 1)
    dense = where(pages > 0)
    low, high = int(dense[0]) * PAGE, (int(dense[-1]) + 1) * PAGE
    return [(base + low, min(end, base + high))]


def _vote(found: CodeIndex, raw: Bytes) -> int | None:
    """Return the base with the most votes of pointers for strings, or None."""
    strings = _string_starts(raw)
    pointers = _pointers(found, raw)
    if not strings.size or not pointers.size:
        return None
    order = np.argsort(strings % PAGE, kind="stable")
    strings = strings[order]
    remainder = strings % PAGE
    low = remainder.searchsorted(pointers % PAGE, side="left")
    high = remainder.searchsorted(pointers % PAGE, side="right")
    count = high - low
    limit = int(np.searchsorted(count.cumsum(), MOST_PAIRS))
    pointers, low, count = pointers[:limit], low[:limit], count[:limit]
    place = np.repeat(low - np.concatenate([[0], count.cumsum()[:-1]]), count)
    bases = np.repeat(pointers, count) - strings[place + np.arange(place.size)]
    bases = bases[bases >= 0] // PAGE
    if not bases.size:
        return None
    values, votes = np.unique(bases, return_counts=True)
    ranked = votes.argsort(kind="stable")[::-1]
    best = int(votes[ranked[0]])
    second = int(votes[ranked[1]]) if ranked.size > 1 else 0
    if best < FEWEST_VOTES or best * 2 < second * 3:
        return None
    return int(values[ranked[0]]) * PAGE


def _string_starts(raw: Bytes) -> Ints:
    """Return the places behind a NUL where at least six printable characters begin."""
    printable = (raw >= 0x20) & (raw < 0x7F)
    starts = where(printable[1:] & (raw[:-1] == 0)) + 1
    for step in range(1, 6):
        starts = starts[starts + step < raw.size]
        starts = starts[printable[starts + step]]
    return starts


def _pointers(found: CodeIndex, raw: Bytes) -> Ints:
    """Return the distinct words of the image and constants of its code that may be pointers."""
    size = found.program.memory.pointer_size()
    words = distinct(as_words(raw, size, found.program.order).astype(np.int64))
    formed = np.zeros(0, dtype=np.int64)
    if found.flow is not None:
        formed = distinct(found.flow.values[found.flow.known])
    # Constants of code come first: they are the surer ones, and the number of pairs is bounded.
    values = np.concatenate([formed, words])
    return np.asarray(values[(values >= PAGE) & (values < 1 << 48)])
