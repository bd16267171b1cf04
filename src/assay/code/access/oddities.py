"""Comparisons with a constant that looks like a secret, whatever follows from them.

A text that the program makes at run time, a digest, a number of eight bytes drawn by chance, a
text that mixes characters as passwords do: nobody's interface asks for such a thing. Weaker than
the other detectors, which know what is gained; it covers what they cannot follow.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from assay._kernel import lazy_re
from assay.code.access.answers import Answers
from assay.code.access.comparing import constant_of
from assay.code.access.conditions import Condition, conditions, undecided
from assay.code.access.deciding import Deciders
from assay.code.access.inputs import STREAMS, Inputs
from assay.code.access.numbers import is_published
from assay.code.access.rarity import is_rare_number, is_rare_text
from assay.code.access.record import LEAD, Access, access
from assay.code.access.remarkable import remarkable_functions
from assay.code.families import COMPARE, COMPARISONS, FORMAT as PRINTED, READ, RECEIVE
from assay.code.listing import STORE
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Study
from assay.code.taint import Taint

SHAPE = "odd-constant"
MAX_FUNCTIONS = 120
VOCABULARY = 3
DIGESTS = frozenset({16, 20, 28, 32, 48, 64})
HEXADECIMAL = lazy_re.compile(
    rb"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-F]{32}|[0-9A-F]{64})"
)
ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
PAM = lazy_re.compile("pam_sm_")
FORMAT = lazy_re.compile(rb"%[-0-9.#]*l?[sdux](?![A-Za-z])")
SHORTEST_FORMAT, WIDE = 4, 16
FILLS = frozenset(RECEIVE) | frozenset(READ)
WIDEST_RECORD = 512
STRONG = lazy_re.compile(rb"[][!#$&*@^~?+{}|;`]")
SWITCH, SWITCHES = lazy_re.compile(rb"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])"), 3
NEAR_ROWS = 12
RANKS = {"made": 430, "digest": 420, "text": 400, "bytes": 330, "derived": 310, "number": 320}

TELLING = frozenset({"digest", "text"})
LESS = 4
"""Other kinds have plain explanations more often than not: they are places to read, no more."""

Odd = tuple[int, str, str, str]
"""The row, what kind of constant it is, the condition in words, the constant as shown."""


PRINTABLE = bytes(range(32, 127))
KINDS = (*(lazy_re.compile(one) for one in (rb"[a-z]", rb"[A-Z]", rb"[0-9]")), STRONG)
LENGTHS = range(8, 33)
NAMED = lazy_re.compile(rb"[^!-~]|[][%:/=<>\"'(){},;]|^\$[0-9A-Za-z]{1,8}\$")
"""What formats, options, paths, pages and the marks of digests have."""

ALPHABETS = (b"0123456", b"abcdefg", b"qwertyu")
"""The characters that an encoding or a generator draws from."""


def odd_constants(network: Network, deciders: Deciders, answers: Answers) -> Iterator[Access]:
    """Yield the comparisons with constants that look like secrets."""
    names = network.index.program.names if not network.index.program.externs else {}
    functions, program = network.index.functions, network.index.program
    library = bool(program.exports) and not program.interpreter
    if functions is None or (library and not any(map(PAM.match, program.exports))):
        return  # what a library compares with is its users' business
    comparing = {*network.functions_calling(COMPARISONS), *deciders.candidates}
    if len(functions) <= MAX_FUNCTIONS:
        comparing |= set(range(len(functions)))
    # In a static program the functions with names are the C library's own.
    own = [one for one in sorted(comparing) if int(functions.starts[one]) not in names]
    every = len(functions) <= MAX_FUNCTIONS
    remarkable = remarkable_functions(network) if every else None
    for function in own[:MAX_FUNCTIONS]:
        reader = deciders.paths(function).reader
        if remarkable is not None and not remarkable[function]:
            continue
        study = reader.found
        inputs = Inputs(study, Taint(), own=True)
        asked = [*conditions(network, study, inputs, answers)]
        asked += [one for one, _ in undecided(network, study, inputs)]
        deciding = function in deciders.candidates
        found = {one[0]: one for one in _of_conditions(asked, deciding=deciding)}
        derived = _derived(study) if deciding else ()
        for one in (*_of_calls(network, study), *derived, *_of_numbers(study, deciding=deciding)):
            found.setdefault(one[0], one)
        if len({one[3] or one[0] for one in found.values()}) <= VOCABULARY:
            yield from (_access(network, function, found[row]) for row in sorted(found))


def _of_conditions(asked: list[Condition], *, deciding: bool) -> Iterator[Odd]:
    for one in asked:
        text = one.how == "text" and is_odd_text(one.constant)
        number = deciding and one.how in ("number", "bytes") and is_rare_number(one.constant)
        number = number and not is_published(one.constant)
        drawn = _is_digest(one.constant) if len(one.constant) >= WIDE else _is_drawn(one.constant)
        digest = one.how == "digest" and drawn
        if one.how == "made" or digest or text or number:
            yield one.row, one.how, one.words, one.shown


def is_odd_text(text: bytes) -> bool:
    """Say whether *text* is drawn like a password, or is the format of a message.

    Stricter than `is_rare_text`: names of things mix kinds of characters, too. A zero at the end
    is the end of a text that was compared as bytes.
    """
    text = text.rstrip(b"\0")
    if len(text) > SHORTEST_FORMAT and FORMAT.search(text) is not None:
        return True
    if not is_rare_text(text) or text.endswith((b"=", b":", b" ")):
        return False
    lower = text.lower()
    first, second, third = ALPHABETS
    if first in lower or second in lower or third in lower:
        return False
    if text.translate(None, PRINTABLE):
        spaced = any(byte in b"\t\n\r" for byte in text)
        return not spaced and text.count(0) + text.count(255) < VOCABULARY
    return STRONG.search(text) is not None or len(SWITCH.findall(text)) >= SWITCHES


def is_secretive(text: bytes) -> bool:
    """Say whether *text* has all that a rule for passwords asks for, and nothing of a name."""
    if len(text) not in LENGTHS or NAMED.search(text) is not None:
        return False
    return all(one.search(text) is not None for one in KINDS) and is_odd_text(text)


def _of_calls(network: Network, study: Study) -> Iterator[Odd]:
    """Yield the comparisons with constant digests, and with texts written byte by byte."""
    for call in study.calls:
        if call.name not in COMPARISONS:
            continue
        given = call.arguments
        for mine, theirs in ((given[0], given[1]), (given[1], given[0])):
            constant = constant_of(network, call, theirs)
            place = theirs.number if theirs is not None else None
            held = place is not None and not network.index.listing.row(place) >= 0
            if held and _is_digest(constant) and mine is not None and mine.kind != "const":
                shown = constant.decode() if constant.isalnum() else "0x" + constant.hex()
                yield call.row, "digest", f"is compared with the digest `{shown}`", shown
            elif _is_filled_by_stores(network, study, call, theirs) and _is_handed(mine):
                words = "is compared with a text that the program makes itself"
                yield call.row, "made", words, ""


def _derived(study: Study) -> Iterator[Odd]:
    """Yield the comparisons with a text that the function prints from what is not handed to it."""
    read = {one for call in study.calls if call.name in STREAMS for one in call.arguments}
    printed = [
        one
        for one in study.calls
        # What is read from a file is a stored secret more often than not.
        if one.name in PRINTED and not any(each in read for each in one.arguments[1:] if each)
    ]
    for call in study.calls if printed else ():
        for mine, theirs in (call.arguments[:2], call.arguments[1::-1]):
            made = next((one for one in printed if theirs and one.arguments[0] == theirs), None)
            own = made is not None and made.row < call.row and mine is not None
            if own and call.name in COMPARE and mine != theirs and _is_handed(mine):
                yield (
                    call.row,
                    "derived",
                    "is compared with a text that the program puts together",
                    "",
                )


@cache
def _of_nothing() -> frozenset[bytes]:
    """Return the digests of the empty text: what a program asks that looks for no password."""
    digests = [hashlib.new(name).digest() for name in ALGORITHMS]
    return frozenset((*digests, *(one.hex().encode() for one in digests)))


def _is_digest(constant: bytes) -> bool:
    if constant in _of_nothing() or constant.lower() in _of_nothing():
        return False
    if HEXADECIMAL.fullmatch(constant):
        return len(set(constant)) >= len(constant) // 4
    size = len(constant)
    plain = sum(32 <= byte < 127 for byte in constant)
    return size in DIGESTS and len(set(constant)) * 4 >= size * 3 and plain * 4 < size * 3


def _is_handed(value: Value | None) -> bool:
    """Say whether *value* is not of the function's own making."""
    return value is not None and value.kind in ("argument", "result", "memory", "unknown")


def _is_filled_by_stores(network: Network, study: Study, call: Called, value: Value | None) -> bool:
    """Say whether the buffer at *value* is written by single bytes only, by no call."""
    index = network.index
    if value is None or value.kind != "stack" or index.functions is None:
        return False
    if any(value in one.arguments for one in study.calls if one.row != call.row):
        return False
    if any(_receives_into(one, value) for one in study.calls):
        return False
    first = int(index.functions.first[study.function])
    rows = slice(first, call.row)
    stores = (index.listing.op[rows] == STORE) & (index.listing.width[rows] == 1)
    return bool(stores.any())


def _receives_into(call: Called, value: Value) -> bool:
    """Say whether *value* lies in a record that *call* fills as a whole."""
    if call.name not in FILLS:
        return False
    return any(
        one is not None and one.kind == "stack" and 0 <= value.offset - one.offset < WIDEST_RECORD
        for one in call.arguments[:2]
    )


def _of_numbers(study: Study, *, deciding: bool) -> Iterator[Odd]:
    """Yield the comparisons with a number of eight bytes, or of four where access is decided on."""
    halves: list[tuple[int, int]] = []
    for row, number in _numbers(study):
        if _is_drawn(number.to_bytes(8, "big")):
            shown = f"{number:#x}"
            yield row, "digest", f"is made a number and compared with `{shown}`", shown
        elif _is_drawn((number & 0xFFFFFFFF).to_bytes(4, "big")):
            halves.append((row, number & 0xFFFFFFFF))
            if deciding:
                shown = f"{number & 0xFFFFFFFF:#x}"
                yield row, "number", f"is compared with the number `{shown}`", shown
    for (row, low), (other_row, high) in pairwise(halves):
        if other_row - row <= NEAR_ROWS and low != high and not deciding:
            shown = f"{low:#x} and {high:#x}"
            yield row, "digest", f"is made a number and compared with `{shown}`", shown


def _numbers(study: Study) -> Iterator[tuple[int, int]]:
    """Yield the rows of the decisions of *study* and the constants they compare with."""
    for row, _, left, right, _, _ in study.decisions:
        known, other = (left, right) if left is not None and left[0] == "const" else (right, left)
        if known is not None and known[0] == "const" and (other is None or other[0] != "const"):
            yield row, known[2] & (1 << 64) - 1


def _is_drawn(number: bytes) -> bool:
    """Say whether *number* looks drawn by chance, and is no text and no published number."""
    if not is_rare_number(number) or is_published(number):
        return False
    return not all(32 <= byte < 127 for byte in number)


def _access(network: Network, function: int, odd: Odd) -> Access:
    row, how, words, shown = odd
    return access(
        network.index,
        SHAPE if how in TELLING else LEAD,
        function=function,
        rows=(row, row),
        source="whoever hands it over",
        trigger=words,
        constant=shown,
        payload="what is decided by it was not followed",
        rank=RANKS[how] if how in TELLING else RANKS[how] // LESS,
        confidence="tentative",
        ports=network.ports,
    )
