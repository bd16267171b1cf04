"""Noun phrases to the left and right of a verb, found by closed word classes alone.

All positions are token places; a phrase is (first, last), both included.
"""

from assay.claims import lexicon
from assay.claims.grammar.sentences import MARK, QUOTE, WORD, Sentence

Phrase = tuple[int, int]

_LONGEST = 34


def _set(name: str) -> frozenset[str]:
    return lexicon.words("words", name)


PRONOUNS = _set("pronouns_person") | {"they", "we", "i", "it", "you"}
RELATIVE = _set("relative")
DETERMINERS = _set("determiners")
AUXILIARIES = _set("auxiliaries")
BE_FORMS = _set("be_forms")
ADVERBS = _set("adverbs")
PREPOSITIONS = _set("prepositions")
SUBORDINATORS = _set("subordinators")
COORDINATORS = _set("coordinators")
TIME = _set("time_nouns") | _set("months")
WEEKDAYS = _set("weekdays")
OPENERS = _set("openers")
VERBS = _set("verbs")
NOUN_PREPOSITIONS = _set("noun_prepositions")
BEINGS = (
    lexicon.words("roles", "person")
    | lexicon.words("roles", "collective")
    | lexicon.words("roles", "body")
)
PAPERS = frozenset(lexicon.table("roles")["document"]["kinds"])
SPEAKERS = BEINGS | PAPERS
_DASHES = frozenset("—–-")
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


def is_adverb(sentence: Sentence, place: int) -> bool:
    """Tell whether the token is an adverb that may stand between a subject and its verb."""
    word = sentence.words[place]
    if word in ADVERBS:
        return True
    return (
        word.endswith("ly")
        and len(word) > 4
        and not sentence.capital(place)
        and word not in SPEAKERS
    )


def is_verb(sentence: Sentence, place: int) -> bool:
    """Tell whether the token is likely a finite verb: an auxiliary, a known form, a past form."""
    if sentence.kinds[place] != WORD:
        return False
    word = sentence.words[place]
    if word in AUXILIARIES or word in VERBS:
        return True
    if sentence.texts[place][0].isupper():
        return False
    cue = lexicon.cues().get(word)
    if cue and cue.form in {"past", "third"} and not cue.ambiguous:
        return True
    return word.endswith("ed") and len(word) > 3 and word not in _STRANGE_ED


def has_verb(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether any token from *first* to *last* is likely a finite verb."""
    return any(
        is_verb(sentence, place)
        or sentence.words[place].endswith(("'s", "n't"))
        or (
            sentence.possessive[place]
            and sentence.words[place] in PRONOUNS | {"that", "there", "what"}
        )
        for place in range(first, last + 1)
    )


def phrase_before(sentence: Sentence, last: int) -> Phrase | None:
    """Return the noun phrase that ends at *last*, its apposition taken in, or nothing."""
    if last < 0:
        return None
    word, kind = sentence.words[last], sentence.kinds[last]
    if kind == QUOTE:
        return None
    if kind == MARK:
        return _before_mark(sentence, last, word)
    if word in PRONOUNS or word == "who":
        return (last, last)
    if word in AUXILIARIES or word in COORDINATORS or word in SUBORDINATORS or word in PREPOSITIONS:
        return (last, last) if word in {"some", "many", "both"} else None
    return _trimmed(sentence, _walk_left(sentence, last), last)


def _before_mark(sentence: Sentence, last: int, word: str) -> Phrase | None:
    if word == ")":
        opening = _back_to(sentence, last, "(")
        found = phrase_before(sentence, opening - 1) if opening > 0 else None
        return (found[0], last) if found else None
    if word == "," or word in _DASHES:
        return _with_apposition(sentence, last, word)
    return None


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
        if core and all(is_adverb(sentence, place) for place in range(at + 1, last)):
            return core
        if core and _appositive(sentence, at + 1, core):
            return (_outermost(sentence, core[0], mark), last - 1)
    return None


def _outermost(sentence: Sentence, first: int, mark: str) -> int:
    """Step from an apposition with commas of its own to the name before it."""
    if first < 2 or sentence.words[first - 1] != mark or not sentence.capital(first - 2):
        return first
    core = phrase_before(sentence, first - 2)
    named = core and sentence.capital(core[1]) and core[1] - core[0] < 8 and core[0] == 0
    return core[0] if core and named and _appositive(sentence, first, core) else first


def _appositive(sentence: Sentence, start: int, core: Phrase) -> bool:
    word = sentence.words[start]
    if sentence.words[core[1]] in PRONOUNS and core[0] == core[1]:
        return word in {"who", "speaking", "asked"} or is_adverb(sentence, start)
    if word == "who" and sentence.words[core[0]] in DETERMINERS:
        return True
    if not named_or_speaking(sentence, core):
        return False
    if word in {
        "a",
        "an",
        "the",
        "who",
        "whose",
        "which",
        "its",
        "his",
        "her",
        "their",
        "of",
        "one",
        "then",
        "now",
        "both",
        "all",
        "himself",
        "herself",
    }:
        return True
    if (
        word in SPEAKERS
        or word in TITLES
        or sentence.texts[start][0].isdigit()
        or is_adverb(sentence, start)
    ):
        return True
    if sentence.capital(start) and any(
        sentence.words[at] in BEINGS for at in range(core[0], core[1] + 1)
    ):
        return True
    if sentence.texts[start] in _PARTIES or sentence.texts[start].startswith(("R-", "D-", "I-")):
        return True
    lower = not sentence.texts[start][0].isupper()
    if lower and (
        word.endswith(("ing", "ed"))
        or word
        in {
            "in",
            "at",
            "on",
            "during",
            "like",
            "for",
            "among",
            "along",
            "too",
            "with",
            "from",
            "born",
            "known",
        }
    ):
        return True
    return _ends_in_role(sentence, start)


_PARTIES = frozenset(["R", "D", "R.", "D."])
TITLES = frozenset(lexicon.table("roles")["titles"]["before"])


def _ends_in_role(sentence: Sentence, start: int) -> bool:
    """Tell whether the words from *start* to the next comma contain a role: `Acme's chief executive`."""
    for at in range(start, min(len(sentence), start + 14)):
        if sentence.words[at] == ",":
            return False
        if sentence.words[at] in BEINGS or sentence.words[at] in TITLES:
            return True
    return False


def _walk_left(sentence: Sentence, last: int) -> int:
    first = last
    while first > 0 and last - first < _LONGEST and _belongs(sentence, first - 1, first, last):
        first -= 1
    return first


def _belongs(sentence: Sentence, place: int, after: int, last: int) -> bool:
    """Tell whether the token at *place* belongs to the phrase that so far begins at *after*."""
    kind, word = sentence.kinds[place], sentence.words[place]
    if kind == QUOTE:
        return False
    if kind == MARK:
        return word in {"&", "'", "’", "/"} or _list_comma(sentence, place, after, last)
    if sentence.texts[place][0].isupper():
        if word in PRONOUNS and word != "us":
            return False
        return word not in SUBORDINATORS or place > 0
    if word in {"and", "or"}:
        return _joins(sentence, place, after)
    if word in SUBORDINATORS or word in COORDINATORS or word in PRONOUNS:
        return False
    if word in AUXILIARIES or word in VERBS:
        return False
    if word in PREPOSITIONS:
        return word in NOUN_PREPOSITIONS or (
            word == "by" and place > 0 and sentence.words[place - 1] in PAPERS
        )
    if word in DETERMINERS or word in SPEAKERS:
        return True
    if word.endswith("ed") and is_verb(sentence, place):
        return place > 0 and (
            sentence.words[place - 1] in DETERMINERS or sentence.possessive[place - 1]
        )
    cue = lexicon.cues().get(word)
    return not (cue and not cue.ambiguous and cue.form != "base")


def _list_comma(sentence: Sentence, place: int, after: int, last: int) -> bool:
    """A comma belongs to the phrase in `Australia, Japan and New Zealand`."""
    if sentence.words[place] != "," or place == 0:
        return False
    later = sentence.words[after : last + 1]
    return (
        "and" in later
        and sentence.capital(place - 1)
        and sentence.capital(after)
        and later.index("and") < 6
    )


def _joins(sentence: Sentence, place: int, after: int) -> bool:
    if place == 0 or sentence.kinds[place - 1] != WORD:
        return (
            place > 0
            and sentence.words[place - 1] == ","
            and place > 1
            and sentence.capital(place - 2)
            and sentence.capital(after)
        )
    before = sentence.words[place - 1]
    if before in AUXILIARIES or is_verb(sentence, place - 1):
        return False
    alike = sentence.capital(place - 1) == sentence.capital(after)
    return alike or sentence.words[after] in DETERMINERS or sentence.words[after] in SPEAKERS


def _trimmed(sentence: Sentence, first: int, last: int) -> Phrase | None:
    """Drop what leads into the phrase but is no part of it."""
    while first < last:
        word = sentence.words[first]
        initial = first == 0 or not sentence.texts[first][0].isupper()
        lead = (
            (word in OPENERS and word not in DETERMINERS and initial)
            or is_adverb(sentence, first)
            or (word in TIME and not _named_time(sentence, first, last))
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
    if (
        first > last
        or sentence.words[last] in PREPOSITIONS
        or (sentence.words[last] in DETERMINERS and sentence.words[last] not in _STANDING)
    ):
        return None
    if sentence.words[last] in TIME and first == last:
        return None
    return (first, last)


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


def _named_time(sentence: Sentence, first: int, last: int) -> bool:
    """`May` before another capital is a name; so is `Sunday Times`."""
    word = sentence.words[first]
    return (
        word in {"may", "april", "june", "sunday"} and first < last and sentence.capital(first + 1)
    )


def _after_preposition(sentence: Sentence, first: int, last: int) -> Phrase | None:
    """Drop a leading prepositional phrase that no comma sets off: `In London Smith`."""
    start = last
    while start > first + 1:
        before = sentence.words[start - 1]
        if (before in PREPOSITIONS and before != "of") or before in TIME:
            break
        place_named = sentence.words[first] in {"in", "at", "from"} and before in _PLACES
        if sentence.capital(start) and place_named and start - 1 == first + 1:
            break
        start -= 1
    return _trimmed(sentence, start, last) if start > first else None


_PLACES = frozenset(lexicon.states())


def phrase_after(sentence: Sentence, first: int) -> Phrase | None:
    """Return the noun phrase that begins at *first*, apposition taken in, or nothing."""
    if first >= len(sentence) or sentence.kinds[first] != WORD:
        return None
    word = sentence.words[first]
    if word in {"he", "she", "they", "i", "we"}:
        return (first, first)
    if not (
        sentence.capital(first)
        or word in DETERMINERS
        or word in SPEAKERS
        or word in TITLES
        or word in _ADJECTIVES
        or word in lexicon.states()
        or _role_ahead(sentence, first)
    ):
        return None
    if word in TIME and not _named_time(sentence, first, len(sentence) - 1):
        return None
    last = _walk_right(sentence, first)
    return (first, last)


def _role_ahead(sentence: Sentence, first: int) -> bool:
    """Tell whether a role and a name follow: `security chief Liis Tamm`."""
    for at in range(first, min(len(sentence) - 1, first + 5)):
        if (
            sentence.kinds[at] != WORD
            or sentence.words[at] in PREPOSITIONS
            or is_verb(sentence, at)
        ):
            return False
        if sentence.words[at] in BEINGS | TITLES:
            return sentence.capital(at + 1)
    return False


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


def _walk_right(sentence: Sentence, first: int) -> int:
    last = first
    place = first + 1
    while place < len(sentence) and place - first < _LONGEST:
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
                    for at in range(place, min(len(sentence), place + 12))
                    if sentence.words[at] == ")"
                ),
                -1,
            )
            if close < 0:
                break
            last, place = close, close + 1
            continue
        if not sentence.texts[place][0].isupper() and (
            word in _STOPS_RIGHT
            or is_adverb(sentence, place)
            or (is_verb(sentence, place) and not _attributive(sentence, place))
        ):
            break
        if word in TIME and not _named_time(sentence, place, len(sentence) - 1):
            break
        if (
            word in {"of", "for"}
            and place + 1 < len(sentence)
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
    if place + 1 >= len(sentence):
        return False
    if not sentence.capital(place + 1):
        return (
            sentence.words[place + 1] == "the"
            and any(
                sentence.words[at] in BEINGS and not sentence.capital(at)
                for at in range(first, place)
            )
            and sentence.words[place] != "in"
        )
    return (
        any(sentence.words[at] in BEINGS for at in range(first, place))
        or sentence.words[place] == "from"
    )


def _apposition_end(sentence: Sentence, comma: int, core: Phrase) -> int:
    """Return the last place of the apposition behind *comma*, or -1 where there is none."""
    start = comma + 1
    if start >= len(sentence) or sentence.kinds[start] != WORD:
        return -1
    word = sentence.words[start]
    opens = (
        word in {"a", "an", "the", "who", "whose", "one", "chief", "head", "its", "founder"}
        or word in SPEAKERS
        or word in TITLES
        or sentence.texts[start].startswith(("R-", "D-", "I-"))
        or sentence.texts[start] in _PARTIES
    )
    if sentence.texts[start][0].isdigit() and len(sentence.texts[start]) <= 3:
        opens = True
    if not opens and not (sentence.capital(start) and _ends_in_role(sentence, start)):
        return -1
    last = start
    for place in range(start, min(len(sentence), start + 26)):
        text = sentence.words[place]
        if sentence.kinds[place] == QUOTE or text in {".", ";", ":", "?", "!"} or (text in _DASHES):
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


def named_or_speaking(sentence: Sentence, phrase: Phrase) -> bool:
    """Tell whether the phrase names somebody or something that can speak."""
    first, last = phrase
    if first == last and sentence.words[first] in PRONOUNS | {"who"}:
        return True
    head = head_of(sentence, phrase)
    word = sentence.words[head]
    if word in SPEAKERS or word in lexicon.states() or word.rpartition("-")[2] in SPEAKERS:
        return True
    if word in TIME:
        return False
    if word in _LEGAL_FORMS and head > first:
        return True
    if sentence.capital(head) and not sentence.texts[head][0].isdigit():
        return head > 0 or word not in _COMMON_OPENERS
    return False


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


def clause_subject(sentence: Sentence, before: int) -> Phrase | None:
    """Return the subject of the clause that begins the sentence, before the token at *before*."""
    start = 0
    while start < before:
        verb = next((at for at in range(start, before) if is_verb(sentence, at)), None)
        if verb is None:
            return None
        last = verb - 1
        while last >= 0 and is_adverb(sentence, last):
            last -= 1
        found = phrase_before(sentence, last)
        if (
            found
            and named_or_speaking(sentence, found)
            and sentence.words[found[0]] not in RELATIVE
        ):
            return found
        start = verb + 1
    return None
