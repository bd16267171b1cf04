"""What a comparison states: a verdict per file, its differences, its causes, its bytes.

Integers and text only, so that a comparison can be sealed like an evaluation.
"""

from typing import Literal

from assay.compare.levels import Level
from assay.model.record import Digest, Record
from assay.model.result import Option, Subject, Tool

ChangeKind = Literal[
    "added", "removed", "function", "data", "text", "metadata", "link", "program", "content"
]
AccountName = Literal["equal", "explained", "differing", "unexplained"]


class Sum(Record):
    """How many bytes of the two sides have one account; `cause` names what explains them."""

    account: AccountName
    bytes_a: int
    bytes_b: int
    cause: str = ""
    proof: str = ""


class Change(Record):
    """One thing that differs.

    `lines` are a minimal diff; each begins with `-`, `+` or a space. `reach` says who meets
    the change: exported, called from where, listens on the network, started at boot.
    """

    kind: ChangeKind
    name: str
    says: str
    where_a: str = ""
    where_b: str = ""
    lines: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()


class Pair(Record):
    """Two files, or one without a counterpart, and what was found out about them."""

    path_a: str
    path_b: str
    blob_a: Digest
    blob_b: Digest
    size_a: int
    size_b: int
    kind: str
    level: Level
    reason: str
    sums: tuple[Sum, ...] = ()
    changes: tuple[Change, ...] = ()
    hints: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path on the second side, that of the first where there is none."""
        return self.path_b or self.path_a


class Comparison(Record):
    """The result: what was compared, the verdict, every pair that is not identical, the sums.

    `options` are the limits that were not the usual ones.
    """

    schema: str
    tool: Tool
    a: Subject
    b: Subject
    level: Level
    reason: str
    identical: int
    pairs: tuple[Pair, ...]
    sums: tuple[Sum, ...]
    notes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
