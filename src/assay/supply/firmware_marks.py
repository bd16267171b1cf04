"""Whose code a firmware shows: makers' marks in an evaluation's file names, components, excerpts.

Feeds the cross-check of `networks`: a box sold under one name that runs another maker's kit. Reads
sealed evaluations only, never an image.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from assay._kernel import lazy_re
from assay.model.record import Digest, Record
from assay.model.result import Evaluation

MOST_PLACES = 5
MOST_TEXTS = 400_000

_WORD = lazy_re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")


class Mark(Record):
    """Words that tell a maker, and what of the maker's they mark."""

    maker: str
    kind: str
    words: tuple[str, ...]
    verified: bool = False


class MarkSeen(Record):
    """A maker's mark in a firmware, and up to five places that show it."""

    maker: str
    kind: str
    word: str
    places: tuple[str, ...]
    count: int
    verified: bool


class FirmwareMarks(Record):
    """The marks of one evaluated image."""

    image: Digest
    marks: tuple[MarkSeen, ...]


@lru_cache(maxsize=1)
def known_marks() -> tuple[Mark, ...]:
    """Return the marks that ship with Assay."""
    text = resources.files("assay.supply").joinpath("data", "marks.toml").read_text("utf-8")
    return tuple(
        Mark(
            maker=row["maker"],
            kind=row["kind"],
            words=tuple(row["words"]),
            verified=row.get("verified", False),
        )
        for row in tomllib.loads(text)["mark"]
    )


def marks_of(evaluation: Evaluation) -> FirmwareMarks:
    """Return the makers' marks that *evaluation* shows, by maker."""
    whole, beginnings = _words()
    places: dict[tuple[str, str], list[str]] = {}
    for number, (place, text) in enumerate(_texts(evaluation)):
        if number >= MOST_TEXTS:
            break
        for word in _found(text.lower(), whole, beginnings):
            seen = places.setdefault(word, [])
            if not seen or seen[-1] != place:
                seen.append(place)
    return FirmwareMarks(
        image=evaluation.subject.sha256,
        marks=tuple(
            MarkSeen(
                maker=mark.maker,
                kind=mark.kind,
                word=word,
                places=tuple(sorted(places[(mark.maker, word)])[:MOST_PLACES]),
                count=len(places[(mark.maker, word)]),
                verified=mark.verified,
            )
            for mark in sorted(known_marks(), key=lambda mark: mark.maker)
            for word in mark.words
            if (mark.maker, word) in places
        ),
    )


def _texts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Yield place and text of everything that can carry a mark."""
    for node in evaluation.nodes:
        yield node.path, node.inner  # not the names of the containers around it again
    for component in evaluation.components:
        yield f"component {component.name}", f"{component.name} {component.cpe} {component.purl}"
        for occurrence in component.occurrences:
            yield occurrence.path, occurrence.excerpt
    for finding in evaluation.findings:
        for evidence in finding.evidence:
            yield evidence.path, evidence.excerpt


def _found(
    text: str, whole: dict[str, tuple[str, str]], beginnings: list[tuple[str, tuple[str, str]]]
) -> Iterator[tuple[str, str]]:
    for match in _WORD.finditer(text):
        for word in {match.group(), *re.split(r"[_-]", match.group())}:
            if word in whole:
                yield whole[word]
        for beginning, key in beginnings:
            if match.group().startswith(beginning):
                yield key


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, tuple[str, str]], list[tuple[str, tuple[str, str]]]]:
    whole: dict[str, tuple[str, str]] = {}
    beginnings = []
    for mark in known_marks():
        for word in mark.words:
            if word.endswith("*"):
                beginnings.append((word[:-1], (mark.maker, word)))
            else:
                whole[word] = (mark.maker, word)
    return whole, beginnings
