"""What a tree states of a node besides its content: kind, rights, owners, links, devices.

Set-uid bits, capabilities, new rights to write, links and devices are differences; other bits
and owners are for a person to judge. None of them is ever benign.
"""

from collections.abc import Iterator
from typing import Final

from assay.compare.levels import Level
from assay.compare.records import Change, ChangeKind
from assay.model.tree import Node

Stated = tuple[Level, Change]

_SPECIAL: Final = 0o6000
_WRITABLE: Final = 0o022
_BITS: Final = ((0o4000, "set-uid"), (0o2000, "set-gid"), (0o1000, "sticky"))


def differences(a: Node, b: Node, *, owners: bool) -> Iterator[Stated]:
    """Yield how *a* and *b* differ beside their contents; *owners* says whether both record them.

    A hard link is a file by another name.
    """
    kinds = {"hardlink": "file", "part": "file"}
    if kinds.get(a.kind, a.kind) != kinds.get(b.kind, b.kind):
        yield "D", _change(a, b, f"{b.inner} was a {a.kind} and is a {b.kind}.", kind="link")
        return
    if a.target != b.target:
        says = f"The {b.kind} {b.inner} leads to {b.target}, not to {a.target}."
        yield "D", _change(a, b, says, kind="link")
    if a.device != b.device:
        says = f"{b.inner} is device {b.device}, not {a.device}."
        yield "D", _change(a, b, says)
    if a.attributes != b.attributes:
        yield "D", _change(a, b, _attributes(a, b))
    if a.mode != b.mode and min(a.mode, b.mode) >= 0:
        yield _mode(a, b)
    if owners and (a.uid, a.gid) != (b.uid, b.gid) and min(a.uid, b.uid) >= 0:
        says = f"{b.inner} belongs to {b.uid}:{b.gid}, not to {a.uid}:{a.gid}."
        special = (a.mode | b.mode) & _SPECIAL and min(a.mode, b.mode) >= 0
        yield ("D" if special else "E3"), _change(a, b, says)


def _change(a: Node, b: Node, says: str, *, kind: ChangeKind = "metadata") -> Change:
    return Change(kind=kind, name=b.inner, says=says, where_a=a.path, where_b=b.path)


def _attributes(a: Node, b: Node) -> str:
    before = {one.name: one.value for one in a.attributes}
    after = {one.name: one.value for one in b.attributes}
    names = sorted(before.keys() | after.keys())
    changed = [name for name in names if before.get(name) != after.get(name)]
    words = [f"{name} {before.get(name, 'none')} → {after.get(name, 'none')}" for name in changed]
    return f"The extended attributes of {b.inner} differ: {'; '.join(words[:4])}."


def _mode(a: Node, b: Node) -> Stated:
    gained = b.mode & ~a.mode
    bits = [name for bit, name in _BITS if gained & bit]
    remark = f": it is {' and '.join(bits)} now" if bits else ""
    says = f"{b.inner} has the permissions {b.mode:04o}, not {a.mode:04o}{remark}."
    grave = (a.mode ^ b.mode) & _SPECIAL or gained & _WRITABLE
    return ("D" if grave else "E3"), _change(a, b, says)
