"""What `assay compare` costs: against diffoscope, on a large root file system, on two real trees.

    nice python benchmarks/compare_speed.py --work DIR [--trees A.tar.xz B.tar.xz] [--no-diffoscope]

The pairs are made from this host's own programs: a program with one flipped branch, and an XZ
SquashFS of 120 MB of files of which one in a hundred was changed. diffoscope runs as a separate
program. Prints processor seconds (children included), wall seconds and the peak of one process.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from compare_mutators import Target, flip_branch

SIZE = 120_000_000
LARGEST = 3_000_000
SHARE = 100
MOST_PROGRAMS = 6
DIFFERENT, VERDICTS = 1, frozenset({0, 1, 3})
"""Exit codes: of diffoscope for a difference, of Assay for any verdict."""
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


def program_pair(work: Path) -> tuple[Path, Path]:
    """Return a program of this host and the same with one flipped branch."""
    content = Path("/usr/bin/dash").read_bytes()
    found = flip_branch(Target(content), random.Random(3))
    if found is None:
        raise SystemExit("no branch to flip")
    paths = work / "program-a", work / "program-b"
    paths[0].write_bytes(found.a)
    paths[1].write_bytes(found.b)
    return paths


def image_pair(work: Path) -> tuple[Path, Path]:
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


def measured(name: str, pair: tuple[Path, Path], work: Path) -> Cost:
    """Compare *pair* with Assay; print and return what it cost."""
    command = [sys.executable, "-m", "assay", "compare", "--quiet", *map(str, pair)]
    cost = cost_of(command, work / f"{name}-assay.txt")
    _print(f"{name}, assay (exit {cost.code})", cost)
    if cost.code not in VERDICTS:
        raise SystemExit(f"{name}: Assay gave no verdict; what it took says nothing")
    return cost


def against(name: str, pair: tuple[Path, Path], work: Path, own: Cost) -> None:
    """Compare *pair* with diffoscope; print what it cost and the ratio."""
    out = work / f"{name}-diffoscope.txt"
    cost = cost_of(["diffoscope", "--text", str(out), *map(str, pair)], work / "ignored")
    _print(f"{name}, diffoscope (exit {cost.code})", cost)
    if cost.code != DIFFERENT:
        raise SystemExit(f"{name}: diffoscope found no difference; what it took says nothing")
    lines = (len((work / f"{name}-assay.txt").read_bytes().splitlines()),
             len(out.read_bytes().splitlines()) if out.exists() else 0)  # fmt: skip
    print(f"  {cost.processor / own.processor:.1f} times the processor time (bar: 20);"
          f" {lines[0]} lines of report against {lines[1]}")  # fmt: skip


def _print(what: str, cost: Cost) -> None:
    print(f"{what}: {cost.processor:.1f} CPU s, {cost.wall:.1f} s, {cost.peak:.0f} MB", flush=True)


def main() -> None:
    """Make the pairs, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--trees", type=Path, nargs=2, help="two real trees of one family")
    parser.add_argument("--no-diffoscope", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    pairs = {"program": program_pair(arguments.work), "image": image_pair(arguments.work)}
    costs = {name: measured(name, pair, arguments.work) for name, pair in pairs.items()}
    print(f"  120 MB, one file in a hundred changed: {costs['image'].wall:.1f} s (bar: 10)")
    if arguments.trees:
        cost = measured("trees", tuple(arguments.trees), arguments.work)
        print(f"  two real trees: {cost.wall:.1f} s, {cost.peak:.0f} MB (bars: 60, 600)")
    if not arguments.no_diffoscope:
        for name, pair in pairs.items():
            against(name, pair, arguments.work, costs[name])


if __name__ == "__main__":
    main()
