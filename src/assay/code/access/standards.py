"""Published constants of cryptography: where a file holds them, in whatever byte order or as text.

The numbers are data (`standards.toml`). A file is searched for pieces of eight bytes of all of
them at once; what the pieces agree on is compared with the file byte by byte.
References: FIPS 180-4, 186-4 and 197, SEC 2, RFC 1321, 2409, 3526, 5639, 7919, SP 800-90A.
"""

import ctypes
from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

import msgspec
import numpy as np

from assay._kernel.tables import table
from assay._kernel.value import Value
from assay._native import kernel
from assay.code.memory import distinct
from assay.code.native import address_of

PIECE, WORD = 8, 4
MIXED_BITS = 20
FEWEST_KINDS = 5
"""A piece with fewer different bytes stands in too many files to tell anything."""

MAX_HITS = 4_000
MAX_PLACES = 40
LETTER_CASE = np.uint8(0x20)


class Form(Value):
    """One constant in one way of writing: `group` and `member` name it, `order` the way."""

    group: str
    member: str
    order: str
    content: bytes


class Place(Value):
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
    return table("assay.code.access", "standards.toml")


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


class Pieces(msgspec.Struct, frozen=True, dict=True):
    """All pieces of all forms: their values sorted, filters, and what each belongs to.

    `parts` says, by `_mixed`, which words of four bytes may be part of a piece, `likely` which of
    eight may be one. The owners of `values[i]` begin at `first[i]`: the form by its number in
    `forms`, and where it has the piece.
    """

    values: "np.typing.NDArray[np.uint64]"
    parts: "np.typing.NDArray[np.bool_]"
    likely: "np.typing.NDArray[np.bool_]"
    first: "np.typing.NDArray[np.intp]"
    owner: "np.typing.NDArray[np.intp]"
    inside: "np.typing.NDArray[np.intp]"
    forms: tuple[Form, ...]

    @cached_property
    def packed(self) -> "tuple[np.typing.NDArray[np.uint8], ...]":
        """The two filters with a bit for each word: so they stay in the nearest caches."""
        return tuple(np.packbits(one, bitorder="little") for one in (self.parts, self.likely))

    def owners(self, piece: bytes) -> Iterator[tuple[int, int]]:
        """Yield the forms that have *piece*, one of all pieces, and where."""
        at = self.values.searchsorted(np.uint64(int.from_bytes(piece, "little")))
        held = slice(self.first[at], self.first[at + 1])
        yield from zip(self.owner[held].tolist(), self.inside[held].tolist(), strict=True)


@cache
def pieces() -> Pieces:
    """Return what to search files for, made once."""
    forms = tuple(dict.fromkeys(_forms()))
    counts = [len(form.content) // PIECE for form in forms]
    whole = b"".join(
        form.content[: PIECE * count] for form, count in zip(forms, counts, strict=True)
    )
    held = np.frombuffer(whole, dtype=np.uint8).reshape(-1, PIECE)
    ordered = np.sort(held, axis=1)
    telling = (ordered[:, 1:] != ordered[:, :-1]).sum(axis=1) >= FEWEST_KINDS - 1
    owner = np.repeat(np.arange(len(forms)), counts)
    inside = PIECE * (np.arange(owner.size) - (np.cumsum(counts) - counts).repeat(counts))
    words = held.view("<u8").ravel()[telling].astype(np.uint64)
    order = words.argsort(kind="stable")
    words = words[order]
    first = np.flatnonzero(np.append(True, words[1:] != words[:-1]))
    values = words[first]
    parts, likely = np.zeros((2, 1 << MIXED_BITS), dtype=np.bool_)
    for at in range(WORD):
        parts[_mixed((values >> np.uint64(8 * at)).astype(np.uint32))] = True
    likely[_mixed(values)] = True
    return Pieces(
        values, parts, likely, np.append(first, words.size), owner[telling][order],
        inside[telling][order], forms,
    )  # fmt: skip


def _mixed(words: "np.typing.NDArray[np.unsignedinteger]") -> "np.typing.NDArray[np.intp]":
    """Return the upper MIXED_BITS bits of each of *words* multiplied by an odd number."""
    factor = words.dtype.type(0x9E3779B97F4A7C15 >> 64 - 8 * words.itemsize | 1)
    mixed = words * factor >> words.dtype.type(8 * words.itemsize - MIXED_BITS)
    return np.asarray(mixed, dtype=np.intp)


def _hits(known: Pieces, data: "np.typing.NDArray[np.uint8]") -> "np.typing.NDArray[np.int64]":
    """Return where in *data* pieces stand, ascending, at most MAX_HITS of them."""
    search = _compiled_search()
    if search is None:
        return _hits_by_columns(known, data)[:MAX_HITS]
    found = np.empty(MAX_HITS, dtype=np.int64)
    asked: list[np.typing.NDArray[Any]] = [data, *known.packed, known.values, found]
    begin, *filters, values, room = map(address_of, asked)
    count = search(
        begin, data.size, *filters, MIXED_BITS, values, known.values.size, room, MAX_HITS
    )
    return found[:count]


@cache
def _compiled_search() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    place, size = ctypes.c_void_p, ctypes.c_int64
    return kernel("standards_hits", place, size, place, place, size, place, size, place, size)


def _hits_by_columns(
    known: Pieces, data: "np.typing.NDArray[np.uint8]"
) -> "np.typing.NDArray[np.int64]":
    """Return where in *data* pieces stand, ascending.

    Wherever a piece of eight bytes stands, an aligned word of four lies within its first seven.
    Most words are zero: to be part of a piece, one has to stand before another word.
    """
    aligned = data[: data.size // WORD * WORD].view("<u4").astype(np.uint32, copy=False)
    maybe = known.parts.take(_mixed(aligned))
    maybe[:-1] &= (aligned[:-1] != 0) | (aligned[1:] != 0)
    places = (WORD * maybe.nonzero()[0][:, None] - np.arange(WORD - 1, -1, -1)).ravel()
    places = places[(places >= 0) & (places <= data.size - PIECE)]
    words: np.typing.NDArray[np.uint64] = np.ndarray((data.size - 7,), "<u8", data, strides=(1,))
    held = words[places].astype(np.uint64, copy=False)
    likely = known.likely.take(_mixed(held)).nonzero()[0]
    places, held = places[likely], held[likely]
    at = np.minimum(known.values.searchsorted(held), known.values.size - 1)
    return distinct(places[known.values[at] == held])


def places(content: bytes) -> list[Place]:
    """Return where *content* holds a published constant, whole or in part, by offset."""
    known = pieces()
    data = np.frombuffer(content, dtype=np.uint8)
    if data.size < PIECE:
        return []
    votes: Counter[tuple[int, int]] = Counter()
    for hit in _hits(known, data).tolist():
        for number, inside in known.owners(content[hit : hit + PIECE]):
            if 0 <= hit - inside <= len(content) - len(known.forms[number].content):
                votes[number, hit - inside] += 1
    found = _compared(content, votes, known.forms)
    return sorted(found, key=lambda one: (one.offset, one.form.group))


def _compared(
    content: bytes, votes: Counter[tuple[int, int]], forms: tuple[Form, ...]
) -> Iterator[Place]:
    seen: Counter[int] = Counter()
    for number, offset in sorted(votes, key=lambda one: (-votes[one], one[1])):
        form = forms[number]
        seen[number] += 1
        if seen[number] <= MAX_PLACES:
            wanted = np.frombuffer(form.content, dtype=np.uint8)
            held = np.frombuffer(content, dtype=np.uint8, count=wanted.size, offset=offset)
            if form.order.endswith("text"):
                wanted, held = wanted & ~LETTER_CASE, held & ~LETTER_CASE
            other = (wanted != held).nonzero()[0]
            spread = int(other[-1] - other[0]) + 1 if other.size else 0
            yield Place(form, offset, wanted.size - int(other.size), spread)
