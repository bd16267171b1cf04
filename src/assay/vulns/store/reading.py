"""Reading a store: what is known of a product, and the rest of an advisory when it is wanted."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from assay.errors import UnreadableInput
from assay.vulns.advisory import Advisory, Affected, Exploited, Likelihood
from assay.vulns.store.layout import APPLICATION, VERSION, Manifest

AGAIN = "Import the feeds again: `assay feeds import FILES` or `assay feeds sync NAMES`."
_AFFECTED = msgspec.msgpack.Decoder(list[Affected])
_ADVISORY = msgspec.msgpack.Decoder(Advisory)


class BrokenStore(UnreadableInput):
    """An advisory store is damaged, of another version of Assay, or not there."""


class OutdatedStore(BrokenStore):
    """An advisory store was made by another version of Assay."""

    def __init__(self, place: str, version: int) -> None:
        age = "an older" if version < VERSION else "a newer"
        super().__init__(
            f"{place} was made by {age} version of Assay (its layout is {version}, this version "
            f"reads {VERSION})",
            advice=AGAIN if version < VERSION else "Use that version, or import the feeds anew.",
        )


class Store:
    """An advisory store that is open for reading. Every method raises BrokenStore for damage."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self._path = path
        try:
            self._database = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True
            )
            stated = [
                self._database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            ]
        except sqlite3.Error as error:
            raise BrokenStore(f"{path} cannot be read: {error}", advice=AGAIN) from error
        if stated[0] != APPLICATION:
            raise BrokenStore(f"{path} is no advisory store", advice=AGAIN)
        if stated[1] != VERSION:
            raise OutdatedStore(str(path), stated[1])

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def of_product(self, key: str) -> Iterator[tuple[str, str, list[Affected]]]:
        """Yield id and source of each advisory on *key*, by both, and what it says of it."""
        rows = self._rows(
            "SELECT id, source, body FROM affected"
            " WHERE product = (SELECT n FROM product WHERE key = ?) ORDER BY id, source",
            (key,),
        )
        for identity, source, body in rows:
            yield identity, source, self._decoded(_AFFECTED, body)

    def of_id(self, identity: str) -> list[Advisory]:
        """Return all records about *identity*, by source, without the products."""
        rows = self._rows("SELECT body FROM advisory WHERE id = ? ORDER BY source", (identity,))
        return [self._decoded(_ADVISORY, body) for (body,) in rows]

    def exploited(self, identity: str) -> Exploited | None:
        """Return the entry of *identity* in the catalogue of exploited flaws."""
        if not self.manifest.exploited:
            return None
        rows = self._rows("SELECT * FROM exploited WHERE id = ?", (identity,))
        return next(
            (Exploited(id=one, added=day, ransomware=bool(mark)) for one, day, mark in rows), None
        )

    def likelihood(self, identity: str) -> Likelihood | None:
        """Return how likely *identity* is to be exploited."""
        if not self.manifest.likelihoods:
            return None
        rows = self._rows("SELECT * FROM likelihood WHERE id = ?", (identity,))
        found = (
            Likelihood(id=one, chance=chance, rank=rank, day=day) for one, chance, rank, day in rows
        )
        return next(found, None)

    def keys(self, wanted: Iterable[str]) -> list[str]:
        """Return those of the product keys *wanted* that the store has anything on."""
        return [key for key in wanted if list(self._rows(_HAS, (key,)))]

    def keys_like(self, names: Iterable[str]) -> list[str]:
        """Return the keys whose product begins with one of *names*, sorted, at most 200 a name."""
        found: set[str] = set()
        for name in names:
            plain = name.replace("!", "!!").replace("%", "!%").replace("_", "!_")
            found.update(key for (key,) in self._rows(_LIKE, (f"%:{plain}%",)))
        return sorted(found)

    def _rows(self, query: str, values: Sequence[str]) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            yield from self._database.execute(query, values)
        except sqlite3.Error as error:
            raise BrokenStore(f"{self._path} is damaged: {error}", advice=AGAIN) from error

    def _decoded(self, decoder: msgspec.msgpack.Decoder, body: bytes):  # type: ignore[no-untyped-def, type-arg] # noqa: ANN202 - the decoder's type
        try:
            return decoder.decode(body)
        except (msgspec.DecodeError, TypeError) as error:
            raise BrokenStore(f"{self._path} is damaged: {error}", advice=AGAIN) from error


_LIKE = "SELECT key FROM product WHERE key LIKE ? ESCAPE '!' ORDER BY key LIMIT 200"
_HAS = "SELECT 1 FROM product WHERE key = ?"
