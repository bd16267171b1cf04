"""`assay recheck`: match an old evaluation with other advisories, without its image."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.model.flaws import KnownFlaw
    from assay.model.result import Evaluation
    from assay.seal.bundle import Bundle

SUMMARY = "match a sealed evaluation with newer advisories, without the image"
EXAMPLES = """\
examples:
  assay recheck bundle.assay
  assay recheck bundle.assay --snapshot 2026-07-14 --output rechecked.assay --key laboratory
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.description = (
        "Everything but the known flaws and what is judged by them is taken from the bundle. "
        "Exit codes: those of `assay evaluate`."
    )
    parser.add_argument("bundle", metavar="BUNDLE", type=Path)
    parser.add_argument(
        "--snapshot", default="", metavar="NAME", help="advisories (default: the newest)"
    )
    parser.add_argument(
        "--vex", action="append", default=[], metavar="FILE", type=Path,
        help="statements instead of those of the bundle; repeatable",
    )  # fmt: skip
    parser.add_argument("--profile", metavar="FILE", help="the profile, if it was a file")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write a new bundle")
    parser.add_argument("--key", metavar="NAME", help="sign the new bundle with this key")
    parser.add_argument("--json", action="store_true", help="print the new evaluation as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Match again, print what changed, and write the new bundle where one is wanted."""
    from assay._kernel import canonical
    from assay.cli.evaluate import exit_code
    from assay.recheck import recheck
    from assay.seal import bundle
    from assay.seal.keys import signing_key
    from assay.vulns.vex.reading import read_statements

    if arguments.key:
        signing_key(arguments.key)
    old = bundle.read(arguments.bundle)
    statements = [one for file in arguments.vex for one in read_statements(file)]
    fresh = recheck(
        old.evaluation,
        snapshot=arguments.snapshot,
        statements=statements or None,
        profile=arguments.profile or "",
    )
    if arguments.output:
        _write(old, fresh, arguments)
    if arguments.json:
        print(canonical.encode(fresh).decode())
    else:
        for line in _lines(old.evaluation, fresh):
            print("".join(char if char.isprintable() else "\ufffd" for char in line))
    return exit_code(fresh.verdict)


def _write(old: "Bundle", fresh: "Evaluation", arguments: argparse.Namespace) -> None:
    from assay.report import render_all
    from assay.seal.bundle import write
    from assay.seal.keys import signing_key
    from assay.seal.run import Watch

    record = Watch().record(Path(old.run.image), workers=0)
    key = signing_key(arguments.key) if arguments.key else None
    write(arguments.output, fresh, record, render_all(fresh, old.run.image), key)
    print(f"written {arguments.output}", file=sys.stderr)


def _lines(old: "Evaluation", fresh: "Evaluation") -> Iterator[str]:
    before, after = _open(old), _open(fresh)
    search = fresh.flaw_search
    yield f"advisories  {search.as_of if search and search.snapshot else 'none'}"
    for says in search.problems if search else ():
        yield f"            {says}"
    yield f"verdict     {fresh.verdict} (was {old.verdict})"
    yield f"flaws       {len(after)} open (were {len(before)})"
    for mark, keys, flaws in (
        ("new", after.keys() - before.keys(), after),
        ("gone", before.keys() - after.keys(), before),
    ):
        for key in sorted(keys, key=lambda key: (-flaws[key].priority, key)):
            yield f"  {mark:8}  {flaws[key].says}"


def _open(evaluation: "Evaluation") -> "dict[tuple[str, str, str], KnownFlaw]":
    return {
        (flaw.id, flaw.component, flaw.version): flaw
        for flaw in evaluation.flaws
        if flaw.status != "not-affected"
    }
