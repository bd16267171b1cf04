"""The tools that a recipe names: asked for their version in the sandbox, and recorded."""

import hashlib
import shlex
import shutil
from pathlib import Path
from string import Template

from assay._kernel.printable import printable
from assay.model.record import Digest
from assay.rebuild.building import Workshop, ask
from assay.rebuild.environments import Environment
from assay.rebuild.recipe import Recipe, Tool
from assay.rebuild.records import ToolFound

WIDTH = 200


def tools(shop: Workshop, recipe: Recipe, environment: Environment) -> tuple[ToolFound, ...]:
    """Return what the tools of *recipe* say of themselves."""
    return tuple(_tool(shop, recipe, environment, one) for one in recipe.tools)


def _tool(shop: Workshop, recipe: Recipe, environment: Environment, tool: Tool) -> ToolFound:
    ended, printed = ask(shop, recipe, environment, tool)
    lines = printed.splitlines()
    line = next((one for one in lines if tool.expect in one), lines[0] if lines else "")
    return ToolFound(
        tool=tool,
        says=printable(line.strip().encode())[:WIDTH],
        program=_program(shop, recipe, tool),
        as_expected=ended.well and tool.expect in line,
    )


def _program(shop: Workshop, recipe: Recipe, tool: Tool) -> Digest:
    """Return the digest of the program that the command of *tool* begins with, empty if unknown."""
    try:
        word = shlex.split(Template(tool.command).safe_substitute(recipe.build.environment))[0]
    except (ValueError, IndexError):
        return ""
    places = [*(str(one / "bin") for one in shop.toolchains), "/usr/local/bin", "/usr/bin", "/bin"]
    found = shutil.which(word, path=":".join(places))
    if found is None:
        return ""
    with Path(found).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
