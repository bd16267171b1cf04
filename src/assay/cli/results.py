"""What `assay evaluate` writes, and the results of an earlier run, taken from the cache.

They are found by the image's bytes, this Assay, and all that the command line and its files can
change in them, before any stage is loaded: the second run on an image costs little but reading it.
"""

import argparse
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from assay._kernel import canonical
from assay._kernel.cache import Cache
from assay._kernel.tool import tool_digest
from assay._kernel.value import Value
from assay.vulns.store.folder import MANIFEST, advisories_folder

if TYPE_CHECKING:
    from assay.model.result import Evaluation
    from assay.pipeline import Evaluated

SPACE = "results"


class Results(Value):
    """The verdict, the evaluation as canonical JSON, and the reports by file name."""

    verdict: str
    encoded: bytes
    files: dict[str, bytes]

    @property
    def evaluation(self) -> "Evaluation":
        """The evaluation as a record, read anew each time."""
        from assay.model.result import Evaluation

        return canonical.decode(self.encoded, Evaluation)


class _Entry(Value):
    """An entry of the cache: results with the key of the evaluation in its place."""

    verdict: str
    evaluation: str
    files: dict[str, bytes]


def rendered(done: "Evaluated", name: str) -> Results:
    """Return what is to be written of *done*, the evaluation of an image that is called *name*."""
    from assay.report import render_all

    evaluation = done.evaluation
    files = render_all(evaluation, name)
    return Results(evaluation.verdict, canonical.encode(evaluation), files)


class Earlier:
    """The results that the cache has, or is to have, for one image and one command line."""

    def __init__(self, cache: Cache | None, image: Path, arguments: argparse.Namespace) -> None:
        self._cache = cache
        self._image = self._key = ""
        if cache is None or arguments.previous or not image.is_file():
            return
        try:
            self._image = _digest(image)
            said = canonical.digest(list(_said(image, arguments)))
        except OSError:  # for the evaluation to report
            return
        self._key = f"results/{tool_digest()}/{self._image}/{said}"

    def results(self) -> Results | None:
        """Return what an earlier run gave, None when it is not known or damaged."""
        found = self._cache.get(self._key) if self._cache is not None and self._key else None
        if self._cache is None or found is None:
            return None
        try:
            entry = msgspec.msgpack.decode(found, type=_Entry)
        except msgspec.DecodeError:
            return None
        encoded = self._cache.get(entry.evaluation)
        return Results(entry.verdict, encoded, entry.files) if encoded is not None else None

    def keep(self, done: "Evaluated", results: Results) -> None:
        """Keep *results* for later runs, if the image was still the same when it was read."""
        same = done.evaluation.subject.sha256 == self._image
        if self._cache is not None and self._key and done.key and same:
            entry = _Entry(results.verdict, done.key, results.files)
            self._cache.put_behind(SPACE, [(self._key, msgspec.msgpack.encode(entry))])


def _said(image: Path, arguments: argparse.Namespace) -> Iterator[object]:
    """Yield all but the image's bytes that the results depend on; raises OSError."""
    yield image.resolve().name.encode("utf-8", "surrogateescape").hex()
    yield sorted(set(arguments.absent))
    own = arguments.profile.endswith(".toml")
    yield _digest(Path(arguments.profile)) if own else arguments.profile
    yield [_digest(file) for file in arguments.vex]
    yield _digest(Path(arguments.declared)) if arguments.declared else ""
    yield _digest(Path(arguments.index)) if arguments.index else ""
    yield list(_advisories(arguments.snapshot))


def _advisories(wanted: str) -> Iterator[str]:
    """Yield what decides on the advisories: the one wanted, and the manifests of those there are.

    A snapshot never changes, and its manifest holds the digest of its content.
    """
    yield wanted
    if wanted == "none":
        return
    folder = advisories_folder()
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    for manifest in (place / MANIFEST for place in (*places, Path(wanted or "."))):
        if manifest.is_file():
            yield f"{manifest.parent.name} {_digest(manifest)}"


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
