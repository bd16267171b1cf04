"""Constants that a program's own functions ask for, weighed by how unlikely each is by accident.

A fast pass over the index without data flow: texts that are compared or mentioned, numbers that
are compared or made, and runs of single characters. What follows from them is not looked at.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from assay._kernel import lazy_re
from assay._kernel.printable import printable
from assay.code import listing as op
from assay.code.access.drawn import ODD as ODD_TEXT, RARE as RARE_TEXT, SECRETIVE, drawn_texts
from assay.code.access.handled import Handled
from assay.code.access.numbers import is_divisor, is_published, is_request
from assay.code.access.rarity import is_rare_number, nearly
from assay.code.access.referred import (
    DIGIT,
    LOWER,
    MARK,
    ODD as UNPRINTABLE,
    PERCENT,
    SPACE,
    UPPER,
    ReferredTexts,
)
from assay.code.compared import drawn
from assay.code.families import PROTOCOL_WORDS
from assay.code.index import CodeIndex
from assay.code.listing import ALWAYS, EQ, NE, PARTIAL
from assay.code.memory import Ints, Mask, among, distinct, listed, member, where
from assay.code.mentions import Mentions

WORD, FEW = 4, 3
"""Characters of a text that may be a word by itself, and so many kinds that tell something."""

SHOWN = 40
NEARLY, ODD, RARE, UNMENTIONED, PLAIN = 400, 300, 200, 100, 30
ODD_ELSEWHERE, RARE_ELSEWHERE, FORMED = 150, 70, 70
DRAWN, MIXED, MADE, HALF = 300, 100, 120, 60
CHAIN, LINKS = 250, 4
"""Weights in hundredths; a run of single characters has at least LINKS of them."""

SPECIFIED = lazy_re.compile(rb"%[-0-9.*#+lhzj]*[a-zA-Z]|[-:._/]")
"""What is left of the format of a value that is made, and not of a message, is nothing."""

WORDLIKE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-./ =:")
PROTOCOL_STARTS = frozenset(
    start
    for word in PROTOCOL_WORDS
    for start in (word.encode().ljust(4)[:4], word.encode().ljust(4)[:4][::-1])
)
LETTERS_DIGITS_MARKS = LOWER | UPPER | DIGIT | MARK
ALL_KINDS = LETTERS_DIGITS_MARKS | SPACE | PERCENT | UNPRINTABLE
ENDS_MESSAGE = np.zeros(256, dtype=np.bool_)
ENDS_MESSAGE[[ord(one) for one in "\n:="]] = True
Drawn = npt.NDArray[np.uint8]
PUNCTUATION = frozenset(b" \t\r\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
MAKING = member(op.CONST, op.ORI, op.INSERT, op.LOAD, op.ADDI)
LOW, HIGH = 0xFFFF, 0xFFFF0000
LEAST_HALF = 0x200


class Trigger(NamedTuple):
    """A constant asked for at `row` of function number `function`, and its weight.

    `says` is it in words, up to the `text` if it is one; `odd` the constant where it looks drawn by
    chance by itself, and no standard explains it.
    """

    function: int
    row: int
    weight: int
    says: str
    odd: str = ""
    text: bytes = b""

    @property
    def words(self) -> str:
        """What is asked for in words."""
        return f"{self.says} `{printable(self.text[:SHOWN])}`" if self.text else self.says


class Asked(NamedTuple):
    """Constants asked for as columns, in order of their rows; `tell` makes the Trigger of a place.

    Most are never told: so many constants there are, and so few functions that matter. `odd` says
    whether one of them could look drawn by chance by itself.
    """

    functions: Ints
    rows: Ints
    weights: Ints
    tell: Callable[[int], Trigger]
    odd: bool = False

    def by(self, function: int) -> list[Trigger]:
        """Return what *function* asks for."""
        return [self.tell(place) for place in where(self.functions == function).tolist()]


def asked(found: Iterable[Trigger]) -> Asked:
    """Return the triggers *found* as columns."""
    held = list(found)
    columns = np.array([one[:3] for one in held], dtype=np.int64).reshape(-1, 3)
    return Asked(columns[:, 0], columns[:, 1], columns[:, 2], held.__getitem__)


def triggers(index: CodeIndex, own: Mask, mentions: Mentions, handled: Handled) -> list[Asked]:
    """Return the constants that functions ask for; *own* says of each number whether it counts."""
    numbers = index.network.compared_numbers
    return [
        _texts(index, mentions, handled),
        _numbers(index, own, mentions, numbers),
        _made(index, own, mentions),
        asked(_chains(index, own, numbers)),
    ]


def _texts(index: CodeIndex, mentions: Mentions, handled: Handled) -> Asked:
    texts, count = handled.texts, len(handled.texts) or 1
    drawn = drawn_texts(texts)
    mixed = texts.traits & ALL_KINDS == LETTERS_DIGITS_MARKS
    secretive = mixed & (drawn & SECRETIVE != 0)
    compared = listed(handled.functions * count + handled.numbers, _compared_texts(index, texts))
    weights = _weights_elsewhere(texts, drawn)[handled.numbers]
    asked_for = distinct(handled.numbers[compared])
    heavy = np.zeros(count, dtype=np.int64)
    heavy[asked_for] = list(_weights(texts, drawn, asked_for, mentions))
    weights[compared] = heavy[handled.numbers[compared]]
    chosen = where(weights > 0)
    columns = (handled.functions[chosen], handled.rows[chosen], weights[chosen])

    def tell(place: int) -> Trigger:
        number = int(handled.numbers[chosen[place]])
        text = texts.text(number)
        says = "is compared with" if compared[chosen[place]] else "is handled beside"
        odd = printable(text[:SHOWN]) if secretive[number] else ""
        function, row, weight = (int(one[place]) for one in columns)
        return Trigger(function, row, weight, says, odd, text)

    return Asked(*columns, tell, odd=bool(secretive[handled.numbers[chosen]].any()))


def _weights_elsewhere(texts: ReferredTexts, drawn: Drawn) -> Ints:
    """Return the weight of each text that goes nowhere known: what messages look like has none."""
    found = np.zeros(len(texts), dtype=np.int64)
    if not len(texts):
        return found
    plain = (texts.traits & SPACE == 0) & ~ENDS_MESSAGE[texts.data[texts.ends - 1]]
    formed = texts.traits & PERCENT != 0
    rare = plain & ~formed & (drawn & RARE_TEXT != 0)
    found[rare] = np.where(drawn[rare] & ODD_TEXT, ODD_ELSEWHERE, RARE_ELSEWHERE)
    for number in where(plain & formed).tolist():
        found[number] = FORMED if not SPECIFIED.sub(b"", texts.text(number)) else 0
    return found


def _compared_texts(index: CodeIndex, texts: ReferredTexts) -> Ints:
    """Return the functions and texts that are handed to a comparison, as one number each."""
    if index.calls is None or not len(texts):
        return texts.places[:0]
    found = []
    for number in (0, 1):
        chosen, values = index.network.constants_compared(number)
        owners = index.owner[index.calls.row[chosen]]
        places = np.minimum(texts.places.searchsorted(values), len(texts) - 1)
        good = (texts.places[places] == values) & (owners >= 0)
        found.append(owners[good] * len(texts) + places[good])
    return distinct(np.concatenate(found))


def _weights(
    texts: ReferredTexts, drawn: Drawn, numbers: Ints, mentions: Mentions
) -> Iterator[int]:
    """Yield the weights of the texts with these *numbers*, which something is compared with."""
    for number, bits in zip(numbers.tolist(), drawn[numbers].tolist(), strict=True):
        text = texts.text(number)
        if b"-" in text and nearly(text):
            yield NEARLY
        elif bits:
            yield ODD if bits & ODD_TEXT else RARE
        else:
            yield PLAIN if _is_word(text) or mentions.of(text) else UNMENTIONED


def _is_word(text: bytes) -> bool:
    return len(text) < WORD or text.decode("latin-1").strip().upper() in PROTOCOL_WORDS


def _numbers(index: CodeIndex, own: Mask, mentions: Mentions, numbers: tuple[Ints, Ints]) -> Asked:
    rows, values = numbers
    owners = index.owner[rows]
    values = values & 0xFFFFFFFF
    likely = (values >= LEAST_HALF) & (values < HIGH) & own[owners]
    rows, owners, values = rows[likely], owners[likely], values[likely]
    weights = _weights_of_numbers(index, mentions, values)
    chosen = where(weights > 0)
    columns = owners[chosen], rows[chosen], weights[chosen]

    def tell(place: int) -> Trigger:
        value = int(values[chosen[place]])
        function, row, weight = (int(one[place]) for one in columns)
        odd = f"{value:#x}" if weight == DRAWN and _is_chosen(value) else ""
        return Trigger(function, row, weight, f"is compared with the number {value:#x}", odd)

    return Asked(*columns, tell, odd=bool((columns[2] == DRAWN).any()))


def _weights_of_numbers(index: CodeIndex, mentions: Mentions, values: Ints) -> Ints:
    """Return the weight of each of *values*, asked once for those that come several times."""
    once, back = np.unique(values, return_inverse=True)
    found = [_weight_of_number(index, mentions, value) for value in once.tolist()]
    return np.array(found, dtype=np.int64)[back]


def _weight_of_number(index: CodeIndex, mentions: Mentions, value: int) -> int:
    if value <= LOW:
        low = value & 0xFF
        # Round numbers are sizes, ports and masks.
        return HALF if low not in (0, 255) and value % 10 and value % 16 else 0
    data = value.to_bytes(4, "big")
    memory = index.program.memory
    ranges = [*((area.start, area.end) for area in memory.areas), *memory.zeroed]
    if is_published(data) or any(low <= value <= top for low, top in ranges):
        return 0  # most likely an address
    if all(byte in WORDLIKE for byte in data):
        # Compilers compare short texts as numbers.
        told = mentions.of(data) or mentions.of(data[::-1])
        return PLAIN if told or data in PROTOCOL_STARTS else UNMENTIONED
    if is_rare_number(data):
        return DRAWN
    return MIXED if len(set(data)) >= FEW else 0


def _made(index: CodeIndex, own: Mask, mentions: Mentions) -> Asked:
    """Return the numbers drawn by chance that functions make, wherever they go."""
    listing, flow = index.listing, index.flow
    if flow is None:
        return asked(())
    rows = where(flow.known & MAKING.take(listing.op))
    values = flow.values[rows] & 0xFFFFFFFF
    wide = where((values > LOW) & (values < HIGH))
    rows, values = rows[wide], values[wide]
    good = drawn(values) & (listing.ra[rows] != PARTIAL) & own[index.owner[rows]]
    rows, values = rows[good], values[good]
    owners = index.owner[rows]
    # What a function makes several times counts where it does so first.
    order = np.lexsort((rows, values, owners))
    again = (np.diff(owners[order], prepend=-2) == 0) & (np.diff(values[order], prepend=-1) == 0)
    first = np.sort(order[~again])
    first = first[_weights_of_numbers(index, mentions, values[first]) >= MIXED]
    owners, rows, values = owners[first], rows[first], values[first]

    def tell(place: int) -> Trigger:
        says = f"is handled with the number {int(values[place]):#x}"
        return Trigger(int(owners[place]), int(rows[place]), MADE, says)

    return Asked(owners, rows, np.full(rows.size, MADE), tell)


def _is_chosen(value: int) -> bool:
    """Say whether a number is no text of four characters, no divisor and no ioctl."""
    text = all(32 <= byte < 127 for byte in value.to_bytes(4, "big"))
    return not text and not is_request(value) and not is_divisor(value)


def _chains(index: CodeIndex, own: Mask, numbers: tuple[Ints, Ints]) -> Iterator[Trigger]:
    """Yield runs of branches that leave for one place unless single characters are as asked."""
    listing = index.listing
    rows, values = numbers
    order = np.argsort(rows, kind="stable")
    rows, values = rows[order], values[order]
    branches = where((listing.op == op.BRANCH) & among(listing.cond, (EQ, NE)))
    at = np.minimum(branches.searchsorted(rows), max(branches.size - 1, 0))
    if not branches.size or not rows.size:
        return
    leaving = branches[at]
    near = (leaving - rows >= 0) & (leaving - rows <= WORD) & (listing.cond[leaving] != ALWAYS)
    single = near & (values > 1) & (values < 255)
    rows, values, targets = rows[single], values[single], listing.imm[leaving[single]]
    begins = np.flatnonzero(np.diff(targets, prepend=-1))
    sizes = np.diff(begins, append=rows.size)
    long = sizes >= LINKS
    for first, size in zip(begins[long].tolist(), sizes[long].tolist(), strict=True):
        chain = values[first : first + size].tolist()
        function = int(index.owner[rows[first]])
        telling = sum(value not in PUNCTUATION for value in set(chain))
        if len(set(chain)) >= LINKS and telling >= FEW and own[function]:
            text = printable(bytes(chain[:SHOWN]))
            yield Trigger(
                function, int(rows[first]), CHAIN, f"is compared with `{text}` one by one"
            )
