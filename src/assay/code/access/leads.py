"""Where in a program to read first: a constant asked for, near something to be gained.

No finding by itself. Each function of the program's own gets the weight of its least likely
constant, times what it can gain, decide or is handed; the heaviest come first. It covers what the
other detectors cannot follow, and says no more than that a person should look.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from assay.code.access.deciding import STRONG, Deciders
from assay.code.access.own import own_functions
from assay.code.access.record import Access, access
from assay.code.access.triggers import Trigger, triggers
from assay.code.access.words import ACCOUNTS, HASHES
from assay.code.families import COMPARE, CONTAINS, EXECUTE, OPEN, READ, RECEIVE, SHELL
from assay.code.memory import Mask
from assay.code.sources import Network

SHAPE = "lead"
MOST = 5
BARE = 40
"""The weight of deciding on access, without a constant that stands out."""

HOOK = 120
"""The weight of a function that takes the place of one of the C library."""

STANDARD = ("libc.", "libc-", "ld-", "ld.", "libpthread", "libuClibc", "libasan", "libtsan")
TAKEN = COMPARE | CONTAINS | OPEN | ACCOUNTS | HASHES | frozenset(
    (*SHELL, *EXECUTE, *RECEIVE, *READ, "connect", "bind", "getuid", "geteuid", "getenv", "write")
)  # fmt: skip
LEAST = 60
"""The least weight of a place that is worth naming."""

HIGHEST_RANK = 440
DEPTH = 2
FADING = 70
"""What remains, in hundredths, of what is gained one call further on."""

DECIDES, MAY_DECIDE = 150, 80
TAKES, IS_HANDED, ALWAYS = 100, 50, 50
SECOND = 4
"""The part of its weight that a second constant adds."""

GAINS = (
    dict.fromkeys((*SHELL, *EXECUTE, "execvpe", "posix_spawn"), 200)
    | dict.fromkeys(("dup2", "dup3", "setuid", "seteuid", "setresuid", "setreuid"), 150)
    | dict.fromkeys(("setgid", "dlopen", "ptrace", "reboot", "mount"), 100)
    | dict.fromkeys(("chmod", "bind", "listen", "connect", "dlsym", "symlink"), 70)
    | dict.fromkeys(("unlink", "rename", "remove", "sendfile"), 60)
    | dict.fromkeys(("fork", "vfork", "socket", "open", "open64", "fopen", "fopen64"), 50)
    | dict.fromkeys(("mmap", "kill", "setenv", "putenv"), 45)
    | dict.fromkeys(("sendto", "send", "ioctl", "write"), 25)
)
"""What calls gain, in hundredths."""

INPUTS = frozenset(RECEIVE) | frozenset(READ) | frozenset(
    {"getenv", "gets", "scanf", "fscanf", "getpass", "getdelim", "getchar", "fgetc", "getc"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gain:
    """What a function gains: the weight, the row in it that leads there, and in words."""

    weight: int
    row: int
    words: str


NOTHING = Gain(0, -1, "nothing that is known to be privileged")


def leads(network: Network, deciders: Deciders, told: frozenset[int]) -> Iterator[Access]:
    """Yield the places to read first, the heaviest first; *told* are functions left out."""
    index = network.index
    if index.functions is None:
        return
    own = np.zeros(len(index.functions) + 1, dtype=np.bool_)  # the last is for code outside all
    own[own_functions(index)] = True
    asked: dict[int, list[Trigger]] = {}
    found = (
        _deciding(network, deciders, own),
        _loaded(network, own),
        triggers(index, own, network.mentions),
    )
    for one in chain.from_iterable(found):
        asked.setdefault(one.function, []).append(one)
    gains = _gains(network, own)
    weights = {
        function: _weight(found)
        * _nearby(network, deciders, gains.get(function, NOTHING), function)
        for function, found in asked.items()
        if function not in told
    }
    for function in sorted(weights, key=lambda one: (-weights[one], one))[:MOST]:
        if weights[function] >= LEAST * 100:
            best = min(asked[function], key=lambda one: (-one.weight, one.row))
            gain = gains.get(function, NOTHING)
            yield _access(network, best, gain, weights[function] // 100)


def _deciding(network: Network, deciders: Deciders, own: Mask) -> Iterator[Trigger]:
    """Yield the functions that decide on access, whatever they ask for."""
    functions = network.index.functions
    for function, (_, evidence) in deciders.candidates.items():
        if own[function] and functions is not None:
            row = int(functions.first[function])
            yield Trigger(function, row, BARE, f"comes to a function that {evidence}")


def _loaded(network: Network, own: Mask) -> Iterator[Trigger]:
    """Yield what a library puts in place by being loaded: constructors, functions of others."""
    program, functions = network.index.program, network.index.functions
    if functions is None or program.interpreter or program.dynamic.soname.startswith(STANDARD):
        return
    few = program.constructors if len(program.constructors) <= MOST else ()
    taken = [at for at, name in program.names.items() if name in TAKEN & program.exports]
    for places, weight, words in (
        (few, BARE, "is that a file is loaded: the function runs by itself"),
        (taken, HOOK, "is what others hand to the C library's function of that name"),
    ):
        for function in map(network.function_at, places):
            if own[function]:
                yield Trigger(function, int(functions.first[function]), weight, words)


def _weight(found: list[Trigger]) -> int:
    """Return the weight of the least likely constants of one function."""
    weights = sorted((one.weight for one in found), reverse=True)
    return weights[0] + sum(weights[1:2]) // SECOND


def _nearby(network: Network, deciders: Deciders, gain: Gain, function: int) -> int:
    """Return what *function* gains, decides and is handed, in hundredths."""
    evidence = deciders.candidates.get(function)
    decides = 0 if evidence is None else DECIDES if evidence[0] == STRONG else MAY_DECIDE
    if function in network.reaching(INPUTS, 0):
        handed = TAKES
    else:
        around = network.callers.get(function, ())
        taking = network.reaching(INPUTS, 0)
        handed = IS_HANDED if any(one in taking for one in around) else 0
    return ALWAYS + gain.weight + decides + handed


def _gains(network: Network, own: Mask) -> dict[int, Gain]:
    """Return what each function gains by its own calls and by those it makes, DEPTH calls on."""
    index = network.index
    found: dict[int, Gain] = {}
    onward: list[tuple[int, int, int]] = []
    if index.calls is None:
        return found
    owners = index.owner[index.calls.row].tolist()
    rows, targets = index.calls.row.tolist(), index.calls.target.tolist()
    for function, row, target, name in zip(owners, rows, targets, index.callee_names, strict=True):
        weight = GAINS.get(name, 0)
        if weight > found.get(function, NOTHING).weight:
            found[function] = Gain(weight, row, f"{name} is called")
        callee = network.function_at(target)
        if own[callee] and own[function] and callee != function:
            onward.append((function, row, callee))
    for _ in range(DEPTH):
        before = dict(found)
        for function, row, callee in onward:
            below = before.get(callee, NOTHING)
            weight = below.weight * FADING // 100
            if weight > found.get(function, NOTHING).weight:
                words = below.words.removesuffix(" further on") + " further on"
                found[function] = Gain(weight, row, words)
    return found


def _access(network: Network, trigger: Trigger, gain: Gain, weight: int) -> Access:
    return access(
        network.index,
        SHAPE,
        function=trigger.function,
        rows=(trigger.row, gain.row),
        source="whoever calls the function",
        trigger=trigger.words,
        payload=gain.words,
        rank=min(HIGHEST_RANK, weight // 4),
        confidence="tentative",
        ports=network.ports,
    )
