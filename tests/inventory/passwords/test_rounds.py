"""Known answers: the vectors of the SHA-crypt specification, OpenSSL's `passwd`, glibc."""

import hashlib
from typing import Any

import pytest
from hypothesis import given, strategies

from assay.inventory.passwords import rounds
from assay.inventory.passwords.rounds import md5_crypt, md5_crypts, sha_crypt

LONG = b"a very much longer text to encrypt.  This one even stretches over morethan one line."


def test_md5_crypt() -> None:
    assert md5_crypt(b"admin", b"4ce6a0", b"$1$") == "8327Pr9kC9SH9S4b/oH4M1"
    assert md5_crypt(b"myPassword", b"xxxxxxxx", b"$apr1$") == "RKMOWWMKN4Ts9r6E5noqv0"


@given(
    strategies.lists(strategies.binary(max_size=30), max_size=20),
    strategies.binary(max_size=8),
    strategies.sampled_from([b"$1$", b"$apr1$"]),
)
def test_many_guesses_at_once_give_what_each_gives(
    guesses: list[bytes], salt: bytes, magic: bytes
) -> None:
    assert list(md5_crypts(guesses, salt, magic)) == [
        md5_crypt(guess, salt, magic) for guess in guesses
    ]


def test_without_compiled_rounds_the_answers_are_the_same(monkeypatch: Any) -> None:
    guesses = [b"admin", b"", b"x" * 26, b"password"] * 40
    before = list(md5_crypts(guesses, b"abcdefgh", b"$1$"))
    monkeypatch.setattr(rounds, "_compiled_rounds", lambda: None)
    assert list(md5_crypts(guesses, b"abcdefgh", b"$1$")) == before


@pytest.mark.parametrize(
    ("guess", "salt", "rounds", "digest", "field"),
    [
        (b"Hello world!", b"saltstring", 5000, hashlib.sha256,
         "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        (b"Hello world!", b"saltstringsaltst", 10000, hashlib.sha256,
         "3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
        (b"Hello world!", b"saltstring", 5000, hashlib.sha512,
         "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"),
        (LONG, b"anotherlongsalts", 1400, hashlib.sha512,
         "POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1"),
    ],
)  # fmt: skip
def test_sha_crypt(guess: bytes, salt: bytes, rounds: int, digest: Any, field: str) -> None:
    assert sha_crypt(guess, salt, rounds, digest) == field
