"""What a rebuild states: how each recipe was built, and what became of each part of the image.

Integers and text only; no times, no paths of the host: the run record has those.
"""

from typing import Literal

from assay.compare.levels import Level
from assay.compare.records import Change, Sum
from assay.model.record import Digest, Record
from assay.model.result import Subject, Tool as Assay
from assay.rebuild.environments import Variation
from assay.rebuild.recipe import Output, Source, Tool, Variable

State = Literal["reproduces", "review", "differs", "undecided", "absent", "not-built"]
"""`review` reproduces but for a person; `absent` is not in the image."""


class ToolFound(Record):
    """A tool that the recipe names: what it printed of itself, and the digest of its program."""

    tool: Tool
    says: str
    program: Digest
    as_expected: bool


class CommandRun(Record):
    """A command of a build: its exit code, -1 where a bound stopped it, and which bound."""

    command: str
    code: int
    stopped: str = ""


class BuildRun(Record):
    """One of the two builds; `log` is the end of what a command printed that did not go well."""

    commands: tuple[CommandRun, ...]
    well: bool
    log: tuple[str, ...] = ()


class Made(Record):
    """An output in both builds, and how the second compares with the first.

    `holds` names what was varied and stands in the file as it was in each build.
    """

    output: Output
    first: Digest
    second: Digest
    level: Level
    reason: str
    causes: tuple[str, ...] = ()
    holds: tuple[Variable, ...] = ()


class RecipeRun(Record):
    """A recipe that was built twice."""

    name: str
    version: str
    target: str
    recipe: Digest
    sources: tuple[Source, ...]
    tools: tuple[ToolFound, ...]
    variations: tuple[Variation, ...]
    builds: tuple[BuildRun, ...]
    made: tuple[Made, ...]

    @property
    def repeats(self) -> bool:
        """Whether every output is equivalent in both builds."""
        return bool(self.made) and all(one.level in {"E0", "E1", "E2"} for one in self.made)


class Part(Record):
    """A file of the image that a recipe builds, and how it compares with what was built.

    What was built is the first side of `sums` and `changes`, the image the second.
    """

    recipe: str
    file: str
    path: str
    shipped: Digest
    built: Digest
    state: State
    level: Level
    reason: str
    causes: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    changes: tuple[Change, ...] = ()
    hints: tuple[str, ...] = ()


class Rebuild(Record):
    """The result: which parts of an image are what their source builds to.

    `programs` counts the different ELF files of the image, whoever they come from.
    """

    schema: str
    tool: Assay
    image: Subject
    sandbox: str
    level: Level
    reason: str
    programs: int
    recipes: tuple[RecipeRun, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
