"""The salted, iterated hashes of crypt(3): MD5 (`$1$`, `$apr1$`) and SHA-2 (`$5$`, `$6$`).

References: P.-H. Kamp's description of MD5-crypt; U. Drepper, "Unix crypt using SHA-256 and
SHA-512", version 0.6. Both end in base 64 with the alphabet of `des.ALPHABET`, low bits first.
"""

import ctypes
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from assay._native import kernel
from assay.inventory.passwords.des import ALPHABET

try:  # CPython's own MD5 costs half of OpenSSL's for messages this short; the digests are equal
    from _md5 import md5 as _md5  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - builds without their own hashes
    _md5 = hashlib.md5

_MD5_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,))
BATCH = 256
ONE_BLOCK = 55
"""Bytes of a message that MD5 takes in one block."""

Digest = Callable[[bytes], Any]


def md5_crypt(guess: bytes, salt: bytes, magic: bytes) -> str:
    """Return the last field of the MD5 hash of *guess*; *magic* is `$1$` or `$apr1$`."""
    digest = _before_rounds(guess, salt, magic)
    for before, after in _cycle(guess, salt, 1000):
        digest = _md5(before + digest + after).digest()
    return _encoded(digest, _MD5_ORDER)


def md5_crypts(guesses: Sequence[bytes], salt: bytes, magic: bytes) -> Iterator[str]:
    """Yield what `md5_crypt` returns for each of *guesses*, in order, many at a time."""
    rounds = _compiled_rounds()
    most = (ONE_BLOCK - 16 - len(salt)) // 2 if rounds is not None else -1
    for start in range(0, len(guesses), BATCH):
        batch = guesses[start : start + BATCH]
        short = [guess for guess in batch if len(guess) <= most]
        state = bytearray(b"".join(_before_rounds(guess, salt, magic) for guess in short))
        if short:
            held = (ctypes.c_char * len(state)).from_buffer(state)
            ends = (ctypes.c_int64 * len(short))(*accumulate(map(len, short)))
            rounds(held, b"".join(short), ends, len(short), salt, len(salt))
        done = iter(range(0, len(state), 16))
        for guess in batch:
            if len(guess) > most:
                yield md5_crypt(guess, salt, magic)
            else:
                place = next(done)
                yield _encoded(bytes(state[place : place + 16]), _MD5_ORDER)


@lru_cache(maxsize=1)
def _compiled_rounds() -> Any:  # noqa: ANN401 - a function of ctypes, or None
    text, size = ctypes.c_char_p, ctypes.c_int64
    return kernel("assay_md5_crypt", ctypes.c_void_p, text, ctypes.c_void_p, size, text, size)


def _before_rounds(guess: bytes, salt: bytes, magic: bytes) -> bytes:
    """Return the digest that the rounds of MD5-crypt begin with."""
    inner = _md5(guess + salt + guess).digest()
    start = guess + magic + salt + _repeated(inner, len(guess))
    length = len(guess)
    while length:
        start += b"\0" if length & 1 else guess[:1]
        length >>= 1
    return bytes(_md5(start).digest())


def sha_crypt(guess: bytes, salt: bytes, rounds: int, digest: Digest) -> str:
    """Return the last field of the SHA-256 or SHA-512 hash of *guess* after *rounds* rounds."""
    inner = digest(guess + salt + guess).digest()
    start = guess + salt + _repeated(inner, len(guess))
    length = len(guess)
    while length:
        start += inner if length & 1 else guess
        length >>= 1
    state = digest(start).digest()
    of_guess = _repeated(digest(guess * len(guess)).digest(), len(guess))
    of_salt = _repeated(digest(salt * (16 + state[0])).digest(), len(salt))
    for before, after in _cycle(of_guess, of_salt, rounds):
        state = digest(before + state + after).digest()
    return _encoded(state, _SHA256_ORDER if len(state) == 32 else _SHA512_ORDER)


def _cycle(guess: bytes, salt: bytes, rounds: int) -> list[tuple[bytes, bytes]]:
    """Return what each round puts before and after the digest; it repeats after 42 rounds."""
    found = []
    for number in range(42):
        middle = (salt if number % 3 else b"") + (guess if number % 7 else b"")
        found.append((guess + middle, b"") if number & 1 else (b"", middle + guess))
    return (found * (rounds // 42 + 1))[:rounds]


def _repeated(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length] if length else b""


def _encoded(digest: bytes, order: tuple[tuple[int, ...], ...]) -> str:
    text = []
    for group in order:
        value = int.from_bytes(bytes(digest[place] for place in group), "big")
        text += [ALPHABET[value >> 6 * step & 63] for step in range((len(group) * 8 + 5) // 6)]
    return "".join(text)


def _rotating(size: int, step: int, tail: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return the byte order of the SHA-2 forms: triples a third apart, turned by *step*."""
    third = size // 3
    order = []
    for number in range(third):
        triple = (number, number + third, number + 2 * third)
        turn = number * step % 3
        order.append(triple[turn:] + triple[:turn])
    return (*order, tail)


_SHA256_ORDER = _rotating(30, 2, (31, 30))
_SHA512_ORDER = _rotating(63, 1, (63,))
