"""Frames: whether what stands behind a verb of speech can be what is said.

Each group of verbs has its own: a clause, X of something, X as something, an object.
"""

from assay.claims.grammar.classes import (
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    has_verb,
)
from assay.claims.grammar.phrases import named_or_speaking
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import MARK, QUOTE, SPEAKERS, WORD
from assay.claims.speech.found import words_in
from assay.claims.speech.settings import Verb


def fits_frame(  # noqa: PLR0911 - one return for each case of the grammar
    sentence: Sentence, verb: Verb, place: int, limit: int, marker: str, *, headline: bool
) -> bool:
    """Tell whether what stands behind the verb can be what is said in one of its frames."""
    cue = verb.cue
    word = sentence.words[place]
    if sentence.kinds[place] == MARK and word not in {"(", "[", "$", "'", "—"}:
        return False
    if verb.subject is None and verb.setting not in {"passive-unnamed", "passive"}:
        return False
    if marker in {"that", "colon", "quote"}:
        return "clause" in cue.frames or marker != "that"
    if marker == "object" and cue.group == "ask" and _hides(sentence, place, limit):
        return False
    if marker == "object":
        return _object_fits(sentence, verb, place, limit)
    if marker == "to" and _hides(sentence, place, limit):
        return False
    if marker == "to":
        return "infinitive" in cue.frames or cue.group in {"urge", "ask"}
    if marker == "wh":
        return (
            "clause" in cue.frames
            and limit > place + 1
            and (
                cue.lemma
                not in {"find", "show", "determine", "decide", "continue", "begin", "hold"}
            )
        )
    if "bare" in cue.frames or headline:
        return _bare_clause(sentence, verb, place, limit, headline=headline)
    return False


def _hides(sentence: Sentence, place: int, limit: int) -> bool:
    """Tell `asked not to be named`: that tells of the source, it says nothing."""
    words = sentence.words[place : min(limit, place + 6) + 1]
    return not _ANONYMITY.isdisjoint(words) or ("name" in words and "not" in words)


_ANONYMITY = frozenset(["named", "identified", "anonymous", "anonymously", "anonymity", "quoted"])

_OPENS_CLAUSE = frozenset(
    ["in", "at", "on", "by", "with", "under", "despite", "during", "after", "without", "about"]
) | {"for", "among", "between", "like", "over"}
_OPENS_NO_CLAUSE = PREPOSITIONS - _OPENS_CLAUSE
_TAKES_ANY_CLAUSE = frozenset(
    ["claim", "insist", "argue", "maintain", "suggest", "warn", "allege", "deny", "admit"]
) | {"acknowledge", "confirm", "believe", "predict", "estimate"}
_OFTEN_OBJECT = frozenset(["add", "note", "explain", "recall", "state", "write"])
_SELDOM_BARE = frozenset(
    ["continue", "begin", "offer", "read", "repeat", "submit", "text", "answer", "finish"]
) | {"relate", "agree", "volunteer", "echo", "recount", "vent"}


def _bare_clause(sentence: Sentence, verb: Verb, place: int, limit: int, *, headline: bool) -> bool:
    """Tell whether a clause without `that` begins at *place*."""
    word, lemma = sentence.words[place], verb.cue.lemma
    if word in _OPENS_NO_CLAUSE:
        return False
    if lemma in {"say", "tell"}:
        quoted = QUOTE in sentence.kinds[place : limit + 1]
        return quoted or headline or words_in(sentence, place, limit) >= 2
    if not _clause_start(sentence, place, lemma):
        return False
    if lemma in _SELDOM_BARE:
        return False
    if lemma in _OFTEN_OBJECT:
        second = min(place + 1, limit)
        finite = has_verb(sentence, second, min(limit, place + 7))
        return finite and word not in {"to", "a", "an"}
    return has_verb(sentence, place, limit)


def _clause_start(sentence: Sentence, place: int, lemma: str) -> bool:
    word = sentence.words[place]
    if word in DETERMINERS or word in PRONOUNS or word in {"there", "in", "if", "when", "while"}:
        return True
    if sentence.capitals[place] or sentence.kinds[place] == QUOTE or word.endswith("s"):
        return True
    return sentence.kinds[place] == WORD and lemma in _TAKES_ANY_CLAUSE


def _object_fits(sentence: Sentence, verb: Verb, place: int, limit: int) -> bool:  # noqa: PLR0911 - one return for each case of the grammar
    cue = verb.cue
    word = sentence.words[place]
    if verb.subject and not named_or_speaking(sentence, verb.subject):
        return False
    passive_as = word == "as" and verb.setting == "passive"
    if word in _OPENS_NO_OBJECT and not passive_as:
        return False
    if cue.group == "accuse":
        return (
            any(sentence.words[at] in {"of", "as"} for at in range(place, limit + 1))
            if verb.cue.lemma == "accuse"
            else any(
                sentence.words[at] == "of" for at in range(place + 1, min(limit, place + 8) + 1)
            )
        )
    if cue.group == "blame":
        return (
            "for" in sentence.words[place : limit + 1] or "on" in sentence.words[place : limit + 1]
        )
    if cue.group == "call":
        return _call_fits(sentence, place, limit)
    if cue.group in {"particle", "urge"}:
        return word not in {".", ","}
    if cue.group == "describe":
        return _describe_fits(sentence, verb, place, limit)
    if cue.group in {
        "disclose",
        "allege",
        "warn",
        "ask",
        "demand",
        "promise",
        "admit",
        "deny",
        "reject",
    }:
        starts = (
            word in DETERMINERS
            or bool(sentence.capitals[place])
            or sentence.kinds[place] in (QUOTE, WORD)
            or word in PRONOUNS
        )
        return (
            starts
            and word not in {"to", "by", "as"}
            and not (word in PREPOSITIONS and cue.group != "warn")
        )
    return False


_OPENS_NO_OBJECT = SUBORDINATORS - {"what", "how", "that"}
_NO_ADJECTIVE = PREPOSITIONS | {"to", "and"}
_BEFORE_NOUN = DETERMINERS | {"his", "her"}


def _call_fits(sentence: Sentence, place: int, limit: int) -> bool:
    """Tell `called it a sham`, which says something, from `called a meeting`."""
    if any(sentence.kinds[at] == QUOTE for at in range(place + 1, min(limit, place + 14) + 1)):
        return True
    if sentence.words[place] in {"it", "him", "her", "them", "himself", "herself", "this", "that"}:
        return (
            limit - place >= 1
            and sentence.kinds[place + 1] in (WORD, QUOTE)
            and sentence.words[place + 1] not in _NO_ADJECTIVE
        )
    if _object_and_adjective(sentence, place, limit):
        return True
    article = [
        at
        for at in range(place + 1, min(limit, place + 12) + 1)
        if sentence.words[at] in {"a", "an"} and sentence.words[at - 1] not in PREPOSITIONS
    ]
    return (bool(article) and sentence.words[place] in _BEFORE_NOUN) or (
        bool(article) and bool(sentence.capitals[place])
    )


def _object_and_adjective(sentence: Sentence, place: int, limit: int) -> bool:
    """Tell `called the decision cowardly`: a short object and an adjective at the end."""
    last = limit
    while last > place and sentence.kinds[last] == MARK:
        last -= 1
    word = sentence.words[last]
    short = 2 <= last - place <= 6 and sentence.words[place] in DETERMINERS
    plain = sentence.kinds[last] == WORD and not sentence.capitals[last] and word not in SPEAKERS
    return short and plain and (word.endswith(_ADJECTIVE_ENDINGS) or word in _JUDGING)


_ADJECTIVE_ENDINGS = (
    "able",
    "ible",
    "ous",
    "ful",
    "less",
    "ive",
    "ical",
    "istic",
    "ish",
    "ardly",
    "ient",
    "ary",
)
_JUDGING = frozenset(
    [
        "unfair",
        "wrong",
        "absurd",
        "false",
        "untrue",
        "unjust",
        "illegal",
        "premature",
        "naive",
        "unwise",
    ]
) | {"stupid", "crazy", "insane", "unlawful", "fake", "weak", "baseless", "arbitrary", "petty"}


def _describe_fits(sentence: Sentence, verb: Verb, place: int, limit: int) -> bool:
    words = sentence.words[place : limit + 1]
    quoted = any(sentence.kinds[at] == QUOTE for at in range(place, min(limit, place + 20) + 1))
    if verb.cue.lemma in {
        "describe",
        "characterize",
        "characterise",
        "portray",
        "depict",
        "denounce",
        "brand",
        "label",
        "dub",
        "hail",
        "tout",
        "cast",
        "dismiss",
        "liken",
        "compare",
        "decry",
        "mock",
        "deride",
    }:
        return (
            quoted
            or "as" in words
            or verb.cue.lemma in {"denounce", "decry", "deride", "mock"}
            or (verb.cue.lemma in {"brand", "label", "dub"} and len(words) > 2)
        )
    return len(words) >= 2 and (
        words[0] in DETERMINERS
        or bool(sentence.capitals[place])
        or words[0] in {"it", "him", "her", "them", "what", "how"}
        or quoted
    )
