"""Who meets a change: is the file started at boot, does it listen, who runs it."""

from assay.compare.records import Change
from assay.model.record import replace
from assay.model.tree import Node


def seen_by(node: Node, change: Change) -> Change:
    """Return *change* of the file *node* with those who meet it."""
    hints = list(change.reach)
    if node.mode > 0 and node.mode & 0o6000:
        hints.append("runs with the rights of its owner")
    if "/etc/init.d/" in node.inner or "/etc/rc" in node.inner:
        hints.append("run at boot")
    return replace(change, reach=tuple(dict.fromkeys(hints)))  # type: ignore[no-any-return]
