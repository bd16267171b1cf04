"""The bars on the gold records: half of the texts served to write the rules, half did not."""

from pathlib import Path

import pytest

from assay.claims.scoring import Score, read_gold, score

GOLD = Path(__file__).parent / "gold"
BARS = {
    "direct recall": 950,
    "statement recall": 800,
    "precision": 850,
    "speaker": 900,
    "act": 800,
    "evidence class": 850,
    "measures": 800,
}


@pytest.mark.parametrize(
    ("half", "count"), [("development", 40), ("outlets", 28), ("measured", 40)]
)
def test_bars_are_met(half: str, count: int) -> None:
    texts = read_gold(GOLD / f"{half}.txt")
    total = Score()
    for text in texts:
        total = total.plus(score(text))
    assert len(texts) == count
    assert {name for name, bar in BARS.items() if total.permille()[name] < bar} == set()


def test_gold_covers_the_styles() -> None:
    texts = [text for file in sorted(GOLD.glob("*.txt")) for text in read_gold(file)]
    styles = {text.style for text in texts}
    assert len({text.name for text in texts}) == 108
    assert styles >= {"wire", "uk", "us", "chinese", "russian", "german", "trade", "blog"}
    assert styles >= {"press-release", "interview", "liveblog"}


def test_a_missed_statement_lowers_recall(tmp_path: Path) -> None:
    file = tmp_path / "gold.txt"
    file.write_text(
        "=== x1 wire 2024-01-01\nTitle\n\nThe sky over the port was grey and the wind was cold.\n"
        "--- gold\nS | Nobody | assert | none | indirect | the wind was cold\n",
        "utf-8",
    )
    result = score(read_gold(file)[0])
    assert (result.gold, result.found) == (1, 0)
    assert result.misses == ("x1 missed: Nobody | the wind was cold",)


def test_words_that_are_not_in_the_text_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "gold.txt"
    file.write_text(
        "=== x1 wire 2024-01-01\nT\n\nA.\n--- gold\nS | X | assert | none | direct | B\n"
    )
    with pytest.raises(ValueError, match="no such words"):
        read_gold(file)
