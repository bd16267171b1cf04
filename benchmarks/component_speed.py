"""How fast components are identified, beside cve-bin-tool where it is installed.

    python benchmarks/component_speed.py FOLDER

Reads the ELF files below FOLDER and prints megabytes per CPU second of each part and of the whole
identification: facts, claims, components. cve-bin-tool is run over the same files when it is on
PATH; its children's CPU time counts.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from component_truth import image_of

from assay.identify.components import identify
from assay.inventory.kinds import elf, fingerprints, patterns

MOST_BYTES = 200 << 20


def main() -> None:
    """Measure and print."""
    files = _files(Path(sys.argv[1]))
    size = sum(map(len, files.values()))
    # What a process loads once: the index, the expressions, the catalogue.
    identify(image_of(dict(list(files.items())[:1])))
    for module in (elf, patterns, fingerprints):
        started = time.process_time()
        for content in files.values():
            module.examine(content)
        _print(module.KIND.name, size, time.process_time() - started)
    started = time.process_time()
    found = identify(image_of(files))
    spent = time.process_time() - started
    _print("whole identification", size, spent)
    print(f"{len(files)} files, {size >> 20} MiB, {len(found)} components")
    _peer(files, spent)


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
