"""Programs, libraries and kernel modules."""

from assay.compare.elf.judgement import compare_programs
from assay.compare.outcome import Outcome

KIND = "elf"
PRIORITY = 10


def claims(path: str, a: bytes, b: bytes) -> bool:
    """Say whether both are ELF files."""
    del path
    return a[:4] == b[:4] == b"\x7fELF"


def compare(path: str, a: bytes, b: bytes) -> Outcome:
    """Return how two programs differ."""
    return compare_programs(path, a, b)
