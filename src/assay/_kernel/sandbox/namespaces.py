"""A room by namespaces of our own, for hosts without bubblewrap: the words that enter it.

`inside.py` is started as a program of its own, because what it does to itself cannot be undone.
"""

import json
import sys
from pathlib import Path

from assay._kernel.sandbox.room import Room

NAME = "namespaces"
_INSIDE = Path(__file__).with_name("inside.py")


def words(room: Room, command: list[str]) -> list[str]:
    """Return what to run so that *command* runs in *room*."""
    plan = {
        "binds": room.binds(),
        "links": room.links(),
        "writable": [(str(host), inside) for host, inside in room.writable],
        "root": str(room.accounts),
        "environment": dict(sorted(room.environment.items())),
        "hostname": room.hostname,
        "uid": room.uid,
        "gid": room.gid,
        "directory": room.directory,
        "command": command,
    }
    return [sys.executable, "-I", "-S", str(_INSIDE), json.dumps(plan)]
