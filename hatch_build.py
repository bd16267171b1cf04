"""Compiles the native kernels of `assay._native` when the package is built or installed.

A C compiler of the system is used where there is one; otherwise the build asks for `ziglang`, a
compiler that comes as a wheel. Run as a program it compiles into the source tree.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a program, where the build system need not be there
    BuildHookInterface = object

FOLDER = Path(__file__).resolve().parent / "src" / "assay" / "_native"
LIBRARY = FOLDER / "kernels.so"
FLAGS = ("-std=c11", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-fwrapv")


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,valid-type]
    """The step of the build that compiles, and makes the wheel one for this platform."""

    def dependencies(self) -> list[str]:
        """Return what the build needs: a compiler where the system has none."""
        return [] if compiler() is not None or self.target_name != "wheel" else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface
        """Compile into the source tree and add the library to the wheel."""
        if self.target_name != "wheel" or not build():
            return
        build_data["artifacts"].append(LIBRARY.relative_to(FOLDER.parents[2]).as_posix())
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def compiler() -> list[str] | None:
    """Return the command of a C compiler of the system, None when there is none."""
    named = os.environ.get("CC", "").split()
    for command in ([named] if named else []) + [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    return None


def build() -> bool:
    """Compile the kernels; say so and return False when that cannot be done.

    Assay runs without them, from the same rules in Python, only slower.
    """
    command = compiler() or [sys.executable, "-m", "ziglang", "cc"]
    sources = sorted(FOLDER.glob("*.c"))
    stamp = f'-DASSAY_SOURCES="{source_digest()}"'
    partial = LIBRARY.with_suffix(f".{os.getpid()}")
    try:
        subprocess.run([*command, *FLAGS, stamp, "-o", partial, *sources], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"assay: built without native kernels: {error}", file=sys.stderr)
        return False
    partial.replace(LIBRARY)
    return True


def source_digest() -> str:
    """Return the digest that the package expects of the C files it was compiled from."""
    spec = importlib.util.spec_from_file_location("native", FOLDER / "__init__.py")
    native = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(native)
    return native.source_digest(FOLDER)


if __name__ == "__main__":
    sys.exit(0 if build() else 1)
