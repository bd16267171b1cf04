"""Guessing whether a published default password, or the account's own name, gives a hash.

The effort is bounded in digest computations, not in time, so that every machine tries the same
guesses. The list is `inventory/data/default-passwords.tsv`, commonest first.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec

from assay._kernel.packaged import files
from assay.inventory.passwords import des
from assay.inventory.passwords.rounds import md5_crypts, sha_crypt
from assay.model.record import Record

EFFORT = 1_500_000
"""The most digest computations that one hash may cost."""
BLOWFISH = 64
"""What one key expansion of bcrypt costs, in digest computations."""

Matcher = Callable[[Sequence[bytes]], Iterator[bool]]
"""Says of each guess in turn whether it gives the hash."""


class Attempt(Record, array_like=True):
    """What guessing gave: the password (None: not found), and how many of `listed` were tried."""

    password: str | None
    tried: int
    listed: int


@lru_cache(maxsize=1)
def published() -> tuple[bytes, ...]:
    """Return the published default passwords, commonest first."""
    listed = files("assay.inventory.data").joinpath("default-passwords.tsv")
    lines = listed.read_text("utf-8").splitlines()
    return tuple(line.split("\t")[0].encode() for line in lines if not line.startswith("# "))


@lru_cache(maxsize=256)
def attempt(field: str, scheme: str, name: str = "") -> Attempt:
    """Return what guessing the hash *field* of *scheme* gave; *name* is guessed first."""
    guesses = published()
    if name:
        guesses = tuple(dict.fromkeys((name.encode("latin-1", "replace"), *guesses)))
    if scheme == "des":
        place = _des(field, guesses, name)
        found = guesses[place][:8].decode("latin-1") if place >= 0 else None
        return Attempt(password=found, tried=len(guesses), listed=len(guesses))
    matches, cost = _matcher(field, scheme)
    most = min(len(guesses), EFFORT // cost) if matches else 0
    tried = matches(guesses[:most]) if matches else iter(())
    for count, right in enumerate(tried, 1):
        if right:
            found = guesses[count - 1].decode("latin-1")
            return Attempt(password=found, tried=count, listed=len(guesses))
    return Attempt(password=None, tried=most, listed=len(guesses))


def _des(field: str, guesses: tuple[bytes, ...], name: str) -> int:
    # The key schedules of the published list are kept; the name alone is a list of one.
    if name and des.find(guesses[:1], field) == 0:
        return 0
    place = des.find(published(), field)
    return guesses.index(published()[place]) if place >= 0 else -1


def _matcher(field: str, scheme: str) -> tuple[Matcher | None, int]:
    """Return what tells whether a guess gives *field*, and the digests that a guess costs."""
    if scheme in {"md5", "apr1"}:
        return _md5(field), 1000
    if scheme in {"sha256", "sha512"}:
        return _sha(field, scheme)
    if scheme == "sha1" and field.startswith("{SHA}"):
        wanted = field[5:]
        return lambda guesses: (_sha1(guess) == wanted for guess in guesses), 1
    if scheme == "bcrypt" and find_spec("bcrypt") is not None and field[3] == "$":
        return _blowfish(field), (2 << min(31, int(field[4:6]))) * BLOWFISH // 2
    return None, 1


def _sha1(guess: bytes) -> str:
    return base64.b64encode(hashlib.sha1(guess, usedforsecurity=False).digest()).decode("ascii")


def _md5(field: str) -> Matcher:
    _, magic, salt, wanted = field.split("$")
    key = salt[:8].encode("latin-1", "replace")
    mark = f"${magic}$".encode()
    return lambda guesses: (text == wanted for text in md5_crypts(guesses, key, mark))


def _sha(field: str, scheme: str) -> tuple[Matcher, int]:
    *_, salt, wanted = field.split("$")
    stated = field.split("$")[2]
    rounds = int(stated[7:]) if stated.startswith("rounds=") and field.count("$") == 4 else 5000
    rounds = min(max(rounds, 1000), 999_999_999)
    key = salt[:16].encode("latin-1", "replace")
    digest = hashlib.sha256 if scheme == "sha256" else hashlib.sha512

    def matches(guesses: Sequence[bytes]) -> Iterator[bool]:
        return (sha_crypt(guess, key, rounds, digest) == wanted for guess in guesses)

    return matches, rounds


def _blowfish(field: str) -> Matcher:
    import bcrypt  # noqa: PLC0415 - few images have such a hash

    whole = field.encode("ascii")

    def matches(guess: bytes) -> bool:
        try:
            return bcrypt.checkpw(guess[:72], whole)
        except ValueError:  # a salt or cost that no crypt accepts
            return False

    return lambda guesses: map(matches, guesses)
