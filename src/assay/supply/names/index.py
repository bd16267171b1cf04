"""Candidates for a name among many: an inverted index over letter runs, initials and words.

Sits between `prepare` and `compare`: it cuts a hundred thousand parties down to a few dozen that
deserve a comparison. Rare runs weigh more; runs that half the list shares are not looked up.
"""

from collections.abc import Sequence

import numpy as np

from assay.supply.names.compare import score
from assay.supply.names.prepare import PreparedName, prepare

MOST_CANDIDATES = 30
FAR_BEHIND = 3
"""A name that shares a third of what the best one shares is not worth a comparison."""
MOST_KEYS = 28
MOST_POSTINGS = 24_000
SHORTEST, LONGEST = 3, 8

Candidate = tuple[int, int]
"""A score in permille and the position of the name in the list."""


class NameIndex:
    """An index over a list of names; positions are those of the list."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        rows = [_keys(prepare(name)) for name in names]
        self._number: dict[str, int] = {}
        flat = [self._number.setdefault(key, len(self._number)) for row in rows for key in row]
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        keys = np.array(flat, dtype=np.int64)
        owners = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        order = np.argsort(keys, kind="stable")
        self._owners = owners[order]
        counts = np.bincount(keys, minlength=len(self._number))
        self._starts = np.concatenate(([0], np.cumsum(counts)))
        self._lengths = lengths

    def candidates(self, name: PreparedName) -> list[int]:
        """Return the positions of at most 30 names that share the most telling runs."""
        chosen = self._chosen(name)
        if not chosen:
            return []
        owners = np.concatenate([self._owners[start:end] for start, end, _ in chosen])
        weights = np.repeat([weight for *_, weight in chosen], [e - s for s, e, _ in chosen])
        total = np.bincount(owners, weights=weights)
        found = np.flatnonzero(total * FAR_BEHIND >= total.max())
        shared = total[found].astype(np.int64) * 1000 // (20 + self._lengths[found])
        order = np.argsort(-shared, kind="stable")[:MOST_CANDIDATES]
        return [int(position) for position in found[order]]

    def search(self, text: str, *, at_least: int, most: int = 10) -> list[Candidate]:
        """Return score and position of the best names for *text*, the best first."""
        name = prepare(text)
        found = [
            (score(name, prepare(self.names[position])), position)
            for position in self.candidates(name)
        ]
        kept = [pair for pair in found if pair[0] >= at_least]
        kept.sort(key=lambda pair: (-pair[0], pair[1]))
        return kept[:most]

    def _chosen(self, name: PreparedName) -> list[tuple[int, int, int]]:
        """Return start, end and weight of the postings to read, the rarest first."""
        ranges: list[tuple[int, str, int]] = []
        for key in _keys(name):
            number = self._number.get(key)
            if number is not None:
                start = int(self._starts[number])
                ranges.append((int(self._starts[number + 1]) - start, key, start))
        chosen: list[tuple[int, int, int]] = []
        read = 0
        # By count, then by key: what is read must not depend on the order of a set.
        for count, _, start in sorted(ranges)[:MOST_KEYS]:
            read += count
            if chosen and read > MOST_POSTINGS:
                break
            chosen.append((start, start + count, self._weight(count)))
        return chosen

    def _weight(self, count: int) -> int:
        """Return eight times the binary logarithm of how rare a key is, in whole numbers."""
        return max(1, ((len(self.names) + 1) ** 8).bit_length() - (count**8).bit_length())


def _keys(name: PreparedName) -> set[str]:
    """Return the keys of a name: letter runs, whole words, its initials as a word.

    A short first word also counts with any one letter left out, so that a slip in it is found.
    """
    core = name.core
    keys = {core[at : at + 3] for at in range(max(1, len(core) - 2))}
    keys.update(f"={token}" for token in name.tokens)
    keys.update(f"={acronym}" for acronym in name.acronyms)
    if SHORTEST <= len(name.head) <= LONGEST:
        head = name.head
        keys.update(f"~{head[:at]}{head[at + 1 :]}" for at in range(len(head)))
        keys.add(f"~{head}")
    return keys
