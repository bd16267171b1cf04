"""The machine-code index: functions, calls, strings, constants, for every ISA of network gear.

`index` takes the bytes of an ELF file; `summarise` gives the record that the pipeline stores.
"""

from assay.code.access.changed import changed_standards
from assay.code.access.detect import accesses, accesses_and_places
from assay.code.access.record import Access
from assay.code.elf import NotAnElf, read_elf
from assay.code.index import CodeIndex, build
from assay.code.libraries import name_library
from assay.code.library_use import name_by_use
from assay.code.loader import load
from assay.code.raw import index_raw
from assay.code.summary import CodeSummary, summarise
from assay.code.syscalls import name_system_calls

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


def index(data: bytes | memoryview) -> CodeIndex:
    """Return the index of the ELF file *data*; raises `NotAnElf`."""
    found = build(load(read_elf(data)))
    if name_library(found):
        name_system_calls(found)
        name_by_use(found)
        found.forget_names()
    return found
