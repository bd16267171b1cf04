"""Neutral wording: what claims say in our own words, and the check that no word takes a side."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import cache

from assay.claims import lexicon
from assay.claims.identity import squeezed

_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


@cache
def _loaded() -> re.Pattern[str]:
    words = sorted(lexicon.table("neutral")["loaded"], key=lambda word: (-len(word), word))
    return re.compile(
        r"\b(?:" + "|".join(re.escape(word) for word in words) + r")\b", re.IGNORECASE
    )


def loaded_words(text: str) -> list[str]:
    """Return the words of *text*, outside quotation marks, that take a side."""
    return [match[0].lower() for match in _loaded().finditer(_QUOTED.sub(" ", text))]


def quoted(text: str) -> str:
    """Return *text* as somebody else's words: in quotation marks, cut to 200 characters."""
    bare = squeezed(text).strip("\"“”'‘’ ,.").replace("“", "‘").replace("”", "’").replace('"', "'")
    return f"“{bare[:199] + '…' if len(bare) > 200 else bare}”"
