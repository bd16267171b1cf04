"""The differential side of `backdoors.py`: what a new version can do that the old one could not.

Four updates of each program have a known answer. Two bring the access path, alone or among other
changes, and must be reported; two bring other changes only, and must not be. A fifth is the clean
twin built again at another level: nothing new at all. The report is what `assay compare --access`
tells of a program: findings that the old one lacks, and what its code can do that it could not.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from backdoor_builds import LEVELS, Built, Program, Way, build, ways
from backdoor_runs import HIGH, NOTED, TOP, points_at, run

from assay.code import index
from assay.code.changes import ProgramChange, changes, severity_of
from assay.compare.versions.findings import pair_findings
from assay.compare.versions.pairing import Pairing
from assay.model.result import Finding

UPDATES = (
    ("clean", "planted", True),
    ("clean", "planted-revised", True),
    ("clean", "clean-revised", False),
    ("planted", "planted-revised", False),
)
REBUILT = "clean, another level"


@dataclass
class Update:
    """Counts for one sort of update."""

    number: int = 0
    reported: int = 0
    first: int = 0
    high: int = 0
    told: int = 0
    seconds: float = 0


@dataclass(frozen=True)
class Told:
    """One thing that the report of an update says: how grave, and whether it names the access."""

    severity: str
    names_it: bool
    says: str


def measure_differences(programs: list[Program], isas: frozenset[str], *, show: bool) -> None:
    """Build the updates of each program and print how many are reported."""
    counts = {(old, new): Update() for old, new, _ in UPDATES}
    counts["clean", REBUILT] = Update()
    for number, program in enumerate(programs):
        for way in ways(program, number, full=False):
            if way.target.name in isas:
                _measure(program, way, counts, show=show)
    print(
        "\n| update | brings access | reported | in the first five | with a high one "
        "| told of one program | s of one program |"
    )
    print("|---|---|---|---|---|---|---|")
    for (old, new), one in counts.items():
        brings = (old, new, True) in UPDATES
        print(
            f"| {old} to {new} | {'yes' if brings else 'no'} "
            f"| {_share(one.reported, one.number)} | {_share(one.first, one.number)} | {one.high} "
            f"| {one.told / max(1, one.number):.1f} | {one.seconds / max(1, one.number):.2f} |"
        )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part * 100 / whole:.1f} %)" if whole else "-"


def _measure(
    program: Program, way: Way, counts: dict[tuple[str, str], Update], *, show: bool
) -> None:
    built = {form: build(program, way, form) for old, new, _ in UPDATES for form in (old, new)}
    found = {form: list(run(built[form].content, program.place).findings) for form in built}
    other = Way(way.target, LEVELS[(LEVELS.index(way.level) + 1) % 3], way.linking, way.compiler)
    built[REBUILT] = build(program, other, "clean")
    found[REBUILT] = list(run(built[REBUILT].content, program.place).findings)
    for old, new, brings in (*UPDATES, ("clean", REBUILT, False)):
        started = time.process_time()
        told = [*_findings(found[old], found[new], built[new]), *_changes(built[old], built[new])]
        count = counts[old, new]
        count.seconds += time.process_time() - started
        noted = sorted((one for one in told if one.severity in NOTED), key=_gravity)
        right = [one for one in noted if one.names_it or not brings]
        count.number += 1
        count.told += len(noted)
        count.reported += bool(right)
        count.first += any(one in right for one in noted[:TOP])
        count.high += any(one.severity in HIGH for one in right)
        if show and bool(right) != brings:
            print(f"{'missed' if brings else 'false'} {program.name} {way} {old} to {new}")
            for one in noted[:TOP]:
                print(f"    {one.severity}: {one.says}")


def _gravity(one: Told) -> bool:
    return one.severity not in HIGH


def _findings(old: list[Finding], new: list[Finding], built: Built) -> Iterator[Told]:
    """Yield the findings of *new* that *old* lacks."""
    for one in pair_findings(old, new, Pairing()).new:
        right = points_at(one, built.ranges, built.addresses)
        yield Told(one.severity, right, one.says)


def _changes(old: Built, new: Built) -> Iterator[Told]:
    """Yield what the code of *new* can do that *old* could not."""
    for one in changes(index(old.content), index(new.content)).found:
        yield Told(severity_of(one), _names(one, new), f"{one.sort}: {one.what}")


def _names(one: ProgramChange, built: Built) -> bool:
    inside = any(first <= one.offset < last for first, last in built.ranges)
    return inside or any(first <= one.function < last for first, last in built.addresses)
