"""`assay verify` for bundles of comparisons and rebuilds: seal, level, and comparing again."""

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.compare.attest.verification import Attested
    from assay.model.result import Tool
    from assay.rebuild.records import Rebuild
    from assay.seal.keys import PublicKey
    from assay.seal.verification import SealState


def attested(
    arguments: argparse.Namespace, trusted: "Callable[[list[str]], tuple[PublicKey, ...]]"
) -> int | None:
    """Verify the bundle and print what is known of it, when it holds a comparison or a rebuild.

    Returns the exit code, None when the bundle is of another sort or cannot be read.
    """
    from assay.compare.attest import bundle as compared
    from assay.rebuild import bundle as rebuilt
    from assay.seal.sealed import content, schema_of

    data = content(arguments.bundle)
    schema = schema_of(data)
    if schema == compared.SORT.schema:
        return _comparison(arguments, data, trusted(arguments.key))
    if schema == rebuilt.SORT.schema:
        return _rebuild(arguments, data, trusted(arguments.key))
    return None


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


def _rebuild(arguments: argparse.Namespace, data: bytes, keys: "tuple[PublicKey, ...]") -> int:
    import msgspec

    from assay.rebuild.bundle import SORT
    from assay.seal.verification import exit_of, look

    if arguments.rerun is not None or arguments.against is not None:
        raise UsageError(
            "a rebuild is not run again from its bundle",
            advice="Run `assay rebuild` with the recipe in the bundle and compare the results.",
        )
    seal, one = look(SORT, data, keys)
    code = exit_of(seal.state, None)
    if arguments.json:
        shown = one.record if one is not None else None
        print_record(
            {"seal": msgspec.to_builtins(seal), "rebuild": msgspec.to_builtins(shown)}, code
        )
    else:
        result = one.record if one is not None else None
        print_lines(_rebuild_lines(str(arguments.bundle), seal, result))
    return code


def _rebuild_lines(name: str, seal: "SealState", result: "Rebuild | None") -> Iterator[str]:
    yield from seal_lines(name, seal)
    if result is None:
        return
    yield f"  image      {result.image.size} bytes, sha256 {result.image.sha256}"
    yield f"  result     {result.level}, {result.reason}"
    for run in result.recipes:
        yield f"  recipe     {run.name} {run.version} {run.target}, sha256 {run.recipe}"
    for part in result.parts:
        yield f"  {part.level:10} {part.path}"
    yield from made_by(result.tool, seal)


def made_by(tool: "Tool", seal: "SealState") -> Iterator[str]:
    """Yield which Assay made the bundle, when, and the reports in it."""
    yield f"  made by    {tool.name} {tool.version} ({tool.digest[:16]})"
    yield f"  made at    {seal.started} by the clock of the machine that made it"
    yield f"  reports    {', '.join(seal.files)}"


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
        yield from made_by(known.tool, known.seal)
    if known.rerun is not None:
        yield from rerun_lines(known.rerun)
