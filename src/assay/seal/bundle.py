"""The bundle of an evaluation: the record, its run record and its reports in one file.

Members: `evaluation.json`, `run.json`, report files, `manifest.json` with the size and SHA-256
of all these, and, when a key signed it, `signature.dsse.json` and `signer.pem`. All JSON is
canonical. `assay.seal.sealed` does the work; docs/seal.md describes the format.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from assay._kernel.value import Value
from assay.model.record import Digest
from assay.model.result import Evaluation
from assay.seal import sealed, signature
from assay.seal.consistency import contradictions
from assay.seal.keys import PublicKey, SigningKey
from assay.seal.members import BUNDLE_SCHEMA, EVALUATION
from assay.seal.run import RunRecord
from assay.seal.sealed import Sort
from assay.seal.storage import write_atomically

SORT = Sort(
    member=EVALUATION,
    schema=BUNDLE_SCHEMA,
    shape=Evaluation,
    statement=signature.statement,
    contradictions=contradictions,
)


class Bundle(Value):
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
    yield from sealed.build(SORT, evaluation, run, files, key)


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
    return parse(sealed.content(path))


def parse(data: bytes) -> Bundle:
    """Return the bundle in *data*; raises BrokenBundle, which names the first broken part."""
    one = sealed.parse(SORT, data)
    return Bundle(one.record, one.run, one.files, one.signer, one.digest)
