"""The sources of a recipe: found in the user's folders, checked, copied where the build reads them.

Nothing is downloaded. What is copied is what was hashed, whatever happens to the original since.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from assay.errors import UnreadableInput, UsageError
from assay.rebuild.recipe import Source

BLOCK = 1 << 20


def bring(sources: Iterable[Source], folders: Iterable[Path], target: Path) -> None:
    """Copy each of *sources* from the first of *folders* that has it to the folder *target*.

    Raises UnreadableInput when one is missing and UsageError when one is not the file meant.
    """
    places = tuple(folders)
    target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        names = (source.file, *source.also)
        found = (one / name for one in places for name in names if (one / name).is_file())
        file = next(found, None)
        if file is None:
            where = f" It is published at {source.origin}." if source.origin else ""
            raise UnreadableInput(
                f"the source {source.file} is not there",
                advice=f"Put it into a folder and give that with --sources.{where}",
            )
        digest = _copy(file, target / source.file)
        if digest != source.sha256:
            raise UsageError(
                f"{file} is not the source that the recipe means",
                advice=f"Its SHA-256 is {digest}, the recipe has {source.sha256}.",
            )


def _copy(file: Path, target: Path) -> str:
    """Copy *file* to *target* and return its SHA-256."""
    digest = hashlib.sha256()
    try:
        with file.open("rb") as reader, target.open("wb") as writer:
            while block := reader.read(BLOCK):
                digest.update(block)
                writer.write(block)
    except OSError as error:
        raise UnreadableInput(f"{file} cannot be copied: {error.strerror}") from error
    return digest.hexdigest()
