"""`assay rebuild`: builds open-source parts of an image again and compares."""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay._kernel.sandbox import Bounds
    from assay.rebuild.rebuilding import Conditions
    from assay.rebuild.records import Rebuild

SUMMARY = "build open-source parts of an image again; say which are what the source builds to"
EXAMPLES = """\
examples:
  assay rebuild busybox.toml --sources tarballs/ --against firmware.bin
  assay rebuild busybox.toml dropbear.toml --target armhf --sources tarballs/ --against rootfs/
  assay rebuild busybox.toml --sources tarballs/ --against firmware.bin --output report/

A recipe names sources by digest, tools, commands and outputs (docs/rebuild.md; examples/recipes has
three). Nothing is downloaded. The commands run twice in a sandbox without network, in environments
that differ.

exit codes: 0 every part reproduces (E0-E2), 1 a part differs (D), 2 wrong use,
            3 inconclusive (I), 4 a part is for a person to review (E3)
"""
QUIET_SECONDS = 10.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("recipes", nargs="+", metavar="RECIPE", type=Path, help="recipe, TOML")
    parser.add_argument(
        "--against", required=True, metavar="IMAGE", type=Path, help="image, directory or tar"
    )
    parser.add_argument(
        "--sources", action="append", default=[], metavar="DIR", type=Path,
        help="folder with the files that the recipes name; repeatable (default: the recipe's own)",
    )  # fmt: skip
    parser.add_argument("--target", default="", metavar="NAME", help="target of the recipes")
    parser.add_argument(
        "--toolchain", action="append", default=[], metavar="DIR", type=Path,
        help="folder that the builds see read-only at the same path, its bin first; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--minutes", type=int, default=60, metavar="N", help="most time of one command (60)"
    )
    parser.add_argument(
        "--space", type=int, default=8192, metavar="MIB", help="most that a build may write (8192)"
    )
    parser.add_argument(
        "--processes", type=int, default=1024, metavar="N", help="most processes at once (1024)"
    )
    parser.add_argument(
        "--unsandboxed", action="store_true",
        help="run the commands on this host as they are: for recipes that you trust",
    )  # fmt: skip
    parser.add_argument(
        "--output", metavar="DIR", help="write HTML, JSON, logs, built files and a bundle"
    )
    parser.add_argument("--key", metavar="NAME", help="sign the bundle with this key")
    parser.add_argument("--full", action="store_true", help="show every difference in full")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--workers", type=int, default=0, help="worker processes (default: all)")
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def run(arguments: argparse.Namespace) -> int:
    """Build, compare and print; returns the exit code."""
    from assay._kernel import canonical
    from assay._kernel.processors import available_processors
    from assay.compare.levels import exit_code
    from assay.rebuild.bundle import build
    from assay.rebuild.rebuilding import rebuild
    from assay.rebuild.recipe import content, parse
    from assay.rebuild.report.text import render
    from assay.seal.keys import signing_key
    from assay.seal.run import Watch

    texts = [content(path) for path in arguments.recipes]
    recipes = [
        parse(text, str(path), arguments.target)
        for path, text in zip(arguments.recipes, texts, strict=True)
    ]
    key = signing_key(arguments.key) if arguments.key else None
    if arguments.output:
        Path(arguments.output).mkdir(parents=True, exist_ok=True)
    steps, watch = Steps(quiet=arguments.quiet), Watch()
    result = rebuild(recipes, arguments.against, _conditions(arguments), steps)
    if arguments.output:
        workers = arguments.workers or available_processors()
        record = watch.record(arguments.against, workers=workers)
        files = {f"recipe-{place}.toml": text for place, text in enumerate(texts, 1)}
        _write(Path(arguments.output), result, build(result, record, files, key))
    if arguments.json:
        print(canonical.encode(result).decode())
    else:
        sys.stdout.write(render(result, full=arguments.full))
    return exit_code(result.level)


def _conditions(arguments: argparse.Namespace) -> "Conditions":
    from assay.errors import UnreadableInput
    from assay.rebuild.rebuilding import Conditions

    absent = next((path for path in arguments.toolchain if not path.is_dir()), None)
    if absent is not None:
        raise UnreadableInput(f"{absent} is not a folder", advice="Give --toolchain a folder.")
    sources = arguments.sources or [path.parent for path in arguments.recipes]
    return Conditions(
        sources=tuple(sources),
        toolchains=tuple(path.resolve() for path in arguments.toolchain),
        bounds=_bounds(arguments),
        unsandboxed=arguments.unsandboxed,
        keep=Path(arguments.output) if arguments.output else None,
        workers=arguments.workers,
    )


def _bounds(arguments: argparse.Namespace) -> "Bounds":
    from assay._kernel.sandbox import Bounds
    from assay._kernel.sandbox.room import MEBIBYTE
    from assay.errors import UsageError

    if min(arguments.minutes, arguments.space, arguments.processes) < 1:
        raise UsageError("--minutes, --space and --processes have to be at least 1")
    space = arguments.space * MEBIBYTE
    return Bounds(
        seconds=arguments.minutes * 60, folder=space, file=min(Bounds().file, space),
        processes=arguments.processes,
    )  # fmt: skip


def _write(folder: Path, result: "Rebuild", bundle: Iterable[bytes]) -> None:
    """Write the reports to *folder*."""
    from assay._kernel import canonical
    from assay.rebuild.bundle import FILE, REBUILD
    from assay.rebuild.report import html
    from assay.seal.storage import write_atomically

    (folder / REBUILD).write_bytes(canonical.encode(result))
    (folder / "rebuild.html").write_bytes(html.render(result))
    write_atomically(folder / FILE, bundle)


class Steps:
    """Shows on standard error what is being done: each command, and now and then for how long."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._shown = ""
        self._at = self._begun = time.monotonic()

    def __call__(self, says: str, finished: int, known: int) -> None:
        """Take in that *finished* of *known* commands are done and *says* is being done now."""
        now = time.monotonic()
        again = says == self._shown
        if self._quiet or (again and now - self._at < QUIET_SECONDS):
            return
        self._begun = self._begun if again else now
        self._shown, self._at = says, now
        place = f"[{finished + 1}/{known}] " if known else ""
        since = f" … {now - self._begun:.0f} s" if again else ""
        print(f"{place}{says}{since}", file=sys.stderr, flush=True)
