"""Where a start file's program is in the tree: absolute paths and the usual search path.

Serves `inventory/services.py`.
"""

from assay.inventory.image import Inventory
from assay.model.tree import Node

SEARCH_PATH = ("/sbin", "/usr/sbin", "/bin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")
# Some makers keep a read-only copy that a start script copies to /etc.
COPIES = (
    ("/etc/", "/etc_ro/"),
    ("/etc/", "/rom/etc/"),
    ("/etc/", "/etc.ro/"),
    ("/etc/", "/usr/etc/"),
)


def found_program(
    image: Inventory, filesystem: str, word: str, others: tuple[str, ...] = ()
) -> Node | None:
    """Return the file that *word* names as a program, links followed, or None.

    It is looked for in *filesystem*, then in the *others*: start files of an overlay run
    programs of the root file system.
    """
    word = word.removeprefix("-")
    if not word or "$" in word or len(word) > 400:
        return None
    if "/" not in word:
        places = tuple(f"{folder}/{word}" for folder in SEARCH_PATH)
    else:
        path = word if word.startswith("/") else f"/{word.removeprefix('./')}"
        places = (
            path,
            *(to + path[len(begin) :] for begin, to in COPIES if path.startswith(begin)),
        )
    for system in (filesystem, *others):
        for place in places:
            node = image.resolve(system, place)
            if node is not None and node.kind == "file":
                return node
    return None
