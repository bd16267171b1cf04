"""Names for functions that differ: the build has symbols that the stripped file of the image lacks.

A recipe may name the program as it was before it was stripped. Addresses of what was built are
then replaced by the names that its symbol table gives them.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from assay._kernel import lazy_re
from assay.code.elf import NotAnElf, read_elf
from assay.code.symbols import static_symbols
from assay.compare.records import Change
from assay.model.record import replace

FUNCTION = 2
ARM, MIPS = 40, 8
_ADDRESS = lazy_re.compile(r"\b0x[0-9a-f]{1,16}\b")


def names(file: Path | None) -> dict[str, str]:
    """Return the functions of the program *file* by address; none where it has no symbols."""
    if file is None:
        return {}
    try:
        elf = read_elf(file.read_bytes())
        symbols = static_symbols(elf)
    except (NotAnElf, OSError):
        return {}
    if symbols is None:
        return {}
    chosen = np.flatnonzero((symbols.kind == FUNCTION) & ~symbols.undefined)
    # The lowest bit says how a function is encoded (Thumb, MIPS16), not where it is.
    mask = ~1 if elf.machine in {ARM, MIPS} else ~0
    places = (symbols.value[chosen] & mask).tolist()
    found: dict[str, str] = {}
    for place, name in sorted(zip(places, symbols.names(chosen), strict=True)):
        if name:
            found.setdefault(f"{place:#x}", name)
    return found


def named(change: Change, known: Mapping[str, str]) -> Change:
    """Return *change* with the name of its function in what was built, where *known* has it."""
    name = known.get(change.where_a)
    if change.kind != "function" or name is None or change.name != change.where_a:
        return change
    says = renamed(change.says, {change.where_a: name})
    return replace(change, name=name, says=says)  # type: ignore[no-any-return]


def renamed(text: str, known: Mapping[str, str]) -> str:
    """Return *text* with the addresses that *known* has replaced by `name (address)`."""
    return _ADDRESS.sub(
        lambda found: f"{known[found[0]]} ({found[0]})" if found[0] in known else found[0], text
    )
