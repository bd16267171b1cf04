"""Published constants of cryptography: where a file holds them, in whatever byte order or as text.

The numbers are data (`standards.toml`). A file is searched for pieces of eight bytes of all of
them at once; what the pieces agree on is compared with the file byte by byte.
References: FIPS 180-4, 186-4 and 197, SEC 2, RFC 1321, 2409, 3526, 5639, 7919, SP 800-90A.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

PIECE = 8
FEWEST_KINDS = 5
"""A piece with fewer different bytes stands in too many files to tell anything."""

MAX_HITS = 4_000
MAX_PLACES = 40
LETTER_CASE = np.uint8(0x20)


@dataclass(frozen=True, slots=True)
class Form:
    """One constant in one way of writing: `group` and `member` name it, `order` the way."""

    group: str
    member: str
    order: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands at `offset` of the file; `equal` of its bytes are as published.

    `spread` is the distance from the first byte that differs to behind the last one.
    """

    form: Form
    offset: int
    equal: int
    spread: int = 0

    @property
    def exact(self) -> bool:
        """Whether every byte is as published."""
        return self.equal == len(self.form.content)

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.offset + len(self.form.content)


def written(number: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the ways in which programs hold *number*: byte orders, word orders, text."""
    short = number.lstrip(b"\0")
    yield "big-endian bytes", short
    yield "little-endian bytes", short[::-1]
    for width in (4, 8):
        whole = number.rjust(-(-len(number) // width) * width, b"\0")
        words = [whole[at : at + width] for at in range(0, len(whole), width)]
        yield f"swapped words of {width}", b"".join(word[::-1] for word in words)
        yield f"reversed words of {width}", b"".join(reversed(words))
    text = number.hex().lstrip("0")
    yield "text", text.encode()
    yield "capital text", text.upper().encode()


@cache
def curves() -> dict[str, dict[str, int]]:
    """Return the published curves: name → their numbers `p`, `a`, `b`, `n`, `x`, `y`."""
    return {
        one["name"]: {key: int(text, 16) for key, text in one.items() if key != "name"}
        for one in _data()["curve"]
    }


def _data() -> dict[str, list[dict[str, str]]]:
    text = files("assay.code.access").joinpath("standards.toml").read_text("utf-8")
    return tomllib.loads(text)


def _forms() -> Iterator[Form]:
    data = _data()
    for one in data["curve"]:
        for member in ("b", "n", "x", "y", "qx", "qy"):
            if member in one:
                for order, content in written(bytes.fromhex(one[member])):
                    yield Form(one["name"], member, order, content)
    for one in (*data["modulus"], *data["table"]):
        for order, content in written(bytes.fromhex(one["value"])):
            table = "width" in one
            # Of a table of bytes only the order as published makes sense.
            if not table or order in ("big-endian bytes", f"swapped words of {one['width']}"):
                yield Form(one["name"], "", order, content)


@dataclass(frozen=True)
class Pieces:
    """All pieces of all forms: their values sorted, filters, and what each belongs to.

    `likely` are the pairs of bytes that some piece has at 0, at 2, and so on.
    """

    values: "np.typing.NDArray[np.uint64]"
    likely: tuple["np.typing.NDArray[np.bool_]", ...]
    owners: dict[int, list[tuple[Form, int]]]


@cache
def pieces() -> Pieces:
    """Return what to search files for, made once."""
    owners: dict[int, list[tuple[Form, int]]] = {}
    for form in _forms():
        for at in range(0, len(form.content) - PIECE + 1, PIECE):
            piece = form.content[at : at + PIECE]
            if len(set(piece)) >= FEWEST_KINDS:
                owners.setdefault(int.from_bytes(piece, "little"), []).append((form, at))
    values = np.array(sorted(owners), dtype=np.uint64)
    likely = []
    for at in range(0, PIECE, 2):
        pairs = np.zeros(1 << 16, dtype=np.bool_)
        pairs[(values >> np.uint64(8 * at) & np.uint64(0xFFFF)).astype(np.int64)] = True
        likely.append(pairs)
    return Pieces(values, tuple(likely), owners)


def places(content: bytes) -> list[Place]:
    """Return where *content* holds a published constant, whole or in part, by offset."""
    known = pieces()
    data = np.frombuffer(content, dtype=np.uint8)
    if data.size < PIECE:
        return []
    pairs: np.typing.NDArray[np.uint16] = np.ndarray((data.size - 1,), "<u2", data, strides=(1,))
    maybe = known.likely[0][pairs[: data.size - 7]].nonzero()[0]
    for place, likely in enumerate(known.likely[1:], 1):
        maybe = maybe[likely[pairs[maybe + 2 * place]]]
    words: np.typing.NDArray[np.uint64] = np.ndarray((data.size - 7,), "<u8", data, strides=(1,))
    held = words[maybe]
    at = np.minimum(known.values.searchsorted(held), known.values.size - 1)
    hits = maybe[known.values[at] == held][:MAX_HITS]
    votes: Counter[tuple[Form, int]] = Counter()
    for hit in hits.tolist():
        for form, inside in known.owners[int(words[hit])]:
            if hit >= inside and hit - inside + len(form.content) <= len(content):
                votes[form, hit - inside] += 1
    return sorted(_compared(content, votes), key=lambda one: (one.offset, one.form.group))


def _compared(content: bytes, votes: Counter[tuple[Form, int]]) -> Iterator[Place]:
    seen: Counter[Form] = Counter()
    for form, offset in sorted(votes, key=lambda one: (-votes[one], one[1])):
        seen[form] += 1
        if seen[form] <= MAX_PLACES:
            wanted = np.frombuffer(form.content, dtype=np.uint8)
            held = np.frombuffer(content, dtype=np.uint8, count=wanted.size, offset=offset)
            if form.order.endswith("text"):
                wanted, held = wanted & ~LETTER_CASE, held & ~LETTER_CASE
            other = (wanted != held).nonzero()[0]
            spread = int(other[-1] - other[0]) + 1 if other.size else 0
            yield Place(form, offset, wanted.size - int(other.size), spread)
