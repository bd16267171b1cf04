"""The version view as records: sections of entries, and the answer drawn from them."""

from typing import Literal

from assay.model.record import Digest, Record
from assay.model.result import Judgement, Tool

Change = Literal["new", "gone", "up", "down", "changed", "unclear"]
Weight = Literal["worse", "better", "neutral", "unknown"]
TENTATIVE = " (tentative)"
"""Ends what an entry says of a finding that needs a person to look."""


class Entry(Record):
    """One difference between the versions.

    `what` names the thing, `old` and `new` are its states where it has some; `where` is the path
    inside the image. `weight` says for whom it speaks: `unknown` where the results do not decide
    it. `severity` is that of a finding or flaw, `note` why it is so or what to make of it.
    """

    change: Change
    weight: Weight
    what: str
    old: str = ""
    new: str = ""
    where: str = ""
    severity: str = ""
    note: str = ""


class Section(Record):
    """The differences of one sort; `same` counts what both versions have alike.

    `counts` says how many differ, where the entries are a choice of them; `note` what else there
    is to know, or why nothing could be told.
    """

    name: str
    title: str
    entries: tuple[Entry, ...]
    same: int = 0
    counts: str = ""
    note: str = ""

    @property
    def summary(self) -> str:
        """How many differ and how many are alike, in words."""
        differ = f"{len(self.entries)} differ" if self.entries else "no difference"
        alike = f", {self.same} alike" if self.same else ""
        return self.counts or differ + alike


class Edition(Record):
    """One side: what was evaluated, and how much of it could be read.

    `coverage` is in permille; `problems` counts damage, limits and crashes met in reading.
    """

    sha256: Digest
    size: int
    verdict: Judgement
    coverage: int
    files: int
    unread: int
    problems: int


class Answer(Record):
    """What a reader needs first: one line, and what is behind it."""

    line: str
    worse: tuple[str, ...]
    better: tuple[str, ...]
    unclear: tuple[str, ...]


class VersionView(Record):
    """What changed from the old version to the new one."""

    schema: str
    tool: Tool
    profile: str
    answer: Answer
    old: Edition
    new: Edition
    sections: tuple[Section, ...]
