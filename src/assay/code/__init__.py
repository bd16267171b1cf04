"""The machine-code index: functions, calls, strings, constants, for every ISA of network gear.

`index` takes the bytes of an ELF file; `summarise` gives the record that the pipeline stores.
What looks for undocumented access is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from assay.code.elf import NotAnElf, read_elf
from assay.code.index import CodeIndex, build
from assay.code.loader import load

if TYPE_CHECKING:
    from assay.code.access.changed import changed_standards
    from assay.code.access.detect import accesses, accesses_and_places
    from assay.code.access.record import Access
    from assay.code.raw import index_raw
    from assay.code.summary import CodeSummary, summarise

_HOMES = {
    "Access": "assay.code.access.record",
    "CodeSummary": "assay.code.summary",
    "accesses": "assay.code.access.detect",
    "accesses_and_places": "assay.code.access.detect",
    "changed_standards": "assay.code.access.changed",
    "index_raw": "assay.code.raw",
    "summarise": "assay.code.summary",
}

__all__ = [
    "Access",
    "CodeIndex",
    "CodeSummary",
    "NotAnElf",
    "accesses",
    "accesses_and_places",
    "changed_standards",
    "index",
    "index_raw",
    "summarise",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module 'assay.code' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def index(data: bytes | memoryview) -> CodeIndex:
    """Return the index of the ELF file *data*; raises `NotAnElf`."""
    return named(build(load(read_elf(data))))


def named(found: CodeIndex) -> CodeIndex:
    """Return *found* with names of library functions where it is stripped and linked statically."""
    from assay.code.libraries import name_library  # noqa: PLC0415 - only indexing needs them
    from assay.code.library_use import name_by_use  # noqa: PLC0415
    from assay.code.syscalls import name_system_calls  # noqa: PLC0415

    if name_library(found):
        name_system_calls(found)
        name_by_use(found)
        found.forget_names()
    return found
