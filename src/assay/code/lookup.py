"""What a person means by a function or an address: names, numbers and strings of one index."""

import difflib

import numpy as np

from assay.code.index import CodeIndex
from assay.code.memory import Ints, where
from assay.errors import UnknownName

MOST_PLACES = 200
CLOSE = 5


def function_called(index: CodeIndex, text: str) -> int:
    """Return the number of the function that *text* names or that holds the address *text*.

    Raises `UnknownName`, with the nearest names as advice.
    """
    if index.functions is None:
        raise UnknownName("there is no machine code that can be shown", advice=_reasons(index))
    address = as_address(text)
    found = address if address is not None else _address_of(index, text)
    if found is None:
        raise UnknownName(f"no function {text}", advice=_nearest(index, text))
    number = int(index.functions.owner(np.array([found], dtype=np.int64))[0])
    if number < 0:
        if any(start <= found < end for start, end in index.program.undecoded):
            raise UnknownName(f"the code at {found:#x} is not decoded", advice=_reasons(index))
        raise UnknownName(f"no function holds {found:#x}", advice=_neighbours(index, found))
    return number


def places_of(index: CodeIndex, text: str) -> list[int]:
    """Return the addresses that *text* stands for: a number, a name, or a string of the data.

    Text in double quotes is a string only. Raises `UnknownName`.
    """
    quoted = len(text) > 2 and text[0] == text[-1] == '"'
    address = None if quoted else as_address(text)
    if address is not None:
        return [address]
    named = [] if quoted else _named(index, text)
    found = named or _strings(index, text.strip('"') if quoted else text)
    if not found:
        raise UnknownName(f"no function, import or string {text}", advice=_nearest(index, text))
    return found


def as_address(text: str) -> int | None:
    """Return *text* as an address when it is a number with `0x`, else None."""
    if not text.lower().startswith("0x"):
        return None
    try:
        value = int(text, 16)
    except ValueError:
        return None
    return value if value < 1 << 62 else None


def _named(index: CodeIndex, name: str) -> list[int]:
    program = index.program
    tables = (program.names, program.externs)
    return sorted({at for table in tables for at, one in table.items() if one == name})


def _address_of(index: CodeIndex, name: str) -> int | None:
    inside = [at for at, one in index.program.names.items() if one == name]
    return min(inside, default=None)


def _strings(index: CodeIndex, text: str) -> list[int]:
    """Return where strings that are, or else hold, *text* begin."""
    if index.texts is None or not text:
        return []
    wanted = text.encode("utf-8", "surrogateescape")
    found: list[int] = []
    for area in index.program.memory.areas:
        data = area.data.tobytes()
        at = data.find(wanted)
        while at >= 0 and len(found) < MOST_PLACES:
            # A search for the tail of a string finds that string.
            begin = max(data.rfind(b"\0", max(0, at - 4096), at) + 1, 0)
            found.append(area.start + begin)
            at = data.find(wanted, at + len(wanted))
    places = np.array(sorted(set(found)), dtype=np.int64)
    places = places[index.texts.lengths(places) > 0] if places.size else places
    whole = [at for at in places.tolist() if index.texts.text(at) == wanted]
    return whole or [int(at) for at in places.tolist()]


def _nearest(index: CodeIndex, text: str) -> str:
    names = sorted({*index.program.names.values(), *index.program.externs.values()} - {""})
    close = difflib.get_close_matches(text, names[:50_000], n=CLOSE, cutoff=0.5)
    close = close or [name for name in names if text.lower() in name.lower()][:CLOSE]
    if close:
        return f"Nearest names: {', '.join(close)}."
    return "`--functions` lists all functions; an address is written 0x…"


def _neighbours(index: CodeIndex, address: int) -> str:
    starts: Ints = index.functions.starts if index.functions is not None else np.zeros(0, np.int64)
    if not starts.size:
        return "No function was found in this file."
    nearest = starts[np.sort(np.argsort(np.abs(starts - address), kind="stable")[:3])]
    listed = ", ".join(f"{at:#x} {index.name(at)}".strip() for at in nearest.tolist())
    return f"Nearest functions: {listed}."


def _reasons(index: CodeIndex) -> str:
    return "; ".join(index.problems) or "The file has no code that Assay decodes."


def function_label(index: CodeIndex, number: int) -> str:
    """Return the name of function *number*, or one made of its address."""
    if index.functions is None or number < 0:
        return ""
    start = int(index.functions.starts[number])
    own = index.program.names.get(start, "")
    stub = index.name(start)
    return own or (f"{stub}@stub" if stub else f"sub_{start:x}")


def words_that_hold(index: CodeIndex, address: int) -> list[int]:
    """Return where aligned words outside instructions hold *address*, lowest first."""
    memory = index.program.memory
    size = memory.pointer_size()
    if address >= 1 << (8 * size):
        return []
    kind = np.dtype(f"{memory.order}u{size}")
    found: list[int] = []
    for area in memory.areas:
        skip = -area.start % size
        block = area.data[skip:]
        words = block[: block.size // size * size].view(kind)
        places = area.start + skip + size * where(words == address)
        found += [at for at in places[: MOST_PLACES * 4].tolist() if not _decoded(index, at)]
    return sorted(found)[:MOST_PLACES]


def _decoded(index: CodeIndex, address: int) -> bool:
    return index.listing.row(address) >= 0 and int(index.owner[index.listing.row(address)]) >= 0
