"""Verification of an equivalence attestation: is the seal intact, who signed, what does it say.

Works offline and needs nothing but the bundle and the keys that the user trusts; `rerun`
compares again, for which both sides are needed.
"""

from collections.abc import Iterable
from pathlib import Path

from assay.compare.attest.bundle import SORT
from assay.compare.comparison import compare
from assay.compare.levels import Level
from assay.compare.records import Comparison
from assay.model.record import Record
from assay.model.result import Subject, Tool
from assay.seal import rerun as again
from assay.seal.keys import PublicKey
from assay.seal.rerun import other_image, parted, sealed_limits
from assay.seal.verification import SealState, exit_of, look

_FIELDS: dict[again.Cause, tuple[str, ...]] = {
    "image": ("a", "b"), "tool": ("schema", "tool"), "options": ("options",),
}  # fmt: skip


class Attested(Record):
    """What is known of an attestation; what follows `seal` is empty when it is not intact.

    `first` and `second` are the names that the files had.
    """

    seal: SealState
    first: str = ""
    second: str = ""
    a: Subject | None = None
    b: Subject | None = None
    level: Level | None = None
    reason: str = ""
    tool: Tool | None = None
    rerun: again.Comparison | None = None

    @property
    def exit_code(self) -> int:
        """0 when the attestation can be relied on, 1 when not, 3 when nothing vouches for it."""
        return exit_of(self.seal.state, self.rerun)


def verify(data: bytes, trusted: Iterable[PublicKey] = ()) -> tuple[Attested, Comparison | None]:
    """Return what is known of the attestation *data*, and the comparison when it is intact."""
    seal, one = look(SORT, data, trusted)
    if one is None:
        return Attested(seal=seal), None
    record = one.record
    return Attested(
        seal=seal, first=one.run.image, second=one.run.against, a=record.a, b=record.b,
        level=record.level, reason=record.reason, tool=record.tool,
    ), record  # fmt: skip


def rerun(sealed: Comparison, first: Path, second: Path) -> again.Comparison:
    """Compare *first* and *second* again and return how that compares with what was sealed.

    Raises UnreadableInput, and BrokenBundle for limits that no attestation may ask for.
    """
    for subject, path in ((sealed.a, first), (sealed.b, second)):
        other = other_image(subject, path)
        if other is not None:
            return other
    fresh = compare(first, second, limits=sealed_limits(sealed.options))
    return parted(sealed, fresh, _FIELDS)
