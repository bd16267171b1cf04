"""The byte-code of the package's modules in one file, for commands that load hundreds of them.

For each module Python looks into folders, asks for its source, and opens a file. While the package
is as it was when its byte-code was brought together (`tool_digest`), that can be spared.
"""

import contextlib
import marshal
import mmap
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import cache_from_source
from types import CodeType

import assay
from assay._kernel.beside import can_keep, keep, kept, place_of
from assay._kernel.tool import tool_digest

FEW = 16
"""Modules that a start may load from files of their own before they are brought together anew."""

_PROOF = 32


class _Loader(SourceFileLoader):
    """Loads a module as Python does, from byte-code that is at hand."""

    def __init__(self, name: str, path: str, code: memoryview) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code; from the module's own files where *fullname* is another."""
        if fullname != self.name:
            return super().get_code(fullname)
        code: CodeType = marshal.loads(self._code)  # noqa: S302 - as Python does with byte-code
        return code


class _Kept(SourceFileLoader):
    """Reads the byte-code that Python has kept; it neither compiles nor writes any."""

    def source_to_code(self, *_: object, **__: object) -> CodeType:  # type: ignore[override]
        """Raise ImportError: there is no byte-code of the source as it is."""
        raise ImportError(self.path)


class _Finder:
    """Finds modules whose byte-code was brought together; the others are left to Python."""

    def __init__(self, places: dict[str, tuple[int, int, bool]], codes: memoryview) -> None:
        self._root = os.fspath(assay.__path__[0])
        self._ending = cache_from_source("x.py").rpartition("/")[2].removeprefix("x")
        self.places, self.codes = places, codes

    def find_spec(self, fullname: str, *_given: object) -> ModuleSpec | None:
        """Return how to load the module *fullname*, None when it is not among them."""
        place = self.places.get(fullname)
        if place is None:
            return None
        start, end, package = place
        path = _path(self._root, fullname, package=package)
        loader = _Loader(fullname, path, self.codes[start:end])
        spec = ModuleSpec(fullname, loader, origin=path, is_package=package)
        spec.has_location = True
        folder, _, file = path.rpartition("/")
        spec.cached = f"{folder}/__pycache__/{file.removesuffix('.py')}{self._ending}"
        if package:
            spec.submodule_search_locations = [folder]
        return spec


def use_kept() -> bool:
    """Load the package's modules from what is kept from now on; say whether it is there."""
    found = kept("modules-index", _key())
    if found is None or sys.pycache_prefix is not None:
        return False
    proof, places = marshal.loads(found)  # noqa: S302 - what `keep_loaded` wrote
    try:
        with place_of("modules").open("rb") as file:
            codes = memoryview(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
    except (OSError, ValueError):
        return False
    if codes[:_PROOF] != proof:
        return False
    sys.meta_path.insert(0, _Finder(places, codes))
    return True


def keep_loaded() -> None:
    """Bring together the byte-code of all modules that have some, if this start missed many."""
    known = next((one for one in sys.meta_path if isinstance(one, _Finder)), None)
    missed = [
        name
        for name, module in sys.modules.items()
        if name.startswith("assay") and not isinstance(_loader(module), _Loader)
    ]
    if len(missed) <= FEW or sys.pycache_prefix is not None or not can_keep():
        return
    root = os.fspath(assay.__path__[0])
    places: dict[str, tuple[int, int, bool]] = {}
    codes: list[bytes] = []
    size = _PROOF
    for name, package in sorted(_modules(root)):
        code = _code(name, root, known, package=package)
        if code is not None:
            places[name] = (size, size + len(code), package)
            codes.append(code)
            size += len(code)
    same = tool_digest.__wrapped__() == tool_digest()  # nobody changed the package in between
    if same and places.keys() & set(missed) and keep("modules", _key(), b"".join(codes)):
        with contextlib.suppress(OSError), place_of("modules").open("rb") as file:
            index = marshal.dumps((file.read(_PROOF), places))
            keep("modules-index", _key(), index)


def _loader(module: object) -> object:
    return getattr(getattr(module, "__spec__", None), "loader", None)


def _modules(root: str) -> list[tuple[str, bool]]:
    """Return the dotted names of all modules below *root*, and whether each is a package."""
    found = []
    for folder, _, files in os.walk(root):
        package = "assay" + folder[len(root) :].replace("/", ".")
        for file in files:
            if file == "__init__.py":
                found.append((package, True))
            elif file.endswith(".py"):
                found.append((f"{package}.{file.removesuffix('.py')}", False))
    return found


def _code(name: str, root: str, known: _Finder | None, *, package: bool) -> bytes | None:
    """Return the byte-code of a module, None where Python has not kept any."""
    if known is not None and name in known.places:
        start, end, _ = known.places[name]
        return bytes(known.codes[start:end])
    path = _path(root, name, package=package)
    try:
        return marshal.dumps(_Kept(name, path).get_code(name))
    except (OSError, ImportError, EOFError, ValueError, TypeError):
        return None


def _path(root: str, name: str, *, package: bool) -> str:
    inner = name.removeprefix("assay").replace(".", "/")
    return f"{root}{inner}/__init__.py" if package else f"{root}{inner}.py"


def _key() -> str:
    """Return what byte-code depends on: the package, where it is, and this Python."""
    return f"{tool_digest()} {assay.__path__[0]} {sys.version} {sys.flags.optimize}"
