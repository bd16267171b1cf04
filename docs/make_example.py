"""Refreshes what the README shows of the example image: the output, and a picture of the report.

Run `python docs/make_example.py`; with `--check` nothing is written and exit code 1 says that
the README is out of date; `--picture` also photographs the report with Chromium, which nothing
else needs.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
IMAGE = ROOT / "examples" / "edge-router.bin"
PICTURE = ROOT / "docs" / "images" / "report.png"
COMMAND = "python docs/make_example.py"
START, END = "<!-- example: start -->\n", "<!-- example: end -->\n"
LARGEST_PICTURE = 300_000
CHROMIUM = (
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--window-size=1100,1400",
)  # fmt: skip


def evaluated(folder: Path) -> str:
    """Evaluate the example in *folder* and return what is printed."""
    command = [sys.executable, "-m", "assay", "evaluate", str(IMAGE), "--no-cache"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    if done.returncode not in {0, 1, 3}:
        raise SystemExit(done.stderr.decode("utf-8", "replace"))
    return done.stdout.decode("utf-8")


def updated(readme: str, printed: str) -> str:
    """Return *readme* with the block between the marks showing *printed*."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}```text\n{printed}```\n{END}{after}"


def photograph(report: Path) -> None:
    """Write a picture of *report*, no larger than the repository should carry."""
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        where = [f"--user-data-dir={profile}", f"--screenshot={PICTURE}", report.as_uri()]
        subprocess.run([*CHROMIUM, *where], check=True, capture_output=True, timeout=120)
    size = PICTURE.stat().st_size
    if size > LARGEST_PICTURE:
        raise SystemExit(f"the picture has {size} bytes, more than {LARGEST_PICTURE}")
    print(f"wrote {PICTURE.relative_to(ROOT)}, {size} bytes")


def main() -> int:
    """Refresh the README, or compare; returns the exit code."""
    parser = argparse.ArgumentParser(description="Refresh the example in the README.")
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--picture", action="store_true", help="photograph the report too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        printed = evaluated(Path(folder))
        if arguments.picture:
            photograph(Path(folder, f"{IMAGE.name}.assay", "report.html"))
    readme = README.read_text("utf-8")
    if updated(readme, printed) == readme:
        return 0
    if arguments.check:
        print(f"the example in README.md is out of date: run `{COMMAND}`")
        return 1
    README.write_text(updated(readme, printed), "utf-8")
    print("wrote README.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
