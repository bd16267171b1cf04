"""The differential side of `backdoors.py`: what a new version can do that the old one could not.

Four updates of each program have a known answer. Two bring the access path, alone or among other
changes, and must be reported; two bring other changes only, and must not be. A fifth is the clean
twin built again at another level: nothing new at all. Two more are larger: eight programs linked
into one, all of which change, and one of them brings its path (`backdoor_updates`).

The report is what `assay compare --access` tells of a program: findings that the old one lacks,
what its code can do that it could not, and the list of changed places to read.
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb

from backdoor_builds import LEVELS, Built, Program, Way, build, ways
from backdoor_runs import HIGH, NOTED, TOP, points_at, run
from backdoor_updates import build_together, company

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
PLANTED_REBUILT = "planted, another level"
LARGER = "eight revised, one planted"


@dataclass
class Update:
    """Counts for one sort of update."""

    number: int = 0
    reported: int = 0
    first: int = 0
    high: int = 0
    told: int = 0
    listed: int = 0
    places: int = 0
    blind: float = 0
    most: float = 0
    seconds: float = 0


Counts = dict[tuple[str, str], Update]


@dataclass(frozen=True)
class Pair:
    """One update: its program and way, the two forms, how they were built, what it brings."""

    name: str
    forms: tuple[str, str]
    before: Built
    after: Built
    brings: bool


@dataclass(frozen=True)
class Told:
    """One thing that the report of an update says: how grave, and whether it names the access."""

    severity: str
    names_it: bool
    says: str


def measure_differences(programs: list[Program], isas: frozenset[str], *, show: bool) -> None:
    """Build the updates of each program and print how many are reported, and listed in front."""
    counts: Counts = defaultdict(Update)
    for number, program in enumerate(programs):
        for way in ways(program, number, full=False):
            if way.target.name in isas:
                _measure(program, way, counts, show=show)
                _measure_larger(programs, number, way, counts, show=show)
    print(
        "\n| update | brings access | reported | in the first five | with a high one "
        "| among the five places to read | five drawn blindly | places of one program "
        "| told of one program | s of one program | s most |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for (old, new), one in counts.items():
        brings = "planted" in new and "planted" not in old
        print(
            f"| {old} to {new} | {'yes' if brings else 'no'} "
            f"| {_share(one.reported, one.number)} | {_share(one.first, one.number)} | {one.high} "
            f"| {_share(one.listed, one.number) if brings else '-'} "
            f"| {f'{one.blind * 100 / max(1, one.number):.0f} %' if brings else '-'} "
            f"| {one.places / max(1, one.number):.1f} | {one.told / max(1, one.number):.1f} "
            f"| {one.seconds / max(1, one.number):.2f} | {one.most:.2f} |"
        )


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} ({part * 100 / whole:.1f} %)" if whole else "-"


def _measure(program: Program, way: Way, counts: Counts, *, show: bool) -> None:
    built = {form: build(program, way, form) for old, new, _ in UPDATES for form in (old, new)}
    other = Way(way.target, LEVELS[(LEVELS.index(way.level) + 1) % 3], way.linking, way.compiler)
    built[REBUILT] = build(program, other, "clean")
    built[PLANTED_REBUILT] = build(program, other, "planted")
    found = {form: list(run(built[form].content, program.place).findings) for form in built}
    again = (("clean", REBUILT, False), ("clean", PLANTED_REBUILT, True))
    for old, new, brings in (*UPDATES, *again):
        started = time.process_time()
        told = list(_findings(found[old], found[new], built[new]))
        update = Pair(f"{program.name} {way}", (old, new), built[old], built[new], brings)
        _count(update, told, started, counts, show=show)


def _measure_larger(
    programs: list[Program], number: int, way: Way, counts: Counts, *, show: bool
) -> None:
    """Measure the update of eight programs in one; each program once, in one of its ways."""
    turn = [one.target.name for one in ways(programs[number], number, full=False)]
    if programs[number].library or turn[number % len(turn)] != way.target.name:
        return
    chosen = company(programs, number, way)
    revised = ["clean-revised"] * len(chosen)
    old = build_together(chosen, way, ["clean"] * len(chosen))
    new = build_together(chosen, way, ["planted-revised", *revised[1:]])
    other = build_together(chosen, way, revised)
    name = f"{programs[number].name} {way}"
    _count(Pair(name, ("eight clean", LARGER), old, new, True), [], time.process_time(), counts,
           show=show)  # fmt: skip
    _count(Pair(name, ("eight clean", "eight revised"), old, other, False), [],
           time.process_time(), counts, show=show)  # fmt: skip


def _count(pair: "Pair", told: list[Told], started: float, counts: Counts, *, show: bool) -> None:
    """Add what the report says of *pair* to *counts*; *told* are findings known already."""
    changed = changes(index(pair.before.content), index(pair.after.content))
    told = told + [
        Told(severity_of(one), _names(one, pair.after), f"{one.sort}: {one.what}")
        for one in changed.found
    ]
    count = counts[pair.forms]
    spent = time.process_time() - started
    count.seconds += spent
    count.most = max(count.most, spent)
    noted = sorted((one for one in told if one.severity in NOTED), key=_gravity)
    right = [one for one in noted if one.names_it or not pair.brings]
    count.number += 1
    count.told += len(noted)
    count.reported += bool(right)
    count.first += any(one in right for one in noted[:TOP])
    count.high += any(one.severity in HIGH for one in right)
    listed = [_names(one, pair.after) for one in changed.places]
    count.listed += any(listed[:TOP])
    count.places += changed.listed
    count.blind += _blindly(changed.listed, sum(listed))
    if show and bool(right) != pair.brings:
        print(f"{'missed' if pair.brings else 'false'} {pair.name} {' to '.join(pair.forms)}")
        for one in noted[:TOP]:
            print(f"    {one.severity}: {one.says}")
    if show and pair.brings and not any(listed[:TOP]):
        print(f"not in front {pair.name} {' to '.join(pair.forms)}")


def _blindly(places: int, right: int) -> float:
    """Return the chance that five of *places*, drawn blindly, hold one of the *right* ones."""
    return 1 - comb(places - right, TOP) / comb(places, TOP) if places > TOP else float(right > 0)


def _gravity(one: Told) -> bool:
    return one.severity not in HIGH


def _findings(old: list[Finding], new: list[Finding], built: Built) -> Iterator[Told]:
    """Yield the findings of *new* that *old* lacks."""
    for one in pair_findings(old, new, Pairing()).new:
        right = points_at(one, built.ranges, built.addresses)
        yield Told(one.severity, right, one.says)


def _names(one: ProgramChange, built: Built) -> bool:
    inside = any(first <= one.offset < last for first, last in built.ranges)
    return inside or any(first <= one.function < last for first, last in built.addresses)
