"""How fast components are identified, beside cve-bin-tool where it is installed.

    python benchmarks/component_speed.py FOLDER

Reads the ELF files below FOLDER and prints megabytes per CPU second of each part and of the whole
identification: facts, claims, components; then the same of the files of 8 to 64 KiB alone, of which
each costs more than its bytes. cve-bin-tool is run over the same files when it is on PATH; its
children's CPU time counts.
"""

import gc
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from component_truth import image_of

from assay._kernel.workers import RARELY
from assay.identify.components import identify
from assay.inventory.kind import KindModule
from assay.inventory.kinds import elf, fingerprints, patterns

MOST_BYTES = 200 << 20
SMALL = range(8 << 10, (64 << 10) + 1)
ROUNDS = 3
"""The least of so many measurements counts: others use the machine too."""


def main() -> None:
    """Measure and print."""
    files = _files(Path(sys.argv[1]))
    gc.set_threshold(RARELY)  # as in the workers that examine files
    # What a process loads once: the index, the expressions, the catalogue.
    identify(image_of(dict(list(files.items())[:1])))
    spent = _measure("all", files)
    small = {path: content for path, content in files.items() if len(content) in SMALL}
    if small:
        _measure("8 to 64 KiB", small)
    _peer(files, spent)


def _measure(what: str, files: dict[str, bytes]) -> float:
    """Print how fast *files* are identified; return the CPU seconds of it."""
    size = sum(map(len, files.values()))
    for module in (elf, patterns, fingerprints):
        _print(module.KIND.name, size, _least(lambda run=module: _each(run, files)))
    spent = _least(lambda: identify(image_of(files)))
    _print("whole identification", size, spent)
    components = len(identify(image_of(files)))
    print(f"{what}: {len(files)} files, {size >> 20} MiB, {components} components\n")
    return spent


def _each(module: KindModule, files: dict[str, bytes]) -> None:
    for content in files.values():
        module.examine(content)


def _least(work: Callable[[], object]) -> float:
    """Return the least CPU seconds that *work* took in some rounds."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def _files(folder: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        if size > MOST_BYTES or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if content.startswith(b"\x7fELF"):
            found[f"/{path.relative_to(folder)}"] = content
            size += len(content)
    return found


def _peer(files: dict[str, bytes], own: float) -> None:
    if shutil.which("cve-bin-tool") is None:
        print("cve-bin-tool is not installed: no comparison")
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(files.values()):
            (Path(folder) / str(number)).write_bytes(content)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            ["cve-bin-tool", "--offline", "-q", "--format", "json", folder],
            capture_output=True, check=False,
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"cve-bin-tool {spent:.1f} s of CPU, {spent / own:.1f} times as much")


def _print(name: str, size: int, seconds: float) -> None:
    print(f"{name:24} {size / 1e6 / max(seconds, 1e-3):8.1f} MB per CPU second")


if __name__ == "__main__":
    main()
