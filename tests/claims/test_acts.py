"""Acts: the verb decides where it is plain, the words where it is open."""

import pytest

from assay.claims import lexicon
from assay.claims.acts import act_of, by_content
from assay.claims.scan import TextScan


def _scan(text: str) -> tuple[TextScan, tuple[tuple[int, int], ...]]:
    return TextScan(text.lower(), lexicon.pattern_index()), ((0, len(text)),)


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("the gear contains a backdoor", "allege"),
        ("there are no backdoors in our gear", "deny"),
        ("we have never shared data with anyone", "deny"),
        ("we will publish the source code", "promise"),
        ("the firm is willing to sign treaties", "promise"),
        ("the government must show its evidence", "demand"),
        ("it is ridiculous", "characterise"),
        ("who knew about it?", "ask"),
        ("it is unfair, isn't it?", "characterise"),
        ("operators will be banned from buying it", "announce"),
        ("the gear weighs four kilos", "assert"),
    ],
)
def test_acts_by_words(words: str, act: str) -> None:
    assert by_content(*_scan(words))[0] == act


@pytest.mark.parametrize(
    ("group", "cue", "lemma", "act"),
    [
        ("deny", "deny", "deny", "deny"),
        ("accuse", "allege", "accuse", "allege"),
        ("admit", "admit", "acknowledge", "admit"),
        ("promise", "promise", "vow", "promise"),
        ("describe", "characterise", "describe", "characterise"),
        ("say", "assert", "say", "assert"),
    ],
)
def test_acts_by_verbs(group: str, cue: str, lemma: str, act: str) -> None:
    found, rule = act_of(group, cue, lemma, *_scan("the gear weighs four kilos"))  # type: ignore[arg-type]
    assert found == act
    assert rule.startswith("act.")
