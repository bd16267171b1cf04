"""The table of init (BusyBox and System V): what runs at boot, and on which terminal.

Facts of the inventory stage, joined by `inventory/services.py`. Layout: inittab(5), and
BusyBox's `examples/inittab`, where the first field is a terminal.
"""

from assay.inventory.kind import Kind, Span, looks_like_text
from assay.inventory.lines import lines_of
from assay.model.record import Record

MOST_ENTRIES = 200
ACTIONS = frozenset(
    {
        *("sysinit", "wait", "once", "respawn", "respawnlate", "askfirst", "askconsole"),
        *("askconsolelate", "boot", "bootwait", "off", "ondemand", "initdefault", "shutdown"),
        *("restart", "ctrlaltdel", "powerwait", "powerfail", "powerokwait", "kbrequest"),
    }
)


class InittabEntry(Record, array_like=True):
    """A line of the table: terminal (or id), run levels, action, process."""

    span: Span
    terminal: str
    levels: str
    action: str
    process: str


class InittabFacts(Record):
    """The entries in their order; comments and lines of other shapes are left out."""

    entries: tuple[InittabEntry, ...]


KIND = Kind(
    name="inittab",
    version=1,
    facts=InittabFacts,
    about="init's table: what runs at boot and which terminals get a shell",
    paths=("*/inittab", "*/inittab.*", "*/*inittab"),
    most=1 << 20,
)


def examine(content: bytes) -> InittabFacts | None:
    """Return the entries of an inittab, or None for what is none."""
    if not looks_like_text(content):
        return None
    entries = []
    for line, text in lines_of(content):
        fields = text.strip().split(":", 3)
        if len(fields) == 4 and fields[2] in ACTIONS and not fields[0].startswith("#"):
            entries.append(
                InittabEntry(
                    span=line,
                    terminal=fields[0],
                    levels=fields[1],
                    action=fields[2],
                    process=fields[3],
                )
            )
        if len(entries) == MOST_ENTRIES:
            break
    return InittabFacts(entries=tuple(entries)) if entries else None
