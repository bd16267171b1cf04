"""Verbs of speech in their grammar: finite, inverted, participle, relative, passive, or no verb.

First step of reading a sentence: each candidate verb gets a subject, or is dropped.
"""
# ruff: noqa: RUF001 - typographic quotation marks and dashes are what is read and written here

from assay.claims import lexicon
from assay.claims.grammar.adjuncts import skip_adjuncts
from assay.claims.grammar.classes import BE_FORMS, DETERMINERS, PREPOSITIONS, PRONOUNS, has_verb
from assay.claims.grammar.phrases import named_or_speaking, phrase_before
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import AUXILIARIES, MARK, QUOTE, VERBS, WORD
from assay.claims.lexicon import Cue
from assay.claims.speech.settings import (
    TO_SOMEBODY,
    Verb,
    is_passive,
    quoted_before,
    read_finite,
    read_participle,
)

_STRONG = frozenset(
    [
        "said",
        "says",
        "added",
        "adds",
        "told",
        "tells",
        "wrote",
        "writes",
        "tweeted",
        "insisted",
        "argued",
        "argues",
        "noted",
    ]
)


def find_verbs(sentence: Sentence, *, headline: bool = False) -> list[Verb]:
    """Return the verbs of speech in *sentence*, in order."""
    found: list[Verb] = []
    place = sentence.cues.find(True)
    while place >= 0:
        verb = _verb_at(sentence, place, found, headline=headline)
        behind = place + 1
        if verb:
            found.append(verb)
            behind = max(behind, verb.last + 1)
        place = sentence.cues.find(True, behind)
    return found


def _verb_at(sentence: Sentence, place: int, found: list[Verb], *, headline: bool) -> Verb | None:  # noqa: PLR0911 - one return for each case of the grammar
    if sentence.kinds[place] != WORD:
        return None
    word = sentence.words[place]
    last, cue = _lookup(sentence, place, word)
    if cue is None:
        return None
    if sentence.texts[place][0].isupper() and not headline and not _capital_ok(sentence, place):
        return None
    if sentence.possessive[place]:
        return None
    elided = (
        cue.ambiguous and place > 0 and sentence.words[place - 1] in {"and", "but"} and bool(found)
    )
    if cue.ambiguous and not elided and not _is_verb_here(sentence, place, last, cue):
        return None
    after = sentence.words[last + 1] if last + 1 < sentence.size else "."
    if (
        (after == "by" and cue.form == "past" and not _by_letter(sentence, place, last + 2))
        or (cue.group == "tell" and after in PREPOSITIONS)
        or (after == "to" and cue.lemma in TO_SOMEBODY)
    ):
        return None
    if cue.form == "gerund" and not _progressive(sentence, place):
        return read_participle(sentence, place, last, cue, found)
    return read_finite(sentence, place, last, cue, found)


def _by_letter(sentence: Sentence, place: int, first: int) -> bool:
    """Tell whether "by" behind the verb names no speaker: `was said by`, `said by e-mail`."""
    if is_passive(sentence, place):
        return True
    return any(word in _MEANS for word in sentence.words[first : first + 2])


_MEANS = frozenset(
    [
        "e-mail",
        "email",
        "phone",
        "telephone",
        "letter",
        "text",
        "fax",
        "whatsapp",
        "video",
        "video-link",
    ]
) | {"videolink", "mail", "post", "message", "zoom", "satellite"}


def _lookup(sentence: Sentence, place: int, word: str) -> tuple[int, Cue | None]:
    pairs = _particles().get(word)
    if pairs:
        for step in (1, 2):
            if place + step < sentence.size:
                second = pairs.get(sentence.words[place + step])
                if second and (step == 1 or sentence.adverbs[place + 1]):
                    return _to_say(sentence, place + step), second
    return place, _cues().get(word)


def _to_say(sentence: Sentence, last: int) -> int:
    """Take `went on to say` as one."""
    rest = sentence.words[last + 1 : last + 3]
    return (
        last + 2
        if len(rest) == 2
        and rest[0] == "to"
        and rest[1]
        in {"say", "add", "explain", "note", "claim", "call", "argue", "describe", "state"}
        else last
    )


_cues = lexicon.cues

_particles = lexicon.particle_cues


def _capital_ok(sentence: Sentence, place: int) -> bool:
    return place == 0 and sentence.words[place] in {
        "said",
        "asked",
        "says",
        "added",
        "wrote",
        "noting",
        "saying",
        "calling",
        "citing",
        "speaking",
    }


_BEFORE_OBJECTS = DETERMINERS | {"to", "him", "them", "us", "me", "reporters"}
_BEFORE_VERBS = AUXILIARIES | {"he", "she", "they"}
_PLURALS = lexicon.words("roles", "collective")
_CLAUSE_SUBJECTS = frozenset(["he", "she", "it", "they", "we", "there"])
_BEFORE_NOUNS = DETERMINERS - {"some", "many", "most", "all", "both", "others", "that"}


def _is_verb_here(sentence: Sentence, place: int, last: int, cue: Cue) -> bool:  # noqa: PLR0911 - one return for each case of the grammar
    """Decide for a form that is often a noun, by what stands right beside it."""
    if place == 0 or _is_noun_here(sentence, place):
        return False
    before = sentence.words[place - 1]
    if _closes_speech(sentence, place, last, cue):
        return True
    behind = skip_adjuncts(sentence, last + 1)
    after = sentence.words[behind] if behind < sentence.size else "."
    kind = sentence.kinds[behind] if behind < sentence.size else MARK
    if after == "that" and before not in _BEFORE_VERBS and _is_relative(sentence, behind + 1):
        return False
    if after == "that" or kind == QUOTE:
        return True
    if cue.form == "gerund":
        plain = (
            after in DETERMINERS or cue.lemma == "say" or (cue.lemma == "write" and after == "in")
        )
        return plain or ("object" in cue.frames and before == ",")
    if cue.lemma == "posted" and after in {"to", "on", "at", "in"}:
        return False
    if after in {":", "how", "why", "whether", "to"} and "clause" in cue.frames:
        return True
    if "object" in cue.frames or "infinitive" in cue.frames:
        capital = last + 1 < sentence.size and bool(sentence.capitals[last + 1])
        return after in _BEFORE_OBJECTS or capital or before in AUXILIARIES
    if kind == MARK and after in {".", ",", ";"} and _ends_clause(sentence, place, cue):
        return True
    capital = bool(sentence.capitals[place - 1])
    subject = capital or before in _BEFORE_VERBS
    clause = after in DETERMINERS or after in _CLAUSE_SUBJECTS
    if cue.form == "base":
        # `Critics claim the bill …`: a plural before it and a clause behind it.
        subject = before in _PLURALS or (before.endswith("s") and capital)
    return "bare" in cue.frames and clause and subject


def _is_relative(sentence: Sentence, place: int) -> bool:
    """Tell `EU rules that would …` from `he claims that is …` and `claims that updated code …`."""
    if place + 1 >= sentence.size or sentence.words[place + 1] in PRONOUNS:
        return False
    word = sentence.words[place]
    return word not in {"is", "was"} and (word in AUXILIARIES or word in VERBS)


def _closes_speech(sentence: Sentence, place: int, last: int, cue: Cue) -> bool:
    """Tell `"…," notes Maria Holm` and `…, he estimates`: nothing but a verb can stand there."""
    if cue.form not in {"past", "third"} or "clause" not in cue.frames:
        return False
    if sentence.kinds[place - 1] == QUOTE:
        return last + 1 < sentence.size and bool(sentence.capitals[last + 1])
    ends = last + 1 >= sentence.size or sentence.kinds[last + 1] == MARK
    return ends and sentence.words[place - 1] in {"he", "she"}


_OBJECT_PRONOUNS = (("him",), ("her",), ("it",), ("them",), ("us",))


def _is_noun_here(sentence: Sentence, place: int) -> bool:
    """Tell whether what stands before the form makes it a noun: `the report`, `his claims`."""
    before = sentence.words[place - 1]
    if sentence.words[place + 1 : place + 2] in _OBJECT_PRONOUNS and before == "another":
        return False
    if before in _BEFORE_NOUNS or before in PREPOSITIONS or sentence.possessive[place - 1]:
        return True
    return sentence.kinds[place - 1] == MARK and before not in {",", ")", "—", "–", "-", "'"}


def _ends_clause(sentence: Sentence, place: int, cue: Cue) -> bool:
    """Tell whether the form ends an attribution, such as `documents showed` at the end."""
    said = sentence.kinds[place - 1] != MARK and place >= 2 and quoted_before(sentence, place)
    if said and "invert" in cue.frames:
        return True
    if "clause" not in cue.frames or cue.form not in {"past", "third"}:
        return False
    subject = phrase_before(sentence, place - 1)
    if subject is None or subject[0] <= 2 or sentence.words[subject[0] - 1] != ",":
        return False
    return named_or_speaking(sentence, subject) and has_verb(sentence, 0, subject[0] - 1)


def _progressive(sentence: Sentence, place: int) -> bool:
    at = place - 1
    while at >= 0 and sentence.adverbs[at]:
        at -= 1
    return at >= 0 and (
        sentence.words[at] in BE_FORMS
        or (sentence.possessive[at] and sentence.words[at] in {"he", "she", "it", "that", "who"})
        or sentence.words[at].endswith(("'re", "'m"))
    )


def verb_strength(verb: Verb) -> int:
    """Return how sure it is that the word is speech here, in permille."""
    if verb.setting in {"passive-unnamed", "opening"}:
        return 500
    base = 900 if verb.cue.form == "past" and verb.cue.lemma in {"say", "tell", "add"} else 800
    if verb.setting in {"participle", "elided", "relative"}:
        base -= 150
    return base - (150 if verb.cue.ambiguous else 0)
