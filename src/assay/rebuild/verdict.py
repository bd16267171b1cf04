"""The verdict of a rebuild: the worst of its parts, counted, and what the reader has to know."""

from collections.abc import Iterator, Sequence

from assay._kernel.sandbox import Sandbox
from assay.compare.levels import Level, rank, worst
from assay.model.tree import Problem
from assay.rebuild.records import Part, RecipeRun, State

WORDS: dict[State, str] = {
    "reproduces": "reproduces", "review": "reproduces, for a person to review",
    "differs": "differs", "undecided": "undecided", "absent": "not in the image",
    "not-built": "not built",
}  # fmt: skip
STATES: dict[Level, State] = {
    "E0": "reproduces", "E1": "reproduces", "E2": "reproduces", "E3": "review", "I": "undecided",
    "D": "differs",
}  # fmt: skip
MOST_NOTES = 20


def verdict(parts: Sequence[Part]) -> tuple[Level, str]:
    """Return the worst level of *parts* and a sentence that counts them."""
    counts = {state: sum(part.state == state for part in parts) for state in WORDS}
    good = counts.pop("reproduces")
    present = len(parts) - counts["absent"]
    if not present:
        return "I", "The image has none of the files that the recipes name."
    noun = "files reproduce" if present != 1 else "file reproduces"
    says = f"{good} of {present} {noun}"
    rest = [f"{count} {_word(state, count)}" for state, count in counts.items() if count]
    return worst(part.level for part in parts), "; ".join([says, *rest]) + "."


def _word(state: State, count: int) -> str:
    """Return what *count* files in *state* do."""
    word = WORDS[state]
    return word if count == 1 else word.replace("differs", "differ").replace("duces", "duce")


def ordered(parts: Sequence[Part]) -> list[Part]:
    """Return *parts* as a person reads them: the worst first."""
    return sorted(parts, key=lambda part: (-rank(part.level), part.path, part.file))


def notes(
    sandbox: Sandbox, runs: Sequence[RecipeRun], problems: Sequence[Problem]
) -> Iterator[str]:
    """Yield what bears on the verdict besides the parts."""
    if not sandbox.confined:
        yield (
            "There was no sandbox: the commands saw this host and its network, and path, host "
            "name and user were the same in both builds."
        )
    for run in runs:
        for tool in run.tools:
            if not tool.as_expected:
                says = f"{tool.says!r}" if tool.says else "nothing"
                yield f"{run.name}: {tool.tool.name} says {says}, not {tool.tool.expect!r}."
        if all(build.well for build in run.builds) and not run.repeats:
            yield f"{run.name}: the recipe does not give the same files in both environments."
    for problem in problems[:MOST_NOTES]:
        where = f" at {problem.path}" if problem.path else ""
        yield f"the image, {problem.kind}{where}: {problem.says}"
