"""The work of one process: read a blob, name it by its digest, examine it, open it."""

import hashlib
import mmap
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assay.gather.jobs import Configuration, Done, Item, Job, Source
from assay.gather.keeping import Pack, range_of
from assay.gather.recipes import Recipes
from assay.inventory.examiner import TOO_LARGE, Examination, examiner
from assay.model.record import replace
from assay.model.tree import Problem
from assay.unpack.codecs.failure import DecodeFailure
from assay.unpack.content import Contents
from assay.unpack.leaf import worth_opening
from assay.unpack.opening import Chunk, Opened, open_blob
from assay.unpack.sink import Entry
from assay.unpack.view import View

if TYPE_CHECKING:
    from assay._kernel.cache import Cache

MOST_EXAMINED = 256 << 20


def start(configuration: bytes) -> Callable[[bytes], bytes]:
    """Return the handler of a worker with *configuration* (an encoded `Configuration`)."""
    worker = Worker(msgspec.msgpack.decode(configuration, type=Configuration))
    decode = msgspec.msgpack.Decoder(Job).decode
    encode = msgspec.msgpack.Encoder().encode
    return lambda job: encode(worker.run(decode(job)))


def _cache(folder: str) -> "Cache":
    from assay._kernel.cache import Cache  # noqa: PLC0415 - a database that few runs ask

    return Cache(Path(folder))


class Worker:
    """Reads sources, and remembers the last one mapped."""

    def __init__(self, configuration: Configuration) -> None:
        self._limits = configuration.bounds()
        self._scratch = Path(configuration.scratch)
        self._store = Path(configuration.store) if configuration.store else self._scratch
        self._tool = configuration.tool
        limits = hashlib.sha256(msgspec.msgpack.encode(configuration.limits)).hexdigest()
        self._circumstances = f"{self._tool}/{limits}"
        self._examines = configuration.examine
        self._pack = Pack(self._store) if configuration.lasting else None
        self._cache = _cache(configuration.cache) if configuration.cache else None

    def run(self, job: Job) -> list[Done]:
        """Return what was found out about each item of *job*."""
        view = View(mapped(job.source), self._limits)
        contents = Contents(view)
        names = self._names(job, view)
        known = self._known(job, names)
        return [
            known.get(item.number)
            or self._item(item, job.source, view, contents, names.get(item.number, ""))
            for item in job.items
        ]

    def _names(self, job: Job, view: View) -> dict[int, str]:
        """Return the names of the contents that a cache may know, by the numbers of the items."""
        if self._cache is None or not self._examines:
            return {}
        recipes = Recipes(view, self._circumstances, job.items)
        names = (
            (item.number, recipes.name(item.entry))
            for item in job.items
            if item.entry is not None and item.search == "maybe" and not item.keep
        )
        return {number: name for number, name in names if name}

    def _known(self, job: Job, names: dict[int, str]) -> dict[int, Done]:
        """Return what the cache knows all about, by the numbers of the items: it is not decoded."""
        if self._cache is None or not names:
            return {}
        digests = self._cache.get_all(names.values())
        asked = {
            item.number: (self._key(sha256, item.inner), sha256)
            for item in job.items
            if (sha256 := digests.get(names.get(item.number, ""), b"").decode("ascii", "replace"))
        }
        facts = self._cache.get_all(key for key, _ in asked.values())
        found = {}
        for item in job.items:
            key, sha256 = asked.get(item.number, ("", ""))
            examination = _decoded(facts.get(key))
            if examination is not None and item.entry is not None:
                found[item.number] = _done(item, sha256, item.entry.size, examination)
        return found

    def _item(
        self, item: Item, source: Source, view: View, contents: Contents, recipe: str
    ) -> Done:
        if item.entry is None:
            return self._onward(item, source, self._blob(item, view.data, view, source))
        try:
            content = _content(item.entry, contents)
        except DecodeFailure as failure:
            return self._damaged(item, str(failure))
        if len(content) != item.entry.size:
            return self._damaged(item, f"{len(content)} bytes instead of {item.entry.size}")
        lies = range_of(item.entry, source) if self._pack is not None else None
        return self._blob(item, content, None, lies, recipe)

    def _onward(self, item: Item, source: Source, done: Done) -> Done:
        """Return *done*, with what its only part holds where that was asked for."""
        part = _only_part(done.opened, source) if item.onward else None
        if part is None:
            return done
        inner = Item(number=0, inner="", search="always", onward=item.onward - 1)
        view = View(mapped(part), self._limits)
        found = self._item(inner, part, view, Contents(view), "")
        return replace(done, onward=((part, found),))  # type: ignore[no-any-return]

    def _damaged(self, item: Item, says: str) -> Done:
        problem = Problem(kind="damage", part="content", says=f"content cannot be read: {says}")
        return Done(
            number=item.number, sha256=None, size=0, key="", facts={}, failures={}, opened=None,
            source=None, streams=(), problems=(problem,),
        )  # fmt: skip

    def _blob(
        self,
        item: Item,
        content: bytes | memoryview,
        view: View | None,
        source: Source | None,
        recipe: str = "",
    ) -> Done:
        sha256 = hashlib.sha256(content).hexdigest()
        kept = self._kept(sha256, content, source) if item.keep else None
        streams: list[tuple[int, int, Source]] = []
        opened = self._opened(item, content, view, streams)
        if not self._examines or (opened is not None and opened.is_container):
            key, found = "", Examination({}, {})
        else:
            key, found = self._examined(sha256, content, item.inner)
        if opened is not None and source is None and _refers(opened):
            source = self._keep(sha256, content)
        return Done(
            number=item.number, sha256=sha256, size=len(content), key=key, facts=found.facts,
            failures=found.failures, opened=opened, source=source, streams=tuple(streams),
            problems=(), recipe=recipe if opened is None else "", kept=kept,
        )  # fmt: skip

    def _kept(
        self, sha256: str, content: bytes | memoryview, source: Source | None
    ) -> Source | None:
        """Keep *content*; return where it lies, None where it is in a file under its digest."""
        if self._pack is None:
            _write(self._store, sha256, content)
            return None
        return source or self._pack.add(sha256, content)

    def _opened(
        self,
        item: Item,
        content: bytes | memoryview,
        view: View | None,
        streams: list[tuple[int, int, Source]],
    ) -> Opened | None:
        if item.search == "never" or (item.search == "maybe" and not worth_opening(bytes(content))):
            return None
        opened = open_blob(view or View(content, self._limits))
        return (
            self._set_aside(opened, streams) if item.search == "always" or opened.chunks else None
        )

    def _examined(
        self, sha256: str, content: bytes | memoryview, inner: str
    ) -> tuple[str, Examination]:
        """Return the facts and the cache key to store them under, empty when they are there."""
        if len(content) > MOST_EXAMINED:
            return "", Examination({}, {"all": TOO_LARGE})
        key = self._key(sha256, inner)
        known = _decoded(self._cache.get(key)) if self._cache is not None else None
        if known is not None:
            return "", known
        return key, examiner().examine(bytes(content), _wanted(inner))

    def _key(self, sha256: str, inner: str) -> str:
        """Return the cache key of the facts about the content *sha256* of a file at *inner*."""
        return f"facts/{self._tool}/{sha256}/{examiner().names(_wanted(inner))}"

    def _set_aside(self, opened: Opened, streams: list[tuple[int, int, Source]]) -> Opened:
        """Move decoded parts to the scratch folder, so that any worker can take them on."""
        chunks: list[Chunk] = []
        for place, chunk in enumerate(opened.chunks):
            entries = list(chunk.entries)
            for number, entry in enumerate(entries):
                if entry.kind == "part" and entry.inline is not None:
                    digest = hashlib.sha256(entry.inline).hexdigest()
                    streams.append((place, number, self._keep(digest, entry.inline)))
                    entries[number] = replace(entry, inline=None)
            chunks.append(replace(chunk, entries=tuple(entries)))
        return replace(opened, chunks=tuple(chunks))  # type: ignore[no-any-return]

    def _keep(self, sha256: str, content: bytes | memoryview) -> Source:
        """Write *content* to the scratch folder under its digest and return where it is."""
        path = _write(self._scratch, sha256, content)
        return Source(file=str(path), offset=0, size=len(content))


def _done(item: Item, sha256: str, size: int, found: Examination) -> Done:
    """Return what is said of a content that is no container."""
    return Done(
        number=item.number, sha256=sha256, size=size, key="", facts=found.facts,
        failures=found.failures, opened=None, source=None, streams=(), problems=(),
    )  # fmt: skip


def _decoded(known: bytes | None) -> Examination | None:
    """Return the facts that a cache gave, None for nothing or for what cannot be read."""
    if known is None:
        return None
    try:
        return msgspec.msgpack.decode(known, type=Examination)
    except msgspec.DecodeError:
        return None


def _wanted(inner: str) -> frozenset[int]:
    return examiner().by_path(inner) if inner else frozenset()


def _write(folder: Path, sha256: str, content: bytes | memoryview) -> Path:
    """Write *content* below *folder* under its digest, never half."""
    path = folder / sha256
    if not path.exists():
        partial = folder / f"{sha256}.{os.getpid()}"
        partial.write_bytes(content)
        partial.replace(path)
    return path


def _only_part(opened: Opened | None, source: Source) -> Source | None:
    """Return where the part is that is all there is in *opened*, None where there is more."""
    if opened is None or opened.gaps:
        return None
    entries = [entry for chunk in opened.chunks for entry in chunk.entries]
    if len(entries) != 1 or entries[0].kind != "part" or entries[0].inline is not None:
        return None
    return source.part(entries[0])


def _refers(opened: Opened) -> bool:
    inside = (entry for chunk in opened.chunks for entry in chunk.entries)
    return bool(opened.gaps) or any(entry.pieces for entry in inside)


def _content(entry: Entry, contents: Contents) -> bytes:
    return entry.inline if entry.inline is not None else contents.read(entry.pieces)


def mapped(source: Source) -> memoryview | bytes:
    """Return the bytes of *source*, read only, without loading them."""
    if source.size == 0:
        return b""
    page = mmap.ALLOCATIONGRANULARITY
    lead = source.offset % page
    with Path(source.file).open("rb") as file:
        mapped = mmap.mmap(
            file.fileno(), source.size + lead, access=mmap.ACCESS_READ, offset=source.offset - lead
        )
    return memoryview(mapped)[lead:]
