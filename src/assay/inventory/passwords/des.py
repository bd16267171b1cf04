"""The traditional crypt(3) hash: DES with a 12-bit salt, computed for many guesses at once.

Reference: FIPS 46-3 for the tables; the Unix Programmer's Manual for the salt and the 25 passes.
A row of arrays holds one six-bit group of the expanded half block of every guess.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_PC1 = (
    "57 49 41 33 25 17 9 1 58 50 42 34 26 18 10 2 59 51 43 35 27 19 11 3 60 52 44 36 "
    "63 55 47 39 31 23 15 7 62 54 46 38 30 22 14 6 61 53 45 37 29 21 13 5 28 20 12 4"
)
_PC2 = (
    "14 17 11 24 1 5 3 28 15 6 21 10 23 19 12 4 26 8 16 7 27 20 13 2 "
    "41 52 31 37 47 55 30 40 51 45 33 48 44 49 39 56 34 53 46 42 50 36 29 32"
)
_P = "16 7 20 21 29 12 28 17 1 15 23 26 5 18 31 10 2 8 24 14 32 27 3 9 19 13 30 6 22 11 4 25"
_TURNS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
# The eight S-boxes, each as four rows of sixteen hexadecimal digits.
_BOXES = (
    "E4D12FB83A6C5907 0F74E2D1A6CB9538 41E8D62BFC973A50 FC8249175B3EA06D",
    "F18E6B34972DC05A 3D47F28EC01A69B5 0E7BA4D158C6932F D8A13F42B67C05E9",
    "A09E63F51DC7B428 D709346A285ECBF1 D6498F30B12C5AE7 1AD069874FE3B52C",
    "7DE3069A1285BC4F D8B56F03472C1AE9 A690CB7DF13E5284 3F06A1D8945BC72E",
    "2C417AB6853FD0E9 EB2C47D150FA3986 421BAD78F9C5630E B8C71E2D6F09A453",
    "C1AF92680D34E75B AF427C9561DE0B38 9EF528C3704A1DB6 432C95FABE17608D",
    "4B2EF08D3C975A61 D0B7491AE35C2F86 14BDC37EAF680592 6BD814A7950FE23C",
    "D2846FB1A93E50C7 1FD8A374C56B0E92 7B419CE206ADF358 21E74A8DFC90356B",
)

Groups = npt.NDArray[np.uint8]


def _numbers(text: str) -> list[int]:
    return [int(word) - 1 for word in text.split()]


@lru_cache(maxsize=1)
def _substitutions() -> npt.NDArray[np.uint32]:
    """Return S-box and permutation P in one table: 512 words, 64 for each box."""
    places = _numbers(_P)
    table = np.zeros(512, dtype=np.uint32)
    for box, text in enumerate(_BOXES):
        rows = [int(digit, 16) for digit in text.replace(" ", "")]
        for value in range(64):
            row = (value >> 4 & 2) | (value & 1)
            nibble = rows[row * 16 + (value >> 1 & 15)]
            word = nibble << (28 - 4 * box)
            bits = [word >> (31 - place) & 1 for place in places]
            table[box * 64 + value] = int("".join(map(str, bits)), 2)
    return table


@lru_cache(maxsize=4)
def schedule(guesses: Sequence[bytes]) -> Groups:
    """Return the round keys of *guesses*: 16 rounds of 8 six-bit groups of every guess."""
    padded = b"".join(guess[:8].ljust(8, b"\0") for guess in guesses)
    octets = np.frombuffer(padded, dtype=np.uint8).reshape(-1, 8) << np.uint8(1)
    bits = np.unpackbits(octets, axis=1)[:, _numbers(_PC1)]
    left, right = bits[:, :28], bits[:, 28:]
    weights = np.array([32, 16, 8, 4, 2, 1], dtype=np.uint8)
    keys = np.empty((16, 8, len(guesses)), dtype=np.uint8)
    for number, turn in enumerate(_TURNS):
        left, right = np.roll(left, -turn, axis=1), np.roll(right, -turn, axis=1)
        chosen = np.concatenate((left, right), axis=1)[:, _numbers(_PC2)]
        keys[number] = (chosen.reshape(-1, 8, 6) * weights).sum(axis=2, dtype=np.uint8).T
    return keys


def find(guesses: tuple[bytes, ...], field: str) -> int:
    """Return the place of the first of *guesses* whose hash is *field* (13 characters), or -1."""
    if ALPHABET.index(field[12]) & 3:
        return -1
    target = _before_final_permutation(field)
    hits = np.flatnonzero(_hashes(schedule(guesses), field[:2]) == target)
    return int(hits[0]) if hits.size else -1


def _hashes(keys: Groups, salt: str) -> npt.NDArray[np.uint64]:
    table = _substitutions()
    places = (np.arange(8, dtype=np.int64) * 64)[:, None]
    shifts = np.array([58 - 4 * group for group in range(8)], dtype=np.uint64)[:, None]
    swaps = _swaps(salt)
    left = np.zeros(keys.shape[2], dtype=np.uint32)
    right = left.copy()
    for _ in range(25):
        for key in keys:
            turned = (right >> 1 | right << np.uint32(31)).astype(np.uint64)
            groups = ((turned << np.uint64(32) | turned) >> shifts & np.uint64(63)).astype(np.uint8)
            moved = (groups[:4] ^ groups[4:]) & swaps
            groups[:4] ^= moved
            groups[4:] ^= moved
            groups ^= key
            mixed = np.bitwise_xor.reduce(table[groups + places], axis=0)
            left, right = right, left ^ mixed
        left, right = right, left
    joined: npt.NDArray[np.uint64] = left.astype(np.uint64) << np.uint64(32) | right
    return joined


def _swaps(salt: str) -> Groups:
    """Return, for the first four groups, which bits change places with the last four."""
    number = ALPHABET.index(salt[0]) | ALPHABET.index(salt[1]) << 6
    masks = [0, 0, 0, 0]
    for bit in range(12):
        masks[bit // 6] |= (number >> bit & 1) << (5 - bit % 6)
    return np.array(masks, dtype=np.uint8)[:, None]


def _before_final_permutation(field: str) -> int:
    value = 0
    for char in field[2:13]:
        value = value << 6 | ALPHABET.index(char)
    value >>= 2
    # The initial permutation undoes the final one: bit 58, 50, 42 … of FIPS 46-3.
    order = [start + 8 * (7 - step) for start in (1, 3, 5, 7, 0, 2, 4, 6) for step in range(8)]
    return int("".join(str(value >> (63 - place) & 1) for place in order), 2)
