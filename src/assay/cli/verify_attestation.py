"""`assay verify` for bundles of comparisons: seal, level, and comparing again."""

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.compare.attest.verification import Attested
    from assay.seal.keys import PublicKey
    from assay.seal.verification import SealState


def attested(
    arguments: argparse.Namespace, trusted: "Callable[[list[str]], tuple[PublicKey, ...]]"
) -> int | None:
    """Verify the bundle and print what is known of it, when it holds a comparison.

    Returns the exit code, None when the bundle is of another sort or cannot be read.
    """
    from assay.compare.attest.bundle import SORT
    from assay.seal.sealed import content, schema_of

    data = content(arguments.bundle)
    if schema_of(data) != SORT.schema:
        return None
    return _comparison(arguments, data, trusted(arguments.key))


def _comparison(arguments: argparse.Namespace, data: bytes, keys: "tuple[PublicKey, ...]") -> int:
    from assay.compare.attest.verification import rerun, verify
    from assay.model.record import replace

    if (arguments.rerun is None) != (arguments.against is None):
        raise UsageError(
            "a comparison has two sides", advice="Give --rerun A --against B, or neither."
        )
    known, sealed = verify(data, keys)
    if arguments.rerun is not None and sealed is not None:
        again = rerun(sealed, arguments.rerun, arguments.against)
        known = replace(known, rerun=again)
    if arguments.json:
        print_record(known, known.exit_code)
    else:
        print_lines(_lines(str(arguments.bundle), known))
    return int(known.exit_code)


def print_record(known: object, code: int) -> None:
    """Print what is known as JSON, with the exit code."""
    import msgspec

    encoded = msgspec.json.encode(msgspec.to_builtins(known) | {"exit_code": code})
    print(msgspec.json.format(encoded, indent=2).decode())


def print_lines(lines: Iterator[str]) -> None:
    """Print *lines* without what a terminal would obey."""
    from assay.cli.verify import harmless

    for line in lines:
        print(harmless(line))


def seal_lines(name: str, seal: "SealState") -> Iterator[str]:
    """Yield what the seal of the bundle *name* says."""
    from assay.seal.verification import MEANING

    yield f"{name}: {MEANING[seal.state]}"
    if seal.state == "broken":
        yield f"  first broken part: {seal.part}: {seal.says}"
    elif seal.keyid:
        yield f"  signed by  {seal.key or 'unknown key'} ({seal.keyid})"


def _lines(name: str, known: "Attested") -> Iterator[str]:
    from assay.cli.verify import rerun_lines
    from assay.compare.levels import TITLES

    yield from seal_lines(name, known.seal)
    if known.a is None or known.b is None or known.level is None:
        return
    for word, file, subject in (("first", known.first, known.a), ("second", known.second, known.b)):
        yield f"  {word:10} {file}, {subject.size} bytes, sha256 {subject.sha256}"
    yield f"  level      {known.level}, {TITLES[known.level]}: {known.reason}"
    if known.tool is not None:
        yield f"  made by    {known.tool.name} {known.tool.version} ({known.tool.digest[:16]})"
    yield f"  made at    {known.seal.started} by the clock of the machine that made it"
    yield f"  reports    {', '.join(known.seal.files)}"
    if known.rerun is not None:
        yield from rerun_lines(known.rerun)
