"""Version-control folders and files left in an image. Reference: CWE-527."""

from collections.abc import Iterator

from assay.checks.check import Check, Scope, attribute
from assay.inventory.image import Inventory
from assay.model.result import Finding
from assay.model.tree import Node

CHECK = Check(
    id="leftovers.version-control",
    version=1,
    title="Version-control data in the image",
    severity="low",
    about="Version-control folders can hold source, history and names of servers.",
    looks_at="names of folders and files",
    not_a_finding="Files that only list what version control ignores.",
    cwe=(527,),
    advice="Export the tree instead of copying a working copy.",
)
FOLDERS = frozenset({".git", ".svn", ".hg", ".bzr", "CVS", ".repo"})
_CVS_FILES = frozenset({"Root", "Entries", "Repository"})
MOST_EVIDENCE = 10


def run(image: Inventory, scope: Scope) -> Iterator[Finding]:
    """Yield one finding with the version-control folders of the image."""
    found: list[Node] = []
    for node in image.nodes:
        scope.saw()
        if node.kind != "directory" or node.name not in FOLDERS:
            continue
        inside = image.children.get((node.filesystem, node.inner), ())
        if node.name == "CVS" and not _CVS_FILES & {child.name for child in inside}:
            continue
        found.append(node)
    if found:
        names = ", ".join(node.inner for node in found[:6])
        more = f" and {len(found) - 6} more" if len(found) > 6 else ""
        yield CHECK.finding(
            found[0],
            f"The image holds {len(found)} version-control folder(s): {names}{more}.",
            [attribute(node, f"folder {node.inner}") for node in found[:MOST_EVIDENCE]],
        )
