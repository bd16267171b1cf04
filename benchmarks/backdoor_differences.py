"""The differential side of `backdoors.py`: what a new version can do that the old one could not.

Four updates of each program have a known answer. Two bring the access path, alone or among other
changes, and must be reported; two bring other changes only, and must not be. The report here is
the findings on the new program that the old one does not have, addresses left aside.
"""

import re
from dataclasses import dataclass

from backdoor_builds import Built, Program, Way, build, ways
from backdoor_runs import HIGH, NOTED, points_at, run

from assay.model.result import Finding

UPDATES = (
    ("clean", "planted", True),
    ("clean", "planted-revised", True),
    ("clean", "clean-revised", False),
    ("planted", "planted-revised", False),
)
NUMBER = re.compile(r"0x[0-9a-fA-F]+")


@dataclass
class Update:
    """Counts for one sort of update."""

    number: int = 0
    reported: int = 0
    high: int = 0


def measure_differences(programs: list[Program], isas: frozenset[str], *, show: bool) -> None:
    """Build the four updates of each program and print how many are reported."""
    counts = {(old, new): Update() for old, new, _ in UPDATES}
    for number, program in enumerate(programs):
        for way in ways(program, number, full=False):
            if way.target.name in isas:
                _measure(program, way, counts, show=show)
    print("\n| update | brings access | reported | with a high finding |\n|---|---|---|---|")
    for old, new, brings in UPDATES:
        one = counts[old, new]
        rate = f"{one.reported * 100 / one.number:.1f} %" if one.number else "-"
        print(
            f"| {old} to {new} | {'yes' if brings else 'no'} "
            f"| {one.reported}/{one.number} ({rate}) | {one.high} |"
        )


def _measure(
    program: Program, way: Way, counts: dict[tuple[str, str], Update], *, show: bool
) -> None:
    forms = sorted({form for old, new, _ in UPDATES for form in (old, new)})
    built = {form: build(program, way, form) for form in forms}
    findings = {form: list(run(built[form].content, program.place).findings) for form in forms}
    for old, new, brings in UPDATES:
        added = new_findings(findings[old], findings[new])
        told = [one for one in added if one.severity in NOTED and _counts(one, built[new], brings)]
        count = counts[old, new]
        count.number += 1
        count.reported += bool(told)
        count.high += any(one.severity in HIGH for one in told)
        if show and bool(told) != brings:
            print(f"{'missed' if brings else 'false'} {program.name} {way} {old} to {new}")


def _counts(finding: Finding, built: Built, brings: bool) -> bool:  # noqa: FBT001 - a table's column
    """Return whether *finding* counts: any does where none is due, else it names the access."""
    return not brings or points_at(finding, built.ranges, built.addresses)


def new_findings(old: list[Finding], new: list[Finding]) -> list[Finding]:
    """Return the findings of *new* that *old* lacks; addresses do not tell them apart."""
    known = {(one.check, NUMBER.sub("", one.says)) for one in old}
    return [one for one in new if (one.check, NUMBER.sub("", one.says)) not in known]
