"""What passes between the main process and the workers."""

from typing import Literal

from assay.model.record import Digest, Record
from assay.model.tree import Problem
from assay.unpack.limits import Limits
from assay.unpack.opening import Opened
from assay.unpack.sink import Entry


class Source(Record, array_like=True):
    """Where a worker finds the bytes of a blob: a range of a file of the host."""

    file: str
    offset: int
    size: int

    def part(self, entry: Entry) -> "Source | None":
        """Return the range that the part *entry* is of this, None when it must be assembled."""
        if len(entry.pieces) != 1 or entry.pieces[0].codec != "raw":
            return None
        piece = entry.pieces[0]
        return Source(file=self.file, offset=self.offset + piece.at, size=piece.size)


class Item(Record, array_like=True):
    """One thing to examine: the entry of a container, or the whole source when it is None.

    `inner` is the path inside its file system, empty for parts. `search` says whether containers
    are looked for; `maybe` leaves out what plainly holds none. `keep` stores the content under
    its digest. `onward` says how many times the only part of a container is opened in the same
    go: nobody else could do anything in the meantime.
    """

    number: int
    inner: str
    entry: Entry | None = None
    search: Literal["always", "maybe", "never"] = "maybe"
    keep: bool = False
    onward: int = 0


class Job(Record):
    """Items that come out of one source."""

    source: Source
    items: tuple[Item, ...]


class Done(Record):
    """What a worker found out about one item.

    `sha256` is None when the content could not be read. `key` is the cache key under which the
    facts belong, empty when they came from there; `recipe` the one under which the digest belongs,
    empty where it came from there or does not tell all. `source` says where the content is
    when `opened` has parts or files that refer to it; `streams` where decoded parts are, by
    the place of their entry in `opened` (chunk, entry). `onward` is what was found out about
    the only part, which is the range that stands before it. `kept` is where a content to keep
    lies, where it has no file of its own.
    """

    number: int
    sha256: Digest | None
    size: int
    key: str
    facts: dict[str, bytes]
    failures: dict[str, str]
    opened: Opened | None
    source: Source | None
    streams: tuple[tuple[int, int, Source], ...]
    problems: tuple[Problem, ...]
    recipe: str = ""
    onward: tuple[tuple[Source, "Done"], ...] = ()
    kept: Source | None = None


class Configuration(Record):
    """What a worker needs to know: limits, where to put decoded data, where the cache is.

    `store` is the folder for contents that are to be kept; empty for none. `examine` says whether
    facts are wanted, or the tree and the digests alone. `lasting` says that sources and scratch
    outlive the pass: contents to keep are then named by where they lie.
    """

    limits: tuple[tuple[str, int], ...]
    scratch: str
    store: str
    cache: str
    tool: Digest
    examine: bool = True
    lasting: bool = False

    def bounds(self) -> Limits:
        """Return the limits."""
        return Limits(**dict(self.limits))
