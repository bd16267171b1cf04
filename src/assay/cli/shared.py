"""`assay shared`: secrets that several images have in common."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.checks.secrets.shared import Shared
    from assay.inventory.image import Inventory

SUMMARY = "list the keys and password hashes that several images have in common"
EXAMPLES = """\
examples:
  assay shared router-a.bin router-b.bin
  assay shared fleet/*.bin --json | jq '.shared[].images'

Versions of one product often share a key; that is a weakness of the product. The same key in two
products means that one opens the other. Exit code: 0 none shared, 1 some.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="two or more images")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="worker processes (default: all cores)"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor fill the cache")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Read the images, compare their secrets and print what is shared."""
    import msgspec

    from assay._kernel import canonical
    from assay.checks.secrets.shared import shared_secrets
    from assay.cli import FAIL, PASS
    from assay.errors import UsageError

    names = list(dict.fromkeys(arguments.images))
    if len(names) < 2:
        raise UsageError("nothing to compare with", advice="Name at least two images.")
    found = shared_secrets({name: _inventory(Path(name), arguments) for name in names})
    if arguments.json:
        entries = [{**msgspec.to_builtins(one), "images": list(one.images)} for one in found]
        print(canonical.encode({"shared": entries}).decode())
    else:
        _print(found, len(names))
    return FAIL if found else PASS


def _inventory(path: Path, arguments: argparse.Namespace) -> "Inventory":
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.progress import Progress
    from assay.pipeline import identified

    cache = None if arguments.no_cache else Cache(default_folder())
    progress = Progress(quiet=arguments.quiet)
    try:
        return identified(path, workers=arguments.workers, cache=cache, progress=progress).image
    finally:
        progress.close()


def _print(found: "tuple[Shared, ...]", count: int) -> None:
    if not found:
        print(f"{count} images have no readable key or password hash in common.")
    for one in found:
        print(f"{one.sort}  {one.says}  {one.digest[:16]}")
        for holder in one.holders:
            print(f"  {holder.image}: {holder.path} at {holder.offset}")
