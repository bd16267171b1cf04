"""Which functions of a program are its own, and not those of libraries linked into it.

A linker lays out objects in the order in which they are named: the start files, the program's
own, then the libraries. In a stripped static program the own part ends where functions of known
libraries begin to stand close together.
"""

from assay.code.index import CodeIndex

NEAR, NEAR_NAMED = 6, 3
FAR, FAR_NAMED = 16, 5


def own_functions(index: CodeIndex) -> list[int]:
    """Return the numbers of the functions that belong to the program itself, ascending."""
    if index.functions is None:
        return []
    starts = index.functions.starts.tolist()
    if index.program.externs:
        return [number for number, start in enumerate(starts) if start not in index.stubs]
    named = [start in index.program.names for start in starts]
    end = next((at for at in range(len(named)) if _dense(named, at)), len(named))
    return [number for number in range(end) if not named[number]]


def _dense(named: list[bool], at: int) -> bool:
    """Say whether library functions stand close together from *at* on."""
    if not named[at] or sum(named[at : at + NEAR]) < NEAR_NAMED:
        return False
    return sum(named[at : at + FAR]) >= FAR_NAMED
