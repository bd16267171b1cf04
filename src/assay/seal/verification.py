"""Verification of a bundle: is the seal intact, who signed it, what does it say.

Works offline and needs nothing but the bundle and the keys that the user trusts.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from assay.errors import BrokenBundle
from assay.model.record import Digest, Record
from assay.model.result import Judgement, Tool
from assay.seal import bundle
from assay.seal.archive import BrokenPart
from assay.seal.bundle import Bundle
from assay.seal.keys import PublicKey
from assay.seal.rerun import Comparison

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
        """0 when the bundle can be relied on, 1 when it cannot, 3 when nothing vouches for it.

        A re-run that gives the same bytes vouches for a bundle whoever signed it; one that
        differs under the same tool and options speaks against it.
        """
        if self.state == "broken":
            return 1
        if self.rerun is not None:
            if self.rerun.identical:
                return 0
            return 1 if self.rerun.comparable else 3
        return 0 if self.state == "trusted" else 3


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


def describe(contents: Bundle, trusted: Iterable[PublicKey] = ()) -> Verification:
    """Return the verification of a bundle that is intact."""
    evaluation = contents.evaluation
    signer = contents.signer
    known = next((key for key in trusted if signer is not None and key.raw == signer.raw), None)
    state: State = "unsigned" if signer is None else "trusted" if known else "unknown-key"
    return Verification(
        state=state,
        keyid=signer.id if signer else "",
        key=known.name if known else "",
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
