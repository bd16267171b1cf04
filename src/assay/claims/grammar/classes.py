"""Word classes: what can be a verb, an adverb, a speaker, by closed lists and a few endings."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims import lexicon
from assay.claims.grammar.sentences import WORD, Sentence, bare, capital, kind_of
from assay.claims.known import Known


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

DASHES = frozenset("—–-")

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
    return ADVERBIAL[sentence.texts[place]]


def _adverbial(text: str) -> bool:
    word = bare(text)
    if word in ADVERBS:
        return True
    return word.endswith("ly") and len(word) > 4 and not capital(text) and word not in SPEAKERS


ADVERBIAL = Known(_adverbial)
"""Text of a token -> whether it is an adverb."""


def is_verb(sentence: Sentence, place: int) -> bool:
    """Tell whether the token is likely a finite verb: an auxiliary, a known form, a past form."""
    return VERBAL[sentence.texts[place]]


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


VERBAL = Known(_verbal)
"""Text of a token -> whether it is likely a finite verb."""

_CONTRACTED = PRONOUNS | {"that", "there", "what"}


def has_verb(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether any token from *first* to *last* is likely a finite verb."""
    if any(map(_VERBAL_OR_SHORT.__getitem__, sentence.texts[first : last + 1])):
        return True
    if True not in sentence.possessive[first : last + 1]:
        return False
    return any(
        sentence.possessive[place] and sentence.words[place] in _CONTRACTED
        for place in range(first, last + 1)
    )


_VERBAL_OR_SHORT = Known(lambda text: VERBAL[text] or bare(text).endswith(("'s", "n't")))


PARTIES = frozenset(["R", "D", "R.", "D."])

TITLES = frozenset(lexicon.table("roles")["titles"]["before"])


def is_named_time(sentence: Sentence, first: int, last: int) -> bool:
    """`May` before another capital is a name; so is `Sunday Times`."""
    word = sentence.words[first]
    return (
        word in {"may", "april", "june", "sunday"} and first < last and sentence.capital(first + 1)
    )


PLACES = frozenset(lexicon.states())
