"""Files of two versions: how many came and went, and those that a buyer asks about."""

from collections import Counter
from collections.abc import Iterator

from assay.checks.permissions.modes import SET_GID, SET_UID, octal
from assay.compare.versions.pairing import Pairing
from assay.compare.versions.records import Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.inventory.image import Inventory
from assay.inventory.kinds.elf import ElfFacts
from assay.inventory.kinds.script import ScriptFacts
from assay.model.tree import Node

CAPABILITY = "security.capability"
_ROLES = {"program": "program", "module": "kernel module", "library": "library"}
_ORDER = ("set-uid", "set-gid", "device", "program", "script", "kernel module", "library")
"""The order in which notable files are told."""


def files_section(old: Side, new: Side, files: Pairing) -> Section:
    """Return the notable files that came and went, rights that changed, and all counts."""
    entries = [
        *_raised(files),
        *_notable(new.image, files.new, "new"),
        *_notable(old.image, files.gone, "gone"),
    ]
    same = sum(not _differs(before, after) for before, after in files.pairs)
    moved = sum(a.inner != b.inner for a, b in files.pairs)
    counts = (
        f"{same} the same, {len(files.pairs) - same} changed, {len(files.new)} new, "
        f"{len(files.gone)} gone"
    )
    note = _changed_by_kind(new.image, files)
    note += f" {moved} of those in both versions moved or were renamed." if moved else ""
    return Section(
        name="files", title="Files", entries=tuple(entries), same=same, counts=counts, note=note
    )


def rights_section(files: Pairing) -> Section:
    """Return the files that run with other rights than their caller's now, or no longer."""
    came = [_special(node, "new") for node in files.new if _rights(node)]
    went = [_special(node, "gone") for node in files.gone if _rights(node)]
    same = sum(bool(_rights(after)) for _, after in files.pairs)
    entries = [*_raised(files), *came, *went]
    return Section(
        name="rights", title="Set-uid, set-gid, capabilities", entries=tuple(entries), same=same
    )


def _special(node: Node, change: Change) -> Entry:
    what = f"{', '.join(sorted(_rights(node)))} {node.inner}"
    weight: Weight = "worse" if change == "new" else "better"
    return Entry(change=change, weight=weight, what=what, note=octal(node))


def _changed_by_kind(image: Inventory, files: Pairing) -> str:
    kinds = Counter(
        _kind(image, after) or "other file"
        for before, after in files.pairs
        if _differs(before, after)
    )
    ordered = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{count} {_plural(kind) if count > 1 else kind}" for kind, count in ordered]
    return f"Changed: {', '.join(told)}." if told else ""


def _plural(kind: str) -> str:
    return {"library": "libraries"}.get(kind, f"{kind}s")


def _differs(before: Node, after: Node) -> bool:
    return (before.blob, before.target) != (after.blob, after.target)


def _raised(files: Pairing) -> Iterator[Entry]:
    """Yield the files that both versions have and whose special rights differ."""
    for before, after in sorted(files.pairs, key=lambda pair: pair[1].path):
        was, now = _rights(before), _rights(after)
        if was == now or "file" not in {before.kind, after.kind}:
            continue
        yield Entry(
            change="changed",
            weight="worse" if now - was else "better",
            what=after.inner,
            old=octal(before) if before.mode >= 0 else "mode not recorded",
            new=octal(after) if after.mode >= 0 else "mode not recorded",
            note=", ".join(sorted(now ^ was)),
        )


def _rights(node: Node) -> set[str]:
    mode = max(node.mode, 0)
    rights = {name for bit, name in ((SET_UID, "set-uid"), (SET_GID, "set-gid")) if mode & bit}
    if any(one.name == CAPABILITY for one in node.attributes):
        rights.add("capabilities")
    return rights if node.kind == "file" else set()


def _notable(image: Inventory, nodes: list[Node], change: Change) -> Iterator[Entry]:
    kinds = [(kind, node) for node in nodes if (kind := _kind(image, node))]
    for kind, node in sorted(kinds, key=lambda one: (_ORDER.index(one[0]), one[1].path)):
        special = kind in {"set-uid", "set-gid"}
        weight: Weight = "neutral"
        if special:
            weight = "worse" if change == "new" else "better"
        note = octal(node) if special else ""
        yield Entry(change=change, weight=weight, what=f"{kind} {node.inner}", note=note)


def _kind(image: Inventory, node: Node) -> str:
    """Return why a file is notable; empty for what is not."""
    if node.kind == "device":
        return "device"
    if node.kind != "file":
        return ""
    rights = _rights(node)
    if rights & {"set-uid", "set-gid"}:
        return "set-uid" if "set-uid" in rights else "set-gid"
    elf = image.facts(node, ElfFacts)
    if elf is not None:
        return _ROLES.get(elf.role, "")
    script = image.facts(node, ScriptFacts)
    runs = script is not None and (script.interpreter is not None or node.mode & 0o111)
    return "script" if runs else ""
