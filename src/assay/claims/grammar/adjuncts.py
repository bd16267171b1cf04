"""What may stand between a verb of speech and what is said: times, places, listeners."""

from assay.claims.grammar.classes import (
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    SUBORDINATORS,
    TIME,
)
from assay.claims.grammar.sentences import Sentence
from assay.claims.grammar.tokens import ADVERBS, AUXILIARIES, QUOTE, WORD

_REACH = 18
_LONGEST_TITLE = 40
VENUES = frozenset(
    [
        "statement",
        "interview",
        "speech",
        "post",
        "tweet",
        "letter",
        "email",
        "e-mail",
        "briefing",
        "conference",
        "report",
        "filing",
        "memo",
        "message",
        "blog",
        "hearing",
        "testimony",
        "call",
        "remarks",
        "debate",
        "rally",
        "event",
        "forum",
        "summit",
        "meeting",
        "article",
        "column",
        "op-ed",
        "essay",
        "video",
        "podcast",
        "release",
        "announcement",
        "press",
        "newsletter",
        "note",
        "book",
        "memoir",
        "address",
        "panel",
        "broadcast",
        "show",
        "program",
        "programme",
        "appearance",
        "session",
        "lecture",
        "series",
        "thread",
        "comment",
        "comments",
        "reply",
        "response",
        "document",
        "complaint",
        "lawsuit",
        "indictment",
        "affidavit",
        "ruling",
        "paper",
        "study",
        "presentation",
        "webinar",
        "keynote",
        "trial",
        "court",
        "deposition",
        "town-hall",
        "hall",
        "facebook",
        "twitter",
        "conversation",
        "exchange",
        "discussion",
        "ceremony",
        "dinner",
        "visit",
        "tour",
        "text",
        "segment",
        "editorial",
        "motion",
        "brief",
        "petition",
        "advisory",
        "bulletin",
        "update",
        "transcript",
        "background",
        "anonymity",
        "phone",
        "telephone",
    ]
)
_LISTENERS = frozenset(
    [
        "reporters",
        "journalists",
        "me",
        "us",
        "him",
        "her",
        "them",
        "lawmakers",
        "investors",
        "analysts",
        "parliament",
        "congress",
        "supporters",
        "voters",
        "delegates",
        "viewers",
        "readers",
        "members",
        "senators",
        "students",
        "employees",
        "customers",
        "shareholders",
        "colleagues",
        "people",
        "everyone",
        "police",
        "officers",
        "legislators",
        "attendees",
        "others",
        "friends",
        "mps",
        "meps",
        "staff",
        "workers",
        "prosecutors",
        "investigators",
        "officials",
        "congressmen",
        "aides",
    ]
)
_WH_BUT_WHEN = frozenset(["how", "why", "what", "whether", "if", "where", "who"])
_WH = _WH_BUT_WHEN | {"when"}


def skip_adjuncts(sentence: Sentence, place: int) -> int:
    """Return the place behind times, venues and asides that begin at *place*."""
    while place < sentence.size:
        step = _one_adjunct(sentence, place)
        if step == place:
            return place
        place = step
    return place


def skip_listener(sentence: Sentence, place: int) -> int:
    """Return the place behind the person told: `told reporters`, `told the BBC's Today`."""
    if place >= sentence.size or sentence.kinds[place] != WORD:
        return place
    word = sentence.words[place]
    if word in _LISTENERS or word in {"you", "it"}:
        return _listener_tail(sentence, place + 1)
    if not (
        sentence.capitals[place]
        or word in DETERMINERS
        or word in PRONOUNS
        or sentence.texts[place].islower()
    ):
        return place
    at = place + 1
    if word in DETERMINERS:
        at = _after_determiner(sentence, place)
    elif sentence.capitals[place]:
        while (
            at < sentence.size
            and (
                (sentence.capitals[at] and sentence.words[at] not in PRONOUNS)
                or (
                    sentence.words[at] in {"of", "&"}
                    and at + 1 < sentence.size
                    and sentence.capitals[at + 1]
                )
            )
            and sentence.words[at] not in _PLAIN_TIMES
        ):
            at += 1
    return _listener_tail(sentence, at)


_PLAIN_TIMES = TIME - {"sunday", "times", "today"}
_OUTLETS = frozenset(
    ["newspaper", "paper", "daily", "weekly", "magazine", "agency", "broadcaster", "channel"]
) | {"station", "network", "website", "site", "outlet", "portal", "programme", "program", "tabloid"}


def _after_determiner(sentence: Sentence, place: int) -> int:
    at = place + 1
    while at < sentence.size and sentence.kinds[at] == WORD and at - place < 7:
        word = sentence.words[at]
        if (
            word in DETERMINERS
            or word in PRONOUNS
            or word in SUBORDINATORS
            or word in PREPOSITIONS
            or word in TIME
            or sentence.verbs[at]
        ):
            break
        named = sentence.capitals[at] and not sentence.capitals[at - 1] and at - 1 > place
        if named and sentence.words[at - 1] not in _OUTLETS:
            break
        at += 1
    return at


def _listener_tail(sentence: Sentence, place: int) -> int:
    """Take in `and customers`, `of the committee`, where the clause begins behind it."""
    if (
        place + 1 < sentence.size
        and sentence.words[place] in {"and", "at", "in", "of"}
        and sentence.words[place + 1] in _LISTENERS
    ):
        return place + 2
    return place


_NEAR_TIMES = frozenset(["last", "this", "next", "earlier", "late", "early", "later"])
_BEHIND_NEAR = frozenset(["this", "last", "in", "on", "month", "that"])
_VAGUE_TIMES = frozenset(["time", "day", "days", "years", "moment"])
_NOT_ASIDE = frozenset(
    ["all", "both", "only", "there", "so", "then", "since", "not", "never", "once", "even"]
) | {"just", "no", "most", "now", "here"}
_LEADING = frozenset(
    ["via", "in", "on", "at", "during", "to", "after", "before", "with", "from", "through"]
) | {"over", "of", "about", "for", "by", "outside", "under"}


def _one_adjunct(sentence: Sentence, place: int) -> int:
    word = sentence.words[place]
    if sentence.kinds[place] != WORD:
        return _aside(sentence, place) if word == "," else place
    steps = _time_steps(sentence, place, word)
    if steps:
        return place + steps
    manner = word.endswith("ly") and sentence.adverbs[place] and word != "only"
    if manner or (word in ADVERBS and word not in _NOT_ASIDE):
        return place + 1
    return _prepositional(sentence, place) if word in _LEADING else place


def _time_steps(sentence: Sentence, place: int, word: str) -> int:
    """Return how many words of a time begin at *place*: `last week`, `two years ago`, `Monday`."""
    after = sentence.words[place + 1 : place + 3]
    if word in _NEAR_TIMES and after and (after[0] in TIME or after[0] in _BEHIND_NEAR):
        return 1 if after[0] in {"this", "last", "in", "on"} else 2
    if len(after) == 2 and after[1] in {"ago", "earlier", "later"} and after[0] in TIME:
        return 3
    return int(word in TIME and word not in _VAGUE_TIMES)


def _prepositional(sentence: Sentence, place: int) -> int:
    opening = _clause_opening(sentence, place)
    if opening > place:
        return opening
    venue = _venue_end(sentence, place)
    if venue > place:
        return venue
    if place + 1 < sentence.size:
        after = sentence.words[place + 1]
        if after in TIME or sentence.texts[place + 1][0].isdigit():
            end = place + 2
            while end < sentence.size and (
                sentence.words[end] in TIME or sentence.texts[end][0].isdigit()
            ):
                end += 1
            return end
    return place


def _clause_opening(sentence: Sentence, place: int) -> int:
    """Return where `that`, a colon or a quotation follows soon, with no verb in between."""
    for at in range(place + 1, min(sentence.size, place + _REACH)):
        word = sentence.words[at]
        if word == "that" and sentence.words[at - 1] not in {
            "of",
            "in",
            "on",
            "to",
            "for",
            "at",
            "with",
            "by",
            "from",
            "all",
            "like",
            "and",
        }:
            return at
        if word == ":" or (
            sentence.kinds[at] == QUOTE and sentence.words[at - 1] in {",", ":", "that"}
        ):
            return at
        named = sentence.kinds[at] == QUOTE and not is_title(sentence, at)
        if word in {".", ";", "?", "!"} or word in AUXILIARIES or named:
            return place
    return place


def is_title(sentence: Sentence, place: int) -> bool:
    """Tell whether a quotation is the name of a programme: `on CNN's "State of the Union"`."""
    short = sentence.ends[place] - sentence.starts[place] <= _LONGEST_TITLE
    return short and place > 0 and bool(sentence.possessive[place - 1])


def _venue_end(sentence: Sentence, place: int) -> int:
    """Return the place behind `in a televised interview with NBC on Sunday`, or *place*."""
    for at in range(place + 1, min(sentence.size, place + 9)):
        word = sentence.words[at]
        if sentence.kinds[at] != WORD or word in AUXILIARIES:
            return place
        if word in VENUES and not sentence.possessive[at]:
            after = sentence.words[at + 1] if at + 1 < sentence.size else "."
            if after in VENUES or after in {"call", "conference", "hearing"}:
                continue
            return _venue_tail(sentence, at + 1)
    return place


def _venue_tail(sentence: Sentence, place: int) -> int:
    """Take in `with NBC`, `to parliament`, `on the matter`: capitals only, so no clause is lost."""
    if place < sentence.size and sentence.words[place] in {
        "with",
        "to",
        "at",
        "in",
        "on",
        "for",
        "before",
        "by",
        "from",
        "of",
        "published",
        "posted",
        "issued",
        "released",
    }:
        at = place + 1
        if at < sentence.size and sentence.words[at] in {"the", "a", "its", "his", "her"}:
            at += 1
        start = at
        while (
            at < sentence.size
            and (
                sentence.capitals[at]
                or (
                    sentence.words[at] in {"of", "the"}
                    and at + 1 < sentence.size
                    and sentence.capitals[at + 1]
                    and at > start
                )
            )
            and sentence.words[at] not in PRONOUNS
        ):
            at += 1
        if at > start:
            return at
        lower = start < sentence.size and sentence.words[start] in _LISTENERS_OR_VENUES
        return start + 1 if lower else place
    return place


_LISTENERS_OR_VENUES = _LISTENERS | VENUES


def _aside(sentence: Sentence, comma: int) -> int:
    """Return the place behind `, citing sources,` or a lone comma before a clause."""
    start = comma + 1
    if start >= sentence.size:
        return comma
    if sentence.kinds[start] == QUOTE:
        return start
    word = sentence.words[start]
    behind = sentence.words[start + 1 : start + 3]
    if len(behind) == 2 and behind[0] == "," and sentence.adverbs[start]:
        return start + 2
    aside = (
        word.endswith("ing")
        or word in PREPOSITIONS
        or word in {"when", "while", "as", "after", "before", "without"}
    )
    if not aside or word in _WH_BUT_WHEN:
        return comma
    for at in range(start + 1, min(sentence.size, start + 16)):
        if sentence.words[at] == ",":
            return at + 1 if at + 1 < sentence.size else comma
    return comma
