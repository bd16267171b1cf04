"""Assay: a testing centre for network-equipment firmware, in software.

What this module exports is the public interface; everything below it may change. Names are
imported when they are first used, so that `import assay` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.errors import AssayError
    from assay.model.result import Evaluation
    from assay.pipeline import Evaluated, evaluate
    from assay.seal.bundle import Bundle, read as read_bundle
    from assay.seal.verification import Verification, verify
    from assay.supply import network, screen

__version__ = "0.1.0"

_HOMES = {
    "AssayError": ("assay.errors", "AssayError"),
    "Bundle": ("assay.seal.bundle", "Bundle"),
    "Evaluated": ("assay.pipeline", "Evaluated"),
    "Evaluation": ("assay.model.result", "Evaluation"),
    "Verification": ("assay.seal.verification", "Verification"),
    "evaluate": ("assay.pipeline", "evaluate"),
    "network": ("assay.supply", "network"),
    "read_bundle": ("assay.seal.bundle", "read"),
    "screen": ("assay.supply", "screen"),
    "verify": ("assay.seal.verification", "verify"),
}

__all__ = [
    "AssayError",
    "Bundle",
    "Evaluated",
    "Evaluation",
    "Verification",
    "__version__",
    "evaluate",
    "network",
    "read_bundle",
    "screen",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
