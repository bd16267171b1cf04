"""Making a snapshot: the newest one and files of feeds, or files alone, into a new folder.

Nothing is visible before all of it is written. A file that cannot be read leaves no trace in it.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assay._kernel import canonical
from assay.errors import StorageError, UsageError
from assay.vulns.advisory import Item
from assay.vulns.feeds.feed import Tally
from assay.vulns.feeds.reading import read_file
from assay.vulns.feeds.stream import BrokenFeed
from assay.vulns.store.folder import MANIFEST
from assay.vulns.store.layout import VERSION, Manifest, SourceFile
from assay.vulns.store.reading import AGAIN, BrokenStore
from assay.vulns.store.snapshots import DATABASE, file_digest, find, manifest_of
from assay.vulns.store.writing import Builder

UNDATED = "1970-01-01"
EVERY = 5000

Progress = Callable[[str, int], None]
"""Called with the name of a file and the records read from it so far."""
Refuse = Callable[[Path, BrokenFeed], None]
"""Called with a file that cannot be read, and why."""


def build(
    files: Sequence[Path],
    folder: Path,
    *,
    fresh: bool = False,
    progress: Progress | None = None,
    refuse: Refuse | None = None,
) -> tuple[Manifest, Path]:
    """Make a snapshot in *folder* of the newest one and *files*, or with *fresh* of them alone.

    Files with the same bytes as before add nothing. One that cannot be read goes to *refuse* and
    the others are taken; without *refuse*, or when none can be read, nothing is changed.
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
        sources, digest, counts = _fill(draft / DATABASE, files, before, progress, refuse)
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


def _fill(
    path: Path,
    files: Sequence[Path],
    before: Manifest | None,
    progress: Progress | None,
    refuse: Refuse | None,
) -> tuple[list[SourceFile], str, dict[str, int]]:
    sources = list(before.sources) if before else []
    known = {one.sha256 for one in sources}
    builder = Builder(path)
    refused = 0
    try:
        for file in files:
            digest = file_digest(file)
            if digest in known:
                continue
            try:
                sources.append(_taken(builder, file, digest, progress))
            except BrokenFeed as error:
                refused += 1
                if refuse is None or refused == len(files):
                    raise
                refuse(file, error)
                continue
            known.add(digest)
        digest, counts = builder.finish()
    except BaseException:
        builder.close()
        raise
    return sources, digest, counts


def _taken(builder: Builder, file: Path, digest: str, progress: Progress | None) -> SourceFile:
    tally = Tally()
    name, items = read_file(file, tally)
    builder.add(_watched(items, file.name, progress))
    return SourceFile(
        name=file.name,
        feed=name,
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
        file=file_digest(path),
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
