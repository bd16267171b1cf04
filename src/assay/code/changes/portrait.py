"""A program as its comparison needs it: what each function calls, which texts it refers to.

Everything here is worked out for all functions at once from the arrays of the index.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import chain

import msgspec

from assay._kernel import lazy_re
from assay.code.access.answers import Answers
from assay.code.access.deciding import Deciders
from assay.code.changes.shapes import shapes
from assay.code.changes.weights import WEIGHTS
from assay.code.families import COMPARE, CONTAINS
from assay.code.fingerprints import Fingerprints, fingerprints
from assay.code.index import CodeIndex
from assay.code.memory import distinct, where
from assay.code.sources import Network
from assay.code.taint import Taint

MOST_TEXT = 300
SHORTEST, CERTAIN = 3, 6
"""Bytes of a text that is kept, and of one that is no number by accident."""

MOST_WORDS = 2_000
"""Texts of one length that a constant is held against: a hostile program may have any number."""

WORD = 4
"""Letters of a word that a number of 32 bits spells."""

SPACE = lazy_re.compile(rb"\s")
TELLING = frozenset(WEIGHTS) | COMPARE | CONTAINS


class Portrait(msgspec.Struct, dict=True):
    """One version of a program, with what its functions call and say."""

    index: CodeIndex
    _names_called: dict[int, Counter[str]] = msgspec.field(default_factory=dict)

    @cached_property
    def network(self) -> Network:
        """The program for the careful passes, with a budget of its own."""
        return Network(self.index)

    @cached_property
    def deciders(self) -> Deciders:
        """The functions that decide on access."""
        return Deciders(self.network)

    @cached_property
    def answers(self) -> Answers:
        """What functions answer of their arguments."""
        return Answers(self.network, self.deciders)

    @cached_property
    def count(self) -> int:
        """How many functions there are."""
        return len(self.index.functions) if self.index.functions is not None else 0

    @cached_property
    def marks(self) -> Fingerprints:
        """The fingerprints of the functions."""
        return fingerprints(self.index)

    @cached_property
    def called(self) -> list[list[tuple[int, str, int]]]:
        """For each function its calls: row, name of the callee or empty, number or -1."""
        found: list[list[tuple[int, str, int]]] = [[] for _ in range(self.count)]
        calls = self.index.calls
        if calls is None:
            return found
        owners = self.index.owner[calls.row].tolist()
        rows, targets = calls.row.tolist(), calls.target.tolist()
        numbers = {target: self.network.function_at(target) for target in set(targets)}
        for owner, row, target, name in zip(
            owners, rows, targets, self.index.callee_names, strict=True
        ):
            if owner >= 0:
                found[owner].append((row, name, numbers[target]))
        return found

    def names_called(self, number: int) -> Counter[str]:
        """Return how often function *number* calls each name."""
        if number not in self._names_called:
            self._names_called[number] = Counter(name for _, name, _ in self.called[number] if name)
        return self._names_called[number]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all that is called."""
        return frozenset(self.index.callee_names)

    @cached_property
    def texts(self) -> list[dict[bytes, int]]:
        """For each function the texts that it refers to, each with the first row that does."""
        found: list[dict[bytes, int]] = [{} for _ in range(self.count)]
        references = self.index.references
        if references is None:
            return found
        chosen = where(references.length >= SHORTEST)
        owners = self.index.owner[references.row[chosen]].tolist()
        rows = references.row[chosen].tolist()
        for owner, row, target in zip(
            owners, rows, references.target[chosen].tolist(), strict=True
        ):
            text = self.index.string(target) if owner >= 0 else None
            if text:
                found[owner].setdefault(text[:MOST_TEXT], row)
        return found

    @cached_property
    def holders(self) -> dict[bytes, list[int]]:
        """The functions that refer to each text."""
        found: dict[bytes, list[int]] = {}
        for number, texts in enumerate(self.texts):
            for text in texts:
                found.setdefault(text, []).append(number)
        return found

    @cached_property
    def keys(self) -> list[tuple[object, ...]]:
        """For each function what is the same wherever it lies: shape, texts, telling callees."""
        forms = shapes(self.index)
        return [
            (
                forms[number],
                tuple(sorted(text for text in self.texts[number] if len(text) >= CERTAIN)),
                tuple(sorted(name for _, name, _ in self.called[number] if name in TELLING)),
            )
            for number in range(self.count)
        ]

    @cached_property
    def received(self) -> dict[int, Taint]:
        """What each function knows of received bytes, all ways into it joined."""
        joined: dict[int, Taint] = {}
        for study, taint in self.index.received:
            mine = joined.setdefault(study.function, Taint())
            for region in taint.regions:
                mine.add(region.start, region.size, region.source)
        return joined

    def label(self, number: int) -> str:
        """Return the name of function *number*, empty when it has none."""
        functions = self.index.functions
        return self.index.name(int(functions.starts[number])) if functions is not None else ""

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The numbers that instructions hold or make, without addresses' meaning."""
        flow = self.index.flow
        if flow is None:
            return frozenset()
        made = distinct(
            flow.values[: len(self.index.listing)][flow.known[: len(self.index.listing)]]
        )
        return frozenset(made.tolist()) | frozenset(distinct(self.index.listing.imm).tolist())

    def holds(self, constant: bytes) -> bool:
        """Say whether the program has *constant* anywhere: in its data, or in instructions.

        Of a long one that instructions hold its first bytes stand for all.
        """
        turned = constant[::-1]
        if self.wholly(constant) or self.wholly(turned):
            return True
        width = 8 if len(constant) >= 8 else 4
        if len(constant) < width:
            return False
        for one in (constant[:width], turned[-width:]):
            number = int.from_bytes(one, "little")
            signed = int.from_bytes(one, "little", signed=True)
            if number in self.numbers or signed in self.numbers:
                return True
        return False

    def nearly(self, constant: bytes, asked: Iterable[bytes] = ()) -> bytes:
        """Return the word of the program that *constant* differs from by one letter, or nothing.

        *asked* are words that are known besides. Of four letters, which much resembles, only two
        that changed places count.
        """
        if len(constant) < WORD or SPACE.search(constant) is not None:
            return b""
        held = self._spelt if len(constant) == WORD else self._by_length.get(len(constant), [])
        words = chain(held[:MOST_WORDS], asked)
        return next((one for one in words if _is_near(one, constant)), b"")

    @cached_property
    def _by_length(self) -> dict[int, list[bytes]]:
        """The texts that functions refer to, by their lengths."""
        found: dict[int, list[bytes]] = {}
        for text in self.holders:
            found.setdefault(len(text), []).append(text)
        return found

    @cached_property
    def _spelt(self) -> list[bytes]:
        """The words of four letters that numbers spell."""
        words = (one.to_bytes(WORD, "little") for one in sorted(self.numbers) if 0 < one < 1 << 31)
        return [word for word in words if word.isalpha()]

    def has_text(self, text: bytes) -> bool:
        """Say whether *text* stands in the data as a whole, with its end."""
        return self.wholly(b"\0" + text + b"\0")

    def wholly(self, content: bytes) -> bool:
        """Say whether *content* stands somewhere in what the program maps."""
        return any(content in one for one in self._areas)

    @cached_property
    def _areas(self) -> list[bytes]:
        return [one.data.tobytes() for one in self.index.program.memory.areas]


def _is_near(word: bytes, constant: bytes) -> bool:
    """Say whether two words of one length differ by one letter, or by two changed about."""
    if len(word) != len(constant) or word == constant:
        return False
    pairs = [(one, other) for one, other in zip(word, constant, strict=True) if one != other]
    if not all(chr(one).isalpha() and chr(other).isalpha() for one, other in pairs):
        return False
    turned = len(pairs) == 2 and pairs[0] == pairs[1][::-1]
    return turned or (len(pairs) == 1 and len(word) > WORD)
