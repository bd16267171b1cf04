"""Ground truth for `assay compare`: pairs whose answer is known, and how often it is given.

    python benchmarks/compare_truth.py --sources DIR --work DIR [--quick]

DIR of sources holds unpacked upstream trees; the work folder keeps the builds. Prints a table per
class of pairs, the bars, and every pair that was judged wrongly.
"""

import argparse
import random
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from compare_builds import FLAGS, PROJECTS, TARGETS, Build, BuildFailed
from compare_mutators import HIDDEN, SEMANTIC, Target

from assay.compare.elf.judgement import compare_programs
from assay.compare.outcome import Outcome

GOOD = {"E0", "E1", "E2", "E3"}
SOURCE_MUTATORS: tuple[tuple[str, str, str], ...] = (
    ("flipped comparison", r"(?<=[\w)\]] )==(?= [\w(])", "!="),
    ("flipped comparison", r"(?<=[\w)\]] )!=(?= [\w(])", "=="),
    ("off by one", r"(?<=[\w)\]] )<(?= [\w(])", "<="),
    ("off by one", r"(?<=[\w)\]] )>=(?= [\w(])", ">"),
    ("removed check", r"\bif \((?=[a-z!*])", "if (0 && "),
    ("added condition", r"\bif \((?=[a-z!*])", "if (1 || "),
    ("changed return", r"\breturn 0;", "return 1;"),
    ("changed return", r"\breturn -1;", "return 0;"),
    ("changed constant", r"(?<=[ (=])(16|32|64|100|128|256|1024|4096)(?=[;,) ])", "77"),
    ("changed sign", r"(?<=[\w)\]] )\+(?= [\w(])", "-"),
    ("changed mask", r"(?<=[\w)\]] )&(?= [\w(])", "|"),
)


@dataclass(frozen=True)
class Case:
    """A pair of programs with what is true of it.

    `truth` is benign, toolchain, semantic or hidden; `causes` are those that must be named;
    `functions` those that were changed.
    """

    truth: str
    label: str
    target: str
    a: bytes
    b: bytes
    causes: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    names: dict[int, str] = field(default_factory=dict)


def symbols_of(program: Path, target: str) -> dict[int, str]:
    """Return the functions of an unstripped program by address."""
    out = subprocess.run(
        [f"{TARGETS[target]}-nm", str(program)], capture_output=True, text=True, check=True
    ).stdout
    rows = (line.split() for line in out.splitlines())
    found = {int(row[0], 16) & ~1: row[2] for row in rows if len(row) == 3 and row[1] in "tTwW"}
    return {address: name for address, name in found.items() if not name.startswith("$")}


def benign(build: Build) -> Iterator[Case]:
    """Yield pairs that one source and one toolchain give, one cause at a time and mixed."""
    objects = build.objects()
    base = build.link(build.folder / "base", objects).read_bytes()
    work = build.folder

    def case(label: str, causes: set[str], other: Path) -> Case:
        return Case("benign", label, build.target, base, other.read_bytes(), frozenset(causes))

    stamps = {
        "time": ({"N4"}, {"date": ("Feb 22 2021", "20:21:22")}),
        "folder": ({"N5"}, {"place": "/home/somebody/else/where/src/main.c"}),
        "revision": ({"N15"}, {"revision": "v1.0-5-gfedcba9"}),
        "time, folder, revision": (
            {"N4", "N5", "N15"},
            {"date": ("Mar  3 2022", "01:02:03"), "place": "/x/src/main.c",
             "revision": "v1.0-5-g1234567"},
        ),
    }  # fmt: skip
    yield case("same inputs", set(), build.link(work / "again", objects))
    identifier = f"-Wl,--build-id=0x{'5a' * 20}"
    yield case("build identifier", {"N1"}, build.link(work / "id", objects, identifier))
    yield case("not stripped", {"N2"}, Path(work / "base"))
    for label, (causes, changes) in stamps.items():
        stamp = build.stamp(work / "stamp-other.o", **changes)  # type: ignore[arg-type]
        linked = build.link(work / "stamped", [*objects[:-1], stamp])
        yield case(label, causes, linked)
    for seed in (1, 2):
        shuffled = objects[:-1]
        random.Random(seed).shuffle(shuffled)
        yield case(
            "order of linking", {"N13"}, build.link(work / "order", [*shuffled, objects[-1]])
        )
    stamp = build.stamp(
        work / "stamp-other.o", place="/a/longer/folder/than/before/src/main.c",
        date=("Dec 24 2023", "23:59:59"),
    )  # fmt: skip
    shuffled = objects[:-1]
    random.Random(3).shuffle(shuffled)
    yield case(
        "all at once",
        {"N4", "N5", "N13"},
        build.link(work / "mixed", [*shuffled, stamp], identifier),
    )


def toolchains(builds: dict[tuple[str, str, str], Build], build: Build) -> Iterator[Case]:
    """Yield pairs of one source by other compilers and levels."""
    base = (build.folder / "base.s").read_bytes()
    for compiler in ("gcc-11", "clang-16"):
        other = builds.get((build.project.name, build.target, compiler))
        if other is not None and build.compiler != compiler:
            b = (other.folder / "base.s").read_bytes()
            yield Case("toolchain", f"{build.compiler} and {compiler}", build.target, base, b)
    for level in ("-O1", "-Os"):
        folder = build.folder / level.strip("-")
        folder.mkdir(exist_ok=True)
        other = Build(build.project, build.target, build.compiler, folder, (*FLAGS, level))
        try:
            other.prepare(build.source.parent.parent / "sources")
        except BuildFailed:
            continue
        yield Case(
            "toolchain",
            level,
            build.target,
            base,
            other.link(folder / "base", other.objects()).read_bytes(),
        )


def changed_functions(build: Build, before: Path, after: Path) -> set[str]:
    """Return the functions of two objects whose code or relocations differ."""
    first, second = (_sections(build, one) for one in (before, after))
    names = {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}
    return {name for name in names if name}


def _sections(build: Build, file: Path) -> dict[str, str]:
    """Return the disassembly with relocations of each function of an object."""
    out = subprocess.run(
        [f"{TARGETS[build.target]}-objdump", "-dr", "--no-show-raw-insn", str(file)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found: dict[str, str] = {}
    name = ""
    for line in out.splitlines():
        match = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if match:
            name = match[1]
            found[name] = ""
        elif name:
            found[name] += line + "\n"
    return found


def source_changes(build: Build, rng: random.Random, count: int) -> Iterator[Case]:
    """Yield programs in whose source one expression was changed."""
    files = build.files()
    objects = build.objects()
    base = (build.folder / "base.s").read_bytes()
    names = symbols_of(build.folder / "base", build.target)
    for number in range(count * 6):
        if count == 0:
            return
        place = rng.randrange(len(files))
        label, expression, new = rng.choice(SOURCE_MUTATORS)
        text = files[place].read_text("latin-1")
        spots = list(re.finditer(expression, text))
        if not spots:
            continue
        spot = rng.choice(spots)
        other = files[place].with_name(f"mutated-{files[place].name}")
        other.write_text(text[: spot.start()] + new + text[spot.end() :], "latin-1")
        out = build.folder / f"mutated{number}.o"
        try:
            build.compile(other, out)
        except BuildFailed:
            continue
        finally:
            other.unlink()
        functions = changed_functions(build, objects[place], out)
        if functions:
            linked = build.link(
                build.folder / "mutant", [*objects[:place], out, *objects[place + 1 :]]
            )
            count -= 1
            yield Case(
                "semantic", label, build.target, base, linked.read_bytes(),
                functions=frozenset(functions), names=names,
            )  # fmt: skip
        out.unlink()


def binary_changes(build: Build, rng: random.Random, each: int) -> Iterator[Case]:
    """Yield programs that were changed after they were built."""
    target = Target((build.folder / "base.s").read_bytes())
    names = symbols_of(build.folder / "base", build.target)
    starts = sorted(names)
    for truth, mutators in (("semantic", SEMANTIC), ("hidden", HIDDEN)):
        for label, mutate in mutators.items():
            for _ in range(each):
                found = mutate(target, rng)
                if found is None:
                    continue
                below = [one for one in starts if one <= found.address]
                functions = {names[below[-1]]} if found.address >= 0 and below else set()
                yield Case(
                    truth, label.replace("_", " "), build.target, found.a, found.b,
                    functions=frozenset(functions), names=names,
                )  # fmt: skip


@dataclass
class Score:
    """What was counted."""

    levels: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    named: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    size: int = 0

    def take(self, case: Case, outcome: Outcome, name: str) -> None:
        """Count one answer."""
        self.levels[case.truth, case.label][outcome.level] += 1
        said = f"{name} {case.label}: {outcome.level} {outcome.reason[:90]}"
        if case.truth in {"semantic", "hidden"} and outcome.level in {"E0", "E1", "E2"}:
            self.wrong.append("UNSOUND " + said)
        if case.truth == "benign":
            if outcome.level not in GOOD:
                self.wrong.append("not explained: " + said)
            self._causes(case, outcome)
        if case.truth == "toolchain" and outcome.level != "I":
            self.wrong.append("toolchain: " + said)
        if case.functions and outcome.level == "D":
            self._functions(case, outcome, said)

    def _causes(self, case: Case, outcome: Outcome) -> None:
        told = {one.cause for one in outcome.sums if one.cause} - {"N12", "N14", "N1"}
        wanted = set(case.causes) - {"N1"}
        # Padding moves wherever something else does.
        good = wanted <= told and told - wanted <= {"N13"}
        self.causes["right" if good else "wrong"] += 1

    def _functions(self, case: Case, outcome: Outcome, said: str) -> None:
        starts = sorted(case.names)
        told = set()
        for change in outcome.changes:
            if change.kind == "function" and change.where_a:
                address = int(change.where_a, 16)
                below = [one for one in starts if one <= address]
                told.add(case.names[below[-1]] if below else "")
        wanted = {one for one in case.functions if one in set(case.names.values())}
        if not wanted:
            return
        good = bool(told & {*wanted, *(w.partition(".")[0] for w in wanted)})
        self.named["yes" if good else "no"] += 1
        self.named["more than one"] += len(told) > 2 * len(wanted) + 2
        if not good:
            self.wrong.append(f"not named {sorted(wanted)[:3]} but {sorted(told)[:3]}: {said}")


def print_score(score: Score) -> None:
    """Print the tables and the bars."""
    for truth in ("benign", "toolchain", "semantic", "hidden"):
        total: Counter[str] = Counter()
        print(f"\n{truth}")
        for (kind, label), levels in sorted(score.levels.items()):
            if kind == truth:
                total += levels
                print(f"  {label:28} {dict(sorted(levels.items()))}")
        print(f"  {'in all':28} {total.total()}: {dict(sorted(total.items()))}")
    print()
    for line in score.wrong:
        print(line)
    every = {truth: Counter[str]() for truth in ("benign", "toolchain", "semantic", "hidden")}
    for (kind, _), levels in score.levels.items():
        every[kind] += levels
    explained = sum(every["benign"][level] for level in GOOD)
    unsound = sum(line.startswith("UNSOUND") for line in score.wrong)
    named, missed = score.named["yes"], score.named["no"]
    print(f"\nsemantic or hidden changes called E0 to E2: {unsound} of "
          f"{every['semantic'].total() + every['hidden'].total()} (bar: 0)")  # fmt: skip
    print(f"benign pairs explained: {explained} of {every['benign'].total()} (bar: 95 %)")
    print(f"causes right: {score.causes['right']} of {score.causes.total()} (bar: 95 %)")
    print(f"changed function named: {named} of {named + missed} (bar: 95 %)")
    print(
        f"toolchain pairs inconclusive: {every['toolchain']['I']} of {every['toolchain'].total()}"
    )
    rate = score.size / 1e6 / score.seconds if score.seconds else 0
    print(f"{score.seconds:.0f} CPU s, {rate:.2f} MB of programs per CPU s")


def all_builds(sources: Path, work: Path) -> dict[tuple[str, str, str], Build]:
    """Return every build that succeeds."""
    found = {}
    for compiler in ("gcc-12", "clang-16", "gcc-11"):
        for project in PROJECTS:
            for target in TARGETS:
                if compiler == "gcc-11" and target != "x86-64":
                    continue
                if compiler == "clang-16" and project.name not in {"lua", "bzip2", "expat"}:
                    continue
                folder = work / f"{project.name}-{target}-{compiler}"
                folder.mkdir(parents=True, exist_ok=True)
                build = Build(project, target, compiler, folder)
                try:
                    build.prepare(sources)
                    build.link(folder / "base", build.objects())
                except BuildFailed as error:
                    print(f"left out: {folder.name}: {error}", file=sys.stderr)
                    continue
                found[project.name, target, compiler] = build
    return found


def cases(
    builds: dict[tuple[str, str, str], Build], each: int, sources: int
) -> Iterator[tuple[str, Case]]:
    """Yield every pair with the name of its build."""
    for key, build in builds.items():
        name = "-".join(key)
        rng = random.Random(name)
        try:
            for case in benign(build):
                yield name, case
            if key[2] == "gcc-12":
                for case in toolchains(builds, build):
                    yield name, case
                for case in source_changes(build, rng, sources):
                    yield name, case
                for case in binary_changes(build, rng, each):
                    yield name, case
        except BuildFailed as error:
            print(f"left out: {name}: {error}", file=sys.stderr)


def main() -> None:
    """Build, compare, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--only", default="", help="builds whose name holds this")
    parser.add_argument("--each", type=int, default=2, help="binary changes of each kind")
    parser.add_argument("--source-changes", type=int, default=8, help="per build")
    arguments = parser.parse_args()
    builds = all_builds(arguments.sources, arguments.work)
    chosen = {key: one for key, one in builds.items() if arguments.only in "-".join(key)}
    score = Score()
    for name, case in cases(chosen, arguments.each, arguments.source_changes):
        started = time.process_time()
        outcome = compare_programs("program", case.a, case.b)
        score.seconds += time.process_time() - started
        score.size += len(case.a) + len(case.b)
        score.take(case, outcome, name)
    print_score(score)


if __name__ == "__main__":
    main()
