"""The version view of two images: both are evaluated, their results paired and weighed."""

import os
from collections.abc import Sequence
from pathlib import Path

from assay._kernel.cache import Cache
from assay.compare.versions.answer import answer_of
from assay.compare.versions.components import components_section, flaws_section
from assay.compare.versions.exposure import accounts_section, endpoints_section, services_section
from assay.compare.versions.files import files_section
from assay.compare.versions.findings import finding_sections
from assay.compare.versions.keys import keys_section
from assay.compare.versions.pairing import pair_files
from assay.compare.versions.records import Edition, Section, VersionView
from assay.compare.versions.sides import Side
from assay.inventory.declared import Declared
from assay.model.flaws import Statement
from assay.model.record import replace
from assay.pipeline import DEFAULT_PROFILE, Progress, evaluate, identified

SCHEMA = "https://assay.invalid/versions/1"
LOSSES = frozenset({"damage", "limit", "crash"})
SLACK = 10
"""How many permille of coverage may differ before one version counts as read less."""


def compare_versions(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    profile: str = DEFAULT_PROFILE,
    workers: int = 0,
    cache: Cache | None = None,
    absent: Sequence[str] = (),
    snapshot: str = "",
    statements: Sequence[Statement] = (),
    declared: Declared | None = None,
    progress: Progress | None = None,
) -> VersionView:
    """Return what changed from the image or directory *old* to *new*.

    The options are those of `assay.pipeline.evaluate` and hold for both. Raises
    `assay.errors.AssayError` for what cannot be carried out.
    """
    sides = []
    for path in (old, new):
        done = evaluate(
            path, profile=profile, workers=workers, cache=cache, absent=absent,
            snapshot=snapshot, statements=statements, declared=declared, progress=progress,
        )  # fmt: skip
        image = done.image
        if image is None:
            image = identified(Path(path), workers=workers, cache=cache, progress=progress).image
        sides.append(Side(done.evaluation, image))
    return view_of(*sides)


def view_of(old: Side, new: Side) -> VersionView:
    """Return what changed from *old* to *new*, ways in first."""
    files = pair_files(old.image.nodes, new.image.nodes)
    ways, findings = finding_sections(old, new, files)
    sections: tuple[Section, ...] = (
        ways,
        findings,
        flaws_section(old, new),
        components_section(old, new),
        services_section(old, new),
        accounts_section(old, new, files),
        keys_section(old, new),
        endpoints_section(old, new),
        files_section(old, new, files),
    )
    return assembled(old, new, sections)


def assembled(
    old: Side, new: Side, sections: tuple[Section, ...], schema: str = SCHEMA
) -> VersionView:
    """Return the view that *sections* make: each weighed by how far both sides were read."""
    editions = _edition(old), _edition(new)
    sections = tuple(_as_far_as_read(one, *editions) for one in sections)
    return VersionView(
        schema=schema,
        tool=new.evaluation.tool,
        profile=new.evaluation.profile,
        answer=answer_of(sections, *editions),
        old=editions[0],
        new=editions[1],
        sections=sections,
    )


def _as_far_as_read(section: Section, old: Edition, new: Edition) -> Section:
    """Return *section* with what only seems to have come or gone weighed as unknown.

    What is missing on a side that could be read less may stand where nobody could look.
    """
    doubtful: dict[str, str] = {}
    if _reads_less(new, old):
        doubtful["gone"] = "less of the new version could be read"
    if _reads_less(old, new):
        doubtful["new"] = "less of the old version could be read"
    entries = tuple(
        replace(one, weight="unknown", note=doubtful[one.change])
        if one.change in doubtful and one.weight in {"worse", "better"}
        else one
        for one in section.entries
    )
    return section if entries == section.entries else replace(section, entries=entries)


def _reads_less(one: Edition, other: Edition) -> bool:
    """Return whether *one* was read less far: coverage, files, damage and limits met."""
    return (
        one.coverage + SLACK < other.coverage
        or one.unread > other.unread
        or one.problems > other.problems
        or one.files == 0 < other.files
    )


def _edition(side: Side) -> Edition:
    evaluation = side.evaluation
    return Edition(
        sha256=evaluation.subject.sha256,
        size=evaluation.subject.size,
        verdict=evaluation.verdict,
        coverage=evaluation.coverage.permille,
        files=evaluation.coverage.files,
        unread=evaluation.coverage.files_unread,
        problems=sum(one.kind in LOSSES for one in evaluation.problems),
    )
