"""Proves the shipped recipes: plays a vendor, alters one line, and rebuilds against both.

The vendor's side is built by the recipe's commands in a plain shell, in another folder and by one
job. Then one line of the source is altered and it is built again. All genuine files have to
reproduce (E0-E2) and the altered program has to differ (D), its function named.
Run: python benchmarks/rebuild_recipes.py --sources DIR [--target armhf] [--only dropbear]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assay.rebuild import rebuild
from assay.rebuild.rebuilding import Conditions
from assay.rebuild.recipe import Recipe, content, parse
from assay.rebuild.records import Part
from assay.rebuild.sources import bring

RECIPES = Path(__file__).resolve().parent.parent / "examples" / "recipes"


@dataclass(frozen=True)
class Alteration:
    """One line of a source file, what it becomes, and the function and output that it is in."""

    file: str
    line: str
    altered: str
    function: str
    output: str


ALTERATIONS = {
    "busybox": Alteration(
        "libbb/correct_password.c", "(strcmp(encrypted, pw_pass) == 0)",
        "(strcmp(encrypted, pw_pass) <= 0)", "check_password", "busybox",
    ),
    "dropbear": Alteration(
        "svr-authpubkey.c", "if (checkpubkeyperms() == DROPBEAR_FAILURE)",
        "if (checkpubkeyperms() == 77)", "svr_auth_pubkey", "dropbear",
    ),
    "dnsmasq": Alteration(
        "src/auth.c", "    return 0;", "    return 1;", "answer_auth", "src/dnsmasq",
    ),
}  # fmt: skip


def shell(recipe: Recipe, folder: Path, commands: tuple[str, ...]) -> None:
    """Run *commands* of *recipe* in *folder* as somebody else would."""
    given = {"JOBS": "1", "SOURCE_DATE_EPOCH": str(recipe.build.epoch)}
    environment = os.environ | given | recipe.build.environment
    for command in commands:
        subprocess.run(
            ["/bin/sh", "-ec", command], cwd=folder, env=environment, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def ship(recipe: Recipe, work: Path, root: Path) -> None:
    """Copy the outputs of the build in *work* to their places below *root*."""
    for output in recipe.outputs:
        target = root / output.image.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / output.file, target)


def vendor(recipe: Recipe, sources: Path, folder: Path) -> Path:
    """Return an image of two trees: what the recipe builds to, and that with one line altered."""
    bring(recipe.sources, [sources], folder / "sources")
    work = folder / "vendor"
    work.mkdir()
    archive = folder / "sources" / recipe.sources[0].file
    subprocess.run(["tar", "-xf", archive, "--strip-components=1", "-C", work], check=True)
    shell(recipe, work, recipe.build.commands)
    ship(recipe, work, folder / "genuine")
    change = ALTERATIONS[recipe.name]
    text = (work / change.file).read_text("utf-8")
    if change.line not in text:
        raise SystemExit(f"{change.file} has no line {change.line!r}")
    (work / change.file).write_text(text.replace(change.line, change.altered, 1), "utf-8")
    # The configuration is there already; what compiles and strips is at the end.
    again = tuple(one for one in recipe.build.commands if "make -j" in one or "strip" in one)
    shell(recipe, work, again)
    ship(recipe, work, folder / "altered")
    image = folder / "image"
    image.mkdir()
    for name in ("genuine", "altered"):
        subprocess.run(["tar", "-cf", image / f"{name}.tar", "-C", folder / name, "."], check=True)
    return image


def wrong(recipe: Recipe, part: Part) -> str:
    """Return what is wrong with *part*, empty when it is as it should be."""
    change = ALTERATIONS[recipe.name]
    if not part.path.startswith("altered.tar") or part.file != change.output:
        return "" if part.state == "reproduces" else "it should reproduce"
    if part.level != "D":
        return "it was altered and should differ"
    named = {one.name for one in part.changes}
    return "" if change.function in named else f"{change.function} is not named"


def main() -> int:
    """Run the recipes and print a line for each file; return 1 when one is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--target", default="x86-64")
    parser.add_argument("--only", choices=sorted(ALTERATIONS), action="append")
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.only or sorted(ALTERATIONS):
        recipe = parse(content(RECIPES / f"{name}.toml"), name, arguments.target)
        with tempfile.TemporaryDirectory(prefix="assay-vendor-") as folder:
            image = vendor(recipe, arguments.sources, Path(folder))
            conditions = Conditions(sources=(arguments.sources,), workers=1)
            result = rebuild([recipe], image, conditions)
        for part in result.parts:
            says = wrong(recipe, part)
            failed += bool(says)
            names = ", ".join(one.name for one in part.changes[:3])
            print(f"{part.level:3} {part.path:40} {names or '-':40} {says or 'as it should be'}")
        print(f"    {recipe.title}: the same twice: {result.recipes[0].repeats}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
