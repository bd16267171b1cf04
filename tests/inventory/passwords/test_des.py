"""Known answers of the traditional hash, made with glibc's crypt(3)."""

import pytest

from assay.inventory.passwords import des

GUESSES = (b"", b"root", b"admin", b"zoomadsl", b"x", b"p\xe9")


@pytest.mark.parametrize(
    ("field", "guess"),
    [
        ("abOV.DfJmdnYw", b"admin"),
        ("zZygadVFH8xMY", b"zoomadsl"),
        ("9kQIYQxStUpI2", b"x"),
        ("nNxP5RSgk8SX2", b"root"),
    ],
)
def test_finds_the_guess_that_made_the_hash(field: str, guess: bytes) -> None:
    assert GUESSES[des.find(GUESSES, field)] == guess


def test_finds_nothing_for_another_hash() -> None:
    assert des.find(GUESSES, "abOV.DfKmdnYw") == -1
    # the last character holds four bits: with others set no crypt(3) gives the field
    assert des.find(GUESSES, "abOV.DfJmdnYx") == -1


def test_only_eight_characters_count() -> None:
    assert des.find((b"zoomadsl-and-more",), "zZygadVFH8xMY") == 0
