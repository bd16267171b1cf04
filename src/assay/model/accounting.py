"""The account of every byte: containers resolved into one map, and its sums."""

from collections.abc import Iterable, Iterator, Mapping

from assay.model.record import Record
from assay.model.result import Coverage
from assay.model.tree import Account, Container, Node


class MapRow(Record):
    """A byte range of the image, innermost account first: what is really there.

    `path` is the container or part that the range belongs to.
    """

    offset: int
    length: int
    account: Account
    format: str
    note: str
    path: str


def image_map(
    containers: Iterable[Container], nodes: Iterable[Node], root: str = ""
) -> list[MapRow]:
    """Return the map of the container at *root*: rows in order that cover it exactly once."""
    by_path = {container.path: container for container in containers}
    if root not in by_path:
        return []
    return list(_joined(_resolve(by_path[root], by_path, _parts(nodes, by_path), 0)))


def coverage(
    containers: Iterable[Container], nodes: Iterable[Node], *, unread: int = 0
) -> Coverage:
    """Return the sums over the image's map, and over what came out of decompression."""
    all_nodes = list(nodes)
    by_path = {container.path: container for container in containers}
    parts = _parts(all_nodes, by_path)
    inner = {path for ranges in parts.values() for _, _, path in ranges}
    sums = {"parsed": 0, "padding": 0, "encrypted": 0, "unknown": 0}
    derived = derived_unknown = 0
    for path, container in by_path.items():
        if path in inner:
            continue
        for row in _resolve(container, by_path, parts, 0):
            if path == "":
                sums[row.account] += row.length
                continue
            derived += row.length
            derived_unknown += row.length if row.account in {"unknown", "encrypted"} else 0
    size = by_path[""].size if "" in by_path else 0
    files = sum(node.kind == "file" for node in all_nodes)
    return Coverage(
        size=size, files=files, files_unread=unread, derived=derived,
        derived_unknown=derived_unknown, **sums,
    )  # fmt: skip


_Ranges = Mapping[str, list[tuple[int, int, str]]]


def _parts(nodes: Iterable[Node], by_path: Mapping[str, Container]) -> _Ranges:
    """Return, for each container, the ranges of it that are containers of their own."""
    path_of = {(c.blob, c.path): c.path for c in by_path.values()}
    owners: dict[str, list[str]] = {}
    for blob, path in path_of:
        owners.setdefault(blob, []).append(path)
    found: dict[str, list[tuple[int, int, str]]] = {}
    for node in nodes:
        inner = by_path.get(node.path)
        if node.kind != "part" or inner is None or inner.size != node.origin.length:
            continue
        for owner in owners.get(node.origin.container, ()):
            if node.path.startswith(owner) and node.path != owner:
                found.setdefault(owner, []).append((node.origin.offset, inner.size, node.path))
    return {owner: sorted(ranges) for owner, ranges in found.items()}


def _resolve(
    container: Container, by_path: Mapping[str, Container], parts: _Ranges, base: int
) -> Iterator[MapRow]:
    ranges = parts.get(container.path, [])
    at = 0
    for offset, size, path in ranges:
        if offset < at:
            continue
        yield from _plain(container, at, offset, base)
        yield from _resolve(by_path[path], by_path, parts, base + offset)
        at = offset + size
    yield from _plain(container, at, container.size, base)


def _plain(container: Container, start: int, end: int, base: int) -> Iterator[MapRow]:
    for region in container.regions:
        first = max(start, region.offset)
        after = min(end, region.offset + region.length)
        if after > first:
            yield MapRow(
                offset=base + first, length=after - first, account=region.account,
                format=region.format, note=region.note, path=container.path,
            )  # fmt: skip


def _joined(rows: Iterator[MapRow]) -> Iterator[MapRow]:
    last: MapRow | None = None
    for row in rows:
        if last is None:
            last = row
        elif (last.account, last.format, last.note, last.path) == (
            row.account, row.format, row.note, row.path,
        ):  # fmt: skip
            last = MapRow(
                offset=last.offset, length=last.length + row.length, account=last.account,
                format=last.format, note=last.note, path=last.path,
            )  # fmt: skip
        else:
            yield last
            last = row
    if last is not None:
        yield last
