"""Tokens and sentences of a paragraph; a quotation is one token, whatever stands in it."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

import re
from functools import cache
from itertools import accumulate, chain, compress
from operator import add
from typing import Any

from msgspec import Struct, field

from assay.claims import lexicon
from assay.claims.grammar.quotation import Quotation, find_quotations
from assay.claims.grammar.tokens import (
    ADVERBS_OF,
    CAPITALS,
    CELLS,
    CUES,
    DESCRIBED,
    ENDING,
    JOINED,
    KINDS,
    NOUN_CUES,
    OWNING,
    QUOTE,
    VERBAL,
    WORD,
)
from assay.claims.known import Known

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
# The white space behind a token belongs to its match, so that lengths add up to offsets.
_TOKEN = re.compile(
    r"(?:[A-Za-z]{2,}(?= )|\x01+|(?:[A-Za-z]\.){2,}|[RDI]-(?:[A-Z]\.){1,3}|[A-Z]\.(?=\s[A-Z])|"
    r"[\w$£€#@%]+(?:[-–&/][\w]+|\.(?:[a-z\d][\w]*)|['’](?!\s)\w+|,\d{3})*%?|['’](?=\s|$)|[^\w\s])"
    r"\s*"
)


class Sentence(Struct, frozen=True, gc=False):
    """A sentence as parallel columns of `size` tokens; offsets are into the view of the document.

    `words` are lower case, without a possessive ending; `possessive` marks where one stood.
    `verbs` marks what is likely a finite verb, `joined` also where one is joined: `it's`, `isn't`.
    `capitals` marks words that begin with a capital or digit, `adverbs` what may stand between
    a subject and its verb, `cues` and `noun_cues` where speech may be introduced. Each is a row
    of bytes, 0 or 1.
    """

    start: int
    end: int
    size: int
    words: tuple[str, ...]
    texts: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    kinds: bytes
    possessive: bytes
    verbs: bytes
    joined: bytes
    capitals: bytes
    adverbs: bytes
    cues: bytes
    noun_cues: bytes
    quotes: tuple[Quotation, ...]
    phrases: dict[int, tuple[int, int] | None] = field(default_factory=dict)
    """The noun phrases looked for so far, by the token at which each ends."""
    speakers: dict[tuple[int, int], bool] = field(default_factory=dict)
    """Whether the phrases looked at so far name somebody who can speak."""

    def quote_at(self, place: int) -> Quotation | None:
        """Return the quotation that the token at *place* stands for."""
        if self.kinds[place] != QUOTE:
            return None
        return next(one for one in self.quotes if one.start == self.starts[place])


class _Tokens(Struct, frozen=True, gc=False):
    """The tokens of a paragraph, as columns; only white space is between them."""

    texts: tuple[str, ...]
    words: tuple[str, ...]
    traits: bytes
    marks: bytes
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def split_sentences(view: str, start: int, end: int) -> list[Sentence]:
    """Return the sentences of the paragraph at *start* to *end* of *view*."""
    text = view[start:end]
    quotes = find_quotations(text)
    masked = _mask(text, quotes) if quotes else text
    # No white space but the plain space counts as printable.
    cells = _cells(masked) if text.isprintable() else _described(masked)
    if not cells:
        return []
    texts, words, steps = cells[::CELLS], cells[1::CELLS], cells[3::CELLS]
    if quotes:
        texts, steps = _unmasked(texts, words, steps, quotes)
    starts = tuple(accumulate(steps, initial=start + _leading(text)))
    ends = tuple(map(add, starts, map(len, texts)))
    bits = b"".join(cells[2::CELLS])
    tokens = _Tokens(texts, words, bits[::2], bits[1::2], starts, ends)
    stops = _last_tokens(text, tokens, start)
    return _cut(tokens, stops, [_shifted(one, start) for one in quotes])


def _shifted(quote: Quotation, start: int) -> Quotation:
    begin, end, inner_begin, inner_end, open_end = quote
    return Quotation(begin + start, end + start, inner_begin + start, inner_end + start, open_end)


def _cells(text: str) -> tuple[Any, ...]:
    """Return what is known of the tokens of *text*, looked up by what stands between spaces."""
    chunks = text.split(" ")
    if "" in chunks or _INITIAL.search(text):
        return _described(text)
    return tuple(chain.from_iterable(map(_CHUNKS.__getitem__, chunks)))


def _described(text: str) -> tuple[Any, ...]:
    pieces = _TOKEN.findall(text)
    if not _ABBREVIATIONS.isdisjoint(pieces):
        pieces = _join_abbreviations(pieces)
    return tuple(chain.from_iterable(map(DESCRIBED.__getitem__, pieces)))


# The full stop comes first, what is before it is looked at then: so the search skips fast.
_INITIAL = re.compile(r"\.(?<=[A-Z]\.)\s[A-Z]")
"""The one token that what stands behind a space decides: `B. Smith`."""
_CHUNKS = Known(lambda chunk: _described(chunk + " "))
"""What stands between two spaces -> what is known of its tokens."""


def _last_tokens(text: str, tokens: _Tokens, base: int) -> list[int]:
    """Return the places of the tokens that end a sentence of the paragraph *text*."""
    last, first = len(tokens.texts) - 1, 0
    found = []
    for place in (*compress(range(last), tokens.traits.translate(ENDING)), last):
        while place - first > MOST_TOKENS:
            first += MOST_TOKENS + 1
            found.append(first - 1)
        if place == last or place - first == MOST_TOKENS or _ends_here(text, tokens, place, base):
            found.append(place)
            first = place + 1
    return found


def _leading(text: str) -> int:
    return len(text) - len(text.lstrip()) if text[:1].isspace() else 0


def _join_abbreviations(pieces: list[str]) -> list[str]:
    """Make one token of `Mr` and its full stop."""
    joined: list[str] = []
    for piece in pieces:
        if joined and piece[0] == "." and joined[-1] in _ABBREVIATIONS:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _mask(text: str, quotes: list[Quotation]) -> str:
    """Return *text* with one sign for each quotation, or for several with nothing between."""
    parts, at = [], -1
    for quote in quotes:
        if quote.start > at:
            parts += [text[max(at, 0) : quote.start], "\x01"]
        at = quote.end
    parts.append(text[at:])
    return "".join(parts)


def _unmasked(
    texts: tuple[str, ...], words: tuple[str, ...], steps: tuple[int, ...], quotes: list[Quotation]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return *texts* and *steps* with the length of each quotation at the sign for it."""
    long, far = [*texts], [*steps]
    place, at = -1, -1
    for quote in quotes:
        size = quote.end - quote.start
        if quote.start > at:
            place = words.index("\x01", place + 1)
            long[place], far[place] = "", far[place] - 1
        long[place] += "\x01" * size
        far[place] += size
        at = quote.end
    return tuple(long), tuple(far)


def _cut(tokens: _Tokens, stops: list[int], quotes: list[Quotation]) -> list[Sentence]:
    """Return the sentences that end with the tokens at *stops*."""
    starts, ends = tokens.starts, tokens.ends
    found, first = [], 0
    for stop in stops:
        behind = stop + 1
        texts, traits = tokens.texts[first:behind], tokens.traits[first:behind]
        marks = tokens.marks[first:behind]
        owning = traits.translate(OWNING)
        if "'" in texts or "’" in texts:
            owning = _with_plural_owners(texts, traits, owning)
        begin, end = starts[first], ends[stop]
        found.append(
            Sentence(
                begin,
                end,
                behind - first,
                tokens.words[first:behind],
                texts,
                starts[first:behind],
                ends[first:behind],
                traits.translate(KINDS),
                owning,
                traits.translate(VERBAL),
                traits.translate(JOINED),
                traits.translate(CAPITALS),
                traits.translate(ADVERBS_OF),
                marks.translate(CUES),
                marks.translate(NOUN_CUES),
                tuple([quote for quote in quotes if begin <= quote.start < end]) if quotes else (),
            )
        )
        first = behind
    return found


def _with_plural_owners(texts: tuple[str, ...], traits: bytes, owning: bytes) -> bytes:
    """Mark the word before a lone apostrophe: `the users' data`."""
    marked = bytearray(owning)
    kinds = traits.translate(KINDS)
    for place in range(1, len(texts)):
        if texts[place] in {"'", "’"} and kinds[place - 1] == WORD:
            marked[place - 1] = True
    return bytes(marked)


def _ends_here(text: str, tokens: _Tokens, place: int, base: int) -> bool:
    texts = tokens.texts
    token, after = texts[place], texts[place + 1]
    glued = tokens.starts[place + 1] == tokens.ends[place]
    if glued and after[0] != "\x01" and not (token in {".", "!", "?"} and after[0].isupper()):
        return False
    if token[0] == "\x01":
        return _quote_ends(text, texts, place, tokens.ends[place] - base)
    if token in {".", "!", "?", "…"}:
        return _starts_sentence(after)
    if token in {")", "]", "'", "’"} and place and texts[place - 1] in {".", "!", "?"}:
        return _starts_sentence(after)
    if token.endswith(".") and token.rstrip(".").lower() in _LAST_WORDS:
        return _starts_sentence(after) and after.lower() in _starters()
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


def _quote_ends(text: str, texts: tuple[str, ...], place: int, stop: int) -> bool:
    """Tell whether a sentence ends with the quotation at *place*, which ends at *stop*."""
    inner = (
        text[: stop - 1].rstrip("'’\"”») ")[-1:] if text[stop - 1] in "\"”»'’" else text[stop - 1]
    )
    after = texts[place + 1]
    if inner not in ".!?…" or not _starts_sentence(after):
        return False
    if after[0] == "\x01":
        return True
    return not _speaker_follows(texts, place, full=inner == ".")


def _speaker_follows(texts: tuple[str, ...], place: int, *, full: bool) -> bool:
    """Tell whether a name, a verb of speech and a full stop follow: `"Why?" Smith asked`.

    Behind a *full* stop a comma shows that a new sentence has begun: `"It is." Iran, he said, …`.
    """
    cues = lexicon.cues()
    for at in range(place + 2, min(len(texts), place + 9)):
        word = texts[at]
        if word in {".", "!", "?", ":"} or word[0] == "\x01" or (full and word == ","):
            return False
        cue = cues.get(word.lower())
        if (
            cue
            and "clause" in cue.frames
            and not (cue.ambiguous and word.lower() not in {"replied", "continued"})
        ):
            after = texts[at + 1] if at + 1 < len(texts) else "."
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
