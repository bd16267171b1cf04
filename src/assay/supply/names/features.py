"""What can be measured of two prepared names: shared and unshared words, spelling, conflicts.

Every feature is an integer from 0 to 1000; `compare` weighs them into a score. The alignment is
greedy: equal words first, then words written apart or together, then words with a typing error.
"""

from rapidfuzz.distance import OSA, Indel, JaroWinkler, Prefix

from assay.supply.names.prepare import PreparedName

FEATURES = (
    "words",
    "conflict",
    "spelling",
    "whole-spelling",
    "uncertain",
    "place-conflict",
    "number-conflict",
    "form-conflict",
    "acronym",
    "contained",
    "sector-left-over",
)
"""Names of the features, in the order of the tuple that `measure` returns."""

Measured = tuple[int, ...]

_TYPO = 700
_SHORT = 4


class Alignment:
    """Which words of two names stand for each other, and which are left over."""

    __slots__ = ("fuzzy", "left", "matched", "right", "strongest")

    def __init__(self, left: PreparedName, right: PreparedName) -> None:
        common = left.weights.keys() & right.weights.keys()
        certain = sum(left.weights[token] for token in common)
        self.strongest = max((left.weights[token] for token in common), default=0)
        self.matched = 2 * certain
        self.fuzzy = 0
        self.left = [token for token in left.tokens if token not in common]
        self.right = [token for token in right.tokens if token not in common]
        if self.left and self.right:
            self._join(left, right)
        if self.left and self.right:
            self._forgive(left, right)

    def _join(self, left: PreparedName, right: PreparedName) -> None:
        """Match words written apart with words written together: hua wei, huawei."""
        for start in range(len(self.left)):
            for other in range(len(self.right)):
                lengths = _joined(self.left[start:], self.right[other:])
                if lengths:
                    ours = self.left[start : start + lengths[0]]
                    theirs = self.right[other : other + lengths[1]]
                    weight = sum(map(left.weights.__getitem__, ours))
                    self.matched += weight + sum(map(right.weights.__getitem__, theirs))
                    self.strongest = max(self.strongest, min(weight, 1000))
                    del self.left[start : start + lengths[0]]
                    del self.right[other : other + lengths[1]]
                    return

    def _forgive(self, left: PreparedName, right: PreparedName) -> None:
        """Match words that differ by a typing error or an abbreviation, the closest first."""
        pairs = []
        for ours in self.left:
            for theirs in self.right:
                alike = _alike(ours, theirs)
                if alike >= _TYPO:
                    pairs.append((-alike, ours, theirs))
        for negative, ours, theirs in sorted(pairs):
            if ours not in self.left or theirs not in self.right:
                continue
            weight = (left.weights[ours] + right.weights[theirs]) * -negative // 1000
            self.matched += weight
            self.fuzzy += weight
            self.strongest = max(self.strongest, weight // 2)
            self.left.remove(ours)
            self.right.remove(theirs)


def _joined(left: list[str], right: list[str]) -> tuple[int, int] | None:
    """Return how many leading words of each side, more than one of one side, read the same."""
    for many, one, swap in ((left, right[0], False), (right, left[0], True)):
        text = ""
        for count, word in enumerate(many, 1):
            text += word
            if not one.startswith(text):
                break
            if count > 1 and text == one:
                return (1, count) if swap else (count, 1)
    return None


def _alike(left: str, right: str) -> int:
    """Return how alike two words are, in permille; short words and numbers must be equal."""
    if len(left) < _SHORT or len(right) < _SHORT:
        return 0
    if any(map(str.isdigit, left + right)):
        return 0
    longest = max(len(left), len(right))
    allowed = 1 if longest < 8 else 2
    if 10 * Prefix.similarity(left, right) >= 7 * longest:
        allowed += 1
    if abs(len(left) - len(right)) > allowed:
        return 0
    errors = OSA.distance(left, right, score_cutoff=allowed)
    return 1000 - 1000 * errors // longest if errors <= allowed else 0


def measure(left: PreparedName, right: PreparedName) -> tuple[Measured, Alignment]:
    """Return the features of two names, in the order of FEATURES, and their alignment."""
    found = Alignment(left, right)
    over_left = sum(map(left.weights.__getitem__, found.left))
    over_right = sum(map(right.weights.__getitem__, found.right))
    total = left.weight + right.weight or 1
    return (
        1000 * found.matched // total,
        min(1000, over_left, over_right),
        int(1000 * Indel.normalized_similarity(left.core, right.core)),
        int(1000 * JaroWinkler.similarity(left.spread, right.spread)),
        1000 * found.fuzzy // total,
        1000 if _differ(left.places, right.places) else 0,
        1000 if _differ(left.numbers, right.numbers) else 0,
        1000 if left.forms and right.forms and not set(left.forms) & set(right.forms) else 0,
        _acronym(left, right),
        1000 if not (found.left and found.right) and found.strongest >= 700 else 0,
        min(1000, max(over_left, over_right)) if not (found.left and found.right) else 0,
    ), found


def _acronym(left: PreparedName, right: PreparedName) -> int:
    """Return 1000 when one name is the initials of the other, 500 when it begins with them."""
    for short, long in ((left, right), (right, left)):
        if len(long.tokens) < 2 or not short.head or len(short.head) > 8:
            continue
        if short.head in long.acronyms and short.head not in long.weights:
            if len(short.tokens) > 1:
                return 500
            return 1000 if len(short.head) > 2 else 700
    return 0


def _differ(left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(left ^ right) if left and right else False
