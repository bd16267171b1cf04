"""Settings of daemons that are written as `Name value`: sshd_config and its like.

Shared by the service checks. Reference: sshd_config(5).
"""

from collections.abc import Iterator

from assay._kernel.value import Value
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.text import TextFacts
from assay.model.tree import Node


class DaemonSetting(Value):
    """A setting: its line, its name in lower case, its value."""

    span: Span
    name: str
    value: str


def daemon_settings(image: Inventory, node: Node) -> Iterator[DaemonSetting]:
    """Yield the settings of *node* in their order; comments and repeated ones are left out.

    The first value of a setting counts, as sshd reads it.
    """
    facts = image.facts(node, TextFacts)
    seen: set[str] = set()
    for line in () if facts is None else facts.lines():
        raw = facts.text[line.offset : line.offset + line.length] if facts else ""
        words = raw.partition("#")[0].replace("=", " ", 1).split(None, 1)
        if len(words) == 2 and words[0].lower() not in seen:
            name = words[0].lower()
            seen.add(name)
            yield DaemonSetting(line, name, words[1].strip().strip('"'))
