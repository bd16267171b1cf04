"""How things inside an image are called: paths through containers, joined with `//`."""

from collections.abc import Iterator

from assay._kernel import lazy_re
from assay.unpack.opening import Chunk, Opened
from assay.unpack.sink import Entry

PLACE = "@0x"
_PLACED = lazy_re.compile(r"^(.*)@0x[0-9a-f]+$")


def inside(container: str, path: str) -> str:
    """Return the path of *path* inside the container at *container*."""
    return f"{container}//{path}" if container else path


def named_chunks(path: str, opened: Opened) -> Iterator[tuple[str, int, Chunk]]:
    """Yield (path, number, chunk) for each container in the blob at *path*.

    A container that is alone in its blob but for padding takes the blob's own path.
    """
    alone = len(opened.chunks) == 1 and opened.chunks[0].start == 0
    rest = (region for region in opened.regions if region.format == "")
    if alone and all(region.account == "padding" for region in rest):
        yield path, 0, opened.chunks[0]
        return
    for number, chunk in enumerate(opened.chunks):
        yield inside(path, f"{chunk.format}@{chunk.start:#x}"), number, chunk


def unique_entries(chunk: Chunk) -> Iterator[tuple[int, str, Entry]]:
    """Yield (number, name, entry), a later entry of the same name marked with its number.

    An archive may hold a name twice; both are kept.
    """
    seen: set[str] = set()
    for number, entry in enumerate(chunk.entries):
        name = entry.path if entry.path not in seen else f"{entry.path}~{number}"
        seen.add(name)
        yield number, name, entry


def numbered(paths: list[str]) -> dict[str, str]:
    """Return *paths* with the places in them replaced by numbers in order."""
    numbers = _numbers([path for path in paths if PLACE in path])
    found = dict(zip(paths, paths, strict=True))
    for path in paths if numbers else ():
        if PLACE not in path:
            continue
        parts = path.split("//")
        found[path] = "//".join(
            numbers.get("//".join(parts[: depth + 1]), part) for depth, part in enumerate(parts)
        )
    return found


def _numbers(paths: list[str]) -> dict[str, str]:
    """Return, for each path that ends in a place, its last part with a number instead."""
    groups: dict[tuple[str, str], set[tuple[int, str]]] = {}
    for path in paths:
        parts = path.split("//")
        for depth, part in enumerate(parts):
            match = _PLACED.match(part)
            if match:
                place = int(part.rpartition("@")[2], 16)
                above = "//".join(parts[:depth])
                groups.setdefault((above, match[1]), set()).add((place, part))
    return {
        f"{above}//{part}" if above else part: f"{name}#{number}"
        for (above, name), places in groups.items()
        for number, (_, part) in enumerate(sorted(places))
    }
