"""Feeds fetched from their publishers and put into a new snapshot.

The fetching itself is handed in: it asks with conditions, resumes and checks. Its files stay in
`sources/` beside the snapshots, so that the next time only what changed is transferred.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from assay._kernel.packaged import files
from assay._kernel.value import Value
from assay.errors import StorageError, UnknownName, UnreadableInput
from assay.vulns.store.building import Progress, build
from assay.vulns.store.layout import Manifest

Fetch = Callable[[str, Path], bool]
"""Brings an address to a file and returns whether the file changed."""


class Source(Value):
    """Feeds that are fetched together: a name, a title, addresses."""

    name: str
    title: str
    urls: tuple[str, ...]
    since: int = 0

    def addresses(self, year: int) -> Iterator[str]:
        """Yield the addresses, those by year up to *year*."""
        for url in self.urls:
            if "{year}" in url:
                yield from (url.replace("{year}", str(one)) for one in range(self.since, year + 1))
            else:
                yield url


@lru_cache(maxsize=1)
def sources() -> dict[str, Source]:
    """Return the known sources by name."""
    text = files("assay.vulns.data").joinpath("sources.toml").read_text("utf-8")
    return {
        name: Source(name, one["title"], tuple(one["urls"]), one.get("since", 0))
        for name, one in tomllib.loads(text).items()
    }


def sync(
    names: Sequence[str], folder: Path, *, year: int, fetch: Fetch, progress: Progress | None = None
) -> tuple[Manifest, Path] | None:
    """Fetch the sources or addresses *names* and return the new snapshot; None without changes.

    What could not be fetched ends it with UnreadableInput and changes no snapshot; what has
    arrived is kept for the next time.
    """
    kept = folder / "sources"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{kept} cannot be made: {error.strerror}") from error
    files, changed = [], False
    for address in _addresses(names, year):
        target = kept / _file_name(address)
        changed = fetch(address, target) or changed
        files.append(target)
    waiting = kept / "waiting"
    if not changed and not waiting.exists():
        return None
    waiting.touch()  # fetched, but not in a snapshot yet
    made = build(files, folder, progress=progress)
    waiting.unlink(missing_ok=True)
    return made


def _addresses(names: Sequence[str], year: int) -> Iterator[str]:
    for name in names:
        if "://" in name:
            yield name
        elif name in sources():
            yield from sources()[name].addresses(year)
        else:
            raise UnknownName(
                f"there is no source named {name[:60]!r}",
                advice=f"There are: {', '.join(sorted(sources()))}; or give an address.",
            )


def _file_name(address: str) -> str:
    """Return the name under which the file of *address* is kept."""
    last = urlsplit(address).path.rstrip("/").rpartition("/")[2][-60:]
    plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in last)
    if not plain or plain.startswith("."):
        raise UnreadableInput(f"{address[:100]!r} names no file")
    return f"{hashlib.sha256(address.encode()).hexdigest()[:8]}-{plain}"
