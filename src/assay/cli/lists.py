"""`assay lists`: fetch, import and look over the trade lists that screening reads."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.supply.lists.store import Snapshot

SUMMARY = "fetch, import and look over trade lists (`sync` uses the network)"
EXAMPLES = """\
examples:
  assay lists import us.csl consolidated.json
  assay lists sync un.sc gb.sanctions
  assay lists status --date 2026-11-22
"""
FRESH, STALE = 0, 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.add_argument("--lists", type=Path, metavar="DIR", help="folder of imported lists")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _configure_import(actions.add_parser("import", help="import a file that you have"))
    _configure_sync(actions.add_parser("sync", help="fetch lists from their publishers"))
    status = actions.add_parser("status", help="say which lists are there and how old they are")
    status.add_argument("--date", default="", help="the day to judge their age by (default: today)")
    status.add_argument("--json", action="store_true")


def _configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("list", metavar="LIST")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--as-of", default="", metavar="DATE", help="the list's day")
    parser.add_argument("--country", action="append", default=[], help="keep only these countries")
    parser.add_argument("--licence", default="", help="the licence under which you use the data")
    parser.add_argument("--url", default="", help="where it came from")
    parser.add_argument("--json", action="store_true")


def _configure_sync(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("list", nargs="+", metavar="LIST")
    parser.add_argument("--url", default="", help="fetch from here (one list)")
    parser.add_argument(
        "--sha256", default="", help="the digest that the file must have (one list)"
    )
    parser.add_argument("--country", action="append", default=[], help="keep only these countries")
    parser.add_argument("--licence", default="", help="the licence under which you use the data")
    parser.add_argument("--quiet", "-q", action="store_true")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; exit code 3 from `status` when a list is stale or none is there."""
    from assay.supply.lists.store import lists_folder

    folder: Path = arguments.lists or lists_folder()
    if arguments.action == "import":
        return _import(arguments, folder)
    if arguments.action == "sync":
        return _sync(arguments, folder)
    return _status(arguments, folder)


def _import(arguments: argparse.Namespace, folder: Path) -> int:
    from assay.supply.dates import parse_date
    from assay.supply.jurisdictions import jurisdictions
    from assay.supply.lists.intake import take

    snapshot = take(
        arguments.list,
        arguments.file,
        folder,
        as_of=parse_date(arguments.as_of) if arguments.as_of else "",
        url=arguments.url,
        countries=jurisdictions(tuple(arguments.country)),
        user_licence=arguments.licence,
    )
    _show(snapshot, as_json=arguments.json)
    return FRESH


def _sync(arguments: argparse.Namespace, folder: Path) -> int:
    from assay.errors import UsageError
    from assay.supply.jurisdictions import jurisdictions
    from assay.supply.lists.syncing import sync

    if len(arguments.list) > 1 and (arguments.url or arguments.sha256):
        raise UsageError("--url and --sha256 belong to one list", advice="Name one list.")
    for name in arguments.list:
        snapshot = sync(
            name,
            folder,
            url=arguments.url,
            sha256=arguments.sha256,
            countries=jurisdictions(tuple(arguments.country)),
            user_licence=arguments.licence,
            progress=None if arguments.quiet else _progress,
        )
        if snapshot is None:
            print(f"{name}: not changed", file=sys.stderr)
        else:
            _show(snapshot, as_json=arguments.json)
    return FRESH


def _status(arguments: argparse.Namespace, folder: Path) -> int:
    from assay._kernel import canonical
    from assay.cli.screen import today
    from assay.supply.dates import parse_date
    from assay.supply.lists.status import status

    day = parse_date(arguments.date) if arguments.date else today()
    rows = status(folder, day)
    if arguments.json:
        print(canonical.encode(rows).decode())
    else:
        for row in rows:
            when = f"of {row.as_of}, {row.parties} parties" if row.as_of else "not loaded"
            where = f"  {row.url}" if not row.as_of and row.url else ""
            print(f"{row.list:16} {row.state:8} {when}  {row.title}{where}")
    loaded = [row for row in rows if row.as_of]
    return FRESH if loaded and all(row.state == "fresh" for row in loaded) else STALE


def _show(snapshot: "Snapshot", *, as_json: bool) -> None:
    from assay.cli.console import show_imported

    line = f"{snapshot.list} of {snapshot.as_of}: {snapshot.parties} parties, "
    left = snapshot.problem_count - len(snapshot.problems)
    show_imported(
        snapshot,
        "" if as_json else f"{line}{snapshot.sha256[:16]}",
        () if as_json else snapshot.problems,
        f"and {left} more rows" if left > 0 and not as_json else "",
    )


def _progress(received: int, expected: int) -> None:
    share = f" of {expected >> 10} kB" if expected else ""
    print(f"\r{received >> 10} kB{share}", end="", file=sys.stderr, flush=True)
    if expected and received >= expected:
        print(file=sys.stderr)
