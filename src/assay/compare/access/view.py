"""The access view of two versions: all that lets somebody in, and what changed programs can do."""

import os
from collections.abc import Sequence
from pathlib import Path

from assay._kernel.cache import Cache
from assay.compare.access.openings import openings_section
from assay.compare.access.programs import NAME, TITLE, programs_sections
from assay.compare.versions.exposure import accounts_section, services_section
from assay.compare.versions.files import rights_section
from assay.compare.versions.findings import finding_sections
from assay.compare.versions.keys import keys_section
from assay.compare.versions.pairing import Pairing, pair_files
from assay.compare.versions.records import Section, VersionView
from assay.compare.versions.sides import Side
from assay.compare.versions.view import assembled
from assay.inventory.examiner import examiner
from assay.inventory.image import Inventory
from assay.model.record import replace
from assay.model.result import Evaluation
from assay.pipeline import DEFAULT_PROFILE, Evaluated, Progress, evaluate, identified

SCHEMA = "https://assay.invalid/access/1"
TOPICS = ("accounts.", "secrets.", "services.", "network.", "web.", "update.", "permissions.set")
"""Checks besides those for undocumented access whose findings are about who may come in."""

FROM_BUNDLE = (
    "The old version is a bundle, which holds what tests found and no contents: only findings, "
    "and the rights of files, could be set side by side."
)
Place = str | os.PathLike[str]


def compare_access(
    old: Place,
    new: Place,
    *,
    profile: str = DEFAULT_PROFILE,
    workers: int = 0,
    cache: Cache | None = None,
    everything: bool = False,
    progress: Progress | None = None,
) -> VersionView:
    """Return what the image or directory *new* lets in that *old* did not.

    *everything* adds what matters little. Raises `assay.errors.AssayError` for what cannot be
    carried out.
    """
    done = evaluate(new, profile=profile, workers=workers, cache=cache, progress=progress)
    return access_since(
        old, new, done, workers=workers, cache=cache, everything=everything, progress=progress
    )


def access_since(
    old: Place | Evaluation,
    new: Place,
    done: Evaluated,
    *,
    workers: int = 0,
    cache: Cache | None = None,
    everything: bool = False,
    progress: Progress | None = None,
) -> VersionView:
    """Return what *new*, evaluated as *done*, lets in that *old* did not.

    *old* is an image, a directory, or the evaluation of a bundle; of the last only findings and
    files can be compared.
    """
    theirs = _side(done, new, workers, cache, progress)
    if isinstance(old, Evaluation):
        kinds = [module.KIND for module in examiner().modules]
        empty = Inventory(old.nodes, {}, kinds, old.coverage, old.problems)
        return _view(Side(old, empty), theirs, _told_apart(Side(old, empty), theirs))
    before = evaluate(
        old, profile=done.evaluation.profile, workers=workers, cache=cache, progress=progress
    )
    mine = _side(before, old, workers, cache, progress)
    files = pair_files(mine.image.nodes, theirs.image.nodes)
    programs, places = programs_sections(
        (mine, old), (theirs, new), files,
        workers=workers, everything=everything, progress=progress,
    )  # fmt: skip
    sections = (
        programs,
        places,
        *_findings(mine, theirs, files),
        openings_section(mine, theirs),
        services_section(mine, theirs),
        accounts_section(mine, theirs, files),
        keys_section(mine, theirs),
        rights_section(files),
    )
    return _view(mine, theirs, sections)


def _side(
    done: Evaluated, path: Place, workers: int, cache: Cache | None, progress: Progress | None
) -> Side:
    image = done.image
    if image is None:
        image = identified(Path(path), workers=workers, cache=cache, progress=progress).image
    return Side(done.evaluation, image)


def _told_apart(mine: Side, theirs: Side) -> tuple[Section, ...]:
    """Return the sections that need no contents of the old version."""
    files = pair_files(mine.evaluation.nodes, theirs.evaluation.nodes)
    programs = Section(name=NAME, title=TITLE, entries=(), counts="not told", note=FROM_BUNDLE)
    return (programs, *_findings(mine, theirs, files), rights_section(files))


def _findings(mine: Side, theirs: Side, files: Pairing) -> tuple[Section, Section]:
    ways, others = finding_sections(mine, theirs, files)
    kept = [one for one in others.entries if any(f"[{topic}" in one.where for topic in TOPICS)]
    title = "Other findings about who may come in"
    return ways, replace(others, title=title, entries=tuple(kept))


def _view(mine: Side, theirs: Side, sections: Sequence[Section]) -> VersionView:
    return assembled(mine, theirs, tuple(sections), schema=SCHEMA)
