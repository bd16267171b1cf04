"""Runs commands of strangers: no network, no files but those handed in, bounded, then gone.

`choose` finds what this host can do: bubblewrap, or namespaces of our own. A `Room` says what
the commands see; `running` starts one, bounds it and waits for it.
"""

from assay._kernel.sandbox.choice import Sandbox, choose
from assay._kernel.sandbox.room import Bounds, Room

__all__ = ["Bounds", "Room", "Sandbox", "choose"]
