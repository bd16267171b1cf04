"""What known software does by design: explains findings, with the reason and its reference.

The behaviours are data (`checks/data/documented-behaviour.toml`): software by the names of its
programs, the shape of finding, and what the gain must match.
"""

import re
import tomllib
from fnmatch import fnmatch
from functools import lru_cache
from importlib import resources

from assay._kernel.value import Value


class Behaviour(Value):
    """Something that programs of these names do by design."""

    programs: tuple[str, ...]
    shapes: frozenset[str]
    matches: re.Pattern[str]
    reason: str
    reference: str


@lru_cache(maxsize=1)
def behaviours() -> tuple[Behaviour, ...]:
    """Return the behaviours of the data file, in its order."""
    file = resources.files("assay.checks.data").joinpath("documented-behaviour.toml")
    return tuple(
        Behaviour(
            tuple(one["programs"]),
            frozenset(one["shapes"]),
            re.compile(one["matches"]),
            one["reason"],
            one["reference"],
        )
        for one in tomllib.loads(file.read_text("utf-8"))["behaviour"]
    )


def explained(program: str, shape: str, gain: str) -> Behaviour | None:
    """Return the behaviour that explains what *program* gains in a way in of *shape*, or None."""
    name = program.lower()
    for one in behaviours():
        named = any(fnmatch(name, glob) for glob in one.programs)
        if named and shape in one.shapes and one.matches.search(gain):
            return one
    return None
