"""Snapshots of the advisory store: dated, digested, side by side, never changed.

Layout: `$XDG_DATA_HOME/assay/advisories/<day>-<digest>/` with `manifest.json` and
`advisories.sqlite`. `building.py` makes them.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assay._kernel import canonical, lazy_re
from assay.errors import UnknownName, UsageError
from assay.vulns.store.folder import MANIFEST
from assay.vulns.store.layout import VERSION, Manifest
from assay.vulns.store.reading import AGAIN, BrokenStore, OutdatedStore, Store

DATABASE = "advisories.sqlite"
_CHECKED = "checked"
_NAME = lazy_re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")


def snapshots(folder: Path) -> list[tuple[Manifest, Path]]:
    """Return every readable snapshot in *folder*, the newest last."""
    found = []
    for place in _places(folder):
        with contextlib.suppress(BrokenStore):
            found.append((manifest_of(place), place))
    return sorted(found, key=lambda one: (one[0].as_of, one[0].sequence, one[0].digest))


def outdated(folder: Path) -> list[Path]:
    """Return the snapshots in *folder* that another version of Assay made, by name."""
    found = []
    for place in _places(folder):
        try:
            manifest_of(place)
        except OutdatedStore:
            found.append(place)
        except BrokenStore:
            continue
    return sorted(found)


def _places(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for place in folder.iterdir():
            if _NAME.fullmatch(place.name) and (place / MANIFEST).is_file():
                yield place


def manifest_of(place: Path) -> Manifest:
    """Return the manifest of the snapshot at *place*; raises BrokenStore and OutdatedStore."""
    try:
        raw = (place / MANIFEST).read_bytes()
        version = msgspec.json.decode(raw, type=_Versioned).version
    except (OSError, ValueError) as error:
        raise BrokenStore(f"{place} has no readable manifest", advice=AGAIN) from error
    if version != VERSION:
        raise OutdatedStore(str(place), version)
    try:
        return canonical.decode(raw, Manifest)
    except (ValueError, RecursionError) as error:
        raise BrokenStore(f"{place} has no readable manifest", advice=AGAIN) from error


class _Versioned(msgspec.Struct):
    version: int


def find(folder: Path, wanted: str = "") -> Path | None:
    """Return the newest snapshot, or the one *wanted*: a folder, a name, or part of a digest.

    None when there is none at all. Raises UnknownName when the one wanted is not there, and
    OutdatedStore when it is of another version.
    """
    known = snapshots(folder)
    if not wanted:
        if not known and (old := outdated(folder)):
            import logging  # noqa: PLC0415 - seldom needed, and slow to load

            log = logging.getLogger(__name__)
            log.warning("%s was made by another version of Assay. %s", old[-1], AGAIN)
        return known[-1][1] if known else None
    if (Path(wanted) / MANIFEST).is_file():
        return Path(wanted)
    if old := [place for place in outdated(folder) if place.name.startswith(wanted)]:
        manifest_of(old[-1])
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
            if file_digest(path) != manifest.file:
                raise BrokenStore(f"{path} was changed or is damaged", advice=AGAIN)
            with contextlib.suppress(OSError):  # a folder that is not ours to write
                marker.write_text(stamp, "ascii")
    except OSError as error:
        raise BrokenStore(f"{path} cannot be read: {error.strerror}", advice=AGAIN) from error
    return Store(path, manifest)


def remove(folder: Path, wanted: str) -> Path:
    """Delete the snapshot *wanted*, of whatever version, and return where it was."""
    old = [place for place in outdated(folder) if place.name == wanted]
    place = old[0] if old else find(folder, wanted)
    if place is None or not wanted:
        raise UnknownName("there is no such snapshot")
    import shutil  # noqa: PLC0415 - seldom needed, and slow to load

    shutil.rmtree(place)
    return place


def file_digest(path: Path) -> str:
    """Return the SHA-256 of the file *path*; raises UsageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
