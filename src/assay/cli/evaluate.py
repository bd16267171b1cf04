"""`assay evaluate`: the main job, from an image to a sealed verdict and its reports."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.model.flaws import Statement
    from assay.model.result import Evaluation
    from assay.pipeline import Evaluated
    from assay.seal.run import Watch

SUMMARY = "test an image against a standard and seal the result"
BUNDLE = "bundle.assay"
DEFAULT_PROFILE = "etsi-en-303-645"
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
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.previous import access_view, read_previous, tell_access
    from assay.cli.progress import Progress
    from assay.inventory.declared import read_declared
    from assay.pipeline import evaluate
    from assay.seal.run import Watch

    image = Path(arguments.image)
    _check_key(arguments.key)
    declared = read_declared(Path(arguments.declared)) if arguments.declared else None
    folder = _output(image, arguments.output)
    cache: Cache | None = None if arguments.no_cache else Cache(default_folder())
    statements = _statements(arguments.vex)
    previous = read_previous(arguments.previous) if arguments.previous else None
    watch = Watch()
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
    _write(done, image, folder, watch, arguments)
    _print(done, image, folder, arguments)
    if view is not None:
        tell_access(view, arguments, folder)
    return exit_code(done.evaluation)


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
    from assay.seal import bundle, keys, storage

    yield bundle, keys, storage


def exit_code(evaluation: "Evaluation") -> int:
    """Return the exit code that the verdict of *evaluation* stands for."""
    from assay.cli import FAIL, INCONCLUSIVE, PASS

    return {"pass": PASS, "fail": FAIL}.get(evaluation.verdict, INCONCLUSIVE)


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
    done: "Evaluated", image: Path, folder: Path, watch: "Watch", arguments: argparse.Namespace
) -> None:
    """Write all results; the bundle comes last, so that a folder with one is complete.

    A folder that could not be filled is removed again.
    """
    import shutil

    from assay._kernel import canonical
    from assay._kernel.printable import printable
    from assay._kernel.workers import available_processors
    from assay.errors import StorageError
    from assay.report import render_all
    from assay.seal.bundle import write
    from assay.seal.keys import signing_key
    from assay.seal.storage import write_atomically

    name = printable(image.resolve().name.encode("utf-8", "surrogateescape"))
    files = render_all(done.evaluation, name)
    ours = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: {error.strerror}", advice="Name another folder with --output."
        ) from None
    key = signing_key(arguments.key) if arguments.key else None
    try:
        for file, content in files.items():
            write_atomically(folder / file, [content])
        write_atomically(folder / "evaluation.json", [canonical.encode(done.evaluation)])
        record = watch.record(image, workers=arguments.workers or available_processors())
        write(folder / BUNDLE, done.evaluation, record, files, key)
    except BaseException:
        if ours:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _print(done: "Evaluated", image: Path, folder: Path, arguments: argparse.Namespace) -> None:
    from assay._kernel import canonical
    from assay.cli.console import print_summary

    if arguments.json:
        print(canonical.encode(done.evaluation).decode())
    elif not arguments.quiet:
        print_summary(done.evaluation, image.name, everything=arguments.everything)
        sealed = "signed" if arguments.key else "unsigned: --key NAME signs it"
        print(f"written   {folder}/report.html, {BUNDLE} ({sealed})")
