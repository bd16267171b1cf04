"""Snapshots of imported lists: dated, digested, never overwritten.

Layout: `$XDG_DATA_HOME/assay/lists/<list>/<date>-<digest>/` with `manifest.json` and
`parties.jsonl.zst` (one canonical party a line). Reading checks the digest.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import zstandard

from assay._kernel import canonical, lazy_re
from assay.errors import StorageError, UnreadableInput
from assay.model.record import Digest, Record
from assay.supply.catalogue import ListState
from assay.supply.records import Party

MANIFEST = "manifest.json"
PARTIES = "parties.jsonl.zst"
MOST_PARTIES = 6_000_000
MOST_UNPACKED = 16 << 30

_NAME = lazy_re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")


class Snapshot(Record):
    """What a snapshot is: list, day, where from, digests, and what could not be read."""

    list: str
    title: str
    as_of: str
    url: str
    licence: str
    stale_after_days: int
    screened: bool
    source_sha256: Digest
    source_size: int
    sha256: Digest
    parties: int
    problem_count: int
    problems: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    user_licence: str = ""

    def state(self) -> ListState:
        """Return what a catalogue keeps of the snapshot."""
        return ListState(
            list=self.list,
            title=self.title,
            as_of=self.as_of,
            stale_after_days=self.stale_after_days,
            parties=self.parties,
            sha256=self.sha256,
        )


def lists_folder() -> Path:
    """Return the folder of the user's snapshots."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "assay" / "lists"


def keep(folder: Path, snapshot: Snapshot, parties: list[Party]) -> tuple[Snapshot, Path]:
    """Write a snapshot and return it with its digests and its place; raises StorageError."""
    lines = b"".join(canonical.encode(party) + b"\n" for party in parties)
    whole: Snapshot = msgspec.structs.replace(
        snapshot, sha256=hashlib.sha256(lines).hexdigest(), parties=len(parties)
    )
    place = folder / whole.list / f"{whole.as_of}-{whole.sha256[:12]}"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
        try:
            (draft / PARTIES).write_bytes(zstandard.ZstdCompressor(level=9).compress(lines))
            (draft / MANIFEST).write_bytes(canonical.encode(whole) + b"\n")
            if place.exists():
                shutil.rmtree(place)
            draft.rename(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"the snapshot cannot be written: {error}",
            advice="Set XDG_DATA_HOME to a writable folder.",
        ) from error
    return whole, place


def snapshots(folder: Path) -> list[tuple[Snapshot, Path]]:
    """Return every snapshot, by list and day, the newest last; a broken one raises."""
    if not folder.is_dir():
        return []
    places = [
        place
        for place in sorted(folder.glob("*/*"))
        if _NAME.fullmatch(place.name) and (place / MANIFEST).is_file()
    ]
    return [(_manifest(place), place) for place in places]


def current(folder: Path, known: str = "") -> list[tuple[Snapshot, Path]]:
    """Return the newest snapshot of every list, not newer than *known* if that is given."""
    chosen: dict[str, tuple[Snapshot, Path]] = {}
    for snapshot, place in snapshots(folder):
        if not known or snapshot.as_of <= known:
            chosen[snapshot.list] = (snapshot, place)
    return [chosen[key] for key in sorted(chosen)]


def read_parties(snapshot: Snapshot, place: Path) -> tuple[Party, ...]:
    """Return the parties of a snapshot; raises UnreadableInput when its digest does not fit."""
    hasher = hashlib.sha256()
    decoder = msgspec.json.Decoder(Party)
    try:
        parties = tuple(decoder.decode(line) for line in _lines(place / PARTIES, hasher))
    except (OSError, zstandard.ZstdError, msgspec.DecodeError) as error:
        raise _broken(place, str(error)) from error
    if hasher.hexdigest() != snapshot.sha256:
        raise _broken(place, "its digest differs")
    return parties


def _lines(path: Path, hasher: "hashlib._Hash") -> Iterator[bytes]:
    read, rest = 0, b""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        while block := stream.read(1 << 20):
            read += len(block)
            if read > MOST_UNPACKED:
                raise zstandard.ZstdError("too large")
            hasher.update(block)
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
    if rest:
        yield rest


def _manifest(place: Path) -> Snapshot:
    try:
        return canonical.decode((place / MANIFEST).read_bytes(), Snapshot)
    except (OSError, msgspec.DecodeError) as error:
        raise _broken(place, str(error)) from error


def _broken(place: Path, says: str) -> UnreadableInput:
    return UnreadableInput(
        f"the snapshot {place.name} of {place.parent.name} is damaged: {says}",
        advice="Delete its folder and import the list again.",
    )
