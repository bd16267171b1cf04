"""What an import brought, as `assay feeds` and `assay lists` tell it."""

import sys
from collections.abc import Sequence

from assay._kernel import canonical
from assay._kernel.printable import printable
from assay.model.record import Record


def show_imported(record: Record, line: str, unread: Sequence[str] = (), more: str = "") -> None:
    """Print *line* on standard output; without one, *record* as JSON.

    What could not be read, *unread*, goes to standard error, with *more* as its last line.
    """
    print(line or canonical.encode(record).decode())
    for text in unread:
        print(f"  not read: {printable(text.encode(errors='replace'))}", file=sys.stderr)
    if more:
        print(f"  {more}", file=sys.stderr)
