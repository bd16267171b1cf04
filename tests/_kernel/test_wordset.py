"""Sets of words: nothing that was put in is ever missed."""

from hypothesis import given, strategies as st

from assay._kernel.wordset import holds, joined, packed, unpacked


@given(st.sets(st.text(max_size=20), max_size=200), st.text(max_size=20))
def test_absence_is_certain(words: set[str], other: str) -> None:
    table = unpacked(packed(words))
    assert all(holds(table, word) for word in words)
    if not holds(table, other):
        assert other not in words


@given(st.sets(st.text(max_size=20), max_size=50))
def test_the_positions_set_are_those_asked(words: set[str]) -> None:
    table = unpacked(packed(words))
    union = unpacked(joined([packed([]), *(packed([word]) for word in words)]))
    assert table == union
    assert int.from_bytes(table, "little").bit_count() <= 3 * len(words)


def test_presence_is_wrong_in_a_few_of_a_hundred() -> None:
    table = unpacked(packed(f"word{number}" for number in range(30_000)))
    wrong = sum(holds(table, f"other{number}") for number in range(1000))
    assert wrong < 60
    assert sum(holds(unpacked(packed(["one"])), f"other{number}") for number in range(1000)) == 0


def test_joined() -> None:
    table = unpacked(joined([packed(["one"]), packed(["two"])]))
    assert holds(table, "one")
    assert holds(table, "two")
    assert not holds(table, "three")


def test_what_is_no_set_may_hold_anything() -> None:
    for text in ("", "no base64!", packed(["a"])[:100]):
        assert unpacked(text) == b""
        assert holds(unpacked(text), "anything")
        assert joined([packed(["one"]), text]) == ""
    assert joined([]) == ""
