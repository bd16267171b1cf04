"""How a verb of speech stands in its clause: finite, inverted, elided, relative, passive.

Each setting finds the verb's subject in its own place, or finds that there is none.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from msgspec import Struct

from assay.claims import lexicon
from assay.claims.grammar.classes import (
    BE_FORMS,
    COORDINATORS,
    DETERMINERS,
    PREPOSITIONS,
    TIME,
    WEEKDAYS,
    has_verb,
)
from assay.claims.grammar.following import phrase_after
from assay.claims.grammar.phrases import Phrase, clause_subject, named_or_speaking, phrase_before
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import ADVERBS, AUXILIARIES, BEINGS, MARK, QUOTE, SPEAKERS, WORD
from assay.claims.lexicon import Cue

_NEGATIONS = lexicon.words("cues", "words", "negations")

_POSSIBLE = lexicon.words("cues", "words", "possible")

_REFUSALS = lexicon.words("cues", "words", "refusals")

_BEFORE_GERUND = frozenset(
    [
        "by",
        "while",
        "after",
        "before",
        "in",
        "when",
        "and",
        "without",
        "statement",
        "letter",
        "statements",
        "report",
        "tweet",
        "email",
        "post",
        "memo",
        "as",
        "ad",
        "complaint",
        "lawsuit",
        "op-ed",
        "note",
        "message",
        "of",
        "then",
        "release",
        "article",
        "reporters",
    ]
)

TO_SOMEBODY = frozenset(
    ["respond", "reply", "answer", "continue", "object", "begin", "relate", "react"]
)


_PLURALS = lexicon.words("roles", "collective")
_DOING = frozenset(["do", "does", "did"])
_CAUSING = frozenset(["make", "makes", "made", "making", "let", "help"])


class Verb(Struct, frozen=True, gc=False):
    """A verb of speech: its tokens, its cue, its subject and how the subject was found."""

    first: int
    last: int
    cue: Cue
    setting: str
    subject: Phrase | None


def quoted_before(sentence: Sentence, place: int) -> bool:
    """Tell whether a quotation ends within a few words before *place*."""
    return any(sentence.kinds[at] == QUOTE for at in range(max(0, place - 8), place))


def read_participle(
    sentence: Sentence, place: int, last: int, cue: Cue, found: list[Verb]
) -> Verb | None:
    """Read `…, adding that …`: the subject is that of the clause before."""
    if place == 0:
        return (
            Verb(place, last, cue, "opening", None)
            if "clause" in cue.frames and sentence.words[place] == "noting"
            else None
        )
    at = place - 1
    while at > 0 and sentence.adverbs[at]:
        at -= 1
    before = sentence.words[at]
    if before not in _BEFORE_GERUND and sentence.kinds[at] == WORD:
        subject = phrase_before(sentence, at)
        told = sentence.words[last + 1 : last + 2] == ("that",) and (
            before in SPEAKERS or sentence.capitals[at]
        )
        told = told or (
            subject is not None
            and subject[0] > 0
            and sentence.words[subject[0] - 1] == "with"
            and named_or_speaking(sentence, subject)
        )
        if subject is None or not told:
            return None
        return Verb(place, last, cue, "participle", subject) if subject else None
    if before == "as" and not (at and sentence.words[at - 1] in {"quoted", "cited"}):
        return None
    if before == "as":
        subject = phrase_before(sentence, _before_aux(sentence, at - 2)[0])
        return Verb(at - 1, last, cue, "quoted-as", subject) if subject else None
    subject = _main_subject(sentence, place, found)
    return Verb(place, last, cue, "participle", subject) if subject else None


def _main_subject(sentence: Sentence, place: int, found: list[Verb]) -> Phrase | None:
    for at in range(len(found) - 1, -1, -1):
        verb = found[at]
        if (
            verb.subject
            and verb.first < place
            and not (at and _inside(sentence, found[at - 1], verb))
        ):
            return verb.subject
    return clause_subject(sentence, place)


def _inside(sentence: Sentence, outer: Verb, inner: Verb) -> bool:
    """Tell whether *inner* stands in the words that *outer* introduces: no mark between them."""
    if inner.subject == outer.subject or inner.subject is None:
        return False
    start = inner.subject[0]
    return start > outer.last and not any(
        sentence.kinds[at] == MARK for at in range(outer.last + 1, start)
    )


def _before_aux(sentence: Sentence, place: int) -> tuple[int, list[str]]:
    """Step left over auxiliaries and adverbs; return where the subject may end, and the words."""
    skipped: list[str] = []
    while place >= 0 and sentence.kinds[place] == WORD:
        word = sentence.words[place]
        if (
            word in AUXILIARIES
            or word in _NEGATIONS
            or word.endswith("n't")
            or (sentence.adverbs[place] and not (word in {"all", "both"} and place == 0))
        ):
            skipped.append(word)
        elif word in TIME and place > 1 and _time_phrase(sentence, place):
            place = _time_phrase(sentence, place)
        else:
            break
        place -= 1
    return place, skipped


def _time_phrase(sentence: Sentence, place: int) -> int:
    """Return the first place of `on Tuesday`, `last week`, `Tuesday` that ends at *place*, or 0."""
    before = sentence.words[place - 1]
    if before in {"on", "last", "this", "late", "early", "earlier"}:
        return place - 1 if sentence.words[place - 2] not in {"on", "in"} else place - 2
    return (
        place
        if sentence.words[place] in WEEKDAYS
        and (sentence.capitals[place - 1] or sentence.words[place - 1] in BEINGS or before == ")")
        else 0
    )


def is_passive(sentence: Sentence, place: int) -> bool:
    """Tell whether a form of "be" stands close before the verb."""
    return any(word in BE_FORMS for word in sentence.words[max(0, place - 3) : place])


def read_finite(  # noqa: PLR0911 - one return for each case of the grammar
    sentence: Sentence, place: int, last: int, cue: Cue, found: list[Verb]
) -> Verb | None:
    """Return the finite verb at *place* with its subject, or nothing."""
    at, skipped = _before_aux(sentence, place - 1)
    if any(word in _NEGATIONS or word in _POSSIBLE or word.endswith("n't") for word in skipped):
        return None
    be_form = next((word for word in skipped if word in BE_FORMS), "")
    if be_form and cue.form == "past":
        return _passive(sentence, place, last, cue)
    if at < 0 and cue.form == "base" and not _DOING.isdisjoint(skipped):
        return None
    if at < 0 or sentence.kinds[at] in (MARK, QUOTE) or sentence.words[at] in {"so", "thus"}:
        return _without_left(sentence, place, last, cue, at, found)
    before = sentence.words[at]
    if before == "to":
        return None
    if before in COORDINATORS:
        return _elided(sentence, place, last, cue, at, found)
    if before == "as" and "invert" in cue.frames:
        subject = phrase_after(sentence, last + 1)
        return Verb(place, last, cue, "inverted", subject) if subject else None
    if before in {"who", "which", "that"}:
        return _relative(sentence, place, last, cue, at)
    if before in _REFUSALS or (at and sentence.words[at - 1] == "if"):
        return None
    subject = phrase_before(sentence, at)
    if subject is None or not _agrees(sentence, subject, cue, skipped):
        return None
    if sentence.words[subject[0]] in _NOBODY:
        return None
    subject = _behind_who(sentence, subject) or subject
    if subject[0] and sentence.words[subject[0] - 1] in _NOT_TOLD:
        return None
    quoted = subject[0] > 0 and sentence.kinds[subject[0] - 1] == QUOTE and "clause" in cue.frames
    return (
        Verb(place, last, cue, "finite", subject)
        if quoted or _may_speak(sentence, subject, cue, last)
        else None
    )


_NOBODY = frozenset(["nobody", "neither", "nothing"])
_NOT_TOLD = frozenset(["if", "whether", "unless", "nor", "neither"])


_SOMEBODY = frozenset(["one", "another", "man", "woman", "ones", "other", "others"])


def _may_speak(sentence: Sentence, subject: Phrase, cue: Cue, last: int) -> bool:
    if named_or_speaking(sentence, subject):
        return True
    if sentence.words[subject[1]] in _SOMEBODY:
        return True
    if cue.form not in {"past", "third"} or sentence.words[subject[0]] not in DETERMINERS:
        return False
    if cue.lemma == "tell":
        return sentence.words[last + 1 : last + 2] != ("you",)
    if cue.lemma == "say":
        return True
    opened = last + 1 < sentence.size and (
        sentence.words[last + 1] == "that" or sentence.kinds[last + 1] == QUOTE
    )
    return opened and cue.group == "say" and not cue.ambiguous


def _agrees(sentence: Sentence, subject: Phrase, cue: Cue, skipped: list[str]) -> bool:
    """Tell whether a bare form has a plural subject or an auxiliary: `officials say`."""
    if cue.form != "base" or any(word in AUXILIARIES for word in skipped):
        return True
    first, last = subject
    word = sentence.words[last]
    if not _CAUSING.isdisjoint(sentence.words[max(0, first - 1) : first + 1]):
        return False
    if first == last and word in {"i", "we", "they", "you", "who"}:
        return True
    if word in {"he", "she", "it"}:
        return False
    plural = any(
        w.endswith("s") or w in _PLURALS or w == "and" for w in sentence.words[first : last + 1]
    )
    return plural or word == "read" or cue.lemma in {"read", "put", "cast", "forecast"}


def _relative(sentence: Sentence, place: int, last: int, cue: Cue, at: int) -> Verb | None:
    """Read `Smith, who said …` and `a report that said …`: the subject is what stands before."""
    end = at - 1
    if end >= 0 and sentence.words[end] == ",":
        end -= 1
    subject = phrase_before(sentence, end) if end >= 0 else None
    if subject is None:
        return None
    if sentence.words[at] == "who":
        subject = _last_being(sentence, subject)
    elif not named_or_speaking(sentence, subject):
        return None
    if cue.ambiguous and cue.form == "base":
        return None
    return Verb(place, last, cue, "relative", subject)


def _last_being(sentence: Sentence, subject: Phrase) -> Phrase:
    """Return the part of *subject* that "who" means: `Democrats` in `criticism from Democrats`."""
    if named_or_speaking(sentence, subject):
        return subject
    for at in range(subject[1] - 1, subject[0], -1):
        rest = (at + 1, subject[1])
        if sentence.words[at] in PREPOSITIONS and named_or_speaking(sentence, rest):
            return rest
    return subject


def _elided(  # noqa: PLR0917 - the parts of one record
    sentence: Sentence, place: int, last: int, cue: Cue, at: int, found: list[Verb]
) -> Verb | None:
    """Read `Smith left and said …`: the subject is that of the clause before."""
    if cue.form not in {"past", "third"} or sentence.words[at] not in {"and", "but", "or"}:
        return None
    following = sentence.words[last + 1] if last + 1 < sentence.size else "."
    after_speech = bool(found) and following in _OPENS_CLAUSE
    if cue.ambiguous and following != "that" and not (after_speech and "bare" in cue.frames):
        return None
    subject = _relative_holder(sentence, at) or _main_subject(sentence, at, found)
    return Verb(place, last, cue, "elided", subject) if subject else None


_OPENS_CLAUSE = DETERMINERS | {"he", "she", "it", "they", "that"}


def _behind_who(sentence: Sentence, subject: Phrase) -> Phrase | None:
    """Return `Lee` in `Lee, who in a letter to Acme wrote …`, where *subject* is `Acme`."""
    if not subject[0] or sentence.words[subject[0] - 1] not in PREPOSITIONS:
        return None
    for at in range(subject[0] - 1, max(1, subject[0] - 10), -1):
        if sentence.kinds[at] != WORD or sentence.verbs[at]:
            return None
        if sentence.words[at] in {"who", "which"} and sentence.words[at - 1] == ",":
            holder = phrase_before(sentence, at - 2) if at > 1 else None
            return holder if holder and named_or_speaking(sentence, holder) else None
    return None


def _relative_holder(sentence: Sentence, at: int) -> Phrase | None:
    """Return whom `which` or `who` means where the verb at *at* goes on with its clause."""
    for back in range(at - 1, max(0, at - 25), -1):
        if sentence.words[back] in {"which", "who"} and sentence.words[back - 1] == ",":
            holder = phrase_before(sentence, back - 2) if back > 1 else None
            return holder if holder and named_or_speaking(sentence, holder) else None
        if sentence.words[back] in {",", ";"}:
            return None
    return None


def _without_left(  # noqa: PLR0917 - the parts of one record
    sentence: Sentence, place: int, last: int, cue: Cue, at: int, found: list[Verb]
) -> Verb | None:
    """Read `"…," said Smith`, `Smith, a lawyer, said …` and `Smith rose, took a bow, said …`."""
    mark = sentence.words[at] if at >= 0 else ""
    inverted = (
        phrase_after(sentence, last + 1) if "invert" in cue.frames and cue.form != "base" else None
    )
    if inverted and _inversion_fits(sentence, at, inverted):
        return Verb(place, last, cue, "inverted", inverted)
    if at >= 0 and mark in {",", ")", "—", "–", "-"}:
        subject = phrase_before(sentence, at)
        if (
            subject
            and _agrees(sentence, subject, cue, [])
            and _may_speak(sentence, subject, cue, last)
        ):
            return Verb(place, last, cue, "finite", subject)
        if mark == "," and cue.form in {"past", "third"} and not cue.ambiguous:
            subject = _main_subject(sentence, at, found)
            return Verb(place, last, cue, "elided", subject) if subject else None
    if at >= 0 and sentence.kinds[at] == QUOTE:
        subject = _around_nickname(sentence, at)
        return Verb(place, last, cue, "finite", subject) if subject else None
    return None


def _around_nickname(sentence: Sentence, at: int) -> Phrase | None:
    """Read a short quotation inside a name: `the group "Free Net" said`."""
    short = sentence.ends[at] - sentence.starts[at] <= 40
    subject = phrase_before(sentence, at - 1) if short and at else None
    if subject and not sentence.capitals[subject[1]] and named_or_speaking(sentence, subject):
        return (subject[0], at)
    return None


def _inversion_fits(sentence: Sentence, at: int, subject: Phrase) -> bool:
    """Tell whether words to be said stand before the verb, and no verb behind the subject."""
    if at < 0:
        return subject[1] - subject[0] >= 1 and _nothing_follows(sentence, subject[1] + 1)
    said = (
        sentence.kinds[at] == QUOTE or quoted_before(sentence, at + 1) or has_verb(sentence, 0, at)
    )
    if not said and (sentence.words[at] != "," or phrase_before(sentence, at) is not None):
        return False
    if not named_or_speaking(sentence, subject) and sentence.words[subject[0]] not in DETERMINERS:
        return False
    if sentence.kinds[at] == QUOTE:
        return True
    return _nothing_follows(sentence, subject[1] + 1)


def _nothing_follows(sentence: Sentence, place: int) -> bool:
    if place >= sentence.size:
        return True
    word = sentence.words[place]
    if sentence.kinds[place] == MARK:
        return True
    return (
        sentence.kinds[place] == WORD and not sentence.verbs[place] and word not in {"that", "to"}
    ) or word in ADVERBS


def _passive(sentence: Sentence, place: int, last: int, cue: Cue) -> Verb | None:
    """Read `was accused by Smith of …`; a passive without a speaker keeps none."""
    if (
        cue.group not in {"accuse", "describe", "call", "blame", "reject"}
        or "object" not in cue.frames
    ):
        return None
    for by in range(last + 1, min(sentence.size, last + 24)):
        if sentence.words[by] in {".", ";"}:
            break
        if sentence.words[by] == "by" and by + 1 < sentence.size:
            subject = phrase_after(sentence, by + 1)
            if subject and named_or_speaking(sentence, subject):
                return Verb(place, last, cue, "passive", subject)
    return (
        Verb(place, last, cue, "passive-unnamed", None)
        if cue.group == "accuse" and cue.lemma == "accuse"
        else None
    )
