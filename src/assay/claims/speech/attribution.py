"""From verbs of speech to attributions: where the words of each speaker begin and end.

A sentence-final attribution takes the whole clause before it; what stands inside the words of
another speaker is nested and becomes a second link of the chain.
"""

from msgspec.structs import replace

from assay.claims.grammar.adjuncts import skip_adjuncts, skip_listener
from assay.claims.grammar.classes import PRONOUNS
from assay.claims.grammar.phrases import head_of, named_or_speaking
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import PAPERS, QUOTE
from assay.claims.speech.around import make_attribution, read_around
from assay.claims.speech.cues import find_verbs
from assay.claims.speech.found import Attribution, content_of, words_in
from assay.claims.speech.frames import fits_frame
from assay.claims.speech.settings import Verb

_WH = frozenset(["how", "why", "what", "whether", "if", "where", "when", "who", "which"])


def read_sentence(sentence: Sentence, *, headline: bool = False) -> list[Attribution]:
    """Return the attributions in *sentence* that a verb of speech introduces, outermost first."""
    verbs = find_verbs(sentence, headline=headline)
    if not verbs:
        return []
    framed = [found for verb in verbs if (found := read_around(sentence, verb))]
    taken = list(framed)
    for place, verb in enumerate(verbs):
        if any(found.cue == (verb.first, verb.last) for found in framed):
            continue
        found = _after(sentence, verb, _limit(sentence, verbs, place, framed), headline=headline)
        if found and not _belongs_to_later(sentence, found, verbs[place + 1 :]):
            taken.append(found)
    taken.sort(key=_cue_start)
    return _nest(taken)


def _belongs_to_later(sentence: Sentence, found: Attribution, later: list[Verb]) -> bool:
    """Tell whether a verb with a speaker of its own stands between the verb and the words.

    `When I asked Acme about this, a spokesman replied: "…"`.
    """
    begin = found.content[0][0]
    return any(
        verb.setting in {"finite", "inverted"} and sentence.starts[verb.first] < begin
        for verb in later
        if verb.subject != found.source
    )


def _cue_start(found: Attribution) -> int:
    return found.cue[0] if found.cue else 0


def _limit(sentence: Sentence, verbs: list[Verb], place: int, framed: list[Attribution]) -> int:
    """Return the last token that the words behind the verb at *place* may reach."""
    last = sentence.size - 1
    own = verbs[place]
    for later in verbs[place + 1 :]:
        start = _restart(sentence, own, later)
        if start > own.last:
            return start - 1
    for found in framed:
        if found.source and found.cue and found.cue[0] > own.last:
            last = min(last, min(found.source[0], found.cue[0]) - 1)
    return last


def _restart(sentence: Sentence, own: Verb, later: Verb) -> int:  # noqa: PLR0911 - one return for each case of the grammar
    """Return where an attribution of the same level as *own* begins at *later*, or -1."""
    if later.setting in {"participle", "elided"}:
        own_subject = later.subject is not None and own.last < later.subject[0] < later.first
        at = (later.subject[0] if own_subject and later.subject else later.first) - 1
        if own_subject and sentence.words[at] == "with":
            return at - 1 if sentence.words[at - 1] == "," else at
        while at > own.last and (sentence.adverbs[at]):
            at -= 1
        if later.setting == "elided" or sentence.words[at] == "," or sentence.kinds[at] == QUOTE:
            if later.setting == "elided" and later.subject != own.subject:
                return _relative_clause(sentence, own, later)
            return at if sentence.kinds[at] != QUOTE else at + 1
        return (
            at
            if sentence.words[at] in {"while", "and", "by", "but"} and sentence.words[at - 1] == ","
            else -1
        )
    if later.setting == "finite" and later.subject:
        at = later.subject[0] - 1
        if (
            at > own.last + 1
            and sentence.words[at] in {"and", "but", "while", "whereas", "as", "though", "although"}
            and sentence.words[at - 1] in {",", ";"}
        ):
            return at - 1
        if at > own.last and sentence.words[at] == ";":
            return at
    return -1


def _relative_clause(sentence: Sentence, own: Verb, later: Verb) -> int:
    """Return the comma before the relative clause that *later* goes on with, or -1."""
    if later.subject is None or later.subject[0] <= own.last:
        return -1
    behind = later.subject[1] + 1
    relative = sentence.words[behind + 1 : behind + 2] in _RELATIVES
    return behind if sentence.words[behind] == "," and relative else -1


_RELATIVES = (("which",), ("who",))


def _after(sentence: Sentence, verb: Verb, limit: int, *, headline: bool) -> Attribution | None:
    """Read what is said behind the verb."""
    place, marker = _content_start(sentence, verb)
    if verb.setting == "inverted" and verb.subject:
        place = max(place, skip_adjuncts(sentence, verb.subject[1] + 1))
        if place < sentence.size and sentence.words[place] in {":", ","}:
            marker, place = "quote" if sentence.words[place] == "," else "colon", place + 1
            if place >= sentence.size or (marker == "quote" and sentence.kinds[place] != QUOTE):
                return None
        elif (
            place < sentence.size
            and sentence.kinds[place] != QUOTE
            and sentence.words[place] != "that"
        ):
            return None
    if place >= sentence.size or place > limit:
        return None
    if verb.subject and _subordinate(sentence, verb):
        limit = min(limit, _relative_end(sentence, place))
    if verb.setting == "relative":
        limit = min(limit, _relative_end(sentence, place))
    limit = _before_contrast(sentence, place, limit)
    if not fits_frame(sentence, verb, place, limit, marker, headline=headline):
        return None
    span = content_of(sentence, place, limit)
    if span is None or words_in(sentence, place, limit) < 1:
        return None
    gain = 80 if marker == "that" or sentence.kinds[place] == QUOTE else 0
    return make_attribution(sentence, verb, (span,), f"after.{marker or 'bare'}", gain)


def _content_start(sentence: Sentence, verb: Verb) -> tuple[int, str]:  # noqa: PLR0911 - one return for each case of the grammar
    """Return where what is said begins behind the verb, and the word that opened it."""
    place = verb.last + 1
    frames = verb.cue.frames
    if "addressee" in frames:
        place = _past_listener(sentence, verb, place)
    if verb.setting == "passive" and verb.subject:
        return verb.subject[1] + 1, "object"
    if "object" in frames and "clause" not in frames:
        return place, "object"
    if "object" in frames and not _clause_ahead(sentence, place):
        return place, "object"
    place = skip_adjuncts(sentence, place)
    if place >= sentence.size:
        return place, ""
    word = sentence.words[place]
    if word == "," and place + 1 < sentence.size and sentence.kinds[place + 1] == QUOTE:
        return place + 1, "quote"
    if word in {"that", ":"} and not sentence.possessive[place]:
        after = place + 1
        if word == "that" and after < sentence.size and sentence.words[after] == ",":
            after += 1
        return after, word if word == "that" else "colon"
    if sentence.kinds[place] == QUOTE:
        return place, "quote"
    return place, "to" if word == "to" else ("wh" if word in _WH else "")


def _past_listener(sentence: Sentence, verb: Verb, place: int) -> int:
    if place < sentence.size and (
        sentence.words[place] in {"that", ":", ","} or sentence.kinds[place] == QUOTE
    ):
        return place
    if verb.cue.group == "tell":
        return skip_listener(sentence, place)
    behind = skip_listener(sentence, place)
    opened = behind < sentence.size and sentence.words[behind] in {
        "that",
        "to",
        "whether",
        "if",
        "how",
        "why",
        "about",
        "of",
        "against",
        ":",
        "not",
        ",",
    }
    return behind if opened and verb.cue.group != "urge" else place


def _clause_ahead(sentence: Sentence, place: int) -> bool:
    at = skip_adjuncts(sentence, place)
    if at >= sentence.size:
        return False
    word = sentence.words[at]
    if word == "that" and (at + 1 >= sentence.size or sentence.words[at + 1] in {".", ";", ","}):
        # `A spokesman denied that.`
        return False
    return (
        word in {"that", ":", "to"}
        or word in _WH
        or sentence.kinds[at] == QUOTE
        or word == ","
        or at > place
    )


def _subordinate(sentence: Sentence, verb: Verb) -> bool:
    """Tell whether the sentence opens with `When X says …,`: the main clause is not what X says."""
    if verb.subject is None:
        return False
    return (
        sentence.words[0]
        in {"when", "while", "if", "after", "although", "though", "since", "because", "before"}
        and "," not in sentence.words[: verb.first]
    )


def _relative_end(sentence: Sentence, place: int) -> int:
    for at in range(place, sentence.size):
        if sentence.words[at] == "," and (at > place + 2 or sentence.kinds[at - 1] == QUOTE):
            return at - 1
    return sentence.size - 1


def _before_contrast(sentence: Sentence, place: int, limit: int) -> int:
    """Return where what is said ends before `even as …`, and before `", while …` of the writer."""
    if _CONTRASTS.isdisjoint(sentence.words[place + 3 : limit + 1]):
        return limit
    for at in range(place + 3, limit):
        word, after = sentence.words[at], sentence.words[at + 1]
        own = word == "," and sentence.kinds[at - 1] == QUOTE and after in {"while", "whereas"}
        if own or (word == "even" and after in {"as", "though"}):
            return at - 1
    return limit


_CONTRASTS = frozenset(["even", "while", "whereas"])


def _nest(taken: list[Attribution]) -> list[Attribution]:
    """Mark what stands inside the words of another speaker; drop what is no speech of its own."""
    if len(taken) == 1:
        return taken
    kept: list[Attribution] = []
    for place, found in enumerate(taken):
        parent = _parent(found, taken, place)
        if parent is None:
            kept.append(found)
        elif _stands_alone(found, taken[parent]):
            kept.append(replace(found, parent=parent))
    places = {found.cue: place for place, found in enumerate(kept)}
    return [
        found
        if found.parent < 0
        else replace(found, parent=places.get(taken[found.parent].cue, -1))
        for found in kept
    ]


def _parent(found: Attribution, taken: list[Attribution], place: int) -> int | None:
    cue = found.cue_range()
    if cue is None:
        return None
    inside = [
        other
        for other, one in enumerate(taken)
        if other != place and any(start <= cue[0] and cue[1] <= end for start, end in one.content)
    ]
    return (
        min(inside, key=lambda other: sum(end - start for start, end in taken[other].content))
        if inside
        else None
    )


def _stands_alone(found: Attribution, parent: Attribution) -> bool:
    """Keep a nested speaker only where the grammar names one beyond doubt."""
    if found.source is None or found.source == parent.source or found.confidence < 700:
        return False
    first, last = found.source
    word = found.sentence.words[last]
    if first == last and (word in PRONOUNS or word in {"who", "which"}):
        return False
    head = found.sentence.words[head_of(found.sentence, found.source)]
    if head in PAPERS or not named_or_speaking(found.sentence, found.source):
        return False
    return (
        "that" in found.rule or "quote" in found.rule or found.group in {"accuse", "deny", "admit"}
    )
