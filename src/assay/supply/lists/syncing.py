"""One list fetched and, when it changed, imported: `sync` joins `fetching` and `intake`."""

from pathlib import Path

from assay.errors import StorageError, UsageError
from assay.supply.lists.fetching import Progress, fetch
from assay.supply.lists.importing import importer
from assay.supply.lists.intake import take
from assay.supply.lists.store import Snapshot, current


def sync(
    list_id: str,
    folder: Path,
    *,
    url: str = "",
    sha256: str = "",
    countries: tuple[str, ...] = (),
    user_licence: str = "",
    progress: Progress | None = None,
) -> Snapshot | None:
    """Fetch *list_id* into *folder* and return its new snapshot, None when nothing changed.

    Raises UnreadableInput when it cannot be fetched or read, UsageError when no address is known.
    """
    about, _ = importer(list_id)
    address = url or about.url
    if not address:
        raise UsageError(
            f"{about.title} has no public address",
            advice="Give yours with --url, or download the file and use `assay lists import`.",
        )
    target = folder / list_id / "source" / f"{list_id}.data"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{target.parent} cannot be made: {error.strerror}") from error
    done = fetch(address, target, expected_sha256=sha256, progress=progress)
    loaded = {snapshot.list for snapshot, _ in current(folder)}
    if not done.changed and list_id in loaded:
        return None
    return take(
        list_id,
        target,
        folder,
        as_of=done.fetched.day,
        url=address,
        countries=countries,
        user_licence=user_licence,
    )
