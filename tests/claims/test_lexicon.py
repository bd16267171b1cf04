"""The data files: forms of verbs, compiled patterns, neutral wordings."""

import re

from assay.claims import lexicon
from assay.claims.wording import loaded_words, quoted


def test_every_pattern_compiles() -> None:
    for name in ("acts", "evidence", "kinds", "measures"):
        for text in _strings(lexicon.table(name)):
            re.compile(text)


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, part in value.items() if key == "patterns" for text in part] + [
            text
            for part in value.values()
            if isinstance(part, dict | list)
            for text in _strings(part)
        ]
    if isinstance(value, list):
        return [text for part in value if isinstance(part, dict) for text in _strings(part)]
    return []


def test_verbs_are_inflected() -> None:
    assert [form for form, _ in lexicon.inflect("deny")] == ["deny", "denies", "denied", "denying"]
    assert [form for form, _ in lexicon.inflect("argue")] == [
        "argue",
        "argues",
        "argued",
        "arguing",
    ]
    assert lexicon.cues()["said"].lemma == "say"
    assert lexicon.cues()["refuted"].act == "deny"


def test_our_wordings_take_no_side() -> None:
    for row in lexicon.table("kinds")["kind"]:
        for key in ("wording", "negative", "state"):
            assert loaded_words(row.get(key, "")) == [], row["id"]


def test_loaded_words_are_found_outside_quotation_marks_only() -> None:
    assert loaded_words("the regime lied") == ["regime", "lied"]
    assert loaded_words("he said: “the regime lied”") == []


def test_quoting_cuts_and_marks() -> None:
    assert quoted('"so it is"') == "“so it is”"
    assert len(quoted("x" * 400)) == 202


def test_the_rules_have_a_digest() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", lexicon.rules_digest())
