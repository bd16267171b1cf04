"""Which values of a function come from outside, beyond what the network sent.

`Inputs` answers for one function: bytes received, the environment of a request, a typed password,
command-line arguments, and, for functions that decide on access, their own arguments.
"""

from collections.abc import Iterator

from assay.code.access.words import ACCOUNTS, HASHES
from assay.code.families import COMPARE, OPEN
from assay.code.semantics import Value
from assay.code.sources import Network
from assay.code.study import Called, Study
from assay.code.taint import GUESS, Taint

TYPED = {"getpass": -1, "readline": -1, "linenoise": -1, "gets": 0, "pam_get_authtok": 2}
STREAMS = {
    "fgets": (0, 2),
    "fread": (0, 3),
    "getline": (0, 2),
    "fscanf": (2, 0),
    "getdelim": (0, 3),
}
WIDTHS = (4, 8)
NEVER_INPUT = ACCOUNTS | HASHES | OPEN | COMPARE | frozenset({"malloc", "calloc", "realloc"})


class Inputs:
    """What of a studied function comes from outside.

    *own* counts its arguments too, and what functions return that it asks.
    """

    def __init__(self, study: Study, taint: Taint, *, own: bool) -> None:
        self.study, self.taint, self.own = study, taint, own

    def source(self, value: Value | None) -> str:
        """Return where the text that *value* points to came from, empty when not from outside."""
        if value is None:
            return ""
        found = self.taint.source(value)
        if not found and self.own and value.kind == "argument":
            return "its caller"
        if not found and self.own and self._behind_argument(value):
            return "its caller"
        if not found and self.own and value.kind == "result":
            return self._asked(value)
        return found or (self._given(value) if self.own else "")

    def _given(self, value: Value) -> str:
        """Return the call that stored the pointer *value* where it was told to."""
        place: object = value
        while isinstance(place, Value) and place.kind == "memory" and isinstance(place.key, tuple):
            place, width = place.key
            if width not in WIDTHS:
                return ""
        if place == value or not isinstance(place, Value) or place.kind != "stack":
            return ""
        asked = (
            one
            for one in self.study.filling(place)
            if one.name in TYPED or one.name not in NEVER_INPUT
        )
        call = next(asked, None)
        return f"what {call.name or 'a function'} gave" if call is not None else ""

    def _asked(self, value: Value) -> str:
        """Return the function that *value* came from when what it returns may be input."""
        call = next(iter(self.study.filling(value)), None)
        if call is None or call.name in NEVER_INPUT:
            return ""
        return f"what {call.name or f'the function at {call.target:#x}'} returned"

    def content(self, value: Value | None) -> str:
        """Return the source when *value* was itself read from input."""
        found = self.taint.content(value)
        if found or not self.own or value is None or value.kind != "memory":
            return found
        address = value.key[0] if isinstance(value.key, tuple) else None
        return self.source(address) if isinstance(address, Value) else ""

    @staticmethod
    def _behind_argument(value: Value) -> bool:
        """Say whether *value* is a pointer that lies where an argument points to."""
        if value.kind != "memory" or not isinstance(value.key, tuple):
            return False
        address, width = value.key
        return isinstance(address, Value) and address.kind == "argument" and width in WIDTHS


def typed(network: Network, study: Study) -> Iterator[tuple[Value, str]]:
    """Yield what *study* reads from a person: a typed line or password, standard input."""
    for call in study.calls:
        if call.name in TYPED:
            place = TYPED[call.name]
            value = Value("result", call.row, 0) if place < 0 else call.arguments[place]
            if value is not None:
                yield value, call.name
        elif call.name in STREAMS:
            place, stream = STREAMS[call.name]
            value = call.arguments[place]
            if value is not None and _is_standard(network, study, call, call.arguments[stream]):
                yield value, "standard input"
        elif call.name in ("read", "__read_chk"):
            value = call.arguments[1]
            if value is not None and _is_zero(call.arguments[0]):
                yield value, "standard input"


def _is_zero(value: Value | None) -> bool:
    return value is not None and value.number == 0


def _is_standard(network: Network, study: Study, call: Called, stream: Value | None) -> bool:
    """Say whether *stream* is the standard input: loaded from the variable of that name."""
    if stream is None or stream.kind != "memory" or not isinstance(stream.key, tuple):
        return False
    if any(one.row == call.row and one.name in OPEN for one in study.calls):
        return False
    address = stream.key[0]
    while (
        isinstance(address, Value) and address.kind == "memory" and isinstance(address.key, tuple)
    ):
        address = address.key[0]
    number = address.number if isinstance(address, Value) else None
    return number is not None and network.index.name(number) in ("stdin", "__stdinp", "_stdin")


def with_typed(network: Network, study: Study, taint: Taint) -> Taint:
    """Return *taint* with what a person types added, spread over *study*."""
    found = Taint(list(taint.regions))
    for value, source in typed(network, study):
        found.add(value, GUESS, source)
    found.spread(study)
    return found
