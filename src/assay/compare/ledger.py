"""The account of every byte of two files: each is equal, explained, differing or unexplained.

One label per byte. A byte is labelled once; what nobody labels stays unexplained, so no filter
can drop bytes.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assay.compare.causes import CAUSES, number
from assay.compare.levels import Level
from assay.compare.records import AccountName, Sum

UNEXPLAINED, EQUAL, DIFFERING = 0, 1, 2
FIRST_CAUSE = 16
STEP = 1 << 16
FOLLOWING = ("N12", "N13", "N14")
"""Causes that only follow from others."""

Labels = npt.NDArray[np.uint8]
Counts = Counter[int] | Sequence[int]
"""Bytes per label; a counter answers 0 for labels that it has not met."""


class Ledger:
    """Labels for the bytes of two sides."""

    def __init__(self, size_a: int, size_b: int) -> None:
        self.labels: tuple[Labels, Labels] = (
            np.zeros(size_a, dtype=np.uint8),
            np.zeros(size_b, dtype=np.uint8),
        )
        self.proofs: dict[str, str] = {}

    def _set(self, side: int, start: int, end: int, label: int) -> None:
        part = self.labels[side][max(start, 0) : max(end, 0)]
        part[part == UNEXPLAINED] = label

    def equal(self, start_a: int, start_b: int, length: int) -> None:
        """Note that *length* bytes are the same on both sides."""
        self._set(0, start_a, start_a + length, EQUAL)
        self._set(1, start_b, start_b + length, EQUAL)

    def same(self, side: int, start: int, end: int) -> None:
        """Note that bytes of *side* are those of their counterpart, which may lie elsewhere."""
        self._set(side, start, end, EQUAL)

    def explain(self, side: int, start: int, end: int, cause: str, proof: str = "") -> None:
        """Note that bytes from *start* up to *end* of *side* (0 or 1) are due to *cause*."""
        self._set(side, start, end, FIRST_CAUSE + number(cause))
        if proof:
            self.proofs.setdefault(cause, proof)

    def explain_chosen(
        self, side: int, start: int, chosen: npt.NDArray[np.bool_], cause: str, proof: str
    ) -> None:
        """Note that the *chosen* of the bytes from *start* on are due to *cause*."""
        part = self.labels[side][start : start + chosen.size]
        part[chosen & (part == UNEXPLAINED)] = FIRST_CAUSE + number(cause)
        self.proofs.setdefault(cause, proof)

    def differ(self, side: int, start: int, end: int) -> None:
        """Note that bytes of *side* differ in a way that matters."""
        self._set(side, start, end, DIFFERING)

    def settle(self, a: bytes, b: bytes, start_a: int, start_b: int, length: int) -> int:
        """Label *length* bytes as equal where they are; return how many are not and unlabelled."""
        left = np.frombuffer(a, np.uint8)[start_a : start_a + length]
        right = np.frombuffer(b, np.uint8)[start_b : start_b + length]
        size = min(left.size, right.size)
        same = left[:size] == right[:size]
        open_ = 0
        for side, start in ((0, start_a), (1, start_b)):
            part = self.labels[side][start : start + size]
            part[same & (part == UNEXPLAINED)] = EQUAL
            open_ = max(open_, int(np.count_nonzero(part == UNEXPLAINED)))
        return open_

    def stayed(self, a: bytes, b: bytes) -> None:
        """Label as equal what follows from places, orders and tables, but is the same in one place.

        For files in which nothing moved: there it follows from nothing.
        """
        left, right = (np.frombuffer(one, np.uint8) for one in (a, b))
        for cause in FOLLOWING:
            label = FIRST_CAUSE + number(cause)
            chosen = (self.labels[0] == label) & (self.labels[1] == label) & (left == right)
            for side in self.labels:
                side[chosen] = EQUAL

    def count(self, label: int) -> tuple[int, int]:
        """Return how many bytes of each side have *label*."""
        first, second = (int(np.count_nonzero(side == label)) for side in self.labels)
        return first, second

    def sums(self) -> tuple[Sum, ...]:
        """Return the bytes per account; they add up to the sizes of both sides."""
        first, second = (_counts(side) for side in self.labels)
        return stated((first, second), self.proofs)


def stated(counts: tuple[Counts, Counts], proofs: dict[str, str]) -> tuple[Sum, ...]:
    """Return the sums of two sides that have *counts* bytes of each label."""
    found = []
    for label in range(256):
        if counts[0][label] or counts[1][label]:
            account, cause = _account(label)
            found.append(
                Sum(
                    account=account, bytes_a=counts[0][label], bytes_b=counts[1][label],
                    cause=cause, proof=proofs.get(cause, ""),
                )
            )  # fmt: skip
    return tuple(found)


def _counts(labels: Labels) -> list[int]:
    """Return how often each label occurs; a little at a time, because counting widens.

    Most stretches have one label only, which is quick to see.
    """
    total = np.zeros(256, dtype=np.int64)
    for start in range(0, labels.size, STEP):
        part = labels[start : start + STEP]
        if (part == part[0]).all():
            total[part[0]] += part.size
        else:
            total += np.bincount(part, minlength=256)
    found: list[int] = total.tolist()
    return found


def _account(label: int) -> tuple[AccountName, str]:
    if label >= FIRST_CAUSE:
        return "explained", f"N{label - FIRST_CAUSE}"
    plain: dict[int, AccountName] = {EQUAL: "equal", DIFFERING: "differing"}
    return plain.get(label, "unexplained"), ""


def level_of(sums: tuple[Sum, ...]) -> Level:
    """Return the level that the accounts alone allow: never better than what is unexplained."""
    accounts = {one.account for one in sums}
    if "differing" in accounts:
        return "D"
    if "unexplained" in accounts:
        return "I"
    causes = {one.cause for one in sums if one.account == "explained"}
    if not causes:
        return "E0"
    return "E3" if any(CAUSES[cause].review for cause in causes) else "E2"


def added(many: list[tuple[Sum, ...]]) -> tuple[Sum, ...]:
    """Return the sums of several files joined by account and cause."""
    total: dict[tuple[AccountName, str], list[int]] = {}
    proofs: dict[str, str] = {}
    for sums in many:
        for one in sums:
            entry = total.setdefault((one.account, one.cause), [0, 0])
            entry[0] += one.bytes_a
            entry[1] += one.bytes_b
            if one.proof:
                proofs.setdefault(one.cause, one.proof)
    order: tuple[AccountName, ...] = ("equal", "explained", "differing", "unexplained")
    keys = sorted(total, key=lambda key: (order.index(key[0]), int(key[1][1:] or 0)))
    return tuple(
        Sum(
            account=account, cause=cause, bytes_a=total[account, cause][0],
            bytes_b=total[account, cause][1], proof=proofs.get(cause, ""),
        )
        for account, cause in keys
    )  # fmt: skip


def whole(account: AccountName, size_a: int, size_b: int, cause: str = "") -> tuple[Sum, ...]:
    """Return the sums of two files whose bytes all have one account."""
    if not size_a and not size_b:
        return ()
    return (Sum(account=account, bytes_a=size_a, bytes_b=size_b, cause=cause),)
