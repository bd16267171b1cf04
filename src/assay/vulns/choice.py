"""Which advisories an evaluation uses, and how its options record them."""

from collections.abc import Sequence
from pathlib import Path

from assay._kernel import canonical
from assay.model.flaws import Statement
from assay.model.result import Evaluation, Option
from assay.vulns.store.folder import advisories_folder
from assay.vulns.store.snapshots import find, manifest_of

NONE = "none"
OPTION = "advisories"


def chosen_snapshot(wanted: str) -> Path | None:
    """Return the snapshot that *wanted* names: the newest for an empty name, None for `none`.

    Raises UnknownName and BrokenStore.
    """
    return None if wanted == NONE else find(advisories_folder(), wanted)


def options_of(snapshot: Path | None, statements: Sequence[Statement]) -> tuple[Option, ...]:
    """Return what of the advisories can change the result, as options of the evaluation."""
    digest = manifest_of(snapshot).digest if snapshot else NONE
    found = [Option(name=OPTION, value=digest)]
    if statements:
        found.append(Option(name="vex.digest", value=canonical.digest(list(statements))))
    return tuple(found)


def sealed_statements(sealed: Evaluation) -> tuple[Statement, ...]:
    """Return the VEX statements under which *sealed* was made."""
    return sealed.flaw_search.statements if sealed.flaw_search else ()
