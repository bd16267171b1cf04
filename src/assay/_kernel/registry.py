"""Registries found by folder: one file, one entry, imported when it is first asked for."""

import importlib
import os
from collections.abc import Iterator
from types import ModuleType

_SUFFIX = ".py"
_PACKAGE = "__init__.py"


def module_names(package: str) -> list[str]:
    """Return the dotted names of all modules below *package*, sorted, packages left out."""
    folder = importlib.import_module(package).__path__[0]
    return sorted(_names(folder, package))


def _names(folder: str, package: str) -> Iterator[str]:
    """Yield the modules below *folder* (`pkgutil` does the same, and takes as long to load)."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{package}.{entry.name.removesuffix(_SUFFIX)}"
            if entry.name.endswith(_SUFFIX):
                if entry.name != _PACKAGE:
                    yield name
            elif entry.name.isidentifier() and os.path.isfile(f"{entry.path}/{_PACKAGE}"):  # noqa: PTH113 - one for each folder at every start
                yield from _names(entry.path, name)


def modules_with(package: str, attribute: str) -> Iterator[ModuleType]:
    """Yield, in order of their names, the modules below *package* that define *attribute*."""
    for name in module_names(package):
        module = importlib.import_module(name)
        if hasattr(module, attribute):
            yield module
