"""The members of a sealed file but for the signature, and the file itself where nobody signs it.

Needs no cryptography: a sealed file without a signature is its members under a manifest.
"""

import hashlib
from collections.abc import Iterator, Mapping

from assay._kernel import canonical
from assay.errors import UsageError
from assay.model.record import Digest, Record
from assay.seal import archive
from assay.seal.run import RunRecord

EVALUATION = "evaluation.json"
BUNDLE_SCHEMA = "https://assay.invalid/bundle/1"
"""The member with an evaluation, and the schema of the manifest beside it."""
RUN = "run.json"
MANIFEST = "manifest.json"
ENVELOPE = "signature.dsse.json"
SIGNER = "signer.pem"


class Member(Record):
    """A file of a bundle: its size in bytes and its digest."""

    name: str
    size: int
    sha256: Digest


class Manifest(Record):
    """What a bundle holds besides the manifest and the signature, by name."""

    schema: str
    members: tuple[Member, ...]


def manifest(schema: str, members: Mapping[str, bytes]) -> Manifest:
    """Return the manifest of *members*, which are all but itself and the signature."""
    return Manifest(
        schema=schema,
        members=tuple(
            Member(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for name, data in sorted(members.items())
        ),
    )


def reserved(record: str) -> frozenset[str]:
    """Return the names that no report may have beside the member *record*."""
    return frozenset({record, RUN, MANIFEST, ENVELOPE, SIGNER})


def assembled(
    schema: str, record: tuple[str, bytes], run: RunRecord, files: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Return all members: *record* (name and canonical JSON), *run*, *files* and the manifest.

    Raises UsageError when a file has a name that is taken.
    """
    name, encoded = record
    taken = reserved(name) & set(files)
    if taken:
        raise UsageError(f"a report cannot be called {min(taken)}: the bundle uses that name")
    members = {name: encoded, RUN: canonical.encode(run), **files}
    return members | {MANIFEST: canonical.encode(manifest(schema, members))}


def packed(members: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield the bytes of the file that holds *members*; raises UsageError when it cannot."""
    try:
        yield from archive.pack(members)
    except ValueError as error:
        raise UsageError(str(error)) from error
