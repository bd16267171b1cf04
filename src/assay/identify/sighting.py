"""What a matcher hands over: a component seen somewhere, by a method, more or less surely."""

from collections.abc import Callable, Iterator
from typing import Literal, Protocol

from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.model.tree import Node

Form = Literal[
    "package",
    "full-copy",
    "partial-copy",
    "modified-copy",
    "fragment",
    "kernel",
    "module",
    "program",
]


class Sighting(Value):
    """A component in a file.

    `key` is the catalogue's key or the package's name; `version` is empty where it is not
    known; `confidence` is in permille. `package` is `system/name@version` for packages. Where
    the version is an interval, `version` is the nearest and `low` or `high` is not empty;
    `sure` is false where the interval is a guess that a version told elsewhere may overrule;
    `embedded` says that the copy is part of a kernel, with a release of its own.
    """

    key: str
    version: str
    form: Form
    method: str
    confidence: int
    node: Node
    span: Span
    licence: str = ""
    package: str = ""
    low: str = ""
    high: str = ""
    sure: bool = True
    embedded: bool = False

    @property
    def package_name(self) -> str:
        """The name of the package without its system and version; empty for what is none."""
        return self.package.partition("/")[2].rpartition("@")[0]


class Matcher(Protocol):
    """The shape of a module below `matchers/`."""

    METHOD: str
    match: Callable[[Inventory], Iterator[Sighting]]
