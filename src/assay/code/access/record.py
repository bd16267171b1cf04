"""One way into a program: the four slots of Thomas and Francillon (RAID 2018), and its bytes."""

from assay.code.emulate.record import Confirmation
from assay.code.index import CodeIndex
from assay.code.render import rows_as_text
from assay.model.record import Record

CERTAIN, FIRM, TENTATIVE = "certain", "firm", "tentative"


LEAD = "lead"
"""The shape of a place to read: no statement that there is a way in."""


class Access(Record):
    """A way in. Addresses are the program's own; `*_offset` are offsets in the file, or -1.

    `shape` names the detector. `source` is how it is reached, `trigger` the condition in words,
    `constant` the value it asks for (empty when there is none), `payload` what it gains and
    `rank` orders the findings of one program (0 to 1000, higher is graver). `ports` are those
    that the program binds as constants, `*_code` the instructions around each place. `confirmed`
    tells of the run that reached the sink, where the function was carried out in isolation.
    """

    shape: str
    function: int
    function_name: str
    source: str
    trigger: str
    constant: str
    payload: str
    rank: int
    confidence: str
    compare: int
    compare_offset: int
    sink: int
    sink_offset: int
    ports: tuple[int, ...] = ()
    compare_code: tuple[str, ...] = ()
    sink_code: tuple[str, ...] = ()
    confirmed: Confirmation | None = None


def access(
    index: CodeIndex,
    shape: str,
    *,
    function: int,
    rows: tuple[int, int],
    source: str,
    trigger: str,
    payload: str,
    rank: int,
    confidence: str,
    constant: str = "",
    ports: tuple[int, ...] = (),
) -> Access:
    """Return the record of a way in found in *function* (its number), from row to row."""
    table, memory = index.listing, index.program.memory
    compare, sink = (int(table.address[row]) if row >= 0 else -1 for row in rows)
    start = int(index.functions.starts[function]) if index.functions and function >= 0 else -1
    shown = [tuple(rows_as_text(index, row, 3)) if row >= 0 else () for row in rows]
    return Access(
        shape=shape,
        function=start,
        function_name=index.name(start) if start >= 0 else "",
        source=source,
        trigger=trigger,
        constant=constant,
        payload=payload,
        rank=rank,
        confidence=confidence,
        compare=compare,
        compare_offset=memory.offset(compare) if compare >= 0 else -1,
        sink=sink,
        sink_offset=memory.offset(sink) if sink >= 0 else -1,
        ports=ports,
        compare_code=shown[0],
        sink_code=shown[1],
    )
