"""From verbs of speech to attributions: where the words of each speaker begin and end.

A sentence-final attribution takes the whole clause before it; what stands inside the words of
another speaker is nested and becomes a second link of the chain.
"""

from assay.claims.grammar.adjuncts import skip_adjuncts, skip_listener
from assay.claims.grammar.phrases import (
    AUXILIARIES,
    DETERMINERS,
    PAPERS,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    has_verb,
    head_of,
    is_adverb,
    is_verb,
    named_or_speaking,
)  # fmt: skip
from assay.claims.grammar.sentences import MARK, QUOTE, WORD, Sentence
from assay.claims.speech.cues import Verb, find_verbs, verb_strength
from assay.claims.speech.found import Attribution, Range, content_of, words_in

_WH = frozenset(["how", "why", "what", "whether", "if", "where", "when", "who", "which"])
_NOT_SAID_RIGHT = frozenset(
    [
        "while",
        "as",
        "after",
        "before",
        "when",
        "because",
        "since",
        "though",
        "although",
        "according",
        "who",
        "which",
        "but",
        "whose",
        "where",
    ]
)
_ADJUNCT_HEADS = frozenset(
    [
        "in",
        "on",
        "at",
        "during",
        "after",
        "before",
        "when",
        "while",
        "as",
        "of",
        "about",
        "with",
        "to",
        "from",
        "by",
        "via",
        "through",
        "following",
        "for",
        "over",
        "amid",
        "referring",
        "speaking",
        "last",
        "this",
        "late",
        "early",
    ]
)


def read_sentence(sentence: Sentence, *, headline: bool = False) -> list[Attribution]:
    """Return the attributions in *sentence* that a verb of speech introduces, outermost first."""
    verbs = find_verbs(sentence, headline=headline)
    if not verbs:
        return []
    framed = [found for found in (_around(sentence, verb) for verb in verbs) if found]
    taken = list(framed)
    for place, verb in enumerate(verbs):
        if any(found.cue == (verb.first, verb.last) for found in framed):
            continue
        found = _after(sentence, verb, _limit(sentence, verbs, place, framed), headline=headline)
        if found:
            taken.append(found)
    return _nest(sorted(taken, key=_cue_start), framed)


def _cue_start(found: Attribution) -> int:
    return found.cue[0] if found.cue else 0


def _around(sentence: Sentence, verb: Verb) -> Attribution | None:
    """Read an attribution that stands after or amid what is said."""
    if (
        verb.setting not in {"finite", "inverted"}
        or verb.subject is None
        or "clause" not in verb.cue.frames
    ):
        return None
    left_end = _left_end(sentence, verb)
    first = min(verb.subject[0], verb.first)
    if left_end < 0 or not _left_is_said(sentence, left_end, verb):
        return None
    last = max(verb.last, verb.subject[1])
    last = _behind_listener(sentence, verb, last)
    right = _right_part(sentence, last + 1, left_end)
    start = _left_start(sentence, left_end)
    spans = [content_of(sentence, start, left_end), right]
    content = tuple(span for span in spans if span)
    if not content or first <= start:
        return None
    quoted = sentence.kinds[left_end] == QUOTE
    return _made(
        sentence,
        verb,
        content,
        "around.quoted" if quoted else "around.clause",
        60 if quoted else 30,
    )


def _left_end(sentence: Sentence, verb: Verb) -> int:
    """Return the last token of what is said before the attribution, or -1."""
    assert verb.subject is not None  # noqa: S101 - callers have checked; for the type checker
    first = min(verb.subject[0], verb.first)
    at = first - 1
    while at >= 0 and (
        (is_adverb(sentence, at) and sentence.words[at] != "not")
        or sentence.words[at] in {"and", "but", "as", "so"}
    ):
        if sentence.words[at] in {"and", "but"} and sentence.kinds[at - 1] != QUOTE:
            return -1
        at -= 1
    if at < 0:
        return -1
    if sentence.kinds[at] == QUOTE:
        return at
    if sentence.words[at] in {",", "—", "–", "?", "!", "...", "…"} and at > 0:
        return at - 1
    return -1


def _left_is_said(sentence: Sentence, left_end: int, verb: Verb) -> bool:
    """Tell whether the words before the attribution are what was said, not a lead-in."""
    if sentence.kinds[left_end] == QUOTE:
        quote = sentence.quote_at(left_end)
        return quote is not None and (quote.inner_end - quote.inner_start > 1)
    start = _left_start(sentence, left_end)
    first = sentence.words[start]
    after = (
        max(_behind_listener(sentence, verb, verb.last), verb.subject[1] if verb.subject else 0) + 1
    )
    if not _closes(sentence, after):
        return False
    if _interrupts(sentence, start, left_end, after):
        return True
    lead_in = (
        first in PREPOSITIONS
        or first in SUBORDINATORS - {"that", "what", "why", "how", "who"}
        or (
            first.endswith("ing")
            and first not in {"nothing", "everything", "something", "anything"}
        )
        or first in {"asked", "speaking"}
    )
    if lead_in:
        clauses = [at for at in range(start, left_end) if sentence.words[at] == ","]
        return any(has_verb(sentence, at + 1, left_end) for at in clauses) or _ends_at_once(
            sentence, after
        )
    enough = words_in(sentence, start, left_end)
    return (
        has_verb(sentence, start, left_end)
        or enough >= 6
        or (enough >= 3 and _ends_at_once(sentence, after))
    )


def _interrupts(sentence: Sentence, start: int, left_end: int, after: int) -> bool:
    """Tell whether the attribution stands between a subject and its verb: `The law, he said, failed.`"""
    if (
        after + 1 >= len(sentence)
        or sentence.words[after] not in {",", "—", "–"}
        or has_verb(sentence, start, left_end)
    ):
        return False
    first = after + 1
    if is_adverb(sentence, first):
        first += 1
    if first >= len(sentence) - 1:
        return False
    lead_in = sentence.words[start] in PREPOSITIONS | SUBORDINATORS
    return (
        lead_in
        and has_verb(sentence, first, len(sentence) - 1)
        and not sentence.words[first].endswith("ing")
    ) or (not lead_in and is_verb(sentence, first))


def _ends_at_once(sentence: Sentence, after: int) -> bool:
    return after >= len(sentence) or sentence.words[after] in {".", "!", "?"}


def _closes(sentence: Sentence, place: int) -> bool:
    """Tell whether the attribution ends here: nothing said stands directly behind it."""
    place = skip_adjuncts(sentence, place)
    if place >= len(sentence) or (sentence.kinds[place] == MARK and sentence.words[place] != ":"):
        return True
    if sentence.kinds[place] == QUOTE:
        return False
    if sentence.words[place] in {
        "published",
        "released",
        "posted",
        "issued",
        "obtained",
        "seen",
        "sent",
        "dated",
    }:
        return True
    return sentence.words[place] in _ADJUNCT_HEADS and sentence.words[place - 1] != ","


def _left_start(sentence: Sentence, left_end: int) -> int:
    """Return where the words before the attribution begin: behind a semicolon or a colon."""
    for at in range(left_end, -1, -1):
        if sentence.kinds[at] == MARK and sentence.words[at] == ";":
            return at + 1
    start = 0
    if sentence.words[0].isupper() or sentence.texts[0].isupper():
        start = _behind_dateline(sentence)
    if sentence.words[start] in {"but", "and", "yet"} and start < left_end:
        start += 1
    return start if start <= left_end else 0


def _behind_dateline(sentence: Sentence) -> int:
    """Step over `BEIJING (Reuters) -` at the head of an agency text."""
    for at in range(min(len(sentence), 14)):
        if sentence.words[at] in {"—", "–", "-", "--"} and at > 0:
            after = at + 1
            while after < len(sentence) and sentence.words[after] in {"-", "–", "—"}:
                after += 1
            return after if sentence.texts[0].isupper() and len(sentence.texts[0]) > 2 else 0
    return 0


def _behind_listener(sentence: Sentence, verb: Verb, last: int) -> int:
    if "addressee" in verb.cue.frames and verb.setting == "finite":
        return max(last, skip_listener(sentence, verb.last + 1) - 1)
    return last


def _right_part(sentence: Sentence, place: int, left_end: int) -> Range | None:
    """Return what is said behind an attribution that interrupts it."""
    after = place
    while (
        after < len(sentence) and sentence.kinds[after] == WORD and sentence.words[after] != "that"
    ):
        if sentence.words[after] in AUXILIARIES:
            return None
        after += 1
    if after >= len(sentence) or sentence.words[after] not in {",", "—", "–", ".", ":", ";"}:
        if (
            after < len(sentence)
            and sentence.kinds[after] == QUOTE
            and sentence.kinds[left_end] == QUOTE
        ):
            return content_of(sentence, after, after)
        return None
    if after + 1 >= len(sentence):
        return None
    first = after + 1
    while first < len(sentence) - 1 and sentence.words[first] in {"-", "–", "—"}:
        first += 1
    quotes = [at for at in range(first, len(sentence)) if sentence.kinds[at] == QUOTE]
    if sentence.kinds[left_end] == QUOTE:
        return _quoted_right(sentence, first, quotes)
    word = sentence.words[first]
    if (
        word in _NOT_SAID_RIGHT
        or word.endswith("ing")
        or (word in {"and", "or"} and not has_verb(sentence, first, len(sentence) - 1))
    ):
        return None
    if has_verb(sentence, _left_start(sentence, left_end), left_end) and (
        word in PREPOSITIONS or sentence.words[after] == ";"
    ):
        return None
    if _later_verb(sentence, first):
        return None
    return content_of(sentence, first, len(sentence) - 1)


def _later_verb(sentence: Sentence, first: int) -> bool:
    return any(
        verb.first >= first
        and verb.setting in {"elided", "finite", "participle"}
        and verb.first - first < 5
        for verb in find_verbs(sentence)
    )


def _quoted_right(sentence: Sentence, first: int, quotes: list[int]) -> Range | None:
    """A second quotation goes on with the first only if it stands right behind the attribution."""
    if (
        not quotes
        or quotes[0] - first > 1
        or (quotes[0] > first and sentence.words[first] not in {"and", "but", "that", "or"})
    ):
        return None
    return content_of(sentence, quotes[0], quotes[0])


def _limit(sentence: Sentence, verbs: list[Verb], place: int, framed: list[Attribution]) -> int:
    """Return the last token that the words behind the verb at *place* may reach."""
    last = len(sentence) - 1
    own = verbs[place]
    for later in verbs[place + 1 :]:
        start = _restart(sentence, own, later)
        if start > own.last:
            return start - 1
    for found in framed:
        if found.source and found.cue and found.cue[0] > own.last:
            last = min(last, min(found.source[0], found.cue[0]) - 1)
    return last


def _restart(sentence: Sentence, own: Verb, later: Verb) -> int:
    """Return where an attribution of the same level as *own* begins at *later*, or -1."""
    if later.setting in {"participle", "elided"}:
        own_subject = later.subject is not None and own.last < later.subject[0] < later.first
        at = (later.subject[0] if own_subject and later.subject else later.first) - 1
        if own_subject and sentence.words[at] == "with":
            return at - 1 if sentence.words[at - 1] == "," else at
        while at > own.last and (is_adverb(sentence, at)):
            at -= 1
        if later.setting == "elided" or sentence.words[at] == ",":
            if later.setting == "elided" and later.subject != own.subject:
                return -1
            return at
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


def _after(sentence: Sentence, verb: Verb, limit: int, *, headline: bool) -> Attribution | None:
    """Read what is said behind the verb."""
    place, marker = _content_start(sentence, verb)
    if verb.setting == "inverted" and verb.subject:
        place = max(place, skip_adjuncts(sentence, verb.subject[1] + 1))
        if place < len(sentence) and sentence.words[place] in {":", ","}:
            marker, place = "quote" if sentence.words[place] == "," else "colon", place + 1
            if place >= len(sentence) or (marker == "quote" and sentence.kinds[place] != QUOTE):
                return None
        elif (
            place < len(sentence)
            and sentence.kinds[place] != QUOTE
            and sentence.words[place] != "that"
        ):
            return None
    if place >= len(sentence) or place > limit:
        return None
    if verb.subject and _subordinate(sentence, verb):
        limit = min(limit, _relative_end(sentence, place))
    if verb.setting == "relative":
        limit = min(limit, _relative_end(sentence, place))
    if not _fits(sentence, verb, place, limit, marker, headline=headline):
        return None
    span = content_of(sentence, place, limit)
    if span is None or words_in(sentence, place, limit) < 1:
        return None
    gain = 80 if marker == "that" or sentence.kinds[place] == QUOTE else 0
    return _made(sentence, verb, (span,), f"after.{marker or 'bare'}", gain)


def _content_start(sentence: Sentence, verb: Verb) -> tuple[int, str]:
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
    if place >= len(sentence):
        return place, ""
    word = sentence.words[place]
    if word == "," and place + 1 < len(sentence) and sentence.kinds[place + 1] == QUOTE:
        return place + 1, "quote"
    if word in {"that", ":"}:
        after = place + 1
        if word == "that" and after < len(sentence) and sentence.words[after] == ",":
            after += 1
        return after, word if word == "that" else "colon"
    if sentence.kinds[place] == QUOTE:
        return place, "quote"
    return place, "to" if word == "to" else ("wh" if word in _WH else "")


def _past_listener(sentence: Sentence, verb: Verb, place: int) -> int:
    if place < len(sentence) and (
        sentence.words[place] in {"that", ":", ","} or sentence.kinds[place] == QUOTE
    ):
        return place
    if verb.cue.group == "tell":
        return skip_listener(sentence, place)
    behind = skip_listener(sentence, place)
    opened = behind < len(sentence) and sentence.words[behind] in {
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
    if at >= len(sentence):
        return False
    word = sentence.words[at]
    return (
        word in {"that", ":", "to"}
        or word in _WH
        or sentence.kinds[at] == QUOTE
        or word == ","
        or at > place
    )


def _subordinate(sentence: Sentence, verb: Verb) -> bool:
    """Tell whether the sentence opens with `When X says …,`: the main clause is not what X says."""
    assert verb.subject is not None  # noqa: S101 - callers have checked; for the type checker
    return (
        sentence.words[0]
        in {"when", "while", "if", "after", "although", "though", "since", "because", "before"}
        and "," not in sentence.words[: verb.first]
    )


def _relative_end(sentence: Sentence, place: int) -> int:
    for at in range(place, len(sentence)):
        if sentence.words[at] == "," and (at > place + 2 or sentence.kinds[at - 1] == QUOTE):
            return at - 1
    return len(sentence) - 1


def _fits(
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
    if marker == "object":
        return _object_fits(sentence, verb, place, limit)
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


def _bare_clause(sentence: Sentence, verb: Verb, place: int, limit: int, *, headline: bool) -> bool:
    word = sentence.words[place]
    if word in PREPOSITIONS - {
        "in",
        "at",
        "on",
        "by",
        "with",
        "under",
        "despite",
        "during",
        "after",
        "without",
        "about",
        "for",
        "among",
        "between",
        "like",
        "over",
    }:
        return False
    if verb.cue.lemma not in {"say", "tell", "think"} and not (
        word in DETERMINERS
        or word in PRONOUNS
        or sentence.capital(place)
        or sentence.kinds[place] == QUOTE
        or word in {"there", "in", "if", "when", "while"}
        or word.endswith("s")
        or (
            sentence.kinds[place] == WORD
            and verb.cue.lemma
            in {
                "claim",
                "insist",
                "argue",
                "maintain",
                "suggest",
                "warn",
                "allege",
                "deny",
                "admit",
                "acknowledge",
                "confirm",
                "believe",
                "predict",
                "estimate",
            }
        )
    ):
        return False
    finite = has_verb(sentence, place, limit) or any(
        sentence.words[at].endswith("s") and sentence.kinds[at] == WORD
        for at in range(place + 1, limit + 1)
    )
    if verb.cue.lemma in {"say", "tell"}:
        return (
            finite
            or words_in(sentence, place, limit) >= 2
            or headline
            or any(sentence.kinds[at] == QUOTE for at in range(place, limit + 1))
        )
    if verb.cue.lemma in {
        "add",
        "continue",
        "begin",
        "offer",
        "note",
        "write",
        "read",
        "repeat",
        "submit",
        "text",
        "answer",
        "finish",
        "relate",
        "agree",
        "volunteer",
        "echo",
        "recount",
        "recall",
        "explain",
        "vent",
        "state",
    }:
        second = place + 1 if place + 1 <= limit else place
        return (
            has_verb(sentence, second, min(limit, place + 7))
            and word not in {"to", "a", "an"}
            and (verb.cue.lemma in {"add", "note", "explain", "recall", "state", "write"})
        )
    return has_verb(sentence, place, limit)


def _object_fits(sentence: Sentence, verb: Verb, place: int, limit: int) -> bool:
    cue = verb.cue
    word = sentence.words[place]
    if verb.subject and not named_or_speaking(sentence, verb.subject):
        return False
    if sentence.kinds[place] == WORD and word in SUBORDINATORS - {"what", "how", "that"}:
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
            or sentence.capital(place)
            or sentence.kinds[place] in (QUOTE, WORD)
            or word in PRONOUNS
        )
        return (
            starts
            and word not in {"to", "by", "as"}
            and not (word in PREPOSITIONS and cue.group != "warn")
        )
    return False


def _call_fits(sentence: Sentence, place: int, limit: int) -> bool:
    """`called it a sham` says something; `called him` and `called a meeting` do not."""
    if any(sentence.kinds[at] == QUOTE for at in range(place + 1, min(limit, place + 14) + 1)):
        return True
    if sentence.words[place] in {"it", "him", "her", "them", "himself", "herself", "this", "that"}:
        return (
            limit - place >= 1
            and sentence.kinds[place + 1] in (WORD, QUOTE)
            and sentence.words[place + 1] not in PREPOSITIONS | {"to", "and"}
        )
    article = [
        at
        for at in range(place + 1, min(limit, place + 12) + 1)
        if sentence.words[at] in {"a", "an"} and sentence.words[at - 1] not in PREPOSITIONS
    ]
    return (bool(article) and sentence.words[place] in DETERMINERS | {"his", "her"}) or (
        bool(article) and sentence.capital(place)
    )


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
        or sentence.capital(place)
        or words[0] in {"it", "him", "her", "them", "what", "how"}
        or quoted
    )


def _made(
    sentence: Sentence, verb: Verb, content: tuple[Range, ...], rule: str, gain: int
) -> Attribution:
    return Attribution(
        sentence=sentence, source=verb.subject, cue=(verb.first, verb.last), content=content,
        lemma=verb.cue.lemma, group=verb.cue.group, act=verb.cue.act, rule=f"speech.{verb.setting}.{rule}",
        confidence=min(980, verb_strength(verb) + gain),
    )  # fmt: skip


def _nest(taken: list[Attribution], framed: list[Attribution]) -> list[Attribution]:
    """Mark what stands inside the words of another speaker; drop what is no speech of its own."""
    kept: list[Attribution] = []
    for place, found in enumerate(taken):
        parent = _parent(found, taken, place)
        if parent is None:
            kept.append(found)
        elif _stands_alone(found, taken[parent]):
            kept.append(found._replace(parent=parent))
    places = {found.cue: place for place, found in enumerate(kept)}
    return [
        found
        if found.parent < 0
        else found._replace(parent=places.get(taken[found.parent].cue, -1))
        for found in kept
    ]


def _parent(found: Attribution, taken: list[Attribution], place: int) -> int | None:
    cue = found.cue_range()
    if cue is None:
        return None
    inside = [
        other for other, one in enumerate(taken)
        if other != place and any(start <= cue[0] and cue[1] <= end for start, end in one.content)
    ]  # fmt: skip
    return (
        min(inside, key=lambda other: sum(end - start for start, end in taken[other].content))
        if inside
        else None
    )


def _stands_alone(found: Attribution, parent: Attribution) -> bool:
    """A nested speaker is kept only where the grammar names one beyond doubt."""
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
