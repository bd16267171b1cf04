"""What `assay compare` costs: against diffoscope, on a large root file system, on two real trees.

    nice python benchmarks/compare_speed.py --work DIR [--builds DIR] [--only NAME] [--runs 3]
        [--trees A.tar.xz B.tar.xz] [--no-diffoscope]

Pairs: programs of this host of several sizes, and builds of `compare_truth.py` (where those were
made) with and without symbols, each with one flipped branch; the same builds linked in another
order; a folder of programs; an XZ SquashFS of 120 MB of which one file in a hundred was changed.
diffoscope runs as a separate program on the same pairs. Prints processor seconds (children
included, the least of all runs), wall seconds, the peak of one process, and the ratio of all.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from compare_mutators import Target, flip_branch

SIZE = 120_000_000
LARGEST = 3_000_000
SHARE = 100
MOST_PROGRAMS = 6
DIFFERENT, VERDICTS = 1, frozenset({0, 1, 3})
"""Exit codes: of diffoscope for a difference, of Assay for any verdict."""
SIZES = (30_000, 300_000, 1_500_000, 3_000_000)
PROJECTS, TARGETS = ("bzip2", "dnsmasq"), ("x86-64", "aarch64", "arm", "mipsel")
FOLDER_STEP = 25
Pair = tuple[Path, Path]
FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/python3", "/usr/share")


@dataclass(frozen=True)
class Cost:
    """What one run of a program took: processor and wall seconds, megabytes, exit code."""

    processor: float
    wall: float
    peak: float
    code: int


def cost_of(command: list[str], out: Path) -> Cost:
    """Run *command* with its output in *out*; return what it cost."""
    started = time.monotonic()
    with out.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    processor = usage.ru_utime + usage.ru_stime
    return Cost(processor, wall, usage.ru_maxrss / 1024, process.returncode)


def candidates() -> list[Path]:
    """Return this host's files of ordinary size, in a fixed order that mixes folders."""
    every = (path for folder in FOLDERS for path in sorted(Path(folder).rglob("*")))
    plain = (path for path in every if path.is_file() and not path.is_symlink())
    found = [path for path in plain if path.stat().st_size <= LARGEST]
    random.Random(1).shuffle(found)
    return found


def make_tree(folder: Path) -> list[Path]:
    """Copy 120 MB of this host's files to *folder*; return them."""
    total, made = 0, []
    for path in candidates():
        size = path.stat().st_size
        if total + size > SIZE:
            continue
        target = folder / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        total += size
        made.append(target)
    return sorted(made)


def change(files: list[Path]) -> int:
    """Change one of a hundred *files*: a branch of programs, a line of others."""
    rng = random.Random(2)
    programs = 0
    chosen = rng.sample(files, len(files) // SHARE)
    for path in chosen:
        content = path.read_bytes()
        if content[:4] == b"\x7fELF" and programs < MOST_PROGRAMS:
            found = flip_branch(Target(content), rng)
            if found is not None:
                path.write_bytes(found.b)
                programs += 1
                continue
        path.write_bytes(content + b"# one more line\n")
    return len(chosen)


def pack(folder: Path, out: Path) -> None:
    """Pack *folder* as an XZ SquashFS."""
    out.unlink(missing_ok=True)
    subprocess.run(
        ["mksquashfs", str(folder), str(out), "-comp", "xz", "-noappend", "-quiet"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def programs() -> list[Path]:
    """Return this host's programs, the smallest first."""
    found = [one for one in Path("/usr/bin").iterdir() if one.is_file() and not one.is_symlink()]
    found = [one for one in found if one.stat().st_size <= LARGEST + LARGEST // 4]
    return sorted(
        (one for one in found if one.open("rb").read(4) == b"\x7fELF"),
        key=lambda one: (one.stat().st_size, one.name),
    )


def flipped(name: str, program: Path, work: Path) -> Pair:
    """Return a program and the same with one flipped branch."""
    found = flip_branch(Target(program.read_bytes()), random.Random(3))
    if found is None:
        raise SystemExit(f"{program}: no branch to flip")
    paths = work / f"{name}-a", work / f"{name}-b"
    paths[0].write_bytes(found.a)
    paths[1].write_bytes(found.b)
    return paths


def host_pairs(work: Path) -> Iterator[tuple[str, Pair]]:
    """Yield programs of this host of several sizes, each with one flipped branch."""
    every = programs()
    for size in SIZES:
        program = min(every, key=lambda one: abs(one.stat().st_size - size))
        yield f"{program.name}, branch", flipped(program.name, program, work)


def built_pairs(builds: Path, work: Path) -> Iterator[tuple[str, Pair]]:
    """Yield builds for each processor: one flipped branch, and another order of linking."""
    for project, target in product(PROJECTS, TARGETS):
        folder = builds / f"{project}-{target}-gcc-12"
        for kind, ending in (("stripped", ".s"), ("with symbols", "")):
            base, other = folder / f"base{ending}", folder / f"order{ending}"
            if base.exists() and other.exists():
                name = f"{project} {target} {kind}"
                yield f"{name}, branch", flipped(name.replace(" ", "-"), base, work)
                yield f"{name}, order", (base, other)


def folder_pair(work: Path) -> Pair:
    """Return a folder of programs of this host and the same with three changed."""
    paths = work / "programs-a", work / "programs-b"
    chosen = programs()[::FOLDER_STEP]
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        for one in chosen:
            shutil.copyfile(one, path / one.name)
    for one in chosen[:: max(len(chosen) // 3, 1)]:
        found = flip_branch(Target(one.read_bytes()), random.Random(4))
        if found is not None:
            (paths[1] / one.name).write_bytes(found.b)
    return paths


def image_pair(work: Path) -> Pair:
    """Return the large file system and its changed copy."""
    images = work / "tree-a.squashfs", work / "tree-b.squashfs"
    if not all(one.exists() for one in images):
        tree = work / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        files = make_tree(tree)
        pack(tree, images[0])
        print(f"{change(files)} of {len(files)} files changed")
        pack(tree, images[1])
        shutil.rmtree(tree)
    return images


def least(command: list[str], out: Path, runs: int) -> Cost:
    """Return the cheapest of several runs of *command*."""
    return min((cost_of(command, out) for _ in range(runs)), key=lambda one: one.processor)


def measured(pair: Pair, work: Path, runs: int = 1) -> Cost:
    """Compare *pair* with Assay; return what it cost."""
    command = [sys.executable, "-m", "assay", "compare", "--quiet", *map(str, pair)]
    cost = least(command, work / "assay.txt", runs)
    if cost.code not in VERDICTS:
        raise SystemExit(f"{pair[0]}: Assay gave no verdict; what it took says nothing")
    return cost


def peer(pair: Pair, work: Path, runs: int) -> Cost:
    """Compare *pair* with diffoscope; return what it cost."""
    out = work / "diffoscope.txt"
    cost = least(["diffoscope", "--text", str(out), *map(str, pair)], work / "ignored", runs)
    if cost.code != DIFFERENT:
        raise SystemExit(f"{pair[0]}: diffoscope found no difference; what it took says nothing")
    return cost


def shown(cost: Cost) -> str:
    """Return what something cost in words."""
    return f"{cost.processor:6.2f} CPU s {cost.wall:6.2f} s {cost.peak:4.0f} MB"


def all_pairs(arguments: argparse.Namespace) -> Iterator[tuple[str, Pair]]:
    """Yield the pairs that were asked for."""
    work = arguments.work
    yield from host_pairs(work)
    yield from built_pairs(arguments.builds, work)
    yield "folder of programs", folder_pair(work)
    yield IMAGE, image_pair(work)


IMAGE = "image of 120 MB"


def against(arguments: argparse.Namespace) -> None:
    """Measure all pairs with both tools; print each, and the ratio of the sums."""
    total = [0.0, 0.0]
    for name, pair in all_pairs(arguments):
        if arguments.only not in name:
            continue
        own = measured(pair, arguments.work, arguments.runs)
        print(f"{name:38} assay {shown(own)}", end="", flush=True)
        if name == IMAGE:
            print(f" (bar: 10 s wall, {own.wall:.1f})", end="")
        if not arguments.no_diffoscope:
            other = peer(pair, arguments.work, arguments.runs)
            total = [total[0] + own.processor, total[1] + other.processor]
            print(
                f"  diffoscope {shown(other)}  ratio {other.processor / own.processor:.1f}", end=""
            )
        print(flush=True)
    if total[0]:
        print(f"in all: {total[0]:.1f} against {total[1]:.1f} CPU s,"
              f" {total[1] / total[0]:.1f} times (bar: 20)")  # fmt: skip


def main() -> None:
    """Make the pairs, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    cache = Path.home() / ".cache" / "assay-benchmarks" / "compare"
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--builds", type=Path, default=cache, help="what compare_truth.py built")
    parser.add_argument("--only", default="", help="pairs whose name holds this")
    parser.add_argument("--runs", type=int, default=1, help="of each pair; the least counts")
    parser.add_argument("--trees", type=Path, nargs=2, help="two real trees of one family")
    parser.add_argument("--no-diffoscope", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    against(arguments)
    if arguments.trees:
        cost = measured((arguments.trees[0], arguments.trees[1]), arguments.work)
        print(f"two real trees: {shown(cost)} (bars: 60 s, 600 MB)")


if __name__ == "__main__":
    main()
