"""Writes the reference: pages about formats, kinds, checks, profiles, patterns and commands.

All text comes from the registries, so a page says what the code declares. The same source
always gives the same bytes. Run `python docs/make_reference.py`; with `--check` nothing is
written and exit code 1 says that a committed page is out of date.
"""

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assay import cli
from assay._kernel.registry import modules_with
from assay.checks.check import Check
from assay.checks.runner import checks
from assay.inventory.kind import Kind
from assay.inventory.patterns import patterns
from assay.judge import profile as profiles
from assay.judge.profile import Profile, Requirement
from assay.report import reports
from assay.unpack.format import Format
from assay.unpack.limits import Limits
from assay.unpack.registry import formats

FOLDER = Path(__file__).resolve().parent / "reference"
COMMAND = "python docs/make_reference.py"
NOTE = f"<!-- Made by `{COMMAND}` from the source. Do not edit. -->"
FAMILIES = {
    "container": "Firmware containers",
    "filesystem": "File systems",
    "volume": "Volumes and partition tables",
    "archive": "Archives",
    "compression": "Compressed streams",
    "executable": "Kernels, device trees and programs",
}

Lines = Iterator[str]


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    writers: dict[str, Callable[[], Lines]] = {
        "checks.md": checks_page,
        "commands.md": commands_page,
        "formats.md": formats_page,
        "kinds.md": kinds_page,
        "limits.md": limits_page,
        "patterns.md": patterns_page,
        "profiles.md": profiles_page,
        "reports.md": reports_page,
    }
    return {name: "\n".join([NOTE, "", *write()]) + "\n" for name, write in writers.items()}


def formats_page() -> Lines:
    """Yield the page about what can be unpacked."""
    found = [module.FORMAT for module in formats()]
    yield "# Formats"
    yield ""
    yield f"{len(found)} formats can be unpacked. `assay formats` prints the same list."
    yield "*Magic* is a regular expression over bytes; the number is its offset from the start of"
    yield "the format. Reaching a limit is recorded as a problem."
    for family in sorted({one.family for one in found}, key=list(FAMILIES).index):
        yield from ("", f"## {FAMILIES[family]}")
        for one in sorted((f for f in found if f.family == family), key=lambda f: f.name):
            yield from _format(one)


def _format(one: Format) -> Lines:
    yield from ("", f"### {one.name}", "", _escaped(one.about), "")
    yield "- Magic: " + (", ".join(f"{_code(m.expression)} at {m.at}" for m in one.magic) or "none")
    place = "anywhere in a blob" if one.anywhere else "at the start of a blob only"
    envelope = "; its parts are opened in their own right" if one.envelope else ""
    yield f"- Searched for {place}{envelope}."
    for limit in one.limits:
        yield f"- Limit: {_escaped(limit)}"
    yield from _references(one.references)


def kinds_page() -> Lines:
    """Yield the page about the analysers of files."""
    found = sorted((m.KIND for m in modules_with("assay.inventory.kinds", "KIND")), key=_name)
    yield "# Kinds"
    yield ""
    yield f"{len(found)} analysers state facts about files. `assay show IMAGE PATH --facts` prints"
    yield "what they state about one file."
    for one in found:
        yield from _kind(one)


def _name(kind: Kind) -> str:
    return kind.name


def _kind(one: Kind) -> Lines:
    yield from ("", f"## {one.name}", "", _sentence(one.about), "")
    reasons = []
    if one.magic:
        reasons.append("begins with " + " or ".join(_code(magic) for magic in one.magic))
    if one.paths:
        reasons.append("has a path like " + ", ".join(f"`{glob}`" for glob in one.paths))
    reasons += ["is text"] * one.text + ["is not text"] * one.binary
    every = one.text and one.binary
    yield "- Reads every file." if every else f"- Reads a file that {' or that '.join(reasons)}."
    yield f"- Reads at most {_size(one.most)}; a larger file counts as unread by this kind."
    yield f"- Version {one.version}. Facts: {', '.join(f'`{f}`' for f in _fields(one.facts))}."
    if one.facts.__doc__:
        yield f"- {_escaped(' '.join(one.facts.__doc__.split()))}"


def _size(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


def _fields(facts: type[Any]) -> tuple[str, ...]:
    return tuple(getattr(facts, "__struct_fields__", ()))


def limits_page() -> Lines:
    """Yield the page about the bounds on an image."""
    yield "# Limits"
    yield ""
    yield "What one image may cost. Reaching a bound is a recorded problem and makes verdicts"
    yield "inconclusive. Sizes are in bytes. `assay.pipeline.evaluate(limits=…)` takes others."
    yield from ("", "| limit | value |", "|---|---|")
    for name in Limits.__slots__:
        yield f"| `{name}` | {getattr(Limits(), name)} |"
    yield ""
    yield _sentence((Limits.__doc__ or "").partition("\n\n")[2])


def checks_page() -> Lines:
    """Yield the page about the tests."""
    found = [module.CHECK for module in checks()]
    deciding = _deciding()
    yield "# Checks"
    yield ""
    yield f"{len(found)} checks. `assay checks` lists them, `assay checks ID` explains one. The"
    yield "severity is that of a typical finding; a single finding may state another one."
    for topic in sorted({one.id.partition(".")[0] for one in found}):
        yield from ("", f"## {topic}")
        for one in (check for check in found if check.id.partition(".")[0] == topic):
            yield from _check(one, deciding.get(one.id, ()))


def _check(one: Check, deciding: Iterable[str]) -> Lines:
    yield from ("", f"### {one.id}", "", f"**{_escaped(one.title)}.** {_escaped(one.about)}", "")
    yield f"- Severity: {one.severity}. Version {one.version}."
    yield f"- Looks at: {_sentence(one.looks_at)}"
    yield f"- Not a finding: {_sentence(one.not_a_finding)}"
    if not one.applies:
        yield "- With nothing to look at, the outcome is `inconclusive`, not `not-applicable`."
    if one.advice:
        yield f"- Advice: {_sentence(one.advice)}"
    if one.cwe:
        links = (f"[{n}](https://cwe.mitre.org/data/definitions/{n}.html)" for n in one.cwe)
        yield f"- CWE: {', '.join(links)}"
    if told := sorted(deciding):
        yield f"- Bears on: {'; '.join(told)}"
    yield from _references(one.references)


def _deciding() -> dict[str, list[str]]:
    """Return the requirements that each check bears on, one text for each profile."""
    found: dict[str, list[str]] = {}
    for profile in _profiles():
        bound: dict[str, list[str]] = {}
        for requirement in profile.requirements:
            for binding in requirement.checks:
                bound.setdefault(binding.id, []).append(requirement.id)
        for check, ids in bound.items():
            found.setdefault(check, []).append(f"{profile.id} {', '.join(ids)}")
    return found


def profiles_page() -> Lines:
    """Yield the page about the standards."""
    yield "# Profiles"
    yield ""
    yield "The standards that come with Assay. Sentences are paraphrases of ours; the wording of a"
    yield "standard is not included. [Verdicts](../verdicts.md) has the rules and shows how to"
    yield "write a profile."
    for profile in _profiles():
        yield from _profile(profile)


def _profiles() -> list[Profile]:
    return [profiles.load(name) for name in profiles.names()]


def _profile(profile: Profile) -> Lines:
    required = sum(item.mandatory for item in profile.requirements)
    yield from ("", f"## {profile.id}", "", f"{profile.title}, {profile.edition}. {profile.url}")
    yield from ("", _sentence(profile.status), "")
    if profile.notes:
        yield from (_sentence(profile.notes), "")
    yield f"{len(profile.requirements)} requirements, {required} mandatory."
    yield from ("", "| id | | mode | says | checks |", "|---|---|---|---|---|")
    for item in profile.requirements:
        force = "must" if item.mandatory else "should"
        mark = "" if item.verified else " (id not verified)"
        says = _cell(item.says) + mark
        yield f"| {item.id} | {force} | {item.mode} | {says} | {_bindings(item)} |"
    yield ""
    for key, says in sorted(profile.sources.items()):
        yield f"- Source `{key}`: {_escaped(says)}"


def _bindings(item: Requirement) -> str:
    lists = {
        "fail or pass": item.both,
        "fail": item.can_fail,
        "pass": item.can_pass,
        "hint": item.hints,
    }
    told = (f"{label}: {', '.join(ids)}" for label, ids in lists.items() if ids)
    return "; ".join(told)


def patterns_page() -> Lines:
    """Yield the page about the pattern library."""
    found = sorted(patterns(), key=lambda one: str(one["id"]))
    yield "# Patterns"
    yield ""
    yield f"{len(found)} expressions are searched for in every file, all in one pass. They are"
    yield "data: `src/assay/inventory/patterns/*.toml`. A hit is a fact, not a finding; checks and"
    yield "matchers decide what it means."
    for topic in sorted({_topic(one) for one in found}):
        yield from ("", f"## {topic}")
        for one in (pattern for pattern in found if _topic(pattern) == topic):
            yield from ("", f"**{one['id']}**: {_sentence(one['about'])}", "")
            yield from ("```text", str(one["expression"]), "```")


def _topic(pattern: Mapping[str, Any]) -> str:
    return str(pattern["id"]).partition(".")[0]


def reports_page() -> Lines:
    """Yield the page about the reports."""
    yield "# Reports"
    yield ""
    yield "`assay evaluate` writes these files beside the bundle, and into it."
    yield from ("", "| file | what it is |", "|---|---|")
    for module in reports():
        yield f"| `{module.REPORT.file}` | {_cell(module.REPORT.about)} |"
    yield "| `evaluation.json` | the result in canonical JSON: what is sealed and compared |"
    yield "| `bundle.assay` | [the sealed bundle](../seal.md) |"
    yield ""
    for module in reports():
        for url in module.REPORT.references:
            yield f"- `{module.REPORT.file}`: <{url}>"


def commands_page() -> Lines:
    """Yield the page about the commands."""
    commands = cli._commands()  # noqa: SLF001 - the list that `assay --help` shows
    yield "# Commands"
    yield ""
    yield "`assay COMMAND --help` prints the same. Exit codes: 0 pass, 1 fail, 2 wrong use or"
    yield "failed, 3 inconclusive; 130 when stopped by Ctrl-C."
    for name, module in commands.items():
        parser = argparse.ArgumentParser(prog=f"assay {name}", add_help=False)
        parser.description = _sentence(module.SUMMARY)
        module.configure(parser)
        yield from ("", f"## assay {name}", "", _sentence(module.SUMMARY))
        if parser.description != _sentence(module.SUMMARY):
            yield from ("", _escaped(parser.description or ""))
        yield from _arguments(parser, "###")
        if examples := getattr(module, "EXAMPLES", "").strip():
            yield from ("", "```text", *examples.splitlines(), "```")


def _arguments(parser: argparse.ArgumentParser, heading: str) -> Lines:
    rows = [row for action in parser._actions for row in _rows(action)]  # noqa: SLF001 - argparse has no public list of them
    if rows:
        yield from ("", "| argument | |", "|---|---|", *rows)
    for action in parser._actions:  # noqa: SLF001 - same reason
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - same reason
            said = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001 - same reason
            for name, sub in action.choices.items():
                yield from ("", f"{heading} {parser.prog} {name}", "", _sentence(said[name]))
                yield from _arguments(sub, f"{heading}#")


def _rows(action: argparse.Action) -> Lines:
    if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):  # noqa: SLF001 - same reason
        return
    choices = "|".join(map(str, action.choices)) if action.choices else ""
    value = action.metavar or choices or action.dest.upper()
    name = str(value if isinstance(value, str) else value[0])
    if action.option_strings:
        takes = "" if action.nargs == 0 else f" {name}"
        name = ", ".join(action.option_strings) + takes
    says = (action.help or "") % {**vars(action), "prog": "assay"}
    marks = " …" if action.nargs in {"+", "*"} else ""
    optional = "(optional)" if action.nargs == "?" else ""
    yield f"| `{_bar(name)}`{marks} | {' '.join(filter(None, (_cell(says), optional)))} |"


def _references(urls: Iterable[str]) -> Lines:
    for url in urls:
        yield f"- <{url}>" if url.startswith("http") else f"- {_escaped(url)}"


def _code(expression: bytes) -> str:
    r"""Return *expression* as printable code: bytes outside ASCII as `\x..`."""
    text = "".join(chr(b) if 0x20 <= b < 0x7F and b != 0x60 else f"\\x{b:02x}" for b in expression)
    return f"`{text}`"


def _sentence(text: str) -> str:
    text = _escaped(" ".join(text.split()))
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _cell(text: str) -> str:
    return _bar(_escaped(" ".join(text.split())))


def _bar(text: str) -> str:
    return text.replace("|", "\\|")


def _escaped(text: str) -> str:
    """Return *text* without what Markdown would take for a tag or for emphasis."""
    parts = re.split(r"(`[^`]*`)", text)
    plain = (re.sub(r"([<>*_\[\]])", r"\\\1", part) for part in parts[::2])
    return "".join(a + b for a, b in zip(plain, [*parts[1::2], ""], strict=True))


def main() -> int:
    """Write the pages, or compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/reference from the source.")
    parser.add_argument("--check", action="store_true", help="compare only")
    check = parser.parse_args().check
    made = pages()
    stale = [name for name, text in made.items() if _read(FOLDER / name) != text]
    stray = [path.name for path in FOLDER.glob("*.md") if path.name not in made]
    if check:
        for name in sorted([*stale, *stray]):
            print(f"docs/reference/{name} is out of date: run `{COMMAND}`")
        return 1 if stale or stray else 0
    FOLDER.mkdir(exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(made[name], "utf-8")
        print(f"wrote docs/reference/{name}")
    for name in stray:
        (FOLDER / name).unlink()
        print(f"removed docs/reference/{name}")
    return 0


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())
