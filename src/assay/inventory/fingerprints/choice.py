"""Which index is used: Assay's own, or one that the user names; and what is wrong with it."""

import os

from assay.errors import UnreadableInput
from assay.inventory.fingerprints.index import BadIndex, current, use, why_none
from assay.model.tree import Problem


def choose_index(path: str | os.PathLike[str]) -> None:
    """Use the index at *path*, Assay's own when it is empty; raises `UnreadableInput`.

    Only an index that was asked for must be there: without its own, Assay identifies components
    by its other methods and says so.
    """
    use(os.fspath(path))
    if not os.fspath(path):
        return
    try:
        current()
    except (BadIndex, OSError) as error:
        use("")
        raise UnreadableInput(
            f"{os.fspath(path)}: {error}",
            advice="Name a file made by `python -m assay.identify.training`.",
        ) from None


def index_problems() -> tuple[Problem, ...]:
    """Return the problem of an index that cannot be used, or nothing."""
    says = why_none()
    return (Problem(kind="damage", part="fingerprints", says=says),) if says else ()
