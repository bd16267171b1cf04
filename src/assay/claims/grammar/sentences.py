"""Tokens and sentences of a paragraph; a quotation is one token, whatever stands in it."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import cache
from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.grammar.known import Known
from assay.claims.grammar.quotation import Quotation, find_quotations

WORD, MARK, QUOTE = 0, 1, 2
MOST_TOKENS = 300
"""Longer sentences are cut here: no writer's sentence is that long, a hostile one may be."""

_ABBREVIATIONS = frozenset(
    [
        "MR",
        "MRS",
        "MS",
        "DR",
        "SEN",
        "REP",
        "GOV",
        "GEN",
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "Prof",
        "Sen",
        "Sens",
        "Rep",
        "Reps",
        "Gov",
        "Gen",
        "Lt",
        "Col",
        "Capt",
        "Cmdr",
        "Sgt",
        "Maj",
        "Adm",
        "Hon",
        "Rev",
        "St",
        "Jr",
        "Sr",
        "Co",
        "Corp",
        "Inc",
        "Ltd",
        "Bros",
        "No",
        "Nos",
        "vs",
        "etc",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "Jun",
        "Jul",
        "Aug",
        "Sept",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
        "Fig",
        "Art",
        "Sec",
        "Ave",
        "Blvd",
        "Dept",
        "Univ",
        "Assn",
        "Pty",
        "plc",
        "Fr",
        "Messrs",
        "Mass",
        "Conn",
        "Pa",
        "Calif",
        "Fla",
        "Ariz",
        "Ala",
        "Colo",
        "Ga",
        "Ill",
        "Ind",
        "Md",
        "Mich",
        "Minn",
        "Miss",
        "Mo",
        "Mont",
        "Neb",
        "Nev",
        "Okla",
        "Ore",
        "Tenn",
        "Tex",
        "Va",
        "Vt",
        "Wash",
        "Wis",
        "Wyo",
        "Del",
        "Ark",
        "Kan",
        "Ky",
        "La",
        "cf",
        "approx",
        "est",
        "Supt",
        "Det",
        "Insp",
        "Atty",
        "Pres",
        "Spc",
        "Pvt",
    ]
)
_TOKEN = re.compile(
    r"[A-Za-z]{2,}(?= )|\x01+|(?:[A-Za-z]\.){2,}|[RDI]-(?:[A-Z]\.){1,3}|[A-Z]\.(?=\s[A-Z])|"
    r"[\w$£€#@%]+(?:[-–&/][\w]+|\.(?:[a-z\d][\w]*)|['’](?!\s)\w+|,\d{3})*%?|['’](?=\s|$)|[^\w\s]"
)
_POSSESSIVE = re.compile(r"['’]s?$")


class Sentence(NamedTuple):
    """A sentence as parallel lists; offsets are into the view of the document.

    `words` are lower case, without a possessive ending; `possessive` marks where one stood.
    """

    start: int
    end: int
    kinds: list[int]
    words: list[str]
    texts: list[str]
    starts: list[int]
    ends: list[int]
    possessive: list[bool]
    quotes: list[Quotation]

    def __len__(self) -> int:
        return len(self.words)

    def capital(self, place: int) -> bool:
        """Tell whether the token at *place* is a word that begins with a capital or digit."""
        return _CAPITAL[self.texts[place]]

    def quote_at(self, place: int) -> Quotation | None:
        """Return the quotation that the token at *place* stands for."""
        if self.kinds[place] != QUOTE:
            return None
        return next(one for one in self.quotes if one.start == self.starts[place])


def split_sentences(view: str, start: int, end: int) -> list[Sentence]:
    """Return the sentences of the paragraph at *start* to *end* of *view*."""
    text = view[start:end]
    quotes = find_quotations(text)
    masked = _mask(text, quotes)
    shifted = [
        Quotation(
            q.start + start, q.end + start, q.inner_start + start, q.inner_end + start, q.open_end
        )
        for q in quotes
    ]
    tokens, texts = _tokens(masked)
    if not _ABBREVIATIONS.isdisjoint(texts):
        tokens = _join_abbreviations(tokens)
        texts = [token[2] for token in tokens]
    sentences = []
    first, last = 0, len(tokens) - 1
    for place, may_end in enumerate(map(_MAY_END.__getitem__, texts)):
        full = place == last or place - first >= MOST_TOKENS
        if full or (may_end and _ends_here(text, tokens, place)):
            stop = place + 1
            sentences.append(_sentence(start, tokens[first:stop], texts[first:stop], shifted))
            first = place + 1
    return sentences


def _tokens(masked: str) -> tuple[list[tuple[int, int, str]], list[str]]:
    """Return the tokens with their places, and their texts; only white space is between them."""
    found = []
    at, find = 0, masked.find
    texts = _TOKEN.findall(masked)
    for text in texts:
        start = find(text, at)
        at = start + len(text)
        found.append((start, at, text))
    return found, texts


def _join_abbreviations(tokens: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Make one token of `Mr` and its full stop."""
    dots = [
        at
        for at, token in enumerate(tokens)
        if token[2] == "."
        and at
        and tokens[at - 1][2] in _ABBREVIATIONS
        and tokens[at - 1][1] == token[0]
    ]
    for at in reversed(dots):
        start, _, text = tokens[at - 1]
        tokens[at - 1 : at + 1] = [(start, tokens[at][1], text + ".")]
    return tokens


def _mask(text: str, quotes: list[Quotation]) -> str:
    if not quotes:
        return text
    parts, at = [], 0
    for quote in quotes:
        parts.append(text[at : quote.start])
        parts.append("\x01" * (quote.end - quote.start))
        at = quote.end
    parts.append(text[at:])
    return "".join(parts)


def _sentence(
    base: int, tokens: list[tuple[int, int, str]], texts: list[str], quotes: list[Quotation]
) -> Sentence:
    words = list(map(_BARE.__getitem__, texts))
    kinds = list(map(_KIND.__getitem__, texts))
    possessive = list(map(_OWNS.__getitem__, texts))
    if "'" in texts or "’" in texts:
        for place in range(1, len(texts)):
            if texts[place] in {"'", "’"} and kinds[place - 1] == WORD:
                possessive[place - 1] = True
    starts = [base + token[0] for token in tokens]
    ends = [base + token[1] for token in tokens]
    begin, stop = starts[0], ends[-1]
    own = [quote for quote in quotes if begin <= quote.start < stop] if quotes else []
    return Sentence(begin, stop, kinds, words, texts, starts, ends, possessive, own)


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


_CAPITAL = Known(capital)
_BARE, _KIND, _OWNS = Known(bare), Known(kind_of), Known(_owns)
_MAY_END = Known(lambda text: text[-1] in _ENDING)


def _ends_here(text: str, tokens: list[tuple[int, int, str]], place: int) -> bool:
    _, stop, token = tokens[place]
    after = tokens[place + 1]
    if (
        after[0] == stop
        and after[2][0] != "\x01"
        and not (token in {".", "!", "?"} and after[2][0].isupper())
    ):
        return False
    if token[0] == "\x01":
        return _quote_ends(text, tokens, place)
    if token in {".", "!", "?", "…"}:
        return _starts_sentence(after[2])
    if token in {")", "]", "'", "’"} and place and tokens[place - 1][2] in {".", "!", "?"}:
        return _starts_sentence(after[2])
    if token.endswith(".") and token.rstrip(".").lower() in _LAST_WORDS:
        return _starts_sentence(after[2]) and after[2].lower() in _starters()
    return False


_LAST_WORDS = frozenset(
    [
        "u.s",
        "u.k",
        "inc",
        "corp",
        "co",
        "ltd",
        "d.c",
        "a.m",
        "p.m",
        "etc",
        "e.u",
        "u.n",
        "jr",
        "plc",
    ]
)


@cache
def _starters() -> frozenset[str]:
    return lexicon.words("words", "determiners") | _STARTERS


_STARTERS = frozenset(
    [
        "he",
        "she",
        "it",
        "they",
        "we",
        "but",
        "and",
        "in",
        "on",
        "at",
        "if",
        "when",
        "while",
        "as",
        "mr.",
        "mrs.",
        "ms.",
    ]
)


def _starts_sentence(token: str) -> bool:
    first = token[0]
    return first == "\x01" or first.isupper() or first.isdigit() or first in "([$£€@#—–-"


def _quote_ends(text: str, tokens: list[tuple[int, int, str]], place: int) -> bool:
    """Tell whether a sentence ends with the quotation at *place*."""
    _, stop, _ = tokens[place]
    inner = (
        text[: stop - 1].rstrip("'’\"”») ")[-1:] if text[stop - 1] in "\"”»'’" else text[stop - 1]
    )
    after = tokens[place + 1][2]
    if inner not in ".!?…" or not _starts_sentence(after):
        return False
    if after[0] == "\x01":
        return True
    return not _speaker_follows(tokens, place, full=inner == ".")


def _speaker_follows(tokens: list[tuple[int, int, str]], place: int, *, full: bool) -> bool:
    """Tell whether a name, a verb of speech and a full stop follow: `"Why?" Smith asked`.

    Behind a *full* stop a comma shows that a new sentence has begun: `"It is." Iran, he said, …`.
    """
    cues = lexicon.cues()
    for step in range(2, 9):
        if place + step >= len(tokens):
            return False
        word = tokens[place + step][2]
        if word in {".", "!", "?", ":"} or word[0] == "\x01" or (full and word == ","):
            return False
        cue = cues.get(word.lower())
        if (
            cue
            and "clause" in cue.frames
            and not (cue.ambiguous and word.lower() not in {"replied", "continued"})
        ):
            after = tokens[place + step + 1][2] if place + step + 1 < len(tokens) else "."
            low = after.lower()
            told = cue.group in {"ask", "tell"} and low in _LISTENERS
            return told or after[0] in ".,;\x01" or low in _ADJUNCT_STARTS
    return False


_LISTENERS = frozenset(["the", "a", "an", "his", "her", "him", "them", "us", "me", "reporters"])
_ADJUNCT_STARTS = frozenset(
    [
        "in",
        "on",
        "at",
        "to",
        "during",
        "after",
        "before",
        "as",
        "when",
        "while",
        "with",
        "of",
        "from",
        "via",
        "through",
        "by",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "yesterday",
        "today",
        "last",
        "this",
        "earlier",
        "later",
    ]
)
