"""The formats of this installation, found by folder."""

from functools import lru_cache

from assay._kernel.registry import modules_with
from assay.unpack.format import FormatModule


@lru_cache(maxsize=1)
def formats() -> tuple[FormatModule, ...]:
    """Return all format modules, by priority and name."""
    found = modules_with("assay.unpack.formats", "FORMAT")
    return tuple(sorted(found, key=lambda module: (module.FORMAT.priority, module.FORMAT.name)))
