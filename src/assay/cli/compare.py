"""`assay compare`: two images, directories or files; what differs, and why."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cli.compare_versions import (
    configure_versions,
    refuse_version_options,
    run_versions,
)

if TYPE_CHECKING:
    from assay.compare.records import Comparison
    from assay.seal.keys import SigningKey
    from assay.seal.run import RunRecord

SUMMARY = "compare two images: what differs, what explains it, is one what the other builds to"
EXAMPLES = """\
examples:
  assay compare shipped.bin rebuilt.bin
  assay compare old-rootfs/ new-rootfs.tar --full
  assay compare bin/busybox rebuilt/busybox --json
  assay compare shipped.bin rebuilt.bin --output report/ --key lab
  assay compare --versions firmware-1.0.bin firmware-1.1.bin --output update/
  assay compare --access firmware-1.0.bin firmware-1.1.bin --output update/

exit codes: 0 identical or equivalent (E0-E2), 1 different (D), 2 wrong use,
            3 inconclusive (I), 4 equivalent but for a person to review (E3)
with --versions and --access: 0 nothing got worse, 1 something did, 3 something could not be told
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("first", metavar="A", help="image file, directory, tar or single file")
    parser.add_argument("second", metavar="B", help="what to compare it with")
    parser.add_argument("--full", action="store_true", help="show every difference in full")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--output", "--out", dest="out", metavar="DIR",
        help="write HTML, JSON, SARIF and attestation; with --versions or --access their page",
    )  # fmt: skip
    parser.add_argument("--key", metavar="NAME", help="sign the attestation with this key")
    parser.add_argument("--workers", type=int, default=0, help="worker processes (default: all)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    configure_versions(parser)


def _write(folder: Path, result: "Comparison", run: "RunRecord", key: "SigningKey | None") -> None:
    """Write the reports and the attestation to *folder*, which is made."""
    from assay._kernel import canonical
    from assay.compare.attest import bundle
    from assay.seal.storage import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    files = bundle.reports(result) | {bundle.COMPARISON: canonical.encode(result)}
    for name, content in sorted(files.items()):
        (folder / name).write_bytes(content)
    write_atomically(folder / bundle.FILE, bundle.build(result, run, key))


def _key(name: str) -> "SigningKey":
    from assay.seal.keys import signing_key

    return signing_key(name)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print."""
    from assay._kernel import canonical
    from assay._kernel.processors import available_processors
    from assay.cli.progress import Progress
    from assay.compare import compare
    from assay.compare.levels import exit_code
    from assay.compare.report.text import render
    from assay.seal.run import Watch

    if arguments.versions or arguments.access:
        return run_versions(arguments)
    refuse_version_options(arguments)
    key = _key(arguments.key) if arguments.key else None
    progress = Progress(quiet=arguments.quiet)
    watch = Watch()
    first, second = Path(arguments.first), Path(arguments.second)
    try:
        result = compare(
            first,
            second,
            workers=arguments.workers,
            progress=progress,
        )
    finally:
        progress.close()
    if arguments.out:
        workers = arguments.workers or available_processors()
        _write(
            Path(arguments.out), result, watch.record(first, workers=workers, against=second), key
        )
    if arguments.json:
        print(canonical.encode(result).decode())
    else:
        sys.stdout.write(render(result, full=arguments.full))
    return exit_code(result.level)
