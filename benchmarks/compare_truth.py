"""Ground truth for `assay compare`: pairs whose answer is known, and how often it is given.

    nice python benchmarks/compare_truth.py --sources DIR [--only lua-arm] [--wrong]

DIR holds unpacked upstream trees (see `compare_builds`). Builds, pairs and answers are kept in the
work folder, so a run that was stopped goes on where it was; answers count for one state of Assay.
Prints a table per class of pairs, every pair that was judged wrongly, and the bars.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from compare_builds import BuildFailed
from compare_cases import Case, builds, cases_of

from assay._kernel.tool import tool_digest
from assay.compare.elf.judgement import compare_programs

GOOD = {"E0", "E1", "E2", "E3"}
TRUTHS = ("benign", "toolchain", "semantic", "hidden")
FOLLOWING = {"N1", "N12", "N14"}
"""Causes that are there whenever any other is; the build identifier is a digest of the rest."""


@dataclass(frozen=True)
class Answer:
    """What Assay says of a pair; `starts` are the functions that it names, by address."""

    level: str
    reason: str
    causes: list[str]
    starts: list[int]
    seconds: float


def ask(case: Case) -> Answer:
    """Compare a pair of programs."""
    started = time.process_time()
    outcome = compare_programs("program", case.a, case.b)
    return Answer(
        outcome.level,
        outcome.reason,
        sorted({one.cause for one in outcome.sums if one.cause}),
        [int(c.where_a, 16) for c in outcome.changes if c.kind == "function" and c.where_a],
        time.process_time() - started,
    )


class Answers:
    """Answers that were given before, in a file of one row each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, dict[str, Answer]] = {}
        self._tool = tool_digest()
        for line in file.read_text().splitlines() if file.exists() else ():
            row = json.loads(line)
            answer = Answer(**row["answer"])
            self._known.setdefault(row["pair"], {})[row["tool"]] = answer

    def of(self, case: Case) -> Answer:
        """Return the answer of this Assay to *case*."""
        pair = _digest(case)
        known = self._known.setdefault(pair, {})
        if self._tool not in known:
            known[self._tool] = ask(case)
            row = {"pair": pair, "tool": self._tool, "answer": vars(known[self._tool])}
            with self._file.open("a") as out:
                out.write(json.dumps(row) + "\n")
        return known[self._tool]

    def last(self, case: Case) -> Answer | None:
        """Return the latest answer of any Assay to *case*."""
        known = list(self._known.get(_digest(case), {}).values())
        return known[-1] if known else None


def _digest(case: Case) -> str:
    parts = [hashlib.sha256(one).digest() for one in (case.a, case.b)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def causes_are_right(case: Case, answer: Answer) -> bool:
    """Say whether the causes that were named are those of the pair."""
    told, wanted = set(answer.causes) - FOLLOWING, set(case.causes) - FOLLOWING
    # Padding moves wherever something else does.
    return wanted <= told and told - wanted <= {"N13"}


def told_functions(case: Case, answer: Answer) -> set[str]:
    """Return the names of the functions that *answer* shows."""
    starts = sorted(case.names)
    told = set()
    for address in answer.starts:
        below = [one for one in starts if one <= address]
        told.add(case.names[below[-1]] if below else "")
    return told


def is_named(case: Case, answer: Answer) -> bool | None:
    """Say whether a changed function is among those named; None where that is not asked."""
    present = set(case.names.values())
    wanted = {one for one in case.functions if one in present}
    if not wanted or answer.level != "D":
        return None
    return bool(told_functions(case, answer) & {*wanted, *(w.partition(".")[0] for w in wanted)})


def fault(case: Case, answer: Answer) -> str:
    """Return what is wrong with an answer, empty for nothing."""
    if case.truth in {"semantic", "hidden"}:
        if answer.level in {"E0", "E1", "E2"}:
            return "UNSOUND"
        return "not named" if is_named(case, answer) is False else ""
    if case.truth == "toolchain":
        return "" if answer.level == "I" else "toolchain"
    if answer.level not in GOOD:
        return "not explained"
    return "" if causes_are_right(case, answer) else "other causes"


@dataclass
class Score:
    """What was counted."""

    levels: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    explained: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))
    faults: Counter[str] = field(default_factory=Counter)
    named: Counter[bool] = field(default_factory=Counter)
    causes: Counter[bool] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    size: int = 0

    def take(self, case: Case, answer: Answer, name: str) -> None:
        """Count one answer."""
        self.levels[case.truth, case.label][answer.level] += 1
        self.seconds += answer.seconds
        self.size += len(case.a) + len(case.b)
        if case.truth == "benign":
            self.explained[name.split("-", 1)[1]][answer.level in GOOD] += 1
            self.causes[causes_are_right(case, answer)] += 1
        named = is_named(case, answer)
        if named is not None:
            self.named[named] += 1
        wrong = fault(case, answer)
        if wrong:
            self.faults[wrong] += 1
            said = f"{answer.level} {','.join(answer.causes)} {answer.reason[:100]}"
            self.wrong.append(f"{wrong}: {name} {case.label}: {said}")

    def total(self, truth: str) -> Counter[str]:
        """Return how often each level was the answer to pairs of one class."""
        found: Counter[str] = Counter()
        for (kind, _), levels in self.levels.items():
            if kind == truth:
                found += levels
        return found


def print_score(score: Score) -> None:
    """Print the tables and the bars."""
    for truth in TRUTHS:
        print(f"\n{truth}")
        for (kind, label), levels in sorted(score.levels.items()):
            if kind == truth:
                print(f"  {label:28} {dict(sorted(levels.items()))}")
        total = score.total(truth)
        print(f"  {'in all':28} {total.total()}: {dict(sorted(total.items()))}")
    print("\nbenign pairs explained")
    for name, counts in sorted(score.explained.items()):
        print(f"  {name:28} {counts[True]} of {counts.total()}")
    print()
    for line in sorted(score.wrong):
        print(line)
    changed = score.total("semantic").total() + score.total("hidden").total()
    print()
    print(f"semantic or hidden changes called E0 to E2: {score.faults['UNSOUND']} of {changed}"
          f" ({score.total('hidden').total()} hidden; bar: 0)")  # fmt: skip
    explained = sum(score.total("benign")[level] for level in GOOD)
    _rate("benign pairs explained", explained, score.total("benign").total(), "95 %")
    _rate("causes right", score.causes[True], score.causes.total(), "95 %")
    _rate("changed function named", score.named[True], score.named.total(), "95 %")
    toolchain = score.total("toolchain")
    _rate("toolchain pairs inconclusive", toolchain["I"], toolchain.total(), "")
    rate = score.size / 1e6 / score.seconds if score.seconds else 0
    print(f"{score.seconds:.0f} CPU s, {rate:.2f} MB of programs per CPU s")


def _rate(what: str, good: int, total: int, bar: str) -> None:
    share = f"{good / total:.1%}" if total else "none"
    print(f"{what}: {good} of {total} = {share}{f' (bar: {bar})' if bar else ''}")


def pairs(arguments: argparse.Namespace) -> Iterator[tuple[str, Case]]:
    """Yield every chosen pair with the name of its build."""
    counts = (arguments.each, arguments.source_changes)
    for build in builds(arguments.sources, arguments.work, arguments.only):
        try:
            for case in cases_of(build, counts, frozenset(arguments.truth or TRUTHS)):
                yield build.folder.name, case
        except BuildFailed as error:
            print(f"left out: {build.folder.name}: {error}", file=sys.stderr)


def main() -> None:
    """Build, compare, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    cache = Path.home() / ".cache" / "assay-benchmarks" / "compare"
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=cache)
    parser.add_argument("--only", default="", help="builds whose name holds this")
    parser.add_argument("--truth", action="append", choices=TRUTHS, help="classes of pairs")
    parser.add_argument("--each", type=int, default=2, help="binary changes of each kind")
    parser.add_argument("--source-changes", type=int, default=8, help="per build")
    parser.add_argument("--wrong", action="store_true", help="only what was judged wrongly before")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    answers = Answers(arguments.work / "answers.jsonl")
    score = Score()
    for name, case in pairs(arguments):
        last = answers.last(case) if arguments.wrong else None
        if last is None or fault(case, last):
            score.take(case, answers.of(case), name)
    print_score(score)


if __name__ == "__main__":
    main()
