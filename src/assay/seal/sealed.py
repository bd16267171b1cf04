"""What all sealed files have in common: a record, a run record, other files, manifest, signature.

An evaluation, a comparison and a rebuild are sealed in the same way; a `Sort` says what is special
about each. `assay.seal.bundle` has the evaluation's. docs/seal.md describes the format.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from assay._kernel import canonical
from assay._kernel.value import Value
from assay.errors import UnreadableInput
from assay.model.record import Digest, Record
from assay.seal import archive, signature
from assay.seal.archive import BrokenPart
from assay.seal.keys import PublicKey, SigningKey
from assay.seal.members import (
    ENVELOPE,
    MANIFEST,
    RUN,
    SIGNER,
    Manifest,
    assembled,
    manifest,
    packed,
    reserved,
)
from assay.seal.run import RunRecord

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound=Record)


class Sort(Value, Generic[R]):
    """A sort of sealed record: its member, the manifest's schema, and what follows from it.

    `statement` makes the bytes that are signed from the record and all members; `contradictions`
    says where a record does not agree with itself.
    """

    member: str
    schema: str
    shape: type[R]
    statement: Callable[[R, Mapping[str, bytes]], bytes]
    contradictions: Callable[[R], Iterable[str]]

    @property
    def reserved(self) -> frozenset[str]:
        """The names that no report may have."""
        return reserved(self.member)


class Sealed(Value, Generic[R]):
    """What was sealed, read and intact.

    `signer` is the key that signed it, None when it is unsigned; whether that key is to be
    trusted is for the caller to say. `digest` is the SHA-256 of the manifest.
    """

    record: R
    run: RunRecord
    files: Mapping[str, bytes]
    signer: PublicKey | None
    digest: Digest


def build(
    sort: Sort[R],
    record: R,
    run: RunRecord,
    files: Mapping[str, bytes],
    key: SigningKey | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of the bundle; the same arguments always give the same bytes.

    Raises UsageError when the files have names that a bundle cannot hold, or are too many.
    """
    members = assembled(sort.schema, (sort.member, canonical.encode(record)), run, files)
    if key is not None:
        members |= signature.sign(sort.statement(record, members), key)
    yield from packed(members)


def content(path: Path) -> bytes:
    """Return the bytes of the file *path*, as many as a bundle may have; raises UnreadableInput."""
    try:
        if not path.is_file():
            raise UnreadableInput(f"{path} is not a file", advice="Give the path of a bundle.")
        with path.open("rb") as file:
            return file.read(archive.LARGEST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error


def schema_of(data: bytes) -> str:
    """Return the schema that the manifest in *data* states, empty when it cannot be read.

    Only looks: what is broken is for `parse` to say.
    """
    try:
        return _record(archive.unpack(data), MANIFEST, Manifest).schema
    except BrokenPart:
        return ""


def parse(sort: Sort[R], data: bytes) -> Sealed[R]:
    """Return what is sealed in *data*; raises BrokenBundle, which names the first broken part."""
    members = archive.unpack(data)
    _check_manifest(sort.schema, members)
    run = _record(members, RUN, RunRecord)
    record = _record(members, sort.member, sort.shape)
    signer = _signer(members, sort, record)
    for says in sort.contradictions(record):
        raise BrokenPart(sort.member, says)
    files = {name: content for name, content in members.items() if name not in sort.reserved}
    digest = hashlib.sha256(members[MANIFEST]).hexdigest()
    return Sealed(record, run, files, signer, digest)


def _check_manifest(schema: str, members: Mapping[str, bytes]) -> None:
    listed = _record(members, MANIFEST, Manifest)
    if listed.schema != schema:
        raise BrokenPart(MANIFEST, f"has the schema {listed.schema[:60]!r}, not {schema!r}")
    signing = {MANIFEST, ENVELOPE, SIGNER}
    covered = {name: data for name, data in members.items() if name not in signing}
    true = {member.name: member for member in manifest(schema, covered).members}
    claimed = {member.name: member for member in listed.members}
    for name in sorted(true.keys() | claimed.keys()):
        if name not in true:
            raise BrokenPart(name, "is in the manifest but not in the bundle")
        if name not in claimed:
            raise BrokenPart(name, "is in the bundle but not in the manifest")
        if true[name] != claimed[name]:
            raise BrokenPart(name, "does not have the size and digest that the manifest states")
    if listed != manifest(schema, covered):
        raise BrokenPart(MANIFEST, "is not in order")


def _record(members: Mapping[str, bytes], name: str, shape: type[T]) -> T:
    if name not in members:
        raise BrokenPart(name, "is missing")
    try:
        found = canonical.decode(members[name], shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        says = f"cannot be read ({error}); a newer or older Assay may have made it"
        raise BrokenPart(name, says) from error
    if canonical.encode(found) != members[name]:
        raise BrokenPart(name, "is not in canonical form")
    return found


def _signer(members: Mapping[str, bytes], sort: Sort[R], record: R) -> PublicKey | None:
    present = {ENVELOPE, SIGNER} & members.keys()
    if not present:
        return None
    if len(present) == 1:
        (missing,) = {ENVELOPE, SIGNER} - present
        raise BrokenPart(missing, "is missing")
    payload = sort.statement(record, members)
    return signature.check(payload, members[ENVELOPE], members[SIGNER])
