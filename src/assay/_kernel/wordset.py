"""A set of words in a fixed 32 KB, as text: `holds` never misses a word that was put in.

A Bloom filter of three positions a word: of words that were not put in, some percent seem to be
there when 30,000 were. So absence can be relied on, presence cannot.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator

import numpy as np

BITS = 1 << 18
SIZE = BITS // 8
SHIFTS = (0, 20, 40)


def packed(words: Iterable[str]) -> str:
    """Return the set of *words* as text."""
    hashes = np.frombuffer(b"".join(map(_hash, words)), "<u8")
    bits = np.zeros(BITS, np.uint8)
    for shift in SHIFTS:
        bits[(hashes >> np.uint64(shift)) % np.uint64(BITS)] = 1
    return as_text(np.packbits(bits, bitorder="little").tobytes())


def as_text(table: bytes) -> str:
    """Return a set, given as its *table* of `SIZE` bytes, as text."""
    return base64.b64encode(table).decode("ascii")


def unpacked(text: str) -> bytes:
    """Return the table that `holds` asks; empty for a text that is none."""
    try:
        table = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return table if len(table) == SIZE else b""


def holds(table: bytes, word: str) -> bool:
    """Return whether *word* may be in the set; an empty *table* may hold anything."""
    return not table or all(table[place >> 3] >> (place & 7) & 1 for place in _places(word))


def joined(texts: Iterable[str]) -> str:
    """Return the union of sets; empty when one of them is none, or there is none."""
    whole = 0
    tables = [unpacked(text) for text in texts]
    if not tables or not all(tables):
        return ""
    for table in tables:
        whole |= int.from_bytes(table, "little")
    return base64.b64encode(whole.to_bytes(SIZE, "little")).decode("ascii")


def _hash(word: str) -> bytes:
    return hashlib.blake2b(word.encode(), digest_size=8).digest()


def _places(word: str) -> Iterator[int]:
    number = int.from_bytes(_hash(word), "little")
    return (((number >> shift) % BITS) for shift in SHIFTS)
