"""What a condition can gain: commands, shells, another identity, the files of accounts.

Built on `assay.code.actions`, which knows commands and shells; here are the other ways.
"""

from collections.abc import Iterable, Iterator, Set as AbstractSet

from assay._kernel.printable import printable
from assay._kernel.value import Value
from assay.code.access.words import CREDENTIAL_FILES, IDENTITIES, OPENERS
from assay.code.actions import ACTS, Act, acts_in
from assay.code.sources import Network
from assay.code.study import Called, Study
from assay.code.taint import Taint

DEPTH = 2
PAYLOADS = frozenset(ACTS | {"dup2", "dup3"} | IDENTITIES | OPENERS.keys())
"""The calls that a payload can be."""

WRITING = 0x3


class Payload(Value):
    """A privileged act at `row`, in words; `weight` orders them, `firm` says it is no routine."""

    row: int
    name: str
    words: str
    weight: int
    firm: bool


def payloads(
    network: Network, study: Study, taint: Taint, blocks: AbstractSet[int], *, routine: bool
) -> list[Payload]:
    """Return the privileged acts in *blocks* of *study* and behind its calls, gravest first.

    *routine* includes the fixed commands of functions further down.
    """
    acts = acts_in(network, study, taint, blocks, DEPTH, routine=routine)
    found = [_of_act(act) for act in acts]
    inside = [call for call in study.calls if call.block in blocks]
    found += _shells(network, study, inside)
    found += _identities(inside)
    found += _account_files(network, inside)
    return sorted(found, key=lambda one: (-one.weight, one.row))


def _of_act(act: Act) -> Payload:
    name, command, firm = act.name, act.command, act.confidence == "firm"
    if command == "what was received":
        return Payload(act.row, name, f"{name} runs what was received", 300, firm=True)
    if firm:
        return Payload(act.row, name, f"{name} runs `{command}`", 280, firm=True)
    words = f"{name} runs the fixed command `{command}`" if command else f"{name} runs a command"
    return Payload(act.row, name, words, 150, firm=False)


def _shells(network: Network, study: Study, inside: Iterable[Called]) -> Iterator[Payload]:
    """Yield calls that put a descriptor in the place of standard input: a shell follows."""
    for call in inside:
        number = call.arguments[1].number if call.arguments[1] is not None else None
        if call.name in ("dup2", "dup3") and number == 0 and _runs_shell(network, study):
            yield Payload(call.row, call.name, "a shell gets the connection", 300, firm=True)


def _runs_shell(network: Network, study: Study) -> bool:
    return any(
        call.name.startswith(("exec", "system", "popen"))
        and b"sh" in (text_of(network, call, 0) or b"")
        for call in study.calls
    )


def _identities(inside: Iterable[Called]) -> Iterator[Payload]:
    for call in inside:
        if call.name in IDENTITIES and any(
            value is not None and value.number == 0 for value in call.arguments[:2]
        ):
            yield Payload(
                call.row, call.name, f"{call.name} makes the process root", 200, firm=True
            )


def _account_files(network: Network, inside: Iterable[Called]) -> Iterator[Payload]:
    for call in inside:
        if call.name not in OPENERS:
            continue
        path = text_of(network, call, OPENERS[call.name][0])
        if path is not None and CREDENTIAL_FILES.search(path) and writes(network, call):
            words = f"{call.name} opens {printable(path)} for writing"
            yield Payload(call.row, call.name, words, 260, firm=True)


def writes(network: Network, call: Called) -> bool:
    """Say whether *call*, one of OPENERS, opens its file for writing."""
    number = OPENERS[call.name][1]
    if number < 0:
        return True
    mode = call.arguments[number]
    if call.name.startswith("fopen"):
        text = text_of(network, call, number) or b""
        return text[:1] in (b"w", b"a") or b"+" in text
    return mode is not None and mode.number is not None and bool(mode.number & WRITING)


def text_of(network: Network, call: Called, number: int) -> bytes | None:
    """Return the constant text that *call* gets as argument *number*, or None."""
    value = call.arguments[number] if number < len(call.arguments) else None
    return network.index.string(value.number) if value is not None and value.number else None
