"""What a person reads on the terminal: short, coloured where it helps, the answer first."""

import sys
from collections.abc import Sequence

from assay._kernel import canonical
from assay._kernel.printable import printable
from assay.checks.backdoors.noise import above_the_line, is_reading_list
from assay.model.record import Record
from assay.model.result import Evaluation, Finding, Judgement, Severity

_COLOURS: dict[str, str] = {
    "pass": "32", "fail": "1;31", "inconclusive": "33", "critical": "1;31", "high": "31",
    "medium": "33", "low": "36", "info": "2", "dim": "2", "bold": "1",
}  # fmt: skip
SHOWN = 10


def coloured(text: str, name: str) -> str:
    """Return *text* in the colour *name* when standard output is a terminal."""
    code = _COLOURS.get(name)
    return f"\x1b[{code}m{text}\x1b[0m" if code and sys.stdout.isatty() else text


def size_text(size: int) -> str:
    """Return *size* bytes for people: `3.5 MB`, `512 B`."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"


def print_summary(evaluation: Evaluation, name: str, *, everything: bool = False) -> None:
    """Print what a person must know in ten seconds; *everything*: all findings."""
    covered = evaluation.coverage
    print(f"{coloured(name, 'bold')}  {size_text(evaluation.subject.size)}  "
          f"sha256 {evaluation.subject.sha256[:16]}…")  # fmt: skip
    print(f"verdict   {_verdict(evaluation.verdict)}  {evaluation.profile_title}")
    print(f"          {_requirements(evaluation)}")
    share = f"{covered.permille / 10:.1f} %"
    print(
        f"coverage  {share} accounted for: {size_text(covered.parsed)} parsed,"
        f" {size_text(covered.padding)} padding, {size_text(covered.encrypted)} encrypted,"
        f" {size_text(covered.unknown)} unknown; {covered.files} files"
    )
    _print_components(evaluation)
    _print_flaws(evaluation)
    _print_findings(evaluation.findings, everything=everything)
    _print_problems(evaluation)


def _verdict(judgement: Judgement) -> str:
    return coloured(judgement.upper(), judgement)


def _requirements(evaluation: Evaluation) -> str:
    counts: dict[str, int] = {}
    for verdict in evaluation.verdicts:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    order = ("fail", "inconclusive", "pass", "not-applicable", "not-assessed")
    told = [f"{counts[key]} {key}" for key in order if key in counts]
    return f"{len(evaluation.verdicts)} requirements: " + ", ".join(told)


def _print_components(evaluation: Evaluation) -> None:
    known = [c for c in evaluation.components if c.version]
    if known:
        names = ", ".join(f"{c.name} {c.version}" for c in known[:6])
        more = f" and {len(known) - 6} more" if len(known) > 6 else ""
        print(f"contains  {names}{more}")


def _print_flaws(evaluation: Evaluation) -> None:
    search = evaluation.flaw_search
    if search is None or not search.snapshot:
        print("flaws     not looked for: `assay feeds` makes a store of advisories")
        return
    open_ones = [one for one in evaluation.flaws if one.status != "not-affected"]
    sure = sum(one.status == "affected" for one in open_ones)
    exploited = sum(bool(one.exploited) for one in open_ones)
    print(
        f"flaws     {sure} affect components, {len(open_ones) - sure} may; {exploited} known to be "
        f"exploited (advisories until {search.as_of})"
    )


def _print_findings(findings: tuple[Finding, ...], *, everything: bool) -> None:
    above, below = above_the_line(findings)
    weighty = [one for one in above if one.severity != "info"]
    counts: dict[Severity, int] = {}
    for finding in findings:
        counts[finding.severity] = counts.get(finding.severity, 0) + 1
    told = ", ".join(f"{number} {severity}" for severity, number in counts.items())
    print(f"findings  {told or 'none by the checks that were run'}")
    shown = findings if everything else weighty[:SHOWN]
    for finding in shown:
        mark = "" if finding.confidence != "tentative" else " (tentative)"
        print(f"  {coloured(f'{finding.severity:8}', finding.severity)} {finding.says}{mark}")
        print(f"           {coloured(f'{finding.subject}  [{finding.check}]', 'dim')}")
    if everything:
        return
    if len(weighty) > len(shown):
        print(f"  … {len(weighty) - len(shown)} more in the report")
    if below:
        print(f"  … {len(below)} below the noise line (--all shows them)")
    lists = sum(is_reading_list(one) for one in findings)
    if lists:
        programs = "1 program has" if lists == 1 else f"{lists} programs have"
        print(f"  … {programs} places to read first (--all shows them)")


def _print_problems(evaluation: Evaluation) -> None:
    if not evaluation.problems:
        return
    print(f"problems  {len(evaluation.problems)} places could not be read as they should")
    for problem in evaluation.problems[:3]:
        print(f"  {problem.kind:8} {problem.path or 'the image'}: {problem.says} ({problem.part})")


def show_imported(record: Record, line: str, unread: Sequence[str] = (), more: str = "") -> None:
    """Print what an import brought: *line*, or without one *record* as JSON.

    What could not be read, *unread*, goes to standard error, with *more* as its last line.
    """
    print(line or canonical.encode(record).decode())
    for text in unread:
        print(f"  not read: {printable(text.encode(errors='replace'))}", file=sys.stderr)
    if more:
        print(f"  {more}", file=sys.stderr)
