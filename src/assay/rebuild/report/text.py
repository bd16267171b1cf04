"""A rebuild for the terminal: the count, each part with its level and why, how it was built."""

from collections.abc import Iterator

from assay.compare.causes import CAUSES
from assay.compare.levels import LIMIT
from assay.compare.report.text import told
from assay.rebuild.records import BuildRun, Part, Rebuild, RecipeRun
from assay.rebuild.verdict import WORDS, ordered

MOST_CHANGES = 6
MOST_LINES = 12


def render(result: Rebuild, *, full: bool = False) -> str:
    """Return the text; *full* leaves nothing out."""
    lines = [f"{result.level}  {result.reason}", ""]
    for part in ordered(result.parts):
        lines += _part(part, full=full)
    if any(part.changes for part in result.parts):
        lines += ["", "A line with - is what the source builds to, one with + what the image has."]
    lines += _causes(result)
    for run in result.recipes:
        lines += _recipe(run)
    lines += [f"ELF files in the image, whoever they come from: {result.programs}"]
    lines += [*result.notes]
    if any(part.state in {"reproduces", "review"} for part in result.parts):
        lines += ["", LIMIT]
    return "\n".join(lines) + "\n"


def _part(part: Part, *, full: bool) -> Iterator[str]:
    yield f"{part.level:3} {WORDS[part.state]}: {part.path}  ({part.recipe}, {part.file})"
    if part.level != "E0" and not any(one.says.startswith(part.reason) for one in part.changes):
        yield f"      {part.reason}"
    for change in part.changes if full else part.changes[:MOST_CHANGES]:
        yield from told(change, "      ", 0 if full else MOST_LINES)
    if not full and len(part.changes) > MOST_CHANGES:
        yield f"      … and {len(part.changes) - MOST_CHANGES} more differences"
    for hint in part.hints:
        yield f"      hint: {hint}"
    if part.state in {"differs", "undecided"} and part.built:
        yield f"      built   (-) sha256 {part.built}"
        yield f"      shipped (+) sha256 {part.shipped}"


def _causes(result: Rebuild) -> Iterator[str]:
    named = sorted({cause for part in result.parts for cause in part.causes})
    if named:
        yield ""
        yield "Explained by:"
    for name in named:
        files = sum(name in part.causes for part in result.parts)
        yield f"  {name:4} {CAUSES[name].title}, in {files}. {CAUSES[name].remove}"
    yield ""


def _recipe(run: RecipeRun) -> Iterator[str]:
    target = f" ({run.target})" if run.target else ""
    yield f"Recipe {run.name} {run.version}{target}, sha256 {run.recipe}"
    for source in run.sources:
        yield f"  source   {source.file}, sha256 {source.sha256}"
    for tool in run.tools:
        mark = "" if tool.as_expected else f" (expected: {tool.tool.expect})"
        yield f"  tool     {tool.tool.name}: {tool.says}{mark}"
    names = ", ".join(variation.name for variation in run.variations)
    yield f"  varied   {names or 'nothing'}"
    for number, build in enumerate(run.builds, 1):
        yield from _build(number, build)
    for one in run.made:
        causes = "".join(f"; {name} {CAUSES[name].title}" for name in one.causes)
        holds = f"; holds the {', the '.join(one.holds)} of the build" if one.holds else ""
        says = "the same bytes" if one.level == "E0" else f"{one.reason}{causes}{holds}"
        yield f"  twice    {one.output.file}: {one.level}, {says}"


def _build(number: int, build: BuildRun) -> Iterator[str]:
    if build.well:
        yield f"  build {number}  went well, {len(build.commands)} commands"
        return
    last = build.commands[-1]
    ended = f"was stopped: too much {last.stopped}" if last.stopped else f"ended with {last.code}"
    yield f"  build {number}  failed: {last.command.strip()!r} {ended}"
    for line in build.log:
        yield f"    | {line}"
