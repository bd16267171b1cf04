"""A rebuild as one page: the count, the parts, how each recipe was built, what explains it."""

from collections.abc import Iterator
from html import escape

from assay.compare.causes import CAUSES
from assay.compare.levels import LIMIT, MEANINGS
from assay.compare.report.html import STYLE
from assay.rebuild.records import Part, Rebuild, RecipeRun
from assay.rebuild.verdict import WORDS, ordered
from assay.report.markup import POLICY


def render(result: Rebuild) -> bytes:
    """Return the page; it loads nothing and runs nothing."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>Rebuild: {escape(result.reason)}</title><style>{STYLE}</style>",
        f"<h1><span class='level {result.level}'>{result.level}</span> ",
        f"{escape(result.reason)}</h1>",
        f"<p>Image <code>{result.image.sha256}</code>, {result.image.size} bytes, with ",
        f"{result.programs} different ELF files. Sandbox: {escape(result.sandbox)}.</p>",
        *(f"<p>{escape(note)}</p>" for note in result.notes),
        "<h2>Parts</h2><p>A line with - is what the source builds to, one with + what the image ",
        "has.</p>",
        *(text for part in ordered(result.parts) for text in _part(part)),
        *_causes(result),
        *(text for run in result.recipes for text in _recipe(run)),
        f"<p>{escape(LIMIT)}</p>",
    ]
    return "".join(parts).encode() + b"\n"


def _part(part: Part) -> Iterator[str]:
    opened = " open" if part.level == "D" else ""
    yield f"<details{opened}><summary><span class='level {part.level}'>{part.level}</span> "
    yield f"<b>{escape(part.path)}</b> — {escape(WORDS[part.state])}</summary>"
    yield f"<p>{escape(part.reason)}</p><table>"
    yield f"<tr><th>recipe<td>{escape(part.recipe)}, {escape(part.file)}"
    yield f"<tr><th>shipped<td><code>{part.shipped}</code>"
    yield f"<tr><th>built<td><code>{part.built}</code></table>"
    for change in part.changes:
        reach = f" <span class=reach>({escape('; '.join(change.reach))})</span>"
        yield f"<p>{escape(change.says)}{reach if change.reach else ''}</p>"
        if change.lines:
            yield "<pre>" + "\n".join(escape(line) for line in change.lines) + "</pre>"
    for hint in part.hints:
        yield f"<p>hint: {escape(hint)}</p>"
    yield "</details>"


def _causes(result: Rebuild) -> Iterator[str]:
    named = sorted({cause for part in result.parts for cause in part.causes})
    if not named:
        return
    yield "<h2>Explained</h2><table><tr><th>cause<th>files<th>how to remove it"
    for name in named:
        files = sum(name in part.causes for part in result.parts)
        yield f"<tr><td>{name} {escape(CAUSES[name].title)}<td class=n>{files}"
        yield f"<td>{escape(CAUSES[name].remove)}"
    yield "</table>"


def _recipe(run: RecipeRun) -> Iterator[str]:
    target = f" ({run.target})" if run.target else ""
    yield f"<h2>{escape(run.name)} {escape(run.version)}{escape(target)}</h2><table>"
    yield f"<tr><th>recipe<td><code>{run.recipe}</code>"
    for source in run.sources:
        yield f"<tr><th>source<td>{escape(source.file)} <code>{source.sha256}</code>"
    for tool in run.tools:
        says = tool.says if tool.as_expected else f"{tool.says} (expected: {tool.tool.expect})"
        yield f"<tr><th>{escape(tool.tool.name)}<td>{escape(says)}"
    yield "</table><table><tr><th>varied<th>first build<th>second build"
    for one in run.variations:
        yield f"<tr><td>{one.name}<td>{escape(one.first)}<td>{escape(one.second)}"
    yield "</table>"
    for number, build in enumerate(run.builds, 1):
        ended = "went well" if build.well else "failed"
        yield f"<details><summary>Build {number} {ended}</summary><pre>"
        yield "\n".join(escape(f"$ {one.command}  [{one.code}]") for one in build.commands)
        yield "\n" + "\n".join(escape(line) for line in build.log) + "</pre></details>"
    yield "<table><tr><th>output<th>first against second build"
    for made in run.made:
        causes = "".join(f"; {name} {CAUSES[name].title}" for name in made.causes)
        yield f"<tr><td>{escape(made.output.file)}<td>{made.level}: "
        holds = f"; holds the {', the '.join(made.holds)} of the build" if made.holds else ""
        yield escape(MEANINGS[made.level] + causes + holds)
    yield "</table>"
