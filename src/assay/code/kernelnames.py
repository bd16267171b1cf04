"""Names of a kernel's functions, put where its own symbol table (kallsyms) says they are.

The table has absolute addresses, or offsets from a base that is not stored. Either way the image
lies where most of its functions then begin at an instruction that begins a function.
"""

import numpy as np

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.elf import Elf
from assay.code.kallsyms import FUNCTIONS, Symbols, read_kallsyms
from assay.code.memory import Ints, distinct, within
from assay.code.program import Program

BANNER = b"Linux version "
PAGE = 0x1000
SAMPLE = 600
MOST_PAGES = 1 << 15


class Placed(Value):
    """Functions of a kernel as offsets in its image, and its load address if that is known."""

    offsets: Ints
    names: tuple[str, ...]
    base: int | None


def place(symbols: Symbols, starts: Ints, size: int) -> Placed | None:
    """Return the functions of *symbols* in an image of *size* bytes, or None if they do not fit.

    *starts* are offsets at which functions of the image begin, ascending.
    """
    chosen = [at for at, kind in enumerate(symbols.kinds) if kind in FUNCTIONS]
    addresses = symbols.addresses[chosen]
    if addresses.size < 2 or not starts.size:
        return None
    unique = distinct(addresses)
    sample = unique[:: max(1, unique.size // SAMPLE)]
    base = _best(sample, starts, size)
    if base is None:
        return None
    offsets = addresses - base
    inside = within(offsets, [(0, size)])
    names = tuple(printable(symbols.names[at].encode("latin-1", "replace")) for at in chosen)
    kept = tuple(name for name, good in zip(names, inside.tolist(), strict=True) if good)
    known = int(np.median(addresses)) & 0xFFFFFFFF >= 1 << 28
    return Placed(offsets[inside], kept, base if known else None)


def _best(sample: Ints, starts: Ints, size: int) -> int | None:
    """Return the base at which most of *sample* begin functions, if it is by far the best."""
    lowest = int(sample[sample.size // 2]) - size
    first = max(lowest, int(sample[0]) - min(size, PAGE * MOST_PAGES)) // PAGE
    last = int(sample[sample.size // 2]) // PAGE
    scores = []
    for page in range(first, min(last, first + MOST_PAGES) + 1):
        offsets = sample - page * PAGE
        place_of = np.minimum(np.searchsorted(starts, offsets), starts.size - 1)
        scores.append(int((starts[place_of] == offsets).sum()))
    ranked = np.argsort(scores, kind="stable")[::-1]
    best = scores[int(ranked[0])]
    second = scores[int(ranked[1])] if len(scores) > 1 else 0
    # Calls that name absolute places make a second base look half right.
    if best * 4 < sample.size * 3 and (best * 4 < sample.size or best < second * 2):
        return None
    return (first + int(ranked[0])) * PAGE


def give_names(program: Program, placed: Placed, base: int) -> None:
    """Add the functions of *placed* to the names and starts of *program*, loaded at *base*."""
    addresses = placed.offsets + base
    for address, name in zip(addresses.tolist(), placed.names, strict=True):
        program.names.setdefault(address, name)
    starts = distinct(np.concatenate([program.starts, addresses]))
    program.starts = starts[within(starts, program.code)]


def name_kernel(program: Program, elf: Elf) -> None:
    """Add the functions that the ELF file of a stripped kernel names itself to *program*.

    *elf* is the file as it is, with addresses that *program* may have folded.
    """
    if not program.stripped or BANNER not in elf.data.tobytes():
        return
    symbols = read_kallsyms(elf.data, elf.bits)
    if symbols is None:
        return
    chosen = [at for at, kind in enumerate(symbols.kinds) if kind in FUNCTIONS]
    addresses = symbols.addresses[chosen]
    if program.folded:
        addresses &= (1 << 32) - 1 if program.memory.areas[0].start < 1 << 32 else (1 << 48) - 1
    inside = within(addresses, program.code)
    if int(inside.sum()) * 2 < addresses.size:
        return
    names = tuple(printable(symbols.names[at].encode("latin-1", "replace")) for at in chosen)
    give_names(program, Placed(addresses, names, 0), 0)
