"""`assay evaluate`: the main job, from an image to a sealed verdict and its reports."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay._kernel.cache import Cache
    from assay.cli.results import Earlier, Results
    from assay.compare.versions.records import VersionView
    from assay.model.flaws import Statement
    from assay.seal.run import Watch

SUMMARY = "test an image against a standard and seal the result"
BUNDLE = "bundle.assay"
DEFAULT_PROFILE = "etsi-en-303-645"
ROOMS = ("checks", "code", "identify", "inventory", "unpack", "vulns")
"""Where the expressions are that an evaluation may use, in this process or another."""

EXAMPLES = """\
examples:
  assay evaluate firmware.bin
  assay evaluate firmware.bin --profile uk-psti --key laboratory --output results/
  assay evaluate firmware-1.1.bin --previous firmware-1.0.bin
  assay evaluate rootfs.tar.xz --json | jq .verdict

The output folder holds bundle.assay (what `assay verify` checks), report.html and the other
reports. Exit code: 0 pass, 1 fail, 3 inconclusive.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("image", help="image file, directory, or tar of a root file system")
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME",
        help="standard to judge against (default: %(default)s; see `assay profiles`)",
    )  # fmt: skip
    parser.add_argument(
        "--output", metavar="DIR", help="folder for the results (default: ./IMAGE.assay)"
    )
    parser.add_argument(
        "--absent", action="append", default=[], metavar="FEATURE",
        help="a feature of the profile that the product does not have (see `assay profiles`)",
    )  # fmt: skip
    parser.add_argument(
        "--snapshot", default="", metavar="NAME",
        help="advisories for known flaws (default: the newest; `none`; see `assay feeds status`)",
    )  # fmt: skip
    parser.add_argument(
        "--vex", action="append", default=[], metavar="FILE", type=Path,
        help="statements about known flaws: CycloneDX VEX, OpenVEX or CSAF VEX; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--declared", metavar="FILE",
        help="TOML file with the ports and accounts that the product's documents name",
    )  # fmt: skip
    parser.add_argument(
        "--index", default="", metavar="FILE",
        help="fingerprint index of components to use in place of Assay's own",
    )  # fmt: skip
    parser.add_argument(
        "--previous", metavar="OLD",
        help="earlier version (image, directory or bundle): also tell what IMAGE lets in that "
        "OLD did not, in access.html and access.json",
    )  # fmt: skip
    parser.add_argument("--key", metavar="NAME", help="sign the bundle with this key")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="worker processes (default: all cores)"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor fill the cache")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument(
        "--all", dest="everything", action="store_true",
        help="print every finding, those below the noise line as well",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the evaluation as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, write the output folder, and print the summary."""
    from assay._kernel.behind import settle
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.results import Earlier
    from assay.seal.run import Watch

    watch = Watch()
    image = Path(arguments.image)
    _check_key(arguments.key)
    folder = _output(image, arguments.output)
    cache = None if arguments.no_cache else Cache(default_folder())
    earlier = Earlier(cache, image, arguments)
    try:
        results, view, fresh = earlier.results(), None, False
        if results is None:
            results, view = _evaluated(image, cache, earlier, arguments)
            fresh = True
        _write(results, image, folder, watch, arguments)
        _print(results, image, folder, arguments)
    finally:
        settle()
    if view is not None:
        from assay.cli.previous import tell_access

        tell_access(view, arguments, folder)
    if fresh:
        _keep_expressions()
    return exit_code(results.verdict)


def _evaluated(
    image: Path, cache: "Cache | None", earlier: "Earlier", arguments: argparse.Namespace
) -> "tuple[Results, VersionView | None]":
    """Return the results, and what came since the version before if there is one to compare."""
    from assay._kernel.expressions import use_kept
    from assay.cli.previous import access_view, read_previous
    from assay.cli.progress import Progress
    from assay.cli.results import rendered
    from assay.inventory.declared import read_declared
    from assay.pipeline import evaluate

    use_kept()
    declared = read_declared(Path(arguments.declared)) if arguments.declared else None
    statements = _statements(arguments.vex)
    previous = read_previous(arguments.previous) if arguments.previous else None
    view = None
    progress = Progress(quiet=arguments.quiet)
    try:
        done = evaluate(
            image, profile=arguments.profile, workers=arguments.workers, cache=cache,
            absent=arguments.absent, snapshot=arguments.snapshot, statements=statements,
            declared=declared, index=arguments.index, progress=progress, meanwhile=_load_reports(),
        )  # fmt: skip
        if previous is not None:
            view = access_view(
                previous, image, done,
                cache=cache, workers=arguments.workers, progress=progress,
            )  # fmt: skip
    finally:
        progress.close()
    results = rendered(done, _name(image))
    earlier.keep(done, results)
    return results, view


def _keep_expressions() -> None:
    """Keep the compiled expressions of the modules that are loaded; at first, of every stage's."""
    import contextlib
    import importlib

    from assay._kernel.beside import can_keep
    from assay._kernel.expressions import keep_all, use_kept
    from assay._kernel.lazy_re import sources
    from assay._kernel.registry import module_names

    if not can_keep():
        return
    rooms = () if use_kept() else ROOMS
    for name in (one for room in rooms for one in module_names(f"assay.{room}")):
        if not name.endswith(".__main__"):
            with contextlib.suppress(ImportError):  # of an extra
                importlib.import_module(name)
    keep_all(sources())


def _check_key(name: str | None) -> None:
    """Raise when there is no key of that *name*: that must not cost a whole evaluation."""
    if name:
        from assay.seal.keys import signing_key

        signing_key(name)


def _statements(files: list[Path]) -> "list[Statement]":
    if not files:
        return []
    from assay.vulns.vex.reading import read_statements

    return [one for file in files for one in read_statements(file)]


def _load_reports() -> Iterator[object]:
    """Load what writes the results, a step at a time."""
    from assay import report

    yield from report.found()
    from assay.seal import members, storage

    yield members, storage


def exit_code(verdict: str) -> int:
    """Return the exit code that *verdict* stands for."""
    from assay.cli import FAIL, INCONCLUSIVE, PASS

    return {"pass": PASS, "fail": FAIL}.get(verdict, INCONCLUSIVE)


def _name(image: Path) -> str:
    """Return the name under which *image* was handed in, as reports print it."""
    from assay._kernel.printable import printable

    return printable(image.resolve().name.encode("utf-8", "surrogateescape"))


def _output(image: Path, chosen: str | None) -> Path:
    """Return the output folder; raises when it holds something that is not ours."""
    from assay.errors import UsageError

    folder = Path(chosen) if chosen else Path(f"{image.resolve().name or 'image'}.assay")
    ours = (folder / BUNDLE).exists() or not folder.exists()
    if not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} exists and holds no earlier evaluation",
            advice="Name another folder with --output.",
        )
    return folder


def _write(
    results: "Results", image: Path, folder: Path, watch: "Watch", arguments: argparse.Namespace
) -> None:
    """Write all results; the bundle comes last, so that a folder with one is complete.

    A folder that could not be filled is removed again.
    """
    import shutil

    from assay.errors import StorageError
    from assay.seal.members import EVALUATION
    from assay.seal.storage import write_together

    ours = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: {error.strerror}", advice="Name another folder with --output."
        ) from None
    try:
        plain = {name: [content] for name, content in results.files.items()}
        sealed = _sealed(results, image, watch, arguments)
        write_together(folder, {**plain, EVALUATION: [results.encoded], BUNDLE: sealed})
    except BaseException:
        if ours:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _sealed(
    results: "Results", image: Path, watch: "Watch", arguments: argparse.Namespace
) -> "Iterator[bytes]":
    """Yield the bytes of the bundle; without a key no cryptography is loaded, which is slow."""
    from assay._kernel.processors import available_processors
    from assay.seal.members import BUNDLE_SCHEMA, EVALUATION, assembled, packed

    record = watch.record(image, workers=arguments.workers or available_processors())
    if arguments.key:
        from assay.seal.bundle import build
        from assay.seal.keys import signing_key

        key = signing_key(arguments.key)
        yield from build(results.evaluation, record, results.files, key)
        return
    members = assembled(BUNDLE_SCHEMA, (EVALUATION, results.encoded), record, results.files)
    yield from packed(members)


def _print(results: "Results", image: Path, folder: Path, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(results.encoded.decode())
    elif not arguments.quiet:
        from assay.cli.console import print_summary

        print_summary(results.evaluation, image.name, everything=arguments.everything)
        sealed = "signed" if arguments.key else "unsigned: --key NAME signs it"
        print(f"written   {folder}/report.html, {BUNDLE} ({sealed})")
