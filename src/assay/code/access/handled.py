"""The texts that the functions of a program refer to."""

from dataclasses import dataclass

from assay.code.index import CodeIndex
from assay.code.memory import Mask, distinct

SHORTEST, LONGEST = 3, 200


@dataclass(frozen=True, slots=True)
class Handled:
    """References to texts, in order of their rows: (row, number of the function, address).

    `texts` are the texts by their addresses, each read once.
    """

    references: tuple[tuple[int, int, int], ...]
    texts: dict[int, bytes]


def handled_texts(index: CodeIndex, own: Mask) -> Handled:
    """Return the texts that functions refer to; *own* says of each number whether it counts."""
    references = index.references
    if references is None or index.texts is None:
        return Handled((), {})
    good = (references.length >= SHORTEST) & (references.length <= LONGEST)
    good &= own[index.owner[references.row]]
    rows, targets = references.row[good], references.target[good]
    texts = {target: index.texts.text(target) for target in distinct(targets).tolist()}
    parts = (one.tolist() for one in (rows, index.owner[rows], targets))
    return Handled(tuple(zip(*parts, strict=True)), texts)
