"""A token by itself: its bare word, what kind it is, whether it can be a verb or an adverb.

All of it follows from the token's text alone, so it is worked out once for each text.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re

from assay.claims import lexicon
from assay.claims.known import Known

WORD, MARK, QUOTE = 0, 1, 2
AUXILIARIES = lexicon.words("words", "auxiliaries")
ADVERBS = lexicon.words("words", "adverbs")
VERBS = lexicon.words("words", "verbs")
BEINGS = (
    lexicon.words("roles", "person")
    | lexicon.words("roles", "collective")
    | lexicon.words("roles", "body")
)
PAPERS = frozenset(lexicon.table("roles")["document"]["kinds"])
SPEAKERS = BEINGS | PAPERS
_POSSESSIVE = re.compile(r"['’]s?$")
_STRANGE_ED = frozenset(
    [
        "united",
        "embed",
        "need",
        "speed",
        "seed",
        "red",
        "bed",
        "feed",
        "breed",
        "limited",
        "allied",
        "armed",
        "so-called",
        "unnamed",
        "unidentified",
        "registered",
        "united",
        "retired",
        "elected",
        "appointed",
        "convicted",
        "accused",
    ]
)


_WORD_SIGNS = frozenset("$£€#@%_")
_ENDING = frozenset(".!?…)]'’\x01")


def kind_of(text: str) -> int:
    """Return WORD, MARK or QUOTE for the text of a token."""
    if text[0].isalnum() or text[0] in _WORD_SIGNS:
        return WORD
    return QUOTE if text[0] == "\x01" else MARK


def _owns(text: str) -> bool:
    """Tell whether the token ends in a possessive: `Smith's`, `users’`."""
    if kind_of(text) != WORD or text[-1] not in "s'’" or len(text) == 1:
        return False
    return text[-1] != "s" or text[-2] in "'’"


def bare(text: str) -> str:
    """Return the token in lower case without a possessive ending."""
    if text[0] == "\x01":
        return "\x01"
    if _owns(text):
        return _POSSESSIVE.sub("", text.lower())
    return text.lower().replace("’", "'") if kind_of(text) == WORD else text.lower()


def capital(text: str) -> bool:
    """Tell whether the text of a token is a word that begins with a capital or digit."""
    first = text[0]
    if first.islower():
        # `al-Rashed` begins with its article.
        return text[2:3] == "-" and text[3:4].isupper()
    return kind_of(text) == WORD and (first.isupper() or first.isdigit() or first in "@$£€")


def _verbal(text: str) -> bool:
    if kind_of(text) != WORD:
        return False
    word = bare(text)
    if word in AUXILIARIES or word in VERBS:
        return True
    if not text.islower():
        return False
    cue = lexicon.cues().get(word)
    if cue and cue.form in {"past", "third"} and not cue.ambiguous:
        return True
    return word.endswith("ed") and len(word) > 3 and word not in _STRANGE_ED


def _adverbial(text: str) -> bool:
    word = bare(text)
    if word in ADVERBS:
        return True
    return word.endswith("ly") and len(word) > 4 and not capital(text) and word not in SPEAKERS


CAPITAL = Known(capital)
"""Text of a token -> whether it is a word that begins with a capital or digit."""

ADVERBIAL = Known(_adverbial)
"""Text of a token -> whether it is an adverb."""

Described = tuple[str, str, int, bool, bool, bool, bool, int, int]
"""Text, bare word, kind, ends in a possessive, a verb, a verb or one joined to it, may end a
sentence; the length of the text, and that with the white space behind it."""


def _describe(piece: str) -> Described:
    text = piece.rstrip()
    size = len(text), len(piece)
    if text[0] == "\x01":
        return text, "\x01", QUOTE, False, False, False, True, *size
    word, verb = bare(text), _verbal(text)
    short = verb or word.endswith(("'s", "n't"))
    return text, word, kind_of(text), _owns(text), verb, short, text[-1] in _ENDING, *size


DESCRIBED = Known(_describe)
"""Text of a token and the white space behind it -> all of it that sentences list."""
