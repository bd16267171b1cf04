"""The texts that the functions of a program refer to."""

from assay._kernel.value import Value
from assay.code.access.referred import ReferredTexts
from assay.code.index import CodeIndex
from assay.code.memory import Ints, Mask

SHORTEST, LONGEST = 3, 200


class Handled(Value):
    """References to texts, in order of their rows: row, number of the function, of the text."""

    rows: Ints
    functions: Ints
    numbers: Ints
    texts: ReferredTexts


def handled_texts(index: CodeIndex, own: Mask) -> Handled:
    """Return the texts that functions refer to; *own* says of each number whether it counts."""
    references, texts = index.references, index.network.referred
    if references is None or index.texts is None:
        return Handled(texts.places, texts.places, texts.places, texts)
    good = (references.length >= SHORTEST) & (references.length <= LONGEST)
    good &= own[index.owner[references.row]]
    rows = references.row[good]
    numbers = texts.places.searchsorted(references.target[good])
    return Handled(rows, index.owner[rows], numbers, texts)
