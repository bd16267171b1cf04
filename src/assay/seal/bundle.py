"""The bundle: a sealed evaluation with its run record and reports in one file.

Members: `evaluation.json`, `run.json`, report files, `manifest.json` with the size and SHA-256
of all these, and, when a key signed it, `signature.dsse.json` and `signer.pem`. All JSON is
canonical. docs/seal.md describes the format for other readers.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from assay._kernel import canonical
from assay.errors import UnreadableInput, UsageError
from assay.model.record import Digest, Record
from assay.model.result import Evaluation
from assay.seal import archive, signature
from assay.seal.archive import BrokenPart
from assay.seal.consistency import contradictions
from assay.seal.keys import PublicKey, SigningKey
from assay.seal.run import RunRecord
from assay.seal.storage import write_atomically

SCHEMA = "https://assay.invalid/bundle/1"
R = TypeVar("R", bound=Record)

EVALUATION = "evaluation.json"
RUN = "run.json"
MANIFEST = "manifest.json"
RESERVED = frozenset({EVALUATION, RUN, MANIFEST, signature.ENVELOPE, signature.SIGNER})


class Member(Record):
    """A file of a bundle: its size in bytes and its digest."""

    name: str
    size: int
    sha256: Digest


class Manifest(Record):
    """What a bundle holds besides the manifest and the signature, by name."""

    schema: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read and is intact.

    `signer` is the key that signed it, None for an unsigned bundle; whether that key is to be
    trusted is for the caller to say. `digest` is the SHA-256 of the manifest.
    """

    evaluation: Evaluation
    run: RunRecord
    files: Mapping[str, bytes]
    signer: PublicKey | None
    digest: Digest


def build(
    evaluation: Evaluation,
    run: RunRecord,
    files: Mapping[str, bytes],
    key: SigningKey | None = None,
) -> Iterator[bytes]:
    """Yield the bytes of the bundle; the same arguments always give the same bytes.

    Raises UsageError when the files have names that a bundle cannot hold, or are too many.
    """
    taken = RESERVED & set(files)
    if taken:
        raise UsageError(f"a report cannot be called {min(taken)}: the bundle uses that name")
    members = {
        EVALUATION: canonical.encode(evaluation),
        RUN: canonical.encode(run),
        **files,
    }
    members[MANIFEST] = canonical.encode(_manifest(members))
    if key is not None:
        members |= signature.sign(signature.statement(evaluation, members), key)
    try:
        yield from archive.pack(members)
    except ValueError as error:
        raise UsageError(str(error)) from error


def write(
    path: Path,
    evaluation: Evaluation,
    run: RunRecord,
    files: Mapping[str, bytes],
    key: SigningKey | None = None,
) -> None:
    """Write the bundle to *path*, whole or not at all.

    Raises StorageError when the host has no room or no right; nothing is left behind then.
    """
    write_atomically(path, build(evaluation, run, files, key))


def read(path: Path) -> Bundle:
    """Return the bundle in the file *path*.

    Raises UnreadableInput, and BrokenBundle when it is not, in every byte, what writing its
    contents gives.
    """
    try:
        if not path.is_file():
            raise UnreadableInput(f"{path} is not a file", advice="Give the path of a bundle.")
        with path.open("rb") as file:
            data = file.read(archive.LARGEST + 1)
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be read: {error.strerror}") from error
    return parse(data)


def parse(data: bytes) -> Bundle:
    """Return the bundle in *data*; raises BrokenBundle, which names the first broken part."""
    members = archive.unpack(data)
    _check_manifest(members)
    run = _record(members, RUN, RunRecord)
    evaluation = _record(members, EVALUATION, Evaluation)
    signer = _signer(members, evaluation)
    for says in contradictions(evaluation):
        raise BrokenPart(EVALUATION, says)
    files = {name: content for name, content in members.items() if name not in RESERVED}
    digest = hashlib.sha256(members[MANIFEST]).hexdigest()
    return Bundle(evaluation, run, files, signer, digest)


def _manifest(members: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        members=tuple(
            Member(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for name, data in sorted(members.items())
        ),
    )


def _check_manifest(members: Mapping[str, bytes]) -> None:
    listed = _record(members, MANIFEST, Manifest)
    if listed.schema != SCHEMA:
        raise BrokenPart(MANIFEST, f"has the schema {listed.schema[:60]!r}, not {SCHEMA!r}")
    signing = {MANIFEST, signature.ENVELOPE, signature.SIGNER}
    covered = {name: data for name, data in members.items() if name not in signing}
    true = {member.name: member for member in _manifest(covered).members}
    claimed = {member.name: member for member in listed.members}
    for name in sorted(true.keys() | claimed.keys()):
        if name not in true:
            raise BrokenPart(name, "is in the manifest but not in the bundle")
        if name not in claimed:
            raise BrokenPart(name, "is in the bundle but not in the manifest")
        if true[name] != claimed[name]:
            raise BrokenPart(name, "does not have the size and digest that the manifest states")
    if listed != _manifest(covered):
        raise BrokenPart(MANIFEST, "is not in order")


def _record(members: Mapping[str, bytes], name: str, shape: type[R]) -> R:
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


def _signer(members: dict[str, bytes], evaluation: Evaluation) -> PublicKey | None:
    present = {signature.ENVELOPE, signature.SIGNER} & members.keys()
    if not present:
        return None
    if len(present) == 1:
        (missing,) = {signature.ENVELOPE, signature.SIGNER} - present
        raise BrokenPart(missing, "is missing")
    payload = signature.statement(evaluation, members)
    return signature.check(payload, members[signature.ENVELOPE], members[signature.SIGNER])
