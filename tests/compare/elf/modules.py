"""The programs and modules that `programs/make.sh` built, by kind and processor."""

from pathlib import Path

TARGETS = ("x86_64-linux-gnu", "aarch64-linux-gnu", "arm-linux-gnueabihf", "mipsel-linux-gnu")
_HERE = Path(__file__).resolve().parent / "programs"


def module(kind: str, target: str) -> bytes:
    """Return the module *kind* (base, moved, changed) for *target*."""
    return (_HERE / f"module-{kind}-{target}.o").read_bytes()


def program(kind: str, target: str) -> bytes:
    """Return the program *kind* (base, moved) for *target*."""
    return (_HERE / f"{kind}-{target}").read_bytes()
