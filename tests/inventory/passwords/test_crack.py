"""Guessing within a bound that is the same on every machine."""

import pytest

from assay.inventory.passwords.crack import attempt, published
from assay.inventory.passwords.rounds import md5_crypt
from assay.inventory.passwords.scheme import scheme

SHA512 = (
    "$6$rounds=1400$anotherlongsalts$"
    "POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1"
)


@pytest.mark.parametrize(
    ("field", "password"),
    [
        ("nNxP5RSgk8SX2", "root"),
        ("$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1", "admin"),
        ("{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", "admin"),
        ("$2b$04$abcdefghijklmnopqrstuuQe66hACgXZ.ImKMvPGdqru0gQrWJ8Ju", "admin"),
    ],
)
def test_finds_published_defaults(field: str, password: str) -> None:
    assert attempt(field, scheme(field)).password == password


def test_the_name_of_the_account_is_guessed() -> None:
    field = "$1$abcdefgh$" + _md5("zyfwq")
    assert attempt(field, "md5", "zyfwq").password == "zyfwq"
    assert attempt(field, "md5", "root").password is None


def test_costly_hashes_are_tried_within_the_bound() -> None:
    found = attempt(SHA512, "sha512", "root")
    assert found.password is None
    assert 0 < found.tried <= found.listed
    dear = SHA512.replace("rounds=1400", "rounds=999999999")
    assert attempt(dear, "sha512").tried == 0
    assert (
        attempt("$2b$31$abcdefghijklmnopqrstuuQe66hACgXZ.ImKMvPGdqru0gQrWJ8Ju", "bcrypt").tried == 0
    )


def test_schemes_without_a_library_are_not_tried() -> None:
    field = "$y$j9T$abcdefgh$" + "a" * 43
    assert scheme(field) == "yescrypt"
    assert attempt(field, "yescrypt").tried == 0


def test_the_list_has_no_duplicates_and_begins_with_the_commonest() -> None:
    assert published()[:3] == (b"admin", b"root", b"password")
    assert len(published()) == len(set(published())) >= 500


@pytest.mark.parametrize(
    ("field", "expected"),
    [("", "empty"), ("*", "locked"), ("!!", "locked"), ("!$1$a$b", "locked"), ("hello", "other"),
     ("abOV.DfJmdnYw", "des"), ("$1$short", "other"), ("_J9..rasmBYk8r9AiWNc", "bsdi")],
)  # fmt: skip
def test_schemes(field: str, expected: str) -> None:
    assert scheme(field) == expected


def _md5(word: str) -> str:
    return md5_crypt(word.encode(), b"abcdefgh", b"$1$")
