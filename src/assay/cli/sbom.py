"""`assay sbom`: the bill of materials of an image, and what a vendor's bill has wrong."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.pipeline import Identified
    from assay.report.bom.bill import Bill
    from assay.report.bom.comparing import Match

SUMMARY = "write the bill of materials of an image, or compare it with the vendor's"
FORMATS = ("cyclonedx", "spdx-2.3", "spdx-3.0.1")
UNDATED = "1970-01-01T00:00:00Z"
EXAMPLES = """\
examples:
  assay sbom firmware.bin --output firmware.cdx.json
  assay sbom firmware.bin --format spdx-2.3 --created 2026-03-01T00:00:00Z
  assay sbom firmware.bin --compare vendor.spdx.json

A bill holds no time unless --created gives one: SPDX requires one, and gets 1970-01-01. With
--compare the exit code is 1 when the vendor's bill is contradicted by the image or leaves out a
component that is surely there, 3 when some of what it declares was not seen or has no version to
compare, 0 otherwise.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("image", help="image file, directory, or tar of a root file system")
    parser.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], help="form (default: %(default)s)"
    )
    parser.add_argument("--output", metavar="FILE", help="write here instead of standard output")
    parser.add_argument("--files", action="store_true", help="list all files of the image as well")
    parser.add_argument("--created", metavar="TIME", help="time of an SPDX bill, in UTC")
    parser.add_argument("--compare", metavar="BILL", help="vendor's CycloneDX or SPDX JSON")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="worker processes (default: all cores)"
    )
    parser.add_argument("--no-cache", action="store_true", help="neither read nor fill the cache")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Identify the components; write the bill, or compare it with the given one."""
    from assay.errors import UsageError

    if arguments.files and arguments.format == "spdx-2.3":
        raise UsageError(
            "SPDX 2.3 requires a SHA-1 of every file", advice="Use another --format with --files."
        )
    created = _created(arguments.created)
    declared = _declared(arguments.compare)
    known = _identified(arguments)
    if declared is not None:
        from assay.report.bom.comparing import compare

        return _show(compare(declared, known.components), arguments)
    return _write(_bill(known, arguments), created, arguments)


def _created(text: str | None) -> str:
    import re

    from assay.errors import UsageError

    if text is None:
        return UNDATED
    if not re.fullmatch(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ", text):
        raise UsageError(f"{text} is no time", advice="Write it as 2026-03-01T00:00:00Z.")
    return text


def _declared(path: str | None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a late import
    if path is None:
        return None
    from assay.report.bom.declared import read

    return read(Path(path)).components


def _identified(arguments: argparse.Namespace) -> "Identified":
    from assay._kernel.cache import Cache, default_folder
    from assay.cli.progress import Progress
    from assay.pipeline import identified

    cache = None if arguments.no_cache else Cache(default_folder())
    progress = Progress(quiet=arguments.quiet)
    try:
        return identified(
            arguments.image, workers=arguments.workers, cache=cache, progress=progress
        )
    finally:
        progress.close()


def _bill(known: "Identified", arguments: argparse.Namespace) -> "Bill":
    from assay._kernel.printable import printable
    from assay.identify.dependencies import file_needs
    from assay.report.bom.bill import Bill, BillFile

    files: tuple[BillFile, ...] = ()
    if arguments.files:
        needs = file_needs(known.image)
        files = tuple(
            BillFile(node.path, node.blob, node.size or 0, needs.get(node.path, ()))
            for node in known.image.files()
            if node.blob
        )
    name = printable(Path(arguments.image).resolve().name.encode("utf-8", "surrogateescape"))
    return Bill(name, known.subject, known.tool, known.components, files)


def _write(bill: "Bill", created: str, arguments: argparse.Namespace) -> int:
    from assay.cli import PASS
    from assay.report import cyclonedx
    from assay.report.bom import spdx2, spdx3
    from assay.seal.storage import write_atomically

    if arguments.format == "cyclonedx":
        content = cyclonedx.document(bill)
    else:
        writer = spdx2 if arguments.format == "spdx-2.3" else spdx3
        content = writer.document(bill, created)
    if arguments.output:
        write_atomically(Path(arguments.output), [content, b"\n"])
        return PASS
    sys.stdout.write(content.decode() + "\n")
    return PASS


def _show(matches: "tuple[Match, ...]", arguments: argparse.Namespace) -> int:
    from assay._kernel import canonical
    from assay._kernel.printable import printable
    from assay.cli import FAIL, INCONCLUSIVE, PASS

    counts = Counter(match.relation for match in matches)
    if arguments.json:
        print(canonical.encode([_told(match) for match in matches]).decode())
    else:
        for match in matches:
            says = printable(match.says.encode("utf-8", "surrogateescape"))
            print(f"{match.relation:15} {says}")
        print(", ".join(f"{counts[name]} {name}" for name in sorted(counts)) or "nothing declared")
    if counts["contradicted"] or counts["undeclared"]:
        return FAIL
    return INCONCLUSIVE if counts["not seen"] or counts["not comparable"] else PASS


def _told(match: "Match") -> dict[str, object]:
    one = match.declared
    declared = None if one is None else {
        "name": one.name, "version": one.version, "purl": one.purl, "cpe": one.cpe
    }  # fmt: skip
    return {
        "relation": match.relation,
        "declared": declared,
        "seen": list(match.seen),
        "says": match.says,
    }
