"""What the confidence of a finding about undocumented access means: precision per class, measured.

    python benchmarks/backdoor_confidence.py [--half development] [--ordinary N] [--write FILE]

Runs the checks below `backdoors.` on the half's programs and their clean twins, and on N ordinary
programs of Debian, and counts by severity and confidence how many findings point at the access
path. Prints Markdown; `--write` puts it between the marks of FILE.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from backdoor_builds import HALVES, TARGETS, load
from backdoor_negatives import Ordinary, ordinary
from backdoor_runs import CONFIDENCES, points_at, run
from backdoors import Pair, pairs, share, spread

from assay.model.result import SEVERITIES, Finding

START, END = "<!-- confidence: made by the command -->", "<!-- confidence: end -->"
PER = 100
Key = tuple[str, ...]


@dataclass
class Count:
    """Findings of one class: in planted programs, of these right ones, in twins, in ordinary."""

    planted: int = 0
    right: int = 0
    twins: int = 0
    ordinary: int = 0


def by_class(finding: Finding) -> Key:
    """Return the severity and the confidence of *finding*."""
    return finding.severity, finding.confidence


def by_check(finding: Finding) -> Key:
    """Return the check and the confidence of *finding*."""
    return finding.check.removeprefix("backdoors."), finding.confidence


def counted(
    measured: Iterable[Pair], others: Iterable[tuple[Finding, ...]], key: Callable[[Finding], Key]
) -> dict[Key, Count]:
    """Return the counts of findings by *key*; reading lists state nothing and are left out."""
    counts: dict[Key, Count] = defaultdict(Count)
    for pair in measured:
        truth = (pair.planted.ranges, pair.planted.addresses)
        for one in stated(pair.found.findings):
            counts[key(one)].planted += 1
            counts[key(one)].right += points_at(one, *truth)
        for one in stated(pair.twin.findings):
            counts[key(one)].twins += 1
    for findings in others:
        for one in stated(findings):
            counts[key(one)].ordinary += 1
    return counts


def stated(findings: Iterable[Finding]) -> list[Finding]:
    """Return the *findings* that state something: all but reading lists."""
    return [one for one in findings if one.severity != "info"]


def rows(counts: dict[Key, Count], programs: int) -> list[str]:
    """Return the rows of a table, one for each class, the gravest and surest first."""
    found = []
    for key in sorted(counts, key=rank):
        one = counts[key]
        rate = f"{one.ordinary * PER / programs:.1f}" if programs else "-"
        claimed = one.planted + one.twins
        right = share(one.right, claimed)
        found.append(f"| {' | '.join(key)} | {claimed} | {right} | {one.twins} | {rate} |")
    return found


def rank(key: Key) -> tuple[int, str, int]:
    """Return the place of a class in the table."""
    severity = SEVERITIES.index(key[0]) if key[0] in SEVERITIES else len(SEVERITIES)
    return severity, key[0], CONFIDENCES.index(key[1])


def text(measured: list[Pair], others: list[tuple[Finding, ...]], half: str) -> str:
    """Return both tables as Markdown."""
    programs = len({pair.program.name for pair in measured})
    builds = f"{len(measured)} builds, each with a clean twin"
    lines = [
        f"{programs} programs of the {half} half in {builds}, and {len(others)} ordinary programs:"
    ]
    for title, key in (("severity", by_class), ("check", by_check)):
        columns = "findings | point at the path | in clean twins | in 100 ordinary programs"
        lines.append("")
        lines.append(f"| {title} | confidence | {columns} |")
        lines.append("|---|---|---|---|---|---|")
        lines += rows(counted(measured, others, key), len(others))
    return "\n".join(lines)


def write(file: Path, table: str) -> None:
    """Put *table* between the marks of *file*."""
    before, _, rest = file.read_text("utf-8").partition(START)
    _, _, after = rest.partition(END)
    file.write_text(f"{before}{START}\n{table}\n{END}{after}", "utf-8")


def findings_of(one: Ordinary) -> tuple[Finding, ...]:
    """Return the findings about an ordinary program."""
    return run(one.file.read_bytes(), one.place).findings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="measure what confidence means")
    parser.add_argument("--half", choices=HALVES, default="development")
    parser.add_argument("--ordinary", type=int, default=300, metavar="N", help="N of Debian")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into FILE")
    options = parser.parse_args()
    isas = frozenset(target.name for target in TARGETS)
    measured = list(pairs(load(options.half), isas, full=False))
    chosen = spread(ordinary(options.half, isas), options.ordinary) if options.ordinary else []
    table = text(measured, [findings_of(one) for one in chosen], options.half)
    print(table)
    if options.write is not None:
        write(options.write, table)


if __name__ == "__main__":
    main()
