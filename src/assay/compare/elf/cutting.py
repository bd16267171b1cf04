"""Lets both programs begin their chunks at the same places.

Where functions begin is found out for each program alone, and now and then only for one. Between
chunks that correspond, starts that the other side does not have at the same distance are dropped.
"""

from itertools import pairwise

import numpy as np

from assay.code.memory import Ints
from assay.compare.elf.functions import Pairing
from assay.compare.elf.half import Half

MOST_SHIFT = 1 << 16


def agree_on_starts(a: Half, b: Half, pairing: Pairing) -> bool:
    """Cut the code of both sides again; return whether anything was cut otherwise."""
    drop_a: list[int] = []
    drop_b: list[int] = []
    matched = np.flatnonzero(pairing.same)
    partners = pairing.b_of[matched]
    bounds = [(-1, -1), *zip(matched.tolist(), partners.tolist(), strict=True)]
    bounds.append((len(a.code), len(b.code)))
    taken = np.zeros(len(b.code) + 1, dtype=np.int64)
    taken[partners + 1] = 1
    taken = np.cumsum(taken)
    for (i, j), (k, m) in pairwise(bounds):
        if k - i < 2 or m - j < 2 or k - i == m - j == 2:
            continue
        # Where order was changed, what lies between on one side belongs elsewhere on the other.
        if taken[m] == taken[j + 1]:
            left, right = _unshared(a, b, (i + 1, k), (j + 1, m))
            drop_a += left
            drop_b += right
    if not drop_a and not drop_b:
        return False
    a.code.cut(np.delete(a.code.starts, drop_a))
    b.code.cut(np.delete(b.code.starts, drop_b))
    return True


def _unshared(
    a: Half, b: Half, first: tuple[int, int], second: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Return the starts in two runs of chunks that lie at different distances from their ends.

    A start counts as shared when it is as far from the beginning, or as far from the end, as
    one of the other side: what was inserted between shifts one or the other.
    """
    starts_a, starts_b = a.code.starts[slice(*first)], b.code.starts[slice(*second)]
    shared_a = np.zeros(starts_a.size, dtype=np.bool_)
    shared_b = np.zeros(starts_b.size, dtype=np.bool_)
    ends = int(a.code.ends[first[1] - 1]), int(b.code.ends[second[1] - 1])
    for base_a, base_b in ((int(starts_a[0]), int(starts_b[0])), ends):
        shared_a |= np.isin(starts_a - base_a, starts_b - base_b)
        shared_b |= np.isin(starts_b - base_b, starts_a - base_a)
    keep_a, keep_b = _firsts(a), _firsts(b)
    left = np.flatnonzero(~shared_a & ~np.isin(starts_a, keep_a)) + first[0]
    right = np.flatnonzero(~shared_b & ~np.isin(starts_b, keep_b)) + second[0]
    return left.tolist(), right.tolist()


def _firsts(half: Half) -> Ints:
    return np.array([start for start, _ in half.code.spans], dtype=np.int64)
