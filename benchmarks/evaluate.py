"""Speed and memory of `assay evaluate` as ratios, against peers that run as separate programs.

Usage: python benchmarks/evaluate.py IMAGE [IMAGE …] [--versions OLD NEW] [--unblob PATH]

Prints, for each image, a cold evaluation (empty cache), a warm one, what unblob needs only to
extract (two processes), and where a SquashFS is known, the processor time of unsquashfs. A peer
that is not installed is skipped and said so. Where `sasquatch` is missing, unblob gets a
stand-in that calls unsquashfs, which cannot read vendors' variants: it then does less work.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from assay.unpack.opening import open_blob
from assay.unpack.scan import scanner
from assay.unpack.view import View

STAND_IN = """#!/bin/sh
# sasquatch -no-exit-code? -f -d DIR FILE, as far as unsquashfs can do the same
for last; do :; done
while [ $# -gt 1 ]; do case "$1" in -d|-dest) out=$2; shift;; esac; shift; done
exec unsquashfs -n -q -f -d "$out" "$last"
"""
SAMPLE_SECONDS = 0.2
ROUNDS = 5
"""Times that two versions are evaluated: one run of a second or less says little."""


@dataclass(frozen=True)
class Cost:
    """What a command took: wall and processor seconds, the peak of its memory in bytes."""

    wall: float
    processor: float
    peak: int
    code: int


def measured(command: list[str], environment: dict[str, str] | None = None) -> Cost:
    """Run *command* and return its cost, children included."""
    before = os.times()
    started = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})}, start_new_session=True,
        cwd=tempfile.gettempdir(),
    )  # fmt: skip
    ended, peaks = threading.Event(), [0]

    def sample() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            peaks.append(tree_memory(child.pid))

    sampler = threading.Thread(target=sample)
    sampler.start()
    child.wait()  # without a timeout: with one, Python looks every 50 ms only
    wall = time.perf_counter() - started
    after = os.times()
    ended.set()
    sampler.join()
    used = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    return Cost(wall, used, max(peaks), child.returncode)


def tree_memory(session: int) -> int:
    """Return the proportional set size of all processes of *session*, in bytes."""
    total = 0
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                text = (entry / "smaps_rollup").read_text()
                total += int(text.split("\nPss:")[1].split()[0]) * 1024
    return total


def evaluation(image: Path, cache: Path) -> Cost:
    """Return the cost of evaluating *image* with the cache in *cache*."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "assay", "evaluate", str(image.resolve()), "--quiet",
            "--output", f"{folder}/results",
        ]  # fmt: skip
        cost = measured(command, {"XDG_CACHE_HOME": str(cache)})
    if cost.code not in {0, 1, 3}:
        raise SystemExit(f"{image.name}: exit code {cost.code}")
    return cost


def unblob(image: Path, program: str) -> Cost | None:
    """Return what unblob needs to extract *image* with two processes, None where absent."""
    path = shutil.which(program)
    if path is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        bins = Path(folder) / "bin"
        bins.mkdir()
        if shutil.which("sasquatch") is None:
            for name in ("sasquatch", "sasquatch-v4be"):
                (bins / name).write_text(STAND_IN)
                (bins / name).chmod(0o755)
        search = f"{bins}:{Path(path).parent}:{os.environ['PATH']}"
        command = [
            path,
            "--process-num",
            "2",
            "--extract-dir",
            f"{folder}/out",
            str(image.resolve()),
        ]
        return measured(command, {"PATH": search})


def unsquashfs(image: Path) -> Cost | None:
    """Return what unsquashfs needs for the first SquashFS of *image*, None where it cannot."""
    if shutil.which("unsquashfs") is None:
        return None
    found = open_blob(View(image.read_bytes()))
    start = next((chunk.start for chunk in found.chunks if chunk.format == "squashfs"), None)
    if start is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "unsquashfs",
            "-q",
            "-n",
            "-o",
            str(start),
            "-d",
            f"{folder}/root",
            str(image.resolve()),
        ]
        cost = measured(command)
    return cost if cost.code in {0, 2} else None


def search_rate() -> float:
    """Return how many million random bytes a second one core searches and accounts for."""
    data = os.urandom(64 << 20)
    scanner()
    started = time.process_time()
    open_blob(View(data))
    return len(data) / 1e6 / (time.process_time() - started)


def ratio(cost: Cost, other: Cost | None, of: str = "wall") -> str:
    """Return the ratio of two costs as text, or that the peer is absent."""
    return f"{getattr(cost, of) / getattr(other, of):.2f}" if other else "absent"


def both_versions(old: Path, new: Path) -> tuple[Cost, Cost]:
    """Return the cost of evaluating *new* alone, and with *old* in the cache."""
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as fresh:
        own = evaluation(new, Path(fresh))
        evaluation(old, Path(cache))
        return own, evaluation(new, Path(cache))


def wall_of(cost: Cost) -> float:
    """Return the wall time of *cost*."""
    return cost.wall


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", nargs="+", type=Path)
    parser.add_argument("--versions", nargs=2, type=Path, metavar=("OLD", "NEW"))
    parser.add_argument("--unblob", default="unblob", metavar="PROGRAM")
    arguments = parser.parse_args()
    print(f"candidate search: {search_rate():.0f} MB/s of random data on one core")
    print(f"{'image':42} {'cold s':>7} {'cpu s':>6} {'MB':>5} {'warm/cold':>9} "
          f"{'/unblob':>8} {'cpu/unsquashfs':>14}")  # fmt: skip
    total, total_peer = 0.0, 0.0
    for image in arguments.images:
        with tempfile.TemporaryDirectory() as cache:
            cold = evaluation(image, Path(cache))
            warm = evaluation(image, Path(cache))
        peer = unblob(image, arguments.unblob)
        total += cold.wall
        total_peer += peer.wall if peer else 0.0
        print(f"{image.name[:42]:42} {cold.wall:7.2f} {cold.processor:6.2f} "
              f"{cold.peak / 1e6:5.0f} {ratio(warm, cold):>9} {ratio(cold, peer):>8} "
              f"{ratio(cold, unsquashfs(image), 'processor'):>14}", flush=True)  # fmt: skip
    if total_peer:
        print(f"in total: {total:.1f} s against {total_peer:.1f} s, {total / total_peer:.2f}")
    if arguments.versions:
        old, new = arguments.versions
        own, after = zip(*(both_versions(old, new) for _ in range(ROUNDS)), strict=True)
        least = ratio(min(after, key=wall_of), min(own, key=wall_of))
        print(f"{new.name} after {old.name}: {least} of its own cold time (least of {ROUNDS} each)")


if __name__ == "__main__":
    main()
