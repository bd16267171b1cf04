"""How well undocumented access is found in programs: recall, false alarms, seconds.

    python benchmarks/backdoors.py --half development|measured [--isa mips ...] [--limit N]
        [--full] [--ordinary N] [--differences | --only-differences] [--details]

Builds the half's programs for five instruction sets, each with its clean twin, strips them and
runs the checks below `backdoors.` on each, as `assay evaluate` would; then on ordinary programs
of Debian. An access path counts as found only when one of the first five findings points into the
function or the data that holds it. Needs Debian's cross compilers and clang-16. Prints Markdown.
"""

import argparse
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from backdoor_builds import HALVES, TARGETS, Built, Program, Way, build, load, ways
from backdoor_differences import measure_differences
from backdoor_negatives import Ordinary, ordinary
from backdoor_runs import HIGH, NOTED, Result, by_chance, points_at, run


@dataclass
class Score:
    """Counts over built programs and their twins."""

    planted: int = 0
    found: int = 0
    found_noted: int = 0
    found_high: int = 0
    right: int = 0
    claimed: int = 0
    twins: int = 0
    twins_high: int = 0
    seconds: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return the counts as a row of the table."""
        median = statistics.median(self.seconds) if self.seconds else 0
        return (
            f"| {name} | {share(self.found, self.planted)} | "
            f"{share(self.found_noted, self.planted)} | {share(self.found_high, self.planted)} | "
            f"{share(self.right, self.claimed)} | "
            f"{share(self.twins_high, self.twins)} | {median:.2f} | "
            f"{max(self.seconds, default=0):.2f} |"
        )


@dataclass(frozen=True)
class Pair:
    """A program and its twin, built in one way, and what the checks said of both."""

    program: Program
    way: Way
    planted: Built
    found: Result
    twin: Result


def share(part: int, whole: int) -> str:
    """Return *part* of *whole* as text with percent."""
    return f"{part}/{whole} ({part * 100 / whole:.1f} %)" if whole else "-"


def pairs(programs: list[Program], isas: frozenset[str], *, full: bool) -> Iterator[Pair]:
    """Yield each program with its twin in every way that was asked for."""
    for number, program in enumerate(programs):
        for way in ways(program, number, full=full):
            if way.target.name not in isas:
                continue
            planted = build(program, way, "planted")
            clean = build(program, way, "clean")
            found = run(planted.content, program.place)
            yield Pair(program, way, planted, found, run(clean.content, program.place))


def count(score: Score, pair: Pair) -> None:
    """Add *pair* to *score*."""
    truth = (pair.planted.ranges, pair.planted.addresses)
    right = [one for one in pair.found.top if points_at(one, *truth)]
    score.planted += 1
    score.found += bool(right)
    score.found_noted += any(one.severity in NOTED for one in right)
    score.found_high += any(one.severity in HIGH for one in right)
    score.claimed += len(pair.found.high) + len(pair.twin.high)
    score.right += sum(points_at(one, *truth) for one in pair.found.high)
    score.twins += 1
    score.twins_high += bool(pair.twin.high)
    score.seconds += [pair.found.seconds, pair.twin.seconds]


def tables(measured: list[Pair]) -> None:
    """Print one table for the whole, the instruction sets, the ways of building, the shapes."""
    views: list[tuple[str, Callable[[Pair], str]]] = [
        ("all", lambda _: "all"),
        ("isa", lambda pair: pair.way.target.name),
        ("level", lambda pair: pair.way.level),
        ("linking", lambda pair: pair.way.linking),
        ("compiler", lambda pair: pair.way.compiler),
        ("size", lambda pair: pair.program.size),
        ("shape", lambda pair: pair.program.shape),
    ]
    for title, key in views:
        scores: dict[str, Score] = defaultdict(Score)
        for pair in measured:
            count(scores[key(pair)], pair)
        print(
            f"\n| {title} | among five places | medium or more | high | precision of high "
            "| twins with high | s median | s most |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for name in sorted(scores):
            print(scores[name].row(name))


def chance(measured: list[Pair]) -> None:
    """Print what a reader would find who draws five functions of a program blindly."""
    drawn = [by_chance(pair.planted.content, pair.planted.addresses) for pair in measured]
    functions = statistics.median(number for number, _ in drawn)
    luck = statistics.fmean(part for _, part in drawn) * 100
    print(
        f"\nThe programs have {functions:.0f} functions of their own (median); "
        f"five drawn blindly would hold the path in {luck:.0f} %."
    )


def details(measured: list[Pair]) -> None:
    """Print what was missed and which twins were accused, one line each."""
    for pair in measured:
        truth = (pair.planted.ranges, pair.planted.addresses)
        where = f"{pair.program.name} {pair.way}"
        if not any(points_at(one, *truth) for one in pair.found.top):
            print(f"missed {where} ({pair.program.shape})")
        for one in pair.twin.high:
            print(f"twin {where}: {one.check}: {one.says}")
        for trouble in (*pair.found.trouble, *pair.twin.trouble):
            print(f"trouble {where}: {trouble}")


def measure_ordinary(programs: Iterable[Ordinary], *, show: bool) -> None:
    """Run the checks on ordinary *programs*; print high findings and seconds per set."""
    highs: dict[str, int] = defaultdict(int)
    seconds: dict[str, list[float]] = defaultdict(list)
    for one in programs:
        result = run(one.file.read_bytes(), one.place)
        seconds[one.isa].append(result.seconds)
        highs[one.isa] += len(result.high)
        for finding in result.high if show else ():
            print(f"ordinary {one.isa} {one.package} {one.place}: {finding.check}: {finding.says}")
        for trouble in result.trouble if show else ():
            print(f"trouble {one.isa} {one.package} {one.place}: {trouble}")
    print("\n| ordinary | programs | high findings | programs per high | s median | s most |")
    print("|---|---|---|---|---|---|")
    highs["all"] = sum(highs.values())
    seconds["all"] = [value for values in list(seconds.values()) for value in values]
    for isa in sorted(seconds):
        number = len(seconds[isa])
        rate = f"{number / highs[isa]:.0f}" if highs[isa] else "-"
        middle = statistics.median(seconds[isa]) if number else 0
        most = max(seconds[isa], default=0)
        print(f"| {isa} | {number} | {highs[isa]} | {rate} | {middle:.2f} | {most:.2f} |")


def spread(found: list[Ordinary], most: int) -> list[Ordinary]:
    """Return *most* of *found*, evenly taken from the sorted list; all of them for 0."""
    if not most or len(found) <= most:
        return found
    return [found[number * len(found) // most] for number in range(most)]


def main() -> None:
    """Measure one half and print the tables."""
    names = [target.name for target in TARGETS]
    parser = argparse.ArgumentParser(description="measure the checks for undocumented access")
    parser.add_argument("--half", choices=HALVES, default="development")
    parser.add_argument("--isa", nargs="+", choices=names, default=names)
    parser.add_argument("--program", nargs="+", default=[], help="only these programs")
    parser.add_argument("--limit", type=int, default=0, help="only the first N programs")
    parser.add_argument("--full", action="store_true", help="every level and linking")
    parser.add_argument("--ordinary", type=int, default=0, metavar="N", help="N of Debian; -1 all")
    parser.add_argument("--differences", action="store_true", help="the differential mode, too")
    parser.add_argument("--only-differences", action="store_true", help="nothing but that mode")
    parser.add_argument("--details", action="store_true", help="name what went wrong")
    options = parser.parse_args()
    isas = frozenset(options.isa)
    programs = [
        one for one in load(options.half) if one.name in options.program or not options.program
    ]
    programs = programs[: options.limit or None]
    if not options.only_differences:
        measured = list(pairs(programs, isas, full=options.full))
        tables(measured)
        chance(measured)
        if options.details:
            details(measured)
    if options.differences or options.only_differences:
        measure_differences(programs, isas, show=options.details)
    if options.ordinary:
        chosen = spread(ordinary(options.half, isas), max(options.ordinary, 0))
        measure_ordinary(chosen, show=options.details)


if __name__ == "__main__":
    main()
