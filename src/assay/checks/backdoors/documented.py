"""What known software does by design: explains findings, with the reason and its reference.

The behaviours are data (`checks/data/documented-behaviour.toml`): software by the names of its
programs, the shape of finding, and what the gain must match.
"""

import re
from functools import lru_cache

from assay._kernel import lazy_re
from assay._kernel.tables import table
from assay._kernel.value import Value
from assay.inventory.globs import Globs


class Behaviour(Value):
    """Something that programs of these names do by design."""

    programs: Globs
    shapes: frozenset[str]
    matches: re.Pattern[str]
    reason: str
    reference: str


@lru_cache(maxsize=1)
def behaviours() -> tuple[Behaviour, ...]:
    """Return the behaviours of the data file, in its order."""
    return tuple(
        Behaviour(
            Globs(tuple(one["programs"])),
            frozenset(one["shapes"]),
            lazy_re.compile(one["matches"]),
            one["reason"],
            one["reference"],
        )
        for one in table("assay.checks.data", "documented-behaviour.toml")["behaviour"]
    )


def explained(program: str, shape: str, gain: str) -> Behaviour | None:
    """Return the behaviour that explains what *program* gains in a way in of *shape*, or None."""
    name = program.lower()
    for one in behaviours():
        if shape in one.shapes and one.programs.match(name) and one.matches.search(gain):
            return one
    return None
