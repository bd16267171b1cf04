"""`assay screen`: is a party restricted, through whom, where, for whom, on that day."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.supply.answers import Match, Opposition, Ruling, ScreeningReport, Subject
    from assay.supply.lists.reading import ReadingReport

SUMMARY = "look up parties in trade measures and lists, on a day, with sources"
EXAMPLES = """\
examples:
  assay screen "Huawei Technologies Co., Ltd." --date 2019-05-21 --jurisdiction US
  assay screen vendors.csv --role operator --use installed --domain "5g core" --format csv
"""

CLEAR, HIT, INCONCLUSIVE = 0, 1, 3
QUIET = frozenset({"not-in-force", "not-bound"})
FORMATS = ("text", "json", "jsonl", "csv", "html")
EXIT = {
    "restricted": HIT,
    "deadline": CLEAR,
    "unknown": INCONCLUSIVE,
    "possible": INCONCLUSIVE,
    "permitted": CLEAR,
    "clear": CLEAR,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.add_argument(
        "subjects",
        nargs="+",
        metavar="NAME|FILE",
        help="a name, or a CSV, JSON lines, text, CycloneDX, SPDX or bundle file",
    )
    add_question(parser)
    parser.add_argument("--role", action="append", default=[], help="exporter, operator, …")
    parser.add_argument(
        "--use", action="append", default=[], help="installed, maintenance, open-source, …"
    )
    parser.add_argument("--domain", default="", help="network domain, such as '5g core'")
    parser.add_argument("--produced-in", default="", metavar="COUNTRY", help="where it was made")
    parser.add_argument(
        "--jurisdiction", action="append", default=[], help="only this law (US, GB, EU, …)"
    )
    parser.add_argument("--all", action="store_true", help="show measures that do not apply too")
    add_output(parser)


def add_question(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every question about measures has."""
    parser.add_argument("--date", default="", help="the day asked about (default: today, UTC)")
    parser.add_argument("--known", default="", metavar="DATE", help="as was public on this day")
    parser.add_argument("--lists", type=Path, metavar="DIR", help="folder of imported lists")
    parser.add_argument(
        "--no-lists", action="store_true", help="only the measures shipped with Assay"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where the result goes and in which form."""
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    parser.add_argument("--output", "-o", type=Path, metavar="FILE")
    parser.add_argument("--quiet", "-q", action="store_true", help="no remarks on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Screen and print; exit code 1 for a hit, 3 when it cannot be told, else 0."""
    from assay.supply.answers import worst
    from assay.supply.lists.reading import ReadingReport
    from assay.supply.screening import screen

    problems = ReadingReport()
    subjects = [found for text in arguments.subjects for found in _subjects(text, problems)]
    report = screen(
        subjects,
        date=arguments.date or today(),
        known=arguments.known,
        jurisdictions=arguments.jurisdiction,
        roles=arguments.role,
        uses=arguments.use,
        domain=arguments.domain,
        produced_in=arguments.produced_in,
        lists=lists_of(arguments),
        workers=2,
    )
    if not arguments.quiet:
        for text in problems.problems:
            print(f"assay: not read: {text}", file=sys.stderr)
    deliver(_written(report, arguments), arguments)
    return EXIT[worst([screening.result for screening in report.screenings])]


def today() -> str:
    """Return today's date (UTC): only the command line asks the clock, and prints what it used."""
    from datetime import UTC, datetime

    return datetime.now(tz=UTC).date().isoformat()


def lists_of(arguments: argparse.Namespace) -> Path | None:
    """Return the folder of imported lists that the arguments name, None for none."""
    from assay.supply.lists.store import lists_folder

    if arguments.no_lists:
        return None
    folder: Path = arguments.lists or lists_folder()
    return folder if folder.is_dir() else None


def bundle_at(path: Path) -> Path | None:
    """Return the bundle that *path* is, or that lies in the result folder *path*; None for none."""
    if path.is_dir():
        return path / "bundle.assay"
    return path if path.suffix == ".assay" else None


def deliver(text: str, arguments: argparse.Namespace) -> None:
    """Print *text*, or write it to the file asked for."""
    if arguments.output is None:
        sys.stdout.write(text)
        return
    from assay.seal.storage import write_atomically

    write_atomically(arguments.output, [text.encode("utf-8")])


def _subjects(text: str, problems: "ReadingReport") -> "list[str | Subject]":
    from assay.supply.queries import read_subjects, subjects_of

    path = Path(text)
    if len(text) > 4096 or not path.exists():
        return [text]
    if sealed := bundle_at(path):
        from assay.seal import bundle

        return list(subjects_of(bundle.read(sealed).evaluation))
    return list(read_subjects(path, problems))


def _written(report: "ScreeningReport", arguments: argparse.Namespace) -> str:
    from assay._kernel import canonical
    from assay.supply.report.cells import screening_csv
    from assay.supply.report.screening_page import screening_html

    form = "json" if arguments.json else arguments.format
    if form == "json":
        return canonical.encode(report).decode() + "\n"
    if form == "jsonl":
        rows = (canonical.encode(screening).decode() for screening in report.screenings)
        return "".join(f"{row}\n" for row in rows)
    if form == "csv":
        return screening_csv(report)
    if form == "html":
        return screening_html(report)
    return "".join(f"{line}\n" for line in _lines(report, everything=arguments.all))


def _lines(report: "ScreeningReport", *, everything: bool) -> Iterator[str]:
    for screening in report.screenings:
        yield f"{screening.subject.name}: {screening.says}"
        for ruling in screening.category:
            if everything or ruling.outcome not in QUIET:
                yield from _ruling_lines(ruling)
        for match in screening.matches:
            yield from _match_lines(match, everything=everything)
    yield ""
    yield from opposition_lines(report.opposing)
    for gap in report.gaps:
        yield f"not seen: {gap}"
    yield report.disclaimer


def opposition_lines(opposing: "tuple[Opposition, ...]") -> Iterator[str]:
    """Yield one line for each opposing measure, with all those it stands against."""
    against: dict[str, list[str]] = {}
    sides = {pair.other.measure: pair.other for pair in opposing}
    for pair in opposing:
        against.setdefault(pair.other.measure, []).append(
            f"{pair.one.jurisdiction} {pair.one.title}"
        )
    for measure in sorted(against):
        side = sides[measure]
        told = "; ".join(against[measure])
        yield f"on the other side: {side.jurisdiction} {side.title}, against {told}"
        yield f"        {side.says}"


def _match_lines(match: "Match", *, everything: bool) -> Iterator[str]:
    sure = "" if match.decision == "same" else ", possibly another"
    yield f"  {match.name} [{match.party}] score {match.score}{sure} ({match.list})"
    for part in match.parts[:3]:
        yield f"      {part.effect:+6d}  {part.says}"
    hidden = 0
    for ruling in match.rulings:
        if ruling.outcome in QUIET and not everything:
            hidden += 1
            continue
        yield from _ruling_lines(ruling)
    if hidden:
        yield f"    {hidden} measures name it but do not apply then or to you (--all)"


def _ruling_lines(ruling: "Ruling") -> Iterator[str]:
    from assay.supply.report.cells import next_due, through_text

    marks = "" if ruling.verified else " (not verified)"
    yield f"    {ruling.jurisdiction:3} {ruling.outcome:12} {ruling.title}{marks}"
    yield f"        {'; '.join(ruling.why)}; binds {', '.join(ruling.binds)}"
    if due := next_due(ruling):
        yield f"        next: {due}"
    if path := through_text(ruling):
        yield f"        through {path}"
    yield f"        source: {ruling.source.title} {ruling.source.url}".rstrip()
