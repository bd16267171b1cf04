"""Word classes: what can be a verb, an adverb, a speaker, by closed lists and a few endings."""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims import lexicon
from assay.claims.grammar.sentences import Sentence


def _set(name: str) -> frozenset[str]:
    return lexicon.words("words", name)


PRONOUNS = _set("pronouns_person") | {"they", "we", "i", "it", "you"}

RELATIVE = _set("relative")

DETERMINERS = _set("determiners")

BE_FORMS = _set("be_forms")

PREPOSITIONS = _set("prepositions")

SUBORDINATORS = _set("subordinators")

COORDINATORS = _set("coordinators")

TIME = _set("time_nouns") | _set("months")

WEEKDAYS = _set("weekdays")

OPENERS = _set("openers")

NOUN_PREPOSITIONS = _set("noun_prepositions")

DASHES = frozenset("—–-")


_CONTRACTED = PRONOUNS | {"that", "there", "what"}


def has_verb(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether any token from *first* to *last* is likely a finite verb."""
    if True in sentence.joined[first : last + 1]:
        return True
    if True not in sentence.possessive[first : last + 1]:
        return False
    return any(
        sentence.possessive[place] and sentence.words[place] in _CONTRACTED
        for place in range(first, last + 1)
    )


PARTIES = frozenset(["R", "D", "R.", "D."])

TITLES = frozenset(lexicon.table("roles")["titles"]["before"])


def is_named_time(sentence: Sentence, first: int, last: int) -> bool:
    """`May` before another capital is a name; so is `Sunday Times`."""
    word = sentence.words[first]
    named = word in {"may", "april", "june", "sunday"} and first < last
    return named and bool(sentence.capitals[first + 1])


PLACES = frozenset(lexicon.states())
