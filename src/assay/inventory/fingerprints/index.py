"""The fingerprint index: whose a feature is, in which unit and in which versions.

A file of columns that is mapped, not read: header, a compressed table of components, then the
columns, sorted by feature number. Numbers are cut to 40 bits: 16 name the bucket.
"""

import ctypes
import hashlib
import mmap
import struct
import zlib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from assay._kernel.beside import keep, kept
from assay._kernel.packaged import files
from assay._kernel.tool import tool_digest
from assay._native import kernel
from assay.inventory.fingerprints.features import Bytes, Numbers, Places
from assay.model.record import Record

MAGIC = b"ASSAYFPI"
VERSION = 1
BUCKETS = 1 << 16
NUMBER_BITS, BLOCK_BITS = 40, 22
HEADER = struct.Struct("<8sII32s")
MOST_TABLE = 1 << 26
TEMPLATE_UNIT = 0xFFFF
SEVERAL_UNITS = 0xFFFE
DOUBTFUL_UNIT = 0xFFFD
DTYPES = {
    "starts": "<u4", "low": "<u2", "high": "u1", "pattern": "<u4", "unit": "<u2",
    "bitmaps": "<u8", "owners": "<u2", "expected_pattern": "<u4", "expected_unit": "<u2",
    "expected_count": "<u2",
}  # fmt: skip

Column = npt.NDArray[Any]


class BadIndex(Exception):
    """The file is no fingerprint index of this version, or is damaged."""


class Learnt(Record, array_like=True):
    """A component that the index knows: its names, versions in order, and units in order."""

    key: str
    name: str
    cpe: str
    licence: str
    versions: tuple[str, ...]
    units: tuple[str, ...]


class Contents(Record):
    """The table of an index: columns (name, items), components, and what it was built from."""

    columns: tuple[tuple[str, int, str], ...]
    components: tuple[Learnt, ...]
    manifest: str
    about: str


class Index(msgspec.Struct, frozen=True, eq=False, dict=True):
    """A loaded index.

    `numbers` are those of the features, cut to 40 bits, in order; `blocks` has a bit for each
    range of them. `bitmaps[pattern]` has a bit
    for each version of component `owners[pattern]`; the `expected_*` columns say how many
    features a pattern has in a unit.
    """

    digest: str
    components: tuple[Learnt, ...]
    columns: Mapping[str, Column]
    manifest: str
    numbers: Numbers
    blocks: Bytes

    def find(self, numbers: Numbers) -> tuple[Places, Places]:
        """Return which of *numbers* are known, and the place of each in the columns."""
        if not self.size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        cut = numbers >> np.uint64(24)
        block = cut >> np.uint64(NUMBER_BITS - BLOCK_BITS)
        near = np.flatnonzero(self.blocks[block >> np.uint64(3)] >> (block & np.uint64(7)) & 1)
        wanted = cut[near]
        places = np.searchsorted(self.numbers, wanted)
        known = np.take(self.numbers, places, mode="clip") == wanted
        return near[known], places[known]

    @cached_property
    def addresses(self) -> tuple[int, int, int]:
        """Where kernels find the numbers, where their buckets begin (uint32), and the blocks."""
        return self.numbers.ctypes.data, self._starts.ctypes.data, self.blocks.ctypes.data

    @cached_property
    def _starts(self) -> Column:
        return np.ascontiguousarray(self.columns["starts"], np.uint32)

    @property
    def size(self) -> int:
        """The number of features."""
        return len(self.numbers)

    @cached_property
    def first_patterns(self) -> Places:
        """The first pattern of each component, and behind the last the number of patterns."""
        owners = self.columns["owners"]
        return np.searchsorted(owners, np.arange(len(self.components) + 1)).astype(np.int64)

    @cached_property
    def by_key(self) -> dict[str, int]:
        """The number of each component by its key."""
        return {one.key: number for number, one in enumerate(self.components)}


def load(path: Path, sound: bytes = b"") -> Index:
    """Return the index in the file at *path*; raises `BadIndex` or `OSError`.

    The file is not read whole where its header has the digest *sound*.
    """
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise BadIndex("the file is empty") from None
    return parse(data, sound)


def parse(data: bytes | mmap.mmap, sound: bytes = b"") -> Index:
    """Return the index in *data*, which needs no check if it has the digest *sound*.

    Raises `BadIndex`.
    """
    if len(data) < HEADER.size:
        raise BadIndex("the file is cut off")
    magic, version, size, digest = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise BadIndex("the file is no fingerprint index")
    if version != VERSION:
        raise BadIndex(f"the index has version {version}, this Assay reads version {VERSION}")
    if sound != digest and hashlib.sha256(memoryview(data)[HEADER.size :]).digest() != digest:
        raise BadIndex("the index is damaged: its digest differs")
    contents = _contents(bytes(data[HEADER.size : HEADER.size + size]))
    columns = _columns(data, HEADER.size + size, contents)
    _verify(columns, len(contents.components))
    numbers, blocks = _searched(columns)
    return Index(digest.hex(), contents.components, columns, contents.manifest, numbers, blocks)


def _contents(packed: bytes) -> Contents:
    try:
        text = zlib.decompressobj().decompress(packed, MOST_TABLE)
        return msgspec.json.decode(text, type=Contents)
    except (zlib.error, msgspec.DecodeError) as error:
        raise BadIndex(f"the table of the index is damaged: {error}") from None


def _columns(data: bytes | mmap.mmap, at: int, contents: Contents) -> dict[str, Column]:
    found = {}
    for name, count, dtype in contents.columns:
        if name not in DTYPES or dtype not in {"u1", "<u2", "<u4", "<u8"} or count < 0:
            raise BadIndex(f"unknown column {name[:20]}")
        at += -at % 8
        if at + count * np.dtype(dtype).itemsize > len(data):
            raise BadIndex("a column reaches beyond the file")
        found[name] = np.frombuffer(data, dtype, count, at)
        at += count * np.dtype(dtype).itemsize
    if set(found) != set(DTYPES):
        raise BadIndex("columns are missing")
    return found


def _searched(columns: Mapping[str, Column]) -> tuple[Numbers, Bytes]:
    """Return what is searched: the numbers in order, and a bit for each range that holds one."""
    starts, low, high = (columns[name] for name in ("starts", "low", "high"))
    run = _kernel()
    if run is not None and low.dtype == np.uint16 and high.dtype == np.uint8:
        starts = np.ascontiguousarray(starts, np.uint32)
        numbers, blocks = np.empty(low.size, np.uint64), np.zeros(1 << BLOCK_BITS - 3, np.uint8)
        asked = [one.ctypes.data for one in (starts, low, high)]
        if not run(*asked, low.size, numbers.ctypes.data, blocks.ctypes.data):
            return numbers, blocks
    numbers = _numbers(columns)
    return numbers, _blocks(numbers)


@lru_cache(maxsize=1)
def _kernel() -> Any:  # noqa: ANN401 - a function of ctypes
    pointer = ctypes.c_void_p
    return kernel("assay_index", *(pointer,) * 3, ctypes.c_int64, pointer, pointer)


def _numbers(columns: Mapping[str, Column]) -> Numbers:
    """Return the numbers in order, of which the columns have the low 24 bits by bucket."""
    buckets = np.arange(BUCKETS, dtype=np.uint64) << np.uint64(24)
    starts = columns["starts"].astype(np.int64)
    numbers = np.repeat(buckets, starts[1:] - starts[:-1])
    numbers |= columns["high"].astype(np.uint64) << np.uint64(16)
    numbers |= columns["low"]
    return numbers


def _blocks(numbers: Numbers) -> Bytes:
    """Return a bit for each range of numbers, set where there is one: small enough to stay at hand.

    Most features are nobody's, and this tells so without a search.
    """
    held = np.zeros(1 << BLOCK_BITS, np.bool_)
    held[numbers >> np.uint64(NUMBER_BITS - BLOCK_BITS)] = True
    return np.packbits(held, bitorder="little")


def _verify(columns: Mapping[str, Column], components: int) -> None:
    size = len(columns["low"])
    starts = columns["starts"].astype(np.int64)
    lengths = {len(columns[name]) for name in ("high", "pattern", "unit")} | {size}
    patterns = len(columns["bitmaps"])
    sound = (
        len(starts) == BUCKETS + 1
        and lengths == {size}
        and starts[0] == 0
        and starts[-1] == size
        and bool((np.diff(starts) >= 0).all())
        and len(columns["owners"]) == patterns
        and int(columns["pattern"].max(initial=0)) < max(patterns, 1)
        and int(columns["owners"].max(initial=0)) < max(components, 1)
        and bool((np.diff(columns["owners"].astype(np.int64)) >= 0).all())
        and len({len(columns[f"expected_{part}"]) for part in ("pattern", "unit", "count")}) == 1
        and int(columns["expected_pattern"].max(initial=0)) < max(patterns, 1)
    )
    if not sound:
        raise BadIndex("the columns of the index contradict each other")


@lru_cache(maxsize=2)
def _loaded(path: str) -> Index:
    if path:
        return load(Path(path))
    place = files("assay.inventory.data").joinpath("components.index")
    # The digest of the package says that the file is as it was when it was last read whole.
    sound = kept("index", tool_digest()) or b""
    found = load(place, sound)
    if bytes.fromhex(found.digest) != sound:
        keep("index", tool_digest(), bytes.fromhex(found.digest))
    return found


_chosen = [""]


def use(path: str) -> None:
    """Use the index in the file at *path* in this process and its children; empty: Assay's own."""
    _chosen[0] = path


def current() -> Index:
    """Return the index in use; raises `BadIndex` or `OSError`."""
    return _loaded(_chosen[0])


def digest_of_chosen() -> str:
    """Return the digest of an index that is not Assay's own; empty for that one."""
    return current().digest if _chosen[0] else ""


def why_none() -> str:
    """Return why Assay's own index cannot be used; empty where it can."""
    try:
        current()
    except (BadIndex, OSError) as error:
        return f"components are not identified by fingerprints: {error}"
    return ""


def encode(
    columns: Mapping[str, Column], components: tuple[Learnt, ...], manifest: str, about: str
) -> bytes:
    """Return the file of an index with *columns*."""
    kinds = {name: _narrowest(name, columns[name]) for name in DTYPES}
    contents = Contents(
        columns=tuple((name, len(columns[name]), kinds[name]) for name in DTYPES),
        components=components,
        manifest=manifest,
        about=about,
    )
    packed = zlib.compress(msgspec.json.encode(contents), 9)
    body = bytearray(packed)
    for name in DTYPES:
        body += b"\0" * (-(len(body) + HEADER.size) % 8)
        body += columns[name].astype(kinds[name]).tobytes()
    digest = hashlib.sha256(body).digest()
    return HEADER.pack(MAGIC, VERSION, len(packed), digest) + body


def _narrowest(name: str, column: Column) -> str:
    widest = DTYPES[name]
    return "<u2" if widest == "<u4" and int(column.max(initial=0)) < 1 << 16 else widest
