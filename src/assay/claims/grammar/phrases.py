"""Noun phrases to the left and right of a verb, found by closed word classes alone.

All positions are token places; a phrase is (first, last), both included.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims import lexicon
from assay.claims.grammar.classes import (
    COORDINATORS,
    DASHES,
    DETERMINERS,
    NOUN_PREPOSITIONS,
    OPENERS,
    PARTIES,
    PLACES,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVE,
    SUBORDINATORS,
    TIME,
    TITLES,
    is_named_time,
)
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import (
    ADVERBS,
    AUXILIARIES,
    BEINGS,
    MARK,
    PAPERS,
    QUOTE,
    SPEAKERS,
    VERBS,
    WORD,
    bare,
    capital,
    kind_of,
    verbal,
)
from assay.claims.known import Known

Phrase = tuple[int, int]

LONGEST = 34


def phrase_before(sentence: Sentence, last: int) -> Phrase | None:
    """Return the noun phrase that ends at *last*, its apposition taken in, or nothing."""
    if last < 0:
        return None
    known = sentence.phrases
    if last not in known:
        known[last] = _phrase_before(sentence, last)
    return known[last]


def _phrase_before(sentence: Sentence, last: int) -> Phrase | None:  # noqa: PLR0911 - one return for each case of the grammar
    word, kind = sentence.words[last], sentence.kinds[last]
    if kind == QUOTE:
        return None
    if kind == MARK:
        return _before_mark(sentence, last, word)
    if word in {"them", "us"} and last > 1 and sentence.words[last - 1] == "of":
        return (last - 2, last)
    if word in PRONOUNS or word == "who":
        return (last, last)
    if word in _REFLEXIVES and last:
        return phrase_before(sentence, last - 1)
    if word in AUXILIARIES or word in COORDINATORS or word in SUBORDINATORS or word in PREPOSITIONS:
        return (last, last) if word in {"some", "many", "both"} else None
    return _trimmed(sentence, _walk_left(sentence, last), last)


def _before_mark(sentence: Sentence, last: int, word: str) -> Phrase | None:
    if word == ")":
        opening = _back_to(sentence, last, "(")
        found = phrase_before(sentence, opening - 1) if opening > 0 else None
        return (found[0], last) if found else None
    if word == "," or word in DASHES:
        return _with_apposition(sentence, last, word)
    return None


_REFLEXIVES = frozenset(["himself", "herself", "itself", "themselves"])


def _back_to(sentence: Sentence, place: int, mark: str) -> int:
    for at in range(place - 1, max(-1, place - 20), -1):
        if sentence.words[at] == mark:
            return at
    return -1


def _with_apposition(sentence: Sentence, last: int, mark: str) -> Phrase | None:
    """Take `Smith, a spokesman for the firm,` as one phrase that ends at *last* - 1."""
    for at in range(last - 2, max(0, last - 40), -1):
        if sentence.words[at] != mark:
            continue
        if sentence.kinds[at - 1] != WORD:
            return None
        core = phrase_before(sentence, at - 1)
        if core and all(sentence.adverbs[place] for place in range(at + 1, last)):
            return core
        if core and _appositive(sentence, at + 1, core):
            return (_outermost(sentence, core[0], mark), last - 1)
    return None


def _outermost(sentence: Sentence, first: int, mark: str) -> int:
    """Step from an apposition with commas of its own to the name before it."""
    if first < 2 or sentence.words[first - 1] != mark or not sentence.capitals[first - 2]:
        return first
    core = phrase_before(sentence, first - 2)
    begins = core is not None and (core[0] == 0 or sentence.words[core[0] - 1] in _BEFORE_SUBJECT)
    named = core and sentence.capitals[core[1]] and core[1] - core[0] < 8 and begins
    return core[0] if core and named and _appositive(sentence, first, core) else first


_BEFORE_SUBJECT = frozenset(["but", "and", "yet", "while", "though", "although", "however"])
_OPENS_APPOSITION = frozenset(
    ["a", "an", "the", "who", "whose", "which", "its", "his", "her", "their", "of", "one"]
) | {"then", "now", "both", "all", "himself", "herself"}
_OPENS_ASIDE = frozenset(
    ["in", "at", "on", "during", "like", "for", "among", "along", "too", "with", "from"]
) | {"born", "known"}


def _appositive(sentence: Sentence, start: int, core: Phrase) -> bool:
    """Tell whether what begins at *start* says more about the phrase *core*."""
    word = sentence.words[start]
    if sentence.words[core[1]] in PRONOUNS and core[0] == core[1]:
        return word in {"who", "speaking", "asked"} or bool(sentence.adverbs[start])
    if word == "who" and sentence.words[core[0]] in DETERMINERS:
        return True
    if sentence.words[core[0] + 1 : core[1] + 1] in _OF_THEM and sentence.capitals[start]:
        return True
    if _is_somebodys(sentence, core) and sentence.capitals[start]:
        return True
    return named_or_speaking(sentence, core) and _says_more(sentence, start, core)


def _is_somebodys(sentence: Sentence, core: Phrase) -> bool:
    """Tell `his running mate`, `Smith's deputy`: somebody by a relation to somebody."""
    first, last = core
    owned = sentence.words[first] in _OWNERS or True in sentence.possessive[first:last]
    return owned and last > first and not sentence.capitals[last]


_OWNERS = frozenset(["his", "her", "its", "their", "our", "my"])


_OF_THEM = (("of", "them"), ("of", "us"))


def _says_more(sentence: Sentence, start: int, core: Phrase) -> bool:
    word, text = sentence.words[start], sentence.texts[start]
    if word in _OPENS_APPOSITION or word in SPEAKERS or word in TITLES or text[0].isdigit():
        return True
    if sentence.adverbs[start] or text in PARTIES or text.startswith(("R-", "D-", "I-")):
        return True
    if sentence.capitals[start]:
        role = any(word in BEINGS for word in sentence.words[core[0] : core[1] + 1])
        return role or ends_in_role(sentence, start)
    participle = word.endswith(("ing", "ed")) or word in _OPENS_ASIDE
    return participle or ends_in_role(sentence, start)


def ends_in_role(sentence: Sentence, start: int) -> bool:
    """Tell whether the words from *start* to the next comma contain a role."""
    for at in range(start, min(sentence.size, start + 14)):
        if sentence.words[at] == ",":
            return False
        if sentence.words[at] in BEINGS or sentence.words[at] in TITLES:
            return True
    return False


def _walk_left(sentence: Sentence, last: int) -> int:
    first, lowest, texts = last, max(0, last - LONGEST), sentence.texts
    while first > lowest:
        belongs = _BELONGS[texts[first - 1]]
        if belongs is None:
            belongs = _belongs_here(sentence, first - 1, first, last)
        if not belongs:
            break
        first -= 1
    return first


def _belongs(text: str) -> bool | None:  # noqa: PLR0911 - one return for each case of the grammar
    """Tell whether a token can stand in a noun phrase; nothing where what is around it decides."""
    word = bare(text)
    if kind_of(text) != WORD:
        return None if word == "," else word in {"&", "'", "’", "/"}
    if text[0].isupper() or (word[2:3] == "-" and capital(text)):
        if word in PRONOUNS and word != "us":
            return False
        return None if word in SUBORDINATORS else True
    if word in {"and", "or", "by"}:
        return None
    if word in SUBORDINATORS or word in COORDINATORS or word in PRONOUNS:
        return False
    if word in AUXILIARIES or word in VERBS:
        return False
    if word in PREPOSITIONS:
        return word in NOUN_PREPOSITIONS
    if word in DETERMINERS or word in SPEAKERS:
        return True
    if word.endswith("ed") and verbal(text):
        return None
    cue = lexicon.cues().get(word)
    return not (cue and not cue.ambiguous and cue.form != "base")


_BELONGS = Known(_belongs)


def _belongs_here(sentence: Sentence, place: int, after: int, last: int) -> bool:
    """Tell whether the token at *place* belongs to the phrase that so far begins at *after*."""
    word = sentence.words[place]
    if word == ",":
        return _list_comma(sentence, place, after, last)
    if sentence.texts[place][0].isupper():
        return place > 0
    if word in {"and", "or"}:
        return _joins(sentence, place, after)
    if place == 0:
        return False
    before = sentence.words[place - 1]
    if word == "by":
        return before in PAPERS
    return before in DETERMINERS or bool(sentence.possessive[place - 1])


def _list_comma(sentence: Sentence, place: int, after: int, last: int) -> bool:
    """Tell whether a comma belongs to the phrase in `Australia, Japan and New Zealand`."""
    if sentence.words[place] != "," or place == 0:
        return False
    later = sentence.words[after : last + 1]
    return (
        "and" in later
        and bool(sentence.capitals[place - 1] and sentence.capitals[after])
        and later.index("and") < 6
    )


def _joins(sentence: Sentence, place: int, after: int) -> bool:
    if place == 0 or sentence.kinds[place - 1] != WORD:
        return (
            place > 0
            and sentence.words[place - 1] == ","
            and place > 1
            and bool(sentence.capitals[place - 2] and sentence.capitals[after])
        )
    before = sentence.words[place - 1]
    if before in AUXILIARIES or sentence.verbs[place - 1]:
        return False
    alike = sentence.capitals[place - 1] == sentence.capitals[after]
    return alike or sentence.words[after] in DETERMINERS or sentence.words[after] in SPEAKERS


def _trimmed(sentence: Sentence, first: int, last: int) -> Phrase | None:
    """Drop what leads into the phrase but is no part of it."""
    while first < last:
        word = sentence.words[first]
        plain = sentence.kinds[first] == WORD and not sentence.adverbs[first]
        if plain and word not in _MAY_LEAD:
            break
        initial = first == 0 or not sentence.texts[first][0].isupper()
        lead = (
            (word in OPENERS and word not in DETERMINERS and initial)
            or sentence.adverbs[first]
            or (word in TIME and not is_named_time(sentence, first, last))
        )
        if sentence.kinds[first] != WORD or word in COORDINATORS or lead:
            if word in PREPOSITIONS:
                return _after_preposition(sentence, first, last)
            first += 1
            continue
        if word in PREPOSITIONS:
            return _after_preposition(sentence, first, last)
        if word in {"last", "this", "next"} and sentence.words[first + 1] in TIME:
            first += 2
            continue
        break
    word = sentence.words[last]
    ends = word not in PREPOSITIONS and (word not in DETERMINERS or word in _STANDING)
    if first > last or not ends or (first == last and word in TIME):
        return None
    return (first, last)


_MAY_LEAD = (
    (OPENERS - DETERMINERS)
    | TIME
    | COORDINATORS
    | PREPOSITIONS
    | frozenset(["last", "this", "next"])
)


_STANDING = frozenset(
    [
        "some",
        "many",
        "several",
        "most",
        "few",
        "both",
        "all",
        "another",
        "others",
        "two",
        "three",
        "one",
        "this",
        "that",
        "those",
    ]
)


def _after_preposition(sentence: Sentence, first: int, last: int) -> Phrase | None:
    """Drop a leading prepositional phrase that no comma sets off: `In London Smith`."""
    start = last
    while start > first + 1:
        before = sentence.words[start - 1]
        if (before in PREPOSITIONS and before != "of") or before in TIME:
            break
        place_named = sentence.words[first] in {"in", "at", "from"} and before in PLACES
        if sentence.capitals[start] and place_named and start - 1 == first + 1:
            break
        start -= 1
    return _trimmed(sentence, start, last) if start > first else None


def named_or_speaking(sentence: Sentence, phrase: Phrase) -> bool:
    """Tell whether the phrase names somebody or something that can speak."""
    known = sentence.speakers
    if phrase not in known:
        known[phrase] = _named_or_speaking(sentence, phrase)
    return known[phrase]


def _named_or_speaking(sentence: Sentence, phrase: Phrase) -> bool:
    first, last = phrase
    if first == last and sentence.words[first] in _STANDING_FOR:
        return True
    head = head_of(sentence, phrase)
    word = sentence.words[head]
    if _SPEAKS[word]:
        return True
    if word in TIME:
        return False
    if word in _LEGAL_FORMS and head > first:
        return True
    if sentence.capitals[head] and not sentence.texts[head][0].isdigit():
        return head > 0 or word not in _COMMON_OPENERS
    return False


def _names_speaker(word: str) -> bool:
    if word in PLACES or word in SPEAKERS or word.rpartition("-")[2] in SPEAKERS:
        return True
    return word.endswith("s") and word[:-1] in BEINGS


_SPEAKS = Known(_names_speaker)

_STANDING_FOR = PRONOUNS | {"who", "another", "others"}

_LEGAL_FORMS = frozenset(
    [
        "plc",
        "ag",
        "inc",
        "inc.",
        "ltd",
        "ltd.",
        "corp",
        "corp.",
        "gmbh",
        "llc",
        "co",
        "co.",
        "sa",
        "ab",
        "oy",
    ]
)

_COMMON_OPENERS = (
    OPENERS
    | DETERMINERS
    | ADVERBS
    | SUBORDINATORS
    | frozenset(["there", "here", "what", "nothing", "everything", "something", "it"])
)


def head_of(sentence: Sentence, phrase: Phrase) -> int:
    """Return the place of the phrase's head: the last word before a comma or preposition."""
    first, last = phrase
    head = first
    for place in range(first, last + 1):
        word = sentence.words[place]
        if place > first and (
            (sentence.kinds[place] == MARK and word not in {"&", "'", "’"})
            or word in PREPOSITIONS
            or word in {"who", "which", "whose"}
        ):
            break
        if sentence.kinds[place] == WORD and not sentence.possessive[place]:
            head = place
    return head


_BEFORE_TIME = frozenset(["on", "last", "this"])
_NO_SUBJECT_BEHIND = frozenset(["in", "at", "on", "during", "by", "from", "with", "of", "through"])


def clause_subject(sentence: Sentence, before: int) -> Phrase | None:
    """Return the subject of the clause that begins the sentence, before the token at *before*."""
    start = 0
    while start < before:
        verb = sentence.verbs.find(True, start, before)
        if verb < 0:
            return None
        last = verb - 1
        while last >= 0 and sentence.adverbs[last]:
            last -= 1
        if last > 1 and sentence.words[last] in TIME and sentence.words[last - 1] in _BEFORE_TIME:
            # `Senators on Tuesday pressed …`
            last -= 2
        found = phrase_before(sentence, last)
        if (
            found
            and named_or_speaking(sentence, found)
            and sentence.words[found[0]] not in RELATIVE
            and not (found[0] and sentence.words[found[0] - 1] in _NO_SUBJECT_BEHIND)
        ):
            return found
        start = verb + 1
    return None
