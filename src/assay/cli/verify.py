"""`assay verify`: is a bundle intact, who signed it, and does evaluating again give the same."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from assay.model.result import Evaluation
    from assay.seal.keys import PublicKey
    from assay.seal.rerun import Comparison
    from assay.seal.verification import Verification

SUMMARY = "check the seal of a bundle; with --rerun, do again what it holds and compare"
EXAMPLES = """\
examples:
  assay verify firmware.bin.assay/bundle.assay --rerun firmware.bin
  assay verify report/bundle.assay --rerun shipped.bin --against rebuilt.bin
"""
_CAUSES = {
    "image": "it is another image",
    "tool": "another version of Assay or of its data made the bundle",
    "options": "the options differ",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to *parser*."""
    parser.description = (
        "Exit codes: 0 signed by a known key, or evaluated again with the same result; "
        "1 not intact, or the result differs; 3 intact, but nothing vouches for it."
    )
    parser.add_argument("bundle", metavar="BUNDLE", type=Path)
    parser.add_argument(
        "--key",
        metavar="PUB",
        action="append",
        default=[],
        help="trust only this key: a name of `assay keys list` or a .pub file; repeatable",
    )
    parser.add_argument(
        "--rerun",
        metavar="IMAGE",
        type=Path,
        help="evaluate IMAGE and compare; of a comparison, its first side",
    )
    parser.add_argument(
        "--against", metavar="B", type=Path, help="with --rerun, the second side of a comparison"
    )
    parser.add_argument("--profile", metavar="FILE", help="profile for --rerun, if it was a file")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Verify the bundle and print what is known of it; returns the exit code."""
    import msgspec

    from assay.cli.verify_attestation import attested
    from assay.model.record import replace
    from assay.seal.verification import verify

    code = attested(arguments, _trusted)
    if code is not None:
        return code
    if arguments.against is not None:
        raise UsageError("--against is for comparisons; this bundle holds an evaluation")
    known, contents = verify(arguments.bundle, _trusted(arguments.key))
    if arguments.rerun is not None and contents is not None:
        rerun = _rerun(contents.evaluation, arguments.rerun, arguments.profile)
        known = replace(known, rerun=rerun)
    if arguments.json:
        encoded = msgspec.json.encode(msgspec.to_builtins(known) | {"exit_code": known.exit_code})
        print(msgspec.json.format(encoded, indent=2).decode())
    else:
        for line in _lines(arguments.bundle, known):
            print(harmless(line))
    return int(known.exit_code)


def _trusted(names: list[str]) -> "tuple[PublicKey, ...]":
    from assay.seal import keys

    return tuple(keys.public_key(name) for name in names) if names else keys.stored()


def _rerun(sealed: "Evaluation", image: Path, profile: str | None) -> "Comparison":
    from assay.inventory.declared import declared_of
    from assay.judge.profile import names
    from assay.pipeline import evaluate
    from assay.seal.rerun import compare, other_image, sealed_limits
    from assay.vulns.choice import sealed_statements

    other = other_image(sealed.subject, image)
    if other is not None:
        return other
    limits = sealed_limits(sealed.options)
    if profile is None and sealed.profile not in names():
        raise UnknownName(
            f"the bundle was judged against {sealed.profile[:60]!r}, which is not Assay's own",
            advice="Give the profile's file with --profile.",
        )
    print(f"Evaluating {image} again, without a cache …", file=sys.stderr)
    absent = [option.value for option in sealed.options if option.name == "absent"]
    snapshot = next((one.value for one in sealed.options if one.name == "advisories"), "none")
    fresh = evaluate(
        image, profile=profile or sealed.profile, cache=None, limits=limits, absent=absent,
        snapshot=snapshot, statements=sealed_statements(sealed),
        declared=declared_of(sealed.options),
    )  # fmt: skip
    return compare(sealed, fresh.evaluation)


def harmless(line: str) -> str:
    """Return *line* without what a terminal would obey: names in a bundle are a stranger's."""
    return "".join(char if char.isprintable() else "\ufffd" for char in line)


def _lines(path: Path, known: "Verification") -> Iterator[str]:
    from assay.seal.verification import MEANING

    yield f"{path}: {MEANING[known.state]}"
    if known.state == "broken":
        yield f"  first broken part: {known.part}: {known.says}"
        return
    if known.keyid:
        yield f"  signed by  {known.key or 'unknown key'} ({known.keyid})"
    yield f"  image      {known.image}, {known.size} bytes, sha256 {known.subject}"
    yield f"  judged     {known.verdict} against {known.profile}"
    if known.tool is not None:
        yield f"  made by    {known.tool.name} {known.tool.version} ({known.tool.digest[:16]})"
    yield f"  made at    {known.started} by the clock of the machine that made it"
    if known.files:
        yield f"  reports    {', '.join(known.files)}"
    if known.rerun is not None:
        yield from rerun_lines(known.rerun)


def rerun_lines(rerun: "Comparison") -> Iterator[str]:
    """Yield what a re-run showed."""
    if rerun.identical:
        yield "  run again  identical, byte for byte"
        return
    yield "  run again  different"
    for cause in rerun.causes:
        yield f"    because {_CAUSES[cause]}"
    if rerun.difference is not None:
        yield f"    first difference at {rerun.difference.pointer or '/'}"
        yield f"      sealed: {rerun.difference.sealed or '(nothing)'}"
        yield f"      now:    {rerun.difference.fresh or '(nothing)'}"
