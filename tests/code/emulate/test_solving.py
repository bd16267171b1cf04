"""Words remember how they came from the input, and arithmetic on them can be turned around."""

import pytest
from hypothesis import given, strategies as st

from assay.code.emulate.arithmetic import byte_swap, extend, rotate_right, signed
from assay.code.emulate.inputs import Input
from assay.code.emulate.solving import force
from assay.code.emulate.words import LENGTH, Journal, Word, leaf_word, secret_word

M = 0xFFFFFFFF


def number_of(data, journal):
    """Return the four bytes of *data* as a big-endian Word."""
    parts = [leaf_word(byte, ("recv 1", at), journal) for at, byte in enumerate(data)]
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]


def bytes_of(choice):
    return bytes(choice.get(("recv 1", at), (0, 0))[0] for at in range(4))


WAYS = {
    "as it is": lambda x: x,
    "sum": lambda x: x + 0x1234567 & M,
    "difference": lambda x: 0x1234567 - x & M,
    "negated": lambda x: ~x & M,
    "masked in": lambda x: (x ^ 0x5A5A5A5A) & M,
    "turned": lambda x: rotate_right(x, 13, 32),
    "swapped": lambda x: byte_swap(x, 4),
    "odd product": lambda x: x * 0x01000193 & M,
    "signed": lambda x: signed(x, 32) + 5 & M,
    "extended": lambda x: extend(x, 32, 64) & M,
    "several": lambda x: rotate_right(byte_swap(x, 4) ^ 0xFF00FF, 3, 32) - 77 & M,
}


@pytest.mark.parametrize("way", sorted(WAYS))
@given(present=st.binary(min_size=4, max_size=4), wanted=st.integers(0, M))
def test_finds_the_bytes_that_make_the_wanted_number(way, present, wanted):
    found = force(WAYS[way](number_of(present, Journal())), wanted, M)
    assert found is not None
    assert WAYS[way](int.from_bytes(bytes_of(found), "big")) == wanted


@given(st.binary(min_size=4, max_size=4), st.integers(0, M))
def test_words_count_as_ints_do(data, other):
    word, plain = number_of(data, Journal()), int.from_bytes(data, "big")
    assert isinstance(word, Word)
    assert int(word) == plain
    for made, expected in (
        (word + other, plain + other),
        (other - word, other - plain),
        (word & other, plain & other),
        (word >> 7, plain >> 7),
        (word * 3, plain * 3),
        (word % 10, plain % 10),
    ):
        assert int(made) == expected
    assert (word < other) == (plain < other)
    assert (word == other) == (plain == other)


def test_what_cannot_be_is_not_found():
    word = number_of(b"AAAA", Journal())
    assert force(word & 0xFF, 0x1FF) is None
    assert force(word << 8 & M, 1, M) is None
    assert force(5, 6) is None


def test_a_secret_is_never_aimed_at():
    journal = Journal()
    word, secret = number_of(b"AAAA", journal), secret_word(0x42, journal)
    assert (word == secret) is False
    (decision,) = journal.decisions
    assert list(decision.otherwise()) == []
    assert force(secret, 0x41) is None


def test_a_comparison_is_noted_with_what_turns_it():
    journal = Journal()
    word = number_of(b"AAAA", journal)
    assert word != 0x42434445
    (decision,) = journal.decisions
    (choice,) = decision.otherwise()
    assert bytes_of(choice) == b"BCDE"
    assert decision.telling


def test_a_length_is_asked_for():
    journal = Journal()
    length = leaf_word(24, ("recv 1", LENGTH), journal)
    assert length < 240
    (decision,) = journal.decisions
    choice = next(decision.otherwise())
    changed = Input(0x41).changed(choice)
    assert len(changed.message("recv 1").content(1000, 0x41, exact=False)) == 240


def test_both_ends_of_a_range_are_tried():
    journal = Journal()
    length = leaf_word(24, ("recv 1", LENGTH), journal)
    assert (length - 30 & M) > 0xFFFFFFEF
    (decision,) = journal.decisions
    asked = [choice["recv 1", LENGTH][0] for choice in decision.otherwise()]
    assert 30 in asked
