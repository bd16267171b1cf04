"""Tokens and sentences of a paragraph; a quotation is one token, whatever stands in it."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from typing import NamedTuple

from assay.claims import lexicon
from assay.claims.grammar.quotation import Quotation, find_quotations

WORD, MARK, QUOTE = 0, 1, 2
MOST_TOKENS = 300
"""Longer sentences are cut here: no writer's sentence is that long, a hostile one may be."""

_ABBREVIATIONS = frozenset(
    [
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
    r"\x01+|(?:[A-Za-z]\.){2,}|[RDI]-(?:[A-Z]\.){1,3}|[A-Z]\.(?=\s[A-Z])|"
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
        return self.kinds[place] == WORD and (
            self.texts[place][0].isupper()
            or self.texts[place][0].isdigit()
            or self.texts[place][0] in "@$£€"
        )

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
    tokens = _join_abbreviations(
        [(*match.span(), match.group()) for match in _TOKEN.finditer(masked)]
    )
    sentences = []
    first, last = 0, len(tokens) - 1
    for place, token in enumerate(tokens):
        full = place == last or place - first >= MOST_TOKENS
        if full or (token[2][-1] in _MAY_END and _ends_here(text, tokens, place)):
            sentences.append(_sentence(start, tokens[first : place + 1], shifted))
            first = place + 1
    return sentences


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


_MAY_END = frozenset(".!?…)]'’\x01")


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


def _sentence(base: int, tokens: list[tuple[int, int, str]], quotes: list[Quotation]) -> Sentence:
    size = len(tokens)
    texts = [token[2] for token in tokens]
    words = [text.lower() for text in texts]
    kinds = [WORD] * size
    possessive = [False] * size
    for place, text in enumerate(texts):
        first, final = text[0], text[-1]
        if not (first.isalnum() or first in _WORD_SIGNS):
            kinds[place] = QUOTE if first == "\x01" else MARK
            if first == "\x01":
                words[place] = "\x01"
            elif first in "'’" and place and kinds[place - 1] == WORD:
                possessive[place - 1] = True
        elif final in "s'’" and len(text) > 1 and (final != "s" or text[-2] in "'’"):
            possessive[place] = True
            words[place] = _POSSESSIVE.sub("", words[place])
        elif "’" in text:
            words[place] = words[place].replace("’", "'")
    starts = [base + token[0] for token in tokens]
    ends = [base + token[1] for token in tokens]
    begin, stop = starts[0], ends[-1]
    own = [quote for quote in quotes if begin <= quote.start < stop] if quotes else []
    return Sentence(begin, stop, kinds, words, texts, starts, ends, possessive, own)


_WORD_SIGNS = frozenset("$£€#@%_")


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
        return (
            _starts_sentence(after[2])
            and after[2].lower() in lexicon.words("words", "determiners") | _STARTERS
        )
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
    if inner == "." and not _speaker_follows(tokens, place):
        return True
    return not _speaker_follows(tokens, place)


def _speaker_follows(tokens: list[tuple[int, int, str]], place: int) -> bool:
    """Tell whether a name, a verb of speech and a full stop follow: `"Why?" Smith asked`."""
    cues = lexicon.cues()
    for step in range(2, 9):
        if place + step >= len(tokens):
            return False
        word = tokens[place + step][2]
        if word in {".", "!", "?", ":"} or word[0] == "\x01":
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
