"""Which chunk of code of one program belongs to which of the other.

Chunks whose bytes are the same but for what may be an address have one key. Keys are aligned
in order; what is left is paired by name, by a key that occurs once, by its callers and by its
neighbours.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec
import numpy as np

from assay.code.fingerprints import Fingerprints, fingerprints
from assay.code.index import CodeIndex
from assay.code.listing import CALL, JUMP, NOP
from assay.code.memory import Ints, without
from assay.compare.alignment import align, opcodes
from assay.compare.elf.fields import Fields
from assay.compare.elf.half import Half
from assay.compare.elf.unmoved import pair_in_place

ROUNDS = 8
LIKE = 500
MOST_ALIKE = 400
HEAD = 32


class Pairing(msgspec.Struct):
    """`b_of[a]` is the chunk of the second program that belongs to chunk a, -1 for none.

    `same[a]` says that both have one key. `core` are the ends of the chunks without padding.
    `keys` are what chunks are told by.
    """

    b_of: Ints
    same: "np.typing.NDArray[np.bool_]"
    core_a: Ints
    core_b: Ints
    keys: tuple[list[bytes], list[bytes]]

    @property
    def gone(self) -> Ints:
        """The chunks of the first program that have no counterpart."""
        return np.flatnonzero(self.b_of < 0)

    def new(self, count: int) -> Ints:
        """Return the chunks of the second program, which has *count*, without counterpart."""
        return without(np.arange(count), self.b_of)


def core_ends(half: Half) -> Ints:
    """Return where each chunk ends when the padding behind it is left out."""
    code, listing = half.code, half.index.listing
    end = code.ends.copy()
    solid = listing.op[code.rows] != NOP
    after = code.address + listing.size[code.rows]
    last = np.searchsorted(code.address, code.ends) - 1
    place = np.where(solid, np.arange(code.rows.size), -1)
    place = np.maximum.accumulate(place) if place.size else place
    if not place.size:
        return end
    padded = np.flatnonzero((last >= 0) & (after[last] == code.ends) & ~solid[last])
    row, start = last[padded], code.starts[padded]
    kept = place[row]
    full = (kept >= 0) & (code.address[kept] >= start)
    # Data may lie between the last instruction and the padding: there a row follows no other.
    broken = np.where(code.address[1:] != after[:-1], np.arange(after.size - 1), -1)
    gap = np.append(-1, np.maximum.accumulate(broken))[row]
    behind = np.where(gap > kept, code.address[np.minimum(gap + 1, after.size - 1)], 0)
    end[padded] = np.maximum(np.where(full, after[kept], start), behind)
    return end


def keys(half: Half, fields: Fields, core: Ints, chunks: Ints | None = None) -> list[bytes]:
    """Return a digest of each chunk in which everything that may be an address is left out.

    Of *chunks* alone where they are given; it is empty for others.
    """
    code = half.code
    plain = (code.bytes & ~fields.mask).tobytes()
    chosen = np.arange(len(code)) if chunks is None else chunks
    starts, sizes = code.place(code.starts)[chosen].tolist(), (core - code.starts)[chosen].tolist()
    found = [b""] * len(code)
    for chunk, at, size in zip(chosen.tolist(), starts, sizes, strict=True):
        digest = hashlib.blake2b(plain[at : at + size], digest_size=16).digest()
        found[chunk] = digest + size.to_bytes(4, "little")
    return found


def pair_chunks(a: Half, b: Half, fields_a: Fields, fields_b: Fields) -> Pairing:
    """Return which chunks of *a* and *b* belong together."""
    core_a, core_b = core_ends(a), core_ends(b)
    keys_a, keys_b = keys(a, fields_a, core_a), keys(b, fields_b, core_b)
    if pair_in_place(a, b, (keys_a, keys_b)):
        same = np.array([one == two for one, two in zip(keys_a, keys_b, strict=True)])
        return Pairing(np.arange(len(keys_a)), same, core_a, core_b, (keys_a, keys_b))
    open_ = _Open(a, b, keys_a, keys_b)
    names_a, names_b = _names(a), _names(b)
    both = set(filter(None, names_a)) & set(filter(None, names_b))
    if len(both) * 2 > len(names_a):
        open_.by_feature(names_a, names_b)
    else:
        open_.by_feature(names_a, names_b, keys_too=True)
        open_.by_feature(keys_a, keys_b)
        open_.spread()
        for i, j in align(keys_a, keys_b):
            if open_.free(i, j):
                open_.pair(i, j)
        open_.by_feature(names_a, names_b)
    open_.by_feature(keys_a, keys_b)
    open_.by_feature(_heads(a, fields_a), _heads(b, fields_b))
    open_.spread()
    open_.by_order()
    open_.by_likeness()
    b_of = open_.b_of
    paired = np.flatnonzero(b_of >= 0).tolist()
    same = np.zeros(len(keys_a), dtype=np.bool_)
    same[paired] = [keys_a[i] == keys_b[int(b_of[i])] for i in paired]
    return Pairing(b_of, same, core_a, core_b, (keys_a, keys_b))


def _heads(half: Half, fields: Fields) -> list[bytes]:
    """Return the beginning of each chunk without addresses, and how long the chunk is.

    Data in a chunk that one side takes for instructions makes its key another one.
    """
    code = half.code
    plain = code.bytes & ~fields.mask
    sizes = code.ends - code.starts
    return [
        plain[at : at + HEAD].tobytes() + size.to_bytes(4, "little") if size >= HEAD else b""
        for at, size in zip(code.place(code.starts).tolist(), sizes.tolist(), strict=True)
    ]


def _names(half: Half) -> list[str]:
    """Return the symbol at the start of each chunk; local copies of one name keep theirs."""
    names = half.index.program.names
    return [names.get(start, "") for start in half.code.starts.tolist()]


class Sites(msgspec.Struct):
    """The chunks at whose beginning the calls and jumps of each chunk lead, -1 for others.

    Those of chunk n are `chunk` from `first[n]` to `first[n + 1]`.
    """

    first: Ints
    chunk: Ints


class _Open:
    """The pairing as it grows."""

    def __init__(self, a: Half, b: Half, keys_a: list[bytes], keys_b: list[bytes]) -> None:
        self.a, self.b = a, b
        self.keys_a, self.keys_b = keys_a, keys_b
        self.b_of: Ints = np.full(len(keys_a), -1, dtype=np.int64)
        self.a_of: Ints = np.full(len(keys_b), -1, dtype=np.int64)

    @cached_property
    def _sites(self) -> tuple[Sites, Sites]:
        return _sites(self.a), _sites(self.b)

    @cached_property
    def _numbers(self) -> tuple[Ints, Ints]:
        """One number for each key, the same on both sides."""
        known: dict[bytes, int] = {}
        first, second = (
            [known.setdefault(key, len(known)) for key in keys]
            for keys in (self.keys_a, self.keys_b)
        )
        return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)

    def _called(self) -> Iterator[tuple[int, int]]:
        """Yield chunks of one key, free so far, that pairs of one key call at the same place.

        Those that jump there count as well.
        """
        left, right = self._sites
        keys_a, keys_b = self._numbers
        i = np.flatnonzero(self.b_of >= 0)
        j = self.b_of[i]
        sizes, others = np.diff(left.first)[i], np.diff(right.first)[j]
        good = (keys_a[i] == keys_b[j]) & (sizes == others)
        i, j, sizes = i[good], j[good], sizes[good]
        within = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        x = left.chunk[np.repeat(left.first[i], sizes) + within]
        y = right.chunk[np.repeat(right.first[j], sizes) + within]
        good = (x >= 0) & (y >= 0)
        x, y = x[good], y[good]
        good = (self.b_of[x] < 0) & (self.a_of[y] < 0) & (keys_a[x] == keys_b[y])
        yield from zip(x[good].tolist(), y[good].tolist(), strict=True)

    def pair(self, i: int, j: int) -> None:
        self.b_of[i], self.a_of[j] = j, i

    def free(self, i: int, j: int) -> bool:
        return bool(self.b_of[i] < 0 and self.a_of[j] < 0)

    def spread(self) -> None:
        """Pair callees and neighbours of pairs until nothing is found."""
        for _ in range(ROUNDS):
            if not self.by_callers() + self.by_neighbours():
                break

    def by_feature(
        self, of_a: Sequence[str | bytes], of_b: Sequence[str | bytes], *, keys_too: bool = False
    ) -> None:
        """Pair what has a feature that occurs once on each side among what is left.

        With *keys_too* the keys have to agree as well.
        """
        once_a, once_b = _once(of_a, self.b_of), _once(of_b, self.a_of)
        for feature, i in once_a.items():
            j = once_b.get(feature, -1)
            if j >= 0 and (not keys_too or self.keys_a[i] == self.keys_b[j]):
                self.pair(i, j)

    def by_callers(self) -> int:
        """Pair what paired chunks call at the same place, when the keys agree."""
        found = 0
        for i, j in self._called():
            if self.free(i, j):
                self.pair(i, j)
                found += 1
        return found

    def by_neighbours(self) -> int:
        """Pair the neighbours of pairs, when the keys agree."""
        found = 0
        for step in (1, -1):
            for i in np.flatnonzero(self.b_of < 0).tolist()[::step]:
                before = i - step
                if not 0 <= before < len(self.keys_a) or self.b_of[before] < 0:
                    continue
                j = int(self.b_of[before]) + step
                inside = 0 <= j < len(self.keys_b) and self.a_of[j] < 0
                if inside and self.keys_a[i] == self.keys_b[j]:
                    self.pair(i, j)
                    found += 1
        return found

    def by_order(self) -> None:
        """Pair what lies between the same pairs, where both sides have equally many."""
        pairs = [(i, j) for i, j in enumerate(self.b_of.tolist()) if j >= 0]
        ascending = _ascending(pairs)
        for first, last, low, high in opcodes(ascending, len(self.keys_a), len(self.keys_b)):
            left = [i for i in range(first, last) if self.b_of[i] < 0]
            right = [j for j in range(low, high) if self.a_of[j] < 0]
            if len(left) == len(right) <= MOST_ALIKE:
                for i, j in zip(left, right, strict=True):
                    self.pair(i, j)

    def by_likeness(self) -> None:
        """Pair what is left by the likeness of its operations."""
        left = np.flatnonzero(self.b_of < 0).tolist()[:MOST_ALIKE]
        right = np.flatnonzero(self.a_of < 0).tolist()[:MOST_ALIKE]
        if not left or not right:
            return
        prints_a, prints_b = _prints(self.a), _prints(self.b)
        places_a, places_b = _function_numbers(self.a, left), _function_numbers(self.b, right)
        scores = []
        for i, f in zip(left, places_a, strict=True):
            for j, g in zip(right, places_b, strict=True):
                likeness = prints_a.likeness(f, prints_b, g) if f >= 0 and g >= 0 else 0
                if likeness >= LIKE:
                    scores.append((-likeness, i, j))
        for _, i, j in sorted(scores):
            if self.free(i, j):
                self.pair(i, j)


def _prints(half: Half) -> Fingerprints:
    """Return the fingerprints of all functions of *half*, made once for an index."""
    known: tuple[CodeIndex, Fingerprints] | None = half.__dict__.get("prints")
    if known is None or known[0] is not half.index:
        known = half.__dict__["prints"] = half.index, fingerprints(half.index)
    return known[1]


def _function_numbers(half: Half, chunks: list[int]) -> list[int]:
    functions = half.index.functions
    if functions is None:
        return [-1] * len(chunks)
    starts = half.code.starts[chunks]
    place = np.searchsorted(functions.starts, starts)
    place = np.minimum(place, max(len(functions) - 1, 0))
    good = functions.starts[place] == starts
    numbers: list[int] = np.where(good, place, -1).tolist()
    return numbers


def _once(features: Sequence[str | bytes], partner: Ints) -> dict[str | bytes, int]:
    found: dict[str | bytes, int] = {}
    doubled: set[str | bytes] = set()
    for place, feature in enumerate(features):
        if not feature or partner[place] >= 0:
            continue
        if feature in found:
            doubled.add(feature)
        found[feature] = place
    return {feature: place for feature, place in found.items() if feature not in doubled}


def _ascending(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pairs whose second members ascend, dropping what was moved."""
    kept: list[tuple[int, int]] = []
    top = -1
    for i, j in pairs:
        if j > top:
            kept.append((i, j))
            top = j
    return kept


def _sites(half: Half) -> Sites:
    code, listing = half.code, half.index.listing
    op = listing.op[code.rows]
    rows = np.flatnonzero((op == CALL) | (op == JUMP))
    targets = listing.imm[code.rows[rows]]
    chunks = code.owner(targets)
    exact = (chunks >= 0) & (code.starts[np.maximum(chunks, 0)] == targets)
    first = np.searchsorted(code.chunk[rows], np.arange(len(code) + 1))
    return Sites(first.astype(np.int64), np.where(exact, chunks, -1))


def exchange(pairing: Pairing, wanted: dict[int, int]) -> int:
    """Give chunks of one key the partners in *wanted*; return how many changed.

    What a partner was taken from gets the one that is left over, where its key is that one too.
    """
    keys = pairing.keys
    a_of = {int(j): i for i, j in enumerate(pairing.b_of.tolist()) if j >= 0}
    changed = 0
    for i, j in sorted(wanted.items()):
        old = int(pairing.b_of[i])
        if old == j or keys[0][i] != keys[1][j] or (old >= 0 and keys[1][old] != keys[1][j]):
            continue
        other = a_of.get(j, -1)
        if other >= 0 and wanted.get(other, -1) == j:
            continue
        pairing.b_of[i], a_of[j] = j, i
        if other >= 0:
            pairing.b_of[other] = old
            if old >= 0:
                a_of[old] = other
        changed += 1
    return changed
