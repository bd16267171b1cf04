"""Compiles the example router's programs for MIPS big-endian.

Part of the generator of `edge-router.bin`; see build.py. Every output is a pure function of
the sources and of the version of the cross compiler.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

PREFIX: Final = "mips-linux-gnu-"
LIBRARIES: Final = Path("/usr/mips-linux-gnu/lib")

_HOSTED: Final = ("-Os", "-Wall", "-Wextra", "-Wno-unused-result", "-march=mips32r2", "-s")
_BARE: Final = (
    *("-EB", "-Os", "-Wall", "-Wextra", "-march=mips32r2", "-msoft-float", "-G0"),
    *("-mno-abicalls", "-fno-pic", "-fno-pie", "-no-pie", "-static"),
    *("-ffreestanding", "-fno-builtin", "-fno-tree-loop-distribute-patterns", "-nostdlib"),
    "-Wl,--build-id=none",
)


def run(command: Sequence[str | Path], folder: Path) -> None:
    """Run *command* in *folder* under a fixed locale; raise CalledProcessError when it fails."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


def compile_program(folder: Path, sources: Sequence[str], flags: Sequence[str], out: Path) -> None:
    """Compile *sources*, named relative to *folder*, to the stripped program *out*."""
    run([f"{PREFIX}gcc", *_HOSTED, *flags, "-o", out, *sources], folder)


def compile_bare(folder: Path, sources: Sequence[str], script: str, out: Path) -> bytes:
    """Return the flat binary that *sources* give when linked by the linker script *script*.

    *out* is the path of the intermediate ELF file.
    """
    flat = out.with_suffix(".bin")
    run([f"{PREFIX}gcc", *_BARE, "-T", script, "-o", out, *sources], folder)
    run([f"{PREFIX}objcopy", "-O", "binary", out, flat], folder)
    return flat.read_bytes()
