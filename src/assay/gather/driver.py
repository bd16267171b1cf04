"""Hands out jobs, follows containers into containers, and collects what comes back.

Results are put in order at the end, so their time of arrival leaves no trace. When a bound on
the whole image is reached, what was read would depend on that time; the work is then done again
level by level, in the order of paths.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from assay._kernel.workers import Outcome, Pool
from assay.gather.jobs import Done, Item, Job, Source
from assay.gather.naming import inside, named_chunks, unique_entries
from assay.inventory.examiner import TOO_LARGE
from assay.model.record import Digest, replace
from assay.model.tree import Container, Node, Origin, Piece, Problem
from assay.unpack.limits import Limits
from assay.unpack.opening import Chunk
from assay.unpack.sink import Entry

STOP = object()
BATCH_BYTES = 1 << 20
BATCH_FILES = 64
SHARED = 8
"""How much more a batch may hold of files that share a block."""
MOST_ONWARD = 3
"""Wrappers in wrappers that one job opens."""

Observer = Callable[[int, int, int], None]
"""Called with items finished, items known, and bytes read so far."""

Keep = Callable[[Node], bool]
"""Says whether the content of a node is to be stored."""


class GlobalLimit(Exception):
    """A bound on the whole image was reached."""


class Gathered(msgspec.Struct):
    """Everything that the pass over the blobs brought in.

    `fresh` and `contents` are for a cache: facts by their key, and digests by recipes.
    """

    nodes: list[Node] = msgspec.field(default_factory=list)
    containers: list[Container] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    facts: dict[Digest, dict[str, bytes]] = msgspec.field(default_factory=dict)
    sizes: dict[Digest, int] = msgspec.field(default_factory=dict)
    kept: dict[Digest, Source] = msgspec.field(default_factory=dict)
    fresh: dict[str, tuple[dict[str, bytes], dict[str, str]]] = msgspec.field(default_factory=dict)
    contents: dict[str, Digest] = msgspec.field(default_factory=dict)
    unread: int = 0


Remember = Callable[[Gathered], None]
"""Moves what is for a cache there, once there is enough of it."""


class Expected(msgspec.Struct):
    """What to do with an item's result: the node to complete, and where it leads."""

    path: str
    node: Node | None
    depth: int
    item: Item
    source: Source

    def whole(self, done: Done) -> Source | None:
        """Return where all bytes of the blob of *done* are, None when nowhere on the host."""
        return done.source or (self.source if self.item.entry is None else None)


Gate = Callable[[Expected, Done], None]
"""Takes the result of an item, and sees to it that the driver goes on with it."""


class Driver:
    """One pass over one image.

    *ordered* works level by level in the order of paths, so that bounds on the whole image cut
    off the same things in every run. The steps of *prepare* are taken while a first worker opens
    what contains the rest: they load what the other jobs need, and the workers after that share
    it. The steps of *meanwhile* are taken while the workers are busy; when there are no more,
    *remember* is shown what there is for a cache, time and again.
    """

    def __init__(
        self,
        pool: Pool,
        limits: Limits,
        observer: Observer | None = None,
        *,
        ordered: bool = False,
        keep: Keep | None = None,
        prepare: Iterable[object] = (),
        meanwhile: Iterator[object] | None = None,
        remember: Remember | None = None,
    ) -> None:
        self._pool = pool
        self._limits = limits
        self._observer = observer
        self._ordered = ordered
        self._keep = keep
        self._prepare = prepare
        self._meanwhile = meanwhile if meanwhile is not None else iter(())
        self._remember = remember
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(list[Done]).decode
        self._jobs: dict[int, Job] = {}
        self._expected: dict[int, Expected] = {}
        self._early: dict[Source, Done] = {}
        self._ready: list[tuple[Expected, Done]] = []
        self._next = 0
        self._finished = 0
        self._bytes = 0
        self._budget = limits.total
        self._files = limits.files
        self._containers = limits.containers
        self._stopped = False
        self.gate: Gate = self.open
        self.probed: Gate = self.open
        self.left_out: set[str] = set()
        self.probes: set[str] = set()
        self.result = Gathered()

    def blob(self, source: Source, path: str, node: Node | None, depth: int) -> None:
        """Expect the whole of *source* as the blob at *path*."""
        onward = 0 if self._ordered or self._keep is not None else MOST_ONWARD
        item = Item(number=0, inner="", search="always", onward=onward)
        self._submit(source, [self._expect(source, path, node, depth, item)])

    def file(self, source: Source, node: Node) -> None:
        """Expect the file *node* of a directory, whose content is all of *source*."""
        if self._afford(0, 1, source.size, node.path):
            item = Item(number=0, inner=node.inner)
            self._submit(source, [self._expect(source, node.path, node, 1, item)])

    def run(self) -> Gathered:
        """Work until nothing is left and return what was gathered, in order."""
        self._load()
        while self._pool.pending or self._ready:
            for outcome in self._pool.finished(self._idle):
                self.take(outcome)
            ready, self._ready = self._ready, []
            for expected, done in sorted(ready, key=lambda pair: pair[0].path):
                self._follow(expected, done)
        self.put_in_order()
        return self.result

    def _idle(self) -> bool:
        """Do something while the workers are busy, and say whether there may be more to do."""
        if next(self._meanwhile, STOP) is not STOP:
            return True
        if self._remember is not None:
            self._remember(self.result)
        return False

    def _load(self) -> None:
        """Take the steps that prepare for most jobs, while a first worker opens containers."""
        begun = False
        for _ in self._prepare:
            if not begun:
                self._pool.begin()
                begun = True
            elif not self._ordered:
                for outcome in self._pool.advance():
                    self.take(outcome)
        if begun:
            self._pool.renew()

    def put_in_order(self) -> None:
        """Sort what was gathered, so that times of arrival leave no trace."""
        result = self.result
        result.nodes.sort(key=lambda node: (node.path, node.origin.offset))
        result.containers.sort(key=lambda container: container.path)
        result.problems.sort(key=lambda p: (p.path, p.part, p.kind, p.offset, p.says, p.blob))

    def owns(self, job: int) -> bool:
        """Say whether *job* is one of this pass."""
        return job in self._jobs

    def _expect(self, source: Source, path: str, node: Node | None, depth: int, item: Item) -> Item:
        number = self._next
        self._next += 1
        kept = self._keep is not None and node is not None and self._keep(node)
        item = replace(item, number=number, keep=kept)
        self._expected[number] = Expected(path, node, depth, item, source)
        return item

    def _submit(self, source: Source, items: list[Item]) -> None:
        job = Job(source=source, items=tuple(items))
        size = sum(one.entry.size if one.entry else source.size for one in items)
        opens = items[0].search == "always"
        self._jobs[self._pool.submit(self._encode(job), size, first=opens)] = job

    def take(self, outcome: Outcome) -> None:
        """Take in the end of a job of this pass."""
        job = self._jobs.pop(outcome.job)
        if outcome.result is None:
            self._failed(job, outcome)
            return
        for done in self._decode(outcome.result):
            self._arrived(self._expected.pop(done.number), done)
        if self._observer is not None:
            self._observer(self._finished, self._next, self._bytes)

    def _arrived(self, expected: Expected, done: Done) -> None:
        self._finished += 1
        self._bytes += done.size
        self._early.update(done.onward)
        if self._ordered:
            self._ready.append((expected, done))
        else:
            self._follow(expected, done)

    def _failed(self, job: Job, outcome: Outcome) -> None:
        """Try the items of a failed batch one by one: only the one at fault is lost."""
        if len(job.items) > 1 or job.items[0].onward:
            for item in job.items:
                self._submit(job.source, [replace(item, onward=0)])
            return
        expected = self._expected.pop(job.items[0].number)
        self._finished += 1
        self._problem(
            Problem(
                kind="limit" if outcome.kind == "limit" else "crash",
                part="worker",
                says=outcome.says,
                path=expected.path,
            )
        )
        self._complete(expected, None, 0)

    def _problem(self, problem: Problem) -> None:
        self.result.problems.append(problem)

    def _complete(self, expected: Expected, sha256: Digest | None, size: int) -> None:
        if sha256 is None:
            self.result.unread += 1
        if expected.node is not None:
            changes = {"blob": sha256, "size": size} if sha256 else {}
            self.result.nodes.append(replace(expected.node, **changes))

    def _follow(self, expected: Expected, done: Done) -> None:
        """Take in the result of one item and go on into what it contains."""
        if expected.path in self.probes:
            self.probed(expected, done)
            return
        self._complete(expected, done.sha256, done.size)
        for problem in done.problems:
            self._problem(replace(problem, path=expected.path))
        if done.sha256 is None:
            return
        if done.kept is not None:
            self.result.kept.setdefault(done.sha256, done.kept)
        known = self.result.facts.setdefault(done.sha256, {})
        known.update(done.facts)
        self.result.sizes[done.sha256] = done.size
        if done.key:
            self.result.fresh[done.key] = (done.facts, done.failures)
        if done.recipe:
            self.result.contents[done.recipe] = done.sha256
        for kind, says in sorted(done.failures.items()):
            self._problem(
                Problem(
                    kind="limit" if says.startswith(TOO_LARGE) else "crash",
                    part=f"inventory/{kind}",
                    says=says,
                    blob=done.sha256,
                    path=expected.path,
                )
            )
        if done.opened is not None:
            self._enter(expected, done)

    def _enter(self, expected: Expected, done: Done) -> None:
        opened, path = done.opened, expected.path
        if opened is None or done.sha256 is None:
            return
        for problem in opened.problems:
            where = inside(path, problem.path) if problem.path else path
            self._problem(replace(problem, path=where, blob=done.sha256))
        self.result.containers.append(
            Container(blob=done.sha256, path=path, size=opened.size, regions=opened.regions)
        )
        if not opened.chunks:
            return
        if expected.depth >= self._limits.depth:
            says = f"containers nested deeper than {self._limits.depth} are not opened"
            self._problem(Problem(kind="limit", part="unpack", says=says, path=path))
            return
        if self._afford(1, 0, 0, path):
            self.gate(expected, done)

    def open(self, expected: Expected, done: Done) -> None:
        """Enter the container of *done*: submit what is in it but for what is left out."""
        opened, path = done.opened, expected.path
        if opened is None:
            return
        streams = {(chunk, number): source for chunk, number, source in done.streams}
        for named in named_chunks(path, opened):
            self._chunk(expected, done, named, streams)
        for entry in opened.gaps:
            self._gap(expected, done, entry)

    def _gap(self, expected: Expected, done: Done, entry: Entry) -> None:
        """Examine a range that no container claimed; it was searched already."""
        node = _node(inside(expected.path, entry.path), entry, done.sha256 or "", "")
        whole = expected.whole(done)
        source = whole.part(entry) if whole is not None else None
        if source is not None and self._afford(0, 1, 0, node.path):
            item = Item(number=0, inner="", search="never")
            self._submit(source, [self._expect(source, node.path, node, expected.depth + 1, item)])

    def _chunk(
        self,
        expected: Expected,
        done: Done,
        named: tuple[str, int, Chunk],
        streams: dict[tuple[int, int], Source],
    ) -> None:
        path, place, chunk = named
        container = done.sha256 or ""
        if path != expected.path:
            origin = Origin(
                container=container, format=chunk.format, offset=chunk.start,
                length=chunk.end - chunk.start,
            )  # fmt: skip
            self.result.nodes.append(
                Node(path=path, kind="part", origin=origin, size=chunk.end - chunk.start)
            )
        source = expected.whole(done)
        files: list[Item] = []
        for number, name, entry in unique_entries(chunk):
            if entry.kind == "file" and inside(path, name) in self.left_out:
                continue
            node = _node(inside(path, name), entry, container, chunk.format)
            if entry.kind == "part":
                part = streams.get((place, number)) or (source and source.part(entry))
                self._part(part, source, node, entry, expected.depth)
            elif entry.kind == "file" and source is not None:
                if self._afford(0, 1, entry.size, node.path):
                    files.append(self._file(source, node, entry, expected.depth + 1))
            else:
                self.result.nodes.append(node)
        if source is not None:
            self._batches(source, files)

    def _file(self, source: Source, node: Node, entry: Entry, depth: int) -> Item:
        """Expect the file *node* of the container in *source*."""
        if node.path not in self.probes:
            item = Item(number=0, inner=node.inner, entry=entry)
            return self._expect(source, node.path, node, depth, item)
        item = Item(number=self._next, inner=node.inner, entry=entry, search="never")
        self._next += 1
        self._expected[item.number] = Expected(node.path, node, depth, item, source)
        return item

    def again(self, probed: list[Expected]) -> None:
        """Read the files that were *probed* in full."""
        sources: dict[Source, list[Item]] = {}
        for one in probed:
            self.probes.discard(one.path)
            if one.node is not None and one.item.entry is not None:
                item = self._file(one.source, one.node, one.item.entry, one.depth)
                sources.setdefault(one.source, []).append(item)
        for source, items in sources.items():
            self._batches(source, items)

    def _part(
        self, whole: Source | None, container: Source | None, node: Node, entry: Entry, depth: int
    ) -> None:
        if not self._afford(0, 1, 0 if whole is container else entry.size, node.path):
            return
        if whole is not None:
            item = Item(number=0, inner="", search="always")
            item = self._expect(whole, node.path, node, depth + 1, item)
            found = self._early.pop(whole, None)
            if found is None:
                self._submit(whole, [item])
            else:
                self._arrived(self._expected.pop(item.number), found)
        elif container is not None:
            item = Item(number=0, inner="", entry=entry, search="always")
            self._submit(container, [self._expect(container, node.path, node, depth + 1, item)])

    def _batches(self, source: Source, items: list[Item]) -> None:
        """Submit files in the order of their bytes, so that neighbours share decoded blocks."""
        batch: list[Item] = []
        size = 0
        for item in sorted(items, key=_place):
            stored = item.entry.size if item.entry else 0
            # Two jobs with files of one block would both decode it.
            shared = SHARED if batch and _place(item)[0] == _place(batch[-1])[0] else 1
            if batch and (
                size + stored > BATCH_BYTES * shared or len(batch) >= BATCH_FILES * shared
            ):
                self._submit(source, batch)
                batch, size = [], 0
            batch.append(item)
            size += stored
        if batch:
            self._submit(source, batch)

    def _afford(self, containers: int, files: int, size: int, path: str) -> bool:
        """Return whether the bounds on the whole image allow this much more."""
        if self._stopped:
            return False
        self._containers -= containers
        self._files -= files
        self._budget -= size
        if min(self._containers, self._files, self._budget) >= 0:
            return True
        if not self._ordered:
            raise GlobalLimit
        says = "the image holds more than the limits allow; from here on it was not read"
        self._problem(Problem(kind="limit", part="unpack", says=says, path=path))
        self._stopped = True
        return False


def _place(item: Item) -> tuple[int, int]:
    pieces: tuple[Piece, ...] = item.entry.pieces if item.entry else ()
    return (pieces[-1].at if pieces else 0, item.number)


def _node(path: str, entry: Entry, container: Digest, name: str) -> Node:
    return Node(
        path=path, kind=entry.kind, size=entry.size, mode=entry.mode, uid=entry.uid,
        gid=entry.gid, mtime=entry.mtime, target=entry.target, device=entry.device,
        attributes=entry.attributes,
        origin=Origin(
            container=container, format=name, offset=entry.offset, length=entry.length
        ),
    )  # fmt: skip
