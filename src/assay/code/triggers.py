"""Hidden commands: network input compared with a constant, and on equality a privileged act.

Fills the four slots of Thomas and Francillon (RAID 2018): input source, trigger, payload,
privileged state. The claim is about code, never about intent: a documented maintenance command
looks the same, and whether it is documented is not for this module to say.
"""

from dataclasses import replace

from assay.code.actions import Act, acts_in
from assay.code.comparing import Comparison, comparisons
from assay.code.families import PROTOCOL_WORDS
from assay.code.index import CodeIndex
from assay.code.render import rows_as_text
from assay.code.sources import Network
from assay.code.symbolic import Study
from assay.code.taint import Taint
from assay.model.record import Record

MAX_TRIGGERS = 20
DEPTH = 2


class Trigger(Record):
    """A place where a constant received from the network leads to a privileged act.

    Addresses are the program's own; `*_offset` are offsets in the file, -1 where there is none.
    `constant` is printable text or, for numbers, hexadecimal. `confidence` is `firm` when the
    act is given what was received, or starts a shell; `tentative` when it always does the same.
    """

    function: int
    function_name: str
    source: str
    compare: int
    compare_offset: int
    compare_name: str
    constant: str
    sink: int
    sink_offset: int
    sink_name: str
    command: str
    ports: tuple[int, ...]
    confidence: str
    disassembly: tuple[str, ...]


def command_triggers(index: CodeIndex) -> tuple[Trigger, ...]:
    """Return the triggers of *index*, firm ones first, then in order of address."""
    if index.calls is None or index.functions is None:
        return ()
    network = Network(index)
    found: dict[tuple[int, int], Trigger] = {}
    for study, taint in index.received:
        pairs = [
            (comparison, act)
            for comparison in comparisons(network, study, taint)
            for act in _guarded_acts(network, study, taint, comparison)
        ]
        for comparison, act in _joined(pairs):
            trigger = _trigger(network, study, comparison, act)
            found.setdefault((trigger.compare, trigger.sink), trigger)
    ordered = sorted(found.values(), key=lambda one: (one.confidence, one.compare, one.sink))
    return tuple(ordered[:MAX_TRIGGERS])


def _joined(pairs: list[tuple[Comparison, Act]]) -> list[tuple[Comparison, Act]]:
    """Join the numbers that a compiler makes of one comparison with a longer constant."""
    joined: list[tuple[Comparison, Act]] = []
    for comparison, act in sorted(pairs, key=lambda pair: (pair[1].row, pair[0].place)):
        before, last = joined[-1] if joined else (None, None)
        follows = (
            before is not None
            and comparison.numeric
            and before.numeric
            and act == last
            and comparison.place == before.place + len(before.constant)
        )
        if before is not None and follows:
            constant = before.constant + comparison.constant
            joined[-1] = (replace(before, constant=constant), act)
        else:
            joined.append((comparison, act))
    return joined


def _guarded_acts(
    network: Network, study: Study, taint: Taint, comparison: Comparison
) -> list[Act]:
    """Return the acts that happen only when *comparison* finds equality."""
    # A name in front of `=` is a parameter whose value is wanted, not a command.
    if _ordinary(comparison.constant) or comparison.constant.endswith(b"="):
        return []
    blocks = study.guarded(frozenset({comparison.edge}))
    if not blocks:
        return []
    acts = acts_in(network, study, taint, blocks, DEPTH)
    if comparison.numeric or len(comparison.constant) < 3:
        # A magic number or a letter in a header is how protocols begin.
        acts = [act for act in acts if act.confidence == "firm"]
    return acts


def _ordinary(constant: bytes) -> bool:
    """Say whether *constant* is a verb of a published protocol or a separator."""
    word = constant.decode("latin-1").strip()
    if not any(char.isalnum() for char in word) and all(32 <= byte < 127 for byte in constant):
        return True
    return word.upper().rstrip(":") in PROTOCOL_WORDS or not word


def _trigger(network: Network, study: Study, comparison: Comparison, act: Act) -> Trigger:
    index = network.index
    address = index.listing.address
    compare, sink = int(address[comparison.row]), int(address[act.row])
    function = int(index.functions.starts[study.function]) if index.functions else 0
    memory = index.program.memory
    return Trigger(
        function=function,
        function_name=index.name(function),
        source=comparison.source,
        compare=compare,
        compare_offset=memory.offset(compare),
        compare_name=comparison.name,
        constant=comparison.shown,
        sink=sink,
        sink_offset=memory.offset(sink),
        sink_name=act.name,
        command=act.command,
        ports=network.ports,
        confidence=act.confidence,
        disassembly=(
            *rows_as_text(index, comparison.row, 3),
            "...",
            *rows_as_text(index, act.row, 3),
        ),
    )
