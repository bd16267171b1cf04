"""Verification of a bundle: is the seal intact, who signed it, what does it say.

Works offline and needs nothing but the bundle and the keys that the user trusts.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar

from assay.errors import BrokenBundle
from assay.model.record import Digest, Record
from assay.model.result import Judgement, Tool
from assay.seal import bundle, sealed
from assay.seal.archive import BrokenPart
from assay.seal.bundle import Bundle
from assay.seal.keys import PublicKey
from assay.seal.rerun import Comparison
from assay.seal.sealed import Sealed, Sort

R = TypeVar("R", bound=Record)
State = Literal["trusted", "unknown-key", "unsigned", "broken"]

MEANING: dict[State, str] = {
    "trusted": "intact, signed by a key that you trust",
    "unknown-key": "intact, signed by a key that you do not know",
    "unsigned": "intact, but not signed: it does not show who made it",
    "broken": "not intact",
}


class Verification(Record):
    """What is known about a bundle after looking at its every byte.

    `part` and `says` name the first broken part; the fields after them are empty then. `bundle`
    is the digest of the manifest. `rerun` is there when the evaluation was made anew.
    """

    state: State
    part: str = ""
    says: str = ""
    keyid: Digest = ""
    key: str = ""
    bundle: Digest = ""
    image: str = ""
    subject: Digest = ""
    size: int = 0
    profile: str = ""
    verdict: Judgement | None = None
    tool: Tool | None = None
    started: str = ""
    files: tuple[str, ...] = ()
    rerun: Comparison | None = None

    @property
    def exit_code(self) -> int:
        """0 when the bundle can be relied on, 1 when it cannot, 3 when nothing vouches for it."""
        return exit_of(self.state, self.rerun)


def verify(path: Path, trusted: Iterable[PublicKey] = ()) -> tuple[Verification, Bundle | None]:
    """Return what is known about the bundle in *path*, and its contents when it is intact.

    *trusted* are the keys whose signatures count. Raises UnreadableInput.
    """
    try:
        contents = bundle.read(path)
    except BrokenBundle as error:
        part = error.part if isinstance(error, BrokenPart) else "archive"
        says = error.says if isinstance(error, BrokenPart) else str(error)
        return Verification(state="broken", part=part, says=says), None
    return describe(contents, trusted), contents


class SealState(Record):
    """What is known of the seal of a comparison or a rebuild; the fields are as above."""

    state: State
    part: str = ""
    says: str = ""
    keyid: Digest = ""
    key: str = ""
    bundle: Digest = ""
    started: str = ""
    files: tuple[str, ...] = ()


def exit_of(state: State, rerun: Comparison | None) -> int:
    """Return 0 when what was sealed can be relied on, 1 when not, 3 when nothing vouches for it.

    A re-run that gives the same bytes vouches for a bundle whoever signed it; one that
    differs under the same tool and options speaks against it.
    """
    if state == "broken":
        return 1
    if rerun is not None:
        if rerun.identical:
            return 0
        return 1 if rerun.comparable else 3
    return 0 if state == "trusted" else 3


def look(
    sort: Sort[R], data: bytes, trusted: Iterable[PublicKey] = ()
) -> tuple[SealState, Sealed[R] | None]:
    """Return what is known of the seal of *data*, and what is sealed when it is intact."""
    try:
        one = sealed.parse(sort, data)
    except BrokenBundle as error:
        part = error.part if isinstance(error, BrokenPart) else "archive"
        says = error.says if isinstance(error, BrokenPart) else str(error)
        return SealState(state="broken", part=part, says=says), None
    state, known = _standing(one.signer, trusted)
    return SealState(
        state=state, keyid=one.signer.id if one.signer else "", key=known, bundle=one.digest,
        started=one.run.started, files=tuple(sorted(one.files)),
    ), one  # fmt: skip


def _standing(signer: PublicKey | None, trusted: Iterable[PublicKey]) -> tuple[State, str]:
    """Return what *signer* makes of a bundle that is intact, and the user's name for the key."""
    if signer is None:
        return "unsigned", ""
    known = next((key for key in trusted if key.raw == signer.raw), None)
    return ("trusted", known.name) if known else ("unknown-key", "")


def describe(contents: Bundle, trusted: Iterable[PublicKey] = ()) -> Verification:
    """Return the verification of a bundle that is intact."""
    evaluation = contents.evaluation
    signer = contents.signer
    state, known = _standing(signer, trusted)
    return Verification(
        state=state,
        keyid=signer.id if signer else "",
        key=known,
        bundle=contents.digest,
        image=contents.run.image,
        subject=evaluation.subject.sha256,
        size=evaluation.subject.size,
        profile=evaluation.profile,
        verdict=evaluation.verdict,
        tool=evaluation.tool,
        started=contents.run.started,
        files=tuple(sorted(contents.files)),
    )
