"""Two inputs in one pass: what both store alike in one place is counted, and not decoded.

Containers meet by their paths, with places inside others numbered. A file of both whose recipe,
stored bytes and rights are the same has the same content: nothing of it is read. Where it shares
a block with files that changed, its digest tells.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from assay._kernel.value import Value
from assay._kernel.workers import Pool
from assay.gather.driver import Driver, Expected, Gathered, GlobalLimit, Keep
from assay.gather.folder import alike
from assay.gather.gather import (
    expect,
    folder_subject,
    gather,
    is_directory,
    offer,
    pool_for,
    subject_of,
    walked,
)
from assay.gather.jobs import Done, Source
from assay.gather.naming import inside, named_chunks, numbered, unique_entries
from assay.gather.worker import mapped
from assay.model.result import Subject
from assay.model.tree import Node, Piece
from assay.unpack.limits import Limits
from assay.unpack.opening import Chunk
from assay.unpack.sink import Entry

STEP = 1 << 20
LITTLE = 8 << 20
"""Bytes of both inputs for which a second worker costs more than it brings."""
FIRST, SECOND = 0, 1
STORED_AGAIN = 4
"""How often the stored bytes may be compared over: recipes of hostile containers overlap."""

Taken = tuple[Subject, Gathered]


class Alike(Value):
    """How many files both inputs hold alike, and their bytes; they are in neither tree."""

    files: int = 0
    size: int = 0


def gather_both(
    first: Path,
    second: Path,
    *,
    workers: int = 0,
    limits: Limits | None = None,
    store: Path,
    keep: Keep,
) -> tuple[Taken, Taken, Alike]:
    """Return what each input is and holds, without the files that both hold alike.

    A folder and a file, and inputs that hold more than the limits allow, are gathered one by one,
    with everything in them. Raises what `gather` does.
    """
    limits = limits or Limits()
    run = Together(workers, limits, store, keep)
    kinds = [is_directory(path) for path in (first, second)]
    if kinds[0] == kinds[1]:
        try:
            return run.folders(first, second) if kinds[0] else run.files(first, second)
        except GlobalLimit:
            pass
    one, two = (
        gather(
            path, workers=workers, limits=limits, store=store, keep=keep, examine=False,
            lasting=store,
        )
        for path in (first, second)
    )  # fmt: skip
    return one, two, Alike()


class Together(Value):
    """How two inputs of one kind are gathered: with how many workers, and where to."""

    workers: int
    limits: Limits
    store: Path
    keep: Keep

    def files(self, *paths: Path) -> tuple[Taken, Taken, Alike]:
        """Return what two files are and hold, and what they hold alike."""
        first, second, found = self._run(
            sum(path.stat().st_size for path in paths),
            tuple(partial(expect, path) for path in paths),
        )
        one, two = (
            (subject_of(path, result), result)
            for path, result in zip(paths, (first, second), strict=True)
        )
        return one, two, found

    def folders(self, *paths: Path) -> tuple[Taken, Taken, Alike]:
        """Return what two folders are and hold, and what they hold alike."""
        trees = [walked(path) for path in paths]
        same = alike(trees[0], trees[1])
        rest = [[one for one in tree if one[0].path not in same] for tree in trees]
        first, second, found = self._run(
            sum(node.size for tree in rest for node, _ in tree),
            tuple(partial(_offer_all, tree) for tree in rest),
        )
        shared = same.values()
        return (
            (folder_subject(first, (pair[0] for pair in shared)), first),
            (folder_subject(second, (pair[1] for pair in shared)), second),
            Alike(found.files + len(same), found.size + sum(pair[0].size for pair in shared)),
        )

    def _run(
        self, size: int, fills: tuple[Callable[[Driver], object], ...]
    ) -> tuple[Gathered, Gathered, Alike]:
        workers = 1 if size < LITTLE else self.workers
        with pool_for(
            workers, self.limits, None, self.store, examine=False, lasting=self.store
        ) as pool:
            first, second = (Driver(pool, self.limits, keep=self.keep) for _ in fills)
            meeting = Meeting(pool, (first, second))
            for fill, driver in zip(fills, (first, second), strict=True):
                fill(driver)
            meeting.run()
            pool.end()
        return first.result, second.result, Alike(meeting.files, meeting.size)


def _offer_all(tree: list[tuple[Node, Source | None]], driver: Driver) -> None:
    for node, source in tree:
        offer(node, source, driver)


Held = tuple[Expected, Done]


class Meeting:
    """Two passes over two inputs; each container waits for its counterpart before it is entered.

    What waits when nothing else is left to do has none.
    """

    def __init__(self, pool: Pool, drivers: tuple[Driver, Driver]) -> None:
        self.files = self.size = 0
        self._pool = pool
        self._drivers = drivers
        self._held: tuple[dict[str, Held], dict[str, Held]] = ({}, {})
        self._names: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._partners: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._digests: tuple[dict[str, Held], dict[str, Held]] = ({}, {})
        self._differing: tuple[list[Expected], list[Expected]] = ([], [])
        for side, driver in enumerate(drivers):
            driver.gate = partial(self._arrive, side)
            driver.probed = partial(self._probed, side)

    def run(self) -> None:
        """Work until nothing is left."""
        while self._pool.pending or any(self._held):
            for outcome in self._pool.finished():
                owner = next(one for one in self._drivers if one.owns(outcome.job))
                owner.take(outcome)
            if any(self._differing):
                again, self._differing = self._differing, ([], [])
                for driver, those in zip(self._drivers, again, strict=True):
                    driver.again(sorted(those, key=lambda one: one.path))
                continue
            held, self._held = self._held, ({}, {})
            for side, driver in enumerate(self._drivers):
                for _, (expected, done) in sorted(held[side].items()):
                    self._name(side, expected, done)
                    driver.open(expected, done)
        for driver in self._drivers:
            driver.put_in_order()

    def _arrive(self, side: int, expected: Expected, done: Done) -> None:
        key = self._key(side, expected.path)
        other = self._held[1 - side].pop(key, None)
        if other is None:
            self._held[side][key] = (expected, done)
            return
        here = (expected, done)
        pair = (here, other) if side == FIRST else (other, here)
        for place, (one, result) in enumerate(pair):
            self._name(place, one, result)
        self._leave_out(pair)
        for driver, (one, result) in zip(self._drivers, pair, strict=True):
            driver.open(one, result)

    def _probed(self, side: int, expected: Expected, done: Done) -> None:
        """Take the digest of a file that may be alike on both sides."""
        partner = self._partners[side][expected.path]
        other = self._digests[1 - side].pop(partner, None)
        if other is None:
            self._digests[side][expected.path] = (expected, done)
            return
        if done.sha256 is not None and done.sha256 == other[1].sha256:
            self._count(done.size)
            return
        self._differing[side].append(expected)
        self._differing[1 - side].append(other[0])

    def _count(self, size: int) -> None:
        self.files += 1
        self.size += size

    def _key(self, side: int, path: str) -> str:
        parts = path.split("//")
        names = self._names[side]
        return "//".join(
            names.get("//".join(parts[: depth + 1]), part) for depth, part in enumerate(parts)
        )

    def _name(self, side: int, expected: Expected, done: Done) -> None:
        """Name what lies at a place in the container by number, so that paths through it meet."""
        if done.opened is None:
            return
        paths = [
            inside(path, entry.path)
            for path, _, chunk in named_chunks(expected.path, done.opened)
            for entry in chunk.entries
            if entry.kind == "part"
        ]
        paths += [path for path, _, _ in named_chunks(expected.path, done.opened)]
        paths += [inside(expected.path, entry.path) for entry in done.opened.gaps]
        for path, name in numbered(paths).items():
            self._names[side][path] = name.rpartition("//")[2]

    def _leave_out(self, pair: tuple[Held, Held]) -> None:
        """Leave the files out of both passes that two containers hold alike."""
        sources = [expected.whole(done) for expected, done in pair]
        if sources[0] is None or sources[1] is None:
            return
        stored = Stored(sources[0], sources[1])
        chunks = self._chunks(FIRST, pair[0]), self._chunks(SECOND, pair[1])
        for key in sorted(chunks[0].keys() & chunks[1].keys()):
            (first, one), (second, two) = chunks[0][key], chunks[1][key]
            if one.format != two.format:
                continue
            for name, size, known in stored.alike(one, two):
                paths = inside(first, name), inside(second, name)
                if known:
                    self._count(size)
                    for side, driver in enumerate(self._drivers):
                        driver.left_out.add(paths[side])
                    continue
                for side, driver in enumerate(self._drivers):
                    driver.probes.add(paths[side])
                    self._partners[side][paths[side]] = paths[1 - side]

    def _chunks(self, side: int, held: Held) -> dict[str, tuple[str, Chunk]]:
        expected, done = held
        if done.opened is None:
            return {}
        found = named_chunks(expected.path, done.opened)
        return {self._key(side, path): (path, chunk) for path, _, chunk in found}


class Stored:
    """The bytes of two containers as they are stored."""

    def __init__(self, first: Source, second: Source) -> None:
        self._bytes = memoryview(mapped(first)), memoryview(mapped(second))
        self._room = STORED_AGAIN * (first.size + second.size)
        self._known: dict[tuple[int, int, int], bool] = {}

    def alike(self, first: Chunk, second: Chunk) -> Iterator[tuple[str, int, bool]]:
        """Yield the files of both that are the same, or may be: name, size, whether it is known."""
        others = {name: entry for _, name, entry in unique_entries(second)}
        for _, name, entry in unique_entries(first):
            other = others.get(name)
            if other is None or not entry.kind == other.kind == "file":
                continue
            same = _alike(entry, other) and self._same(entry, other)
            if same is not False:
                yield name, entry.size, same is True

    def _same(self, entry: Entry, other: Entry) -> bool | None:
        """Say whether two files come from the same bytes in the same way; None for perhaps.

        A file that is a part of a block may be the same although the block is not.
        """
        if entry.inline is not None or other.inline is not None:
            return entry.inline == other.inline
        if len(entry.pieces) != len(other.pieces):
            return False
        same: bool | None = True
        for one, two in zip(entry.pieces, other.pieces, strict=True):
            if _decoded_alike(one, two) and self._equal(one.at, two.at, one.size):
                continue
            if one.take < 0 or one.take != two.take:
                return False
            same = None
        return same

    def _equal(self, at: int, place: int, size: int) -> bool:
        key = (at, place, size)
        if key not in self._known:
            self._known[key] = self._compared(at, place, size)
        return self._known[key]

    def _compared(self, at: int, place: int, size: int) -> bool:
        left, right = self._bytes
        self._room -= size
        if self._room < 0 or min(at, place) < 0 or at + size > len(left):
            return False
        if place + size > len(right):
            return False
        # Views compare item by item; bytes do it in one go.
        return all(
            bytes(left[at + step : at + min(step + STEP, size)])
            == bytes(right[place + step : place + min(step + STEP, size)])
            for step in range(0, size, STEP)
        )


def _alike(one: Entry, two: Entry) -> bool:
    """Say whether two files agree in what a comparison asks of them beside their contents."""
    return (
        one.size == two.size
        and one.mode == two.mode
        and (one.uid, one.gid) == (two.uid, two.gid)
        and one.target == two.target
        and one.attributes == two.attributes
    )


def _decoded_alike(one: Piece, two: Piece) -> bool:
    """Say whether two pieces give the same where their stored bytes are the same."""
    return (
        one.size == two.size
        and one.length == two.length
        and one.skip == two.skip
        and one.take == two.take
        and one.codec == two.codec
    )
