"""Addresses of code among the words of data: function pointers and the entries of tables."""

import numpy as np

from assay.code import native
from assay.code.memory import Ints, as_words, listed, where, within
from assay.code.program import Program
from assay.code.texts import strings_of


def words_of_data(program: Program) -> tuple[Ints, Ints]:
    """Return the words of data that are addresses of code, and where they lie, ascending.

    Where the program is relocated only what relocations fill counts: other words are numbers.
    """
    if program.held is None:
        program.held = _words_of_data(program)
    return program.held


def _words_of_data(program: Program) -> tuple[Ints, Ints]:
    nothing = np.zeros(0, dtype=np.int64)
    size = program.memory.pointer_size()
    found, lie = [nothing], [nothing]
    if not program.code or not (program.fixed or program.pointers.size):
        return nothing, nothing
    by_kernel = _words_by_kernel(program)
    if by_kernel is not None:
        return by_kernel
    low, high = min(program.code)[0], max(end for _, end in program.code)
    for area in program.memory.areas:
        first = -(-area.start // size) * size
        words = as_words(area.data[first - area.start :], size, program.order)
        # One comparison of unsigned numbers, which leaves few words to look at.
        hits = where(words - words.dtype.type(low) < high - low)
        held = words[hits].astype(np.int64)
        inside = within(held, program.code)
        hits, held = hits[inside], held[inside]
        outside = ~within(first + size * hits, program.code)
        found.append(held[outside])
        lie.append(first + size * hits[outside])
    return _certain(program, np.concatenate(found), np.concatenate(lie))


def _words_by_kernel(program: Program) -> tuple[Ints, Ints] | None:
    """Return the same by a kernel, None where there is none."""
    strings, size = strings_of(program), program.memory.pointer_size()
    if strings is None:
        return None
    most = sum(area.data.size // size for area in program.memory.areas)
    held, places = np.empty((2, most), dtype=np.int64)
    count = native.run("words_of_data", strings, size, program.order == ">", most, held, places)
    return None if count < 0 else _certain(program, held[:count].copy(), places[:count].copy())


def _certain(program: Program, held: Ints, places: Ints) -> tuple[Ints, Ints]:
    """Return those of the words *held* that are addresses: where relocated, what is known."""
    if program.fixed:
        return held, places
    known = listed(held, program.pointers)
    return held[known], places[known]
