"""The machine-code index: functions, calls, strings, constants, for every ISA of network gear.

`index` takes the bytes of an ELF file; `summarise` gives the record that the pipeline stores.
"""

from assay.code.access.detect import accesses
from assay.code.access.record import Access
from assay.code.elf import NotAnElf, read_elf
from assay.code.index import CodeIndex, build
from assay.code.libraries import name_library
from assay.code.loader import load
from assay.code.raw import index_raw
from assay.code.summary import CodeSummary, summarise

__all__ = [
    "Access",
    "CodeIndex",
    "CodeSummary",
    "NotAnElf",
    "accesses",
    "index",
    "index_raw",
    "summarise",
]


def index(data: bytes | memoryview) -> CodeIndex:
    """Return the index of the ELF file *data*; raises `NotAnElf`."""
    found = build(load(read_elf(data)))
    name_library(found)
    return found
