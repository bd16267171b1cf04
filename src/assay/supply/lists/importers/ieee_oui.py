"""IEEE MA-L assignments: `oui.csv` or `oui.txt` of the registration authority.

CSV: Registry, Assignment, Organization Name, Organization Address. Text: `10E992 (base 16) NAME`.
"""

from collections.abc import Iterator
from pathlib import Path

from assay._kernel import lazy_re
from assay.errors import UnreadableInput
from assay.supply.lists.importing import Importer, fallback_key, names_of, party_id
from assay.supply.lists.reading import MOST_FIELD, ReadingReport, csv_rows, open_text
from assay.supply.records import Identifier, Party

IMPORTER = Importer(
    list="ieee.oui",
    title="IEEE MA-L (OUI) assignments",
    url="https://standards-oui.ieee.org/oui/oui.csv",
    licence="public listing of the IEEE registration authority",
    stale_after_days=365,
    screened=False,
)

_LINE = lazy_re.compile(r"\s*([0-9A-Fa-f]{6})\s+\(base 16\)\s+(.+)")
_PREFIX = lazy_re.compile(r"[0-9A-F]{6}")


def read(path: Path, report: ReadingReport) -> Iterator[Party]:
    """Yield one party an assignment; those of one organisation are merged by the caller."""
    with open_text(path) as text:
        is_csv = "assignment" in text.read(400).lower()
    found = False
    for prefix, name in _csv(path, report) if is_csv else _text(path, report):
        if not _PREFIX.fullmatch(prefix):
            report.problem(prefix[:30], "not a prefix of six hex digits")
            continue
        found = True
        yield Party(
            id=party_id(IMPORTER.list, fallback_key(name.lower())),
            names=names_of(name),
            ids=(Identifier(scheme="oui", value=prefix),),
            list=IMPORTER.list,
        )
    if not found:
        raise UnreadableInput(f"{path.name} holds no MA-L assignments")


def _csv(path: Path, report: ReadingReport) -> Iterator[tuple[str, str]]:
    for row in csv_rows(path, report, need=("assignment", "organization name")):
        yield row["assignment"].upper(), row["organization name"]


def _text(path: Path, report: ReadingReport) -> Iterator[tuple[str, str]]:
    with open_text(path) as text:
        while line := text.readline(MOST_FIELD):
            if found := _LINE.match(line):
                report.rows += 1
                yield found[1].upper(), found[2].strip()
