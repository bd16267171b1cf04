"""Make the fingerprint index: `python -m assay.identify.training FOLDER OUTPUT`.

Downloads through apt into FOLDER (about 2.7 GB), keeps the features of each package there, and
writes OUTPUT with its manifest. What is there already is used again; `--manifest` makes an
index again from the list of an earlier one.
"""

import argparse
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assay.identify.training.apt import SUITES, Archive, Package
from assay.identify.training.assemble import Assembly
from assay.identify.training.collect import Holder
from assay.identify.training.extract import Piece, pieces_of
from assay.identify.training.manifest import manifest_of, packages_in
from assay.identify.training.plan import BACKGROUND_SUITE, strangers, training
from assay.identify.training.recipe import Recipe, chosen, recipes, release
from assay.inventory.fingerprints.index import encode
from assay.inventory.kinds.fingerprints import KIND

BUDGET = 800_000
STRANGER = "~"
_LOG = logging.getLogger("assay.training")


def main() -> None:
    """Read the arguments and make the index."""
    parser = argparse.ArgumentParser(prog="python -m assay.identify.training", description=__doc__)
    parser.add_argument("folder", type=Path, help="where downloads and features are kept")
    parser.add_argument("output", type=Path, help="the index to write")
    parser.add_argument("--budget", type=int, default=BUDGET, help="most features in the index")
    parser.add_argument("--recipe", type=Path, help="another table of components")
    parser.add_argument("--suites", nargs="+", default=SUITES, help="suites to learn from")
    parser.add_argument("--manifest", type=Path, help="the packages to learn from")
    parser.add_argument("--offline", action="store_true", help="use what is there; no download")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    rows = recipes(arguments.recipe)
    archive = Archive(arguments.folder / "apt", arguments.suites, ("amd64",))
    if not arguments.offline:
        archive.update()
    if arguments.manifest:
        packages = packages_in(arguments.manifest)
    else:
        packages = planned(list(archive.packages()), rows)
    folder = arguments.folder / "packages"
    if not arguments.offline:
        archive.download(packages, folder)
    present = [one for one in packages if (folder / one.file).exists()]
    _LOG.info("%d of %d packages", len(present), len(packages))
    make(arguments.folder, arguments.output, present, rows, arguments.budget)


def planned(listed: list[Package], rows: list[Recipe]) -> list[Package]:
    """Return what to learn from among the packages *listed*: own and background."""
    others = [one for one in listed if one.suite == BACKGROUND_SUITE]
    return [*training(listed, rows), *strangers(others, rows, "background")]


def make(
    folder: Path, output: Path, packages: list[Package], rows: list[Recipe], budget: int
) -> None:
    """Write the index learnt from *packages* to *output*, its manifest beside it."""
    wanted = {row.key: row for row in rows}
    columns, components = Assembly(gathered(folder, packages, rows), wanted).columns(budget)
    manifest = manifest_of(packages)
    output.write_bytes(encode(columns, components, manifest.digest, manifest.about))
    output.with_suffix(".manifest.xz").write_bytes(manifest.packed)
    _LOG.info("%d features of %d components", len(columns["low"]), len(components))


def gathered(folder: Path, packages: list[Package], rows: list[Recipe]) -> list[Holder]:
    """Return the holders of *packages*: components by key, all others by source."""
    holders: dict[str, Holder] = {}
    for one in packages:
        row = chosen(rows, one.source, one.name)
        key = row.key if row is not None else STRANGER + one.source
        pieces = list(features(folder, one))
        holders.setdefault(key, Holder(key)).add(release(one.source_version), pieces)
    for holder in holders.values():
        holder.finish()
    return [holders[key] for key in sorted(holders)]


def features(folder: Path, package: Package) -> Iterator[Piece]:
    """Yield the pieces of *package*, from the file kept of it where there is one."""
    kept = folder / f"features-{KIND.version}" / f"{package.file}.mp"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        pieces = list(pieces_of(folder / "packages" / package.file))
        partial = kept.with_suffix(".partial")
        partial.write_bytes(msgspec.msgpack.encode(pieces))
        partial.replace(kept)
    yield from msgspec.msgpack.decode(kept.read_bytes(), type=list[Piece])


if __name__ == "__main__":
    main()
