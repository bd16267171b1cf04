"""Evaluates an image twice in differing surroundings and compares every byte of the result.

Usage: python tests/determinism.py IMAGE [IMAGE …]. Workers, hash seed, time zone, locale,
working folder, cache and compiled kernels differ; `evaluation.json` must not.
"""

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

SURROUNDINGS = (
    {"workers": "1", "PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
    {"workers": "4", "PYTHONHASHSEED": "4242", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8"},
    {"workers": "2", "PYTHONHASHSEED": "7", "TZ": "UTC", "LC_ALL": "C", "ASSAY_NATIVE": "0"},
)


def evaluate(image: Path, surroundings: dict[str, str], folder: Path, *, cache: bool) -> bytes:
    """Return the canonical evaluation of *image*, run inside *folder*."""
    environment = {**os.environ, **surroundings, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [
        sys.executable, "-m", "assay", "evaluate", str(image), "--quiet",
        "--output", "results", "--workers", surroundings["workers"],
    ]  # fmt: skip
    done = subprocess.run(
        [*command, *([] if cache else ["--no-cache"])], cwd=folder, env=environment, check=False
    )
    if done.returncode not in {0, 1, 3}:
        raise SystemExit(f"{image.name}: exit code {done.returncode}")
    return (folder / "results" / "evaluation.json").read_bytes()


def forget_evaluations(folder: Path) -> None:
    """Leave in the cache of *folder* what is known of contents only."""
    with sqlite3.connect(folder / "cache" / "assay" / "content.sqlite") as cache:
        cache.execute("DELETE FROM entries WHERE space IN ('evaluations', 'results')")


def main() -> None:
    """Compare the evaluations of each image; exit with 1 at the first difference."""
    for name in sys.argv[1:]:
        image = Path(name).resolve()
        results = set()
        for surroundings in SURROUNDINGS:
            with tempfile.TemporaryDirectory() as folder:
                for cache in (False, True, True):
                    results.add(evaluate(image, surroundings, Path(folder), cache=cache))
                forget_evaluations(Path(folder))
                results.add(evaluate(image, surroundings, Path(folder), cache=True))
        if len(results) != 1:
            raise SystemExit(f"{image.name}: {len(results)} different evaluations")
        digest = hashlib.sha256(results.pop()).hexdigest()
        print(f"{image.name}: {4 * len(SURROUNDINGS)} runs, 1 evaluation, sha256 {digest}")


if __name__ == "__main__":
    main()
