"""`assay compare --versions`: what an update brings, as text, JSON or a page."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.compare.versions.records import VersionView

ACCESS = "access.html"
_ONLY = ("everything", "profile", "snapshot", "vex", "declared", "absent", "no_cache")


def configure_versions(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the version view."""
    group = parser.add_argument_group("what an update brings")
    group.add_argument(
        "--versions", action="store_true",
        help="evaluate A (old) and B (new) and show what got better or worse",
    )  # fmt: skip
    group.add_argument(
        "--access", action="store_true",
        help="show what B (new) lets in that A (old) did not, down to the code of programs",
    )  # fmt: skip
    group.add_argument(
        "--all", dest="everything", action="store_true", default=None,
        help="with --access: tell what matters little, too",
    )  # fmt: skip
    group.add_argument("--profile", metavar="NAME", help="standard to judge both against")
    group.add_argument(
        "--snapshot", metavar="NAME", help="advisories for known flaws (default: the newest)"
    )
    group.add_argument(
        "--vex", action="append", metavar="FILE", type=Path, help="statements about known flaws"
    )
    group.add_argument("--declared", metavar="FILE", help="ports and accounts of the documents")
    group.add_argument(
        "--absent", action="append", metavar="FEATURE", help="a feature that the product lacks"
    )
    group.add_argument(
        "--no-cache", action="store_true", default=None, help="neither read nor fill the cache"
    )


def refuse_version_options(arguments: argparse.Namespace) -> None:
    """Raise where an option of the version view was given without `--versions`."""
    from assay.errors import UsageError

    for name in _ONLY:
        if getattr(arguments, name) is not None:
            option = "all" if name == "everything" else name.replace("_", "-")
            raise UsageError(
                f"--{option} goes with --versions or --access", advice="Add one of them."
            )


def run_versions(arguments: argparse.Namespace) -> int:
    """Evaluate both, write the page where one is wanted, print; return the exit code."""
    from assay._kernel import canonical
    from assay.compare.report.versions_text import render
    from assay.errors import UsageError

    if arguments.key:
        raise UsageError(
            "the version view is not signed",
            advice="Sign the evaluations themselves: `assay evaluate IMAGE --key NAME`.",
        )
    view = _access(arguments) if arguments.access else _view(arguments)
    old, new = _name(arguments.first), _name(arguments.second)
    if arguments.out:
        write_view(view, old, new, Path(arguments.out), ACCESS if arguments.access else None)
    if arguments.json:
        print(canonical.encode(view).decode())
    else:
        sys.stdout.write(render(view, old, new, full=arguments.full))
    return _exit_code(view)


def _view(arguments: argparse.Namespace) -> "VersionView":
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.progress import Progress
    from assay.compare.versions import compare_versions
    from assay.inventory.declared import read_declared
    from assay.pipeline import DEFAULT_PROFILE
    from assay.vulns.vex.reading import read_statements

    declared = read_declared(Path(arguments.declared)) if arguments.declared else None
    statements = [one for file in arguments.vex or () for one in read_statements(file)]
    progress = Progress(quiet=arguments.quiet)
    try:
        return compare_versions(
            Path(arguments.first), Path(arguments.second),
            profile=arguments.profile or DEFAULT_PROFILE, workers=arguments.workers,
            cache=None if arguments.no_cache else Cache(default_folder()),
            absent=arguments.absent or (), snapshot=arguments.snapshot or "",
            statements=statements, declared=declared, progress=progress,
        )  # fmt: skip
    finally:
        progress.close()


def _access(arguments: argparse.Namespace) -> "VersionView":
    """Return the access view; what it does not take is refused."""
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.progress import Progress
    from assay.compare.access import compare_access
    from assay.errors import UsageError
    from assay.pipeline import DEFAULT_PROFILE

    for name in ("snapshot", "vex", "declared", "absent"):
        if getattr(arguments, name) is not None:
            raise UsageError(f"--{name} does not go with --access", advice="Use --versions.")
    progress = Progress(quiet=arguments.quiet)
    try:
        return compare_access(
            Path(arguments.first), Path(arguments.second),
            profile=arguments.profile or DEFAULT_PROFILE, workers=arguments.workers,
            cache=None if arguments.no_cache else Cache(default_folder()),
            everything=bool(arguments.everything), progress=progress,
        )  # fmt: skip
    finally:
        progress.close()


def write_view(
    view: "VersionView", old: str, new: str, folder: Path, name: str | None = None
) -> None:
    """Write the page to *folder*, as `versions.html` or *name*; raises `StorageError`."""
    from assay.compare.report.versions_html import FILE, render
    from assay.errors import StorageError
    from assay.seal.storage import write_atomically

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: {error.strerror}", advice="Name another folder with --output."
        ) from None
    write_atomically(folder / (name or FILE), [render(view, old, new)])


def _name(path: str) -> str:
    from assay._kernel.printable import printable

    return printable(Path(path).resolve().name.encode("utf-8", "surrogateescape"))


def _exit_code(view: "VersionView") -> int:
    from assay.cli import FAIL, INCONCLUSIVE, PASS

    if view.answer.worse:
        return FAIL
    return INCONCLUSIVE if view.answer.unclear else PASS
