"""Rebuilds parts of an image from recipes and says which of them are what the source builds to.

The steps in order: sources, image, tools, two builds, their comparison, the comparison with the
image. Nothing is downloaded, and without a sandbox nothing is run unless the caller says so.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from assay import __version__
from assay._kernel.sandbox import Bounds, Sandbox, choose
from assay._kernel.sandbox.choice import UNCONFINED
from assay._kernel.scratch import scratch_folder
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay.errors import UsageError
from assay.model.result import Tool
from assay.rebuild.building import Built, Tell, Workshop, build
from assay.rebuild.environments import environments, variations
from assay.rebuild.judging import Works, made, parts
from assay.rebuild.recipe import Recipe
from assay.rebuild.records import Part, Rebuild, RecipeRun
from assay.rebuild.shipped import Shipped, open_image
from assay.rebuild.sources import bring
from assay.rebuild.toolchain import tools
from assay.rebuild.verdict import notes, verdict

SCHEMA = "https://assay.invalid/rebuild/1"


class Conditions(Value):
    """How to build: where sources and extra toolchains lie, bounds of a command, the sandbox.

    `keep` is a folder for logs and built files, which is made.
    """

    sources: tuple[Path, ...]
    toolchains: tuple[Path, ...] = ()
    bounds: Bounds = msgspec.field(default_factory=Bounds)
    unsandboxed: bool = False
    keep: Path | None = None
    workers: int = 0


def rebuild(
    recipes: Sequence[Recipe],
    image: str | os.PathLike[str],
    conditions: Conditions,
    tell: Tell = lambda *_: None,
) -> Rebuild:
    """Build each of *recipes* twice and return how what comes out compares with *image*.

    Raises UnreadableInput for an image or a source that cannot be read, and UsageError for a
    source that is another file and where there is no sandbox.
    """
    sandbox = sandbox_of(conditions)
    with scratch_folder() as name:
        scratch = Path(name).resolve()
        for place, recipe in enumerate(recipes):
            bring(recipe.sources, conditions.sources, scratch / f"sources-{place}")
        tell("unpacking the image", 0, 0)
        shipped = open_image(Path(image), scratch / "contents", conditions.workers)
        done: list[RecipeRun] = []
        found: list[Part] = []
        for place, recipe in enumerate(recipes):
            folder = scratch / f"recipe-{place}"
            folder.mkdir()
            shop = Workshop(
                sandbox, conditions.bounds, folder, scratch / f"sources-{place}",
                conditions.toolchains, tell,
            )  # fmt: skip
            run, own = _rebuilt(shop, recipe, shipped, conditions)
            done.append(run)
            found += own
            shutil.rmtree(folder, ignore_errors=True)
        return _result(shipped, sandbox, done, found)


def sandbox_of(conditions: Conditions) -> Sandbox:
    """Return the sandbox to build in; raises UsageError where there is none."""
    if conditions.unsandboxed:
        return UNCONFINED
    found = choose()
    if found is None:
        raise UsageError(
            "this host has no sandbox: neither bubblewrap nor user namespaces work",
            advice="Install bubblewrap, or give --unsandboxed for a recipe that you trust.",
        )
    return found


def _rebuilt(
    shop: Workshop, recipe: Recipe, shipped: Shipped, conditions: Conditions
) -> tuple[RecipeRun, list[Part]]:
    """Return how *recipe* was built, and what became of the parts that it names."""
    first, second = environments(recipe.build, confined=shop.sandbox.confined)
    shop.tell(f"{recipe.title}: tools", 0, 0)
    found = tools(shop, recipe, first)
    builds = (build(shop, recipe, first, 1), build(shop, recipe, second, 2))
    shop.tell(f"{recipe.title}: comparing", 0, 0)
    varied = variations(first, second)
    works = Works(recipe, *builds, found, varied, shop.folder, conditions.workers)
    outputs = tuple(made(works))
    own = list(parts(works, shipped, outputs))
    if conditions.keep is not None:
        _keep(conditions.keep, recipe, builds)
    run = RecipeRun(
        name=recipe.name, version=recipe.version, target=recipe.target, recipe=recipe.sha256,
        sources=recipe.sources, tools=found, variations=varied,
        builds=tuple(one.run for one in builds), made=outputs,
    )  # fmt: skip
    return run, own


def _keep(folder: Path, recipe: Recipe, builds: Sequence[Built]) -> None:
    """Copy logs and outputs to *folder*, under names that the recipe's own checks allow."""
    name = "-".join(filter(None, (recipe.name, recipe.target)))
    for number, built in enumerate(builds, 1):
        own = folder / f"{name}-build-{number}"
        own.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built.log, own / "build.log")
        for file, path in sorted(built.outputs.items()):
            target = own / "files" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _result(
    shipped: Shipped, sandbox: Sandbox, runs: Sequence[RecipeRun], found: Sequence[Part]
) -> Rebuild:
    ordered = tuple(sorted(found, key=lambda part: (part.path, part.recipe, part.file)))
    level, reason = verdict(ordered)
    return Rebuild(
        schema=SCHEMA, tool=Tool(name="assay", version=__version__, digest=tool_digest()),
        image=shipped.subject, sandbox=sandbox.name, level=level, reason=reason,
        programs=shipped.programs(), recipes=tuple(runs), parts=ordered,
        notes=tuple(notes(sandbox, runs, shipped.side.problems)),
    )  # fmt: skip
