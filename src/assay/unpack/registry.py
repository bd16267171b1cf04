"""The formats of this installation, found by folder.

What they declare is kept beside the byte-code, so that a search need not load them all: the
module of a format is loaded when something looks like it.
"""

import importlib
from functools import cached_property, lru_cache

import msgspec

from assay._kernel.beside import keep, kept
from assay._kernel.registry import modules_with
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay.unpack.format import Extent, Format, FormatModule
from assay.unpack.sink import Sink
from assay.unpack.view import View


@lru_cache(maxsize=1)
def formats() -> tuple[FormatModule, ...]:
    """Return all format modules, by priority and name."""
    found = modules_with("assay.unpack.formats", "FORMAT")
    return tuple(sorted(found, key=lambda module: _order(module.FORMAT)))


def _order(declaration: Format) -> tuple[int, str]:
    return declaration.priority, declaration.name


class Declared(Value):
    """What a format declares, and the name of its module."""

    module: str
    declaration: Format


class Registered:
    """A format as its module has it; the module is loaded at the first candidate."""

    def __init__(self, declared: Declared) -> None:
        self.FORMAT = declared.declaration
        self._name = declared.module

    @cached_property
    def _module(self) -> FormatModule:
        module: FormatModule = importlib.import_module(self._name)
        return module

    def measure(self, view: View, start: int) -> Extent:
        """Return where the container that begins at *start* ends, or raise NotThisFormat."""
        return self._module.measure(view, start)

    def unpack(self, view: View, extent: Extent, sink: Sink) -> None:
        """Hand every part of the container at *extent* to *sink*."""
        self._module.unpack(view, extent, sink)


@lru_cache(maxsize=1)
def registered() -> tuple[FormatModule, ...]:
    """Return all formats as `formats` does, without loading their modules where that can be."""
    return tuple(Registered(one) for one in declarations())


def declarations() -> tuple[Declared, ...]:
    """Return what all formats declare, from what is kept for this very state of the package."""
    known = kept("formats", tool_digest())
    if known is not None:
        return msgspec.msgpack.decode(known, type=tuple[Declared, ...])
    modules = modules_with("assay.unpack.formats", "FORMAT")
    named = [Declared(module.__name__, module.FORMAT) for module in modules]
    found = tuple(sorted(named, key=lambda one: _order(one.declaration)))
    keep("formats", tool_digest(), msgspec.msgpack.encode(found))
    return found
