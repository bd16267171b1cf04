"""Values kept for texts: worked out once, bounded in number and length."""

from assay.claims import known
from assay.claims.known import Known


def test_a_value_is_worked_out_once() -> None:
    asked: list[str] = []

    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    lengths = Known(length)
    assert [lengths["word"], lengths["word"], lengths["a"]] == [4, 4, 1]
    assert asked == ["word", "a"]


def test_long_texts_are_answered_but_not_kept() -> None:
    lengths = Known(len)
    assert lengths["x" * 1000] == 1000
    assert not lengths


def test_the_number_of_texts_kept_is_bounded(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(known, "_MOST", 10)
    lengths = Known(len)
    for number in range(100):
        assert lengths[f"word{number}"] == len(f"word{number}")
    assert len(lengths) <= 10
