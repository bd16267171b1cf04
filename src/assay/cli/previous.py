"""`assay evaluate --previous`: what the image lets in that its earlier version did not."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay._kernel.cache import Cache
    from assay.cli.progress import Progress
    from assay.compare.versions.records import VersionView
    from assay.model.result import Evaluation
    from assay.pipeline import Evaluated

JSON = "access.json"


def read_previous(given: str) -> "Path | Evaluation":
    """Return the earlier version: the evaluation of a bundle, or the path of an image.

    A folder that `assay evaluate` wrote stands for the bundle in it. Raises `AssayError`.
    """
    from assay.errors import BrokenBundle, UnreadableInput
    from assay.seal.bundle import read

    path = Path(given)
    bundle = path / "bundle.assay" if path.is_dir() else path
    if not path.exists():
        raise UnreadableInput(f"{given} does not exist", advice="Name the earlier version.")
    if path.is_dir() and not bundle.exists():
        return path
    try:
        return read(bundle).evaluation
    except BrokenBundle:
        if bundle.suffix == ".assay":
            raise
        return path


def access_view(
    old: "Path | Evaluation",
    image: Path,
    done: "Evaluated",
    *,
    cache: "Cache | None",
    workers: int,
    progress: "Progress",
) -> "VersionView":
    """Return what *image*, evaluated as *done*, lets in that *old* did not."""
    from assay.compare.access import access_since

    return access_since(old, image, done, workers=workers, cache=cache, progress=progress)


def tell_access(view: "VersionView", arguments: argparse.Namespace, folder: Path) -> None:
    """Write the page and the record beside the other results, and print the answer."""
    from assay._kernel import canonical
    from assay._kernel.printable import printable
    from assay.cli.compare_versions import ACCESS, write_view
    from assay.seal.storage import write_atomically

    names = [
        printable(Path(path).resolve().name.encode("utf-8", "surrogateescape"))
        for path in (arguments.previous, arguments.image)
    ]
    write_view(view, names[0], names[1], folder, ACCESS)
    write_atomically(folder / JSON, [canonical.encode(view)])
    if not arguments.json and not arguments.quiet:
        print(f"since     {names[0]}: {view.answer.line}")
        for line in (*view.answer.worse, *view.answer.unclear)[:8]:
            print(f"  {line}")
        print(f"written   {folder / ACCESS}, {JSON}")
