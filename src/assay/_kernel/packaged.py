"""The package's own data files.

`importlib.resources` knows packages that lie in no folder as well, and is slow to load.
"""

import importlib
from pathlib import Path


def files(package: str) -> Path:
    """Return the folder of *package*, a dotted name."""
    return Path(importlib.import_module(package).__path__[0])
