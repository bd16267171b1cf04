"""A token by itself: its bare word, what kind it is, whether it can be a verb or an adverb.

All of it follows from the token's text alone, so it is worked out once for each text.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from sys import intern

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


def verbal(text: str) -> bool:
    """Tell whether the text of a token is likely a finite verb."""
    if kind_of(text) != WORD:
        return False
    word = bare(text)
    if word in AUXILIARIES or word in VERBS:
        # `in May 2019` and `Theresa May`; a question that begins with it is rare in print.
        return text != "May"
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


Described = tuple[str, str, bytes, int]
"""Text, bare word, traits and marks as bits of a byte each, the length with white space behind."""
CELLS = 4
"""So many parts has what is known of a token; those of many tokens stand in one row."""

_CUE, _NOUN_CUE = 1, 2
_OWNS, _VERB, _JOINED, _ENDS, _CAPITAL, _ADVERB = (4 << at for at in range(6))


def _traits(text: str, word: str) -> int:
    """Return what a token is as bits: its kind, and what can be made of it."""
    if text[0] == "\x01":
        return QUOTE | _ENDS
    verb = verbal(text)
    return (
        kind_of(text)
        | _OWNS * _owns(text)
        | _VERB * verb
        | _JOINED * (verb or word.endswith(("'s", "n't")))
        | _ENDS * (text[-1] in _ENDING)
        | _CAPITAL * capital(text)
        | _ADVERB * _adverbial(text)
    )


def _describe(piece: str) -> Described:
    text = intern(piece.rstrip())
    word = intern(bare(text))
    marks = _CUE * (word in lexicon.cue_words()) | _NOUN_CUE * (word in lexicon.noun_cue_words())
    return text, word, bytes([_traits(text, word), marks]), len(piece)


DESCRIBED = Known(_describe)
"""Text of a token and the white space behind it -> all of it that sentences list."""


def _table(mask: int) -> bytes:
    """Return, for each value of a byte, whether any bit of *mask* is set, or the kind."""
    return bytes(min(value & mask, 1) if mask > _KIND else value & mask for value in range(256))


_KIND = 3
KINDS, OWNING, VERBAL, JOINED, ENDING, CAPITALS, ADVERBS_OF = map(
    _table, (_KIND, _OWNS, _VERB, _JOINED, _ENDS, _CAPITAL, _ADVERB)
)
"""Tables that translate traits, a byte for each token, into one of them."""
CUES, NOUN_CUES = (bytes(value & mask > 0 for value in range(256)) for mask in (_CUE, _NOUN_CUE))
"""Tables that translate marks, a byte for each token, into one of them."""
