"""Registries found by folder: one file, one entry, imported when it is first asked for."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def module_names(package: str) -> list[str]:
    """Return the dotted names of all modules below *package*, sorted, packages left out."""
    root = importlib.import_module(package)
    found = pkgutil.walk_packages(root.__path__, prefix=f"{package}.")
    return sorted(info.name for info in found if not info.ispkg)


def modules_with(package: str, attribute: str) -> Iterator[ModuleType]:
    """Yield, in order of their names, the modules below *package* that define *attribute*."""
    for name in module_names(package):
        module = importlib.import_module(name)
        if hasattr(module, attribute):
            yield module
