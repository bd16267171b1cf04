"""Noun phrases that follow a verb: `said Jane Doe, a spokeswoman for the firm, on Monday`."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims import lexicon
from assay.claims.grammar.adjuncts import VENUES
from assay.claims.grammar.classes import (
    COORDINATORS,
    DASHES,
    DETERMINERS,
    PARTIES,
    PREPOSITIONS,
    TIME,
    TITLES,
    is_named_time,
)
from assay.claims.grammar.phrases import LONGEST, Phrase, ends_in_role
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import BEINGS, MARK, QUOTE, SPEAKERS, WORD


def phrase_after(sentence: Sentence, first: int) -> Phrase | None:
    """Return the noun phrase that begins at *first*, apposition taken in, or nothing."""
    if first >= sentence.size or sentence.kinds[first] != WORD:
        return None
    word = sentence.words[first]
    if word in {"he", "she", "they", "i", "we"}:
        return (first, first)
    if not (
        sentence.capitals[first]
        or word in DETERMINERS
        or word in SPEAKERS
        or word in TITLES
        or word in _ADJECTIVES
        or word in lexicon.states()
        or _role_ahead(sentence, first)
    ):
        return None
    if word in TIME and not is_named_time(sentence, first, sentence.size - 1):
        return None
    last = _walk_right(sentence, first)
    return (first, last)


def _role_ahead(sentence: Sentence, first: int) -> bool:
    """Tell whether a role and a name follow: `security chief Liis Tamm`."""
    for at in range(first, min(sentence.size - 1, first + 5)):
        if sentence.kinds[at] != WORD or sentence.words[at] in PREPOSITIONS or sentence.verbs[at]:
            return False
        if sentence.words[at] in _TITLED:
            return bool(sentence.capitals[at + 1])
    return False


_TITLED = BEINGS | TITLES

_ADJECTIVES = frozenset(
    [
        "senior",
        "former",
        "local",
        "federal",
        "top",
        "leading",
        "veteran",
        "longtime",
        "fellow",
        "republican",
        "democratic",
        "independent",
        "outgoing",
        "acting",
        "retired",
        "national",
        "two",
        "anonymous",
        "unnamed",
    ]
)

_STOPS_RIGHT = frozenset(
    [
        "on",
        "during",
        "when",
        "while",
        "as",
        "after",
        "before",
        "because",
        "if",
        "that",
        "which",
        "by",
        "via",
        "through",
        "following",
        "amid",
        "last",
        "this",
        "earlier",
        "later",
        "yesterday",
        "today",
        "tonight",
        "about",
        "via",
        "ahead",
        "citing",
        "adding",
        "noting",
        "but",
        "since",
        "once",
        "though",
        "without",
        "who",
        "to",
        "said",
        "when",
        "upon",
        "over",
    ]
)


_OF_SOURCES = frozenset(["close", "familiar", "briefed"])


def _walk_right(sentence: Sentence, first: int) -> int:
    last = first
    place = first + 1
    while place < sentence.size and place - first < LONGEST:
        word, kind = sentence.words[place], sentence.kinds[place]
        if kind == QUOTE or (kind == MARK and word not in {",", "&", "'", "’", "(", ")"}):
            break
        if word == ",":
            end = _apposition_end(sentence, place, (first, last))
            return end if end > place else last
        if word == "(":
            close = next(
                (
                    at
                    for at in range(place, min(sentence.size, place + 12))
                    if sentence.words[at] == ")"
                ),
                -1,
            )
            if close < 0:
                break
            last, place = close, close + 1
            continue
        if word in {"to", "with", "on"} and sentence.words[place - 1] in _OF_SOURCES:
            last = place
            place += 1
            continue
        if not sentence.texts[place][0].isupper() and (
            word in _STOPS_RIGHT
            or sentence.adverbs[place]
            or (sentence.verbs[place] and not _attributive(sentence, place))
        ):
            break
        if word in TIME and not is_named_time(sentence, place, sentence.size - 1):
            break
        if (
            word in {"of", "for"}
            and place + 1 < sentence.size
            and sentence.words[place + 1].endswith("ing")
        ):
            break
        if word in {"in", "at", "from", "with"} and not _continues_name(sentence, place, first):
            break
        last = place
        place += 1
    while last > first and (
        sentence.words[last] in PREPOSITIONS or sentence.words[last] in COORDINATORS
    ):
        last -= 1
    return last


def _attributive(sentence: Sentence, place: int) -> bool:
    return sentence.words[place - 1] in DETERMINERS and sentence.words[place - 1] not in {
        "that",
        "this",
    }


def _continues_name(sentence: Sentence, place: int, first: int) -> bool:
    """`analyst at Gartner` goes on; `Smith in a statement` does not."""
    if place + 1 >= sentence.size:
        return False
    if not sentence.capitals[place + 1]:
        employer = sentence.words[place + 1] == "the" or (
            sentence.words[place + 1] in {"a", "an", "one", "another"}
            and VENUES.isdisjoint(sentence.words[place + 2 : place + 6])
        )
        return (
            employer
            and any(
                sentence.words[at] in BEINGS and not sentence.capitals[at]
                for at in range(first, place)
            )
            and sentence.words[place] != "in"
        )
    return (
        any(sentence.words[at] in BEINGS for at in range(first, place))
        or sentence.words[place] == "from"
    )


def _names_holder(sentence: Sentence, comma: int, start: int, core: Phrase) -> bool:
    """Tell `its director general, S. Mathew.`: a role without a name, then nothing but a name."""
    nameless = not any(sentence.capitals[at] for at in range(core[0] + 1, comma))
    role = any(sentence.words[at] in _TITLED for at in range(core[0], comma))
    end = _name_end(sentence, start)
    closed = end + 1 >= sentence.size or sentence.kinds[end + 1] == MARK
    return nameless and role and closed and 1 <= end - start <= 3


def _name_end(sentence: Sentence, start: int) -> int:
    end = start
    last = sentence.size - 1
    while end < last and sentence.kinds[end + 1] == WORD and sentence.capitals[end + 1]:
        end += 1
    return end


def _apposition_end(sentence: Sentence, comma: int, core: Phrase) -> int:
    """Return the last place of the apposition behind *comma*, or -1 where there is none."""
    start = comma + 1
    if start >= sentence.size or sentence.kinds[start] != WORD:
        return -1
    word = sentence.words[start]
    opens = (
        word in {"a", "an", "the", "who", "whose", "one", "chief", "head", "its", "founder"}
        or word in SPEAKERS
        or word in TITLES
        or sentence.texts[start].startswith(("R-", "D-", "I-"))
        or sentence.texts[start] in PARTIES
    )
    if sentence.texts[start][0].isdigit() and len(sentence.texts[start]) <= 3:
        opens = True
    if not opens and _names_holder(sentence, comma, start, core):
        return _name_end(sentence, start)
    if not opens and not (sentence.capitals[start] and ends_in_role(sentence, start)):
        return -1
    last = start
    for place in range(start, min(sentence.size, start + 26)):
        text = sentence.words[place]
        if sentence.kinds[place] == QUOTE or text in {".", ";", ":", "?", "!"} or (text in DASHES):
            break
        if text == ",":
            more = _apposition_end(sentence, place, core) if place - comma < 6 else -1
            return more if more > place else last
        if (
            text in {"adding", "noting", "saying", "citing", "after", "during", "while"}
            or text in TIME
        ):
            break
        last = place
    return last
