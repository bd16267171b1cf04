"""Which functions of a program could compare with a constant that looks like a secret at all.

A fast pass, so that the careful one is spared for the rest: they hand nothing to comparisons, ask
no function that does, and hold neither a number drawn by chance nor characters for a text.
"""

import numpy as np

from assay.code import listing as op
from assay.code.compared import drawn
from assay.code.families import COMPARISONS
from assay.code.listing import NONE
from assay.code.memory import Ints, Mask, among, listed, union, where
from assay.code.sources import Network

LOW = 0xFFFF
CHARACTERS = 5
"""A text that stands out has so many at least."""

LEVELS = 2
ARM = 40


def remarkable_functions(network: Network) -> Mask:
    """Return of each function number whether it is worth reading; the last is for none."""
    index = network.index
    count = len(index.functions) if index.functions is not None else 0
    found = np.zeros(count + 1, dtype=np.bool_)
    found[sorted(network.reaching(COMPARISONS, LEVELS))] = True
    found[index.owner[_formed(network)]] = True
    found[index.owner[_drawn_numbers(network)]] = True
    spelt = np.bincount(index.owner[_characters(network)] + 1, minlength=count + 1)
    found[:count] |= spelt[1:] >= CHARACTERS
    return found


def _formed(network: Network) -> Ints:
    """Return the rows that form the address of a comparison, or of a function that compares.

    What is called through a register may show on one way there only.
    """
    index, flow = network.index, network.index.flow
    if flow is None or index.functions is None:
        return np.zeros(0, dtype=np.int64)
    named = (*index.program.externs.items(), *index.program.names.items())
    wanted = {place for place, name in named if name in COMPARISONS}
    wanted |= {stub for stub, place in index.stubs.items() if place in wanted}
    asked = sorted(network.reaching(COMPARISONS, LEVELS - 1))
    addresses = union(np.array(sorted(wanted), dtype=np.int64), index.functions.starts[asked])
    rows = where(flow.known)
    values = flow.values[rows] & ~1 if index.program.machine == ARM else flow.values[rows]
    return rows[listed(values, addresses)]


def _drawn_numbers(network: Network) -> Ints:
    """Return the rows that hold or make a number drawn by chance."""
    listing, flow = network.index.listing, network.index.flow
    rows, values = [], []
    held = (
        (among(listing.op, (op.CMPI, op.PUSH)), listing.imm),
        (among(listing.op, (op.CMPM, op.STOREI)) & (listing.rb == NONE), listing.second),
        (flow.known if flow is not None else listing.op < 0, flow.values if flow else listing.imm),
    )
    for chosen, column in held:
        rows.append(where(chosen))
        values.append(column[rows[-1]].astype(np.int64) & 0xFFFFFFFF)
    joined, numbers = np.concatenate(rows), np.concatenate(values)
    wide = numbers > LOW
    joined, numbers = joined[wide], numbers[wide]
    return joined[drawn(numbers)]


def _characters(network: Network) -> Ints:
    """Return the rows that compare with characters, as often as they do."""
    rows, values = network.compared_numbers
    found = []
    for width in (1, 2, 4, 8):
        parts = [values >> 8 * place & 0xFF for place in range(width)]
        spelt = values != 0
        for part in parts:
            spelt &= ((part >= 32) & (part < 127)) | among(part, (0, 9, 10, 13))
        if width < 8:
            spelt &= (values & 0xFFFFFFFF) < 1 << 8 * width
        found.append(rows[spelt].repeat(width))
    return np.concatenate(found)
