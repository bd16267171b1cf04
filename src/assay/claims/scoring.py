"""Gold records and how well an extraction meets them.

A statement is found when its words and the gold words share at least half of their characters
(Jaccard). Speaker, act and evidence class are judged on the statements found. Headlines are not
in the gold records and count neither way.
"""

import re
from pathlib import Path
from typing import NamedTuple

from assay.claims.extract import extract
from assay.claims.reading.metadata import Hints
from assay.claims.records import Actor, Extraction, Statement

_WORD = re.compile(r"[\w.]+")
_SMALL = frozenset(["the", "a", "an", "of", "and"])


class GoldStatement(NamedTuple):
    """A statement as annotated by hand; offsets are in characters of the text."""

    speaker: str
    act: str
    evidence: str
    mode: str
    start: int
    end: int


class GoldMeasure(NamedTuple):
    """A measure as annotated by hand."""

    kind: str
    authority: str
    target: str


class GoldText(NamedTuple):
    """A text with its gold records."""

    name: str
    style: str
    published: str
    text: str
    statements: tuple[GoldStatement, ...]
    measures: tuple[GoldMeasure, ...]


class Score(NamedTuple):
    """Counts over texts; `misses` says what was not met, one line each."""

    gold: int = 0
    found: int = 0
    direct: int = 0
    direct_found: int = 0
    predicted: int = 0
    right: int = 0
    speaker: int = 0
    act: int = 0
    evidence: int = 0
    measures: int = 0
    measures_found: int = 0
    misses: tuple[str, ...] = ()

    def plus(self, other: "Score") -> "Score":
        """Return the sum of both."""
        summed = {name: getattr(self, name) + getattr(other, name) for name in self._fields}
        return Score(**summed)

    def permille(self) -> dict[str, int]:
        """Return the rates in permille."""
        return {
            "direct recall": _rate(self.direct_found, self.direct),
            "statement recall": _rate(self.found, self.gold),
            "precision": _rate(self.right, self.predicted),
            "speaker": _rate(self.speaker, self.found),
            "act": _rate(self.act, self.found),
            "evidence class": _rate(self.evidence, self.found),
            "measures": _rate(self.measures_found, self.measures),
        }


def read_gold(path: Path) -> list[GoldText]:
    """Return the texts in the gold file *path*; raises ValueError where a record fits no words."""
    texts = []
    for part in path.read_text("utf-8").split("\n=== ")[0:]:
        head, _, rest = part.removeprefix("=== ").partition("\n")
        text, _, records = rest.partition("\n--- gold\n")
        name, style, published = head.split()
        rows = [
            [cell.strip() for cell in line.split("|")]
            for line in records.splitlines()
            if line.strip()
        ]
        statements = tuple(
            GoldStatement(row[1], row[2], row[3], row[4], *_locate(text, row[5]))
            for row in rows
            if row[0] == "S"
        )
        measures = tuple(GoldMeasure(*row[1:4]) for row in rows if row[0] == "M")
        texts.append(GoldText(name, style, published, text, statements, measures))
    return texts


def score(gold: GoldText) -> Score:
    """Return how well the extraction of the text meets its gold records."""
    made = extract(gold.text.encode(), Hints(published=gold.published))
    actors = {actor.id: actor for actor in made.actors}
    chars = len(gold.text)
    to_char = {byte: char for char, byte in enumerate(_offsets(gold.text))}
    predicted = [
        (one, _chars(one, to_char, chars)) for one in made.statements if one.mode != "headline"
    ]
    total = Score(gold=len(gold.statements), predicted=len(predicted))
    used: set[str] = set()
    for item in gold.statements:
        total = total.plus(_judge(gold, item, predicted, actors, used))
    right = sum(
        1
        for one, where in predicted
        if any(_jaccard(where, (g.start, g.end)) >= 500 for g in gold.statements)
    )
    extra = tuple(
        f"{gold.name} extra: {one.chain[-1].mention} | {one.content.text[:70]} | {one.rule}"
        for one, where in predicted
        if not any(_jaccard(where, (g.start, g.end)) >= 500 for g in gold.statements)
    )
    return total.plus(Score(right=right, misses=extra)).plus(_measures(gold, made))


def _judge(
    gold: GoldText,
    item: GoldStatement,
    predicted: list[tuple[Statement, set[int]]],
    actors: dict[str, Actor],
    used: set[str],
) -> Score:
    ranked = sorted(
        (
            (_jaccard(where, (item.start, item.end)), one.id, one)
            for one, where in predicted
            if one.id not in used
        ),
        key=lambda row: (-row[0], row[1]),
    )
    direct = item.mode == "direct"
    if not ranked or ranked[0][0] < 500:
        return Score(
            direct=direct,
            misses=(
                f"{gold.name} missed: {item.speaker} | {gold.text[item.start : item.end][:80]}",
            ),
        )
    one = ranked[0][2]
    used.add(one.id)
    speaker = _same(item.speaker, actors[one.chain[-1].actor])
    misses = []
    if not speaker:
        misses.append(
            f"{gold.name} speaker: {item.speaker} != "
            f"{actors[one.chain[-1].actor].name} ({one.chain[-1].mention})"
        )
    if one.act != item.act:
        misses.append(f"{gold.name} act: {item.act} != {one.act} | {one.content.text[:70]}")
    if one.evidence.kind != item.evidence:
        misses.append(
            f"{gold.name} evidence: {item.evidence} != {one.evidence.kind} "
            f"({one.evidence.text}) | {one.content.text[:60]}"
        )
    return Score(
        found=1,
        direct=direct,
        direct_found=direct,
        speaker=speaker,
        act=one.act == item.act,
        evidence=one.evidence.kind == item.evidence,
        misses=tuple(misses),
    )


def _measures(gold: GoldText, made: Extraction) -> Score:
    found, misses = 0, []
    for item in gold.measures:
        hit = any(
            one.kind == item.kind
            and _within(item.authority, one.authority)
            and _within(item.target, one.target + " " + one.instrument)
            for one in made.measures
        )
        found += hit
        if not hit:
            misses.append(
                f"{gold.name} measure: {item} not in "
                f"{[(one.kind, one.authority, one.target) for one in made.measures]}"
            )
    return Score(measures=len(gold.measures), measures_found=found, misses=tuple(misses))


def _within(wanted: str, text: str) -> bool:
    low = text.lower().replace(".", "")
    return (
        all(word in low for word in wanted.lower().replace(".", "").split())
        or _state(wanted) == _state(text) != ""
    )


def _state(text: str) -> str:
    from assay.claims import lexicon  # noqa: PLC0415 - optional, or heavy at start-up

    return lexicon.states().get(text.lower().strip(), "")


def _same(wanted: str, actor: Actor) -> bool:
    text = " ".join(
        (actor.name, *actor.names, *(f"{role.title} {role.of}" for role in actor.roles))
    ).lower()
    words = {word.strip(".") for word in _WORD.findall(text)}
    needed = {word.strip(".") for word in _WORD.findall(wanted.lower())} - _SMALL
    return needed <= words or _state(wanted) == actor.name != ""


def _locate(text: str, anchor: str) -> tuple[int, int]:
    first, _, last = anchor.partition(" ... ")
    start = max(text.find(first, text.find("\n")), -1)
    if start < 0:
        raise ValueError(f"no such words: {anchor}")
    if not last:
        return start, start + len(first)
    end = text.find(last, start + len(first))
    if end < 0:
        raise ValueError(f"no such words: {anchor}")
    return start, end + len(last)


def _offsets(text: str) -> list[int]:
    found, at = [], 0
    for char in text:
        found.append(at)
        at += len(char.encode())
    return [*found, at]


def _chars(one: Statement, to_char: dict[int, int], chars: int) -> set[int]:
    return {
        at
        for span in one.spans.content
        for at in range(to_char.get(span.start, 0), min(chars, to_char.get(span.end, chars)))
    }


def _jaccard(where: set[int], gold: tuple[int, int]) -> int:
    wanted = set(range(*gold))
    return len(where & wanted) * 1000 // max(1, len(where | wanted))


def _rate(part: int, whole: int) -> int:
    return part * 1000 // whole if whole else 1000
