"""Make `name_pairs.tsv`, the labelled pairs of names, from `party_names.tsv`.

Pairs of one party are positives; a typing error in a name is a positive too. Negatives are names
of two parties, the hard ones: siblings of a family, or parties that share a word or many letters.
Parties are split by family into a tuning and a measured half; no scorer takes part in the choice.
Run: python tests/supply/data/make_pairs.py
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).parent
FOR_EACH_PARTY = 4
NEGATIVES_FOR_EACH_POSITIVE_PERMILLE = 1100
CHANGES = ("swap", "drop", "double", "replace")

OF_ONE_PARTY = 10
LEGAL = frozenset(("ltd", "limited", "co", "inc", "corp", "corporation", "company")).union(
    ("llc", "plc", "ag", "sa", "gmbh", "ab", "as")
)

Party = tuple[int, str, list[str]]
Sketch = tuple[tuple[str, ...], frozenset[str]]


def digest(*parts: object) -> int:
    """Return a number that depends on *parts* only: the choice is arbitrary but repeatable."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:8], "big")


def parties() -> Iterator[Party]:
    """Yield family number, country and names of every party."""
    family = 0
    for line in (HERE / "party_names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.strip():
            family += 1
        elif not line.startswith("#"):
            country, names = line.split("\t")
            yield family, country, [name.strip() for name in names.split(" | ")]


def misspell(name: str) -> str:
    """Return *name* with one typing error in its longest word, never at the word's start."""
    word = max(name.split(), key=len)
    at = 1 + digest(name, "at") % max(1, len(word) - 2)
    change = CHANGES[digest(name, "change") % len(CHANGES)]
    wrong = {
        "swap": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        "drop": word[:at] + word[at + 1 :],
        "double": word[:at] + word[at] + word[at:],
        "replace": word[:at] + "aeioursnlt"[digest(name) % 10] + word[at + 1 :],
    }[change]
    return name.replace(word, wrong, 1)


def positives(party: Party) -> Iterator[tuple[str, str, str]]:
    """Yield kind, left and right of up to four pairs of one party, and one with a typing error."""
    _, _, names = party
    pairs = sorted(combinations(names, 2), key=lambda pair: digest("pair", pair))
    for left, right in pairs[:FOR_EACH_PARTY]:
        yield kind_of(left, right), left, right
    longest = max((name for name in names if name.isascii()), key=len)
    if len(longest) > 12 and digest(longest, "typo") % 2 and misspell(longest) != longest:
        yield "typing error", names[0], misspell(longest)


def kind_of(left: str, right: str) -> str:
    """Return what makes the two names of one party differ."""
    if any(ord(char) > 0x2FF for char in left + right):
        return "script"
    short, long = sorted((left, right), key=len)
    if short.replace("&", "").isupper() and len(short) <= 6 and " " in long:
        return "acronym"
    return "short name" if len(short) * 2 < len(long) else "spelling"


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of *name* in lower case without the commonest legal forms."""
    plain = "".join(char if char.isalnum() else " " for char in name.lower())
    return tuple(word for word in plain.split() if word not in LEGAL)


def trigrams(words: tuple[str, ...]) -> frozenset[str]:
    """Return the runs of three letters in *words* written together."""
    text = "".join(words)
    return frozenset(text[at : at + 3] for at in range(max(1, len(text) - 2)))


def closeness(left: Sketch, right: Sketch) -> int:
    """Return how easy it is to take one name for the other: shared letter runs and words."""
    runs = left[1] & right[1]
    if not runs:
        return 0
    words = set(left[0]) & set(right[0])
    return 1000 * len(runs) // len(left[1] | right[1]) + 150 * len(words)


def closest(
    left: list[tuple[str, Sketch]], right: list[tuple[str, Sketch]]
) -> tuple[int, str, str]:
    """Return the pair of names of two parties that are easiest to confuse."""
    return max((closeness(a, b), ours, theirs) for ours, a in left for theirs, b in right)


def negatives(group: list[Party], wanted: int) -> list[tuple[str, Party, str, Party, str]]:
    """Return the *wanted* closest pairs of names of different parties, at most ten of a party."""
    sketches = [
        [(name, (words_of(name), trigrams(words_of(name)))) for name in party[2]] for party in group
    ]
    pairs = sorted(
        (
            (*closest(sketches[one], sketches[two]), one, two)
            for one, two in combinations(range(len(group)), 2)
        ),
        key=lambda pair: (-pair[0], pair[1:]),
    )
    rows, used = [], Counter[int]()
    for _, left, right, one, two in pairs:
        if len(rows) == wanted:
            break
        if left.lower() == right.lower() or max(used[one], used[two]) >= OF_ONE_PARTY:
            continue
        used.update((one, two))
        kind = "sibling" if group[one][0] == group[two][0] else "look-alike"
        rows.append((kind, group[one], left, group[two], right))
    return rows


def rows() -> Iterator[str]:
    """Yield the lines of the labelled set."""
    everyone = list(parties())
    for half in ("tuning", "measured"):
        group = [p for p in everyone if (digest("half", p[0]) % 2 == 0) == (half == "tuning")]
        count = 0
        for party in group:
            for kind, left, right in positives(party):
                count += 1
                yield "\t".join((half, "same", kind, left, party[1], right, party[1]))
        wanted = count * NEGATIVES_FOR_EACH_POSITIVE_PERMILLE // 1000
        for kind, one, left, two, right in negatives(group, wanted):
            yield "\t".join((half, "different", kind, left, one[1], right, two[1]))


def main() -> None:
    """Write the file."""
    header = "# half\tlabel\tkind\tleft\tcountry\tright\tcountry\n"
    text = header + "".join(f"{row}\n" for row in sorted(rows()))
    (HERE / "name_pairs.tsv").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
