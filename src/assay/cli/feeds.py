"""`assay feeds`: import, fetch and look over the advisories that known flaws are matched with."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.vulns.feeds.stream import BrokenFeed
    from assay.vulns.store.layout import Manifest

SUMMARY = "import, fetch and look over advisories of known flaws (`sync` uses the network)"
EXAMPLES = """\
examples:
  assay feeds import nvdcve-2.0-*.json.gz known_exploited_vulnerabilities.json
  assay feeds sync nvd kev epss
  assay feeds status
  assay evaluate firmware.bin --snapshot 2026-07-14

Each import makes a new snapshot beside the old ones; evaluations record its digest.
Exit codes: 0, or 3 when `import` had to leave a file out and when `status` finds no snapshot.
"""
DONE, EMPTY, PARTLY = 0, 3, 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.add_argument("--store", type=Path, metavar="DIR", help="folder of the snapshots")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _configure_import(actions.add_parser("import", help="make a snapshot from files that you have"))
    _configure_sync(actions.add_parser("sync", help="fetch from publishers and make a snapshot"))
    status = actions.add_parser("status", help="list the snapshots and what is in them")
    status.add_argument("--json", action="store_true")
    formats = actions.add_parser("formats", help="list the forms of files that are read")
    formats.add_argument("--json", action="store_true")
    remove = actions.add_parser("remove", help="delete a snapshot")
    remove.add_argument("snapshot", metavar="SNAPSHOT")


def _configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="file, or folder of them"
    )
    parser.add_argument("--fresh", action="store_true", help="begin empty, not with the newest")
    parser.add_argument("--quiet", "-q", action="store_true")
    parser.add_argument("--json", action="store_true")


def _configure_sync(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="*", metavar="SOURCE", help="name or address; without one, lists the names"
    )
    parser.add_argument("--sha256", default="", help="the digest that a single file must have")
    parser.add_argument("--quiet", "-q", action="store_true")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked; exit code 3 for a file left out, and from `status` for no snapshot."""
    from assay.vulns.store.folder import advisories_folder
    from assay.vulns.store.snapshots import remove

    folder: Path = arguments.store or advisories_folder()
    if arguments.action == "import":
        return _import(arguments, folder)
    if arguments.action == "sync":
        return _sync(arguments, folder)
    if arguments.action == "formats":
        return _formats(as_json=arguments.json)
    if arguments.action == "remove":
        print(f"removed {remove(folder, arguments.snapshot)}")
        return DONE
    return _status(folder, as_json=arguments.json)


def _import(arguments: argparse.Namespace, folder: Path) -> int:
    from assay.vulns.store.building import build

    left_out: list[Path] = []

    def refuse(file: Path, error: "BrokenFeed") -> None:
        left_out.append(file)
        print(f"left out: {error}", file=sys.stderr)

    files = [file for path in arguments.files for file in _files(path)]
    manifest, place = build(
        files, folder, fresh=arguments.fresh, refuse=refuse,
        progress=None if arguments.quiet else _progress,
    )  # fmt: skip
    _show(manifest, place, as_json=arguments.json)
    return PARTLY if left_out else DONE


def _files(path: Path) -> Iterator[Path]:
    """Yield *path*, or the feed files below it; those of a folder that are no feeds are told."""
    from assay.vulns.feeds.reading import is_feed

    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and is_feed(file):
            yield file
        elif file.is_file():
            print(f"passed over, of no known form: {file.name}", file=sys.stderr)


def _sync(arguments: argparse.Namespace, folder: Path) -> int:
    from assay.cli.screen import today
    from assay.errors import UsageError
    from assay.supply.lists.fetching import fetch
    from assay.vulns.store.syncing import sources, sync

    if not arguments.sources:
        for source in sources().values():
            print(f"{source.name:16} {source.title}")
        return DONE
    if arguments.sha256 and (len(arguments.sources) > 1 or "://" not in arguments.sources[0]):
        raise UsageError("--sha256 belongs to one address", advice="Name one address.")

    def bring(address: str, target: Path) -> bool:
        shown = None if arguments.quiet else _transfer(address)
        return fetch(address, target, expected_sha256=arguments.sha256, progress=shown).changed

    made = sync(
        arguments.sources, folder, year=int(today()[:4]), fetch=bring,
        progress=None if arguments.quiet else _progress,
    )  # fmt: skip
    if made is None:
        print("nothing has changed since the last time", file=sys.stderr)
    else:
        _show(*made, as_json=arguments.json)
    return DONE


def _formats(*, as_json: bool) -> int:
    from assay._kernel import canonical
    from assay.vulns.feeds.reading import feeds

    rows = [(one.FEED.name, one.FEED.title, one.FEED.about) for one in feeds()]
    if as_json:
        print(
            canonical.encode(
                [dict(zip(("name", "title", "about"), row, strict=True)) for row in rows]
            ).decode()
        )
    else:
        for name, title, about in rows:
            print(f"{name:16} {title}: {about}")
    return DONE


def _status(folder: Path, *, as_json: bool) -> int:
    from assay._kernel import canonical
    from assay.vulns.store.snapshots import outdated, snapshots

    known = snapshots(folder)
    for old in outdated(folder):
        print(f"{old.name}: of another version of Assay, cannot be read; import the feeds again",
              file=sys.stderr)  # fmt: skip
    if as_json:
        print(canonical.encode([manifest for manifest, _ in known]).decode())
        return DONE if known else EMPTY
    if not known:
        print("no snapshot: `assay feeds import FILES` or `assay feeds sync NAMES` makes one")
        return EMPTY
    for place, (manifest, path) in enumerate(reversed(known)):
        print(_line(manifest, path, " (used by default)" if place == 0 else ""))
        for source in manifest.sources:
            refused = f", {source.refused} refused" if source.refused else ""
            day = f" until {source.day}" if source.day else ""
            print(f"    {source.feed:16} {source.records} records{refused}{day}  {source.name}")
    return DONE


def _show(manifest: "Manifest", place: Path, *, as_json: bool) -> None:
    from assay.cli.console import show_imported

    unread = [f"{one.name}: {text}" for one in manifest.sources for text in one.examples[:3]]
    show_imported(manifest, "" if as_json else _line(manifest, place), () if as_json else unread)


def _line(manifest: "Manifest", place: Path, mark: str = "") -> str:
    return (
        f"{place.name}{mark}: {manifest.advisories} advisories on {manifest.products} product "
        f"names, {manifest.exploited} exploited, {manifest.likelihoods} likelihoods, "
        f"{manifest.size >> 20} MB"
    )


def _progress(name: str, count: int) -> None:
    print(f"{name}: {count} records", file=sys.stderr)


def _transfer(address: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - a progress observer
    name = address.rpartition("/")[2]

    def shown(received: int, expected: int) -> None:
        if expected and received >= expected:
            print(f"{name}: {received >> 10} kB", file=sys.stderr)

    return shown
