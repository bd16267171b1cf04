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

SUMMARY = "compare two images: what differs, what explains it, is one what the other builds to"
EXAMPLES = """\
examples:
  assay compare shipped.bin rebuilt.bin
  assay compare old-rootfs/ new-rootfs.tar --full
  assay compare bin/busybox rebuilt/busybox --json
  assay compare shipped.bin rebuilt.bin --output report/ --key lab
  assay compare --versions firmware-1.0.bin firmware-1.1.bin --output update/

exit codes: 0 identical or equivalent (E0-E2), 1 different (D), 2 wrong use,
            3 inconclusive (I), 4 equivalent but for a person to review (E3)
with --versions: 0 nothing got worse, 1 something did, 3 something could not be told
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("first", metavar="A", help="image file, directory, tar or single file")
    parser.add_argument("second", metavar="B", help="what to compare it with")
    parser.add_argument("--full", action="store_true", help="show every difference in full")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--output", "--out", dest="out", metavar="DIR",
        help="write HTML, JSON, SARIF and attestation; with --versions the page versions.html",
    )  # fmt: skip
    parser.add_argument("--key", metavar="NAME", help="sign the attestation with this key")
    parser.add_argument("--workers", type=int, default=0, help="worker processes (default: all)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    configure_versions(parser)


def _write(folder: Path, result: "Comparison", key: str | None) -> None:
    """Write the reports to *folder*, which is made."""
    from assay.compare.report import html, sarif
    from assay.compare.report.attestation import attestation
    from assay.seal.keys import signing_key

    folder.mkdir(parents=True, exist_ok=True)
    files = attestation(result, signing_key(key) if key else None)
    files |= {"comparison.html": html.render(result), "comparison.sarif": sarif.render(result)}
    for name, content in sorted(files.items()):
        (folder / name).write_bytes(content)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print."""
    from assay._kernel import canonical
    from assay.cli.progress import Progress
    from assay.compare import compare
    from assay.compare.levels import exit_code
    from assay.compare.report.text import render

    if arguments.versions:
        return run_versions(arguments)
    refuse_version_options(arguments)
    progress = Progress(quiet=arguments.quiet)
    try:
        result = compare(
            Path(arguments.first),
            Path(arguments.second),
            workers=arguments.workers,
            progress=progress,
        )
    finally:
        progress.close()
    if arguments.out:
        _write(Path(arguments.out), result, arguments.key)
    if arguments.json:
        print(canonical.encode(result).decode())
    else:
        sys.stdout.write(render(result, full=arguments.full))
    return exit_code(result.level)
