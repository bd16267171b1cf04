"""Snapshots of the advisory store: dated, digested, side by side, never changed.

Layout: `$XDG_DATA_HOME/assay/advisories/<day>-<digest>/` with `manifest.json` and
`advisories.sqlite`. A new snapshot begins as a copy of the newest one, or empty.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from assay._kernel import canonical
from assay.errors import StorageError, UnknownName, UsageError
from assay.vulns.advisory import Item
from assay.vulns.feeds.feed import Tally
from assay.vulns.feeds.reading import read_file
from assay.vulns.store.layout import VERSION, Manifest, SourceFile
from assay.vulns.store.reading import AGAIN, BrokenStore, Store
from assay.vulns.store.writing import Builder

MANIFEST = "manifest.json"
DATABASE = "advisories.sqlite"
_CHECKED = "checked"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
UNDATED = "1970-01-01"
EVERY = 5000

Progress = Callable[[str, int], None]
"""Called with the name of a file and the records read from it so far."""


def advisories_folder() -> Path:
    """Return the folder of the user's snapshots."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "assay" / "advisories"


def snapshots(folder: Path) -> list[tuple[Manifest, Path]]:
    """Return every readable snapshot in *folder*, the newest last."""
    if not folder.is_dir():
        return []
    found = []
    for place in folder.iterdir():
        if _NAME.fullmatch(place.name) and (place / MANIFEST).is_file():
            with contextlib.suppress(BrokenStore):
                found.append((manifest_of(place), place))
    return sorted(found, key=lambda one: (one[0].as_of, one[0].sequence, one[0].digest))


def manifest_of(place: Path) -> Manifest:
    """Return the manifest of the snapshot at *place*; raises BrokenStore."""
    try:
        manifest = canonical.decode((place / MANIFEST).read_bytes(), Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BrokenStore(f"{place} has no readable manifest", advice=AGAIN) from error
    if manifest.version != VERSION:
        raise BrokenStore(f"{place} was made by another version of Assay", advice=AGAIN)
    return manifest


def find(folder: Path, wanted: str = "") -> Path | None:
    """Return the newest snapshot, or the one *wanted*: a folder, a name, or part of a digest.

    None when there is none at all. Raises UnknownName when the one wanted is not there.
    """
    known = snapshots(folder)
    if not wanted:
        return known[-1][1] if known else None
    if (Path(wanted) / MANIFEST).is_file():
        return Path(wanted)
    fits = [
        place
        for manifest, place in known
        if place.name.startswith(wanted) or manifest.digest.startswith(wanted)
    ]
    if len(fits) != 1:
        raise UnknownName(
            f"{len(fits) or 'no'} snapshot{'s fit' if fits else ' fits'} {wanted[:70]!r}",
            advice="`assay feeds status` lists the snapshots; `--snapshot none` does without.",
        )
    return fits[0]


def open_store(place: Path) -> Store:
    """Return the store of the snapshot at *place*; raises BrokenStore when its bytes changed."""
    manifest = manifest_of(place)
    path = place / DATABASE
    try:
        stamp = f"{path.stat().st_size} {path.stat().st_mtime_ns} {manifest.file}"
        marker = place / _CHECKED
        if not marker.is_file() or marker.read_text("ascii", "replace") != stamp:
            if _file_digest(path) != manifest.file:
                raise BrokenStore(f"{path} was changed or is damaged", advice=AGAIN)
            with contextlib.suppress(OSError):  # a folder that is not ours to write
                marker.write_text(stamp, "ascii")
    except OSError as error:
        raise BrokenStore(f"{path} cannot be read: {error.strerror}", advice=AGAIN) from error
    return Store(path, manifest)


def build(
    files: Sequence[Path], folder: Path, *, fresh: bool = False, progress: Progress | None = None
) -> tuple[Manifest, Path]:
    """Make a snapshot in *folder* of the newest one and *files*, or with *fresh* of them alone.

    Files with the same bytes as before add nothing. Nothing is changed when one cannot be read.
    Raises BrokenFeed, UsageError, StorageError.
    """
    if not files:
        raise UsageError("no file was given", advice="Name the feed files to import.")
    base = None if fresh else find(folder)
    before = manifest_of(base) if base else None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}") from error
    try:
        if base:
            shutil.copyfile(base / DATABASE, draft / DATABASE)
        sources, digest, counts = _fill(draft / DATABASE, files, before, progress)
        manifest = _manifest(draft, before, sources, digest, counts)
        return manifest, _settle(draft, folder, manifest)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, sqlite3.DatabaseError) and base:
            raise BrokenStore(f"{base} is damaged: {error}", advice=AGAIN) from error
        raise StorageError(
            f"the snapshot cannot be written: {error}",
            advice="Set XDG_DATA_HOME to a folder with room.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def remove(folder: Path, wanted: str) -> Path:
    """Delete the snapshot *wanted* and return where it was."""
    place = find(folder, wanted)
    if place is None or not wanted:
        raise UnknownName("there is no such snapshot")
    shutil.rmtree(place)
    return place


def _fill(
    path: Path, files: Sequence[Path], before: Manifest | None, progress: Progress | None
) -> tuple[list[SourceFile], str, dict[str, int]]:
    sources = list(before.sources) if before else []
    known = {one.sha256 for one in sources}
    builder = Builder(path)
    try:
        for file in files:
            digest = _file_digest(file)
            if digest in known:
                continue
            tally = Tally()
            name, items = read_file(file, tally)
            builder.add(_watched(items, file.name, progress))
            sources.append(_source(file, name, digest, tally))
            known.add(digest)
        digest, counts = builder.finish()
    except BaseException:
        builder.close()
        raise
    return sources, digest, counts


def _source(file: Path, feed: str, digest: str, tally: Tally) -> SourceFile:
    return SourceFile(
        name=file.name,
        feed=feed,
        sha256=digest,
        size=file.stat().st_size,
        day=tally.day,
        records=tally.read,
        refused=tally.refused,
        examples=tuple(tally.examples),
    )


def _watched(items: Iterator[Item], name: str, progress: Progress | None) -> Iterator[Item]:
    count = 0
    for count, item in enumerate(items, 1):
        if progress and count % EVERY == 0:
            progress(name, count)
        yield item
    if progress:
        progress(name, count)


def _manifest(
    draft: Path,
    before: Manifest | None,
    sources: list[SourceFile],
    digest: str,
    counts: dict[str, int],
) -> Manifest:
    path = draft / DATABASE
    return Manifest(
        version=VERSION,
        as_of=max((one.day for one in sources if one.day), default=UNDATED),
        digest=digest,
        file=_file_digest(path),
        size=path.stat().st_size,
        sequence=before.sequence + 1 if before else 0,
        advisories=counts["advisory"],
        products=counts["product"],
        exploited=counts["exploited"],
        likelihoods=counts["likelihood"],
        sources=tuple(sources),
    )


def _settle(draft: Path, folder: Path, manifest: Manifest) -> Path:
    place = folder / f"{manifest.as_of}-{manifest.digest[:12]}"
    (draft / MANIFEST).write_bytes(canonical.encode(manifest) + b"\n")
    if place.exists():  # the same records: the files that brought them may be others
        shutil.rmtree(place)
    draft.chmod(0o755)
    draft.rename(place)
    return place


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
